from datetime import date

import pytest

from onward.data.ctdl.costs import Price, price


def _item(figure, kind="Tuition", **more):
    return {"price": figure, "directcosttype": f"costType:{kind}", **more}


def test_distinct_kinds_of_cost_are_added():
    assert price({"estimatedcost": [_item(3000), _item(120.5, "EnrollmentFee")]}, None) == Price(3120.5)


def test_an_aggregate_cost_stands_for_all():
    assert price({"estimatedcost": [_item(3000), _item(3600, "AggregateCost")]}, None) == Price(3600)


def test_the_price_for_learners_of_the_state_is_taken():
    items = [
        _item(9000, residencytype="residency:OutOfState"),
        _item(4000, residencytype=[{"targetnode": "residency:InState"}]),
        _item(100, "Application"),
    ]
    assert price({"estimatedcost": items}, None) == Price(4100)


def test_a_publisher_s_items_share_what_their_profile_says():
    profile = {"currency": "US Dollar", "costitems": [_item(3000), _item(50, "TechnologyFee")]}
    assert price({"estimatedcost": [profile]}, None) == Price(3050)
    assert price({"estimatedcost": [{**profile, "currency": "EUR"}]}, None).dollars is None


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([_item(3533.68), _item(9963.19)], "several prices of one kind"),
        ([_item(9000, residencytype="residency:OutOfState")], "learners from elsewhere"),
        ([_item(300, currency="EUR")], "another currency"),
        ([_item(120, paymentpattern="per credit")], "a price for a part of it"),
        ([_item(120, description={"en": "Tuition per credit hour"}), _item(50, "Application")], "a part of it"),
        ([_item(-1)], "below zero"),
    ],
)
def test_prices_that_would_be_added_blindly_leave_it_empty_and_say_why(items, said):
    found = price({"estimatedcost": items}, None)
    assert found.dollars is None
    assert said in found.why_not


def test_a_price_out_of_force_is_passed_over():
    items = [_item(2000, enddate="2020-12-31"), _item(2400, startdate="2021-01-01")]
    assert price({"estimatedcost": items}, date(2026, 1, 1)) == Price(2400)
    assert price({"estimatedcost": items}, date(2019, 1, 1)) == Price(2000)


@pytest.mark.parametrize("node", [{}, {"estimatedcost": []}, {"estimatedcost": [{"costdetails": "x"}, "words", 7]}])
def test_no_price_is_no_price(node):
    assert price(node, None) == Price()
