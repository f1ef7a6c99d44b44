import numpy as np
import pandas as pd
import pytest

from onward.data.cells import convert, inferred_kind
from onward.data.columns import DIGITS, Column
from onward.data.tables import DEMOGRAPHICS, LEARNERS


def text(*cells):
    return pd.Series(cells, dtype="str")


def faulty(column, *cells):
    _, faults = convert(text(*cells), column)
    return [cells[at] for fault in faults for at in np.flatnonzero(fault.wrong)]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("number", ["1", "-2.5", "1e3"], ["x", "inf", "nan", "1,5", "$3", "1_000"]),
        ("integer", ["1", "3.0"], ["1.5", "x", "1e300"]),
        ("flag", ["true", "FALSE", "1", "0"], ["yes", "2"]),
        ("date", ["2024-02-29"], ["2023-02-30", "02/03/2023", "2023-1-5", "0023-01-01", "9999-12-31"]),
    ],
)
def test_what_is_not_of_the_kind_is_found(kind, good, bad):
    assert set(faulty(Column("a", kind, ""), *good, *bad)) == set(bad)


@pytest.mark.parametrize("kind", ["number", "integer", "flag", "date", "text", "category"])
def test_an_empty_cell_is_missing_and_no_fault(kind):
    values, faults = convert(text("", ""), Column("a", kind, ""))
    assert (values.isna().all(), faults) == (True, [])


@pytest.mark.parametrize("kind", ["number", "integer", "flag", "date", "text"])
def test_an_empty_column_keeps_its_dtype(kind):
    column = Column("a", kind, "")
    assert convert(text(), column)[0].dtype == column.dtype


def test_an_empty_cell_of_a_required_column_is_a_fault():
    (fault,) = convert(text("2024-01-01", ""), LEARNERS.column("entry_date"))[1]
    assert fault.wrong.tolist() == [False, True]


def test_a_number_out_of_range_is_a_fault_and_becomes_missing():
    values, (fault,) = convert(text("20", "400"), LEARNERS.column("age_at_entry"))
    assert (values.isna().tolist(), fault.expected) == ([False, True], "a number from 10 to 110")


def test_a_value_that_is_not_allowed_is_told_what_is():
    (fault,) = convert(text("fulltime"), LEARNERS.column("employment"))[1]
    assert fault.expected == "one of none, part_time, full_time"


def test_a_field_code_is_of_digits_alone():
    assert faulty(LEARNERS.column("goal_cip"), "51.3801", "513801", "0102") == ["51.3801"]


def test_every_race_that_is_joined_must_be_known():
    assert faulty(DEMOGRAPHICS.column("race_ethnicity"), "asian|white", "asian|White", "black") == ["asian|White"]


def test_the_form_of_a_column_goes_by_its_declaration_and_not_by_its_name():
    code = Column("a", "category", "", pattern=DIGITS)
    assert faulty(code, "12", "1 2", "\u0661") == ["1 2", "\u0661"]
    assert faulty(Column("a", "text", "", joined=("a.b", "c")), "a.b|c", "axb", "a.b|", "c") == ["axb", "a.b|"]
    assert faulty(Column("cip", "category", ""), "x") == []


def test_numbers_survive_exactly():
    numbers = np.random.default_rng(7).normal(size=1000) * 1e7
    values, _ = convert(text(*map(repr, numbers.tolist())), Column("a", "number", ""))
    assert values.tolist() == numbers.tolist()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["True", "false", ""], "flag"),
        (["1", "2.5", ""], "number"),
        (["1", "two"], "category"),
        (["", ""], "number"),
        (["0.5", "0"], "number"),
        (["0123"], "category"),
    ],
)
def test_the_kind_of_an_extra_follows_from_its_cells(cells, kind):
    assert inferred_kind(text(*cells)) == kind
