import pytest

from onward.data.problems import LISTED, NOT_SHOWN, Problem, ProblemsFound, described, listing, nearest, shown
from onward.errors import DataError


def problem(row, column="day"):
    return Problem("awards.csv", column, row, "a date", "'x'", "mend it")


def test_problems_found_is_a_data_error_that_keeps_every_problem():
    with pytest.raises(DataError, match="3 problems in 1 file; nothing was read") as refusal:
        raise ProblemsFound([problem(2), problem(3), problem(4)])
    assert [found.row for found in refusal.value.problems] == [2, 3, 4]


def test_problems_alike_share_one_line():
    text = listing([problem(row) for row in range(2, 1002)])
    assert text.splitlines()[1:] == [f"{problem(2)} (and 999 more like it: rows 3, 4, 5, 6, 7, …)"]


def test_the_listing_ends_after_fifty_kinds():
    text = listing([problem(2, column=f"c{number}") for number in range(LISTED + 3)])
    assert text.splitlines()[-1] == "and 3 more kinds of problem"


def test_a_long_text_is_cut():
    assert shown("x" * 100) == repr("x" * 40 + "…")


@pytest.mark.parametrize("text", ["ann@example.org", "123-45-6789", "123456789", "(555) 123-4567 8", "(212;) 555-0177"])
def test_what_looks_like_a_person_is_not_shown(text):
    assert shown(text) == NOT_SHOWN


@pytest.mark.parametrize("text", ["2023-02-30", "2023-02-28 00:00:00", "02/30/2023", "12,345.67", "full time"])
def test_an_ordinary_text_is_shown(text):
    assert shown(text) == repr(text)


@pytest.mark.parametrize(
    "text", ["2023-02-30", "30/02/2023", "12.5.2020", "5/30/24", "20230230", "2023-02-28 00:00:00", "30-Feb-2023"]
)
def test_a_day_is_shown_where_days_belong_and_nowhere_else(text):
    assert (described(text, days=True), described(text, days=False)) == (repr(text), "a date, not shown")


@pytest.mark.parametrize("text", ["7", "-2.5", "1,5", "$300", "80%", "45170", "51.3801"])
def test_a_short_number_is_shown(text):
    assert described(text, days=False) == repr(text)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("John Smith", "a text of 10 characters, not shown"),
        ("x", "a text of 1 character, not shown"),
        ("5551234", "a number of 7 characters, not shown"),
        ("555-1234", "a number of 8 characters, not shown"),
        ("123-45-6789", "a number of 11 characters, not shown"),
        ("1 May Street", "a text of 12 characters, not shown"),
    ],
)
def test_what_may_be_a_person_s_is_told_by_its_shape(text, shape):
    assert described(text, days=True) == shape


def test_a_name_like_none_has_no_nearest():
    assert nearest("weather", ["learner_id", "cip"]) is None
