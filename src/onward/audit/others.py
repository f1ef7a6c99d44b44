"""What an audit looks at beside the advice: persistence, participation, what was earned by year, and overrides.

Each is about learners of its own, so each is a population of its own, with its own cells and its own mask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from onward.audit.advice import ADVISER
from onward.audit.comparison import Given, all_means
from onward.audit.earned import Earned, earned
from onward.audit.groups import INTERSECTION, UNJUDGED, further_attributes, groups
from onward.audit.intervals import Coded, coded
from onward.audit.measures import Measured
from onward.audit.overrides import overrides
from onward.audit.participation import Participation, participation
from onward.audit.persistence import COLUMNS, RATES, SCORED, Persistence, persistence
from onward.audit.plan import AuditPlan
from onward.audit.population import Cell, Population

CELLS = ["population", "source", "attribute", "group", "measure", "n", "mean", "low", "high"]
ERRORS = ["population", *COLUMNS]
REASONS = {
    "persistence": "there are no scores whose outcome is known (table scores)",
    "flags": "nobody was flagged and no capacity is set (column flagged of scores, or capacity)",
    "participation": "there is no outreach for work-based or partner programmes on record (table offers)",
    "earned": "there are no awards (table awards), or the catalogue has no award levels (credentials)",
    "overrides": f"there are no decisions of source {ADVISER}: what advisers recommended in the end",
}


@dataclass(frozen=True)
class Others:
    """Everything beside the advice: populations, the means of their cells, and how persistence errs by group.

    ``notes`` are sentences on what was counted and what was left out.
    """

    populations: tuple[Population, ...]
    cells: pd.DataFrame
    errors: pd.DataFrame
    not_evaluated: dict[str, str]
    notes: tuple[str, ...]


def others(given: Mapping[str, pd.DataFrame], *, plan: AuditPlan) -> Others:
    """Evaluate whatever the tables ``given`` hold beside decisions."""
    who = _everybody(given, plan)
    stays = persistence(given["scores"], who, capacity=plan.capacity, family=_judged(who))
    outreach = participation(given["offers"], given["credentials"], who)
    by_year = (
        earned(given["awards"], given["credentials"], who, values=given["values"])
        if len(given["credentials"])
        else None
    )
    changed = overrides(given["decisions"], given["values"], who, advised=plan.judged, adviser=ADVISER)
    found = [
        *(() if stays is None else (*stays.populations, *(_in_short(part, plan) for part in stays.fifths))),
        *(() if outreach is None else _apart(outreach.populations)),
        *(() if by_year is None else (_in_short(part, plan) for part in by_year.populations)),
        *(() if changed is None else (changed,)),
    ]
    absent = {"persistence": stays, "participation": outreach, "earned": by_year, "overrides": changed}
    missing = [name for name, part in absent.items() if part is None]
    if stays is not None and "flagged" not in stays.populations[0].figures:
        missing.append("flags")
    cells = [cells_of_population(population) for population in found]
    return Others(
        tuple(found),
        pd.concat(cells, ignore_index=True) if cells else pd.DataFrame(columns=CELLS),
        pd.DataFrame(columns=ERRORS) if stays is None else _errors(stays),
        {name: REASONS[name] for name in missing},
        tuple(_notes(stays, outreach, by_year)),
    )


def _judged(who: pd.DataFrame) -> list[Cell]:
    """Return the groups that persistence is judged for: all of race, gender and further attributes that are known."""
    single = [name for name in who.columns if name != INTERSECTION]
    return [(name, group) for name in single for group in who[name].unique() if group not in UNJUDGED]


def _in_short(population: Population, plan: AuditPlan) -> Population:
    """Return a population in the judged attributes and their intersection alone: it stands beside others like it."""
    names = [name for name in (*plan.attributes, INTERSECTION) if name in population.who]
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


def _notes(stays: Persistence | None, outreach: Participation | None, by_year: Earned | None) -> list[str]:
    found = []
    if stays is not None and stays.unknown:
        found.append(f"{stays.unknown:,} learners with a score are left out of persistence: no outcome is known yet.")
    if stays is not None and stays.earlier:
        found.append(f"Each learner counts once in persistence: {stays.earlier:,} earlier predictions are left out.")
    if outreach is not None and outreach.other_rows:
        found.append(
            f"{outreach.other_rows:,} steps of outreach are about credentials that are neither work-based nor made "
            "with a partner, and are left out."
        )
    if by_year is not None and by_year.absent:
        found.append(f"{by_year.absent:,} awards of credentials absent from the catalogue are left out.")
    return found
