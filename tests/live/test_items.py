"""One advised credential as an answer shows it: how likely, how sure, with what support."""

import dataclasses
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from onward.catalog.catalogue import Catalogue
from onward.catalog.funding import LOAN_RATE, yearly_payment
from onward.catalog.ramps import Ramps
from onward.data.learner import Learner
from onward.data.tables import CREDENTIALS, FUNDING, conform
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


def test_less_than_high_school_is_told_by_earnings_whatever_the_yardstick(small_bundle, found):
    catalogue = small_bundle.adviser.catalogue
    values = catalogue.values.assign(chosen_value=-1.0)
    by_another = Catalogue.of(catalogue.credentials, catalogue.edges, values)
    adviser = dataclasses.replace(small_bundle.adviser, catalogue=by_another)
    items = made(dataclasses.replace(small_bundle, adviser=adviser)).items
    assert {item["value"]["a_year"] for item in items} == {-1.0}
    by_premium = [item["returns_less_than_high_school"] for item in found.items]
    assert not all(by_premium)
    assert [item["returns_less_than_high_school"] for item in items] == by_premium


def with_columns(bundle, **columns):
    """The same with other facts in the catalogue."""
    catalogue = bundle.adviser.catalogue
    stated = conform(catalogue.credentials.assign(**columns), CREDENTIALS)
    changed = Catalogue.of(stated, catalogue.edges, catalogue.values)
    return dataclasses.replace(bundle, adviser=dataclasses.replace(bundle.adviser, catalogue=changed))


def test_who_brings_nothing_has_the_whole_left(found):
    for item in found.items:
        assert item["recognised_credits"] == 0.0
        assert [item["credits_left"], item["weeks_left"], item["price_left"]] == [
            item["credits"],
            item["weeks"],
            item["net_price"],
        ]


def test_what_is_held_takes_off_credits_weeks_and_price(small_bundle):
    edges, ids = small_bundle.adviser.catalogue.pathways, small_bundle.adviser.catalogue.ids
    target, held = np.argwhere((edges.recognised > 0) & ~edges.requires.any(axis=1)[:, None])[0]
    award = {"credential_id": ids[held], "awarded_on": "2024-06-03"}
    items = made(small_bundle, Learner(**NEW.model_dump() | {"awards": [award]})).items
    (after,) = [item for item in items if item["credential_id"] == ids[target]]
    share = 1 - edges.recognised[target, held] / after["credits"]
    assert after["credits_left"] == after["credits"] - edges.recognised[target, held]
    assert after["weeks_left"] == pytest.approx(after["weeks"] * share, abs=0.001)
    assert after["price_left"] == pytest.approx(after["net_price"] * share, abs=0.01)


def test_what_the_catalogue_does_not_know_stays_unknown(small_bundle):
    bare = with_columns(small_bundle, net_price=None, credits=None, funding=None, clock_hours=None, modality=None)
    for item in made(bare).items:
        assert (item["price_left"], item["credits_left"], item["modality"]) == (None, None, None)
        assert set(item["funding"].values()) == {None}
        assert item["workforce_pell"]["length_fits"] in {None, False}


def test_when_and_where_it_is_taught_stands_as_it_is(small_bundle):
    told = {
        "schedule": "evening",
        "campus": "North",
        "starts_on": pd.Timestamp("2025-01-13"),
        "seats": 24,
        "licence_conditions": "state examination",
    }
    (item, *_) = made(with_columns(small_bundle, **told)).items
    assert {name: item[name] for name in told} == told | {"starts_on": "2025-01-13"}


def test_every_source_of_funding_is_told(small_bundle):
    for item in made(with_columns(small_bundle, funding="pell|wioa")).items:
        assert item["funding"] == {name: name in {"pell", "wioa"} for name in FUNDING}


def test_workforce_pell_is_approved_only_by_a_dated_list(small_bundle):
    fitting = {"weeks": 10.0, "clock_hours": 300.0, "workforce_pell_approved": True}
    for dated, approved in ((None, None), (pd.Timestamp("2026-09-01"), True)):
        items = made(with_columns(small_bundle, **fitting, workforce_pell_list_date=dated)).items
        for item in items:
            assert item["workforce_pell"] == {
                "length_fits": True,
                "approved": approved,
                "list_date": None if dated is None else "2026-09-01",
            }


def test_a_loan_is_told_with_what_it_asks_of_earnings(small_bundle):
    for item in made(with_columns(small_bundle, median_debt=10_000.0)).items:
        loan = item["loan"]
        assert loan["years"] == (15 if item["award_level"] == "5" else 10)
        assert loan["yearly_payment"] == round(yearly_payment(10_000.0, rate=LOAN_RATE, years=loan["years"]), 2)
        assert loan["share_of_earnings"] == pytest.approx(loan["yearly_payment"] / item["value"]["earnings"], abs=1e-4)


def test_where_debt_is_not_known_nothing_is_said_of_a_loan(small_bundle):
    for item in made(with_columns(small_bundle, median_debt=None)).items:
        assert {item["loan"][name] for name in ("median_debt", "yearly_payment", "share_of_earnings")} == {None}


def test_each_says_whether_it_is_a_way_in_a_place_to_stop_or_a_dead_end(small_bundle, found):
    ramps = Ramps.of(small_bundle.adviser.catalogue)
    for name in ("on_ramp", "off_ramp", "dead_end"):
        assert [item[name] for item in found.items] == getattr(ramps, name)[found.places].tolist()
        assert len({item[name] for item in found.items}) == 2
    assert all(item["dead_end"] is (item["leads_to"] == []) for item in found.items)


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
        (pd.Timestamp("2024-01-01"), "2024-01-01"),
    ],
    ids=str,
)
def test_a_cell_becomes_a_plain_json_value(cell, expected):
    assert plain(cell) == expected
    assert type(plain(cell)) is type(expected)
