from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onward.data.checks import row_problems, stacked
from onward.data.pdp.reading import read_cohort, read_course
from onward.data.pdp.rules import PdpRules
from onward.data.pdp.tables import to_found
from onward.data.problems import Problem

COHORT, COURSE = "INSTXYZ_STUDENT_SEMESTER_AR_DEIDENTIFIED.csv", "INSTXYZ_COURSE_LEVEL_AR_DEID.csv"
RULES = PdpRules(cohort=(COHORT,), course=(COURSE,))
AWARDS = pd.DataFrame({"learner_id": ["a"], "credential_id": ["ce-1"], "awarded_on": ["2021-05-01"]})
CATALOGUE = pd.DataFrame({"credential_id": ["ce-1"], "award_level": ["3"], "cip": ["513801"]})


def sample(shared):
    folder = shared / "pdp"
    return read_cohort(folder / COHORT, file=COHORT), read_course(folder / COURSE, file=COURSE)


def test_the_sample_is_told_whole_and_its_students_of_one_file_alone_are_counted(shared):
    cohort, course = sample(shared)
    found = to_found([cohort], [course], RULES, awards=None, credentials=None)
    assert found.counts == {
        "cohort students": 10,
        "course rows": 95,
        "course students": 10,
        "course students without a cohort row": 3,
        "cohort students without course rows": 3,
    }
    assert {name: len(pieces[0].cells) for name, pieces in found.pieces.items()} == {
        "learners": 10,
        "demographics": 10,
        "enrollments": 55,
    }
    assert found.problems == ()
    for pieces in found.pieces.values():
        stack, problems = stacked(pieces)
        assert problems == []
        assert row_problems(stack) == []


def test_without_awards_there_are_no_attempts_and_it_is_said_what_cannot_be_trained(cohort_file, course_file):
    found = to_found([cohort_file({})], [course_file({})], RULES, awards=None, credentials=CATALOGUE)
    assert "attempts" not in found.pieces
    [note] = [note for note in found.notes if note.startswith("awards")]
    assert "neither the next credential nor completion can be trained, and nothing but persistence can" in note
    assert "add a file of awards with learner, credential and day" in note


def test_without_a_catalogue_there_are_no_attempts_and_it_is_said(cohort_file, course_file):
    found = to_found([cohort_file({})], [course_file({})], RULES, awards=AWARDS, credentials=None)
    assert "attempts" not in found.pieces
    assert any("add a CTDL file or a credentials file" in note for note in found.notes)


def test_awards_and_cohort_files_that_disagree_are_counted(cohort_file, course_file):
    told = {"Years to Associates or Certificate at cohort inst.": "2"}
    cohort = cohort_file({}, {"Student GUID": "b", **told}, {"Student GUID": "c", **told})
    awards = pd.concat([AWARDS, AWARDS.assign(learner_id="c"), AWARDS.assign(learner_id="z")])
    found = to_found([cohort], [course_file({})], RULES, awards=awards, credentials=CATALOGUE)
    assert "awards: 1 learner with an award since entry of which the cohort files know nothing" in found.notes
    assert any(note.startswith("awards: of 1 learner the cohort files say") for note in found.notes)
    assert "awards: of learners who are in no cohort file: 1 award" in found.notes


def test_rows_are_those_a_person_sees_and_columns_are_named_as_in_the_file(cohort_file, course_file):
    course = course_file({"Student GUID": "z"}, {"Section ID": "2"})
    found = to_found([cohort_file({})], [course], RULES, awards=None, credentials=None)
    [piece] = found.pieces["enrollments"]
    assert piece.rows.tolist() == [3]
    assert piece.headings["credits_attempted"] == "Number of Credits Attempted"
    assert found.pieces["learners"][0].headings["entry_date"] == "Cohort Term"


def test_problems_notes_and_digests_of_the_files_are_handed_on(cohort_file, course_file):
    problem = Problem("course.csv", "Grade", 2, "a grade", "none", "fill it in")
    course = replace(course_file({}), problems=(problem,), notes=("course.csv: a note",), digest="0f")
    course = replace(course, extras=pd.DataFrame({"zip_region": ["a"]}))
    found = to_found([cohort_file({})], [course], RULES, awards=None, credentials=None)
    assert found.problems == (problem,)
    assert found.digests["course.csv"] == "0f"
    assert found.notes[:2] == (
        "course.csv: a note",
        "course.csv: not used, since PDP files have no such columns: zip_region",
    )


def test_files_without_rows_give_tables_without_rows(cohort_file, course_file):
    found = to_found([cohort_file()], [course_file()], RULES, awards=AWARDS, credentials=CATALOGUE)
    assert {name: sum(len(piece.cells) for piece in pieces) for name, pieces in found.pieces.items()} == {
        "learners": 0,
        "demographics": 0,
        "enrollments": 0,
        "attempts": 0,
    }


@pytest.fixture(scope="session")
def read_sample(shared):
    return sample(shared)


@given(st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_missing_or_out_of_order_the_tables_keep_their_keys_and_dates(read_sample, data):
    cohort, course = (_spoilt(file, data) for file in read_sample)
    files = [course] if data.draw(st.booleans()) else []
    awards = AWARDS.assign(learner_id=str(cohort.frame["student_id"].iloc[0]) if len(cohort.frame) else "a")
    found = to_found([cohort], files, RULES, awards=awards, credentials=CATALOGUE)
    for name, pieces in found.pieces.items():
        stack, _ = stacked(pieces)
        faults = [problem for problem in row_problems(stack) if name not in {"learners", "demographics"}]
        assert faults == []


def _spoilt(file, data):
    """Take some rows of ``file``, in any order, and empty some of their cells."""
    rows = data.draw(st.lists(st.integers(0, len(file.rows) - 1), max_size=30))
    seed = data.draw(st.integers(0, 2**16))
    frame = file.frame.iloc[rows].reset_index(drop=True)
    empty = np.random.default_rng(seed).random(frame.shape) < data.draw(st.sampled_from([0.0, 0.3, 1.0]))
    spoilt = {name: frame[name].mask(empty[:, place]) for place, name in enumerate(frame)}
    return replace(file, frame=pd.DataFrame(spoilt), rows=file.rows[rows])
