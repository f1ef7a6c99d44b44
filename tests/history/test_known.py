import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.history.known import Known, Points
from onward.history.timeline import Events

DAY = np.datetime64("2024-01-01")


def events(learner_days, values=None) -> Events:
    """Events of each learner on given days, in order; ``values`` are their ``number``."""
    counts = [len(days) for days in learner_days]
    flat = np.array([DAY + day for days in learner_days for day in days], dtype="datetime64[D]")
    numbers = np.arange(len(flat), dtype=float) if values is None else np.array(values, dtype=float)
    texts = np.array([f"t{number}" for number in range(len(flat))], dtype=object)
    return Events(np.concatenate([[0], np.cumsum(counts)]), {"on": flat, "number": numbers, "text": texts})


def points(*pairs) -> Points:
    learner, day = zip(*pairs, strict=True)
    return Points(np.array(learner), DAY + np.array(day))


history = st.lists(st.lists(st.integers(0, 30), max_size=5).map(sorted), min_size=1, max_size=5)


@given(history, st.data())
def test_what_is_known_is_what_each_learner_had_before_the_day(learner_days, data):
    asked = st.tuples(st.integers(0, len(learner_days) - 1), st.integers(0, 31))
    pairs = data.draw(st.lists(asked, min_size=1, max_size=8))
    known = Known.before(events(learner_days), points(*pairs), date="on")
    found = [[(d - DAY).astype(int) for d in known.columns["on"][known.point == n]] for n in range(len(pairs))]
    assert found == [[day for day in learner_days[learner] if day < as_of] for learner, as_of in pairs]


def test_an_event_on_the_day_itself_is_not_known():
    assert Known.before(events([[3]]), points((0, 3)), date="on").count().tolist() == [0.0]


def test_an_event_the_day_before_is_known():
    assert Known.before(events([[3]]), points((0, 4)), date="on").count().tolist() == [1.0]


def test_an_event_without_a_date_is_never_known():
    undated = events([[3]])
    undated.columns["on"][0] = np.datetime64("NaT")
    assert Known.before(undated, points((0, 400)), date="on").count().tolist() == [0.0]


def test_a_total_leaves_missing_values_out():
    assert Known.before(events([[1, 2]], [np.nan, 3.0]), points((0, 9)), date="on").total("number").tolist() == [3.0]


def test_a_mean_is_over_values_that_are_present():
    known = Known.before(events([[1, 2, 3]], [np.nan, 3.0, 4.0]), points((0, 9)), date="on")
    assert known.mean("number").tolist() == [3.5]


def test_a_mean_of_nothing_is_missing():
    assert np.isnan(Known.before(events([[]]), points((0, 9)), date="on").mean("number")[0])


def test_the_last_value_is_that_of_the_latest_known_event():
    known = Known.before(events([[1, 5], [2]]), points((0, 3), (0, 9), (1, 9)), date="on")
    assert known.last("number").tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(("column", "missing"), [("number", "nan"), ("text", "None"), ("on", "NaT")])
def test_the_last_of_nothing_is_missing(column, missing):
    assert str(Known.before(events([[]]), points((0, 9)), date="on").last(column)[0]) == missing
