import dataclasses

import numpy as np
import pytest

from onward.history.decision_points import positions
from onward.history.known import Points
from onward.policy.ranking import NONE


@pytest.fixture(scope="module")
def at(small) -> Points:
    return positions(small.starts.iloc[-80:], small.timeline)


@pytest.fixture(scope="module")
def prospects(small, small_bundle, at):
    return small_bundle.adviser.prospects(small.timeline, at)


def test_prospects_of_some_points_are_those_rows_of_the_whole(small, small_bundle, at, prospects):
    some = np.array([70, 2, 2, 31])
    part = small_bundle.adviser.prospects(small.timeline, Points(at.learner[some], at.as_of[some]))
    names = [field.name for field in dataclasses.fields(part)]
    assert all(np.array_equal(getattr(part, name), getattr(prospects, name)[some]) for name in names)


def test_advice_for_some_points_is_that_for_the_whole(small, small_bundle, at, prospects):
    adviser = small_bundle.adviser
    alone = [
        adviser.order(adviser.prospects(small.timeline, Points(at.learner[[n]], at.as_of[[n]])), k=3)[0]
        for n in range(10)
    ]
    assert np.array_equal(alone, adviser.order(prospects, k=3)[:10])


def test_only_what_is_open_is_advised(small_bundle, prospects):
    order = small_bundle.adviser.order(prospects, k=5)
    point, rank = np.nonzero(order != NONE)
    assert prospects.open_to[point, order[point, rank]].all()


def test_only_what_is_allowed_is_advised(small, small_bundle, prospects):
    allowed = np.arange(len(small.catalogue)) % 2 == 0
    order = small_bundle.adviser.order(prospects, k=5, allowed=allowed)
    assert set(order[order != NONE] % 2) <= {0}


def test_scores_are_dollars_of_benefit_before_any_constraint(small_bundle, prospects):
    adviser = small_bundle.adviser
    without = dataclasses.replace(adviser, shrinkage=dataclasses.replace(adviser.shrinkage, strength=1.0))
    order = without.order(prospects, k=1)[:, 0]
    above = np.where(prospects.open_to & (prospects.p_complete >= 0.6), prospects.scores, -np.inf)
    found = order[np.isfinite(above).any(axis=1)]
    assert np.array_equal(found, above[np.isfinite(above).any(axis=1)].argmax(axis=1))
