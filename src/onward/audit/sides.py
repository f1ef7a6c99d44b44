"""The sources side by side: whose rows they are, in which cells these stand, and what was advised there, in figures."""

from dataclasses import dataclass

import pandas as pd

from onward.audit.advice import Advice
from onward.audit.comparison import Cells, Estimator, cells_of
from onward.audit.groups import further_attributes, groups
from onward.audit.measures import Measured, Worth, measure
from onward.audit.plan import AuditPlan
from onward.errors import DataError, SettingsError

ALL_TOGETHER = "all"
"""The one stratum of learners of whom no strata were given."""


@dataclass(frozen=True)
class Side:
    """One source as it is compared: its figures, who its rows are, and the cells they stand in."""

    source: str
    measured: Measured
    who: pd.DataFrame
    strata: pd.DataFrame
    cells: Cells
    estimator: Estimator


def _strata_of(strata: pd.DataFrame | None, learners: pd.Index) -> pd.DataFrame:
    """Return stratum and its parts for each learner, in order; all in one stratum where none are given."""
    columns = ["stratum", "goal", "readiness", "eligibility"]
    if strata is None:
        frame = pd.DataFrame(index=learners, columns=columns, dtype="str")
        return frame.assign(stratum=ALL_TOGETHER)
    if strata["learner_id"].duplicated().any():
        raise DataError("table strata holds a learner twice; give each one stratum")
    found = strata.set_index("learner_id")[columns].reindex(learners)
    missing = int(found["stratum"].isna().sum())
    if missing:
        raise DataError(f"table strata lacks {missing} of {len(learners)} learners; give each a stratum")
    return found


def sides_of(
    advised: Advice, of: Worth, people: pd.DataFrame, strata: pd.DataFrame | None, plan: AuditPlan
) -> dict[str, Side]:
    """Return every source of the advice with its figures and the cells its rows stand in, the one judged last.

    Raises SettingsError for a further attribute or a group of reference that demographics do not hold.
    """
    further = further_attributes(people) if plan.further is None else plan.further
    found: dict[str, Side] = {}
    for source, rows in advised.first.items():
        measured = measure(source, advised, of, plan)
        if found and not advised.counted:
            # The same learners in the same order: their groups and cells are coded once.
            same = next(iter(found.values()))
            who, in_strata, cells = same.who, same.strata, same.cells
        else:
            ids = pd.Index(rows["learner_id"].unique(), name="learner_id")
            names = tuple(name for name in (*plan.attributes, *further))
            _check_further(further, people)
            once = groups(people, learners=ids, attributes=names, reporting=plan.reporting)
            _check_reference(once, plan)
            in_strata = _strata_of(strata, ids).loc[rows["learner_id"]].reset_index(drop=True)
            who = once.loc[rows["learner_id"]].reset_index(drop=True).assign(stratum=in_strata["stratum"])
            cells = cells_of(who, in_strata, advised.count(source).astype(float))
        estimator = Estimator(measured, cells, of.column("error"), plan.reference)
        found[source] = Side(source, measured, who, in_strata, cells, estimator)
    return found


def _check_further(further: tuple[str, ...], people: pd.DataFrame) -> None:
    stray = [name for name in further if name not in people]
    if stray:
        raise SettingsError(
            f"further names {', '.join(stray)}, which demographics do not have; it has "
            f"{', '.join(further_attributes(people)) or 'nothing beside race and gender'}"
        )


def _check_reference(who: pd.DataFrame, plan: AuditPlan) -> None:
    for attribute, group in plan.reference.items():
        there = sorted(who[attribute].unique())
        if group not in there:
            raise SettingsError(
                f"reference names {group} in {attribute}, and no learner is of it; choose one of {', '.join(there)}"
            )
