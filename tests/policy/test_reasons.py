import dataclasses

import numpy as np
import pytest

from onward.history.features import FEATURES
from onward.history.spec import FeatureSpec
from onward.policy.reasons import HOLDS, SENTENCES, reasons

SPEC = FeatureSpec(("goal_rung", "field_is_goal", "prior_gpa", "weeks", "x_house"), {}, {"x_house": "number"})
GOAL, PREPARATION, LENGTH = (SENTENCES[name] for name in ("goal", "preparation", "length"))


BORNE_OUT = (3.0, 1.0, 3.1, 20.0, 1.0)
"""Facts under which every reason of the small spec is true."""


def of_first(*rows, spec=SPEC, most=3, facts=BORNE_OUT):
    contributions = np.array(rows, dtype=float)
    return reasons(contributions, np.tile(np.array(facts), (len(rows), 1)), [0], spec, most=most)[0]


def test_what_speaks_for_one_candidate_more_than_for_others_is_its_reason():
    assert of_first([0, 2, 0, 0, 0], [0, 0, 0, 0, 0]) == [GOAL]


def test_what_is_the_same_for_every_candidate_explains_nothing():
    assert of_first([3, 0, 3, 0, 0], [3, 0, 3, 0, 0]) == []


def test_what_speaks_against_a_candidate_is_no_reason_for_it():
    assert of_first([0, -2, 0, 0, 0], [0, 0, 0, 0, 0]) == []


def test_the_strongest_reason_comes_first():
    assert of_first([0, 1, 0, 5, 0], [0, 0, 0, 0, 0]) == [LENGTH, GOAL]


def test_features_of_one_reason_count_together():
    assert of_first([2, 2, 3, 0, 0], [0, 0, 0, 0, 0], most=1) == [GOAL]


def test_no_more_reasons_are_given_than_asked_for():
    assert len(of_first([1, 1, 1, 1, 0], [0, 0, 0, 0, 0], most=2)) == 2


def test_an_extra_never_gives_a_reason():
    assert of_first([0, 0, 0, 0, 9], [0, 0, 0, 0, 0]) == []


def test_an_extra_named_like_a_feature_s_reason_never_gives_one():
    spec = dataclasses.replace(SPEC, names=(*SPEC.names[:4], "x_goal"))
    assert of_first([0, 0, 0, 0, 9], [0, 0, 0, 0, 0], spec=spec) == []


def test_a_single_candidate_has_nothing_to_be_told_from():
    assert of_first([5, 5, 5, 5, 5]) == []


def test_reasons_follow_the_order_of_the_advice():
    rows = np.array([[0, 2, 0, 0, 0], [0, 0, 2, 0, 0]], dtype=float)
    assert reasons(rows, np.tile(np.array(BORNE_OUT), (2, 1)), [1, 0], SPEC) == [[PREPARATION], [GOAL]]


def test_a_goal_is_no_reason_for_what_lies_outside_it():
    assert of_first([0, 2, 0, 0, 0], [0, 0, 0, 0, 0], facts=(3.0, 0.0, 3.1, 20.0, 1.0)) == []


def test_what_is_not_on_record_is_no_reason():
    assert of_first([0, 2, 2, 0, 0], [0, 0, 0, 0, 0], facts=(np.nan, np.nan, np.nan, 20.0, 1.0)) == []


def test_the_next_true_reason_takes_the_place_of_one_that_is_not():
    assert of_first([0, 9, 0, 1, 0], [0, 0, 0, 0, 0], most=1, facts=(3.0, 0.0, 3.1, 20.0, 1.0)) == [LENGTH]


@pytest.mark.parametrize("reason", sorted(SENTENCES))
def test_every_sentence_has_a_rule_of_when_it_is_true(reason):
    assert set(HOLDS) == set(SENTENCES)
    assert isinstance(bool(HOLDS[reason]({}, {})), bool)


@pytest.mark.parametrize("reason", sorted(set(SENTENCES) - {"length", "program"}))
def test_nothing_is_said_of_a_learner_of_whom_nothing_is_known(reason):
    assert not HOLDS[reason]({}, {})


def test_every_reason_is_a_sentence():
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in SENTENCES.values())


def test_every_declared_feature_has_a_sentence():
    assert {feature.reason for feature in FEATURES} <= set(SENTENCES)


def test_who_is_not_ready_is_not_told_that_preparation_fits():
    ready, unready = {"prior_gpa": 2.2, "math_ready": 1.0, "english_ready": 1.0}, {"prior_gpa": 2.2, "math_ready": 0.0}
    assert (HOLDS["preparation"](ready, {}), HOLDS["preparation"](unready, {})) == (True, False)


def test_what_speaks_against_every_candidate_is_no_reason_for_the_one_it_hurts_least():
    assert of_first([0, 0, 0, -1, 0], [0, 0, 0, -9, 0]) == []


def test_the_model_is_not_said_to_expect_what_it_does_not():
    spec = FeatureSpec(("credential", "weeks"), {}, {})
    facts = (0.0, 20.0)
    assert of_first([2, -9], [0, 0], spec=spec, facts=facts) == []
    assert of_first([2, 0], [0, 0], spec=spec, facts=facts) == [SENTENCES["program"]]
