"""Rows of PDP course files as terms: what a learner took in a term of an institution under one program."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.pdp.calendar import (
    UNKNOWN,
    Days,
    Ints,
    coded,
    first_years,
    order_of,
    per_text,
)
from onward.data.pdp.catalogue import Programs
from onward.data.pdp.cells import cip_number
from onward.data.pdp.cohort import Cohorts, institution_codes
from onward.data.pdp.columns import TERMS
from onward.data.pdp.rules import PdpRules

if TYPE_CHECKING:
    from onward.data.pdp.reading import PdpFile

Bools = npt.NDArray[np.bool_]
MODALITIES = {"F": "in_person", "O": "online", "H": "hybrid"}
NOT_YET = frozenset({"", "M", "IP", "NR", "I"})
"""Grades that say that there is none, or none yet."""
WITHDRAWN = frozenset({"W", "WD"})


@dataclass(frozen=True)
class Courses:
    """Course rows as numbers, those that tell of a learner of the cohort files in a known term, and what was left out.

    ``students`` is how many learners the files hold, ``known_students`` those of them with a row that is kept, and
    ``unknown_students`` those in no cohort file; the other counts are of rows. The frame has learner, institution,
    order (of the school term), year, term, credential (place in the catalogue, -1), cip (a number, -1), begin and end
    (days or missing), attempted, earned, points (a grade from 0 to 4, or missing), open (nothing earned or graded yet),
    withdrawn, elsewhere, delivery (place in MODALITIES, -1), file and row.
    """

    frame: pd.DataFrame
    rows: int
    students: int
    known_students: int
    without_cohort: int
    unknown_students: int
    without_term: int
    before_cohort: int
    stood_in: int
    by_field: int


def courses_of(files: Sequence["PdpFile"], cohorts: Cohorts, programs: Programs, rules: PdpRules) -> Courses:
    """Read course ``files`` into numbers, and leave out what cannot be told of a learner."""
    frame = pd.concat(
        [_numbers(file, place, cohorts, programs, rules) for place, file in enumerate(files)], ignore_index=True
    )
    students = pd.Index(pd.concat([pd.Series(file.frame["student_id"].dropna().unique()) for file in files]).unique())
    known = (frame["learner"] >= 0) & (frame["institution"] >= 0)
    dated = frame["begin"].notna() | (frame["order"] >= 0)
    entry = cohorts.rows_of(frame)
    order = _of_entry(cohorts, "order", entry)
    early = ((frame["order"] >= 0) & (frame["order"] < order)).to_numpy(bool)
    kept = known & dated & (~early if rules.pre_cohort_courses == "drop" else True)
    told = (frame["credential"] >= 0).to_numpy(bool)
    frame, stood_in = _with_program(frame, cohorts, programs, entry)
    return Courses(
        frame[kept].reset_index(drop=True),
        rows=len(frame),
        students=len(students),
        known_students=int(frame.loc[kept, "learner"].nunique()),
        without_cohort=int((~known).sum()),
        unknown_students=int((~students.isin(cohorts.learners)).sum()),
        without_term=int((known & ~dated).sum()),
        before_cohort=int((known & dated & early).sum()),
        stood_in=int((kept & stood_in).sum()),
        by_field=int((kept & ~told & (frame["credential"] >= 0)).sum()),
    )


def _numbers(file: "PdpFile", place: int, cohorts: Cohorts, programs: Programs, rules: PdpRules) -> pd.DataFrame:
    frame = file.frame
    years, terms = first_years(frame["academic_year"]), coded(frame["academic_term"], TERMS)
    grades = frame["grade"]
    codes, ids = pd.factorize(frame["student_id"])
    earned = frame["number_of_credits_earned"].to_numpy(float)
    ungraded = per_text(grades, lambda text: text.strip().upper() in NOT_YET, missing=True, dtype=bool)
    return pd.DataFrame(
        {
            "learner": np.append(cohorts.learners.get_indexer(pd.Index(ids)), UNKNOWN)[codes],
            "institution": institution_codes(frame["institution_id"], cohorts.institutions, rules),
            "year": years,
            "term": terms,
            "order": order_of(years, terms),
            "credential": per_text(
                frame["credential_engine_identifier"], programs.of_ctid, missing=UNKNOWN, dtype=np.int64
            ),
            "cip": per_text(frame["term_program_of_study"], cip_number, missing=UNKNOWN, dtype=np.int64),
            "begin": frame["course_begin_date"].to_numpy("datetime64[D]"),
            "end": frame["course_end_date"].to_numpy("datetime64[D]"),
            "attempted": frame["number_of_credits_attempted"].to_numpy(float),
            "earned": earned,
            "points": per_text(grades, _points, missing=np.nan, dtype=float),
            "open": ungraded & ~(earned > 0),
            "withdrawn": per_text(grades, lambda text: text.strip().upper() in WITHDRAWN, missing=False, dtype=bool),
            "elsewhere": coded(frame["enrolled_at_other_institution_s"], ["Y"]) == 0,
            "delivery": coded(frame["delivery_method"], MODALITIES),
            "file": place,
            "row": file.rows,
        }
    )


def _of_entry(cohorts: Cohorts, name: str, entry: Ints) -> Ints:
    """Return a column of the cohort row that each course row belongs to, -1 where there is none."""
    found: Ints = np.append(cohorts.frame[name].to_numpy(np.int64), UNKNOWN)[entry]
    return found


def _points(grade: str) -> float:
    """Return a grade from 0 to 4 as a number; any other is none.

    >>> _points("3.7"), _points("W")
    (3.7, nan)
    """
    try:
        points = float(grade)
    except ValueError:
        return np.nan
    return points if 0 <= points <= 4 else np.nan


def _with_program(frame: pd.DataFrame, cohorts: Cohorts, programs: Programs, entry: Ints) -> tuple[pd.DataFrame, Bools]:
    """Match the rows without a CTID of the catalogue by field and credential sought; say whose field stood in."""
    asked = (frame["credential"] < 0).to_numpy(bool) & (entry >= 0)
    cip = frame["cip"].to_numpy(np.int64)
    declared = _of_entry(cohorts, "cip", entry)
    stood_in = asked & (cip < 0) & (declared >= 0)
    sought = _of_entry(cohorts, "sought", entry)
    credential = frame["credential"].to_numpy(np.int64).copy()
    credential[asked] = programs.of_field(np.where(stood_in, declared, cip)[asked], sought[asked])
    return frame.assign(credential=credential, cip=np.where(stood_in, declared, cip)), stood_in


def first_course_days(courses: Courses, cohorts: Cohorts) -> Days:
    """Return the first day of a course in each cohort row's own term at its institution, missing without one."""
    frame = courses.frame
    several = 2 + int(max(frame["order"].max() if len(frame) else 0, cohorts.frame["order"].max(), 0))
    firsts = frame["begin"].groupby(cohorts.key_of(frame) * several + frame["order"].to_numpy()).min()
    wanted = cohorts.keys.to_numpy() * several + cohorts.frame["order"].to_numpy()
    days: Days = firsts.reindex(wanted).to_numpy("datetime64[D]")
    return days
