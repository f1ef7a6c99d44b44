"""Where there is no course file: the years of the cohort file as terms."""

import numpy as np
import pandas as pd

from onward.data.pdp.attempts import year_end
from onward.data.pdp.cells import day_texts, number_texts
from onward.data.pdp.cohort import YEARS, Cohorts


def years_of(cohorts: Cohorts) -> pd.DataFrame:
    """Return a row for each year in which credits were attempted, by the cohort files."""
    parts = []
    for year in YEARS:
        part = cohorts.frame.assign(
            end=year_end(cohorts.frame["entry"].to_numpy("datetime64[D]"), np.full(len(cohorts.frame), year)),
            start=year_end(cohorts.frame["entry"].to_numpy("datetime64[D]"), np.full(len(cohorts.frame), year - 1))
            + np.timedelta64(1, "D"),
            attempted=cohorts.frame[f"number_of_credits_attempted_year_{year}"],
            earned=cohorts.frame[f"number_of_credits_earned_year_{year}"],
            gpa=cohorts.frame["gpa_group_year_1"] if year == 1 else np.nan,
        )
        parts.append(part[(part["attempted"] > 0) & part["start"].notna()])
    found = pd.concat(parts, ignore_index=True).drop_duplicates(["learner", "institution", "start"])
    return found.sort_values(["learner", "institution", "start"], kind="stable").reset_index(drop=True)


def year_cells(found: pd.DataFrame, cohorts: Cohorts) -> pd.DataFrame:
    """Return the cells of the table ``enrollments``, a row for each of ``found``."""
    return pd.DataFrame(
        {
            "learner_id": cohorts.learners.take(found["learner"]),
            "institution_id": cohorts.institutions.take(found["institution"]),
            "term_start": day_texts(found["start"]),
            "term_end": day_texts(found["end"]),
            "credits_attempted": number_texts(found["attempted"]),
            "credits_earned": number_texts(found["earned"]),
            "gpa": number_texts(found["gpa"]),
        },
        dtype="str",
    )
