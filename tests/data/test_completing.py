from dataclasses import replace

import numpy as np
import pandas as pd

from onward.data.checks import Piece
from onward.data.completing import completed
from onward.data.tables import CREDENTIALS, LEARNERS


def piece(table, file, **cells):
    frame = pd.DataFrame(cells, dtype="str")
    return Piece(table, file, frame, np.arange(2, 2 + len(frame)), {}, {}, {}, whole=True)


COHORT = piece(
    LEARNERS, "cohort.csv", learner_id=["a", "b"], entry_date=["2023-09-01", "2023-09-01"], goal_cip=["51", ""]
)


def test_a_filled_cell_of_the_college_stands_over_the_standards_and_an_empty_one_does_not():
    own = piece(LEARNERS, "intake.csv", learner_id=["b", "a"], entry_date=["2023-09-04", ""], goal_cip=["11", ""])
    cells = completed(LEARNERS, [COHORT], [own]).pieces[0].cells
    assert cells["entry_date"].tolist() == ["2023-09-01", "2023-09-04"]
    assert cells["goal_cip"].tolist() == ["51", "11"]


def test_what_only_the_college_knows_of_is_added_where_it_says_enough():
    own = piece(LEARNERS, "intake.csv", learner_id=["c", "d"], entry_date=["2024-01-08", ""])
    found = completed(LEARNERS, [COHORT], [own])
    assert [part.cells["learner_id"].tolist() for part in found.pieces] == [["a", "b"], ["c"]]
    assert found.notes == ("learners: 1 rows of intake.csv are in no standard file and say too little alone; left out",)


def test_a_faulty_cell_of_the_college_is_told_with_its_own_file_and_row():
    own = piece(LEARNERS, "intake.csv", learner_id=["b"], prior_gpa=["good"])
    found = completed(LEARNERS, [COHORT], [own])
    assert [(problem.file, problem.column, problem.row) for problem in found.problems] == [
        ("intake.csv", "prior_gpa", 2)
    ]
    assert found.pieces[0].cells["prior_gpa"].tolist() == ["", ""]


def test_a_learner_who_stands_twice_in_the_colleges_file_is_told():
    own = piece(LEARNERS, "intake.csv", learner_id=["b", "b"], prior_gpa=["3", "4"])
    assert [problem.expected for problem in completed(LEARNERS, [COHORT], [own]).problems] == [
        "each learner_id once in learners"
    ]


def test_the_kind_of_an_extra_goes_with_it():
    own = piece(LEARNERS, "intake.csv", learner_id=["a"], x_hall=["01"])
    own = Piece(own.table, own.file, own.cells, own.rows, {}, {"x_hall": "category"}, {}, whole=True)
    assert completed(LEARNERS, [COHORT], [own]).pieces[0].column("x_hall").kind == "category"


def test_a_catalogue_may_be_completed_by_the_colleges_schedule():
    ctdl = piece(CREDENTIALS, "c.json", credential_id=["c1"], name=["Welding"], kind=["Certificate"], weeks=["30"])
    own = piece(CREDENTIALS, "schedule.csv", credential_id=["c1"], seats=["24"], weeks=["32"])
    cells = completed(CREDENTIALS, [ctdl], [own]).pieces[0].cells
    assert (cells["seats"].tolist(), cells["weeks"].tolist(), cells["name"].tolist()) == (["24"], ["32"], ["Welding"])


def test_two_files_of_the_college_complete_a_standard_together():
    first = piece(LEARNERS, "goals.csv", learner_id=["a", "c"], goal_cip=["11", "48"])
    second = piece(LEARNERS, "intake.csv", learner_id=["c", "a"], entry_date=["2024-01-08", ""], prior_gpa=["3.5", "2"])
    found = completed(LEARNERS, [COHORT], [first, second])
    assert not found.problems
    assert [part.cells["goal_cip"].tolist() for part in found.pieces] == [["11", ""], ["48"]]
    assert found.pieces[0].cells["prior_gpa"].tolist() == ["2", ""]


def test_two_files_of_the_college_that_differ_are_told_without_a_value():
    first = piece(LEARNERS, "goals.csv", learner_id=["a", "b"], prior_gpa=["3.0", "2.0"])
    second = piece(LEARNERS, "intake.csv", learner_id=["b", "a"], prior_gpa=["2", "3.5"])
    (problem,) = completed(LEARNERS, [COHORT], [first, second]).problems
    assert str(problem).startswith(
        "intake.csv, column prior_gpa, row 3: expected each learner_id described alike in all files; "
        "came another prior_gpa than in goals.csv"
    )


def test_rows_are_combined_before_they_complete_a_standard():
    own = piece(LEARNERS, "intake.csv", learner_id=["b", "a", "b"], prior_gpa=["4", "3", "2"], goal_cip=["", "", "48"])
    found = completed(LEARNERS, [COHORT], [replace(own, combine={"prior_gpa": "mean"})])
    assert not found.problems
    assert found.pieces[0].cells["prior_gpa"].tolist() == ["3", "3"]
    assert found.pieces[0].cells["goal_cip"].tolist() == ["51", "48"]
