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
    Cells,
    Estimator,
    all_gaps,
    all_means,
    cells_of,
    difference,
    value_drivers,
)
from onward.audit.editions import ADVICE, editions
from onward.audit.family import Family, family, spread_within
from onward.audit.groups import INTERSECTION, further_attributes, groups
from onward.audit.impact import impact
from onward.audit.intervals import CONFIDENCE, POOLED, with_intervals
from onward.audit.measures import MEASURES, Measured, Worth, bounds_of, measure, worth_of
from onward.audit.others import others
from onward.audit.parts import parts
from onward.audit.plan import AuditPlan
from onward.audit.population import Cell, Population
from onward.audit.result import Audit, Editions, Valuation
from onward.audit.reveals import reveals
from onward.audit.simultaneous import simultaneous_level
from onward.audit.suppression import Release
from onward.audit.verdict import Verdict, judge, wider_than
from onward.data import tables, worth
from onward.data.tables import conform
from onward.errors import DataError

DRIVERS = 3
"""Credentials named for each judged gap whose uncertain values move it most."""
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
    if strata is not None and not plan.control_words:
        plan = replace(plan, control_words="stratum")
    people = given["demographics"]
    if people["learner_id"].duplicated().any():
        raise DataError("table demographics holds a learner twice; keep one row for each")
    advised = advice(given["decisions"], plan)
    of = worth_of(
        advised.credentials,
        values=given["values"],
        credentials=None if credentials is None else given["credentials"],
        pathways=given["pathways"],
        plan=plan,
    )
    sides = _sides(advised, of, people, given["strata"] if strata is not None else None, plan)
    ours = sides[plan.judged]
    judged = _family(sides, plan)
    level = _level(ours, judged)
    gaps = pd.concat(
        [all_gaps(side.estimator, level=level).assign(source=name) for name, side in sides.items()], ignore_index=True
    )
    wider = _wider(sides, judged, plan, level, counted=advised.counted)
    verdict = _verdict(gaps, judged, plan, wider)
    means = pd.concat([all_means(s.measured, s.cells).assign(source=n) for n, s in sides.items()], ignore_index=True)
    rest = others(given, plan=plan)
    complete = Audit(
        edition="restricted",
        plan=replace(plan, notes=tuple(dict.fromkeys((*plan.notes, *rest.notes)))),
        verdict=verdict,
        family=judged.tested,
        needed=judged.needed,
        spread=judged.spread,
        level=level,
        sources=advised.sources,
        counted=advised.counted,
        cells=pd.concat([means.assign(population=ADVICE), rest.complete.cells], ignore_index=True),
        gaps=gaps,
        parts=_parts(sides, plan),
        impact=_impact(means),
        reveals=_reveals(sides, plan),
        errors=rest.complete.errors,
        withheld=pd.DataFrame(),
        learners=advised.learners,
        left_out=advised.left_out,
        without_demographics=_without_demographics(advised, people, plan),
        strata=int(ours.strata["stratum"][ours.strata["stratum"] != POOLED].nunique()),
        pooled=int(advised.count(plan.judged)[(ours.strata["stratum"] == POOLED).to_numpy()].sum()),
        valuation=_valuation(given["values"], given["credentials"], advised, listed=credentials is not None),
        not_evaluated=_not_evaluated(advised, ours, plan) | rest.not_evaluated,
        case_review=_case_review(advised, ours, judged, plan),
        composition=_composition(ours),
        value_drivers=value_drivers(ours.estimator, judged.tested, of.ids, most=DRIVERS),
        release={},
    )
    populations = _populations(sides, of, advised)
    public = [*(in_public(one, plan) for one in populations), *rest.public.populations]
    complete_of = [*populations, *rest.complete.populations]
    return editions(complete, rest.public, public, together_in(complete_of, public), previous=previous)


def _conformed(**frames: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    shapes = tables.BY_NAME | {"awards": tables.COUNTED_AWARDS}
    return {
        name: tables.empty(shapes[name]) if frame is None else conform(frame, shapes[name])
        for name, frame in frames.items()
    }


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


def _sides(
    advised: Advice, of: Worth, people: pd.DataFrame, strata: pd.DataFrame | None, plan: AuditPlan
) -> dict[str, Side]:
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
            once = groups(people, learners=ids, attributes=names, reporting=plan.reporting)
            in_strata = _strata_of(strata, ids).loc[rows["learner_id"]].reset_index(drop=True)
            who = once.loc[rows["learner_id"]].reset_index(drop=True).assign(stratum=in_strata["stratum"])
            cells = cells_of(who, in_strata, advised.count(source).astype(float))
        estimator = Estimator(measured, cells, of.column("error"), plan.reference)
        found[source] = Side(source, measured, who, in_strata, cells, estimator)
    return found


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


def _verdict(gaps: pd.DataFrame, judged: Family, plan: AuditPlan, wider: tuple[Cell, ...] | None) -> Verdict:
    primary = (gaps["given"] == "stratum") & (gaps["source"] == plan.judged) & (gaps["measure"] == "value")
    return judge(
        gaps[primary & in_cells(gaps, judged.tested)],
        limit=plan.limit,
        wider=wider or (),
        compared=wider is not None,
        too_small=judged.reviewed,
        watched=judged.watched,
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
        for attribute in (*plan.attributes, *([INTERSECTION] if INTERSECTION in side.who else [])):
            count = side.cells[attribute, "nothing"].count
            split = parts(value, side.who[attribute], side.strata, count)
            found.append(split.assign(source=source, attribute=attribute))
    return pd.concat(found, ignore_index=True)


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


def _without_demographics(advised: Advice, people: pd.DataFrame, plan: AuditPlan) -> int:
    rows = advised.first[plan.judged]
    unknown = ~rows["learner_id"].isin(people["learner_id"])
    if len(people) and unknown.all():
        raise DataError(
            "none of the learners of decisions is in demographics; use the same learner_id in both, or nobody can be "
            "counted with a group"
        )
    return int(rows.loc[unknown, "count"].sum())


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
    )


def _not_evaluated(advised: Advice, ours: Side, plan: AuditPlan) -> dict[str, str]:
    """Say which parts of the audit cannot be evaluated, and what would be needed."""
    held = set(ours.measured.figures.columns)
    reasons = {
        "completion": "the decisions hold no probability of completing (column p_complete)",
        "benefit": "it takes a probability of completing (p_complete) and the catalogue with prices (credentials)",
        "exposure": "the decisions hold no list beyond the first rank, or are counted rows",
        "level": "it takes the catalogue with award levels (credentials)",
        "stacking": "it takes the catalogue (credentials) and what leads to what (pathways)",
        "dead_end": "it takes the catalogue (credentials) and what leads to what (pathways)",
        "family_wage": "no wage that a family lives on is set (family_wage)",
        "not_imputed": "no advised value is imputed, or all are, so leaving imputed ones out changes nothing or all",
    }
    found = {name: why for name, why in reasons.items() if name not in held}
    if plan.compared_with not in advised.sources:
        beside = f"of source {plan.compared_with}" if plan.compared_with else "of another source"
        found["comparison"] = f"there are no decisions {beside} to compare with"
    if ours.strata["stratum"].eq(ALL_TOGETHER).all():
        found["strata"] = "no strata were given: nobody is compared with learners of like preparation and goal"
    if not any(kind == "preparation" for _, kind in ours.cells):
        found["preparation"] = "the strata do not say which part of them is preparation (column readiness)"
    if ours.strata[["goal", "readiness", "eligibility"]].isna().any().all():
        found["parts"] = "the strata do not say what in them is goal, readiness and eligibility"
    return found


def _populations(sides: dict[str, Side], of: Worth, advised: Advice) -> list[Population]:
    """Return who is advised, with the figures of all sources where learners are paired, else source by source."""
    figures = {source: side.measured.figures.add_prefix(f"{source} ").astype(float) for source, side in sides.items()}
    bounds = {
        f"{source} {name}": bounds_of(str(name), of) for source, side in sides.items() for name in side.measured.figures
    }
    if advised.counted:
        return [
            Population(f"{ADVICE} of {source}", side.who, advised.count(source), figures[source], bounds)
            for source, side in sides.items()
        ]
    any_side = next(iter(sides.values()))
    count = np.ones(len(any_side.who), dtype=np.int64)
    return [Population(ADVICE, any_side.who, count, pd.concat([*figures.values()], axis=1), bounds)]


def in_public(population: Population, plan: AuditPlan) -> Population:
    """Return who is advised with small and like groups put together in all but the attributes that are judged."""
    ours = [name for name in population.who if name in {*plan.attributes, INTERSECTION}]
    rest = population.who.drop(columns=ours)
    if rest.empty:
        return population
    main = [of.to_numpy(float) for name, of in population.figures.items() if str(name).rpartition(" ")[2] in MEASURES]
    shown = collapsed(rest, sizes=[population.count.astype(float)], varied=main, minimum=plan.minimum_cell)
    return replace(population, who=population.who[ours].join(shown))
