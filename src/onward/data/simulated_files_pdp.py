"""A made-up state system as PDP cohort and course files, one pair for each institution, in NSC's own headers."""

from pathlib import Path

from onward.data.simulated_files_cohort import cohort_frame
from onward.data.simulated_files_course import course_frame
from onward.data.simulated_files_terms import Told
from onward.data.tables import Tables


def write_pdp(tables: Tables, told: Told, folder: Path) -> tuple[list[str], list[str]]:
    """Write a cohort and a course file for each institution that has learners, and return their names."""
    courses, cohorts = course_frame(tables, told), cohort_frame(tables, told)
    names: tuple[list[str], list[str]] = ([], [])
    for written, frame, kind in zip(names, (cohorts, courses), ("COHORT", "COURSE"), strict=True):
        for institution, rows in frame.groupby("Institution ID", sort=True):
            written.append(f"{institution}_{kind}_AR_DEIDENTIFIED.csv")
            rows.to_csv(folder / written[-1], index=False)
    return names
