"""What an audit looks at beside the advice: persistence, participation, what was earned by year, and overrides.

Each is about learners of its own, so each is a population of its own, with its own cells and its own mask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from onward.audit.advice import ADVISER
from onward.audit.collapsed import collapsed
from onward.audit.comparison import Given, all_means
from onward.audit.earned import Earned, earned
from onward.audit.groups import INTERSECTION, UNJUDGED, further_attributes, groups
from onward.audit.intervals import Coded, coded
from onward.audit.measures import Measured
from onward.audit.overrides import overrides
from onward.audit.participation import MINORITISED_BY_GENDER, Participation, participation
from onward.audit.persistence import COLUMNS, RATES, SCORED, Persistence, fifth_of, persistence, regrouped
from onward.audit.plan import AuditPlan
from onward.audit.population import Cell, Population

CELLS = ["population", "source", "attribute", "group", "measure", "n", "mean", "low", "high"]
ERRORS = ["population", *COLUMNS]
LARGE = 1_000
YEARS = 10
"""So many years of awards are shown, the latest."""
REASONS = {
    "persistence": "there are no scores whose outcome is known (table scores)",
    "flags": "nobody was flagged and no capacity is set (column flagged of scores, or capacity)",
    "participation": "there is no outreach for work-based or partner programmes on record (table offers)",
    "earned": "there are no awards (table awards), or the catalogue has no award levels (credentials)",
    "overrides": f"there are no decisions of source {ADVISER}: what advisers recommended in the end",
}


@dataclass(frozen=True)
class Beside:
    """What one edition shows beside the advice: populations, means of their cells, and how persistence errs."""

    populations: tuple[Population, ...]
    cells: pd.DataFrame
    errors: pd.DataFrame

    @classmethod
    def of(cls, populations: Sequence[Population], stays: Persistence | None) -> "Beside":
        """Return the means of every population's cells, and how persistence errs."""
        cells = [cells_of_population(population) for population in populations]
        return cls(
            tuple(populations),
            pd.concat(cells, ignore_index=True) if cells else pd.DataFrame(columns=CELLS),
            pd.DataFrame(columns=ERRORS) if stays is None else _errors(stays),
        )


@dataclass(frozen=True)
class Others:
    """Everything beside the advice, in full and with small groups put together for the public edition.

    ``notes`` are sentences on what was counted and what was left out.
    """

    complete: Beside
    public: Beside
    not_evaluated: dict[str, str]
    notes: tuple[str, ...]


def others(given: Mapping[str, pd.DataFrame], *, plan: AuditPlan) -> Others:
    """Evaluate whatever the tables ``given`` hold beside decisions."""
    who = _everybody(given, plan)
    stays = persistence(given["scores"], who, capacity=plan.capacity, family=_judged(who))
    outreach = participation(given["offers"], given["credentials"], who)
    awards = given["awards"] if len(given["credentials"]) else None
    by_year = earned(awards, given["credentials"], who, values=given["values"])
    changed = overrides(given["decisions"], given["values"], who, advised=plan.judged, adviser=ADVISER)
    years = () if by_year is None else tuple(_in_short(part, plan) for part in by_year.populations[-YEARS:])
    overridden = () if changed is None else (changed,)
    programmes = [] if outreach is None else _apart(outreach.populations)
    absent = {"persistence": stays, "participation": outreach, "earned": by_year, "overrides": changed}
    missing = [name for name, part in absent.items() if part is None]
    if stays is not None and "flagged" not in stays.populations[0].figures:
        missing.append("flags")
    kept = () if stays is None else (*stays.populations, *(_in_short(part, plan) for part in stays.fifths))
    shares = [*programmes, *years, *overridden]
    return Others(
        Beside.of([*kept, *shares], stays),
        Beside.of([*_together(stays, plan), *(_shares(one, plan) for one in shares)], stays),
        {name: REASONS[name] for name in missing},
        tuple(_notes(stays, outreach, by_year, minimum=plan.minimum_cell)),
    )


def _together(stays: Persistence | None, plan: AuditPlan) -> tuple[Population, ...]:
    """Return the populations of persistence with small groups put together, in the fifths as in all others."""
    if stays is None:
        return ()
    scored = stays.populations[0]
    single = scored.who.drop(columns=INTERSECTION, errors="ignore")
    persisted = scored.figures["persisted"].to_numpy() == 1
    flagged = scored.figures.get("flagged", pd.Series(np.nan, index=scored.figures.index)).to_numpy() == 1
    sides = [persisted, ~persisted, *([flagged, ~flagged] if flagged.any() else [])]
    crossed = [one & other for one in sides[:2] for other in sides[2:]]
    who = collapsed(single, sizes=sides, events=crossed, minimum=plan.minimum_cell)
    fifth = fifth_of(scored)
    places = [fifth == at for at in range(fifth.max() + 1)]
    in_each = [place & side for place in places for side in sides[:2]]
    judged = single[[name for name in plan.attributes if name in single]]
    strict = collapsed(judged, sizes=[*sides, *places], events=[*crossed, *in_each], minimum=plan.minimum_cell)
    who = who.drop(columns=list(judged), errors="ignore").join(strict)
    public = regrouped(stays, who)
    return (*public.populations, *(replace(one, who=one.who[list(strict)]) for one in public.fifths))


def _shares(population: Population, plan: AuditPlan) -> Population:
    """Return a population of shares with small groups put together.

    Race, gender and what joins them would give each other away, so where there is one that joins them it stands alone,
    and their intersection does not stand at all.
    """
    joined = [MINORITISED_BY_GENDER] if MINORITISED_BY_GENDER in population.who else list(plan.attributes)
    further = [name for name in population.who if name not in {*plan.attributes, INTERSECTION, MINORITISED_BY_GENDER}]
    reached = [column.to_numpy() == 1 for _, column in population.figures.items() if set(column.dropna()) <= {0.0, 1.0}]
    steps = [step for step in reached if step.any() and not step.all()]
    who = collapsed(
        population.who[[*(name for name in joined if name in population.who), *further]],
        sizes=[population.count.astype(float)],
        events=[side for step in steps for side in (step, ~step)],
        minimum=plan.minimum_cell,
    )
    return replace(population, who=who)


def _judged(who: pd.DataFrame) -> list[Cell]:
    """Return the groups that persistence is judged for: all of race, gender and further attributes that are known."""
    single = [name for name in who.columns if name != INTERSECTION]
    return [(name, group) for name in single for group in who[name].unique() if group not in UNJUDGED]


def _in_short(population: Population, plan: AuditPlan) -> Population:
    """Return a population in the judged attributes alone: it stands beside others like it.

    Their intersection stays where an average cell of it has ``LARGE`` learners, so that few are too small to show.
    """
    names = [name for name in plan.attributes if name in population.who]
    if INTERSECTION in population.who and population.learners >= LARGE * population.who[INTERSECTION].nunique():
        names.append(INTERSECTION)
    return replace(population, who=population.who[names])


def _apart(populations: Sequence[Population]) -> list[Population]:
    """Leave out a kind of programme whose learners and steps are those of all programmes: the two say the same."""
    every, *kinds = populations
    return [
        every,
        *(kind for kind in kinds if not (kind.learners == every.learners and kind.figures.equals(every.figures))),
    ]


def _everybody(given: Mapping[str, pd.DataFrame], plan: AuditPlan) -> pd.DataFrame:
    """Return the groups of every learner in any table, a row each, in the attributes that are judged or shown."""
    names = ("decisions", "scores", "offers", "awards")
    ids = pd.concat([given[name]["learner_id"] for name in names]).dropna().unique()
    people = given["demographics"]
    further = further_attributes(people) if plan.further is None else plan.further
    return groups(
        people,
        learners=pd.Index(ids, name="learner_id"),
        attributes=(*plan.attributes, *further),
        reporting=plan.reporting,
    )


def _errors(stays: Persistence) -> pd.DataFrame:
    """Return how persistence errs, with the population each rate is a rate of."""
    return stays.compared.assign(population=stays.compared["measure"].map(RATES | {"error": SCORED}))


def cells_of_population(population: Population) -> pd.DataFrame:
    """Return n, mean and interval of every measure, for everyone and every group of a population."""
    cells: dict[tuple[str, Given], Coded] = {
        (str(name), "nothing"): coded(population.who[name], count=population.count) for name in population.who
    }
    found = all_means(Measured(population.figures, {}), cells)
    return found.assign(population=population.name, source="")[CELLS]


def _notes(
    stays: Persistence | None, outreach: Participation | None, by_year: Earned | None, *, minimum: int
) -> list[str]:
    """Say what was left out; a count that is too small to show is not said."""
    told = []
    if stays is not None:
        told.append((stays.unknown, "learners with a score are left out of persistence: no outcome is known yet"))
        told.append((stays.later, "later predictions are left out: each learner counts once, at the first"))
    if outreach is not None:
        about = "steps of outreach, about credentials neither work-based nor made with a partner, are left out"
        told.append((outreach.other_rows, about))
    if by_year is not None:
        told.append((by_year.absent, "awards of credentials absent from the catalogue are left out"))
    return [f"{n:,} {words}." if n >= minimum else f"Fewer than {minimum} {words}." for n, words in told if n]
