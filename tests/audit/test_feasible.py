from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from onward.audit.feasible import Network, extremes, narrow, nearest, possible_counts, possible_means, surely_wide


def crossing(random, rows=3, columns=3):
    """A crossing in which every row meets every column, with counts that add up."""
    inner = random.integers(1, 30, (rows, columns))
    row, column = (index.ravel() for index in np.indices(inner.shape))
    places = np.cumsum([1, rows, columns, inner.size])
    cells = [np.arange(first, last) for first, last in pairwise(places)]
    network = Network.of_crossing(*cells, row=row, column=column)
    return network, np.r_[inner.sum(), inner.sum(1), inner.sum(0), inner.ravel()]


def test_counts_of_a_crossing_add_up_at_every_node():
    network, n = crossing(np.random.default_rng(0))
    assert (network.incidence @ n == 0).all()


def test_every_node_joins_the_parts_of_one_whole():
    network, n = crossing(np.random.default_rng(1))
    assert (network.parts @ n == n[network.whole]).all()


@pytest.mark.parametrize("seed", range(10))
def test_possible_counts_are_those_an_integer_program_finds(seed):
    random = np.random.default_rng(seed)
    network, n = crossing(random)
    hidden = random.random(len(n)) < 0.5
    hidden[0] = False
    least, most = possible_counts(network, n, hidden, 1)
    low, high = np.where(hidden, 1, n), np.where(hidden, n[0], n)
    for cell in np.flatnonzero(hidden):
        aim = (np.arange(len(n)) == cell).astype(float)
        found = [
            milp(sign * aim, constraints=LinearConstraint(network.incidence, 0, 0), bounds=Bounds(low, high)).fun
            for sign in (1, -1)
        ]
        assert (least[cell], most[cell]) == pytest.approx((found[0], -found[1]))


def test_a_published_cell_is_what_it_is():
    network, n = crossing(np.random.default_rng(2))
    least, most = possible_counts(network, n, np.zeros(len(n), bool), 1)
    assert (least == n).all()
    assert (most == n).all()


def test_no_whole_numbers_are_found_where_none_add_up():
    gender = Network.of_parts(np.array([1, 2]))
    assert nearest(gender, np.array([9, 2, 2]), np.array([9, 1, 1]), np.array([9, 3, 3])) is None


def test_nothing_is_possible_where_nothing_adds_up():
    gender = Network.of_parts(np.array([1, 2]))
    low, high = np.array([[0.0, 2.0, 1.0]]), np.array([[0.0, 3.0, 3.0]])
    assert np.isnan(extremes(gender, low, high, np.array([1]))).all()


@pytest.mark.parametrize("seed", range(10))
def test_what_is_quickly_said_to_be_in_doubt_is(seed):
    random = np.random.default_rng(seed)
    network, n = crossing(random)
    inner = random.uniform(0, n[7:])
    sums = np.r_[inner.sum(), inner.reshape(3, 3).sum(1), inner.reshape(3, 3).sum(0), inner]
    hidden = random.random(len(n)) < 0.5
    hidden[0] = False
    cells = np.flatnonzero(hidden)
    many = np.ones((len(cells), 1))
    low, high = possible_means(network, many * n, many * sums, hidden & (many > 0), target=cells)
    sure = surely_wide(network, n[:, None], sums[:, None], hidden[:, None])[cells, 0]
    assert (high - low)[sure].min(initial=1.0) >= 0.2


def test_a_large_cell_of_unknown_count_is_in_doubt_beside_a_small_one_and_not_where_its_count_is_known():
    gender = Network.of_parts(np.array([1, 2]))
    part, sums = np.array([[504], [4], [500]]), np.array([[90.0], [1.0], [89.0]])
    hidden = np.array([False, True, True])
    for uncounted, expected in ((hidden, False), (hidden & False, True)):
        assert narrow(gender, part, sums, hidden[:, None], uncounted, least=1, slack=1e-6)[2, 0] == expected


def test_nobody_is_in_doubt_where_nobody_of_the_hidden_has_any():
    gender = Network.of_parts(np.array([1, 2]))
    hidden = np.array([False, True, True])
    part, sums = np.array([[30], [10], [20]]), np.zeros((3, 1))
    assert narrow(gender, part, sums, hidden[:, None], hidden, least=1, slack=1e-6)[1:].all()
