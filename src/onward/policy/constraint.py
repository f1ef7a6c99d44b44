"""What the constraint does to scores when advice is given: it needs a learner's stratum, and nobody's group."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from onward.catalog.catalogue import Catalogue
from onward.models.calibration import log_odds_of
from onward.policy.erasure import Erasure
from onward.policy.price import Price
from onward.policy.prospects import Floats, Prospects
from onward.policy.ranking import RankingRule
from onward.policy.shrinkage import Shrinkage
from onward.policy.stratum_means import StratumMeans


@dataclass(frozen=True)
class Constraint:
    """Erasure before the score, a price on it, shrinkage after it; any of them may change nothing."""

    erasure: Erasure
    price: Price
    shrinkage: Shrinkage

    @classmethod
    def none(cls, credentials: int) -> "Constraint":
        """The constraint that changes nothing, over a catalogue of so many credentials."""
        return cls(Erasure.none(credentials), Price.none(credentials), Shrinkage.none(credentials))

    def scores(self, prospects: Prospects, rule: RankingRule, catalogue: Catalogue) -> Floats:
        """What candidates are ranked by, shape (n, c), in dollars of the first year after the attempt."""
        log_odds = log_odds_of(prospects.p_complete)
        erased = self.erasure.apply(log_odds, prospects.stratum)
        # Where nothing is erased the probability stays what it was, to the last digit.
        p_complete = np.where(erased == log_odds, prospects.p_complete, expit(erased))
        scores = rule.scores(p_complete, prospects, catalogue)
        priced = self.price.apply(scores, log_odds, prospects.stratum, catalogue.value)
        return self.shrinkage.apply(priced, prospects.stratum)


def constraint_to_json(constraint: Constraint) -> dict[str, Any]:
    """The constraint as plain JSON values, from which ``constraint_from_json`` makes an equal one."""
    erasure, price, shrinkage = constraint.erasure, constraint.price, constraint.shrinkage
    return {
        "erasure": {"strength": erasure.strength, "projection": erasure.projection.tolist()} | _usual(erasure.usual),
        "price": {"multipliers": price.multipliers.tolist(), "weights": price.weights.tolist()} | _usual(price.usual),
        "shrinkage": {"strength": shrinkage.strength} | _usual(shrinkage.usual),
    }


def constraint_from_json(content: dict[str, Any], *, credentials: int) -> Constraint:
    """Rebuild what ``constraint_to_json`` wrote, over a catalogue of so many credentials."""
    erasure, price, shrinkage = (content[name] for name in ("erasure", "price", "shrinkage"))
    multipliers = np.array(price["multipliers"], dtype=float)
    return Constraint(
        Erasure(erasure["strength"], _means(erasure, credentials), np.array(erasure["projection"], dtype=float)),
        Price(
            multipliers,
            _means(price, credentials),
            np.array(price["weights"], dtype=float).reshape(credentials, len(multipliers)),
        ),
        Shrinkage(shrinkage["strength"], _means(shrinkage, credentials)),
    )


def _usual(usual: StratumMeans) -> dict[str, Any]:
    return {"strata": usual.strata, "means": usual.means.tolist()}


def _means(content: dict[str, Any], credentials: int) -> StratumMeans:
    return StratumMeans(tuple(content["strata"]), np.array(content["means"], dtype=float).reshape(-1, credentials))
