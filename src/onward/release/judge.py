"""What each policy would have advised on the locked decision points: history, imitation and Onward side by side."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.history.decision_points import positions
from onward.history.timeline import Timeline
from onward.history.views import LearnerView
from onward.policy.adviser import Adviser
from onward.policy.bounds import Bounds
from onward.policy.constraint import Constraint
from onward.policy.lists import Lists, lists
from onward.policy.prospects import Bools, Floats, Prospects
from onward.policy.ranking import NONE
from onward.release.evaluator import Opinion


@dataclass(frozen=True)
class Judged:
    """Locked decision points, one per learner, with what each source chose there.

    ``points`` has the columns of ``started_credentials``; ``choices`` maps a source to positions of shape (n, ranks):
    ``unconstrained`` is what would be advised without the constraint, ``stretch`` the stretch where a list has one, and
    its first place where it has none; these and ``onward`` are within the limits that learners set, which ``allowed``
    of shape (n, c) marks. ``without_limits`` is what would be advised had nobody set any; it is there where somebody
    did. ``prospects`` and history know of no limits. ``parts`` are goal, readiness and eligibility as columns, as far
    as there are such. ``opinion`` is the second opinion, where there is one. ``beyond_limits`` holds the ids of
    learners who are left out because nothing that is open is within their limits; ``none_within_limits`` counts them.
    """

    points: pd.DataFrame
    prospects: Prospects
    choices: dict[str, npt.NDArray[np.int64]]
    parts: pd.DataFrame
    stretched: float
    opinion: Opinion | None
    allowed: Bools
    beyond_limits: tuple[str, ...] = ()

    @property
    def none_within_limits(self) -> int:
        """How many learners are left nothing by their own limits."""
        return len(self.beyond_limits)

    @property
    def p_complete(self) -> Floats:
        """What the audit takes for P(complete), shape (n, c): the second opinion, or for want of one the adviser's."""
        return self.prospects.p_complete if self.opinion is None else self.opinion.p_complete

    def decisions(self, credential_ids: pd.Index) -> pd.DataFrame:
        """Canonical ``decisions`` rows of every source and rank."""
        frames = [self._of(source, choice, credential_ids) for source, choice in self.choices.items()]
        return pd.concat(frames, ignore_index=True)

    def strata(self) -> pd.DataFrame:
        """Canonical ``strata`` rows."""
        strata = {"learner_id": self.points["learner_id"], "stratum": self.prospects.stratum}
        return pd.DataFrame(strata).assign(**dict(self.parts.items()))

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


def judge(
    points: pd.DataFrame,
    *,
    timeline: Timeline,
    adviser: Adviser,
    opinion: Opinion | None,
    k: int,
    limits: pd.DataFrame | None = None,
) -> Judged:
    """Say what each source advises at ``points``; a learner to whom nothing is open is left out of all.

    ``opinion`` is a second opinion at the same points; without one the adviser's own probabilities stand in.
    ``limits`` are canonical rows: advice keeps within them, as it would when it is given.
    """
    at = positions(points, timeline)
    prospects = adviser.prospects(timeline, at)
    view = LearnerView(timeline, at, adviser.catalogue)
    allowed = _allowed(limits, points, view)
    within, scores = prospects.within(allowed), adviser.scores(prospects)
    found = lists(scores, within, adviser.rule, view, k=k)
    free = replace(adviser, constraint=Constraint.none(len(adviser.catalogue)))
    advised = found.ranked[:, 0] != NONE
    kept = points[advised].reset_index(drop=True)
    choices = {
        "history": adviser.catalogue.places(kept["credential_id"])[:, None],
        "imitation": np.argmax(prospects.propensity, axis=1)[advised, None],
        "unconstrained": free.order(within, k=1)[advised],
        "onward": found.ranked[advised],
        "stretch": _stretch_or_first(found)[advised, None],
    }
    if not allowed.all():
        choices["without_limits"] = lists(scores, prospects, adviser.rule, view, k=k).ranked[advised]
    return Judged(
        kept,
        prospects.rows(advised),
        choices,
        _parts(adviser, view, prospects)[advised].reset_index(drop=True),
        float((found.stretch[advised] != NONE).mean()),
        None if opinion is None else opinion.rows(advised),
        allowed[advised],
        tuple(points["learner_id"][prospects.open_to.any(axis=1) & ~advised]),
    )


def _allowed(limits: pd.DataFrame | None, points: pd.DataFrame, view: LearnerView) -> Bools:
    """What is within the limits of each learner, shape (n, c)."""
    if limits is None or limits.empty:
        return np.ones((len(points), len(view.catalogue)), dtype=bool)
    return Bounds.of_table(limits, points["learner_id"]).allow(view)


def _parts(adviser: Adviser, view: LearnerView, prospects: Prospects) -> pd.DataFrame:
    """Say of each point what its stratum holds of goal and readiness, and up to which level anything is open."""
    rung = np.where(prospects.open_to, adviser.catalogue.rung, 0).max(axis=1)
    parts = {
        "goal": adviser.strata.goal(view),
        "readiness": adviser.strata.readiness(view),
        "eligibility": np.char.add("open up to rung ", rung.astype(int).astype(str)),
    }
    return pd.DataFrame({name: part for name, part in parts.items() if part is not None})


def _stretch_or_first(found: Lists) -> npt.NDArray[np.int64]:
    return np.where(found.stretch == NONE, found.ranked[:, 0], found.stretch)
