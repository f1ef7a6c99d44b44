"""The mechanism ``shrink``: scores are pulled toward the mean of their stratum. No group is needed to apply it."""

from dataclasses import dataclass

import numpy as np

from onward.policy.prospects import Floats, Labels
from onward.policy.stratum_means import StratumMeans


@dataclass(frozen=True)
class Shrinkage:
    """``strength`` x score + (1 - strength) x mean: 1 changes nothing, with 0 everyone in a stratum is ranked alike."""

    strength: float
    usual: StratumMeans

    @classmethod
    def none(cls, credentials: int) -> "Shrinkage":
        """The shrinkage that changes nothing, over a catalogue of so many credentials."""
        return cls(1.0, StratumMeans.none(credentials))

    def apply(self, scores: Floats, stratum: Labels) -> Floats:
        """Shrunk scores, shape (n, c); learners of a stratum that was not seen keep theirs."""
        if self.strength == 1.0:
            return scores
        return np.asarray(scores - (1.0 - self.strength) * self.usual.centred(scores, stratum))
