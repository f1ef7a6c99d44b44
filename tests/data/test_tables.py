from contextlib import nullcontext

import pandas as pd
import pandera.errors
import pytest

from onward.data.columns import EXTRA_PREFIX, Column
from onward.data.schema import schema
from onward.data.tables import (
    BY_NAME,
    DEMOGRAPHICS,
    INPUTS,
    LEARNERS,
    LEVELS,
    PATHWAYS,
    RUNGS,
    STRATA,
    Tables,
    conform,
    empty,
    write,
)
from onward.errors import DataError

every_table = pytest.mark.parametrize("table", BY_NAME.values(), ids=list(BY_NAME))


@every_table
def test_every_column_says_what_it_means(table):
    assert all(column.meaning for column in table.columns)


@every_table
def test_no_column_is_declared_twice(table):
    assert len(set(table.names)) == len(table.names)


@every_table
def test_the_key_is_made_of_columns_of_the_table(table):
    assert set(table.key) <= set(table.names)


@every_table
def test_dates_in_order_are_date_columns(table):
    assert all(table.column(name).kind == "date" for pair in table.in_order for name in pair)


@every_table
def test_a_reference_names_a_table(table):
    assert {column.references for column in table.columns} <= {"", *BY_NAME}


@every_table
def test_no_declared_column_looks_like_an_extra(table):
    assert not [name for name in table.names if name.startswith(EXTRA_PREFIX)]


@every_table
def test_an_empty_table_fits_its_own_schema(table):
    assert len(schema(table).validate(empty(table))) == 0


def test_every_award_level_has_a_rung():
    assert set(RUNGS) == set(LEVELS)


def test_a_shorter_certificate_stands_below_an_associate_degree():
    assert RUNGS["20"] < RUNGS["21"] < RUNGS["2"] < RUNGS["4"] < RUNGS["3"] < RUNGS["5"]


def test_no_column_of_demographics_stands_in_another_input():
    elsewhere = {name for table in INPUTS if table is not DEMOGRAPHICS for name in table.names}
    assert not (set(DEMOGRAPHICS.names) - {"learner_id"}) & elsewhere


def test_an_unknown_column_is_refused_by_name():
    with pytest.raises(DataError, match=r"table strata has unknown column.*colour; rename each to one of"):
        conform(pd.DataFrame({"learner_id": ["a"], "stratum": ["s"], "colour": ["red"]}), STRATA)


def test_an_absent_required_column_is_refused_by_name():
    with pytest.raises(DataError, match=r"table strata lacks the required column\(s\) stratum; add them"):
        conform(pd.DataFrame({"learner_id": ["a"]}), STRATA)


def test_an_absent_optional_column_is_missing():
    frame = conform(pd.DataFrame({"learner_id": ["a"], "entry_date": ["2024-09-02"]}), LEARNERS)
    assert frame[["prior_gpa", "math_ready", "goal_cip"]].isna().all(axis=None)


def test_an_extra_column_is_kept_behind_the_others():
    frame = conform(pd.DataFrame({"x_house": ["red"], "learner_id": ["a"], "entry_date": ["2024-09-02"]}), LEARNERS)
    assert frame.columns[-1] == "x_house"


def test_conforming_twice_changes_nothing():
    once = conform(pd.DataFrame({"learner_id": ["a"], "entry_date": ["2024-09-02"], "math_ready": [True]}), LEARNERS)
    pd.testing.assert_frame_equal(conform(once, LEARNERS), once)


def test_conforming_leaves_the_caller_s_frame_alone():
    frame = pd.DataFrame({"learner_id": ["a"], "entry_date": ["2024-09-02"]})
    conform(frame, LEARNERS)
    assert list(frame.columns) == ["learner_id", "entry_date"]


def test_a_value_out_of_range_breaks_the_schema():
    frame = conform(
        pd.DataFrame({"learner_id": ["a"], "entry_date": ["2024-09-02"], "hours_per_week": [200.0]}), LEARNERS
    )
    with pytest.raises(pandera.errors.SchemaError, match="a number from 0 to 112"):
        schema(LEARNERS).validate(frame)


def test_a_value_that_is_not_allowed_breaks_the_schema():
    frame = conform(pd.DataFrame({"from_id": ["a"], "to_id": ["b"], "relation": ["resembles"]}), PATHWAYS)
    with pytest.raises(pandera.errors.SchemaError, match="one of requires, leads_to, recognised_for"):
        schema(PATHWAYS).validate(frame)


@pytest.mark.parametrize(("races", "fits"), [("asian|white", True), ("asian|", False), ("Asian", False), (None, True)])
def test_the_form_of_a_text_is_in_the_schema(races, fits):
    frame = conform(pd.DataFrame({"learner_id": ["a"], "race_ethnicity": [races]}), DEMOGRAPHICS)
    with nullcontext() if fits else pytest.raises(pandera.errors.SchemaError, match="joined by"):
        schema(DEMOGRAPHICS).validate(frame)


def test_a_field_code_with_a_point_breaks_the_schema():
    frame = conform(pd.DataFrame({"learner_id": ["a"], "entry_date": ["2024-09-02"], "goal_cip": ["51.38"]}), LEARNERS)
    with pytest.raises(pandera.errors.SchemaError, match="a code of digits alone"):
        schema(LEARNERS).validate(frame)


def test_a_pattern_without_words_is_refused():
    with pytest.raises(ValueError, match="has no words"):
        Column("a", "text", "", pattern="x+")


@every_table
def test_the_rules_of_a_table_name_its_own_columns(table):
    ended = (table.ended_unless[0], table.ended_unless[2]) if table.ended_unless else ()
    assert {*ended} <= set(table.names)


def test_a_key_that_stands_twice_breaks_the_schema():
    frame = conform(pd.DataFrame({"learner_id": ["a", "a"], "stratum": ["s", "t"]}), STRATA)
    with pytest.raises(pandera.errors.SchemaError, match="not unique"):
        schema(STRATA).validate(frame)


def test_tables_that_are_absent_are_empty():
    assert all(len(frame) == 0 for _, frame in Tables().items())


def test_an_expectation_names_both_bounds():
    assert Column("a", "number", "a", low=0, high=4).expected == "a number from 0 to 4"


def test_what_is_written_reads_as_the_same_table(tmp_path):
    tables = Tables(learners=pd.DataFrame({"learner_id": ["01"], "entry_date": ["2024-09-02"], "math_ready": [True]}))
    write(tables, tmp_path)
    read = pd.read_csv(tmp_path / "learners.csv", dtype={"learner_id": str, "goal_cip": str, "goal_level": str})
    pd.testing.assert_frame_equal(conform(read, LEARNERS), tables.learners)


def test_a_table_without_rows_is_not_written(tmp_path):
    write(Tables(), tmp_path)
    assert not list(tmp_path.iterdir())
