"""Decisions as an audit reads them, whoever made them: checked, and set side by side for every source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.audit.plan import AuditPlan
from onward.audit.population import Counts
from onward.errors import DataError

Places = npt.NDArray[np.intp]
ADVISER = "adviser"
"""The source of what a human adviser recommended in the end: set beside the advice it changed, never beside sources."""


@dataclass(frozen=True)
class Advice:
    """The first advice of every source, and the lists behind it.

    ``first`` maps a source to its first-ranked rows: learner_id, credential_id, p_complete, count; ``listed`` to all
    its ranks. Where nothing is ``counted`` every source has one row for each of the same learners, in the same order.
    ``left_out`` counts learners who lack a decision from some source.
    """

    first: Mapping[str, pd.DataFrame]
    listed: Mapping[str, pd.DataFrame]
    counted: bool
    left_out: int

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources, the one compared with first and the one judged last."""
        return tuple(self.first)

    @property
    def learners(self) -> int:
        """How many learners there are: of the source judged, where rows are counted."""
        return int(self.first[self.sources[-1]]["count"].sum())

    @property
    def credentials(self) -> list[str]:
        """Every credential that is advised anywhere, in order."""
        return sorted({name for rows in self.listed.values() for name in rows["credential_id"].unique()})

    def count(self, source: str) -> Counts:
        """How many learners each first-ranked row of a source stands for."""
        return np.asarray(self.first[source]["count"], dtype=np.int64)


def ordered(sources: Iterable[str], plan: AuditPlan) -> tuple[str, ...]:
    """Return the sources with the one compared with first and the one judged last."""
    found = set(sources)
    if plan.judged not in found:
        raise DataError(
            f"decisions has no rows of source {plan.judged}, which is to be judged; it has {', '.join(sorted(found))}"
        )
    between = sorted(found - {plan.judged, plan.compared_with})
    return (*([plan.compared_with] if plan.compared_with in found else []), *between, plan.judged)


def advice(decisions: pd.DataFrame, plan: AuditPlan) -> Advice:
    """Check canonical ``decisions`` and set the sources side by side.

    Every source must have decided on the same learners to be counted, once each. Where any ``count`` is above 1, a
    learner_id names like learners instead, who may be advised several credentials; then nothing is paired.
    """
    if decisions.empty:
        raise DataError("expected decisions; the table holds no row; give one row for each learner and rank")
    rows = decisions.assign(count=decisions["count"].fillna(1).astype("int64"))
    rows = rows[(rows["source"] != ADVISER) | (plan.judged == ADVISER)]
    counted = bool((rows["count"] > 1).any())
    _check_once(rows, counted=counted)
    sources = ordered(rows["source"].unique(), plan)
    by_source = {source: rows[rows["source"] == source] for source in sources}
    first = {source: of[of["rank"] == 1] for source, of in by_source.items()}
    for source, of in first.items():
        if of.empty:
            raise DataError(f"decisions of source {source} have no row of rank 1; rank from 1, the first advice")
    _check_chances(first)
    if counted:
        return Advice(first, by_source, counted=True, left_out=0)
    shared, left_out = _shared(first)
    paired = {source: of.set_index("learner_id").loc[shared].reset_index() for source, of in first.items()}
    kept = {source: of[of["learner_id"].isin(shared)] for source, of in by_source.items()}
    return Advice(paired, kept, counted=False, left_out=left_out)


def _check_once(rows: pd.DataFrame, *, counted: bool) -> None:
    """Refuse two rows for one rank.

    Two decisions of one learner are not two learners: counted as such they would make every interval too narrow.
    """
    if counted:
        again = int(rows.duplicated(["source", "learner_id", "rank", "credential_id"]).sum())
        if again:
            raise DataError(f"decisions holds {again} counted row(s) twice; add up their counts in one row")
        # Whoever stands for one learner alone has one decision, whatever other rows stand for.
        rows = rows[rows.groupby(["source", "learner_id"])["count"].transform("max") == 1]
    first = rows[rows["rank"] == 1]
    twice = int(first.duplicated(["source", "learner_id"]).sum())
    if twice:
        raise DataError(
            f"decisions holds {twice} more first-ranked row(s) than learners and sources; keep one decision per "
            "learner and source, for instance the latest"
        )
    again = int(rows.duplicated(["source", "learner_id", "rank"]).sum())
    if again:
        raise DataError(f"decisions holds {again} more row(s) than learners, sources and ranks; keep one row per rank")


def _check_chances(first: Mapping[str, pd.DataFrame]) -> None:
    """Refuse probabilities of completing that some first advice has and some has not."""
    missing = sum(int(rows["p_complete"].isna().sum()) for rows in first.values())
    if 0 < missing < sum(map(len, first.values())):
        raise DataError(
            f"column p_complete of decisions is missing in {missing} first-ranked row(s); predict it with one model "
            "for every source, or leave it out of all"
        )


def _shared(first: Mapping[str, pd.DataFrame]) -> tuple[pd.Index, int]:
    """Return the learners who have a decision from every source, and how many have not."""
    learners = [pd.Index(rows["learner_id"]) for rows in first.values()]
    shared, everyone = learners[0], learners[0]
    for others in learners[1:]:
        shared, everyone = shared.intersection(others), everyone.union(others)
    if shared.empty:
        raise DataError("no learner has a decision from every source; give the sources decisions on the same learners")
    return pd.Index(shared.sort_values(), name="learner_id"), len(everyone) - len(shared)
