"""LightGBM as this project uses it: one thread, deterministic, column order checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import lightgbm
import numpy as np
import numpy.typing as npt

from onward.errors import DataError
from onward.history.spec import FeatureSpec
from onward.settings import ModelSettings

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Boosted:
    """A fitted LightGBM model and the features that it reads."""

    booster: Any
    spec: FeatureSpec

    @classmethod
    def fit(
        cls,
        matrix: Floats,
        label: npt.ArrayLike,
        spec: FeatureSpec,
        settings: ModelSettings,
        *,
        seed: int,
        objective: Literal["binary", "cross_entropy"] = "binary",
    ) -> "Boosted":
        """Fit log-loss on ``matrix`` of shape (rows, features); same input, same model.

        Labels are 0 and 1, or, with the objective ``cross_entropy``, probabilities.
        """
        data = lightgbm.Dataset(
            matrix,
            label=np.asarray(label, dtype=float),
            feature_name=list(spec.names),
            categorical_feature=spec.categorical,
        )
        parameters = _parameters(settings, seed) | {"objective": objective}
        return cls(lightgbm.train(parameters, data, num_boost_round=settings.rounds), spec)

    @classmethod
    def from_text(cls, text: str, spec: FeatureSpec) -> "Boosted":
        """Read LightGBM's own text; refuse a model whose features are not those of ``spec``, in order."""
        booster = lightgbm.Booster(model_str=text)
        if tuple(booster.feature_name()) != spec.names:
            raise DataError(
                "expected a model with the features of the manifest, in that order; it has others; take the "
                "bundle from the registry again"
            )
        return cls(booster, spec)

    def to_text(self) -> str:
        """The model in LightGBM's own text format."""
        return str(self.booster.model_to_string())

    def log_odds(self, matrix: Floats) -> Floats:
        """Raw scores of the rows, shape (rows,)."""
        return np.asarray(self.booster.predict(matrix, raw_score=True, num_threads=1))

    def contributions(self, matrix: Floats) -> Floats:
        """What each feature adds to the log-odds, shape (rows, features); the baseline is left out."""
        return np.asarray(self.booster.predict(matrix, pred_contrib=True, num_threads=1))[:, :-1]


def _parameters(settings: ModelSettings, seed: int) -> dict[str, Any]:
    return {
        "num_leaves": settings.leaves,
        "learning_rate": settings.learning_rate,
        "min_data_in_leaf": settings.smallest_leaf,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "cat_smooth": 20.0,
        "cat_l2": 50.0,
        "max_cat_to_onehot": 8,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }


def folds(groups: Sequence[Any] | npt.NDArray[Any], count: int, *, seed: int) -> npt.NDArray[np.int64]:
    """Assign every row to one of ``count`` folds; rows of one learner share a fold.

    >>> fold = folds(["a", "b", "a", "c"], 2, seed=0)
    >>> bool(fold[0] == fold[2])
    True
    """
    _, learner = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    order = np.random.default_rng(seed).permutation(learner.max() + 1)
    return np.asarray(order[learner] % count, dtype=np.int64)
