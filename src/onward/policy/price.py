"""The mechanism ``learned``: a price on how likely a learner's facts say that they belong to a group.

It is the cheapest way to a limit, and a proxy for the group whenever advice is given: it has to be chosen by name, and
the audit names it.
"""

from dataclasses import dataclass

import numpy as np

from onward.policy.prospects import Floats, Labels
from onward.policy.stratum_means import StratumMeans

RIDGE = 1e-3
"""Added to the variance of the log-odds, so that candidates that go together do not blow up the regression."""


@dataclass(frozen=True)
class Price:
    """Adds sum over groups of multiplier x (P(g | x) - P(g | stratum)) x value to the score of every candidate.

    P(g | x) - P(g | stratum) is least squares on the log-odds of completing each candidate, less their stratum's mean:
    ``weights`` of shape (c, groups). ``multipliers`` has shape (groups,).
    """

    multipliers: Floats
    usual: StratumMeans
    weights: Floats

    @classmethod
    def none(cls, credentials: int) -> "Price":
        """The price that changes nothing, over a catalogue of so many credentials."""
        return cls(np.zeros(0), StratumMeans.none(credentials), np.zeros((credentials, 0)))

    @classmethod
    def fit(cls, log_odds: Floats, stratum: Labels, members: Floats) -> "Price":
        """Fit on ``log_odds`` of shape (n, c) and ``members`` of shape (n, groups); the multipliers are 0 at first."""
        usual = StratumMeans.fit(log_odds, stratum)
        centred = usual.centred(log_odds, stratum)
        members = StratumMeans.fit(members, stratum).centred(members, stratum)
        variance = centred.T @ centred / len(centred) + RIDGE * np.eye(centred.shape[1])
        weights = np.linalg.solve(variance, centred.T @ members / len(centred))
        return cls(np.zeros(members.shape[1]), usual, np.asarray(weights, dtype=np.float64))

    def apply(self, scores: Floats, log_odds: Floats, stratum: Labels, value: Floats) -> Floats:
        """Scores with the price, shape (n, c); ``value`` has shape (c,), in dollars as the scores are."""
        if not self.multipliers.any():
            return scores
        # Learner by learner: over many at once, the last digits would depend on who else is scored.
        likelier = np.vecdot(self.usual.centred(log_odds, stratum), self.weights @ self.multipliers)
        return np.asarray(scores + likelier[:, None] * value[None, :])
