"""The audit itself: every figure of every group, judged, and masked once before anything is handed out."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from onward.audit.groups import EVERYONE, UNJUDGED, groups
from onward.audit.intervals import COMPARABLE_SHARE, POOLED, gaps, means, with_intervals
from onward.audit.measures import MEASURES, learner_measures, shared_learners
from onward.audit.plan import AuditPlan
from onward.audit.suppression import Cell, withheld
from onward.audit.verdict import Verdict, judge, wider_than
from onward.data import tables, worth
from onward.data.tables import conform
from onward.errors import DataError

CELL_FIGURES = ["n", "mean", "low", "high"]
GAP_FIGURES = ["n", "gap", "low90", "high90", "low", "high", "covered"]
GAP_COLUMNS = ["source", "attribute", "group", "conditional", "measure", *GAP_FIGURES, "comparable"]
DIGITS = {"value": 2, "benefit": 2, "completion": 4}


@dataclass(frozen=True)
class Valuation:
    """Where the values come from: counts of the catalogue's credentials."""

    credentials: int
    without_value: int
    without_price: int
    below_benchmark: int
    basis: dict[str, int]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Audit:
    """The figures and the verdict of one audit; whatever is withheld is already missing from every frame.

    ``family`` are the gaps that were to be judged, fixed by group size alone. ``left_out`` counts learners who lack a
    decision from some source, ``pooled`` those in the stratum of unlike learners; ``strata`` counts all the others.
    """

    plan: AuditPlan
    verdict: Verdict
    family: tuple[Cell, ...]
    sources: tuple[str, ...]
    cells: pd.DataFrame
    gaps: pd.DataFrame
    withheld: pd.DataFrame
    learners: int
    left_out: int
    strata: int
    pooled: int
    valuation: Valuation

    def to_json(self) -> dict[str, Any]:
        """Return the audit as plain values, rounded and masked as in every other file; no learner is named."""
        return {
            "format": 1,
            "plan": asdict(self.plan),
            "verdict": asdict(self.verdict),
            "family": [list(cell) for cell in self.family],
            "sources": list(self.sources),
            "learners": self.learners,
            "left_out": self.left_out,
            "strata": self.strata,
            "pooled": self.pooled,
            "valuation": asdict(self.valuation),
            "cells": _records(rounded(self.cells)),
            "gaps": _records(rounded(self.gaps)),
            "withheld": _records(self.withheld),
        }


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Round figures as they are written: dollars to the cent, probabilities to four places."""
    digits = frame["measure"].map(DIGITS)
    figures = frame.select_dtypes("float64").columns
    parts = [frame.loc[digits == places, figures].round(places) for places in sorted(set(digits))]
    return frame.assign(**dict(pd.concat(parts).sort_index().items())) if parts else frame


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): None if pd.isna(cell) else cell for name, cell in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def _ordered(sources: Iterable[str], plan: AuditPlan) -> tuple[str, ...]:
    found = set(sources)
    if plan.judged not in found:
        raise DataError(
            f"decisions has no rows of source {plan.judged}, which is to be judged; it has {', '.join(sorted(found))}"
        )
    between = sorted(found - {plan.judged, plan.compared_with})
    return (*([plan.compared_with] if plan.compared_with in found else []), *between, plan.judged)


def _strata(strata: pd.DataFrame, learners: pd.Index) -> pd.Series:
    if strata["learner_id"].duplicated().any():
        raise DataError("table strata holds a learner twice; give each one stratum")
    found = strata.set_index("learner_id")["stratum"].reindex(learners)
    if found.isna().any():
        raise DataError(
            f"table strata lacks {int(found.isna().sum())} of {len(learners)} learners; give each a stratum"
        )
    return found


def family(who: pd.DataFrame, plan: AuditPlan) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """Return the groups that are judged, and those too small for it; size alone decides, before any result.

    >>> people = pd.DataFrame({"gender": ["woman"] * 120 + ["man"] * 100 + ["nonbinary_or_other"] * 30})
    >>> family(people, AuditPlan(attributes=("gender",)))
    ((('gender', 'man'), ('gender', 'woman')), (('gender', 'nonbinary_or_other'),))
    """
    sizes = [
        ((name, str(group)), int(n))
        for name in plan.attributes
        for group, n in who[name].value_counts().sort_index().items()
        if group not in UNJUDGED
    ]
    judged = tuple(cell for cell, n in sizes if n >= plan.family_minimum)
    return judged, tuple(cell for cell, n in sizes if n < plan.family_minimum)


Wide = dict[tuple[str, str], pd.Series]


def _wide(measured: pd.DataFrame, sources: tuple[str, ...], learners: pd.Index) -> Wide:
    """Return every (source, measure) as a series over the same learners in the same order."""
    by_source = {source: rows.set_index("learner_id").loc[learners] for source, rows in measured.groupby("source")}
    return {(source, measure): by_source[source][measure] for source in sources for measure in MEASURES}


def _all_cells(wide: Wide, who: pd.DataFrame) -> pd.DataFrame:
    everyone = pd.Series(EVERYONE, index=who.index)
    found = []
    for (source, measure), figures in wide.items():
        for attribute, group in {EVERYONE: everyone, **dict(who.items())}.items():
            table = means(figures, group).reset_index()
            if measure == "completion":
                table[["low", "high"]] = table[["low", "high"]].clip(0.0, 1.0)
            found.append(table.assign(source=source, attribute=attribute, measure=measure))
    order = ["source", "attribute", "group", "measure", *CELL_FIGURES]
    return pd.concat(found, ignore_index=True)[order]


def _all_gaps(wide: Wide, who: pd.DataFrame, strata: pd.Series, *, judged: int) -> pd.DataFrame:
    found = []
    for (source, measure), figures in wide.items():
        for attribute, group in who.items():
            for conditional in (False, True):
                estimates = gaps(figures, group, strata if conditional else None)
                place = {"source": source, "attribute": attribute, "measure": measure, "conditional": conditional}
                found.append(estimates.reset_index().assign(**place))
    frame = with_intervals(pd.concat(found, ignore_index=True), family=judged)
    return frame.assign(comparable=(frame["covered"] >= COMPARABLE_SHARE) & frame["gap"].notna())


def _wider(wide: Wide, who: pd.DataFrame, judged: tuple[Cell, ...], plan: AuditPlan) -> tuple[Cell, ...]:
    """Return the judged groups whose gap over all learners is wider than under the decisions compared with."""
    if (plan.compared_with, "value") not in wide:
        return ()
    before, after = wide[plan.compared_with, "value"], wide[plan.judged, "value"]
    found: set[Cell] = set()
    for attribute in plan.attributes:
        frames = [
            with_intervals(gaps(figures, who[attribute]), family=len(judged))
            for figures in (before, after, after - before, after + before)
        ]
        found |= {(attribute, group) for group in wider_than(*frames)}
    return tuple(cell for cell in judged if cell in found)


def _in(frame: pd.DataFrame, cells: Iterable[Cell]) -> pd.Series:
    return pd.Series(pd.MultiIndex.from_frame(frame[["attribute", "group"]]).isin(list(cells)), index=frame.index)


def _masked(frame: pd.DataFrame, hidden: pd.Series, figures: list[str]) -> pd.DataFrame:
    masked = frame.astype({"n": "Int64"})
    masked[figures] = masked[figures].mask(hidden)
    return masked


def _public(verdict: Verdict, hidden: set[Cell]) -> Verdict:
    """Return the verdict without what it says of single withheld groups; the verdict as a whole stands."""
    return Verdict(
        verdict.status,
        tuple(finding for finding in verdict.findings if (finding.attribute, finding.group) not in hidden),
        tuple(cell for cell in verdict.wider if cell not in hidden),
        verdict.compared,
        verdict.too_small,
    )


def _valuation(values: pd.DataFrame, credentials: pd.DataFrame) -> Valuation:
    ours = values[values["credential_id"].isin(credentials["credential_id"])]
    return Valuation(
        credentials=len(credentials),
        without_value=len(credentials) - len(ours),
        without_price=int(credentials["net_price"].isna().sum()),
        below_benchmark=int((worth.earnings_premium(ours) < 0).sum()),
        basis={str(name): int(n) for name, n in ours["basis"].value_counts().sort_index().items()},
        sources=tuple(sorted(ours["source"].dropna().unique())),
    )


def audit(
    decisions: pd.DataFrame,
    *,
    demographics: pd.DataFrame,
    values: pd.DataFrame,
    credentials: pd.DataFrame,
    strata: pd.DataFrame,
    plan: AuditPlan,
) -> Audit:
    """Audit the first-ranked advice of every source in ``decisions``: canonical tables in, figures and verdict out.

    Every source must have decided on the same learners to be counted, once each; the same predictor must have made
    ``p_complete`` for all of them.
    """
    decisions, people = conform(decisions, tables.DECISIONS), conform(demographics, tables.DEMOGRAPHICS)
    values, credentials = conform(values, tables.VALUES), conform(credentials, tables.CREDENTIALS)
    if people["learner_id"].duplicated().any():
        raise DataError("table demographics holds a learner twice; keep one row for each")
    sources = _ordered(decisions["source"].unique(), plan)
    measured = learner_measures(decisions, values=values, credentials=credentials, price_share=plan.price_share)
    learners = shared_learners(measured)
    who = groups(people, learners=learners, attributes=plan.attributes)
    stratum = _strata(conform(strata, tables.STRATA), learners)
    wide = _wide(measured, sources, learners)

    judged, too_small = family(who, plan)
    found = _all_gaps(wide, who, stratum, judged=len(judged))
    primary = found["conditional"] & (found["source"] == plan.judged) & (found["measure"] == "value")
    verdict = judge(
        found[primary & _in(found, judged)],
        limit=plan.limit,
        wider=_wider(wide, who, judged, plan),
        compared=plan.compared_with in sources,
        too_small=too_small,
    )
    hidden = withheld(who, pd.DataFrame(wide), minimum=plan.minimum_cell)
    cells = _all_cells(wide, who)
    # A gap over fewer learners than may be shown is withheld with the cells, though its group is not.
    no_gap = _in(found, hidden) | (found["overlap"] < plan.minimum_cell)
    return Audit(
        plan=plan,
        verdict=_public(verdict, hidden),
        family=judged,
        sources=sources,
        cells=_masked(cells, _in(cells, hidden), CELL_FIGURES),
        gaps=_masked(found, no_gap, GAP_FIGURES)[GAP_COLUMNS],
        withheld=pd.DataFrame(sorted(hidden), columns=["attribute", "group"]),
        learners=len(learners),
        left_out=int(measured["learner_id"].nunique()) - len(learners),
        strata=int(stratum[stratum != POOLED].nunique()),
        pooled=int((stratum == POOLED).sum()),
        valuation=_valuation(values, credentials),
    )
