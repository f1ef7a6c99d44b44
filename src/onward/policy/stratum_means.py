"""What is usual in a stratum: the mean of every candidate's score, and how far a learner stands from it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from onward.policy.prospects import Floats, Labels


@dataclass(frozen=True)
class StratumMeans:
    """The mean of a score per stratum and credential: ``means`` has shape (strata, c)."""

    strata: tuple[str, ...]
    means: Floats

    @classmethod
    def fit(cls, scores: Floats, stratum: Labels) -> "StratumMeans":
        """Take means of ``scores``, shape (n, c), over the learners of each stratum; ``stratum`` has shape (n,)."""
        means = pd.DataFrame(scores).groupby(stratum).mean()
        return cls(tuple(str(name) for name in means.index), means.to_numpy())

    @classmethod
    def none(cls, credentials: int) -> "StratumMeans":
        """No stratum at all: every learner stands where the mean is."""
        return cls((), np.empty((0, credentials)))

    def centred(self, scores: Floats, stratum: Labels) -> Floats:
        """Scores less their stratum's mean, shape (n, c); 0 in a stratum that was not seen.

        >>> usual = StratumMeans.fit(np.array([[1.0, 4.0], [3.0, 8.0]]), np.array(["s", "s"]))
        >>> usual.centred(np.array([[5.0, 5.0], [5.0, 5.0]]), np.array(["s", "new"])).tolist()
        [[3.0, -1.0], [0.0, 0.0]]
        """
        if not self.strata:
            return np.zeros_like(scores)
        position = pd.Index(self.strata).get_indexer(stratum)
        known = (position >= 0)[:, None]
        return np.where(known, scores - self.means[np.maximum(position, 0)], 0.0)
