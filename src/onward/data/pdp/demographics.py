"""Who the learners of PDP cohort files are: the columns that only an audit reads, and what must be said of them."""

import re
from collections.abc import Iterator

import pandas as pd

from onward.data.pdp.calendar import per_text
from onward.data.pdp.cells import counted
from onward.data.pdp.cohort import Cohorts, extras, recoded
from onward.data.pdp.rules import PdpRules

RACES = (
    (r"NON-? ?RESIDENT", "nonresident"),
    (r"AMERICAN INDIAN|NATIVE AMERICAN|ALASKA", "american_indian_or_alaska_native"),
    (r"\bASIAN", "asian"),
    (r"BLACK|AFRICAN AMERICAN", "black"),
    (r"HISPANIC|LATIN[OAXE]", "hispanic"),
    (r"MIDDLE EASTERN|NORTH AFRICAN", "middle_eastern_or_north_african"),
    (r"HAWAIIAN|PACIFIC ISLANDER", "native_hawaiian_or_pacific_islander"),
    (r"WHITE|CAUCASIAN", "white"),
    (r"TWO OR MORE|MULTI-?RACIAL", "two_or_more"),
)
"""What stands in the column Race, which is free text now, and what it says."""
NO_RACE = frozenset({"", "UK", "UNKNOWN", "RACE UNKNOWN", "NOT REPORTED", "UNREPORTED"})
GENDERS = {"M": "man", "F": "woman", "X": "nonbinary_or_other", "P": "declined", "UK": "unknown", "UNKNOWN": "unknown"}
_YES_NO = {"Y": "true", "N": "false"}
_FIRST_GENERATION = {"N": "true", "P": "false", "C": "false", "A": "false", "B": "false"}
_INTENSITY = {"PART-TIME": "true", "FULL-TIME": "false"}


def demographic_cells(cohorts: Cohorts, rules: PdpRules) -> pd.DataFrame:
    """Return the cells of the table ``demographics``, a row for each of the cohort rows."""
    frame = cohorts.frame
    return pd.DataFrame(
        {
            "learner_id": frame["student_id"],
            "race_ethnicity": selections(frame["race"], frame["ethnicity"]),
            "gender": recoded(frame["gender"], GENDERS),
            "age_band": frame["student_age"].str.lower().fillna(""),
            "disability": recoded(frame["disability_status"], _YES_NO),
            "first_generation": recoded(frame["first_gen"], _FIRST_GENERATION),
            "pell": recoded(frame["pell_status_first_year"], _YES_NO),
            "part_time": recoded(frame["enrollment_intensity_first_term"], _INTENSITY),
            **extras(frame, rules, sensitive=True),
        },
        dtype="str",
    )


def selections(race: pd.Series, ethnicity: pd.Series) -> pd.Series:
    """Return every selection that Race and Ethnicity tell, Hispanic first; empty where neither says anything.

    >>> races = pd.Series(["BLACK OR AFRICAN AMERICAN", "UNKNOWN", "HISPANIC", None])
    >>> selections(races, pd.Series(["H", "UK", "N", None])).tolist()
    ['hispanic|black', 'unknown', 'hispanic', '']
    """
    return pd.Series(per_text(_both(race, ethnicity), _selected, missing="", dtype=object), dtype="str")


def demographic_notes(cohorts: Cohorts) -> Iterator[str]:
    """Yield what a reader of any result by group must know."""
    frame = cohorts.frame
    yield (
        "demographics: NSC fills in a missing gender and the files do not say for whom, so gender_imputed is missing "
        "unless a file of the college tells it; figures by gender hold some that learners did not state"
    )
    yield (
        "demographics: first_generation is true where no parent attended college, and false where one did, with or "
        "without a credential"
    )
    if unknown := int(frame["pell_status_first_year"].isna().sum()):
        yield (
            f"demographics: Pell is not known in {counted(unknown, 'row')} of cohort files and stays missing; later "
            "versions of Edvise count these as without a Pell grant, so their figures differ"
        )
    both = _both(frame["race"], frame["ethnicity"])
    if swapped := int(per_text(both, _contradicts, missing=False, dtype=bool).sum()):
        yield (
            f"demographics: Race and Ethnicity contradict each other in {counted(swapped, 'row')} of the cohort files; "
            "whoever is Hispanic by either is counted as Hispanic"
        )
    if unread := int(per_text(frame["race"], _is_unread, missing=False, dtype=bool).sum()):
        yield f"demographics: Race has no known meaning in {counted(unread, 'row')} of cohort files; it is not used"


def _both(race: pd.Series, ethnicity: pd.Series) -> pd.Series:
    return race.astype("str").fillna("").str.cat(ethnicity.astype("str").fillna(""), sep="\n")


def _selected(both: str) -> str:
    race, ethnicity = both.split("\n")
    found = dict.fromkeys([*_races(race), *_races(ethnicity)])
    if ethnicity.strip().upper() == "H" or "hispanic" in found:
        return "|".join(dict.fromkeys(["hispanic", *found]))
    if found:
        return "|".join(found)
    return "unknown" if race.strip() or ethnicity.strip() else ""


def _contradicts(both: str) -> bool:
    """Say whether Race is Hispanic and Ethnicity says no, or a race stands in the column Ethnicity."""
    race, ethnicity = both.split("\n")
    return bool(_races(ethnicity)) or (_races(race) == ["hispanic"] and ethnicity.strip().upper() == "N")


def _is_unread(race: str) -> bool:
    return not _races(race) and race.strip().upper() not in NO_RACE


def _races(text: str) -> list[str]:
    return list(dict.fromkeys(race for words, race in RACES if re.search(words, text.upper())))
