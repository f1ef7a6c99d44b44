from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from onward.data.worth import benefit
from onward.policy.prospects import Prospects
from onward.policy.ranking import NONE, RankingRule, of_choice

RULE = RankingRule(completion_floor=0.5, overlap_floor=0.1, price_share=1.0, caution=1.0)
SHAPE = (4, 6)
quick = settings(max_examples=25, deadline=None)
scores = arrays(float, SHAPE, elements=st.integers(-5, 5).map(float))
chances = arrays(float, SHAPE, elements=st.integers(0, 10).map(lambda tenth: tenth / 10))
usual = arrays(float, SHAPE, elements=st.sampled_from([0.0, 0.05, 0.1, 0.4]))
flags = arrays(bool, SHAPE)


def prospects(p, propensity=None, open_to=None, remaining=None) -> Prospects:
    p = np.atleast_2d(np.array(p, float))
    propensity = np.full_like(p, 0.5) if propensity is None else np.atleast_2d(np.array(propensity, float))
    open_to = np.ones_like(p, bool) if open_to is None else np.atleast_2d(np.array(open_to, bool))
    remaining = np.ones_like(p) if remaining is None else np.atleast_2d(np.array(remaining, float))
    return Prospects(p, propensity, open_to, np.full(len(p), "s"), remaining)


def order(score, p, propensity=None, open_to=None, *, k):
    return RULE.order(np.array([score], float), prospects(p, propensity, open_to), k=k)[0].tolist()


def test_the_highest_score_comes_first():
    assert order([1, 3, 2], [0.9, 0.9, 0.9], k=3) == [1, 2, 0]


def test_what_is_below_the_completion_floor_comes_after_all_others():
    assert order([9, 1], [0.49, 0.5], k=2) == [1, 0]


def test_what_was_chosen_more_rarely_than_the_overlap_floor_comes_after_all_others():
    assert order([9, 1], [0.9, 0.9], [0.09, 0.1], k=2) == [1, 0]


def test_no_overlap_floor_takes_what_nobody_chose():
    rule = replace(RULE, overlap_floor=0.0)
    assert rule.order(np.array([[9.0, 1.0]]), prospects([0.9, 0.9], [0.0, 0.5]), k=2).tolist() == [[0, 1]]


def test_below_a_floor_the_likeliest_to_be_completed_comes_first():
    assert order([9, 1, 5], [0.1, 0.4, 0.3], k=3) == [1, 2, 0]


def test_what_is_not_expected_to_return_anything_comes_last():
    assert order([-5, 3, 0, 9], [0.9, 0.7, 0.9, 0.2], k=4) == [1, 3, 2, 0]


def test_equal_scores_keep_the_order_of_the_catalogue():
    assert order([1, 1, 1], [0.9, 0.8, 0.7], k=3) == [0, 1, 2]


def test_what_is_not_open_is_never_advised():
    assert order([9, 1], [0.9, 0.9], open_to=[False, True], k=2) == [1, NONE]


def test_more_than_the_catalogue_holds_is_filled_with_none():
    assert order([1, 2], [0.9, 0.9], k=4) == [1, 0, NONE, NONE]


@pytest.mark.parametrize("k", [1, 2])
def test_nothing_open_is_none_throughout(k):
    assert order([1, 2], [0.9, 0.9], open_to=[False, False], k=k) == [NONE] * k


def test_tiers_are_above_both_floors_below_one_worth_nothing_and_closed():
    found = RULE.tiers(
        np.array([[5.0, 5.0, 5.0, 0.0, -1.0, 5.0]]),
        prospects([0.5, 0.4, 0.9, 0.9, 0.1, 0.9], [0.1, 0.9, 0.05, 0.9, 0.0, 0.9], [True] * 5 + [False]),
    )
    assert found.tolist() == [[0, 1, 1, 2, 2, 3]]


def test_weights_reorder_what_is_above_the_floors():
    found = RULE.order(np.array([[3.0, 2.0]]), prospects([0.9, 0.9]), k=2, weighted=np.array([[0.0, 1.0]]))
    assert found.tolist() == [[1, 0]]


@given(scores, chances, usual, flags, scores)
@quick
def test_weights_move_nothing_across_a_tier(score, p, propensity, open_to, weighted):
    at = prospects(p, propensity, open_to)
    tier = np.column_stack([RULE.tiers(score, at), np.full(len(score), 3)])
    found = np.take_along_axis(tier, RULE.order(score, at, k=6, weighted=weighted), axis=1)
    assert (np.diff(found, axis=1) >= 0).all()


@given(scores, chances, usual, flags, st.integers(1, 5))
@quick
def test_the_first_k_are_the_beginning_of_the_whole_order(score, p, propensity, open_to, k):
    at = prospects(p, propensity, open_to)
    assert (RULE.order(score, at, k=k) == RULE.order(score, at, k=6)[:, :k]).all()


@given(scores, chances, usual, flags)
@quick
def test_everything_open_is_advised_once(score, p, propensity, open_to):
    found = RULE.order(score, prospects(p, propensity, open_to), k=6)
    assert [sorted(row[row != NONE]) for row in found] == [np.flatnonzero(row).tolist() for row in open_to]


@given(scores, chances, usual, flags)
@quick
def test_a_learner_s_order_does_not_depend_on_who_else_is_ranked(score, p, propensity, open_to):
    at = prospects(p, propensity, open_to)
    alone = [RULE.order(score[[n]], at.rows(np.arange(len(p)) == n), k=3)[0] for n in range(len(p))]
    assert (np.array(alone) == RULE.order(score, at, k=3)).all()


@given(scores, chances, st.integers(1, 9))
@quick
def test_a_constant_added_to_scores_above_zero_changes_no_order(score, p, constant):
    above = np.abs(score) + 1
    assert (RULE.order(above + constant, prospects(p), k=6) == RULE.order(above, prospects(p), k=6)).all()


def test_at_caution_one_the_score_is_the_expected_benefit(four):
    p, propensity = np.array([[0.2, 0.5, 0.7, 1.0]]), np.array([[0.0, 0.1, 0.6, 0.3]])
    found = replace(RULE, price_share=0.5).scores(p, prospects(p, propensity), four)
    assert np.allclose(found, benefit(p, four.value, four.cost_of_failing(price_share=0.5)), rtol=1e-12)


def test_a_dearer_cost_of_failing_lowers_what_may_fail_and_has_a_price(four):
    p, propensity = np.full((1, 4), 0.5), np.full((1, 4), 0.25)
    dear, cheap = (
        replace(RULE, price_share=share).scores(p, prospects(p, propensity), four)[0] for share in (1.0, 0.5)
    )
    assert (cheap - dear).tolist() == [0.0, 500.0, 2_250.0, 0.0]


def test_caution_lowers_what_was_rarely_chosen_more(four):
    p, propensity = np.full((2, 4), 0.6), np.array([[0.01] * 4, [0.9] * 4])
    plain, careful = (
        replace(RULE, caution=caution).scores(p, prospects(p, propensity), four) for caution in (1.0, 1.5)
    )
    rare, common = plain - careful
    assert (rare > common).all()
    assert (common > 0).all()


def test_more_caution_lowers_scores_further(four):
    p, propensity = np.full((1, 4), 0.6), np.full((1, 4), 0.1)
    found = [
        replace(RULE, caution=caution).scores(p, prospects(p, propensity), four)[0, 2]
        for caution in (1.0, 1.2, 1.5, 3.0)
    ]
    assert found == sorted(set(found), reverse=True)


def test_caution_takes_nothing_from_what_everyone_chose(four):
    p, propensity = np.full((1, 4), 0.6), np.ones((1, 4))
    plain, careful = (
        replace(RULE, caution=caution).scores(p, prospects(p, propensity), four) for caution in (1.0, 3.0)
    )
    assert np.allclose(plain, careful)


@pytest.mark.parametrize("rows", [slice(7, 8), slice(3, 6), slice(None, None, -1)])
def test_a_learner_s_scores_do_not_depend_on_who_else_is_scored(four, rows):
    p, propensity = np.random.default_rng(0).uniform(size=(2, 50, 4))
    rule = replace(RULE, caution=1.3)
    part = rule.scores(p[rows], prospects(p, propensity).rows(rows), four)
    assert part.tobytes() == rule.scores(p, prospects(p, propensity), four)[rows].tobytes()


def test_the_entry_of_no_choice_is_missing():
    assert np.isnan(of_choice(np.array([[1.0, 2.0]]), np.array([NONE]))).tolist() == [True]


def test_the_entry_of_a_choice_is_that_of_its_column():
    assert of_choice(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 0])).tolist() == [2.0, 3.0]


def test_what_the_model_doubts_is_scored_lower_and_nothing_else_changes(four):
    chance = np.full((1, len(four)), 0.7)
    plain = RULE.scores(chance, prospects(chance, chance), four)
    doubted = replace(RULE, doubt=(0.0, 0.5, 0.0, 0.0)).scores(chance, prospects(chance, chance), four)
    assert doubted[0, 1] < plain[0, 1]
    assert np.allclose(np.delete(doubted, 1, axis=1), np.delete(plain, 1, axis=1))


def test_only_what_is_left_to_pay_is_lost_by_failing(four):
    p = np.full((1, 4), 0.5)
    whole, half = (RULE.scores(p, prospects(p, remaining=np.full((1, 4), left)), four)[0] for left in (1.0, 0.5))
    price = np.nan_to_num(four.numbers("net_price"))
    assert (half - whole).tolist() == (0.5 * 0.5 * price).tolist()


def test_recognised_credit_can_turn_the_order(four):
    p = np.array([[0.5, 0.6, 0.28, 0.1]])
    rule = replace(RULE, completion_floor=0.0, overlap_floor=0.0)
    order = []
    for left in (1.0, 0.3):
        at = prospects(p, remaining=[[1.0, 1.0, left, 1.0]])
        order.append(rule.order(rule.scores(p, at, four), at, k=2)[0].tolist())
    assert order == [[1, 0], [2, 1]]
