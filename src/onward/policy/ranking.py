"""The order of advice: expected benefit with care, above floors, among what is open."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from onward.catalog.catalogue import Catalogue
from onward.data.worth import benefit
from onward.models.calibration import log_odds_of
from onward.policy.prospects import Floats, Prospects
from onward.policy.sensitivity import probability_range

Places = npt.NDArray[np.int64]
NONE = -1
"""Stands in an order where nothing more is open."""


@dataclass(frozen=True)
class RankingRule:
    """How facts become an order, and the care that is taken on the way.

    ``doubt``: log-odds of completing that are deducted from each candidate of the catalogue, for how unsure the model
    is of it; none deducts nothing. ``price_share``: the cost of failing that ranking counts with, as a share of the net
    price that is left to pay. ``caution``: the Lambda at which the least probability of completing is taken, given what
    history cannot show (1 takes it at its word): the rarer a choice was among learners like this one, the lower.
    ``completion_floor`` and ``overlap_floor``: candidates less likely to be completed, or chosen before more rarely,
    come after the others.
    """

    completion_floor: float
    overlap_floor: float
    price_share: float
    caution: float
    doubt: tuple[float, ...] = ()

    def scores(self, p_complete: Floats, prospects: Prospects, catalogue: Catalogue) -> Floats:
        """Expected benefit at the least probability, in dollars, shape (n, c), with ``p_complete`` of the same shape.

        Ranking by the lower end of a sensitivity range is the confounding-robust policy of Kallus and Zhou (2021),
        Minimax-optimal policy learning under unobserved confounding, for one candidate at a time.
        """
        sure = expit(log_odds_of(p_complete) - np.array(self.doubt)) if self.doubt else p_complete
        least, _ = probability_range(sure, prospects.propensity, self.caution)
        cost = prospects.cost_of_failing(catalogue, price_share=self.price_share)
        return benefit(least, catalogue.value[None, :], cost)

    def tiers(self, scores: Floats, prospects: Prospects) -> npt.NDArray[np.int64]:
        """0 above both floors, 1 below one, 2 where the expected benefit is not above zero, 3 closed; shape (n, c)."""
        above = (prospects.p_complete >= self.completion_floor) & (prospects.propensity >= self.overlap_floor)
        tier = np.where(scores > 0, np.where(above, 0, 1), 2)
        return np.where(prospects.open_to, tier, 3)

    def order(self, scores: Floats, prospects: Prospects, *, k: int, weighted: Floats | None = None) -> Places:
        """Positions of the first ``k`` candidates, shape (n, k), ``NONE`` where fewer are open.

        Within a tier they come by score, or by ``weighted`` where a learner weighs more than pay: weights move nothing
        across a floor. Below a floor the likeliest to be completed comes first. Equal scores keep the catalogue's
        order, so the same input always gives the same advice.

        >>> rule = RankingRule(completion_floor=0.5, overlap_floor=0.0, price_share=1.0, caution=1.0)
        >>> p = np.array([[0.4, 0.9, 0.6]])
        >>> prospects = Prospects(p, np.full((1, 3), 1 / 3), np.ones((1, 3), bool), np.array(["s"]), np.ones((1, 3)))
        >>> rule.order(np.array([[9.0, 5.0, 7.0]]), prospects, k=3)
        array([[2, 1, 0]])
        """
        tier = self.tiers(scores, prospects)
        within = np.where(tier == 1, prospects.p_complete, scores if weighted is None else weighted)
        if k == 1:
            return _first(tier, within)[:, None]
        order = np.lexsort((-within, tier), axis=1)[:, :k]
        closed = np.take_along_axis(tier, order, axis=1) == 3
        advised = np.full((len(scores), k), NONE, dtype=np.int64)
        advised[:, : order.shape[1]] = np.where(closed, NONE, order)
        return advised


def _first(tier: npt.NDArray[np.int64], within: Floats) -> Places:
    """The first of the order alone, without sorting the rest."""
    best = tier.min(axis=1)
    first = np.argmax(np.where(tier == best[:, None], within, -np.inf), axis=1)
    return np.where(best == 3, NONE, first).astype(np.int64)


def of_choice(matrix: Floats, choice: Places) -> Floats:
    """The entry of each row at its chosen column, shape (n,); nan where the choice is ``NONE``."""
    found = matrix[np.arange(len(choice)), np.maximum(choice, 0)]
    return np.where(choice == NONE, np.nan, found)


def mean_listed(ranked: Places, value: Floats) -> Floats:
    """The mean ``value``, shape (c,), of what each row of ``ranked`` lists, shape (n,); nan where it lists nothing.

    >>> mean_listed(np.array([[0, 1], [1, NONE]]), np.array([2.0, 4.0])).tolist()
    [3.0, 4.0]
    """
    listed = ranked != NONE
    total = np.where(listed, value[np.maximum(ranked, 0)], 0.0).sum(axis=1)
    count = listed.sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(ranked), np.nan), where=count > 0))
