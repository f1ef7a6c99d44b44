from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from onward.policy.weights import Weights, fits_hours, in_goal

# The catalogue of four: badge, certificate, degree, night.
LEARNER = {"goal_cip": "110101", "hours_per_week": 20.0}
SCORES = np.array([[1_000.0, 4_000.0, 9_000.0, 3_000.0]])


def weighted(view_of, learner=LEARNER, **weights):
    return Weights(**weights).apply(SCORES, view_of(learner))[0]


def added(view_of, learner=LEARNER, **weights):
    return weighted(view_of, learner, **weights) - SCORES[0]


def test_the_default_changes_nothing_to_the_byte(view_of):
    assert Weights().apply(SCORES, view_of(LEARNER)).tobytes() == SCORES.tobytes()


def test_pay_scales_the_score(view_of):
    assert weighted(view_of, pay=2.0).tolist() == (2 * SCORES[0]).tolist()


def test_time_puts_the_shorter_before_the_longer(view_of):
    assert np.argsort(-added(view_of, time=1.0)).tolist() == [0, 1, 3, 2]


def test_cost_puts_the_cheaper_before_the_dearer(view_of):
    badge, certificate, degree, _ = added(view_of, cost=1.0)
    assert badge > certificate > degree


def test_a_price_that_is_not_known_counts_as_the_usual_one(view_of):
    found = added(view_of, cost=5.0)
    assert (found[3], found[:3].mean()) == (0.0, pytest.approx(0.0, abs=1e-9))


def test_schedule_lifts_what_fits_the_hours_and_half_what_is_not_known(view_of):
    fits, _, does_not, unknown = added(view_of, schedule=1.0)
    assert (fits, does_not, unknown) == (pytest.approx(2 * unknown), 0.0, pytest.approx(fits / 2))
    assert fits > 0


def test_hours_that_the_learner_does_not_state_move_nothing_against_another(view_of):
    assert np.ptp(added(view_of, {}, schedule=3.0)) == 0.0


def test_field_lifts_the_stated_field_alone(view_of, four):
    assert added(view_of, field=1.0).tolist() == pytest.approx([0.0, 0.0, np.std(four.value), 0.0])


def test_no_stated_field_moves_nothing(view_of):
    assert added(view_of, {}, field=10.0).tolist() == [0.0] * 4


def test_a_unit_of_time_is_a_spread_of_pay_for_a_spread_of_weeks(view_of, four):
    found = added(view_of, time=1.0)
    weeks = four.numbers("weeks")
    assert (found[0] - found[2]) / np.std(four.value) == pytest.approx((weeks[2] - weeks[0]) / np.std(weeks))


def test_twice_the_weight_moves_twice_as_far(view_of):
    assert np.allclose(added(view_of, time=4.0, cost=2.0), 2 * added(view_of, time=2.0, cost=1.0))


def test_a_learner_s_scores_do_not_depend_on_who_else_is_weighed(view_of):
    people = (LEARNER, {"goal_cip": "510000"}, {"hours_per_week": 2.0})
    weights, scores = Weights(time=1.3, cost=0.7, schedule=2.1, field=0.4), np.repeat(SCORES, 3, axis=0)
    alone = [weights.apply(SCORES, view_of(person))[0] for person in people]
    assert np.array(alone).tobytes() == weights.apply(scores, view_of(*people)).tobytes()


def test_time_and_cost_are_those_that_are_left(view_of, recognising):
    holder = {"awards": [{"credential_id": "badge", "awarded_on": "2024-02-01"}]}
    view = replace(view_of({}, holder), catalogue=recognising)
    weights, scores = Weights(time=1.0), np.repeat(SCORES, 2, axis=0)
    without, with_it = weights.apply(scores, view)
    weeks = recognising.numbers("weeks")
    spread = np.std(recognising.value) / np.std(weeks)
    assert (with_it - without).tolist() == pytest.approx([0.0, 10.0 * spread, 0.0, 0.0])
    cheaper = np.diff(Weights(cost=1.0).apply(scores, view), axis=0)[0]
    assert cheaper[1] > 0
    assert cheaper[[0, 2, 3]].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("name", "weight"), [("pay", -0.1), ("time", 10.1), ("cost", float("nan"))])
def test_a_weight_outside_zero_to_ten_is_refused(name, weight):
    with pytest.raises(ValidationError, match=name):
        Weights(**{name: weight})


def test_a_weight_that_is_not_known_is_refused():
    with pytest.raises(ValidationError, match="prestige"):
        Weights(prestige=1.0)


def test_the_stated_field_is_told_by_its_two_digits(view_of):
    found = in_goal(view_of({"goal_cip": "5199"}, {"goal_cip": "48"}, {}))
    assert found.tolist() == [[1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]


def test_hours_fit_up_to_those_the_learner_has(view_of):
    assert fits_hours(view_of({"hours_per_week": 20.0}, {"hours_per_week": 4.0})).tolist() == [
        [1.0, 1.0, 0.0, 0.5],
        [0.0, 0.0, 0.0, 0.5],
    ]
