"""What both kinds of PDP files of a made-up state system say of a learner: who they are, and where they entered."""

import numpy as np
import pandas as pd

from onward.data.pdp.demographics import GENDERS, selections
from onward.data.simulated_files_cells import flag_cells, school_year_cells
from onward.data.simulated_files_terms import Told, school_term
from onward.data.tables import Tables

RACES = {
    "american_indian_or_alaska_native": "American Indian or Alaska Native",
    "asian": "Asian",
    "black": "Black or African American",
    "hispanic": "Hispanic",
    "native_hawaiian_or_pacific_islander": "Native Hawaiian or Other Pacific Islander",
    "white": "White",
    "two_or_more": "Two or More Races",
    "nonresident": "Nonresident alien",
    "unknown": "Unknown",
}


def opeid(place: int) -> str:
    """Return the made-up OPEID of the institution at ``place``.

    >>> opeid(0)
    '00990100'
    """
    return f"{990_100 + 100 * place:08d}"


def races_and_ethnicities(answers: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the columns Race and Ethnicity; two races that are not named there are "Two or More Races".

    >>> race, ethnicity = races_and_ethnicities(pd.Series(["hispanic|black", "asian|white"]))
    >>> race.tolist(), ethnicity.tolist()
    (['Black or African American', 'Two or More Races'], ['H', 'N'])
    """
    told = {answer: _race_and_ethnicity(str(answer)) for answer in answers.dropna().unique()}
    race = answers.map({answer: race for answer, (race, _) in told.items()}).fillna("")
    return race, answers.map({answer: ethnicity for answer, (_, ethnicity) in told.items()}).fillna("UK")


def race_told(answers: pd.Series) -> pd.Series:
    """Return what a reader of Race and Ethnicity learns of each answer."""
    return selections(*races_and_ethnicities(answers))


def _race_and_ethnicity(answer: str) -> tuple[str, str]:
    others = [race for race in answer.split("|") if race != "hispanic"]
    hispanic = len(others) < len(answer.split("|"))
    if others in (["unknown"], ["nonresident"]):
        return RACES[others[0]], "H" if hispanic else "UK"
    several = len(others) > 1 or (bool(others) and others[0] not in RACES)
    race = "two_or_more" if several else others[0] if others else "hispanic"
    return RACES[race], "H" if hispanic else "N"


def entries(told: Told) -> pd.DataFrame:
    """Return the first term of each learner at each institution."""
    return told.terms[~told.terms.duplicated(["learner_id", "place"])].reset_index(drop=True)


def people_cells(tables: Tables) -> pd.DataFrame:
    """Return what cohort and course files say of a learner, by id."""
    people = tables.demographics.set_index("learner_id").reindex(tables.learners["learner_id"])
    learners = tables.learners.set_index("learner_id")
    race, ethnicity = races_and_ethnicities(people["race_ethnicity"])
    codes = {gender: code for code, gender in GENDERS.items() if len(code) <= 2}
    age = learners["age_at_entry"]
    frame = pd.DataFrame(
        {
            "Student Age": np.select([age < 21, age < 25], ["20 and younger", ">20 - 24"], "Older than 24"),
            "Race": race,
            "Ethnicity": ethnicity,
            "Gender": people["gender"].map(codes).fillna(""),
            "First Gen": flag_cells(people["first_generation"], "N", "A"),
            "Pell Status First Year": flag_cells(people["pell"], "Y", "N"),
            "Disability Status": flag_cells(people["disability"], "Y", "N"),
            "Enrollment Intensity First Term": flag_cells(people["part_time"], "Part-Time", "Full-Time"),
            "Math Placement": flag_cells(learners["math_ready"], "C", "N"),
            "English Placement": flag_cells(learners["english_ready"], "C", "N"),
        }
    )
    return frame.rename_axis("Student GUID")


def cohort_cells(began: pd.Series, places: pd.Series) -> pd.DataFrame:
    """Return the columns that say at which institution, and in which term, each learner entered."""
    year, term = school_term(began)
    ids = np.array([opeid(place) for place in range(int(places.max()) + 1)], object)
    return pd.DataFrame(
        {"Institution ID": ids[places.to_numpy()], "Cohort": school_year_cells(year), "Cohort Term": term.str.title()}
    )
