import dataclasses

import numpy as np
import pytest

from onward.history.decision_points import positions
from onward.history.known import Points
from onward.policy.adviser import Adviser
from onward.policy.ranking import NONE


@pytest.fixture(scope="module")
def at(small) -> Points:
    return positions(small.starts.iloc[-80:], small.timeline)


@pytest.fixture(scope="module")
def adviser(small_bundle) -> Adviser:
    return small_bundle.adviser


@pytest.fixture(scope="module")
def prospects(small, adviser, at):
    return adviser.prospects(small.timeline, at)


def test_prospects_of_some_points_are_those_rows_of_the_whole(small, adviser, at, prospects):
    some = np.array([70, 2, 2, 31])
    part = adviser.prospects(small.timeline, Points(at.learner[some], at.as_of[some]))
    names = [field.name for field in dataclasses.fields(part)]
    assert all(getattr(part, name).tobytes() == getattr(prospects, name)[some].tobytes() for name in names)


def test_scores_of_some_points_are_those_rows_of_the_whole_to_the_byte(small, adviser, at, prospects):
    alone = [
        adviser.scores(adviser.prospects(small.timeline, Points(at.learner[[n]], at.as_of[[n]])))[0] for n in range(8)
    ]
    assert np.array(alone).tobytes() == adviser.scores(prospects)[:8].tobytes()


def test_advice_for_some_points_is_that_for_the_whole(small, adviser, at, prospects):
    alone = [
        adviser.order(adviser.prospects(small.timeline, Points(at.learner[[n]], at.as_of[[n]])), k=3)[0]
        for n in range(8)
    ]
    assert np.array_equal(alone, adviser.order(prospects, k=3)[:8])


def test_the_same_points_get_the_same_advice_again(small, adviser, at, prospects):
    again = adviser.order(adviser.prospects(small.timeline, at), k=3)
    assert again.tobytes() == adviser.order(prospects, k=3).tobytes()


def test_only_what_is_open_is_advised(adviser, prospects):
    order = adviser.order(prospects, k=5)
    point, rank = np.nonzero(order != NONE)
    assert prospects.open_to[point, order[point, rank]].all()


def test_only_what_is_left_open_is_advised(adviser, prospects):
    even = np.arange(prospects.open_to.shape[1]) % 2 == 0
    within = dataclasses.replace(prospects, open_to=prospects.open_to & even)
    order = adviser.order(within, k=5)
    assert set(order[order != NONE] % 2) == {0}


def test_how_usual_choices_were_adds_up_to_one_over_what_is_open(prospects):
    assert np.allclose(prospects.propensity.sum(axis=1), prospects.open_to.any(axis=1))
    assert not prospects.propensity[~prospects.open_to].any()


def test_every_point_stands_in_a_stratum_that_the_adviser_knows(adviser, prospects):
    assert set(prospects.stratum) <= {*adviser.strata.names, adviser.strata.OTHER}


def test_without_a_constraint_the_best_above_the_floors_comes_first(small_adviser, prospects):
    scores = small_adviser.scores(prospects)
    order = small_adviser.order(prospects, k=1)[:, 0]
    above = np.where(small_adviser.rule.tiers(scores, prospects) == 0, scores, -np.inf)
    found = np.isfinite(above).any(axis=1)
    assert found.any()
    assert np.array_equal(order[found], above[found].argmax(axis=1))


def test_the_constraint_is_part_of_the_advice(small_adviser, adviser, prospects):
    assert not np.array_equal(adviser.scores(prospects), small_adviser.scores(prospects))


def test_scores_are_dollars_no_higher_than_the_value_of_the_credential(small_adviser, prospects):
    value = small_adviser.catalogue.value
    assert (small_adviser.scores(prospects) <= np.maximum(value, 0.0) + 1e-6).all()
