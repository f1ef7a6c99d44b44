"""The audit itself: every figure of every group, judged before anything is withheld, in two editions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from onward.audit.advice import Advice, advice
from onward.audit.case_review import COLUMNS as CASE_COLUMNS
from onward.audit.case_review import case_review
from onward.audit.collapsed import collapsed, together_in
from onward.audit.comparison import (
    STRATUM,
    Estimator,
    all_gaps,
    all_means,
    difference,
    value_drivers,
)
from onward.audit.editions import ADVICE, editions
from onward.audit.evaluated import not_evaluated, reservations, without_demographics
from onward.audit.family import Family, family, spread_within
from onward.audit.groups import INTERSECTION
from onward.audit.impact import impact
from onward.audit.intervals import CONFIDENCE, POOLED, with_intervals
from onward.audit.measures import MEASURES, Worth, bounds_of, worth_of
from onward.audit.others import Others, others
from onward.audit.parts import parts
from onward.audit.plan import AuditPlan
from onward.audit.population import Cell, Population
from onward.audit.result import Audit, Editions, Valuation
from onward.audit.reveals import reveals
from onward.audit.sides import Side, sides_of
from onward.audit.simultaneous import simultaneous_level
from onward.audit.suppression import Release
from onward.audit.verdict import Verdict, judge, wider_than
from onward.data import tables, worth
from onward.data.tables import conform
from onward.errors import DataError

DRIVERS = 3
"""Credentials named for each judged gap whose uncertain values move it most."""


def audit(
    decisions: pd.DataFrame,
    *,
    demographics: pd.DataFrame,
    values: pd.DataFrame,
    credentials: pd.DataFrame | None = None,
    strata: pd.DataFrame | None = None,
    pathways: pd.DataFrame | None = None,
    scores: pd.DataFrame | None = None,
    offers: pd.DataFrame | None = None,
    awards: pd.DataFrame | None = None,
    plan: AuditPlan,
    previous: Release | None = None,
) -> Editions:
    """Audit what every source in ``decisions`` advised: canonical tables in, figures and verdict out.

    Every source must have decided on the same learners to be counted, once each; the same predictor must have made
    ``p_complete`` for all of them. What a table that is not given would show is named as not evaluated. ``previous`` is
    the last public release on the same learners or their successors: what it withheld stays withheld.
    """
    given = _conformed(
        decisions=decisions,
        demographics=demographics,
        values=values,
        credentials=credentials,
        strata=strata,
        pathways=pathways,
        scores=scores,
        offers=offers,
        awards=awards,
    )
    if given["demographics"]["learner_id"].duplicated().any():
        raise DataError("table demographics holds a learner twice; keep one row for each")
    if strata is not None and not plan.control_words:
        plan = replace(plan, control_words="stratum")
    compared = _compared(given, plan, listed=credentials is not None, in_strata=strata is not None)
    beside = others(given, plan=plan)
    advised = _populations(compared.sides, compared.of, compared.advised)
    public = [*(in_public(one, plan) for one in advised), *beside.public.populations]
    together = together_in([*advised, *beside.complete.populations], public)
    complete = _complete(compared, beside, given, plan, listed=credentials is not None)
    return editions(complete, beside.public, public, together, previous=previous)


@dataclass(frozen=True)
class Compared:
    """What is compared: the advice, what it is worth, its sources side by side, and who is judged at which level."""

    advised: Advice
    of: Worth
    sides: dict[str, Side]
    family: Family
    level: float

    def ours(self, plan: AuditPlan) -> Side:
        """The source that is judged."""
        return self.sides[plan.judged]


def _compared(given: dict[str, pd.DataFrame], plan: AuditPlan, *, listed: bool, in_strata: bool) -> Compared:
    """Set the sources side by side and fix the family, before any gap is looked at."""
    advised = advice(given["decisions"], plan)
    of = worth_of(
        advised.credentials,
        values=given["values"],
        credentials=given["credentials"] if listed else None,
        pathways=given["pathways"],
        plan=plan,
    )
    sides = sides_of(advised, of, given["demographics"], given["strata"] if in_strata else None, plan)
    judged = _family(sides, plan)
    return Compared(advised, of, sides, judged, _level(sides[plan.judged], judged))


def _complete(
    compared: Compared, beside: Others, given: dict[str, pd.DataFrame], plan: AuditPlan, *, listed: bool
) -> Audit:
    """Return the audit with every figure of every group, as the restricted edition shows it."""
    advised, sides, judged, ours = compared.advised, compared.sides, compared.family, compared.ours(plan)
    gaps = pd.concat(
        [all_gaps(side.estimator, level=compared.level).assign(source=name) for name, side in sides.items()],
        ignore_index=True,
    )
    means = pd.concat([all_means(s.measured, s.cells).assign(source=n) for n, s in sides.items()], ignore_index=True)
    pooled = (ours.strata["stratum"] == POOLED).to_numpy()
    unknown = without_demographics(advised, given["demographics"], plan)
    return Audit(
        edition="restricted",
        plan=replace(plan, notes=tuple(dict.fromkeys((*plan.notes, *beside.notes)))),
        verdict=_verdict(
            gaps,
            judged,
            plan,
            _wider(sides, judged, plan, compared.level, counted=advised.counted),
            reservations(advised, ours, judged, without_demographics=unknown),
        ),
        family=judged.tested,
        needed=judged.needed,
        spread=judged.spread,
        level=compared.level,
        sources=advised.sources,
        counted=advised.counted,
        cells=pd.concat([means.assign(population=ADVICE), beside.complete.cells], ignore_index=True),
        gaps=gaps,
        parts=_parts(sides, plan),
        impact=_impact(means),
        reveals=_reveals(sides, plan),
        errors=beside.complete.errors,
        withheld=pd.DataFrame(),
        learners=advised.learners,
        left_out=advised.left_out,
        without_demographics=unknown,
        strata=int(ours.strata["stratum"][~pooled].nunique()),
        pooled=int(advised.count(plan.judged)[pooled].sum()),
        valuation=_valuation(given["values"], given["credentials"], advised, listed=listed),
        not_evaluated=not_evaluated(advised, ours, plan) | beside.not_evaluated,
        case_review=_case_review(advised, ours, judged, plan),
        composition=_composition(ours),
        value_drivers=value_drivers(ours.estimator, judged.tested, compared.of.ids, most=DRIVERS),
        release={},
    )


def _conformed(**frames: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    shapes = tables.BY_NAME | {"awards": tables.COUNTED_AWARDS}
    return {
        name: tables.empty(shapes[name]) if frame is None else conform(frame, shapes[name])
        for name, frame in frames.items()
    }


def _family(sides: dict[str, Side], plan: AuditPlan) -> Family:
    """Fix the family by who there is and how much advised values vary, before any group is looked at."""
    ours = sides[plan.judged]
    count = next(iter(ours.cells.values())).count
    spread = spread_within(ours.measured.figures["value"].to_numpy(float), ours.strata["stratum"], count)
    return family(ours.who, count, spread=spread, plan=plan)


def _level(ours: Side, judged: Family) -> float:
    if not judged.tested:
        return 1 - CONFIDENCE
    return simultaneous_level(ours.estimator.covariance(judged.tested, "value", "stratum"))


def _verdict(
    gaps: pd.DataFrame,
    judged: Family,
    plan: AuditPlan,
    wider: tuple[Cell, ...] | None,
    missing: tuple[str, ...],
) -> Verdict:
    primary = (gaps["given"] == "stratum") & (gaps["source"] == plan.judged) & (gaps["measure"] == "value")
    return judge(
        gaps[primary & in_cells(gaps, judged.tested)],
        limit=plan.limit,
        wider=wider or (),
        compared=wider is not None,
        too_small=judged.reviewed,
        watched=judged.watched,
        reservations=missing,
    )


def _wider(
    sides: dict[str, Side], judged: Family, plan: AuditPlan, level: float, *, counted: bool
) -> tuple[Cell, ...] | None:
    """Return the judged groups whose gap over all learners is wider than under the decisions compared with.

    None where there are no such decisions.
    """
    if plan.compared_with not in sides:
        return None
    before, after = sides[plan.compared_with], sides[plan.judged]
    found: set[Cell] = set()
    for attribute in {name for name, _ in judged.tested}:
        ends = [side.estimator.gaps("value", attribute, "nothing") for side in (before, after)]
        if counted:
            moved = [_unpaired(*ends, sign=sign) for sign in (-1, 1)]
        else:
            moved = [_paired(before, after, attribute, sign) for sign in (-1, 1)]
        frames = [with_intervals(frame.set_index("group"), level=level) for frame in (*ends, *moved)]
        found |= {(attribute, group) for group in wider_than(*frames)}
    return tuple(cell for cell in judged.tested if cell in found)


def _paired(before: Side, after: Side, attribute: str, sign: int) -> pd.DataFrame:
    moved = difference(before.measured, after.measured, "value", sign)
    at = after.estimator
    return Estimator(moved, at.cells, at.value_error, at.reference).gaps("value", attribute, "nothing")


def _unpaired(before: pd.DataFrame, after: pd.DataFrame, *, sign: int) -> pd.DataFrame:
    """Return the change of gaps whose learners cannot be paired; errors add up at most."""
    same = before.set_index("group").reindex(after["group"]).reset_index()
    return after.assign(
        gap=after["gap"] + sign * same["gap"],
        error=after["error"] + same["error"],
        freedom=np.minimum(after["freedom"], same["freedom"]),
    )


def in_cells(frame: pd.DataFrame, cells: Iterable[Cell]) -> pd.Series:
    """Say of each row of a frame whether its attribute and group are among the cells."""
    return pd.Series(pd.MultiIndex.from_frame(frame[["attribute", "group"]]).isin(list(cells)), index=frame.index)


def _parts(sides: dict[str, Side], plan: AuditPlan) -> pd.DataFrame:
    found = []
    for source in dict.fromkeys(name for name in (plan.compared_with, plan.judged) if name in sides):
        side = sides[source]
        value = side.measured.figures["value"].to_numpy(float)
        # A part is set against everyone else; with a group of reference the two would not add up.
        crossed = [INTERSECTION] if INTERSECTION in side.who else []
        for attribute in (name for name in (*plan.attributes, *crossed) if name not in plan.reference):
            count = side.cells[attribute, "nothing"].count
            split = parts(value, side.who[attribute], side.strata, count)
            found.append(split.assign(source=source, attribute=attribute))
    columns = ["source", "attribute", "group", "part", "amount", "low", "high", "covered"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _impact(means: pd.DataFrame) -> pd.DataFrame:
    rows = means[(means["measure"] == "above_median") & (means["attribute"] != "everyone")]
    found = [impact(of) for _, of in rows.groupby(["source", "attribute"], sort=False)]
    return pd.concat(found, ignore_index=True)


def _reveals(sides: dict[str, Side], plan: AuditPlan) -> pd.DataFrame:
    found = [
        reveals(side.measured.figures["value"].to_numpy(float), side.cells[attribute, "nothing"]).assign(
            source=source, attribute=attribute
        )
        for source, side in sides.items()
        for attribute in plan.attributes
    ]
    return pd.concat(found, ignore_index=True)


def _case_review(advised: Advice, ours: Side, judged: Family, plan: AuditPlan) -> pd.DataFrame:
    if advised.counted:
        return pd.DataFrame(columns=CASE_COLUMNS)
    value = ours.measured.figures["value"]
    first = advised.first[plan.judged]
    return case_review(first, value, ours.who, ours.strata["stratum"], judged.reviewed)


def _composition(ours: Side) -> pd.DataFrame:
    """Return who is in each stratum: stratum, attribute, group and n."""
    count = next(iter(ours.cells.values())).count
    found = [
        pd.Series(count)
        .groupby([ours.who[STRATUM], ours.who[attribute]])
        .sum()
        .astype("int64")
        .rename_axis([STRATUM, "group"])
        .reset_index(name="n")
        .assign(attribute=attribute)
        for attribute in ours.who.columns
        if attribute != STRATUM
    ]
    return pd.concat(found, ignore_index=True)[[STRATUM, "attribute", "group", "n"]]


def _valuation(values: pd.DataFrame, credentials: pd.DataFrame, advised: Advice, *, listed: bool) -> Valuation:
    names = credentials["credential_id"] if listed else pd.Series(advised.credentials)
    ours = values[values["credential_id"].isin(names)]
    return Valuation(
        credentials=len(names),
        without_value=len(names) - len(ours),
        without_price=int(credentials["net_price"].isna().sum()),
        below_benchmark=int((worth.earnings_premium(ours) <= 0).sum()),
        without_range=int((worth.value_error(ours) == 0).sum()),
        basis={str(name): int(n) for name, n in ours["basis"].value_counts().sort_index().items()},
        sources=tuple(sorted(ours["source"].dropna().unique())),
        by_another_yardstick=int(ours["chosen_value"].notna().sum()),
    )


def _populations(sides: dict[str, Side], of: Worth, advised: Advice) -> list[Population]:
    """Return who is advised, with the figures of all sources where learners are paired, else source by source."""
    figures = {source: side.measured.figures.add_prefix(f"{source} ").astype(float) for source, side in sides.items()}
    bounds = {
        f"{source} {name}": bounds_of(str(name), of) for source, side in sides.items() for name in side.measured.figures
    }
    tied = frozenset(f"{source} value" for source in sides)
    if advised.counted:
        return [
            Population(f"{ADVICE} of {source}", side.who, advised.count(source), figures[source], bounds, tied)
            for source, side in sides.items()
        ]
    any_side = next(iter(sides.values()))
    count = np.ones(len(any_side.who), dtype=np.int64)
    return [Population(ADVICE, any_side.who, count, pd.concat([*figures.values()], axis=1), bounds, tied)]


def in_public(population: Population, plan: AuditPlan) -> Population:
    """Return who is advised with small and like groups put together in all but the attributes that are judged."""
    ours = [name for name in population.who if name in {*plan.attributes, INTERSECTION}]
    # Counts and means by stratum would, beside the gaps within strata, give the groups inside a stratum away.
    rest = population.who.drop(columns=[*ours, STRATUM], errors="ignore")
    if not len(rest.columns):
        return replace(population, who=population.who[ours])
    main = [of.to_numpy(float) for name, of in population.figures.items() if str(name).rpartition(" ")[2] in MEASURES]
    shown = collapsed(rest, sizes=[population.count.astype(float)], varied=main, minimum=plan.minimum_cell)
    return replace(population, who=population.who[ours].join(shown))
