"""What each policy would have advised on the locked decision points: history, imitation and Onward side by side."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.history.decision_points import positions
from onward.history.timeline import Timeline
from onward.history.views import LearnerView
from onward.policy.adviser import Adviser
from onward.policy.lists import Lists, lists
from onward.policy.prospects import Prospects
from onward.policy.ranking import NONE, Floats


@dataclass(frozen=True)
class Judged:
    """Locked decision points, one per learner, with what each source chose there.

    ``points`` has the columns of ``started_credentials``; ``choices`` maps a source to positions of shape (n, ranks):
    ``stretch`` is the stretch where a list has one, and its first place where it has none. ``p_complete``, shape
    (n, c), is what the audit takes for the probability of completing, and ``second_opinion`` says whether it comes from
    models that had no part in choosing.
    """

    points: pd.DataFrame
    prospects: Prospects
    choices: dict[str, npt.NDArray[np.int64]]
    stretched: float
    p_complete: Floats
    second_opinion: bool

    def decisions(self, credential_ids: pd.Index) -> pd.DataFrame:
        """Canonical ``decisions`` rows of every source and rank."""
        frames = [self._of(source, choice, credential_ids) for source, choice in self.choices.items()]
        return pd.concat(frames, ignore_index=True)

    def strata(self) -> pd.DataFrame:
        """Canonical ``strata`` rows."""
        return pd.DataFrame({"learner_id": self.points["learner_id"], "stratum": self.prospects.stratum})

    def _of(self, source: str, choice: npt.NDArray[np.int64], credential_ids: pd.Index) -> pd.DataFrame:
        point, rank = np.nonzero(choice != NONE)
        credential = choice[point, rank]
        chosen = self.points.iloc[point]
        return pd.DataFrame(
            {
                "decision_id": [f"{source}-{number}" for number in point],
                "learner_id": chosen["learner_id"].to_numpy(),
                "decided_on": chosen["as_of"].to_numpy(),
                "rank": rank + 1,
                "credential_id": credential_ids[credential],
                "p_complete": self.p_complete[point, credential],
                "source": source,
                "count": 1,
            }
        )


def judge(points: pd.DataFrame, *, timeline: Timeline, adviser: Adviser, opinion: Floats | None, k: int) -> Judged:
    """Say what each source advises at ``points``; a learner to whom nothing is open is left out of all.

    ``opinion`` is a second opinion on P(complete), shape (n, c); without one the adviser's own stands in.
    """
    at = positions(points, timeline)
    prospects = adviser.prospects(timeline, at)
    view = LearnerView(timeline, at, adviser.catalogue)
    found = lists(adviser.scores(prospects), prospects, adviser.rule, view, k=k)
    advised = found.ranked[:, 0] != NONE
    kept = points[advised].reset_index(drop=True)
    return Judged(
        kept,
        prospects.rows(advised),
        {
            "history": adviser.catalogue.places(kept["credential_id"])[:, None],
            "imitation": np.argmax(prospects.propensity, axis=1)[advised, None],
            "onward": found.ranked[advised],
            "stretch": _stretch_or_first(found)[advised, None],
        },
        float((found.stretch[advised] != NONE).mean()),
        (prospects.p_complete if opinion is None else opinion)[advised],
        opinion is not None,
    )


def _stretch_or_first(found: Lists) -> npt.NDArray[np.int64]:
    return np.where(found.stretch == NONE, found.ranked[:, 0], found.stretch)
