import numpy as np
import pandas as pd

from onward.data.tables import Tables
from onward.history.decision_points import persistence_points, positions, started_credentials

day = pd.Timestamp


def tables(ended_on=None, terms=(("2024-01-08", "2024-05-10"), ("2024-09-02", "2024-12-20"))) -> Tables:
    starts, ends = zip(*terms, strict=True) if terms else ((), ())
    return Tables(
        attempts=pd.DataFrame(
            {
                "learner_id": ["ann"],
                "credential_id": ["c"],
                "started_on": [day("2024-01-08")],
                "ended_on": [day(ended_on) if ended_on else pd.NaT],
                "status": ["stopped" if ended_on else "in_progress"],
            }
        ),
        enrollments=pd.DataFrame(
            {
                "learner_id": "ann",
                "institution_id": "i",
                "term_start": pd.to_datetime(list(starts)),
                "term_end": pd.to_datetime(list(ends)),
            }
        ),
    )


def days(points: pd.DataFrame) -> list[str]:
    return points["as_of"].dt.strftime("%Y-%m-%d").tolist()


def test_a_started_credential_is_a_point_on_its_first_day():
    assert days(started_credentials(tables())) == ["2024-01-08"]


def test_points_stand_in_the_same_order_whatever_the_order_of_the_rows(small):
    shuffled = small.tables.attempts.sample(frac=1, random_state=0)
    again = started_credentials(Tables(attempts=shuffled))
    pd.testing.assert_frame_equal(again, started_credentials(small.tables))


def test_persistence_is_asked_the_day_after_each_term():
    points = persistence_points(tables(), after_terms=(0, 1, 2))
    assert days(points) == ["2024-01-08", "2024-05-11", "2024-12-21"]


def test_terms_count_from_the_first_of_the_attempt():
    assert persistence_points(tables(), after_terms=(0, 1, 2))["terms"].tolist() == [0, 1, 2]


def test_only_the_numbers_of_terms_asked_for_are_points():
    assert persistence_points(tables(), after_terms=(2,))["terms"].tolist() == [2]


def test_a_term_before_the_attempt_is_not_counted():
    before = tables(terms=(("2023-09-04", "2023-12-20"), ("2024-01-08", "2024-05-10")))
    assert days(persistence_points(before, after_terms=(1,))) == ["2024-05-11"]


def test_an_attempt_that_ended_is_no_longer_a_point():
    assert days(persistence_points(tables(ended_on="2024-05-10"), after_terms=(1, 2))) == []


def test_an_attempt_that_ends_on_the_day_itself_still_is_a_point():
    assert days(persistence_points(tables(ended_on="2024-05-11"), after_terms=(1, 2))) == ["2024-05-11"]


def test_positions_are_those_of_the_learners_in_the_timeline(small):
    at = positions(small.starts, small.timeline)
    assert np.array_equal(small.timeline.learner_ids[at.learner], small.starts["learner_id"].to_numpy(object))
