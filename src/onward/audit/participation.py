"""Who takes part in work-based and partner programmes: how far outreach went with each learner who was eligible.

These programmes are where a credential is earned beside a wage, or with an employer who hires. A group that is eligible
and seldom contacted never had the choice; one that applies and is seldom offered a place is turned away. A table of who
enrolled shows neither harm.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from onward.audit.groups import GENDER, RACE, UNJUDGED
from onward.audit.population import Population
from onward.data.problems import some
from onward.data.tables import CREDENTIALS, OFFERS, conform
from onward.errors import DataError

STEPS = ("contacted", "applied", "offered", "enrolled")
STAGES = ("eligible", *STEPS)
COUNTED = (
    "A learner counts as eligible where any step of outreach is on record, whichever it is. Every later step counts "
    "only where that step is itself on record: nobody is taken to have been offered a place because they enrolled."
)
"""What the figures count, in words for a reader."""
EITHER, WORK_BASED, PARTNER = "work-based or partner programmes", "work-based programmes", "partner programmes"

MINORITISED_BY_GENDER = "minoritised x gender"
MINORITISED = frozenset(
    {
        "american_indian_or_alaska_native",
        "black",
        "hispanic",
        "middle_eastern_or_north_african",
        "native_hawaiian_or_pacific_islander",
        "two_or_more",
    }
)
WHITE_OR_ASIAN = frozenset({"white", "asian"})


def minoritised_by_gender(who: pd.DataFrame) -> pd.Series:
    """Return a group per row of ``who`` that joins race and gender more coarsely: ``minoritised:man`` and the like.

    ``who`` has the columns race_ethnicity and gender of ``groups``. Who counts as racially minoritised is a definition
    of this audit: Black, Hispanic, American Indian or Alaska Native, Native Hawaiian or Pacific Islander, two or more
    races, and Middle Eastern or North African where that is a group of its own (under the 1997 standards these learners
    are within White, so figures under the two standards are not to be compared). White and Asian learners together are
    ``white_or_asian``: it hides differences among Asian learners, whom race_ethnicity shows alone. ``unknown`` and
    ``nonresident`` are kept apart, and so are the genders ``declined`` and ``unknown``.

    The word says that a group is made a minority by how institutions treat it, not by its size: Harper (2012, Review of
    Higher Education 36:9-29). Raises DataError for a race that the definition does not place.

    >>> who = pd.DataFrame({"race_ethnicity": ["black", "asian", "unknown"], "gender": ["man", "woman", "declined"]})
    >>> minoritised_by_gender(who).tolist()
    ['minoritised:man', 'white_or_asian:woman', 'unknown:declined']
    """
    placed = dict.fromkeys(MINORITISED, "minoritised") | dict.fromkeys(WHITE_OR_ASIAN, "white_or_asian")
    race = who[RACE].map(placed | {name: name for name in UNJUDGED})
    if race.isna().any():
        stray = ", ".join(sorted(who.loc[race.isna(), RACE].astype("str").unique()))
        raise DataError(
            f"column {RACE} of who holds {stray}, which {MINORITISED_BY_GENDER} does not place; build who with "
            "groups(demographics, ...)"
        )
    return (race + ":" + who[GENDER]).rename(MINORITISED_BY_GENDER)


def groups_of(who: pd.DataFrame, learners: pd.Series, *, table: str) -> pd.DataFrame:
    """Return the groups of ``learners``, a row each in their order, numbered from 0.

    ``who`` has a row per learner, whose id is its index, and a column per attribute. Raises DataError where a learner
    of ``table`` has no row in it, or several.

    >>> who = pd.DataFrame({"gender": ["woman", "man"]}, index=["a", "b"])
    >>> groups_of(who, pd.Series(["b", "b", "a"]), table="awards")["gender"].tolist()
    ['man', 'man', 'woman']
    """
    if not who.index.is_unique:
        raise DataError("who holds a learner twice; give one row for each")
    place = who.index.get_indexer(pd.Index(learners))
    if (place < 0).any():
        absent = int(learners[place < 0].nunique())
        raise DataError(
            f"who lacks {absent} learner(s) of {table}; build it with groups(demographics, learners=...), which gives "
            "those without demographics the group unknown"
        )
    return who.iloc[place].reset_index(drop=True)


@dataclass(frozen=True)
class Participation:
    """How far outreach for work-based and partner programmes went.

    ``populations`` are the eligible learners, one row each however many programmes they were eligible for: of either
    kind, then of each kind that has any. The figures ``contacted``, ``applied``, ``offered`` and ``enrolled`` are 1
    where that step is on record for any of these programmes and 0 where it is not (see ``COUNTED``). ``other_rows``
    counts the rows of offers about credentials that are neither work-based nor made with a partner.
    """

    populations: tuple[Population, ...]
    other_rows: int


def _filled(texts: pd.Series) -> pd.Series:
    return texts.fillna("").str.strip() != ""


def _check(offers: pd.DataFrame, credentials: pd.DataFrame) -> None:
    nobody = int((~_filled(offers["learner_id"])).sum())
    if nobody:
        raise DataError(f"column learner_id of offers is missing in {nobody} row(s); say who each step was taken with")
    stray = offers.loc[~offers["stage"].isin(STAGES), "stage"].fillna("nothing").unique()
    if len(stray):
        raise DataError(f"column stage of offers holds {', '.join(sorted(stray))}; use one of {', '.join(STAGES)}")
    nothing = int((~_filled(offers["credential_id"]) & ~_filled(offers["experience"])).sum())
    if nothing:
        raise DataError(f"offers has {nothing} row(s) with neither credential_id nor experience; say what was offered")
    named = offers.loc[_filled(offers["credential_id"]), "credential_id"]
    absent = some(named[~named.isin(credentials["credential_id"])])
    if absent:
        raise DataError(f"table credentials lacks credential(s) {absent} of offers; add them")


def _kinds(offers: pd.DataFrame, credentials: pd.DataFrame) -> dict[str, pd.Series]:
    """Return for each kind of programme which rows of ``offers`` are about one."""
    at_work = credentials.loc[credentials["work_based"].fillna(False), "credential_id"]
    with_partner = credentials.loc[_filled(credentials["partners"]), "credential_id"]
    work_based = _filled(offers["experience"]) | offers["credential_id"].isin(at_work)
    partner = offers["credential_id"].isin(with_partner)
    return {EITHER: work_based | partner, WORK_BASED: work_based, PARTNER: partner}


def _eligible(name: str, offers: pd.DataFrame, who: pd.DataFrame) -> Population:
    reached = pd.DataFrame({step: offers["stage"] == step for step in STEPS})
    figures = reached.groupby(offers["learner_id"], sort=True).max().astype("float64")
    groups = groups_of(who, figures.index.to_series(), table="offers")
    if {RACE, GENDER} <= set(groups) and MINORITISED_BY_GENDER not in groups:
        groups[MINORITISED_BY_GENDER] = minoritised_by_gender(groups)
    bounds = dict.fromkeys(STEPS, (0.0, 1.0))
    return Population(name, groups, np.ones(len(figures), dtype=np.int64), figures.reset_index(drop=True), bounds)


def participation(offers: pd.DataFrame | None, credentials: pd.DataFrame, who: pd.DataFrame) -> Participation | None:
    """Return who was eligible for work-based and partner programmes, and how far each was taken.

    A programme is a credential that is work-based or has partners, or any experience; an experience counts as
    work-based. ``offers`` and ``credentials`` are canonical tables; ``who`` has a row per learner, whose id is its
    index. Where it holds race and gender, the attribute ``MINORITISED_BY_GENDER`` is added. The answer is None, which
    is "not evaluated", where no step of outreach for such a programme is on record. Raises DataError for a stage that
    is unknown, a row without a learner or without anything offered, and a credential the catalogue lacks.

    >>> catalogue = pd.DataFrame({"credential_id": ["c1"], "name": ["Machining"], "kind": ["Certificate"],
    ...     "award_level": ["21"], "cip": ["480501"], "weeks": [30], "work_based": [True]})
    >>> steps = pd.DataFrame({"learner_id": ["a", "a", "b"], "credential_id": "c1", "on_date": "2024-05-01",
    ...     "stage": ["contacted", "applied", "eligible"]})
    >>> found = participation(steps, catalogue, pd.DataFrame({"gender": ["woman", "man"]}, index=["a", "b"]))
    >>> [population.name for population in found.populations]
    ['work-based or partner programmes', 'work-based programmes']
    >>> found.populations[0].figures["applied"].tolist()
    [1.0, 0.0]
    """
    if offers is None or offers.empty:
        return None
    steps, catalogue = conform(offers, OFFERS), conform(credentials, CREDENTIALS)
    _check(steps, catalogue)
    kinds = {name: about for name, about in _kinds(steps, catalogue).items() if about.any()}
    if not kinds:
        return None
    populations = tuple(_eligible(name, steps[about], who) for name, about in kinds.items())
    return Participation(populations, other_rows=int((~kinds[EITHER]).sum()))
