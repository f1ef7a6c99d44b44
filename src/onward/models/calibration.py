"""From a score to a probability that can be shown: Platt's line through the log-odds, fitted out of fold."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

Floats = npt.NDArray[np.float64]
EDGE = 1e-6
"""Probabilities are kept this far from 0 and 1 where their log-odds are taken."""


@dataclass(frozen=True)
class Platt:
    """p = 1 / (1 + exp(-(slope x log-odds + intercept))).

    Source: Platt (1999), Probabilistic Outputs for Support Vector Machines. Below about 1,000 rows it is steadier than
    isotonic regression, and it never gives 0 or 1.
    """

    slope: float
    intercept: float

    @classmethod
    def fit(cls, log_odds: Floats, label: npt.ArrayLike) -> "Platt":
        """Fit on scores that no row's own label helped to make, shape (rows,); useless scores give the base rate.

        >>> rng = np.random.default_rng(0)
        >>> score = rng.normal(size=5_000)
        >>> line = Platt.fit(3 * score, rng.random(5_000) < expit(score))
        >>> round(line.slope, 1)
        0.3
        """
        truth = np.asarray(label, dtype=int)
        line = LogisticRegression(C=np.inf).fit(log_odds[:, None], truth)
        if line.coef_[0, 0] <= 0.0:
            # Scores that order backwards out of fold tell nothing; turned round they would look like skill.
            return cls(0.0, float(logit(truth.mean())))
        return cls(float(line.coef_[0, 0]), float(line.intercept_[0]))

    def __call__(self, log_odds: Floats) -> Floats:
        """Probabilities, same shape as ``log_odds``."""
        return np.asarray(expit(self.slope * log_odds + self.intercept))


def log_odds_of(probability: Floats) -> Floats:
    """The log-odds of probabilities, same shape; finite also at 0 and 1.

    >>> log_odds_of(np.array([0.5, 1.0])).round(1).tolist()
    [0.0, 13.8]
    """
    return np.asarray(logit(np.clip(probability, EDGE, 1.0 - EDGE)))
