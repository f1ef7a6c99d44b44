from datetime import date

import pandas as pd

from onward.models.persistence import labelled_persistence_points
from onward.settings import DataSettings


def points(small, **changed):
    settings = {"data_through": date(2024, 12, 31), "still_in_progress": "missing"} | changed
    return labelled_persistence_points(small.tables, DataSettings(**settings))


def test_points_are_asked_after_the_terms_of_the_settings(small):
    assert set(points(small, after_terms=(1,))["terms"]) == {1}


def test_no_outcome_is_known_whose_horizon_lies_beyond_the_data(small):
    found = points(small)
    late = found["as_of"] + pd.Timedelta(days=365) > "2024-12-31"
    assert found.loc[late, "outcome"].isna().all()


def test_a_longer_gap_between_terms_never_turns_persistence_into_none(small):
    short, long = (points(small, term_gap_days=days)["outcome"].fillna(False) for days in (30, 200))
    assert not (short & ~long).any()
