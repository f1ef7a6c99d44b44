"""Shrinkage on log earnings, against results by hand."""

import math

import pytest

from onward.catalog.shrinkage import SPREADS, USUAL, shrink


def test_the_estimate_is_the_weighted_mean_of_logs():
    # B = .04 / (.04 + .01) = .8; 50,000^.8 x 40,000^.2 = 47,818; variance B x .01 = .008.
    found = shrink(50_000.0, 40_000.0, between=0.2, sampling=0.01)
    assert found.weight == pytest.approx(0.8)
    assert found.dollars == pytest.approx(50_000**0.8 * 40_000**0.2)
    assert round(found.dollars) == 47_818
    assert found.error == pytest.approx(found.dollars * math.sqrt(0.008))


def test_more_completers_move_a_figure_less():
    weights = [shrink(50_000.0, 40_000.0, between=0.22, sampling=0.3 / n).weight for n in (12, 40, 400)]
    assert weights == sorted(weights)
    assert weights[0] == pytest.approx(0.0484 / (0.0484 + 0.025))


def test_a_figure_that_is_certain_stays_and_one_without_spread_gives_way():
    assert shrink(50_000.0, 40_000.0, between=0.2, sampling=0.0).dollars == pytest.approx(50_000.0)
    assert shrink(50_000.0, 40_000.0, between=0.0, sampling=0.1).dollars == pytest.approx(40_000.0)


def test_the_error_is_never_more_than_either_would_have_alone():
    found = shrink(50_000.0, 40_000.0, between=0.2, sampling=0.09)
    assert found.error / found.dollars < min(0.2, 0.3)


def test_spreads_are_positive():
    assert all(min(vars(spread).values()) > 0 for spread in (*SPREADS.values(), USUAL))
