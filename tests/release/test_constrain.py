"""The constraint as a run finds it: a floor on overlap never stands where nothing is erased."""

import dataclasses

import pytest

from onward.release.constrain import Calibration, _never_overlap_alone, constrain

OVERLAP = 0.01


@pytest.fixture(scope="module")
def adviser(fitted):
    """The adviser with a floor on overlap."""
    return dataclasses.replace(fitted.adviser, rule=dataclasses.replace(fitted.adviser.rule, overlap_floor=OVERLAP))


@pytest.fixture(scope="module")
def constrained(adviser, histories, small, settings):
    """The adviser under erasure within a limit in dollars."""

    def within(limit):
        parity = settings.parity.model_copy(
            update={"mechanism": "erase", "limit": limit, "smallest_group": 40, "floor": 0.01}
        )
        calibration = Calibration.of(adviser, histories)
        return constrain(
            adviser,
            calibration,
            histories,
            small.tables.demographics,
            settings.model_copy(update={"parity": parity}),
            compare=False,
        )[0]

    return within


def test_where_nothing_is_erased_there_is_no_floor_on_overlap(constrained, adviser):
    found = constrained(1e9)
    assert found.constraint.erasure.strength == 0
    assert found.rule == dataclasses.replace(adviser.rule, overlap_floor=0.0)


def test_where_something_is_erased_the_floor_on_overlap_stays(small_bundle):
    erased = dataclasses.replace(
        small_bundle.adviser, rule=dataclasses.replace(small_bundle.adviser.rule, overlap_floor=OVERLAP)
    )
    assert erased.constraint.erasure.strength > 0
    assert _never_overlap_alone(erased) is erased
