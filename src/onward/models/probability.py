"""A calibrated probability of one event: cross-fitted, then fitted on everything."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.catalog.catalogue import Catalogue
from onward.errors import DataError
from onward.history.decision_points import positions
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.models.boosting import Boosted, Floats, folds
from onward.models.calibration import Platt
from onward.models.pairs import chosen, every_candidate
from onward.settings import ModelSettings

DOUBTED = 500
"""Points at which the models of the folds are compared."""


@dataclass(frozen=True)
class Probability:
    """A model of P(event | features) that is shown to people."""

    model: Boosted
    calibration: Platt

    def predict(self, matrix: Floats) -> Floats:
        """Calibrated probabilities, shape (rows,)."""
        return self.calibration(self.model.log_odds(matrix))


@dataclass(frozen=True)
class CrossFit:
    """A fitted model, the points it was fitted on, and what models that never saw the learner gave each of them.

    ``doubt``, shape (c,), is how unsure the model is of each credential: the standard error of its log-odds, by how far
    the models of the folds differ and at least by how few attempts there are.
    """

    probability: Probability
    points: pd.DataFrame
    out_of_fold: Floats
    doubt: Floats


def cross_fit(
    points: pd.DataFrame,
    *,
    timeline: Timeline,
    catalogue: Catalogue,
    spec: FeatureSpec,
    settings: ModelSettings,
    seed: int,
) -> CrossFit:
    """Fit on decision points with an ``outcome``; those whose outcome is missing are left out.

    Each row's score comes from a model fitted without its learner; the calibration is fitted on those scores, and the
    model that is kept is fitted on every row.
    """
    known = known_outcomes(points)
    truth = known["outcome"].astype(float).to_numpy()
    matrix = chosen(known, timeline, catalogue, spec)
    fold = folds(known["learner_id"].to_numpy(str), settings.folds, seed=seed)
    scores = np.empty(len(truth))
    parts = []
    for held_out in range(settings.folds):
        inside = fold != held_out
        parts.append(Boosted.fit(matrix[inside], truth[inside], spec, settings, seed=seed))
        scores[~inside] = parts[-1].log_odds(matrix[~inside])
    if np.ptp(scores) == 0.0:
        raise DataError(
            f"expected a model that tells the {len(truth)} known outcomes apart; it gives all the same score; lower "
            "smallest_leaf in the settings, or bring more history"
        )
    calibration = Platt.fit(scores, truth)
    model = Boosted.fit(matrix, truth, spec, settings, seed=seed)
    some = sample(known, DOUBTED, seed=seed)
    held_out_scores = [candidate_scores(some, timeline, catalogue, spec, part.log_odds) for part in parts]
    doubt = doubt_of(held_out_scores, calibration, catalogue.places(known["credential_id"]), truth)
    return CrossFit(Probability(model, calibration), known, calibration(scores), doubt)


def known_outcomes(points: pd.DataFrame) -> pd.DataFrame:
    """The points whose outcome is known; refused where all of them ended alike."""
    known = points[points["outcome"].notna()]
    if known["outcome"].nunique() < 2:
        raise DataError(
            f"expected both outcomes among the {len(known)} known labels; got one or none; check the outcome's "
            "window and data_through in the settings"
        )
    return known


def sample(points: pd.DataFrame, most: int, *, seed: int) -> pd.DataFrame:
    """At most so many of the points, drawn by ``seed``."""
    drawn = np.random.default_rng(seed).permutation(len(points))[:most]
    return points.iloc[np.sort(drawn)]


def candidate_scores(
    points: pd.DataFrame,
    timeline: Timeline,
    catalogue: Catalogue,
    spec: FeatureSpec,
    score: Callable[[Floats], Floats],
) -> Floats:
    """``score`` of every candidate at the points, shape (n, c)."""
    return every_candidate(timeline, positions(points, timeline), catalogue, spec, score)


def doubt_of(scores: list[Floats], calibration: Platt, places: npt.NDArray[np.int64], outcome: Floats) -> Floats:
    """How unsure calibrated log-odds are of each credential, shape (c,): at least by how few attempts there are.

    ``scores`` are those of the models of the folds, shape (n, c) each; ``places`` and ``outcome`` the attempts'
    credentials and what became of them, shape (m,).
    """
    error = calibration.slope * jackknife_error(scores)
    return np.maximum(error, counting_error(places, outcome, len(error)))


def jackknife_error(scores: list[Floats]) -> Floats:
    """The standard error of scores, by credential: root mean square over points, shape (c,).

    ``scores`` are those of models each fitted without one of K folds, shape (n, c) each; the variance is (K - 1) / K x
    the sum of squares about their mean, the delete-a-group jackknife (Kott 2001, J. Official Statistics 17:521-526).

    >>> jackknife_error([np.array([[0.0]]), np.array([[1.0]])])
    array([0.5])
    """
    held = np.array(scores)
    variance = (len(held) - 1) / len(held) * ((held - held.mean(axis=0)) ** 2).sum(axis=0)
    return np.asarray(np.sqrt(variance.mean(axis=0)))


def counting_error(places: npt.NDArray[np.int64], outcome: Floats, size: int) -> Floats:
    """The standard error of a credential's log-odds from its own attempts alone, 1 / sqrt(n p (1 - p)), shape (c,).

    Models that pool tell little of how rare a credential is; p is everybody's share, and n counts one attempt more.

    >>> counting_error(np.array([0, 0, 0, 1]), np.array([1.0, 0.0, 1.0, 0.0]), 3).round(1).tolist()
    [1.0, 1.4, 2.0]
    """
    attempts = np.bincount(places, minlength=size) + 1.0
    share = outcome.mean()
    return np.asarray(1.0 / np.sqrt(attempts * share * (1.0 - share)))
