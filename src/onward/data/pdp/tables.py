"""PDP cohort and course files as pieces of the canonical tables, with what they cannot tell said in plain words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onward.data.checks import Piece
from onward.data.columns import Kind, Table
from onward.data.found import Found
from onward.data.pdp.attempts import Earned, attempt_cells, attempts_of, declared_attempts
from onward.data.pdp.catalogue import Programs
from onward.data.pdp.cohort import Cohorts, cohorts_of, institutions_of, learner_cells, with_first_days
from onward.data.pdp.columns import COLUMNS, FileKind
from onward.data.pdp.courses import courses_of, first_course_days
from onward.data.pdp.demographics import demographic_cells
from onward.data.pdp.notes import (
    DECLARED,
    NO_AWARDS,
    NO_CATALOGUE,
    NO_COURSES,
    attempt_notes,
    course_counts,
    course_notes,
    disagreements,
    entry_notes,
    own_columns,
    people_notes,
)
from onward.data.pdp.rules import PdpRules
from onward.data.pdp.terms import enrolment_cells, enrolments, program_terms
from onward.data.pdp.years import year_cells, years_of
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


@dataclass(frozen=True)
class _Told:
    """Cells of the tables and the file and row of each, with notes and counts."""

    tables: dict[str, tuple[pd.DataFrame, pd.DataFrame]]
    notes: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Known:
    """What other files of the folder gave: the catalogue, and awards where there is a file of them."""

    programs: Programs
    awards: pd.DataFrame | None


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
    other files of the folder gave, as text; without both there are no attempts. A learner of several cohort files has
    the row of the earliest.
    """
    files = [*cohorts, *courses]
    entered = cohorts_of(cohorts, institutions_of(files, rules), rules)
    known = _Known(Programs.of(credentials), awards)
    told = _from_courses(courses, entered, known, rules) if courses else _from_cohorts(entered, known, rules)
    return Found(
        _pieces(told, cohorts, courses),
        tuple(problem for file in files for problem in file.problems),
        (*(note for file in files for note in file.notes), *own_columns(files), *told.notes),
        {"cohort students": len(entered.learners), **told.counts},
        {file.file: file.digest for file in files},
    )


def _from_courses(files: Sequence["PdpFile"], cohorts: Cohorts, known: _Known, rules: PdpRules) -> _Told:
    courses = courses_of(files, cohorts, known.programs, rules)
    days = first_course_days(courses, cohorts)
    cohorts = with_first_days(cohorts, days)
    terms = program_terms(courses, rules)
    seen = enrolments(terms)
    tables = _of_people(cohorts, rules) | {"enrollments": (enrolment_cells(seen, cohorts), seen)}
    notes = [*people_notes(cohorts), *entry_notes(days), *course_notes(courses, cohorts, terms, rules)]
    return _with_attempts(
        _Told(tables, tuple(notes), course_counts(courses, cohorts)),
        cohorts,
        known,
        lambda earned: attempts_of(terms, cohorts, earned, rules),
        attempt_notes(courses, terms, rules),
    )


def _from_cohorts(cohorts: Cohorts, known: _Known, rules: PdpRules) -> _Told:
    seen = years_of(cohorts)
    tables = _of_people(cohorts, rules) | {"enrollments": (year_cells(seen, cohorts), seen)}
    return _with_attempts(
        _Told(tables, (*people_notes(cohorts), *NO_COURSES)),
        cohorts,
        known,
        lambda earned: declared_attempts(cohorts, known.programs, earned),
        [DECLARED],
    )


def _of_people(cohorts: Cohorts, rules: PdpRules) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    first = np.sort(cohorts.first_rows())
    rows = cohorts.frame.loc[first]
    cells = {"learners": learner_cells(cohorts, rules), "demographics": demographic_cells(cohorts, rules)}
    return {name: (frame.loc[first].reset_index(drop=True), rows) for name, frame in cells.items()}


def _with_attempts(
    told: _Told,
    cohorts: Cohorts,
    known: _Known,
    made: Callable[[Earned], pd.DataFrame],
    notes: Iterable[str],
) -> _Told:
    """Add attempts, where the awards and the catalogue are there without which they cannot be told."""
    if known.awards is None:
        return replace(told, notes=(*told.notes, NO_AWARDS))
    earned = Earned.of(known.awards, cohorts, known.programs)
    said = (*told.notes, *disagreements(cohorts, earned))
    if not len(known.programs.ids):
        return replace(told, notes=(*said, NO_CATALOGUE))
    attempts = made(earned)
    cells = attempt_cells(attempts, cohorts, known.programs)
    return replace(told, tables=told.tables | {"attempts": (cells, attempts)}, notes=(*said, *notes))


def _pieces(told: _Told, cohorts: Sequence["PdpFile"], courses: Sequence["PdpFile"]) -> dict[str, list[Piece]]:
    tables = {table.name: table for table in (LEARNERS, DEMOGRAPHICS, ENROLLMENTS, ATTEMPTS)}
    found: dict[str, list[Piece]] = {}
    for name, (cells, rows) in told.tables.items():
        kind, sources = SOURCES[name]
        of_courses = kind == "course" and bool(courses)
        headings = _headings(kind, sources) if of_courses or kind == "cohort" else {}
        files = courses if of_courses else cohorts
        found[name] = list(_by_file(tables[name], cells, rows, [file.file for file in files], headings))
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
