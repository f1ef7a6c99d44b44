"""A second opinion on what was advised: models that had no part in choosing, and that never saw the learner.

A model that picks what looks best also picks what it overrates. What the audit shows of completion and benefit comes
from models fitted on decisions that the adviser's models did not learn from, each on learners other than the judged.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from onward.errors import DataError
from onward.history.decision_points import positions
from onward.history.views import LearnerView
from onward.models.boosting import Floats, folds
from onward.models.choice import fit_choice
from onward.models.pairs import every_candidate
from onward.models.probability import Probability, cross_fit
from onward.policy.eligibility import eligible
from onward.release.histories import Histories
from onward.settings import Settings

FOLDS = 2


@dataclass(frozen=True)
class Opinion:
    """P(complete) of every candidate, and how likely it was to be chosen, at the locked points; shape (n, c) each."""

    p_complete: Floats
    propensity: Floats

    def rows(self, kept: np.ndarray) -> "Opinion":
        """Those of the points that ``kept``, shape (n,), marks."""
        return Opinion(self.p_complete[kept], self.propensity[kept])


def second_opinion(locked: pd.DataFrame, histories: Histories, settings: Settings) -> Opinion | None:
    """Ask models fitted on the decisions kept from the adviser, each on the learners of the other fold.

    None where those decisions hold too little for a model to be fitted.
    """
    kept = histories.starts[histories.starts["part"] != "train"].reset_index(drop=True)
    fold = pd.Series(folds(kept["learner_id"].to_numpy(str), FOLDS, seed=histories.seed), index=kept["learner_id"])
    fold = fold[~fold.index.duplicated()]
    judged = locked["learner_id"].map(fold).to_numpy()
    found = Opinion(*np.empty((2, len(locked), len(histories.catalogue))))
    for held_out in range(FOLDS):
        others = kept[kept["learner_id"].map(fold) != held_out]
        completion = _completion(others, histories, settings)
        if completion is None:
            return None
        rows = judged == held_out
        found.p_complete[rows], found.propensity[rows] = _asked(completion, others, locked[rows], histories, settings)
    return found


def _completion(points: pd.DataFrame, histories: Histories, settings: Settings) -> Probability | None:
    try:
        fitted = cross_fit(
            points,
            timeline=histories.timeline,
            catalogue=histories.catalogue,
            spec=histories.spec,
            settings=settings.completion.model_copy(update={"folds": 2}),
            seed=histories.seed,
        )
    except DataError:
        # Outcomes all alike, or none that a model tells apart: there is no second opinion to be had.
        return None
    return fitted.probability


def _asked(
    completion: Probability, others: pd.DataFrame, asked: pd.DataFrame, histories: Histories, settings: Settings
) -> tuple[Floats, Floats]:
    """What models fitted on ``others`` say of every candidate at the ``asked`` points."""
    timeline, catalogue, spec = histories.timeline, histories.catalogue, histories.spec
    choice = fit_choice(
        others, timeline=timeline, catalogue=catalogue, spec=spec, settings=settings.choice, seed=histories.seed
    )
    at = positions(asked, timeline)
    open_to = eligible(LearnerView(timeline, at, catalogue).standing, catalogue)
    log_odds = every_candidate(timeline, at, catalogue, spec, choice.predict)
    return every_candidate(timeline, at, catalogue, spec, completion.predict), choice.propensity(log_odds, open_to)
