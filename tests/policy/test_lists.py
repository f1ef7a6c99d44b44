from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from onward.policy.lists import lists
from onward.policy.prospects import Prospects
from onward.policy.ranking import NONE, RankingRule
from onward.policy.shown import LITTLE
from onward.policy.weights import Weights

RULE = RankingRule(completion_floor=0.5, overlap_floor=0.0, price_share=0.5, caution=1.0)
BADGE, CERTIFICATE, DEGREE, NIGHT = range(4)
# Rungs of the four are 1, 2, 5 and 2; fields 51, 51, 11 and 48.
quick = settings(max_examples=25, deadline=None)
scores_of_three = arrays(float, (3, 4), elements=st.integers(-3, 9).map(float))
chances_of_three = arrays(float, (3, 4), elements=st.integers(0, 10).map(lambda tenth: tenth / 10))
usual_of_three = arrays(float, (3, 4), elements=st.sampled_from([0.0, 0.005, 0.01, 0.3]))
flags_of_three = arrays(bool, (3, 4))
GOALS = ({"goal_cip": "480000", "goal_level": "20"}, {"goal_cip": "110101"}, {})


def prospects(
    p=(0.9, 0.9, 0.9, 0.9), propensity=(0.25, 0.25, 0.25, 0.25), open_to=(True, True, True, True)
) -> Prospects:
    whole = np.ones((1, len(p)))
    return Prospects(np.array([p], float), np.array([propensity], float), np.array([open_to]), np.array(["s"]), whole)


def composed(view_of, score, *, k, goal=None, rule=RULE, weights=None, **facts):
    view = view_of(goal or {})
    return lists(np.array([score], float), prospects(**facts), rule, view, k=k, weights=weights)


def ranked(*args, **options) -> list[int]:
    return composed(*args, **options).ranked[0].tolist()


def stretch(*args, **options) -> int:
    return int(composed(*args, **options).stretch[0])


def test_the_first_places_follow_the_order_of_advice(view_of):
    assert ranked(view_of, [1, 4, 3, 2], k=3) == [CERTIFICATE, DEGREE, NIGHT]


def test_the_best_in_the_stated_goal_takes_the_last_place(view_of):
    assert ranked(view_of, [1, 4, 3, 2], k=2, goal={"goal_cip": "480508"}) == [CERTIFICATE, NIGHT]


def test_of_several_in_the_goal_the_best_takes_the_last_place(view_of):
    assert ranked(view_of, [1, 2, 4, 3], k=2, goal={"goal_cip": "510000"}) == [DEGREE, CERTIFICATE]


def test_a_goal_that_is_already_there_moves_nothing(view_of):
    assert ranked(view_of, [1, 4, 3, 2], k=2, goal={"goal_cip": "110101"}) == [CERTIFICATE, DEGREE]


def test_a_list_of_one_is_the_first_of_the_order_whatever_the_goal(view_of):
    assert ranked(view_of, [1, 4, 3, 2], k=1, goal={"goal_cip": "480508"}) == [CERTIFICATE]


def test_no_stated_goal_moves_nothing(view_of):
    assert ranked(view_of, [1, 4, 3, 2], k=2) == [CERTIFICATE, DEGREE]


def test_what_is_closed_takes_no_place_for_the_goal(view_of):
    goal, open_to = {"goal_cip": "480508"}, (True, True, True, False)
    assert ranked(view_of, [1, 4, 3, 2], k=2, goal=goal, open_to=open_to) == [CERTIFICATE, DEGREE]


def test_a_list_longer_than_the_catalogue_is_filled_with_none(view_of):
    assert ranked(view_of, [1, 4, 3, 2], k=6) == [CERTIFICATE, DEGREE, NIGHT, BADGE, NONE, NONE]


def test_the_stretch_is_a_rung_above_what_is_advised_first(view_of):
    assert stretch(view_of, [1, 9, 5, 2], k=1) == DEGREE


def test_the_stretch_is_the_best_of_what_is_above(view_of):
    assert stretch(view_of, [9, 2, 3, 4], k=1) == NIGHT


def test_a_rung_that_is_not_above_the_first_is_no_stretch(view_of):
    assert stretch(view_of, [5, 2, 9, 4], k=1) == NONE


def test_a_rung_that_is_not_above_the_stated_goal_is_no_stretch(view_of):
    assert stretch(view_of, [9, 8, 7, 6], k=1, goal={"goal_level": "5"}) == NONE


def test_the_stretch_may_lie_outside_the_stated_field(view_of):
    assert stretch(view_of, [1, 9, 5, 2], k=1, goal={"goal_cip": "510000", "goal_level": "21"}) == DEGREE


def test_the_stretch_never_stands_in_the_list(view_of):
    assert stretch(view_of, [1, 9, 5, 2], k=2) == NONE


def test_the_stretch_never_takes_the_place_of_the_best_in_the_goal(view_of):
    found = composed(view_of, [1, 9, 5, 2], k=2, goal={"goal_cip": "480508"})
    assert (found.ranked[0].tolist(), found.stretch.tolist()) == ([CERTIFICATE, NIGHT], [DEGREE])


@pytest.mark.parametrize(
    "facts",
    [
        {"open_to": (True, True, False, True)},
        {"p": (0.9, 0.9, 0.49, 0.9)},
        {"propensity": (0.3, 0.3, 0.05, 0.35), "rule": replace(RULE, overlap_floor=0.1)},
    ],
    ids=["closed", "below the completion floor", "below the overlap floor"],
)
def test_the_stretch_is_open_and_above_both_floors(view_of, facts):
    assert stretch(view_of, [1, 9, 5, 2], k=1) == DEGREE
    assert stretch(view_of, [1, 9, 5, 2], k=1, **facts) == NONE


def test_a_stretch_that_is_expected_to_return_nothing_is_none(view_of):
    assert stretch(view_of, [1, 9, 0, 2], k=1) == NONE


def test_where_nothing_is_open_there_is_no_stretch(view_of):
    found = composed(view_of, [1, 9, 5, 2], k=2, open_to=(False,) * 4)
    assert (found.ranked[0].tolist(), found.stretch.tolist()) == ([NONE, NONE], [NONE])


def test_little_evidence_brings_the_best_of_what_has_more(view_of):
    found = composed(view_of, [1, 9, 5, 2], k=2, propensity=(0.3, LITTLE / 2, 0.4, 0.3))
    assert found.supported[0].tolist() == [DEGREE, NONE]


def test_enough_evidence_brings_no_alternative(view_of):
    found = composed(view_of, [1, 9, 5, 2], k=2, propensity=(0.3, LITTLE, 0.4, 0.3))
    assert found.supported[0].tolist() == [NONE, NONE]


def test_an_alternative_with_evidence_is_open_and_returns_something(view_of):
    found = composed(view_of, [1, 9, -5, 2], k=1, propensity=(0.3, 0.0, 0.4, 0.3), open_to=(True, True, True, False))
    assert found.supported[0].tolist() == [BADGE]


def test_what_has_evidence_but_returns_nothing_is_no_alternative(view_of):
    found = composed(view_of, [1, 9, -5, 2], k=1, propensity=(0.0, 0.0, 1.0, 0.0))
    assert found.supported[0].tolist() == [NONE]


def test_where_nothing_has_evidence_there_is_no_alternative(view_of):
    assert composed(view_of, [1, 9, 5, 2], k=1, propensity=(0.0,) * 4).supported[0].tolist() == [NONE]


def test_what_a_learner_weighs_reorders_the_list(view_of):
    score = [1_000, 4_000, 3_900, 2_000]
    assert ranked(view_of, score, k=4, weights=Weights(pay=0.0, time=1.0)) == [BADGE, CERTIFICATE, NIGHT, DEGREE]


def test_extreme_weights_lift_nothing_over_the_completion_floor(view_of):
    found = ranked(view_of, [500, 400, 300, 200], k=4, p=(0.1, 0.9, 0.9, 0.9), weights=Weights(pay=0.0, time=10.0))
    assert found == [CERTIFICATE, NIGHT, DEGREE, BADGE]


def test_extreme_weights_lift_nothing_that_returns_nothing(view_of):
    wanted = Weights(field=10.0)
    found = composed(view_of, [1, 9, -50, 2], k=1, goal={"goal_cip": "110101"}, weights=wanted)
    assert (found.ranked[0].tolist(), found.stretch.tolist()) == ([CERTIFICATE], [NONE])


def test_next_to_no_weight_on_anything_still_keeps_the_floors(view_of):
    barely = Weights(pay=0.0, time=0.001)
    assert ranked(view_of, [4, 3, 2, 1], k=4, p=(0.1, 0.9, 0.9, 0.9), weights=barely)[-1] == BADGE


def test_no_weight_at_all_is_refused():
    with pytest.raises(ValueError, match="expected a weight above 0; with none nothing is better than anything else"):
        Weights(pay=0.0)


@given(scores_of_three, chances_of_three, usual_of_three, flags_of_three, st.integers(1, 5))
@quick
def test_whatever_comes_lists_hold_what_is_open_once_and_the_stretch_apart(view_of, score, p, propensity, open_to, k):
    at = Prospects(p, propensity, open_to, np.full(3, "s"), np.ones_like(p))
    found = lists(score, at, RULE, view_of(*GOALS), k=k)
    for n in range(3):
        listed = found.ranked[n][found.ranked[n] != NONE].tolist()
        assert len(listed) == len(set(listed)) == min(k, open_to[n].sum())
        assert open_to[n][listed].all()
        assert found.stretch[n] == NONE or (open_to[n, found.stretch[n]] and found.stretch[n] not in listed)


@given(scores_of_three, chances_of_three, usual_of_three, flags_of_three, st.integers(1, 4))
@quick
def test_a_learner_s_list_does_not_depend_on_who_else_is_advised(view_of, score, p, propensity, open_to, k):
    at = Prospects(p, propensity, open_to, np.full(3, "s"), np.ones_like(p))
    whole = lists(score, at, RULE, view_of(*GOALS), k=k)
    for n in range(3):
        alone = lists(score[[n]], at.rows(np.arange(3) == n), RULE, view_of(GOALS[n]), k=k)
        assert alone.ranked[0].tolist() == whole.ranked[n].tolist()
        assert alone.supported[0].tolist() == whole.supported[n].tolist()
        assert alone.stretch[0] == whole.stretch[n]
