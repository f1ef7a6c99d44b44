from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from onward.errors import DataError, SettingsError
from onward.policy.evaluation import Logged, deterministic, evaluate
from onward.policy.sensitivity import (
    LAMBDAS,
    Tipping,
    highest_mean,
    probability_range,
    sensitivity,
    tipping_lambda,
)

quick = settings(max_examples=40, deadline=None)
chances = st.floats(0.0, 1.0)
lambdas = st.floats(1.0, 5.0)


def problem(seed, n=8):
    """Outcomes with ties, and weights between two ends."""
    rng = np.random.default_rng(seed)
    low = rng.uniform(0.1, 2.0, n)
    return rng.integers(-3, 4, n).astype(float), low, low * rng.uniform(1.0, 4.0, n)


def by_linear_program(outcome, low, high):
    """The same after Charnes and Cooper (1962): weights and their scale are the unknowns, the weights sum to 1."""
    n = len(outcome)
    above = np.column_stack([np.eye(n), -high])
    below = np.column_stack([-np.eye(n), low])
    total = np.append(np.ones(n), 0.0)[None, :]
    found = linprog(
        np.append(-outcome, 0.0), np.vstack([above, below]), np.zeros(2 * n), total, [1.0], bounds=(0, None)
    )
    return -found.fun


def history(n=1_000, c=3, *, seed=0, gain=0.0):
    """A log in which credential 0 returns ``gain`` more than the others."""
    rng = np.random.default_rng(seed)
    propensity = rng.dirichlet(np.full(c, 4.0), n)
    choice = (rng.random(n)[:, None] > propensity.cumsum(axis=1)).sum(axis=1).clip(max=c - 1)
    expected = np.zeros((n, c)) + gain * (np.arange(c) == 0)
    return Logged(choice, expected[np.arange(n), choice] + rng.normal(0, 1.0, n), propensity, expected)


def leaning(logged):
    """A soft policy that advises credential 0 most."""
    return np.tile([0.8, 0.1, 0.1], (len(logged), 1))


@pytest.mark.parametrize("seed", range(25))
def test_the_highest_mean_is_that_of_the_linear_program(seed):
    found, _ = highest_mean(*problem(seed))
    assert found == pytest.approx(by_linear_program(*problem(seed)), abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_no_choice_of_ends_gives_a_higher_mean(seed):
    outcome, low, high = problem(seed)
    corners = np.where(np.array(list(product([False, True], repeat=len(low)))), high, low)
    assert highest_mean(outcome, low, high)[0] == pytest.approx((corners @ outcome / corners.sum(1)).max(), abs=1e-12)


@given(st.integers(0, 2**32 - 1))
@quick
def test_the_highest_mean_is_reached_by_the_weights_that_come_with_it(seed):
    outcome, low, high = problem(seed, n=30)
    mean, weights = highest_mean(outcome, low, high)
    assert mean == pytest.approx(np.average(outcome, weights=weights))
    assert ((weights == low) | (weights == high)).all()


def test_without_any_weight_there_is_no_highest_mean():
    assert np.isnan(highest_mean(np.ones(2), np.zeros(2), np.zeros(2))[0])


@pytest.mark.parametrize(("augmented", "name"), [(False, "snips"), (True, "sndr")])
def test_with_nothing_hidden_both_bounds_are_the_estimate(augmented, name):
    logged = history()
    (found,) = sensitivity(logged, leaning(logged), lambdas=(1.0,), augmented=augmented)
    estimate = getattr(evaluate(logged, leaning(logged)), name)
    assert (found.low, found.high) == pytest.approx((estimate.value, estimate.value))
    assert found.limits == pytest.approx(estimate.difference_interval)


@pytest.mark.parametrize("augmented", [False, True])
def test_the_more_is_hidden_the_wider_the_range(augmented):
    logged = history()
    found = sensitivity(logged, leaning(logged), augmented=augmented)
    assert [one.lambda_ for one in found] == list(LAMBDAS)
    assert (np.diff([one.low for one in found]) < 0).all()
    assert (np.diff([one.high for one in found]) > 0).all()


def test_the_margins_lie_outside_the_bounds():
    logged = history()
    for found in sensitivity(logged, leaning(logged)):
        assert found.limits[0] < found.difference_low <= found.difference_high < found.limits[1]


def test_the_differences_are_the_bounds_less_historys_mean():
    logged = history()
    for found in sensitivity(logged, leaning(logged)):
        assert found.difference_low == pytest.approx(found.low - logged.reward.mean())
        assert found.difference_high == pytest.approx(found.high - logged.reward.mean())


def test_the_bounds_are_the_highest_mean_of_what_inverses_may_be():
    logged, policy = history(40), leaning(history(40))
    (found,) = sensitivity(logged, policy, lambdas=(2.0,))
    rows = np.arange(40), logged.choice
    odds = 1 / logged.propensity[rows] - 1
    low, high = policy[rows] * (1 + odds / 2), policy[rows] * (1 + odds * 2)
    assert found.high == pytest.approx(by_linear_program(logged.reward, low, high), abs=1e-9)
    assert found.low == pytest.approx(-by_linear_program(-logged.reward, low, high), abs=1e-9)


def test_a_model_that_explains_the_reward_narrows_the_range():
    logged = history(gain=20.0)
    plain, augmented = (sensitivity(logged, leaning(logged), augmented=one)[-1] for one in (False, True))
    assert augmented.high - augmented.low < (plain.high - plain.low) / 3


@pytest.mark.parametrize("augmented", [False, True])
def test_a_hidden_cause_within_lambda_leaves_the_truth_inside_the_range(augmented):
    """A hidden coin doubles the odds of choosing credential 0 at most, and with them the reward."""
    rng = np.random.default_rng(3)
    n, hidden = 40_000, rng.random(40_000) < 0.5
    chance = np.where(hidden, 0.6, 0.4)
    choice = (rng.random(n) > chance).astype(int)
    reward = 5.0 * hidden + 2.0 * (choice == 0) + rng.normal(0, 1, n)
    logged = Logged(choice, reward, np.full((n, 2), 0.5), np.tile([5.5, 2.0], (n, 1)))
    policy = np.tile([0.9, 0.1], (n, 1))
    truth = 2.5 + 0.9 * 2.0
    assert evaluate(logged, policy).dr.interval[0] > truth
    # given the record the chance is .5, odds 1; given the coin too .6 or .4, odds 1.5 or 1 / 1.5
    (found,) = sensitivity(logged, policy, lambdas=(1.5,), augmented=augmented)
    assert found.low < truth < found.high


def test_without_an_interval_the_bounds_have_no_margins():
    logged = history()
    (found,) = sensitivity(logged, deterministic(np.zeros(1_000, int), 3), lambdas=(1.5,))
    assert found.limits is None
    assert found.low < found.high


def test_the_tipping_lambda_parts_what_is_shown_from_what_is_not():
    logged = history(gain=1.0)
    tipping = tipping_lambda(logged, leaning(logged)).lambda_
    before, after = sensitivity(logged, leaning(logged), lambdas=(tipping - 1e-6, tipping + 1e-6))
    assert before.limits[0] > 0 >= after.limits[0]


def test_the_greater_the_gain_the_more_may_be_hidden():
    small, great = (history(gain=gain) for gain in (1.0, 1.5))
    assert tipping_lambda(small, leaning(small)).lambda_ < tipping_lambda(great, leaning(great)).lambda_


def test_a_gain_shown_at_the_cap_has_an_infinite_tipping_lambda():
    logged = history(gain=50.0)
    found = tipping_lambda(logged, leaning(logged), cap=1.5, augmented=True)
    assert found.lambda_ == np.inf
    assert "up to a Lambda of 1.5" in found.words


def test_a_gain_that_is_not_shown_tips_at_once():
    logged = history(gain=-1.0)
    assert tipping_lambda(logged, leaning(logged)) == Tipping(
        1.0, "not shown to be worth more than history's own choices, even with nothing hidden"
    )


def test_a_policy_without_an_interval_is_never_shown_to_be_worth_more():
    logged = history(gain=50.0)
    found = tipping_lambda(logged, deterministic(np.zeros(1_000, int), 3))
    assert found.lambda_ == 1.0
    assert "the policy is deterministic" in found.words


@given(chances, chances)
@quick
def test_with_nothing_hidden_the_probability_is_the_one_shown(p, propensity):
    low, high = probability_range(p, propensity, 1.0)
    assert (low, high) == (pytest.approx(p, abs=1e-12), pytest.approx(p, abs=1e-12))


@given(chances, chances, lambdas)
@quick
def test_a_probabilitys_range_holds_it_and_stays_between_none_and_all(p, propensity, lambda_):
    low, high = probability_range(p, propensity, lambda_)
    assert 0 <= low <= p <= high <= 1


@given(chances, chances, lambdas, lambdas)
@quick
def test_a_probabilitys_range_only_grows_with_lambda(p, propensity, one, other):
    inner, outer = (probability_range(p, propensity, lambda_) for lambda_ in sorted((one, other)))
    assert outer[0] <= inner[0] + 1e-12
    assert inner[1] <= outer[1] + 1e-12


def test_what_everyone_chooses_is_known():
    assert probability_range(0.6, 1.0, 3.0) == (0.6, 0.6)


def test_ranges_are_elementwise():
    low, high = probability_range(np.array([[0.2, 0.8]]), np.array([[0.5, 0.5]]), 2.0)
    assert low.shape == high.shape == (1, 2)


@pytest.mark.parametrize("lambda_", [1.2, 2.0, 4.0])
def test_whatever_a_hidden_cause_does_within_lambda_the_truth_is_inside(lambda_):
    """A coin that is heads for u0 of choosers and u1 of the others; y0 and y1 complete by how it falls."""
    grid = np.linspace(0.02, 0.98, 13)
    u0, u1, y0, y1, e = np.meshgrid(grid, grid, grid, grid, [0.1, 0.5, 0.9], indexing="ij")
    ratios = np.stack([u1 / u0, (1 - u1) / (1 - u0)])
    obeys = (ratios.max(axis=0) <= lambda_) & (ratios.min(axis=0) >= 1 / lambda_)
    p = u0 * y1 + (1 - u0) * y0
    truth = e * p + (1 - e) * (u1 * y1 + (1 - u1) * y0)
    low, high = probability_range(p, e, lambda_)
    assert obeys.sum() > 1_000
    assert ((low - 1e-12 <= truth) & (truth <= high + 1e-12))[obeys].all()


def test_a_cause_that_decides_completion_reaches_the_bound():
    low, high = probability_range(0.3, 0.25, 2.0)
    assert high == pytest.approx(0.25 * 0.3 + 0.75 * 0.6)
    assert low == pytest.approx(0.25 * 0.3 + 0.75 * 0.15)


@pytest.mark.parametrize("lambda_", [0.9, np.inf, np.nan])
def test_lambda_is_at_least_one(lambda_):
    with pytest.raises(SettingsError, match="lambda: expected a number of at least 1, came"):
        probability_range(0.5, 0.5, lambda_)


def test_the_bounds_refuse_a_lambda_below_one_too():
    logged = history(10)
    with pytest.raises(SettingsError, match=r"lambda: expected a number of at least 1, came 0\.5"):
        sensitivity(logged, leaning(logged), lambdas=(0.5,))


@pytest.mark.parametrize(("p", "propensity", "name"), [(1.2, 0.5, "p_complete"), (0.5, np.nan, "propensity")])
def test_what_is_no_probability_is_refused(p, propensity, name):
    with pytest.raises(DataError, match=f"{name}: expected probabilities from 0 to 1, came 1 of 1 numbers otherwise"):
        probability_range(p, propensity, 2.0)
