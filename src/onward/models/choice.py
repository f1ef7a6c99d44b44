"""The choice model: what learners like this one chose before.

It is the baseline that imitation gives, and measures how common a choice was. It never ranks advice: a recommender that
imitates history repeats its steering.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.catalog.catalogue import Catalogue
from onward.history.decision_points import positions
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.history.views import LearnerView, PairView
from onward.models.boosting import Boosted
from onward.settings import ModelSettings

ALTERNATIVES = 5
"""Credentials not chosen that are drawn beside each that was."""


def fit_choice(
    points: pd.DataFrame,
    *,
    timeline: Timeline,
    catalogue: Catalogue,
    spec: FeatureSpec,
    settings: ModelSettings,
    seed: int,
) -> Boosted:
    """Fit the odds that a credential was the one chosen, against alternatives drawn evenly from the catalogue.

    A candidate chosen with probability p is a row with label 1 in p of the cases, and is drawn as an alternative in a
    fixed share of the other 1 - p; so the fitted odds are p / (1 - p) times a constant, and order candidates as p does.
    """
    choice = catalogue.places(points["credential_id"])
    drawn = _alternatives(choice, len(catalogue), seed)
    point = np.repeat(np.arange(len(points)), 1 + drawn.shape[1])
    credential = np.column_stack([choice, drawn]).ravel()
    label = np.tile([1.0] + [0.0] * drawn.shape[1], len(points))
    matrix = spec.matrix(PairView(LearnerView(timeline, positions(points, timeline), catalogue), point, credential))
    return Boosted.fit(matrix, label, spec, settings, seed=seed)


def _alternatives(choice: npt.NDArray[np.int64], size: int, seed: int) -> npt.NDArray[np.int64]:
    """Positions other than the chosen one, shape (n, alternatives), drawn without replacement."""
    keys = np.random.default_rng(seed).random((len(choice), size))
    keys[np.arange(len(choice)), choice] = np.inf
    return np.argsort(keys, axis=1)[:, : min(ALTERNATIVES, size - 1)]
