import json

import pandas as pd
import pytest

from onward.data.checks import stacked
from onward.data.ctdl.reading import read_ctdl
from onward.data.ctdl.writing import as_ctdl
from onward.data.simulated_catalogue import made_up_catalogue
from onward.data.tables import CREDENTIALS, LEVELS, PATHWAYS, VALUES, conform

NOT_HELD = {
    "partners",
    "hours_per_week",
    "starts_on",
    "seats",
    "median_debt",
    "workforce_pell_approved",
    "workforce_pell_list_date",
}


def _again(tmp_path, credentials, pathways, values):
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(as_ctdl(credentials, pathways, values)), encoding="utf-8")
    found = read_ctdl([path])
    assert not found.problems
    frames = {}
    for name, pieces in found.pieces.items():
        stack, problems = stacked(pieces)
        assert problems == []
        frames[name] = stack.frame
    return frames


def test_the_made_up_catalogue_comes_back_in_every_column_that_ctdl_holds(tmp_path):
    made_up = made_up_catalogue()
    frames = _again(tmp_path, made_up.credentials, made_up.pathways, made_up.values)
    held = [name for name in CREDENTIALS.names if name not in NOT_HELD]
    again = conform(frames["credentials"], CREDENTIALS)
    pd.testing.assert_frame_equal(again[held], made_up.credentials[held])
    key = list(PATHWAYS.key)
    edges = conform(frames["pathways"], PATHWAYS).sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(edges, made_up.pathways.sort_values(key, ignore_index=True))
    published = made_up.values[made_up.values["basis"] == "published"].reset_index(drop=True)
    assert len(frames["values"]) == len(published) == 26
    pd.testing.assert_frame_equal(frames["values"], published[frames["values"].columns])
    assert set(VALUES.names) - set(frames["values"]) == {
        "benchmark_earnings",
        "goes_on",
        "onward_value",
        "chosen_value",
    }


@pytest.mark.parametrize("level", LEVELS)
def test_every_award_level_comes_back_whatever_the_length(tmp_path, level):
    made_up = made_up_catalogue()
    one = made_up.credentials.head(1).assign(award_level=level)
    frames = _again(tmp_path, one, made_up.pathways.head(0), made_up.values.head(0))
    assert frames["credentials"]["award_level"].tolist() == [level]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("weeks", 10.5),
        ("campus", "North"),
        ("schedule", "weekend"),
        ("schedule", "any"),
        ("modality", "hybrid"),
        ("provider_id", "123456"),
        ("provider_id", "001234"),
        ("funding", "pell|wioa|perkins|employer|gi_bill|state_grant"),
        ("net_price", 1234.5),
        ("net_price", 0.0),
        ("credential_id", "https://college.example/a"),
    ],
)
def test_a_value_that_ctdl_holds_comes_back(tmp_path, column, value):
    made_up = made_up_catalogue()
    one = made_up.credentials.head(1).assign(**{column: value})
    frames = _again(tmp_path, one, made_up.pathways.head(0), made_up.values.head(0))
    assert frames["credentials"][column].tolist() == [value]


def test_what_is_missing_stays_missing(tmp_path):
    columns = ["credential_id", "name", "kind", "award_level", "cip", "weeks"]
    one = conform(made_up_catalogue().credentials.head(1)[columns], CREDENTIALS)
    frames = _again(tmp_path, one, made_up_catalogue().pathways.head(0), made_up_catalogue().values.head(0))
    pd.testing.assert_frame_equal(conform(frames["credentials"], CREDENTIALS), one)
