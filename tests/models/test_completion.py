from datetime import date

from onward.models.completion import completion_points
from onward.settings import DataSettings


def outcomes(small, **changed):
    settings = {"data_through": date(2024, 12, 31), "still_in_progress": "missing"} | changed
    return completion_points(small.tables, DataSettings(**settings))["outcome"]


def test_every_started_credential_is_a_point(small):
    assert len(outcomes(small)) == len(small.tables.attempts)


def test_fewer_outcomes_are_known_the_earlier_the_data_end(small):
    known = [outcomes(small, data_through=date(year, 12, 31)).notna().sum() for year in (2018, 2021, 2024)]
    assert known == sorted(set(known))


def test_a_longer_window_never_turns_a_completion_into_none(small):
    short, long = outcomes(small, completion_window=1.0), outcomes(small, completion_window=2.0)
    both = short.notna() & long.notna()
    assert not (short[both].astype(bool) & ~long[both].astype(bool)).any()


def test_settings_say_what_an_attempt_still_in_progress_is(small):
    missing, counted = outcomes(small), outcomes(small, still_in_progress="not_completed")
    differing = missing.isna() & counted.notna()
    assert not counted[differing].any()
