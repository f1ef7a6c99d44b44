import numpy as np
import pandas as pd
import pytest

from onward.data.checks import Piece
from onward.data.joining import joined, of_learners_known
from onward.data.tables import ATTEMPTS, AWARDS, CREDENTIALS, LEARNERS


def piece(table, file, **cells):
    frame = pd.DataFrame(cells, dtype="str")
    return Piece(table, file, frame, np.arange(2, 2 + len(frame)), {}, {}, {}, whole=True)


COHORT = piece(
    LEARNERS, "cohort.csv", learner_id=["a", "b"], entry_date=["2023-09-01", "2023-09-01"], goal_cip=["51", ""]
)


def test_attempts_of_the_college_stand_instead_of_what_a_standard_tells():
    told = piece(ATTEMPTS, "course.csv", learner_id=["a"], credential_id=["c1"])
    own = piece(ATTEMPTS, "programs.csv", learner_id=["a"], credential_id=["c2"])
    found = joined(ATTEMPTS, [told], [own])
    assert found.pieces == [own]
    assert found.notes == ("attempts: taken from programs.csv alone; what standard files say of it is not used",)


def test_an_award_that_both_know_of_counts_once():
    badge = piece(AWARDS, "b.json", learner_id=["a", "a"], credential_id=["c1", "c2"], awarded_on=["2024-01-01"] * 2)
    own = piece(AWARDS, "awards.csv", learner_id=["a"], credential_id=["c1"], awarded_on=["2024-01-01"])
    found = joined(AWARDS, [badge], [own])
    assert [part.cells["credential_id"].tolist() for part in found.pieces] == [["c2"], ["c1"]]


@pytest.mark.parametrize(("standard", "own"), [([COHORT], []), ([], [COHORT])])
def test_rows_of_one_side_alone_stay_as_they_are(standard, own):
    assert joined(LEARNERS, standard, own).pieces == [COHORT]


def test_awards_of_learners_outside_the_cohorts_are_left_out_and_counted():
    own = piece(AWARDS, "awards.csv", learner_id=["a", "z"], credential_id=["c1", "c1"], awarded_on=["2024-01-01"] * 2)
    found = of_learners_known(AWARDS, [own], {"a", "b"})
    assert found.pieces[0].cells["learner_id"].tolist() == ["a"]
    assert found.notes == ("awards: left out, because their learners stand in no cohort file: 1 of 2 rows",)


def test_where_no_award_is_of_a_known_learner_all_stay_to_be_told():
    own = piece(AWARDS, "awards.csv", learner_id=["z"], credential_id=["c1"], awarded_on=["2024-01-01"])
    assert of_learners_known(AWARDS, [own], {"a"}).pieces == [own]


def test_tables_about_no_learner_stay_whole():
    catalogue = piece(CREDENTIALS, "c.json", credential_id=["c1"])
    assert of_learners_known(CREDENTIALS, [catalogue], {"a"}).pieces == [catalogue]
