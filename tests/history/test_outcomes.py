import pandas as pd
import pytest

from onward.data.tables import Tables
from onward.history.outcomes import completed, persisted

day = pd.Timestamp
LEVELS = {"badge": "20", "certificate": "21", "degree": "3", "bachelor": "5"}
CREDENTIALS = pd.DataFrame(
    {
        "credential_id": list(LEVELS),
        "name": list(LEVELS),
        "kind": "Certificate",
        "award_level": list(LEVELS.values()),
        "cip": "51",
        "weeks": [4.0, 10.0, 96.0, 190.0],
    }
)
START = "2023-01-09"


def attempts(*rows) -> pd.DataFrame:
    """Attempts of ann, each (credential, started, ended, status)."""
    frame = pd.DataFrame(rows, columns=["credential_id", "started_on", "ended_on", "status"]).assign(learner_id="ann")
    return frame.assign(started_on=pd.to_datetime(frame["started_on"]), ended_on=pd.to_datetime(frame["ended_on"]))


def terms(*rows) -> pd.DataFrame:
    """Terms of ann, each (institution, first day, last day)."""
    frame = pd.DataFrame(rows, columns=["institution_id", "term_start", "term_end"]).assign(learner_id="ann")
    return frame.assign(term_start=pd.to_datetime(frame["term_start"]), term_end=pd.to_datetime(frame["term_end"]))


def point(credential: str) -> pd.DataFrame:
    return pd.DataFrame({"learner_id": ["ann"], "as_of": [day(START)], "credential_id": [credential]})


def completion(ended, status, *, through="2025-01-01", still="missing"):
    tables = Tables(credentials=CREDENTIALS, attempts=attempts(("certificate", START, ended, status)))
    return completed(
        point("certificate"), tables, data_through=day(through), times_length=1.5, still_in_progress=still
    ).tolist()[0]


def persistence(rows, enrolled=(), *, target="degree", through="2025-01-01", gap=150):
    tables = Tables(credentials=CREDENTIALS, attempts=attempts(*rows), enrollments=terms(*enrolled))
    horizon, term_gap = pd.Timedelta(days=365), pd.Timedelta(days=gap)
    return persisted(point(target), tables, data_through=day(through), horizon=horizon, term_gap=term_gap).tolist()[0]


# The certificate takes 10 weeks; 1.5 times that after START is 2023-04-24.


def test_a_completion_on_the_last_day_of_the_window_counts():
    assert completion("2023-04-24", "completed") is True


def test_a_completion_a_day_later_does_not():
    assert completion("2023-04-25", "completed") is False


def test_a_learner_who_stopped_did_not_complete():
    assert completion("2023-02-01", "stopped") is False


def test_a_learner_who_transferred_did_not_complete():
    assert completion("2023-02-01", "transferred") is False


def test_an_early_yes_is_missing_until_the_window_is_in_the_data():
    assert completion("2023-03-01", "completed", through="2023-04-23") is pd.NA


def test_an_early_no_is_missing_too():
    assert completion("2023-02-01", "stopped", through="2023-04-23") is pd.NA


def test_a_window_that_ends_on_the_last_day_of_the_data_is_whole():
    assert completion("2023-03-01", "completed", through="2023-04-24") is True


def test_an_attempt_in_progress_after_its_window_is_missing_where_settings_say_so():
    assert completion(None, "in_progress", still="missing") is pd.NA


def test_an_attempt_in_progress_after_its_window_is_no_completion_where_settings_say_so():
    assert completion(None, "in_progress", still="not_completed") is False


def test_an_attempt_in_progress_within_its_window_is_missing_whatever_settings_say():
    assert completion(None, "in_progress", still="not_completed", through="2023-04-01") is pd.NA


def test_outcomes_stand_at_their_points_whatever_the_order(small):
    at = {"data_through": day("2024-12-31"), "times_length": 1.5, "still_in_progress": "missing"}
    shuffled = small.starts.sample(frac=1, random_state=0)
    found = completed(shuffled, small.tables, **at)
    pd.testing.assert_series_equal(found.sort_index(), completed(small.starts, small.tables, **at))


# The horizon after START is 2024-01-09.
OPEN = ("degree", START, None, "in_progress")
LEFT = ("degree", START, "2023-05-12", "stopped")


def test_a_term_under_way_at_the_horizon_is_persistence():
    assert persistence([OPEN], [("i", "2024-01-08", "2024-05-10")]) is True


def test_a_term_elsewhere_is_persistence_too():
    assert persistence([LEFT], [("elsewhere", "2024-01-08", "2024-05-10")]) is True


def test_a_learner_between_two_terms_persists():
    assert persistence([OPEN], [("i", "2023-09-04", "2023-12-20")]) is True


def test_a_term_that_ended_longer_ago_than_the_gap_is_no_persistence():
    assert persistence([LEFT], [("i", "2023-01-09", "2023-05-12")]) is False


def test_a_term_that_begins_after_the_horizon_does_not_count():
    assert persistence([LEFT], [("i", "2024-01-10", "2024-05-10")]) is False


def test_finishing_the_target_is_persistence():
    assert persistence([("degree", START, "2023-12-20", "completed")]) is True


def test_finishing_a_higher_credential_is_persistence():
    assert persistence([LEFT, ("bachelor", "2023-05-15", "2023-12-20", "completed")]) is True


def test_a_badge_on_the_way_is_not_finishing_a_degree():
    assert persistence([LEFT, ("badge", START, "2023-03-01", "completed")]) is False


def test_finishing_the_target_after_the_horizon_does_not_count():
    assert persistence([("degree", START, "2024-01-10", "completed")]) is False


def test_what_was_finished_before_the_point_does_not_count():
    assert persistence([LEFT, ("bachelor", "2020-01-06", "2022-12-20", "completed")]) is False


def test_an_open_record_without_a_term_is_missing():
    assert persistence([OPEN]) is pd.NA


def test_an_open_record_of_another_credential_does_not_excuse_the_target():
    assert persistence([LEFT, ("badge", START, None, "in_progress")]) is False


@pytest.mark.parametrize(
    "rows", [[("degree", START, "2023-12-20", "completed")], [LEFT]], ids=["an early yes", "an early no"]
)
def test_persistence_is_missing_until_the_horizon_is_in_the_data(rows):
    assert persistence(rows, through="2024-01-08") is pd.NA


def test_persistence_is_known_once_the_horizon_is_in_the_data():
    assert persistence([LEFT], through="2024-01-09") is False
