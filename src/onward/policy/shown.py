"""What is shown beside advice: a probability calibrated at what is advised, its range, and how much history there is.

Ranking and showing are apart: ranking counts with care, what is shown is meant to be right on average.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit

from onward.models.calibration import log_odds_of
from onward.policy.prospects import Floats
from onward.policy.sensitivity import probability_range

Evidence = Literal["much", "some", "little"]
LITTLE, MUCH = 0.01, 0.05
"""What fewer than 1 in 100 learners like this one chose has little evidence, what 5 in 100 chose has much."""
FEWEST = 200
"""Matched decisions below which nothing is corrected."""
WIDEST = 3.0
"""The largest correction, in log-odds."""


@dataclass(frozen=True)
class Shown:
    """How a ranking probability is shown: moved by ``shift`` log-odds, with a range at ``lambda_``.

    ``matched`` is how many decisions the shift was fitted on: learners who chose what would have been advised.
    """

    shift: float
    matched: int
    lambda_: float

    @classmethod
    def fit(cls, p_complete: Floats, completed: npt.ArrayLike, *, lambda_: float) -> "Shown":
        """Fit on decisions that agree with the advice, shape (m,): what was advised was chosen, and it ended known.

        Advice picks what looks best, and with it what the model overrates (the winner's curse); those who chose as
        advised show by how much. The shift makes the mean shown the share that completed. With fewer than ``FEWEST`` of
        them nothing is moved.

        >>> Shown.fit(np.full(400, 0.8), np.arange(400) % 4 > 0, lambda_=1.0).probability(np.array([0.8])).round(3)
        array([0.75])
        """
        truth = np.asarray(completed, dtype=float)
        if len(truth) < FEWEST or not 0 < truth.mean() < 1:
            return cls(0.0, len(truth), lambda_)
        odds = log_odds_of(p_complete)
        return cls(round(_shift(odds, float(truth.mean())), 6), len(truth), lambda_)

    def probability(self, p_complete: Floats) -> Floats:
        """The probability to show, same shape."""
        return np.asarray(expit(log_odds_of(p_complete) + self.shift))

    def range(self, p_complete: Floats, propensity: Floats) -> tuple[Floats, Floats]:
        """Least and most at ``lambda_``, same shape: how far what history does not record could move it."""
        return probability_range(self.probability(p_complete), propensity, self.lambda_)


def evidence(propensity: float) -> Evidence:
    """How much history there is of learners like this one in a candidate.

    >>> evidence(0.2), evidence(0.02), evidence(0.001)
    ('much', 'some', 'little')
    """
    if propensity >= MUCH:
        return "much"
    return "some" if propensity >= LITTLE else "little"


def _shift(odds: Floats, share: float) -> float:
    """What moves the mean probability to ``share``, at most ``WIDEST`` either way."""

    def above(moved: float) -> float:
        return float(expit(odds + moved).mean()) - share

    if above(-WIDEST) > 0:
        return -WIDEST
    if above(WIDEST) < 0:
        return WIDEST
    return float(brentq(above, -WIDEST, WIDEST))
