import dataclasses

import pandas as pd
import pytest

from onward.data.schema import validate
from onward.errors import DataError


def test_the_made_up_system_is_what_it_must_be(small):
    assert validate(small.tables) is None


@pytest.mark.parametrize(
    ("table", "column", "value", "told"),
    [
        ("learners", "prior_gpa", -1.0, r"learners, prior_gpa: expected a number of at least 0; rows that differ: 1"),
        ("attempts", "status", "gone", r"attempts, status: expected one of completed, .*; rows that differ: 1"),
        ("credentials", "cip", "51.0", r"credentials, cip: expected a code of digits alone.*; rows"),
    ],
)
def test_a_frame_that_breaks_its_declaration_is_refused(small, table, column, value, told):
    frame = getattr(small.tables, table).copy()
    frame.loc[0, column] = value
    with pytest.raises(DataError, match=told):
        validate(dataclasses.replace(small.tables, **{table: frame}))


def test_a_learner_who_stands_twice_is_refused(small):
    learners = small.tables.learners
    twice = pd.concat([learners, learners.head(1)], ignore_index=True)
    with pytest.raises(DataError, match="expected no two rows with the same key"):
        validate(dataclasses.replace(small.tables, learners=twice))


def test_no_value_of_a_learner_is_repeated(small):
    frame = small.tables.demographics.copy()
    frame.loc[0, "gender"] = "canary"
    with pytest.raises(DataError, match="demographics, gender") as refusal:
        validate(dataclasses.replace(small.tables, demographics=frame))
    assert "canary" not in str(refusal.value)
