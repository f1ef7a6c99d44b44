import numpy as np
import pandas as pd

from onward.audit.case_review import COLUMNS, case_review

FIRST = pd.DataFrame({"learner_id": list("abcdef"), "credential_id": ["c1", "c2", "c2", "c3", "c1", "c1"]})
VALUE = pd.Series([1_000.0, 5_000.0, 7_000.0, 9_000.0, 2_000.0, 3_000.0])
WHO = pd.DataFrame({"gender": ["nonbinary_or_other", "woman", "man", "woman", "nonbinary_or_other", "man"]})
STRATUM = pd.Series(["s", "s", "s", "s", "t", "t"])
CELL = (("gender", "nonbinary_or_other"),)


def test_each_learner_stands_beside_those_of_the_same_stratum_who_are_not_of_the_group():
    sheet = case_review(FIRST, VALUE, WHO, STRATUM, CELL).set_index("learner_id")
    assert sheet.loc["a", ["similar_learners", "similar_mean_value", "difference"]].tolist() == [3, 7_000.0, -6_000.0]
    assert sheet.loc["a", "similar_most_advised"] == "c2"


def test_the_widest_shortfall_comes_first():
    assert case_review(FIRST, VALUE, WHO, STRATUM, CELL)["learner_id"].tolist() == ["a", "e"]


def test_a_learner_with_nobody_alike_has_nothing_to_be_compared_with():
    alone = STRATUM.where(STRATUM.index != 0, "u")
    row = case_review(FIRST, VALUE, WHO, alone, CELL).set_index("learner_id").loc["a"]
    assert row["similar_learners"] == 0
    assert np.isnan(row["difference"])


def test_where_no_group_is_too_small_there_is_no_sheet():
    sheet = case_review(FIRST, VALUE, WHO, STRATUM, ())
    assert sheet.empty
    assert sheet.columns.tolist() == COLUMNS
