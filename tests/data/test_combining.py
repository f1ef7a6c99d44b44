import numpy as np
import pandas as pd

from onward.data.combining import combined

KEY = ("learner_id", "term_start")
COURSES = pd.DataFrame(
    {
        "learner_id": ["b", "a", "b", "b"],
        "term_start": ["2024", "2024", "2024", "2023"],
        "credits": [3.0, 4.0, 2.0, 1.0],
        "gpa": [4.0, np.nan, 3.0, 2.0],
        "modality": [None, "online", "hybrid", "online"],
    }
)
ROWS = np.array([2, 3, 5, 6])


def test_rows_of_a_key_become_one_in_the_order_in_which_they_first_come():
    whole, rows, first = combined(COURSES, ROWS, key=KEY, how={"credits": "sum", "gpa": "mean"})
    assert whole["learner_id"].tolist() == ["b", "a", "b"]
    assert whole["credits"].tolist() == [5.0, 4.0, 1.0]
    assert whole["gpa"].fillna(-1).tolist() == [3.5, -1, 2.0]
    assert (rows.tolist(), first.tolist()) == ([2, 3, 6], [0, 1, 3])


def test_a_column_that_nothing_is_said_of_takes_the_first_value_there_is():
    assert combined(COURSES, ROWS, key=KEY, how={})[0]["modality"].tolist() == ["hybrid", "online", "online"]


def test_least_and_most_of_days():
    days = COURSES.assign(day=pd.to_datetime(["2024-02-01", "2024-01-01", "2024-01-15", "2023-01-01"]))
    least = combined(days, ROWS, key=KEY, how={"day": "least"})[0]["day"]
    most = combined(days, ROWS, key=KEY, how={"day": "most"})[0]["day"]
    assert (least[0].day, most[0].month) == (15, 2)


def test_a_sum_of_nothing_is_missing_not_zero():
    empty = COURSES.assign(credits=np.nan)
    assert combined(empty, ROWS, key=KEY, how={"credits": "sum"})[0]["credits"].isna().all()


def test_a_row_whose_key_is_incomplete_stays_alone():
    torn = COURSES.assign(learner_id=["b", None, "b", None])
    assert len(combined(torn, ROWS, key=KEY, how={"credits": "sum"})[0]) == 3


def test_no_rows_are_no_rows():
    whole, rows, _ = combined(COURSES.iloc[:0], ROWS[:0], key=KEY, how={"credits": "sum"})
    assert whole.empty
    assert list(whole) == list(COURSES)
    assert rows.size == 0
