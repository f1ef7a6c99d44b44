"""The course files of a made-up state system."""

import numpy as np
import pandas as pd

from onward.data.pdp.columns import COURSE
from onward.data.simulated_files_cells import day_cells, dotted, laid_out, number_cells, school_year_cells, text_cells
from onward.data.simulated_files_people import cohort_cells, entries, people_cells
from onward.data.simulated_files_terms import Told, school_term
from onward.data.tables import Tables

COURSE_CREDITS = 3.0


def course_frame(tables: Tables, told: Told) -> pd.DataFrame:
    """Return the course files of all institutions: each term's credits in courses of three, the rest in the last.

    The second course of a term is the laboratory of the first: it has the same number.
    """
    rows = _in_courses(told.terms)
    nth, attempted = rows["nth"], rows["course_credits"]
    of = tables.credentials.set_index("credential_id").loc[rows["credential_id"]]
    year, term = school_term(rows["start"])
    lab = (nth == 1).astype(np.int64)
    frame = pd.DataFrame(
        {
            "Academic Year": school_year_cells(year),
            "Academic Term": term,
            "Course Prefix": "P" + of["cip"].str[:2].to_numpy(object),
            "Course Number": text_cells(101 + nth - lab),
            "Section ID": np.where(lab == 1, "L1", "01"),
            "Course Name": of["name"].to_numpy(object),
            "Course CIP": dotted(of["cip"]),
            "Course Type": np.where(of["credits"].to_numpy(float) > 0, "CU", "NC"),
            "Math or English Gateway": "NA",
            "Co-requisite Course": np.where(lab == 1, "Y", "N"),
            "Course Begin Date": day_cells(rows["start"]),
            "Course End Date": day_cells(rows["end"]),
            "Grade": _grades(rows),
            "Number of Credits Attempted": number_cells(attempted),
            "Number of Credits Earned": number_cells(attempted.where(rows["earned"] > 0, rows["earned"])),
            "Delivery Method": rows["modality"].map({"in_person": "F", "online": "O", "hybrid": "H"}),
            "Core Course": "N",
            "Core Competency Completed": "N",
            "Enrolled at Other Institution(s)": np.where(rows["moved"], "Y", "N"),
            "Credential Engine Identifier": rows["credential_id"],
            "Course Instructor Employment Status": "FT",
            "Course Instructor Rank": "3",
            "Term Program of Study": dotted(of["cip"]),
        }
    )
    people = people_cells(tables).loc[rows["learner_id"]].reset_index()
    entry = entries(told).set_index(["learner_id", "place"])["start"]
    began = entry.loc[pd.MultiIndex.from_frame(rows[["learner_id", "place"]])].reset_index(drop=True)
    return laid_out(COURSE, pd.concat([people, cohort_cells(began, rows["place"]), frame], axis=1))


def _in_courses(terms: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each course of each term, with its place in the term and its credits."""
    several = np.maximum(1, terms["attempted"] // COURSE_CREDITS).astype(np.int64).to_numpy()
    row = np.repeat(np.arange(len(terms)), several)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(several) - several, several)
    rest = terms["attempted"].to_numpy() - COURSE_CREDITS * (several - 1)
    course_credits = np.where(nth == several[row] - 1, rest[row], COURSE_CREDITS)
    return terms.iloc[row].reset_index(drop=True).assign(nth=nth, course_credits=course_credits)


def _grades(rows: pd.DataFrame) -> pd.Series:
    """Return the term's grade; P where it has none, W where the learner left, and nothing while it is under way."""
    grade = pd.Series(number_cells(rows["gpa"]), index=rows.index)
    return grade.mask(grade == "", "P").mask(rows["left"], "W").mask(rows["under_way"], "")
