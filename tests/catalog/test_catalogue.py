import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from onward.catalog.catalogue import Catalogue
from onward.data.tables import CREDENTIALS, PATHWAYS, VALUES, conform
from onward.errors import DataError

CREDENTIAL_ROWS = [
    {"credential_id": "b", "name": "Badge", "kind": "Badge", "award_level": "20", "cip": "510000", "weeks": 4.0},
    {"credential_id": "a", "name": "Degree", "kind": "AssociateDegree", "award_level": "3", "cip": "11", "weeks": 96.0},
]
VALUE_ROWS = [
    {"credential_id": "a", "median_earnings": 50e3, "benchmark_earnings": 36e3, "basis": "published", "year": 2024},
    {"credential_id": "b", "median_earnings": 30e3, "benchmark_earnings": 36e3, "basis": "imputed", "year": None},
]


def catalogue(**columns) -> Catalogue:
    credentials = conform(pd.DataFrame(CREDENTIAL_ROWS).assign(**columns), CREDENTIALS)
    return Catalogue.of(credentials, conform(EDGES, PATHWAYS), conform(pd.DataFrame(VALUE_ROWS), VALUES))


EDGES = pd.DataFrame({"from_id": ["b"], "to_id": ["a"], "relation": ["recognised_for"], "credits_recognised": [1.1]})


def test_value_follows_the_order_of_the_credentials():
    assert catalogue().value.tolist() == [-6e3, 14e3]


def test_a_credential_without_a_value_is_refused_by_name():
    credentials = conform(pd.DataFrame(CREDENTIAL_ROWS), CREDENTIALS)
    values = conform(pd.DataFrame(VALUE_ROWS[:1]), VALUES)
    with pytest.raises(
        DataError, match=r"a row of values, with earnings .* for every credential; 1 lack one \(Badge\)"
    ):
        Catalogue.of(credentials, conform(EDGES, PATHWAYS), values)


def test_the_field_is_the_first_two_digits():
    assert catalogue().field.tolist() == ["51", "11"]


def test_rungs_follow_how_levels_stack_and_not_their_codes():
    assert catalogue().rung.tolist() == [1.0, 5.0]


def test_positions_are_places_in_the_order():
    assert catalogue().positions == {"b": 0, "a": 1}


def test_an_unknown_number_is_nan():
    assert np.isnan(catalogue(credits=[None, 60.0]).numbers("credits")).tolist() == [True, False]


def test_a_flag_becomes_a_number():
    assert catalogue(work_based=[True, False]).numbers("work_based").tolist() == [1.0, 0.0]


def test_the_cost_of_failing_is_a_share_of_the_price():
    assert catalogue(net_price=[None, 4e3]).cost_of_failing(price_share=0.5).tolist() == [0.0, 2e3]


FULL = {
    "net_price": [None, 4_321.1],
    "starts_on": ["2025-01-13", None],
    "seats": [None, 12],
    "work_based": [True, None],
}


@pytest.mark.parametrize("frame", ["credentials", "edges", "values"])
def test_json_gives_an_equal_catalogue_back(frame):
    made = catalogue(**FULL)
    again = Catalogue.from_json(json.loads(json.dumps(made.to_json(), allow_nan=False)))
    pd.testing.assert_frame_equal(getattr(again, frame), getattr(made, frame))


def test_json_gives_the_same_json_again():
    made = catalogue(**FULL, x_note=["one", None]).to_json()
    assert Catalogue.from_json(json.loads(json.dumps(made))).to_json() == made


def test_a_catalogue_without_pathways_survives_json():
    made = Catalogue.of(catalogue().credentials, conform(EDGES.iloc[:0], PATHWAYS), catalogue().values)
    assert len(Catalogue.from_json(made.to_json()).edges) == 0


def test_the_simulated_catalogue_survives_json(small):
    again = Catalogue.from_json(json.loads(json.dumps(small.catalogue.to_json(), allow_nan=False)))
    assert again.to_json() == small.catalogue.to_json()


def test_what_a_college_recognises_at_most_is_kept_in_json():
    stricter = dataclasses.replace(catalogue(), recognised_cap=0.5)
    assert Catalogue.from_json(json.loads(json.dumps(stricter.to_json()))).recognised_cap == 0.5


def test_the_minor_group_of_an_occupation_is_its_first_three_digits():
    assert catalogue(soc=["292061", None]).minor_group.tolist() == ["292", None]
