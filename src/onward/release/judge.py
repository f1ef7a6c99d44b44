"""What each policy would have advised on the locked decision points: history, imitation and Onward side by side."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.history.decision_points import positions
from onward.history.known import Points
from onward.history.timeline import Timeline
from onward.models.boosting import Boosted
from onward.models.pairs import every_candidate
from onward.policy.adviser import Adviser, Prospects
from onward.policy.ranking import NONE


@dataclass(frozen=True)
class Judged:
    """Locked decision points, one per learner, with what each source chose there.

    ``points`` has the columns of ``started_credentials``; ``choices`` maps a source to positions of shape (n, ranks).
    """

    points: pd.DataFrame
    prospects: Prospects
    choices: dict[str, npt.NDArray[np.int64]]

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
                "p_complete": self.prospects.p_complete[point, credential],
                "source": source,
                "count": 1,
            }
        )


def judge(points: pd.DataFrame, *, timeline: Timeline, adviser: Adviser, choice: Boosted, k: int) -> Judged:
    """Say what each source advises at ``points``; a learner to whom nothing is open is left out of all."""
    at = positions(points, timeline)
    prospects = adviser.prospects(timeline, at)
    onward = adviser.order(prospects, k=k)
    advised = onward[:, 0] != NONE
    kept = points[advised].reset_index(drop=True)
    return Judged(
        kept,
        prospects.rows(advised),
        {
            "history": adviser.catalogue.places(kept["credential_id"])[:, None],
            "imitation": _imitation(prospects, timeline, at, adviser, choice)[advised],
            "onward": onward[advised],
        },
    )


def _imitation(
    prospects: Prospects, timeline: Timeline, at: Points, adviser: Adviser, choice: Boosted
) -> npt.NDArray[np.int64]:
    odds = every_candidate(timeline, at, adviser.catalogue, choice.spec, choice.log_odds)
    return np.asarray(np.argmax(np.where(prospects.open_to, odds, -np.inf), axis=1)[:, None], dtype=np.int64)
