import pytest

from onward.data.problems import LISTED, NOT_SHOWN, Problem, ProblemsFound, listing, nearest, shown
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


@pytest.mark.parametrize("text", ["ann@example.org", "123-45-6789", "123456789", "(555) 123-4567 8"])
def test_what_looks_like_a_person_is_not_shown(text):
    assert shown(text) == NOT_SHOWN


@pytest.mark.parametrize("text", ["2023-02-30", "2023-02-28 00:00:00", "02/30/2023", "12,345.67", "full time"])
def test_an_ordinary_text_is_shown(text):
    assert shown(text) == repr(text)


def test_a_name_like_none_has_no_nearest():
    assert nearest("weather", ["learner_id", "cip"]) is None
