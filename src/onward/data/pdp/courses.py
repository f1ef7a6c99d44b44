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
    first_days,
    first_years,
    last_days,
    order_of,
    per_text,
)
from onward.data.pdp.catalogue import Programs
from onward.data.pdp.cells import cip_number, cip_text, day_texts, number_texts
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
GRADE_DECIMALS = 3
_SHARES = [f"credits_{letter}" for letter in MODALITIES]


@dataclass(frozen=True)
class Courses:
    """Course rows as numbers, those that tell of a learner of the cohort files in a known term, and what was left out.

    ``students`` is how many learners the files hold, known or not. The frame has learner, institution, order (of the
    school term), year, term, credential (place in the catalogue, -1), cip (a number, -1), begin and end (days or
    missing), attempted, earned, points (a grade from 0 to 4, or missing), open (nothing earned or graded yet),
    withdrawn, elsewhere, delivery (place in MODALITIES, -1), file and row.
    """

    frame: pd.DataFrame
    rows: int
    students: int
    without_cohort: int
    unknown_students: int
    without_term: int
    before_cohort: int
    stood_in: int


def courses_of(files: Sequence["PdpFile"], cohorts: Cohorts, programs: Programs, rules: PdpRules) -> Courses:
    """Read course ``files`` into numbers, and leave out what cannot be told of a learner."""
    frame = pd.concat(
        [_numbers(file, place, cohorts, programs, rules) for place, file in enumerate(files)], ignore_index=True
    )
    students = pd.Index(pd.concat([pd.Series(file.frame["student_id"].dropna().unique()) for file in files]).unique())
    known = (frame["learner"] >= 0) & (frame["institution"] >= 0)
    dated = frame["begin"].notna() | (frame["order"] >= 0)
    entry = cohorts.rows_of(frame)
    order = np.where(entry >= 0, cohorts.frame["order"].to_numpy()[entry], UNKNOWN)
    early = ((frame["order"] >= 0) & (frame["order"] < order)).to_numpy(bool)
    kept = known & dated & (~early if rules.pre_cohort_courses == "drop" else True)
    frame, stood_in = _with_program(frame, cohorts, programs, entry)
    return Courses(
        frame[kept].reset_index(drop=True),
        rows=len(frame),
        students=len(students),
        without_cohort=int((~known).sum()),
        unknown_students=int((~students.isin(cohorts.learners)).sum()),
        without_term=int((known & ~dated).sum()),
        before_cohort=int((known & dated & early).sum()),
        stood_in=int((kept & stood_in).sum()),
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
    declared = cohorts.frame["cip"].to_numpy(np.int64)[entry]
    stood_in = asked & (cip < 0) & (declared >= 0)
    sought = cohorts.frame["sought"].to_numpy(np.int64)[entry]
    credential = frame["credential"].to_numpy(np.int64).copy()
    credential[asked] = programs.of_field(np.where(stood_in, declared, cip)[asked], sought[asked])
    return frame.assign(credential=credential, cip=np.where(stood_in, declared, cip)), stood_in


def program_terms(courses: Courses, rules: PdpRules) -> pd.DataFrame:
    """Return a row for each term of a learner under one program.

    Columns: learner, institution, order, credential, cip, start and end (``nominal`` where no course has a day),
    attempted, earned, quality and graded (sums of grades by credits, and those credits), credits_F, _O, _H, open,
    withdrawn (every course), elsewhere (any course), under_way, file and row (of the first course).
    """
    frame = courses.frame
    graded = frame["points"].notna() & (frame["attempted"] > 0)
    weight = frame["attempted"].where(graded, 0.0)
    delivered = frame["attempted"].fillna(0.0) + 1e-6
    frame = frame.assign(
        graded=weight,
        quality=(weight * frame["points"]).where(graded, 0.0),
        **{name: delivered.where(frame["delivery"] == place, 0.0) for place, name in enumerate(_SHARES)},
    )
    keys = ["learner", "institution", "order", "credential", "cip"]
    # Without a term the day stands for it.
    days = np.where(frame["order"] < 0, day_numbers(frame["begin"]), 0)
    groups = frame.groupby(_one_key([*(frame[name].to_numpy(np.int64) for name in keys), days]), sort=True)
    terms = groups.agg(
        **{name: (name, "first") for name in (*keys, "year", "term", "file", "row")},
        start=("begin", "min"),
        end=("end", "max"),
        quality=("quality", "sum"),
        graded=("graded", "sum"),
        **{name: (name, "sum") for name in _SHARES},
        open=("open", "all"),
        withdrawn=("withdrawn", "all"),
        elsewhere=("elsewhere", "any"),
    )
    terms[["attempted", "earned"]] = groups[["attempted", "earned"]].sum(min_count=1)
    return _under_way(_with_days(terms.reset_index(drop=True), rules), rules)


def _with_days(terms: pd.DataFrame, rules: PdpRules) -> pd.DataFrame:
    years, names = terms["year"].to_numpy(np.int64), terms["term"].to_numpy(np.int64)
    start, end = (terms[name].to_numpy("datetime64[D]") for name in ("start", "end"))
    nominal = np.isnat(start) | np.isnat(end)
    start = np.where(np.isnat(start), first_days(years, names, rules), start)
    end = np.where(np.isnat(end), last_days(years, names, rules), end)
    end = np.where(np.isnat(end), start, np.maximum(start, end))
    return terms.assign(start=start, end=end, nominal=nominal)


def _under_way(terms: pd.DataFrame, rules: PdpRules) -> pd.DataFrame:
    through = through_by_institution(terms, rules)[terms["institution"].to_numpy(np.int64)]
    ends = terms["end"].to_numpy("datetime64[D]")
    return terms.assign(under_way=terms["open"].to_numpy(bool) & (np.isnat(through) | (ends > through)))


def through_by_institution(terms: pd.DataFrame, rules: PdpRules) -> Days:
    """Return the last day that the files tell of, by place of the institution; missing where nothing is graded."""
    several = int(terms["institution"].max()) + 1 if len(terms) else 0
    if rules.data_through is not None:
        return np.full(several, np.datetime64(rules.data_through, "D"))
    days = np.full(several, np.datetime64("NaT"), "datetime64[D]")
    last = terms[~terms["open"]].groupby("institution")["end"].max()
    days[last.index.to_numpy(np.int64)] = last.to_numpy("datetime64[D]")
    return days


def enrolments(terms: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each learner, institution and first day, without terms under way.

    Programs whose courses begin on one day are one term; it has the field of the most credits.
    """
    seen = terms[~terms["under_way"]]
    seen = seen.sort_values(["attempted", "cip"], ascending=[False, True], kind="stable")
    places = [seen[name].to_numpy(np.int64) for name in ("learner", "institution")]
    groups = seen.groupby(_one_key([*places, day_numbers(seen["start"])]), sort=True)
    sums = ["attempted", "earned"]
    found = groups.agg(
        **{name: (name, "first") for name in ("learner", "institution", "cip", "start")},
        **{name: (name, "min") for name in ("file", "row")},
        end=("end", "max"),
        quality=("quality", "sum"),
        graded=("graded", "sum"),
        **{name: (name, "sum") for name in _SHARES},
    )
    found[sums] = groups[sums].sum(min_count=1)
    return found.reset_index(drop=True)


def enrolment_cells(found: pd.DataFrame, cohorts: Cohorts) -> pd.DataFrame:
    """Return the cells of the table ``enrollments``, a row for each of ``found``."""
    gpa = (found["quality"] / found["graded"].where(found["graded"] > 0)).round(GRADE_DECIMALS)
    shares = found[_SHARES].to_numpy(float)
    modality = np.where(shares.sum(axis=1) > 0, shares.argmax(axis=1), UNKNOWN)
    names = np.array([*MODALITIES.values(), ""], object)
    return pd.DataFrame(
        {
            "learner_id": cohorts.learners.take(found["learner"]),
            "institution_id": cohorts.institutions.take(found["institution"]),
            "term_start": day_texts(found["start"]),
            "term_end": day_texts(found["end"]),
            "cip": cip_text(found["cip"]),
            "credits_attempted": number_texts(found["attempted"]),
            "credits_earned": number_texts(found["earned"]),
            "gpa": number_texts(gpa),
            "modality": names[modality],
        },
        dtype="str",
    )


def first_course_days(courses: Courses, cohorts: Cohorts) -> Days:
    """Return the first day of a course in each cohort row's own term at its institution, missing without one."""
    frame = courses.frame
    several = int(max(frame["order"].max(), cohorts.frame["order"].max())) + 2
    firsts = frame["begin"].groupby(cohorts.key_of(frame) * several + frame["order"].to_numpy()).min()
    wanted = cohorts.keys.to_numpy() * several + cohorts.frame["order"].to_numpy()
    days: Days = firsts.reindex(wanted).to_numpy("datetime64[D]")
    return days


def day_numbers(days: pd.Series) -> Ints:
    """Return days as whole numbers, a missing one as the least there is.

    >>> day_numbers(pd.Series(np.array(["1970-01-03"], "datetime64[us]"))).tolist()
    [2]
    """
    return np.asarray(days.to_numpy("datetime64[D]").astype(np.int64))


def _one_key(columns: Sequence[Ints]) -> Ints:
    """Return one number for each combination of whole numbers, in their order."""
    key = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        codes, uniques = pd.factorize(column, sort=True)
        key = pd.factorize(key * max(1, len(uniques)) + codes, sort=True)[0].astype(np.int64)
    return key
