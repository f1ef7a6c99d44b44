"""The most that any advice can return at a given gap: what may be compared with, and is never served.

It reads group labels for every decision. That is what makes it a bound for whoever does not.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog, minimize
from scipy.sparse import csr_array, vstack

from lab.contrasts import Bools, Contrasts, Floats
from lab.world import LabWorld

Places = npt.NDArray[np.int64]
FLAT = 1e-9
"""Relative change of the dual below which its search ends."""


@dataclass(frozen=True)
class Frontier:
    """Each learner's candidates that some price on value makes best: the upper hull of benefit over value.

    Leaving the others out is exact: a lottery over the hull returns at least as much at the same value. Shapes (n, k);
    rows with fewer repeat their last.
    """

    value: Floats
    benefit: Floats
    position: Places
    size: Places

    @classmethod
    def of(cls, benefit: Floats, eligible: Bools, value: Floats) -> "Frontier":
        """Build the hulls of ``benefit`` (n, c) over ``value`` (c,), a credential at a time (Andrew 1979)."""
        n, c = benefit.shape
        kept, size = np.zeros((n, c), np.int64), np.zeros(n, np.int64)
        for j in np.argsort(value, kind="stable"):
            rows = np.flatnonzero(eligible[:, j])
            size[rows] = _without_dominated(kept[rows], size[rows], benefit[rows], value, j=j)
            better = (size[rows] == 0) | (value[kept[rows, size[rows] - 1]] < value[j])
            rows = rows[better]
            kept[rows, size[rows]] = j
            size[rows] += 1
        at = np.minimum(np.arange(size.max()), size[:, None] - 1)
        position = np.take_along_axis(kept, at, axis=1)
        return cls(value[position], np.take_along_axis(benefit, position, axis=1), position, size)

    def best(self, price: Floats) -> Places:
        """Which of the k is best where a dollar of value is worth ``price`` dollars more, both of shape (n,)."""
        return np.asarray(np.argmax(self.benefit + price[:, None] * self.value, axis=1))


def _without_dominated(kept: Places, size: Places, benefit: Floats, value: Floats, *, j: int) -> Places:
    """Return the sizes of hulls ``kept`` (n, c) once what candidate ``j`` dominates is taken off their ends, (n,)."""
    left = size.copy()
    row = np.flatnonzero(left > 0)
    while len(row):
        last, before = kept[row, left[row] - 1], kept[row, np.maximum(left[row] - 2, 0)]
        rise, run = benefit[row, j] - benefit[row, last], value[j] - value[last]
        earlier_rise, earlier_run = benefit[row, last] - benefit[row, before], value[last] - value[before]
        below = (left[row] >= 2) & (rise * earlier_run >= earlier_rise * run)
        row = row[np.where(run == 0, rise > 0, below)]
        left[row] -= 1
        row = row[left[row] > 0]
    return left


@dataclass(frozen=True)
class Bound:
    """The most that is reachable: ``benefit``, mean dollars a learner, and the ``prices`` of the gaps, shape (g,)."""

    benefit: float
    prices: Floats


def at_prices(frontier: Frontier, contrasts: Contrasts, bound: Bound) -> Places:
    """Every learner's best choice at the prices of a bound: positions, (n,); near the limit, as a few are ties."""
    kept = frontier.best(len(frontier.size) * (bound.prices @ contrasts.weights))
    return np.asarray(frontier.position[np.arange(len(kept)), kept])


def ceiling(world: LabWorld) -> Places:
    """The best choice by what the record tells, without a limit: positions, shape (n,)."""
    return best_open(world.blind_benefit, world.eligible)


def oracle(world: LabWorld) -> Places:
    """The best choice by the truth, which no advice can know: positions, shape (n,)."""
    return best_open(world.real_benefit, world.eligible)


def best_open(score: Floats, eligible: Bools) -> Places:
    """Position of the highest score among what is open, shape (n,)."""
    return np.asarray(np.argmax(np.where(eligible, score, -np.inf), axis=1))


def by_lottery(frontier: Frontier, contrasts: Contrasts, limit: float | Floats) -> Bound:
    """Solve the linear program over every learner's lotteries; |gap| of each group at most ``limit`` dollars."""
    n, k = frontier.value.shape
    real = np.arange(k) < frontier.size[:, None]
    learner, gains, values = np.nonzero(real)[0], frontier.benefit[real], frontier.value[real]
    gaps = csr_array(contrasts.weights[:, learner] * values)
    one_each = csr_array((np.ones(len(learner)), (learner, np.arange(len(learner)))), shape=(n, len(learner)))
    limits = np.broadcast_to(np.asarray(limit, float), len(contrasts.names))
    found = linprog(
        -gains / n,
        A_ub=vstack([gaps, -gaps]),
        b_ub=np.concatenate([limits, limits]),
        A_eq=one_each,
        b_eq=np.ones(n),
        method="highs",
    )
    if not found.success:
        raise ValueError(f"expected a lottery that keeps every gap inside {limits.tolist()}; {found.message}")
    price = found.ineqlin.marginals.reshape(2, -1)
    return Bound(-float(found.fun), price[0] - price[1])


def by_prices(frontier: Frontier, contrasts: Contrasts, limit: float | Floats) -> Bound:
    """Minimise the program's dual: a price on each group's gap, and every learner's best choice at these prices.

    The least of it equals the linear program; at any prices it is no less, so stopping early errs upward alone.
    """
    n, g = len(frontier.size), len(contrasts.names)
    limits = np.broadcast_to(np.asarray(limit, float), g)
    row = np.arange(n)

    def dual(signed: Floats) -> tuple[float, Floats]:
        prices = signed[:g] - signed[g:]
        at = frontier.best(n * (prices @ contrasts.weights))
        gap = contrasts.of(frontier.value[row, at])
        worth = float(frontier.benefit[row, at].mean() + prices @ gap + limits @ (signed[:g] + signed[g:]))
        return worth, np.concatenate([limits + gap, limits - gap])

    found = minimize(
        dual,
        np.zeros(2 * g),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * (2 * g),
        options={"ftol": FLAT, "gtol": 1.0, "maxiter": 200},
    )
    return Bound(float(found.fun), found.x[:g] - found.x[g:])


def ceiling_at_gap(world: LabWorld, contrasts: Contrasts, limit: float | Floats) -> Bound:
    """The most that advice from the record can return with |gap| of each group at most ``limit`` dollars."""
    return by_prices(Frontier.of(world.blind_benefit, world.eligible, world.value), contrasts, limit)
