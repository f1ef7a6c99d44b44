"""A calibrated probability of one event: cross-fitted, then fitted on everything."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from onward.catalog.catalogue import Catalogue
from onward.errors import DataError
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.models.boosting import Boosted, Floats, folds
from onward.models.calibration import Platt
from onward.models.pairs import chosen
from onward.settings import ModelSettings


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
    """A fitted model, the points it was fitted on, and what models that never saw the learner gave each of them."""

    probability: Probability
    points: pd.DataFrame
    out_of_fold: Floats


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
    for held_out in range(settings.folds):
        inside = fold != held_out
        scores[~inside] = Boosted.fit(matrix[inside], truth[inside], spec, settings, seed=seed).log_odds(
            matrix[~inside]
        )
    if np.ptp(scores) == 0.0:
        raise DataError(
            f"expected a model that tells the {len(truth)} known outcomes apart; it gives all the same score; lower "
            "smallest_leaf in the settings, or bring more history"
        )
    calibration = Platt.fit(scores, truth)
    model = Boosted.fit(matrix, truth, spec, settings, seed=seed)
    return CrossFit(Probability(model, calibration), known, calibration(scores))


def known_outcomes(points: pd.DataFrame) -> pd.DataFrame:
    """The points whose outcome is known; refused where all of them ended alike."""
    known = points[points["outcome"].notna()]
    if known["outcome"].nunique() < 2:
        raise DataError(
            f"expected both outcomes among the {len(known)} known labels; got one or none; check the outcome's "
            "window and data_through in the settings"
        )
    return known
