import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from onward.policy.ranking import NONE, RankingRule, of_choice

RULE = RankingRule(completion_floor=0.5, price_share=1.0)
SHAPE = (4, 6)
scores = arrays(float, SHAPE, elements=st.integers(-5, 5).map(float))
chances = arrays(float, SHAPE, elements=st.integers(0, 10).map(lambda tenth: tenth / 10))
flags = arrays(bool, SHAPE)


def order(score, p, is_open=None, *, k):
    found = np.ones((1, len(score)), bool) if is_open is None else np.array([is_open])
    return RULE.order(np.array([score], float), np.array([p], float), found, k=k)[0].tolist()


def test_the_highest_score_comes_first():
    assert order([1, 3, 2], [0.9, 0.9, 0.9], k=3) == [1, 2, 0]


def test_what_is_below_the_floor_comes_after_all_others():
    assert order([9, 1], [0.49, 0.5], k=2) == [1, 0]


def test_below_the_floor_the_likeliest_to_be_completed_comes_first():
    assert order([9, 1, 5], [0.1, 0.4, 0.3], k=3) == [1, 2, 0]


def test_a_chance_at_the_floor_is_above_it():
    assert order([1, 9], [0.9, 0.5], k=2) == [1, 0]


def test_equal_scores_keep_the_order_of_the_catalogue():
    assert order([1, 1, 1], [0.9, 0.8, 0.7], k=3) == [0, 1, 2]


def test_what_is_not_open_is_never_advised():
    assert order([9, 1], [0.9, 0.9], [False, True], k=2) == [1, NONE]


def test_more_than_the_catalogue_holds_is_filled_with_none():
    assert order([1, 2], [0.9, 0.9], k=4) == [1, 0, NONE, NONE]


def test_nothing_open_is_none_throughout():
    assert order([1, 2], [0.9, 0.9], [False, False], k=2) == [NONE, NONE]


@given(scores, chances, flags)
def test_the_first_k_are_the_beginning_of_the_whole_order(score, p, is_open):
    assert (RULE.order(score, p, is_open, k=2) == RULE.order(score, p, is_open, k=6)[:, :2]).all()


@given(scores, chances, flags)
def test_everything_open_is_advised_once(score, p, is_open):
    found = RULE.order(score, p, is_open, k=6)
    assert [sorted(row[row != NONE]) for row in found] == [np.flatnonzero(row).tolist() for row in is_open]


@given(scores, chances, flags)
def test_a_learner_s_order_does_not_depend_on_who_else_is_ranked(score, p, is_open):
    alone = [RULE.order(score[[n]], p[[n]], is_open[[n]], k=3)[0] for n in range(len(score))]
    assert (np.array(alone) == RULE.order(score, p, is_open, k=3)).all()


@given(scores, chances, flags, st.integers(1, 9))
def test_a_constant_added_to_scores_above_zero_changes_no_order(score, p, is_open, constant):
    above = np.abs(score) + 1
    assert (RULE.order(above + constant, p, is_open, k=6) == RULE.order(above, p, is_open, k=6)).all()


def test_what_is_not_expected_to_return_anything_comes_last():
    score, p = np.array([[-5.0, 3.0, 0.0, 9.0]]), np.array([[0.9, 0.7, 0.9, 0.2]])
    assert RULE.order(score, p, np.ones((1, 4), bool), k=4).tolist() == [[1, 3, 2, 0]]


def test_the_score_is_the_expected_benefit():
    found = RULE.scores(np.array([[0.5]]), np.array([8_000.0]), np.array([1_000.0]))
    assert found.tolist() == [[3_500.0]]


def test_the_entry_of_no_choice_is_missing():
    assert np.isnan(of_choice(np.array([[1.0, 2.0]]), np.array([NONE]))).tolist() == [True]


def test_the_entry_of_a_choice_is_that_of_its_column():
    assert of_choice(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 0])).tolist() == [2.0, 3.0]
