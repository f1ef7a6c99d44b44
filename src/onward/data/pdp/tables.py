"""PDP cohort and course files as pieces of the canonical tables, with what they cannot tell said in plain words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onward.data.checks import Piece
from onward.data.columns import Kind, Table
from onward.data.found import Found
from onward.data.pdp.attempts import Earned, attempt_cells, attempts_of, declared_attempts, year_end
from onward.data.pdp.catalogue import Programs
from onward.data.pdp.cells import counted, day_texts, number_texts
from onward.data.pdp.cohort import YEARS, Cohorts, cohorts_of, institutions_of, learner_cells, with_first_days
from onward.data.pdp.columns import COLUMNS, FileKind
from onward.data.pdp.courses import Courses, courses_of, enrolment_cells, enrolments, first_course_days, program_terms
from onward.data.pdp.demographics import demographic_cells, demographic_notes
from onward.data.pdp.rules import PdpRules
from onward.data.tables import ATTEMPTS, DEMOGRAPHICS, ENROLLMENTS, LEARNERS

if TYPE_CHECKING:
    from onward.data.pdp.reading import PdpFile

SOURCES: dict[str, tuple[FileKind, dict[str, str]]] = {
    "learners": (
        "cohort",
        {
            "learner_id": "student_id",
            "entry_date": "cohort_term",
            "math_ready": "math_placement",
            "english_ready": "english_placement",
            "goal_cip": "program_of_study_term_1",
            "goal_level": "credential_type_sought_year_1",
        },
    ),
    "demographics": (
        "cohort",
        {
            "learner_id": "student_id",
            "race_ethnicity": "race",
            "gender": "gender",
            "age_band": "student_age",
            "disability": "disability_status",
            "first_generation": "first_gen",
            "pell": "pell_status_first_year",
            "part_time": "enrollment_intensity_first_term",
        },
    ),
    "enrollments": (
        "course",
        {
            "learner_id": "student_id",
            "institution_id": "institution_id",
            "term_start": "course_begin_date",
            "term_end": "course_end_date",
            "cip": "term_program_of_study",
            "credits_attempted": "number_of_credits_attempted",
            "credits_earned": "number_of_credits_earned",
            "gpa": "grade",
            "modality": "delivery_method",
        },
    ),
    "attempts": (
        "course",
        {
            "learner_id": "student_id",
            "credential_id": "credential_engine_identifier",
            "started_on": "course_begin_date",
            "ended_on": "course_end_date",
        },
    ),
}
"""The column of the file that each canonical column comes from, for messages."""
NO_AWARDS = (
    "awards: PDP files say in which year an associate degree, a certificate or a bachelor's degree came, not which "
    "credential and not the day; without a file of awards there are no attempts with an outcome, so neither the next "
    "credential nor completion can be trained, and nothing but persistence can; add a file of awards with learner, "
    "credential and day"
)
EIGHT_YEARS = pd.Timedelta(days=2922)
"""How long PDP files follow a cohort."""
NO_CATALOGUE = (
    "attempts: there is no catalogue of credentials, so no course can be told to be part of one and there are no "
    "attempts; add a CTDL file or a credentials file"
)


@dataclass(frozen=True)
class _Told:
    """Rows of the tables before they are cells, with notes and counts."""

    cohorts: Cohorts
    rows: dict[str, pd.DataFrame]
    cells: dict[str, pd.DataFrame]
    notes: list[str]
    counts: dict[str, int]


def to_found(
    cohorts: Sequence["PdpFile"],
    courses: Sequence["PdpFile"],
    rules: PdpRules,
    *,
    awards: pd.DataFrame | None,
    credentials: pd.DataFrame | None,
) -> Found:
    """Return what PDP files tell of learners, demographics, enrolments and attempts.

    ``awards`` (learner_id, credential_id, awarded_on) and ``credentials`` (credential_id, award_level, cip) are what
    other files of the folder gave, as text. A learner of several cohort files has the row of the earliest.
    """
    files = [*cohorts, *courses]
    entered = cohorts_of(cohorts, institutions_of(files, rules), rules)
    programs = Programs.of(credentials)
    earned = None if awards is None else Earned.of(awards, entered, programs)
    told = _from_courses if courses else _from_cohorts
    found = told(courses, entered, programs, earned, rules)
    return Found(
        _pieces(found, cohorts, courses),
        tuple(problem for file in files for problem in file.problems),
        (*(note for file in files for note in file.notes), *found.notes),
        {"cohort students": len(entered.learners), **found.counts},
        {file.file: file.digest for file in files},
    )


def _from_courses(
    files: Sequence["PdpFile"], cohorts: Cohorts, programs: Programs, earned: Earned | None, rules: PdpRules
) -> _Told:
    courses = courses_of(files, cohorts, programs, rules)
    days = first_course_days(courses, cohorts)
    cohorts = with_first_days(cohorts, days)
    terms = program_terms(courses, rules)
    seen = enrolments(terms)
    attempts = None
    if earned is not None and len(programs.ids):
        attempts = attempts_of(terms, cohorts, earned, rules)
    told = _of_people(cohorts, rules)
    told.rows["enrollments"], told.cells["enrollments"] = seen, enrolment_cells(seen, cohorts)
    without = len(cohorts.learners) - courses.frame["learner"].nunique()
    told.counts.update(_course_counts(courses, without))
    told.notes.extend(
        _course_notes(
            courses,
            terms,
            rules,
            without=without,
            nominal=int(np.isnat(days).sum()),
            some_catalogue=bool(len(programs.ids)),
        )
    )
    _add_attempts(told, attempts, earned, programs)
    return told


def _from_cohorts(
    _: Sequence["PdpFile"], cohorts: Cohorts, programs: Programs, earned: Earned | None, rules: PdpRules
) -> _Told:
    told = _of_people(cohorts, rules)
    seen = _years(cohorts)
    told.rows["enrollments"], told.cells["enrollments"] = seen, _year_cells(seen, cohorts)
    told.notes.append(
        "enrollments: there is no course file, so terms are the years 1 to 4 of the cohort file, counted from the "
        "first day of the cohort's term; their days are nominal, and only the first has a grade"
    )
    told.notes.append("learners: entry_date is the nominal first day of the cohort's term")
    attempts = None
    if earned is not None and len(programs.ids):
        attempts = declared_attempts(cohorts, programs, earned)
        told.notes.append(
            "attempts: there is no course file, so each learner's attempt is the program of the first term; its days "
            "are nominal but for awards"
        )
    _add_attempts(told, attempts, earned, programs)
    return told


def _of_people(cohorts: Cohorts, rules: PdpRules) -> _Told:
    first = np.sort(cohorts.first_rows())
    rows = cohorts.frame.loc[first, ["file", "row"]]
    cells = {"learners": learner_cells(cohorts, rules), "demographics": demographic_cells(cohorts, rules)}
    notes = list(demographic_notes(cohorts))
    if several := len(cohorts.frame) - len(first):
        notes.append(
            f"learners: {counted(several, 'row')} of cohort files not used, since the learner has an earlier one"
        )
    return _Told(
        cohorts,
        dict.fromkeys(cells, rows),
        {name: frame.loc[first].reset_index(drop=True) for name, frame in cells.items()},
        notes,
        {},
    )


def _add_attempts(told: _Told, attempts: pd.DataFrame | None, earned: Earned | None, programs: Programs) -> None:
    if earned is None:
        told.notes.append(NO_AWARDS)
    else:
        told.notes.extend(_disagreements(told.cohorts, earned))
    if not len(programs.ids):
        told.notes.append(NO_CATALOGUE)
    if attempts is not None:
        told.rows["attempts"], told.cells["attempts"] = attempts, attempt_cells(attempts, told.cohorts, programs)


def _years(cohorts: Cohorts) -> pd.DataFrame:
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


def _year_cells(found: pd.DataFrame, cohorts: Cohorts) -> pd.DataFrame:
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


def _course_counts(courses: Courses, without: int) -> dict[str, int]:
    return {
        "course rows": courses.rows,
        "course students": courses.students,
        "course students without a cohort row": courses.unknown_students,
        "cohort students without course rows": without,
    }


def _course_notes(
    courses: Courses, terms: pd.DataFrame, rules: PdpRules, *, without: int, nominal: int, some_catalogue: bool
) -> Iterator[str]:
    if courses.without_cohort:
        yield (
            f"PDP: left out are {counted(courses.without_cohort, 'course row')} of "
            f"{counted(courses.unknown_students, 'student')} without a row in a cohort file"
        )
    if without:
        yield f"PDP: no course rows, and so no terms and no attempts, of {counted(without, 'student')} of the cohort files"
    if courses.without_term:
        yield f"PDP: left out, since they have neither a term nor a day: {counted(courses.without_term, 'course row')}"
    if courses.before_cohort:
        done = "left out; the mapping can keep them" if rules.pre_cohort_courses == "drop" else "kept, by the mapping"
        yield f"PDP: from before the learner's cohort begins: {counted(courses.before_cohort, 'course row')}, {done}"
    yield (
        "learners: entry_date is the first day of a course in the cohort's term"
        + (
            f"; without one, in {counted(nominal, 'row')} of cohort files, the nominal first day of the term"
            if nominal
            else ""
        )
    )
    if guessed := int(terms["nominal"].sum()):
        yield f"enrollments: with nominal days, since no course has any: {counted(guessed, 'term')}"
    if open_terms := int(terms["under_way"].sum()):
        yield f"enrollments: under way, with nothing graded, and so left out: {counted(open_terms, 'term')}"
    if courses.stood_in:
        yield (
            "enrollments, attempts: without a program of study, so that the one of the learner's first term stands in: "
            f"{counted(courses.stood_in, 'course row')}"
        )
    alone = int((terms["credential"] < 0).sum())
    if alone and some_catalogue:
        yield (
            "attempts: terms are enrolments alone where they name no credential of the catalogue, or a field and level "
            f"that none or several of it have: {alone:,} of {counted(len(terms), 'term')}"
        )


def _disagreements(cohorts: Cohorts, earned: Earned) -> Iterator[str]:
    """Yield how far the file of awards and the cohort files disagree on who has earned anything within eight years."""
    frame = cohorts.frame
    told = frame["credential_year"].notna().groupby(frame["learner"]).any()
    entry = frame.groupby("learner")["entry"].agg(["min", "max"]).loc[earned.frame["learner"]].reset_index(drop=True)
    inside = earned.frame["day"].between(entry["min"], entry["max"] + EIGHT_YEARS)
    has = pd.Series(told.index.isin(earned.frame.loc[inside, "learner"]), index=told.index)
    if absent := int((told & ~has).sum()):
        who = counted(absent, "learner")
        yield f"awards: of {who} the cohort files say that a credential was earned, but no award since entry says which"
    if more := int((has & ~told).sum()):
        yield f"awards: of {counted(more, 'learner')} there is an award since entry of which the cohort files know nothing"


def _pieces(told: _Told, cohorts: Sequence["PdpFile"], courses: Sequence["PdpFile"]) -> dict[str, list[Piece]]:
    tables = {table.name: table for table in (LEARNERS, DEMOGRAPHICS, ENROLLMENTS, ATTEMPTS)}
    found: dict[str, list[Piece]] = {}
    for name, cells in told.cells.items():
        kind, sources = SOURCES[name]
        of_courses = kind == "course" and bool(courses)
        headings = _headings(kind, sources) if of_courses or kind == "cohort" else {}
        files = courses if of_courses else cohorts
        found[name] = list(_by_file(tables[name], cells, told.rows[name], [file.file for file in files], headings))
    return found


def _headings(kind: FileKind, sources: dict[str, str]) -> dict[str, str]:
    names = {column.name: column.heading for column in COLUMNS[kind]}
    return {canonical: names[name] for canonical, name in sources.items()}


def _by_file(
    table: Table, cells: pd.DataFrame, rows: pd.DataFrame, files: list[str], headings: dict[str, str]
) -> Iterator[Piece]:
    numbers, places = rows["row"].to_numpy(np.int64), rows["file"].to_numpy(np.int64)
    kinds: dict[str, Kind] = {name: "category" for name in cells if name not in table.names}
    for place, file in enumerate(files):
        own = places == place
        if own.any() or len(files) == 1:
            # whole: what is left out is said in the notes, and no other row refers to it.
            yield Piece(table, file, cells[own].reset_index(drop=True), numbers[own], headings, kinds, {}, True)
