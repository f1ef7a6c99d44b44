"""What a reader of any result must know of the PDP files behind it, and how many of what there were."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onward.data.pdp.attempts import Earned
from onward.data.pdp.calendar import Days
from onward.data.pdp.catalogue import SOUGHT
from onward.data.pdp.cells import counted
from onward.data.pdp.cohort import Cohorts
from onward.data.pdp.courses import Courses
from onward.data.pdp.demographics import demographic_notes
from onward.data.pdp.rules import PdpRules
from onward.data.pdp.terms import through_by_institution

if TYPE_CHECKING:
    from onward.data.pdp.reading import PdpFile

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


NO_COURSES = (
    "learners: entry_date is the nominal first day of the cohort's term",
    (
        "enrollments: there is no course file, so terms are the years 1 to 4 of the cohort file, counted from the "
        "first day of the cohort's term; their days are nominal, and only the first has a grade"
    ),
)
DECLARED = (
    "attempts: there is no course file, so an attempt is the program of the first term; its days are nominal but for "
    "those of awards"
)


def own_columns(files: Iterable["PdpFile"]) -> Iterator[str]:
    """Yield which columns of the institution's own are not used."""
    for file in files:
        if names := ", ".join(map(str, file.extras)):
            yield f"{file.file}: not used, since PDP files have no such columns: {names}"


def people_notes(cohorts: Cohorts) -> Iterator[str]:
    """Yield what must be known of learners and demographics."""
    if several := len(cohorts.frame) - len(cohorts.learners):
        yield f"learners: {counted(several, 'row')} of cohort files not used, since the learner has an earlier one"
    short = int((cohorts.frame["sought"] == SOUGHT.index("C1")).sum())
    yield (
        "learners: the goal is the program of the first term and the credential sought in the first year"
        + (f"; certificates of less than a year, in {counted(short, 'row')}, are taken for 21, not 20" if short else "")
    )
    yield from demographic_notes(cohorts)


def entry_notes(days: Days) -> Iterator[str]:
    """Yield where the day of entry comes from; ``days`` are first course days, missing where there is none."""
    nominal = int(np.isnat(days).sum())
    without = f"; without one, in {counted(nominal, 'row')} of cohort files, the nominal first day of the term"
    yield "learners: entry_date is the first day of a course in the cohort's term" + (without if nominal else "")


def course_counts(courses: Courses, cohorts: Cohorts) -> dict[str, int]:
    """Return how many rows and students the files hold, and how many are in one kind of file alone."""
    return {
        "course rows": courses.rows,
        "course students": courses.students,
        "course students without a cohort row": courses.unknown_students,
        "cohort students without course rows": len(cohorts.learners) - courses.known_students,
    }


def course_notes(courses: Courses, cohorts: Cohorts, terms: pd.DataFrame, rules: PdpRules) -> Iterator[str]:
    """Yield what of the course files is left out, and what stands in for something else."""
    if courses.without_cohort:
        rows, who = counted(courses.without_cohort, "course row"), counted(courses.unknown_students, "student")
        yield f"PDP: left out are {rows} of {who} without a row in a cohort file"
    if without := len(cohorts.learners) - courses.known_students:
        yield f"PDP: {counted(without, 'student')} of the cohort files without course rows: no terms, no attempts"
    if courses.without_term:
        yield f"PDP: left out, since they have neither a term nor a day: {counted(courses.without_term, 'course row')}"
    if courses.before_cohort:
        done = "left out; the mapping can keep them" if rules.pre_cohort_courses == "drop" else "kept, by the mapping"
        yield f"PDP: from before the learner's cohort begins: {counted(courses.before_cohort, 'course row')}, {done}"
    yield from _term_notes(courses, terms, rules)


def _term_notes(courses: Courses, terms: pd.DataFrame, rules: PdpRules) -> Iterator[str]:
    through = through_by_institution(terms, rules)
    known = through[~np.isnat(through)]
    if rules.data_through is None and len(known):
        days = str(known.min()) if known.min() == known.max() else f"{known.min()} to {known.max()}, by institution"
        yield (
            f"enrollments: the last day of a graded term, {days}, is taken for the last that the files tell of; if it "
            "is not, state data_through in the mapping"
        )
    if guessed := int(terms["nominal"].sum()):
        yield f"enrollments: with nominal days, since no course has any: {counted(guessed, 'term')}"
    if open_terms := int(terms["under_way"].sum()):
        yield f"enrollments: under way, with nothing graded, and so left out: {counted(open_terms, 'term')}"
    if courses.stood_in:
        rows = counted(courses.stood_in, "course row")
        yield f"enrollments, attempts: where no program is stated, that of the first term stands in: {rows}"


def attempt_notes(courses: Courses, terms: pd.DataFrame, rules: PdpRules) -> Iterator[str]:
    """Yield what makes an attempt, and how course rows were matched with the catalogue."""
    yield (
        f"attempts: without a course for more than {rules.left_after_days} days a learner has left; an award belongs "
        f"to courses that ended at most {rules.award_within_days} days before it; the mapping may say otherwise"
    )
    if courses.by_field:
        rows = counted(courses.by_field, "course row")
        yield f"attempts: matched by field and the level sought in the first year, without a CTID: {rows}"
    if alone := int((terms["credential"] < 0).sum()):
        yield (
            "attempts: terms are enrolments alone where they name no credential of the catalogue, or a field and level "
            f"that none or several of it have: {alone:,} of {counted(len(terms), 'term')}"
        )


def disagreements(cohorts: Cohorts, earned: Earned) -> Iterator[str]:
    """Yield how far the file of awards and the cohort files disagree on who has earned anything within eight years."""
    if earned.others:
        yield f"awards: of learners who are in no cohort file: {counted(earned.others, 'award')}"
    frame = cohorts.frame
    told = frame["credential_year"].notna().groupby(frame["learner"]).any()
    entry = frame.groupby("learner")["entry"].agg(["min", "max"]).loc[earned.frame["learner"]].reset_index(drop=True)
    inside = earned.frame["day"].between(entry["min"], entry["max"] + EIGHT_YEARS)
    has = pd.Series(told.index.isin(earned.frame.loc[inside, "learner"]), index=told.index)
    if absent := int((told & ~has).sum()):
        who = counted(absent, "learner")
        yield f"awards: of {who} the cohort files say that a credential was earned, but no award since entry says which"
    if more := int((has & ~told).sum()):
        yield f"awards: {counted(more, 'learner')} with an award since entry of which the cohort files know nothing"
