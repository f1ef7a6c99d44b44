import numpy as np
import pytest

from onward.data.learner import Learner
from onward.data.tables import Tables
from onward.history.timeline import Timeline


@pytest.fixture(scope="module")
def from_tables(few, small) -> Timeline:
    return Timeline.from_tables(few, small.catalogue)


def test_learners_keep_the_order_of_their_table(from_tables, few):
    assert from_tables.learner_ids.tolist() == few.learners["learner_id"].tolist()


@pytest.mark.parametrize(("table", "start"), [("enrollments", "term_start"), ("attempts", "started_on")])
def test_events_of_a_learner_are_in_date_order(table, start, from_tables):
    events = from_tables.events[table]
    spans = zip(events.offsets[:-1], events.offsets[1:], strict=True)
    days = [events.columns[start][first:last] for first, last in spans]
    assert all((np.diff(each).astype(int) >= 0).all() for each in days)


@pytest.mark.parametrize("table", ["enrollments", "attempts", "awards", "experiences"])
def test_every_learner_has_the_events_of_the_table(table, from_tables, few):
    counts = getattr(few, table)["learner_id"].value_counts().reindex(few.learners["learner_id"], fill_value=0)
    assert np.diff(from_tables.events[table].offsets).tolist() == counts.tolist()


def test_rows_of_a_learner_who_is_not_in_the_table_are_left_out(few, small, with_table):
    fewer = with_table(few, "learners", few.learners.iloc[1:])
    timeline = Timeline.from_tables(fewer, small.catalogue)
    mine = (few.enrollments["learner_id"] == few.learners["learner_id"].iloc[0]).sum()
    assert timeline.events["enrollments"].offsets[-1] == len(few.enrollments) - mine


def test_a_credential_from_elsewhere_has_no_position(small):
    award = {"credential_id": "elsewhere", "awarded_on": "2024-01-01"}
    learner = Learner(learner_id="a", entry_date="2024-01-01", awards=[award])
    assert Timeline.from_records([learner], small.catalogue).events["awards"].columns["credential"].tolist() == [-1]


def test_empty_tables_make_a_timeline_of_nobody(small):
    assert len(Timeline.from_tables(Tables(), small.catalogue).learner_ids) == 0


def test_a_missing_text_is_none_and_never_nan(from_tables):
    goals = from_tables.facts["goal_cip"]
    assert all(goal is None or isinstance(goal, str) for goal in goals)


def test_a_flag_extra_is_a_number_from_a_record(small):
    learner = Learner(learner_id="a", entry_date="2024-01-01", extras={"x_flag": True})
    assert Timeline.from_records([learner], small.catalogue).facts["x_flag"].tolist() == [1.0]
