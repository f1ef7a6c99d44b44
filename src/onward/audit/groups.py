"""Who a learner is counted with: what learners report about themselves, as the groups an audit compares."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from onward.data.columns import EXTRA_PREFIX
from onward.data.tables import DEMOGRAPHICS, GENDERS, RACES
from onward.errors import DataError

RACE, GENDER = "race_ethnicity", "gender"
INTERSECTION = "race_ethnicity x gender"
EVERYONE = "everyone"
TOO_FEW = "too_few"
"""Groups that are put together because each is too small to be shown."""
UNJUDGED = frozenset({"unknown", "nonresident", "declined", TOO_FEW})
"""Groups that say nothing of a learner's identity: counted and shown, never judged."""
Reporting = Literal["ipeds_1997", "spd15_2024"]
YES, NO, UNKNOWN = "yes", "no", "unknown"

# One place for the words used of people: as a row of a table, and as the subject of a sentence.
LABELS = {
    EVERYONE: ("Everyone", "all learners"),
    "american_indian_or_alaska_native": (
        "American Indian or Alaska Native",
        "American Indian or Alaska Native learners",
    ),
    "asian": ("Asian", "Asian learners"),
    "black": ("Black", "Black learners"),
    "hispanic": ("Hispanic or Latino", "Hispanic or Latino learners"),
    "native_hawaiian_or_pacific_islander": (
        "Native Hawaiian or Pacific Islander",
        "Native Hawaiian or Pacific Islander learners",
    ),
    "middle_eastern_or_north_african": (
        "Middle Eastern or North African",
        "Middle Eastern or North African learners",
    ),
    "white": ("White", "White learners"),
    "two_or_more": ("Two or more races", "learners of two or more races"),
    "nonresident": ("Nonresident", "nonresident learners"),
    "unknown": ("Not known", "learners who are not known"),
    "woman": ("Women", "women"),
    "man": ("Men", "men"),
    "nonbinary_or_other": ("Nonbinary or other", "nonbinary learners and those of another gender"),
    "declined": ("Declined to state", "learners who declined to state"),
    TOO_FEW: ("All others, too few each", "learners of all other groups"),
    YES: ("Yes", "learners to whom this applies"),
    NO: ("No", "learners to whom this does not apply"),
    "minoritised": ("Racially minoritised", "learners from racially minoritised groups"),
    "white_or_asian": ("White or Asian", "White or Asian learners"),
}
ATTRIBUTE_LABELS = {
    EVERYONE: "Everyone",
    RACE: "Race and ethnicity",
    GENDER: "Gender",
    INTERSECTION: "Race and ethnicity by gender",
    "minoritised x gender": "Racially minoritised, by gender",
    "gender_imputed": "Gender filled in by someone else",
    "age_band": "Age",
    "disability": "Disability",
    "first_generation": "First in the family to attend college",
    "pell": "Pell grant",
    "part_time": "Part-time",
    "single_parent": "Single parent",
    "out_of_workforce": "Out of the workforce",
    "english_learner": "English learner",
    "homeless": "Homeless",
    "foster_youth": "Foster youth",
    "military_parent": "Parent on active duty",
    "non_traditional_field": "Non-traditional field",
    "economically_disadvantaged": "Economically disadvantaged",
}


def attribute_label(attribute: str) -> str:
    """Name an attribute as a heading does; one of the institution's own keeps its name.

    >>> attribute_label("pell"), attribute_label("x_marital_status")
    ('Pell grant', 'Marital status')
    """
    own = attribute.removeprefix(EXTRA_PREFIX).replace("_", " ")
    return ATTRIBUTE_LABELS.get(attribute, own[:1].upper() + own[1:])


def label(group: str) -> str:
    """Name a group as a row of a table does; one of the institution's own keeps its name.

    >>> label("hispanic"), label("black:woman"), label("25 to 39")
    ('Hispanic or Latino', 'Black: women', '25 to 39')
    """
    first, _, second = group.partition(":")
    if second in LABELS and first in LABELS:
        return f"{LABELS[first][0]}: {LABELS[second][0].lower()}"
    return LABELS.get(group, (group,))[0]


def subject(group: str) -> str:
    """Name a group as the subject of a sentence does.

    >>> subject("black"), subject("woman"), subject("black:woman")
    ('Black learners', 'women', 'Black women')
    """
    first, _, second = group.partition(":")
    if second in LABELS and first in LABELS:
        return f"{LABELS[first][0]} {LABELS[second][1]}"
    return LABELS.get(group, ("", f"learners of group {group}"))[1]


def selections_of(selections: str) -> set[str]:
    """Return what one learner selected, joined by ``|``, refusing anything the tables do not know."""
    chosen = set(selections.split("|")) - {"unknown", ""}
    stray = chosen - {*RACES, "two_or_more"}
    if stray:
        raise DataError(
            f"column race_ethnicity of demographics holds {', '.join(sorted(stray))}; "
            f"use {', '.join(RACES)}, joined by |, or two_or_more where that is all that is known"
        )
    return chosen


def ipeds_1997(selections: str) -> str:
    """Report one learner's selections, joined by ``|``, as the 1997 standards and IPEDS do.

    Nonresident comes first, then Hispanic of any race, then two or more races. Under these standards Middle Eastern
    or North African is reported as White.

    >>> ipeds_1997("black|hispanic"), ipeds_1997("asian|white"), ipeds_1997("middle_eastern_or_north_african|white")
    ('hispanic', 'two_or_more', 'white')
    """
    chosen = selections_of(selections)
    for first in ("nonresident", "hispanic"):
        if first in chosen:
            return first
    races = {"white" if race == "middle_eastern_or_north_african" else race for race in chosen}
    return "two_or_more" if len(races) > 1 else next(iter(races), UNKNOWN)


def spd15_2024(selections: str) -> str:
    """Report one learner's selections by the 2024 standards: one question, a category each, or two or more.

    Nonresident stays a class of its own. Source: Office of Management and Budget, Statistical Policy Directive 15,
    89 FR 22182 (29 March 2024).

    >>> spd15_2024("black|hispanic"), spd15_2024("hispanic"), spd15_2024("middle_eastern_or_north_african")
    ('two_or_more', 'hispanic', 'middle_eastern_or_north_african')
    """
    chosen = selections_of(selections)
    if "nonresident" in chosen:
        return "nonresident"
    return "two_or_more" if len(chosen) > 1 else next(iter(chosen), UNKNOWN)


REPORTED = {"ipeds_1997": ipeds_1997, "spd15_2024": spd15_2024}


def reported_race(selections: pd.Series, reporting: Reporting = "ipeds_1997") -> pd.Series:
    """Report everyone's selections; a missing one is unknown."""
    filled = selections.fillna(UNKNOWN)
    return filled.map({text: REPORTED[reporting](text) for text in filled.unique()})


def stated_gender(stated: pd.Series) -> pd.Series:
    """Return gender as learners state it; a missing one is unknown."""
    filled = stated.fillna("unknown")
    stray = sorted(set(filled) - set(GENDERS))
    if stray:
        raise DataError(f"column gender of demographics holds {', '.join(stray)}; use one of {', '.join(GENDERS)}")
    return filled


def further_attributes(demographics: pd.DataFrame) -> tuple[str, ...]:
    """Return every column of demographics that holds groups beside race and gender, the institution's own behind.

    >>> people = pd.DataFrame({"learner_id": ["a"], "pell": [True], "homeless": [None], "x_campus": ["north"]})
    >>> further_attributes(people)
    ('pell', 'x_campus')
    """
    known = [name for name in DEMOGRAPHICS.names if name not in {"learner_id", RACE, GENDER}]
    own = [name for name in demographics.columns if str(name).startswith(EXTRA_PREFIX)]
    return tuple(name for name in (*known, *own) if name in demographics and demographics[name].notna().any())


def stated(column: pd.Series) -> pd.Series:
    """Return a column's groups as texts: yes and no for a flag, the text itself otherwise, unknown where missing.

    >>> stated(pd.Series([True, None], dtype="boolean")).tolist(), stated(pd.Series(["25 to 39"])).tolist()
    (['yes', 'unknown'], ['25 to 39'])
    """
    if pd.api.types.is_bool_dtype(column.dtype) or set(column.dropna().unique()) <= {True, False}:
        return column.astype("boolean").map({True: YES, False: NO}).astype("str").where(column.notna(), UNKNOWN)
    return column.astype("str").where(column.notna(), UNKNOWN)


def groups(
    demographics: pd.DataFrame,
    *,
    learners: pd.Index,
    attributes: Sequence[str],
    reporting: Reporting = "ipeds_1997",
) -> pd.DataFrame:
    """Give every learner a group in every attribute, and in the intersection where race and gender both are among them.

    A learner who is absent from ``demographics`` is unknown, never dropped.

    >>> people = pd.DataFrame({"learner_id": ["a"], "race_ethnicity": ["black"], "gender": ["woman"]})
    >>> groups(people, learners=pd.Index(["a", "b"]), attributes=("race_ethnicity", "gender")).loc["b"].tolist()
    ['unknown', 'unknown', 'unknown:unknown']
    """
    known = demographics.set_index("learner_id").reindex(learners)
    columns = {}
    for name in attributes:
        if name == RACE:
            columns[name] = reported_race(known[name].astype("str"), reporting)
        elif name == GENDER:
            columns[name] = stated_gender(known[name].astype("str"))
        else:
            columns[name] = stated(known[name])
    frame = pd.DataFrame(columns, index=learners)
    if {RACE, GENDER} <= set(attributes):
        at = frame.columns.get_loc(GENDER)
        frame.insert(max(at, frame.columns.get_loc(RACE)) + 1, INTERSECTION, frame[RACE] + ":" + frame[GENDER])
    return frame
