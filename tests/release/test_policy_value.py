"""What advice would have been worth, as far as history can tell, and when nothing is said of it."""

import dataclasses

import numpy as np
import pytest

from onward.data.worth import benefit
from onward.release.policy_value import ESTIMATORS, FEWEST, policy_value


@pytest.fixture(scope="module")
def value(judged, fitted):
    return policy_value(judged, fitted.adviser, price_share=0.4)


def with_outcomes(judged, known):
    """The same with the outcomes of the first so many whose outcome is known."""
    outcome = judged.points["outcome"]
    rows = outcome.index[outcome.notna()][known:]
    return dataclasses.replace(
        judged, points=judged.points.assign(outcome=outcome.mask(outcome.index.isin(rows), None))
    )


def test_the_deployed_advice_stands_beside_two_policies_near_it(value):
    assert list(value.evaluations) == ["deployed", "softened", "mixed"]


def test_what_is_deployed_is_certain_and_gets_no_interval(value):
    deployed = value.evaluations["deployed"]
    assert deployed.dr.interval is None
    assert "the policy is deterministic" in deployed.why


def test_history_s_own_mean_is_that_of_what_became_of_it(value, judged, fitted):
    known = judged.points["outcome"].notna().to_numpy()
    choice = judged.choices["history"][known, 0]
    catalogue = fitted.adviser.catalogue
    completed = judged.points["outcome"][known].astype(float).to_numpy()
    returned = benefit(completed, catalogue.value[choice], catalogue.cost_of_failing(price_share=0.4)[choice])
    for evaluation in value.evaluations.values():
        assert evaluation.n == known.sum()
        assert evaluation.logged_mean == pytest.approx(returned.mean())


def test_half_the_advice_changes_half_as_much_by_inverse_probability(value):
    apart = {name: found.ips.difference for name, found in value.evaluations.items()}
    assert apart["mixed"] == pytest.approx(apart["deployed"] / 2)


def test_the_table_has_a_row_for_every_policy_and_estimator(value):
    table = value.table()
    assert len(table) == 3 * len(ESTIMATORS)
    assert not table.duplicated(["policy", "estimator"]).any()
    without = table["low"].isna()
    assert (table.loc[without & (table["estimator"] != "dm"), "why_no_interval"] != "").all()


def test_ranges_grow_with_what_may_be_hidden(value):
    widths = [found.high - found.low for found in value.ranges]
    assert widths == sorted(widths)
    assert widths[0] == pytest.approx(0.0, abs=1e-6)


def test_words_say_the_policy_the_share_and_the_tipping_point(value):
    assert value.words.startswith("Softened advice, $")
    assert "less history's own $" in value.words
    assert value.tipping.words in value.words


@pytest.mark.parametrize("known", [0, FEWEST - 1])
def test_with_too_few_known_outcomes_nothing_is_evaluated(known, judged, fitted):
    assert policy_value(with_outcomes(judged, known), fitted.adviser, price_share=0.4) is None


def test_with_just_enough_it_is_evaluated_without_an_interval(judged, fitted):
    found = policy_value(with_outcomes(judged, FEWEST), fitted.adviser, price_share=0.4)
    assert found.evaluations["softened"].n == FEWEST
    assert found.table()["low"].isna().all()


def test_without_a_second_opinion_nothing_is_evaluated(judged, fitted):
    own = dataclasses.replace(judged, second_opinion=False)
    assert policy_value(own, fitted.adviser, price_share=0.4) is None


def test_a_choice_that_was_not_open_is_left_out(judged, fitted):
    closed = judged.prospects.propensity.copy()
    known = np.flatnonzero(judged.points["outcome"].notna().to_numpy())[:10]
    closed[known, judged.choices["history"][known, 0]] = 0.0
    closed /= closed.sum(axis=1, keepdims=True)
    open_to = judged.prospects.open_to.copy()
    open_to[known, judged.choices["history"][known, 0]] = False
    prospects = dataclasses.replace(judged.prospects, propensity=closed, open_to=open_to)
    found = policy_value(dataclasses.replace(judged, prospects=prospects), fitted.adviser, price_share=0.4)
    assert found.evaluations["softened"].n == judged.points["outcome"].notna().sum() - 10


def test_a_dearer_failure_lowers_what_history_returned(judged, fitted):
    cheap, dear = (policy_value(judged, fitted.adviser, price_share=share) for share in (0.0, 1.0))
    assert cheap.evaluations["deployed"].logged_mean > dear.evaluations["deployed"].logged_mean
