"""A second opinion on what was advised: models that had no part in choosing, and that never saw the learner.

A model that picks what looks best also picks what it overrates. What the audit shows of completion and benefit comes
from models fitted on later decisions than those the adviser learned from, each on learners other than the judged.
"""

import numpy as np
import pandas as pd

from onward.errors import DataError
from onward.history.decision_points import positions
from onward.history.known import Points
from onward.models.boosting import Floats, folds
from onward.models.pairs import every_candidate
from onward.models.probability import Probability, cross_fit
from onward.release.histories import Histories
from onward.settings import ModelSettings

FOLDS = 2


def second_opinion(locked: pd.DataFrame, histories: Histories, settings: ModelSettings) -> Floats | None:
    """P(complete) of every candidate at the locked points, shape (n, c).

    None where the decisions kept from the adviser hold too few known outcomes to fit a model on.
    """
    kept = histories.starts[histories.starts["part"] != "train"].reset_index(drop=True)
    fold = pd.Series(folds(kept["learner_id"].to_numpy(str), FOLDS, seed=histories.seed), index=kept["learner_id"])
    fold = fold[~fold.index.duplicated()]
    judged = locked["learner_id"].map(fold).to_numpy()
    opinion = np.empty((len(locked), len(histories.catalogue)))
    for held_out in range(FOLDS):
        others = kept[kept["learner_id"].map(fold) != held_out]
        model = _fitted(others, histories, settings)
        if model is None:
            return None
        rows = judged == held_out
        opinion[rows] = _every(model, positions(locked[rows], histories.timeline), histories)
    return opinion


def _fitted(points: pd.DataFrame, histories: Histories, settings: ModelSettings) -> Probability | None:
    try:
        fitted = cross_fit(
            points,
            timeline=histories.timeline,
            catalogue=histories.catalogue,
            spec=histories.spec,
            settings=settings.model_copy(update={"folds": 2}),
            seed=histories.seed,
        )
    except DataError:
        return None
    return fitted.probability


def _every(model: Probability, at: Points, histories: Histories) -> Floats:
    return every_candidate(histories.timeline, at, histories.catalogue, model.model.spec, model.predict)
