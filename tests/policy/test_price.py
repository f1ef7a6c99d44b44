from dataclasses import replace

import numpy as np
import pytest

from onward.policy.price import Price

VALUE = np.array([4_000.0, 20_000.0, 9_000.0])


def planted(n=2_000, size=3):
    """Log-odds of which the first is higher in group a, given the stratum."""
    rng = np.random.default_rng(4)
    member, stratum = rng.integers(0, 2, (n, 2)).astype(float), rng.choice(list("st"), n)
    log_odds = rng.normal(size=(n, size)) + (stratum == "s")[:, None]
    log_odds[:, 0] += member[:, 0]
    log_odds[:, 1] += member[:, 1]
    return log_odds, stratum, member


@pytest.fixture(scope="module")
def price() -> Price:
    return Price.fit(*planted())


def added(price, multipliers):
    log_odds, stratum, _ = planted()
    scores = np.zeros_like(log_odds)
    return replace(price, multipliers=np.array(multipliers)).apply(scores, log_odds, stratum, VALUE)


def test_multipliers_are_zero_at_first_and_change_nothing(price):
    log_odds, stratum, _ = planted()
    assert price.apply(log_odds, log_odds, stratum, VALUE).tobytes() == log_odds.tobytes()


def test_the_price_that_changes_nothing_needs_no_stratum():
    log_odds, stratum, _ = planted()
    assert Price.none(3).apply(log_odds, log_odds, stratum, VALUE).tobytes() == log_odds.tobytes()


@pytest.mark.parametrize("group", [0, 1])
def test_a_positive_multiplier_raises_the_dearer_candidates_of_the_group(price, group):
    _, _, member = planted()
    raised = added(price, np.eye(2)[group])[:, 1]
    inside, outside = (raised[member[:, group] == flag].mean() for flag in (1, 0))
    assert inside - outside > 1_000


def test_a_positive_multiplier_leads_those_likelier_in_the_group_to_dearer_advice(price):
    log_odds, stratum, member = planted()
    scores = np.full_like(log_odds, 9_000.0) + np.array([500.0, 0.0, 0.0])
    advised = replace(price, multipliers=np.array([1.0, 0.0])).apply(scores, log_odds, stratum, VALUE).argmax(axis=1)
    inside, outside = (VALUE[advised[member[:, 0] == flag]].mean() for flag in (1, 0))
    assert inside > outside + 1_000


def test_a_negative_multiplier_takes_what_a_positive_one_gives(price):
    assert np.allclose(added(price, [-0.7, 0.2]), -added(price, [0.7, -0.2]))


def test_the_price_of_a_candidate_is_in_proportion_to_its_value(price):
    found = added(price, [0.5, 0.0])
    assert np.allclose(found / VALUE, found[:, :1] / VALUE[0])


def test_the_price_averages_to_nothing_in_every_stratum(price):
    _, stratum, _ = planted()
    found = added(price, [0.5, -0.3])
    assert np.allclose([found[stratum == name].mean(axis=0) for name in "st"], 0.0, atol=1e-8)


def test_a_stratum_that_was_not_seen_pays_nothing(price):
    log_odds, stratum, _ = planted()
    dear = replace(price, multipliers=np.array([5.0, 5.0]))
    assert np.array_equal(dear.apply(log_odds, log_odds, np.full(len(stratum), "new"), VALUE), log_odds)


def test_labels_that_are_gone_after_the_fit_change_nothing():
    log_odds, stratum, member = planted()
    price = replace(Price.fit(log_odds, stratum, member), multipliers=np.array([0.5, 0.5]))
    before = price.apply(log_odds, log_odds, stratum, VALUE).tobytes()
    member[:] = 0.0
    assert price.apply(log_odds, log_odds, stratum, VALUE).tobytes() == before


@pytest.mark.parametrize("rows", [slice(7, 8), slice(3, 6), slice(None, None, -1), slice(5, 300, 7)])
def test_a_learner_s_price_does_not_depend_on_who_else_is_scored(rows):
    log_odds, stratum, member = planted(n=400, size=24)
    price = replace(Price.fit(log_odds, stratum, member), multipliers=np.array([0.5, 0.2]))
    value = np.linspace(1_000, 20_000, 24)
    whole = price.apply(log_odds, log_odds, stratum, value)
    part = price.apply(log_odds[rows], log_odds[rows], stratum[rows], value)
    assert part.tobytes() == whole[rows].tobytes()


def test_candidates_that_go_together_do_not_blow_up_the_price():
    log_odds, stratum, member = planted()
    doubled = np.column_stack([log_odds, log_odds])
    price = replace(Price.fit(doubled, stratum, member), multipliers=np.array([1.0, 0.0]))
    found = price.apply(np.zeros_like(doubled), doubled, stratum, np.ones(6))
    assert np.abs(found).max() < 2.0
