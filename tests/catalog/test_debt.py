"""Median debt: stated, the institution's, the field's, or not known."""

import pandas as pd
import pytest

from onward.catalog.debt import debt_of
from onward.data.scorecard import Scorecard
from onward.data.tables import CREDENTIALS, conform

KEYS = pd.MultiIndex.from_tuples([("194240", "5139", "1"), ("194240", "5138", "2")])
PROGRAMS = pd.DataFrame({"earnings": [50_000.0, 70_000.0], "completers": 30.0, "debt": [7_000.0, None]}, index=KEYS)
SCORECARD = Scorecard(PROGRAMS, rows=2, one_year_only=0, name="value_check.parquet", digest="")


def credentials(**changes):
    row = {"credential_id": "c", "name": "c", "kind": "Certificate", "award_level": "2", "cip": "513901", "weeks": 40}
    return conform(pd.DataFrame([row | {"provider_id": "194240"} | changes]), CREDENTIALS)


@pytest.mark.parametrize(
    ("changes", "debt", "basis"),
    [
        ({"median_debt": 0.0}, 0.0, "stated"),
        ({}, 7_000.0, "institution"),
        ({"provider_id": None}, 11_000.0, "field"),
        ({"cip": "513801", "award_level": "3"}, 15_000.0, "field"),
    ],
)
def test_the_nearest_that_is_known_is_taken(changes, debt, basis):
    (found,) = debt_of(credentials(**changes), scorecard=SCORECARD).to_dict("records")
    assert found == {"median_debt": debt, "basis": basis}


@pytest.mark.parametrize("changes", [{"award_level": "20"}, {"noncredit": True}, {"cip": "999999"}])
def test_nothing_is_filled_in_where_loans_do_not_reach_or_nothing_is_known(changes):
    assert debt_of(credentials(**changes), scorecard=SCORECARD).isna().all(axis=None)
