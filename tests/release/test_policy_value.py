"""What advice would have been worth, as far as history can tell, and when nothing is said of it."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from onward.data.worth import benefit
from onward.policy.evaluation import softened
from onward.release.evaluator import Opinion
from onward.release.policy_value import ESTIMATORS, FEWEST, policy_value


@pytest.fixture(scope="module")
def value(judged, fitted, settings):
    return policy_value(judged, fitted.adviser, settings.data, price_share=0.4)


def closes(judged, adviser, settings, row):
    """The day on which the longest window of what is open at a decision closes."""
    weeks = adviser.catalogue.credentials["weeks"].astype(float).to_numpy()[judged.prospects.open_to[row]]
    return judged.points["as_of"].iloc[row] + pd.Timedelta(days=weeks.max() * 7 * settings.data.completion_window)


@pytest.fixture(scope="module")
def settled(judged, fitted, settings):
    """The rows of decisions with a known outcome by which any other choice would be known too."""
    through = pd.Timestamp(settings.data.data_through)
    known = np.flatnonzero(judged.points["outcome"].notna().to_numpy())
    return np.array([row for row in known if closes(judged, fitted.adviser, settings, row) <= through])


def with_outcomes(judged, settled, known):
    """The same with the outcomes of the first so many settled decisions."""
    outcome = judged.points["outcome"]
    rows = outcome.index[settled[known:]]
    return dataclasses.replace(
        judged, points=judged.points.assign(outcome=outcome.mask(outcome.index.isin(rows), None))
    )


def test_the_deployed_advice_stands_beside_two_policies_near_it(value):
    assert list(value.evaluations) == ["deployed", "softened", "mixed"]


def test_what_is_deployed_is_certain_and_gets_no_interval(value):
    deployed = value.evaluations["deployed"]
    assert deployed.dr.interval is None
    assert "the policy is deterministic" in deployed.why


def test_history_s_own_mean_is_that_of_what_became_of_it(value, judged, fitted, settled):
    choice = judged.choices["history"][settled, 0]
    catalogue = fitted.adviser.catalogue
    completed = judged.points["outcome"].iloc[settled].astype(float).to_numpy()
    cost = judged.prospects.cost_of_failing(catalogue, price_share=0.4)[settled, choice]
    returned = benefit(completed, catalogue.value[choice], cost)
    for evaluation in value.evaluations.values():
        assert evaluation.n == len(settled)
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
    sound = dataclasses.replace(value, mean_weight=1.05, weight_error=0.1)
    assert sound.words.startswith("softened advice, $")
    assert "less history's own $" in sound.words
    assert value.tipping.words in sound.words


def chosen_by_lot(judged):
    """The same had everyone chosen by what the second opinion takes for usual."""
    rng = np.random.default_rng(0)
    lot = np.array([rng.choice(len(row), p=row / row.sum()) for row in judged.opinion.propensity])
    return dataclasses.replace(judged, choices=judged.choices | {"history": lot[:, None]})


def test_where_choices_are_as_usual_as_the_model_says_weights_average_one(judged, fitted, settings):
    found = policy_value(chosen_by_lot(judged), fitted.adviser, settings.data, price_share=0.4)
    assert found.sound
    assert found.words.startswith("softened advice, $")


def test_where_weights_do_not_average_one_nothing_is_said(judged, fitted, settings):
    by_lot = chosen_by_lot(judged)
    usual = by_lot.opinion.propensity.copy()
    own = (np.arange(len(usual)), by_lot.choices["history"][:, 0])
    usual[own] /= 10
    usual /= usual.sum(axis=1, keepdims=True)
    off = dataclasses.replace(by_lot, opinion=Opinion(by_lot.p_complete, usual))
    found = policy_value(off, fitted.adviser, settings.data, price_share=0.4)
    assert found.mean_weight > 2
    assert not found.sound
    assert found.words.startswith("not said: on the ")
    assert "$" not in found.words


@pytest.mark.parametrize(("mean", "said"), [(1.0, True), (1.19, True), (0.81, True), (1.2, False), (0.8, False)])
def test_weights_may_average_one_but_for_chance(mean, said, value):
    found = dataclasses.replace(value, mean_weight=mean, weight_error=0.1)
    assert found.sound is said
    assert found.words.startswith("not said: ") is not said


def test_a_decision_whose_longest_open_credential_is_not_settled_is_left_out(judged, fitted, settings, settled):
    late, rows = judged.points["as_of"].copy(), settled[:10]
    through = pd.Timestamp(settings.data.data_through)
    waits = [closes(judged, fitted.adviser, settings, row) - late.iloc[row] for row in rows]

    def evaluated(days):
        late.iloc[rows] = [through - wait + pd.Timedelta(days=days) for wait in waits]
        moved = dataclasses.replace(judged, points=judged.points.assign(as_of=late))
        return policy_value(moved, fitted.adviser, settings.data, price_share=0.4).evaluations["softened"].n

    assert (evaluated(0), evaluated(1)) == (len(settled), len(settled) - 10)


def test_a_decision_whose_own_choice_is_settled_is_left_out_while_another_is_not(value, judged, settled):
    known = judged.points["outcome"].notna().sum()
    assert value.evaluations["softened"].n == len(settled) < known


def test_softened_advice_keeps_to_what_the_floors_place_best(judged, fitted, settings, settled, monkeypatch):
    kept = []

    def seen(scores, open_to, temperature):
        kept.append(open_to)
        return softened(scores, open_to, temperature)

    monkeypatch.setattr("onward.release.policy_value.softened", seen)
    policy_value(judged, fitted.adviser, settings.data, price_share=0.4)
    prospects = judged.prospects.rows(np.isin(np.arange(len(judged.points)), settled))
    tier = fitted.adviser.rule.tiers(fitted.adviser.scores(prospects), prospects)
    assert (np.where(kept[0], tier, tier.min(axis=1, keepdims=True)) == tier.min(axis=1, keepdims=True)).all()
    assert (kept[0].sum(axis=1) < prospects.open_to.sum(axis=1)).any()


def test_the_sensitivity_table_has_a_row_for_every_lambda(value):
    table = value.sensitivity_table()
    assert len(table) == len(value.ranges)
    assert (table["low"] <= table["high"]).all()


@pytest.mark.parametrize("known", [0, FEWEST - 1])
def test_with_too_few_settled_decisions_nothing_is_evaluated(known, judged, fitted, settings, settled):
    assert policy_value(with_outcomes(judged, settled, known), fitted.adviser, settings.data, price_share=0.4) is None


def test_with_just_enough_it_is_evaluated_without_an_interval(judged, fitted, settings, settled):
    found = policy_value(with_outcomes(judged, settled, FEWEST), fitted.adviser, settings.data, price_share=0.4)
    assert found.evaluations["softened"].n == FEWEST
    assert found.table()["low"].isna().all()


def test_without_a_second_opinion_nothing_is_evaluated(judged, fitted, settings):
    own = dataclasses.replace(judged, opinion=None)
    assert policy_value(own, fitted.adviser, settings.data, price_share=0.4) is None


def test_a_choice_that_was_not_open_is_left_out(judged, fitted, settings, settled):
    closed = judged.opinion.propensity.copy()
    known = settled[:10]
    closed[known, judged.choices["history"][known, 0]] = 0.0
    closed /= closed.sum(axis=1, keepdims=True)
    without = dataclasses.replace(judged, opinion=Opinion(judged.p_complete, closed))
    found = policy_value(without, fitted.adviser, settings.data, price_share=0.4)
    assert found.evaluations["softened"].n == len(settled) - 10


def test_a_dearer_failure_lowers_what_history_returned(judged, fitted, settings):
    cheap, dear = (policy_value(judged, fitted.adviser, settings.data, price_share=share) for share in (0.0, 1.0))
    assert cheap.evaluations["deployed"].logged_mean > dear.evaluations["deployed"].logged_mean
