"""The choice model: what learners like this one chose before.

It is the baseline that imitation gives, and says how common a choice was: how much history there is to go by. It never
ranks advice: a recommender that imitates history repeats its steering.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from onward.catalog.catalogue import Catalogue
from onward.history.decision_points import positions
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.history.views import LearnerView, PairView
from onward.models.boosting import Boosted, Floats
from onward.settings import ModelSettings

ALTERNATIVES = 5
"""Credentials not chosen that are drawn beside each that was."""
HALVINGS = 50
"""Steps of the search for the constant that makes probabilities of what is open sum to 1."""
WIDEST = 40.0
"""Log-odds by which that constant may lie outside those of the candidates."""


@dataclass(frozen=True)
class Choice:
    """A fitted choice model."""

    model: Boosted

    def predict(self, matrix: Floats) -> Floats:
        """Log-odds of having been chosen, up to a constant per learner, shape (rows,)."""
        return self.model.log_odds(matrix)

    def propensity(self, log_odds: Floats, open_to: npt.NDArray[np.bool_]) -> Floats:
        """How likely each candidate was to be chosen among those that are open, shape (n, c); rows sum to 1.

        The fitted odds are p / (1 - p) times a constant; the constant is the one with which the p sum to 1.
        """
        low = np.where(open_to, log_odds, np.inf).min(axis=1, initial=np.inf) - WIDEST
        high = np.where(open_to, log_odds, -np.inf).max(axis=1, initial=-np.inf) + WIDEST
        low, high = (np.where(np.isfinite(edge), edge, 0.0) for edge in (low, high))
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            above = _shares(log_odds, open_to, middle).sum(axis=1) > 1.0
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        shares = _shares(log_odds, open_to, high)
        total = shares.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(shares, total, out=np.zeros_like(shares), where=total > 0))


def _shares(log_odds: Floats, open_to: npt.NDArray[np.bool_], constant: Floats) -> Floats:
    return np.where(open_to, expit(log_odds - constant[:, None]), 0.0)


def fit_choice(
    points: pd.DataFrame,
    *,
    timeline: Timeline,
    catalogue: Catalogue,
    spec: FeatureSpec,
    settings: ModelSettings,
    seed: int,
) -> Choice:
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
    return Choice(Boosted.fit(matrix, label, spec, settings, seed=seed))


def _alternatives(choice: npt.NDArray[np.int64], size: int, seed: int) -> npt.NDArray[np.int64]:
    """Positions other than the chosen one, shape (n, alternatives), drawn without replacement."""
    keys = np.random.default_rng(seed).random((len(choice), size))
    keys[np.arange(len(choice)), choice] = np.inf
    return np.argsort(keys, axis=1)[:, : min(ALTERNATIVES, size - 1)]
