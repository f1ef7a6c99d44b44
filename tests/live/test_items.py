"""One advised credential as an answer shows it: how likely, how sure, with what support."""

import dataclasses
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from onward.data.learner import Learner
from onward.history.known import Points
from onward.history.timeline import Timeline
from onward.history.views import LearnerView
from onward.live.items import FACTS, Items, plain
from onward.policy.shown import LITTLE, MUCH, Shown
from onward.policy.support import NEEDED, NOT_SEEN, SUPPORT_NEEDED, TOO_FEW, SupportTable

DAY = date(2024, 9, 2)
NEW = Learner(learner_id="new", entry_date="2024-08-01", prior_gpa=3.0, goal_cip="510000")


def made(bundle, learner=NEW):
    """The items of a learner, with the prospects and positions they are made from."""
    adviser = bundle.adviser
    timeline = Timeline.from_records([learner], adviser.catalogue)
    view = LearnerView(
        timeline, Points(np.zeros(1, dtype=np.int64), np.array([DAY], "datetime64[D]")), adviser.catalogue
    )
    prospects = adviser.prospects(timeline, view.points)
    places = np.flatnonzero(prospects.open_to[0]).tolist()
    return SimpleNamespace(
        items=Items.of(bundle, learner, view, prospects).all(places), prospects=prospects, places=places
    )


@pytest.fixture(scope="module")
def found(small_bundle):
    return made(small_bundle)


def showing(bundle, **shown):
    return dataclasses.replace(bundle, shown=Shown(**{"shift": 0.0, "matched": 400, "lambda_": 1.5} | shown))


def test_the_range_holds_the_probability(found):
    assert found.items
    for item in found.items:
        assert item["p_complete_range"]["low"] <= item["p_complete"] <= item["p_complete_range"]["high"]
        assert 0 <= item["p_complete_range"]["low"] <= item["p_complete_range"]["high"] <= 1


@pytest.mark.parametrize("shift", [-3.0, 3.0])
def test_the_range_holds_the_probability_however_far_it_was_moved(shift, small_bundle):
    for item in made(showing(small_bundle, shift=shift)).items:
        assert item["p_complete_range"]["low"] <= item["p_complete"] <= item["p_complete_range"]["high"]


def test_at_a_lambda_of_one_nothing_is_hidden_and_the_range_is_a_point(small_bundle):
    for item in made(showing(small_bundle, lambda_=1.0)).items:
        assert item["p_complete_range"] == {"low": item["p_complete"], "high": item["p_complete"], "lambda": 1.0}


def test_a_larger_lambda_widens_the_range(small_bundle):
    narrow, wide = (made(showing(small_bundle, lambda_=lambda_)).items for lambda_ in (1.2, 3.0))
    for less, more in zip(narrow, wide, strict=True):
        assert more["p_complete_range"]["low"] <= less["p_complete_range"]["low"]
        assert more["p_complete_range"]["high"] >= less["p_complete_range"]["high"]


def test_what_is_shown_is_calibrated_at_what_is_advised(small_bundle, found):
    shown = small_bundle.shown.probability(found.prospects.p_complete[0, found.places])
    assert small_bundle.shown.shift != 0.0
    assert [item["p_complete"] for item in found.items] == [round(float(p), 3) for p in shown]


def test_what_is_shown_moves_with_the_shift_and_the_floor_is_told_by_what_is_shown(small_bundle):
    as_is, lower = (made(showing(small_bundle, shift=shift)).items for shift in (0.0, -1.0))
    assert all(b["p_complete"] < a["p_complete"] for a, b in zip(as_is, lower, strict=True))
    floor = small_bundle.adviser.rule.completion_floor
    for items in (as_is, lower):
        assert [item["below_completion_floor"] for item in items] == [item["p_complete"] < floor for item in items]
    below = [{item["credential_id"] for item in items if item["below_completion_floor"]} for items in (as_is, lower)]
    assert below[0] < below[1]


def test_evidence_says_how_many_like_this_one_chose_it(found):
    usual = found.prospects.propensity[0, found.places]
    expected = ["much" if p >= MUCH else "some" if p >= LITTLE else "little" for p in usual]
    assert [item["evidence"] for item in found.items] == expected
    assert len(set(expected)) > 1


def test_what_is_open_alone_has_little_evidence_and_the_range_of_what_nobody_chose(small_bundle, found):
    only = found.places[0]
    alone = np.arange(len(small_bundle.adviser.catalogue)) == only
    timeline = Timeline.from_records([NEW], small_bundle.adviser.catalogue)
    at = Points(np.zeros(1, dtype=np.int64), np.array([DAY], "datetime64[D]"))
    view = LearnerView(timeline, at, small_bundle.adviser.catalogue)
    # One candidate is all of what is usual.
    prospects = dataclasses.replace(found.prospects, open_to=alone[None, :], propensity=alone[None, :].astype(float))
    (item,) = Items.of(small_bundle, NEW, view, prospects).all([only])
    low, high = small_bundle.shown.range(prospects.p_complete[:, only], np.zeros(1))
    assert item["evidence"] == "little"
    assert (item["p_complete_range"]["low"], item["p_complete_range"]["high"]) == pytest.approx(
        (low[0], high[0]), abs=0.0005
    )
    assert item["p_complete_range"]["low"] < item["p_complete"] < item["p_complete_range"]["high"]


@pytest.mark.parametrize(
    ("state", "needed", "note"), [(NEEDED, True, SUPPORT_NEEDED), (NOT_SEEN, False, ""), (TOO_FEW, None, "")]
)
def test_support_is_said_where_it_is_needed_and_never_denied_where_too_few_tell(state, needed, note, small_bundle):
    everywhere = SupportTable((state,) * len(small_bundle.adviser.catalogue), {})
    for item in made(dataclasses.replace(small_bundle, support=everywhere)).items:
        assert item["support_needed"] == {"needed": needed, "state": state, "note": note}


def test_support_is_that_of_the_learner_s_stratum(small_bundle, found):
    place, stratum = found.places[0], str(found.prospects.stratum[0])
    size = len(small_bundle.adviser.catalogue)
    for name, expected in ((stratum, NEEDED), ("another", NOT_SEEN)):
        table = SupportTable((NOT_SEEN,) * size, {(place, name): NEEDED})
        states = [
            item["support_needed"]["state"] for item in made(dataclasses.replace(small_bundle, support=table)).items
        ]
        assert states == [expected] + [NOT_SEEN] * (len(found.places) - 1)


def test_items_come_in_the_order_asked_for(small_bundle, found):
    ids = small_bundle.adviser.catalogue.ids
    assert [item["credential_id"] for item in found.items] == [ids[place] for place in found.places]


def test_no_position_makes_no_item(small_bundle):
    learner = NEW
    catalogue = small_bundle.adviser.catalogue
    timeline = Timeline.from_records([learner], catalogue)
    view = LearnerView(timeline, Points(np.zeros(1, dtype=np.int64), np.array([DAY], "datetime64[D]")), catalogue)
    prospects = small_bundle.adviser.prospects(timeline, view.points)
    assert Items.of(small_bundle, learner, view, prospects).all([]) == []


def test_facts_of_the_catalogue_stand_as_they_are(found, small_bundle):
    rows = small_bundle.adviser.catalogue.credentials.iloc[found.places]
    for item, (_, row) in zip(found.items, rows.iterrows(), strict=True):
        assert {name: item[name] for name in FACTS} == {name: plain(row[name]) for name in FACTS}


def test_the_stated_field_is_told_apart_and_without_one_nothing_is_said(small_bundle, found):
    assert {item["in_stated_field"] for item in found.items} == {True, False}
    assert all(item["in_stated_field"] is (item["cip"][:2] == "51") for item in found.items)
    silent = made(small_bundle, NEW.model_copy(update={"goal_cip": None}))
    assert {item["in_stated_field"] for item in silent.items} == {None}


def test_a_credential_that_returns_less_than_high_school_says_so(small_bundle, found):
    value = small_bundle.adviser.catalogue.value[found.places]
    assert [item["returns_less_than_high_school"] for item in found.items] == (value < 0).tolist()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, None),
        (pd.NA, None),
        (float("nan"), None),
        (pd.NaT, None),
        (np.int64(3), 3),
        (np.bool_(True), True),
        ("a", "a"),
        (pd.Timestamp("2024-01-01"), "2024-01-01 00:00:00"),
    ],
    ids=str,
)
def test_a_cell_becomes_a_plain_json_value(cell, expected):
    assert plain(cell) == expected
    assert type(plain(cell)) is type(expected)
