"""The order of advice: expected benefit, above a floor on completion, among what is open."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onward.data.worth import benefit

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
NONE = -1
"""Stands in an order where nothing more is open."""


@dataclass(frozen=True)
class RankingRule:
    """How a score becomes an order: the cost of failing that ranking counts with, and the floor on completion."""

    completion_floor: float
    price_share: float

    def scores(self, p_complete: Floats, value: Floats, cost_of_failing: Floats) -> Floats:
        """Expected benefit in dollars, shape (n, c); ``value`` and ``cost_of_failing`` have shape (c,)."""
        return benefit(p_complete, value[None, :], cost_of_failing[None, :])

    def order(self, scores: Floats, p_complete: Floats, open_to: Bools, *, k: int) -> npt.NDArray[np.int64]:
        """Positions of the first ``k`` candidates, shape (n, k), ``NONE`` where fewer are open.

        Candidates at or above the floor come by score; those below it come after, the likeliest to be completed first;
        last come those whose expected benefit is not above zero. Equal scores keep the catalogue's order, so the same
        input always gives the same advice.

        >>> rule = RankingRule(completion_floor=0.5, price_share=1.0)
        >>> rule.order(np.array([[9.0, 5.0, 7.0]]), np.array([[0.4, 0.9, 0.6]]), np.ones((1, 3), bool), k=3)
        array([[2, 1, 0]])
        """
        above = p_complete >= self.completion_floor
        tier = np.where(scores > 0, np.where(above, 0, 1), 2)
        within = np.where(tier == 1, p_complete, scores)
        tier = np.where(open_to, tier, 3)
        order = np.lexsort((-within, tier), axis=1)[:, :k]
        closed = np.take_along_axis(tier, order, axis=1) == 3
        advised = np.full((len(scores), k), NONE, dtype=np.int64)
        advised[:, : order.shape[1]] = np.where(closed, NONE, order)
        return advised


def of_choice(matrix: Floats, choice: npt.NDArray[np.int64]) -> Floats:
    """The entry of each row at its chosen column, shape (n,); nan where the choice is ``NONE``."""
    found = matrix[np.arange(len(choice)), np.maximum(choice, 0)]
    return np.where(choice == NONE, np.nan, found)
