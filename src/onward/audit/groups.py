"""Who a learner is counted with: what learners report about themselves, as the groups an audit compares."""

from collections.abc import Sequence

import pandas as pd

from onward.data.tables import GENDERS, RACES
from onward.errors import DataError

RACE, GENDER = "race_ethnicity", "gender"
INTERSECTION = "race_ethnicity x gender"
EVERYONE = "everyone"
UNJUDGED = frozenset({"unknown", "nonresident", "declined"})
"""Groups that say nothing of a learner's identity: counted and shown, never judged."""

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
    "white": ("White", "White learners"),
    "two_or_more": ("Two or more races", "learners of two or more races"),
    "nonresident": ("Nonresident", "nonresident learners"),
    "unknown": ("Not known", "learners who are not known"),
    "woman": ("Women", "women"),
    "man": ("Men", "men"),
    "nonbinary_or_other": ("Nonbinary or other", "nonbinary learners and those of another gender"),
    "declined": ("Declined to state", "learners who declined to state"),
}
ATTRIBUTE_LABELS = {
    EVERYONE: "Everyone",
    RACE: "Race and ethnicity",
    GENDER: "Gender",
    INTERSECTION: "Race and ethnicity by gender",
}


def label(group: str) -> str:
    """Name a group as a row of a table does.

    >>> label("hispanic"), label("black:woman")
    ('Hispanic or Latino', 'Black: women')
    """
    race, _, gender = group.partition(":")
    return f"{LABELS[race][0]}: {LABELS[gender][0].lower()}" if gender else LABELS[group][0]


def subject(group: str) -> str:
    """Name a group as the subject of a sentence does.

    >>> subject("black"), subject("woman")
    ('Black learners', 'women')
    """
    return LABELS[group][1]


def ipeds_1997(selections: str) -> str:
    """Report one learner's selections, joined by ``|``, as the 1997 standards and IPEDS do.

    Nonresident comes first, then Hispanic of any race, then two or more races. Under these standards Middle Eastern
    or North African is reported as White.

    >>> ipeds_1997("black|hispanic"), ipeds_1997("asian|white"), ipeds_1997("middle_eastern_or_north_african|white")
    ('hispanic', 'two_or_more', 'white')
    """
    chosen = set(selections.split("|")) - {"unknown", ""}
    stray = chosen - set(RACES)
    if stray:
        raise DataError(
            f"column race_ethnicity of demographics holds {', '.join(sorted(stray))}; "
            f"use {', '.join(RACES)}, joined by |"
        )
    for first in ("nonresident", "hispanic"):
        if first in chosen:
            return first
    races = {"white" if race == "middle_eastern_or_north_african" else race for race in chosen}
    return "two_or_more" if len(races) > 1 else next(iter(races), "unknown")


def reported_race(selections: pd.Series) -> pd.Series:
    """Report everyone's selections; a missing one is unknown."""
    filled = selections.fillna("unknown")
    return filled.map({text: ipeds_1997(text) for text in filled.unique()})


def stated_gender(stated: pd.Series) -> pd.Series:
    """Return gender as learners state it; a missing one is unknown."""
    filled = stated.fillna("unknown")
    stray = sorted(set(filled) - set(GENDERS))
    if stray:
        raise DataError(f"column gender of demographics holds {', '.join(stray)}; use one of {', '.join(GENDERS)}")
    return filled


def groups(demographics: pd.DataFrame, *, learners: pd.Index, attributes: Sequence[str]) -> pd.DataFrame:
    """Give every learner a group in every attribute, and in the intersection where there are two attributes.

    A learner who is absent from ``demographics`` is unknown, never dropped.

    >>> people = pd.DataFrame({"learner_id": ["a"], "race_ethnicity": ["black"], "gender": ["woman"]})
    >>> groups(people, learners=pd.Index(["a", "b"]), attributes=("race_ethnicity", "gender")).loc["b"].tolist()
    ['unknown', 'unknown', 'unknown:unknown']
    """
    known = demographics.set_index("learner_id").reindex(learners)
    report = {RACE: reported_race, GENDER: stated_gender}
    frame = pd.DataFrame({name: report[name](known[name].astype("str")) for name in attributes}, index=learners)
    if len(attributes) > 1:
        frame[INTERSECTION] = frame[RACE] + ":" + frame[GENDER]
    return frame
