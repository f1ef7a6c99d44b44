import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.errors import DataError, SettingsError
from onward.policy.evaluation import (
    ABOUT,
    ENOUGH,
    Logged,
    deterministic,
    effective_n,
    evaluate,
    interval,
    mixed,
    softened,
    weighted_mean,
)

quick = settings(max_examples=40, deadline=None)
NAMES = ("ips", "snips", "dm", "dr", "sndr")


def history(n=2_000, c=4, *, seed=0, noise=1.0):
    """A log whose propensity and expected reward are exact; reward is 10 times the credential, and chance."""
    rng = np.random.default_rng(seed)
    propensity = rng.dirichlet(np.full(c, 3.0), n)
    choice = (rng.random(n)[:, None] > propensity.cumsum(axis=1)).sum(axis=1).clip(max=c - 1)
    expected = 10.0 * np.arange(c) + rng.normal(0, 1, (n, c))
    reward = expected[np.arange(n), choice] + rng.normal(0, noise, n)
    return Logged(choice, reward, propensity, expected)


def one(choice=0, reward=1.0, propensity=(0.5, 0.5), expected=(0.0, 0.0)):
    return Logged(np.array([choice]), np.array([reward]), np.array([propensity]), np.array([expected]))


def spread(logged):
    """The policy that draws by lot among all credentials."""
    n, c = logged.propensity.shape
    return np.full((n, c), 1.0 / c)


def values(found):
    return {name: getattr(found, name).value for name in NAMES}


def by_hand(logged, policy):
    """Every estimator, learner by learner."""
    n = len(logged)
    w = [policy[i, a] / logged.propensity[i, a] for i, a in enumerate(logged.choice)]
    gap = [logged.reward[i] - logged.expected[i, a] for i, a in enumerate(logged.choice)]
    direct = sum(policy[i] @ logged.expected[i] for i in range(n)) / n
    return {
        "ips": sum(w[i] * logged.reward[i] for i in range(n)) / n,
        "snips": sum(w[i] * logged.reward[i] for i in range(n)) / sum(w),
        "dm": direct,
        "dr": direct + sum(w[i] * gap[i] for i in range(n)) / n,
        "sndr": direct + sum(w[i] * gap[i] for i in range(n)) / sum(w),
    }


@given(st.integers(0, 2**32 - 1), st.integers(2, 30))
@quick
def test_every_estimator_is_its_formula(seed, n):
    logged = history(n, 3, seed=seed)
    policy = np.random.default_rng(seed + 1).dirichlet(np.ones(3), n)
    assert values(evaluate(logged, policy)) == pytest.approx(by_hand(logged, policy), rel=1e-9, abs=1e-9)


def test_the_policy_of_history_itself_is_worth_what_history_returned():
    logged = history()
    found = values(evaluate(logged, logged.propensity))
    assert found["ips"] == found["snips"] == pytest.approx(logged.reward.mean())


def test_a_policy_as_history_is_worth_all_of_its_learners():
    logged = history()
    assert evaluate(logged, logged.propensity).effective_n == pytest.approx(2_000)


def test_with_rewards_as_expected_dr_and_sndr_are_the_outcome_model():
    logged = history(noise=0.0)
    found = values(evaluate(logged, spread(logged)))
    assert found["dr"] == pytest.approx(found["dm"])
    assert found["sndr"] == pytest.approx(found["dm"])


def test_an_outcome_model_of_nothing_leaves_dr_with_the_weights_alone():
    logged = history()
    blank = Logged(logged.choice, logged.reward, logged.propensity, np.zeros_like(logged.expected))
    found = values(evaluate(blank, spread(blank)))
    assert (found["dr"], found["sndr"]) == (found["ips"], found["snips"])


def test_dr_mends_an_outcome_model_that_is_far_off():
    logged = history(20_000)
    off = Logged(logged.choice, logged.reward, logged.propensity, logged.expected + 7.0)
    found = values(evaluate(off, spread(off)))
    assert found["dm"] == pytest.approx(22.0, abs=0.1)
    assert found["dr"] == pytest.approx(15.0, abs=0.6)


def test_adding_a_sum_to_every_reward_adds_it_to_the_self_normalised_value():
    logged = history()
    more = Logged(logged.choice, logged.reward + 1e3, logged.propensity, logged.expected)
    before, after = (evaluate(log, spread(logged)).snips.value for log in (logged, more))
    assert after - before == pytest.approx(1e3)


@pytest.mark.parametrize("name", ["ips", "snips", "dr", "sndr"])
def test_a_soft_policy_with_enough_overlap_has_an_interval_about_its_value(name):
    logged = history()
    found = getattr(evaluate(logged, spread(logged)), name)
    assert found.interval[0] < found.value < found.interval[1]
    assert found.difference_interval[0] < found.difference < found.difference_interval[1]


def test_the_outcome_model_alone_never_has_an_interval():
    logged = history()
    found = evaluate(logged, spread(logged)).dm
    assert (found.interval, found.difference_interval) == (None, None)


def test_a_deterministic_policy_has_no_interval_and_says_why():
    logged = history()
    found = evaluate(logged, deterministic(np.zeros(2_000, int), 4))
    assert found.effective_n > ENOUGH
    assert all(getattr(found, name).interval is None for name in NAMES)
    assert "the policy is deterministic" in found.why


def test_a_softness_too_small_to_matter_is_still_deterministic():
    logged = history()
    scores = np.tile([0.0, 0.0, 0.0, 9.0], (2_000, 1))
    assert "deterministic" in evaluate(logged, softened(scores, np.ones((2_000, 4), bool), 1e-3)).why


def test_a_policy_mixed_with_history_has_an_interval():
    logged = history()
    policy = mixed(deterministic(np.zeros(2_000, int), 4), logged.propensity, 0.5)
    assert evaluate(logged, policy).dr.interval is not None


def test_too_few_learners_behind_the_weights_give_no_interval_and_say_how_many():
    logged = history(150)
    found = evaluate(logged, spread(logged))
    assert found.dr.interval is None
    assert f"worth {found.effective_n:.0f} learners, fewer than 200" in found.why


def test_where_no_logged_choice_is_the_policys_the_weighted_values_are_unknown():
    found = evaluate(one(), np.array([[0.0, 1.0]]))
    assert np.isnan(found.snips.value)
    assert np.isnan(found.sndr.value)
    assert found.effective_n == 0.0


def test_the_difference_is_the_value_less_historys_own_mean():
    logged = history()
    found = evaluate(logged, spread(logged))
    for name in NAMES:
        estimate = getattr(found, name)
        assert estimate.difference == pytest.approx(estimate.value - logged.reward.mean())


def test_the_difference_of_history_to_itself_is_zero_without_doubt():
    logged = history()
    assert evaluate(logged, logged.propensity).ips.difference_interval == (0.0, 0.0)


def test_the_share_of_rare_advice_is_weighted_by_the_policy():
    logged = one(propensity=(0.995, 0.005))
    assert evaluate(logged, np.array([[0.7, 0.3]])).rare_share == pytest.approx(0.3)


def test_rows_repeated_under_one_learner_tell_no_more_than_once():
    logged = history(1_000)
    twice = Logged(*(np.repeat(part, 2, axis=0) for part in (logged.choice, logged.reward)), *doubled(logged))
    once = evaluate(logged, spread(logged))
    found = evaluate(twice, spread(twice), learner=np.repeat(np.arange(1_000), 2))
    assert found.dr.interval == pytest.approx(once.dr.interval)
    assert found.effective_n == pytest.approx(once.effective_n)


def doubled(logged):
    return (np.repeat(part, 2, axis=0) for part in (logged.propensity, logged.expected))


def test_the_interval_of_a_mean_is_the_usual_one():
    each = np.random.default_rng(0).normal(size=50)
    error = each.std(ddof=1) / np.sqrt(50)
    assert interval(each) == pytest.approx((each.mean() - 1.959964 * error, each.mean() + 1.959964 * error))


def test_one_learner_alone_tells_nothing_apart():
    assert interval(np.array([3.0])) == (3.0, 3.0)


@pytest.mark.parametrize("name", ["ips", "snips", "dr", "sndr"])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(name):
    held = 0
    for seed in range(200):
        logged = history(800, seed=seed, noise=3.0)
        low, high = getattr(evaluate(logged, spread(logged)), name).interval
        held += low <= 15.0 <= high
    assert held >= 180


def test_the_words_name_the_difference_its_interval_and_what_it_is_of():
    logged = history()
    words = evaluate(logged, spread(logged)).words
    assert "95% interval" in words
    assert words.endswith(ABOUT)


def test_the_words_say_why_there_is_no_interval():
    found = evaluate(one(), np.array([[1.0, 0.0]]))
    assert found.words.endswith(found.why)


def test_softening_keeps_the_order_of_the_scores():
    policy = softened(np.array([[3.0, 1.0, 2.0]]), np.ones((1, 3), bool), 1.0)
    assert policy.argsort().tolist() == [[1, 2, 0]]


def test_a_high_temperature_draws_by_lot_among_what_is_open():
    policy = softened(np.array([[3.0, 1.0, 2.0]]), np.array([[True, True, False]]), 1e9)
    assert policy == pytest.approx(np.array([[0.5, 0.5, 0.0]]))


def test_a_low_temperature_advises_the_best_without_overflow():
    policy = softened(np.array([[3e6, 1e6, 2e6]]), np.ones((1, 3), bool), 1e-6)
    assert policy.tolist() == [[1.0, 0.0, 0.0]]


def test_what_is_closed_may_have_no_score():
    assert softened(np.array([[1.0, np.nan]]), np.array([[True, False]]), 1.0).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(("share", "expected"), [(0.0, [0.2, 0.8]), (1.0, [1.0, 0.0])])
def test_a_share_of_none_is_history_and_of_all_is_the_policy(share, expected):
    assert mixed(np.array([[1.0, 0.0]]), np.array([[0.2, 0.8]]), share).tolist() == [expected]


def test_a_weighted_mean_is_its_influences_mean():
    outcome, weights = np.array([1.0, 5.0, 7.0]), np.array([1.0, 0.0, 3.0])
    assert weighted_mean(outcome, weights).mean() == pytest.approx(5.5)


@given(st.lists(st.floats(0, 1e3), min_size=1, max_size=30))
@quick
def test_the_effective_number_is_at_most_the_number(weights):
    assert effective_n(np.array(weights)) <= len(weights) * (1 + 1e-9)


@pytest.mark.parametrize("temperature", [0.0, -1.0, np.inf, np.nan])
def test_a_temperature_must_be_dollars_above_zero(temperature):
    with pytest.raises(SettingsError, match="temperature: expected dollars above 0, came"):
        softened(np.zeros((1, 2)), np.ones((1, 2), bool), temperature)


@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan])
def test_a_share_lies_between_none_and_all(share):
    with pytest.raises(SettingsError, match="share: expected a number from 0 to 1, came"):
        mixed(np.eye(2), np.eye(2), share)


def test_a_learner_to_whom_nothing_is_open_cannot_be_advised_softly():
    with pytest.raises(
        DataError, match="open_to: expected something open, came otherwise in 1 of 2 rows, the first at 1"
    ):
        softened(np.zeros((2, 2)), np.array([[True, True], [False, False]]), 1.0)


def test_a_learner_advised_nothing_has_no_place_in_a_policy():
    with pytest.raises(DataError, match="choice: expected positions from 0 to 2, came otherwise in 1 of 2 rows"):
        deterministic(np.array([0, -1]), 3)


def test_a_score_that_is_missing_where_open_is_refused():
    with pytest.raises(DataError, match="scores: expected numbers only"):
        softened(np.array([[1.0, np.nan]]), np.ones((1, 2), bool), 1.0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"propensity": (0.5, 0.4)}, "propensity: expected rows that sum to 1, came otherwise in 1 of 1 rows"),
        ({"propensity": (1.5, -0.5)}, "propensity: expected probabilities of at least 0"),
        ({"propensity": (0.5, np.nan)}, "propensity: expected numbers only"),
        ({"propensity": (0.0, 1.0)}, "propensity: expected above 0 at the logged choice"),
        ({"expected": (0.0, np.nan)}, "expected: expected numbers only"),
        ({"expected": (0.0, 0.0, 0.0)}, r"expected: expected shape \(1, 2\), came \(1, 3\)"),
        ({"reward": np.inf}, "reward: expected numbers only"),
        ({"choice": 2}, "choice: expected positions from 0 to 1"),
        ({"choice": -1}, "choice: expected positions from 0 to 1"),
    ],
)
def test_a_log_that_cannot_be_right_is_refused(wrong, said):
    with pytest.raises(DataError, match=said):
        one(**wrong)


@pytest.mark.parametrize("shape", [(0, 2), (2,)])
def test_a_log_has_a_row_per_learner_and_a_column_per_credential(shape):
    with pytest.raises(
        DataError, match="propensity: expected a row per learner and a column per credential, came shape"
    ):
        Logged(np.zeros(0, int), np.zeros(0), np.zeros(shape), np.zeros(shape))


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ([[0.5, 0.4]], "policy: expected rows that sum to 1"),
        ([[1.0]], r"policy: expected shape \(1, 2\), came \(1, 1\)"),
        ([[np.nan, 1.0]], "policy: expected numbers only"),
    ],
)
def test_a_policy_is_a_distribution_for_each_learner(policy, said):
    with pytest.raises(DataError, match=said):
        evaluate(one(), np.array(policy))


def test_a_policy_may_not_advise_what_history_could_not_choose():
    with pytest.raises(DataError, match="policy: expected 0 wherever propensity is 0"):
        evaluate(one(propensity=(1.0, 0.0)), np.array([[0.5, 0.5]]))


def test_learners_are_named_row_by_row():
    with pytest.raises(DataError, match=r"learner: expected shape \(1,\), came \(2,\)"):
        evaluate(one(), np.array([[0.5, 0.5]]), learner=np.array(["a", "b"]))
