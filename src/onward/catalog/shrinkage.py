"""Empirical Bayes on log earnings: a median of few is moved toward what is usual, the more the fewer they are.

With y the log of a median of n, m the log of what is usual, t the standard deviation between true medians around m, and
k / n the sampling variance of y, the best estimate is B y + (1 - B) m with B = t^2 / (t^2 + k / n), and its error
B k / n, as a variance (Efron and Morris, "Data Analysis Using Stein's Estimator and its Generalizations", Journal of
the American Statistical Association 70, 1975). For log earnings with standard deviation s the sampling variance of a
median is pi s^2 / (2 n), so k is pi s^2 / 2.

``benchmarks/value_check.py`` measures the constants in the College Scorecard's field-of-study file of 2026-06-10.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spread:
    """How far medians lie apart, in logs, at one Scorecard level.

    ``programs``: standard deviation between programs of one CIP4 field; ``noise``: k, above; ``fields``: standard
    deviation between CIP4 fields of one two-digit series.
    """

    programs: float
    noise: float
    fields: float


SPREADS = {
    "1": Spread(0.22, 0.30, 0.25),
    "2": Spread(0.16, 0.32, 0.16),
    "3": Spread(0.18, 0.07, 0.17),
    "5": Spread(0.20, 0.05, 0.23),
}
"""Measured at the levels that have enough programs."""
USUAL = Spread(0.20, 0.20, 0.20)
"""Taken at the other levels, which have too few programs to measure it."""
LEAST_COUNT = 12
"""Completers that an institution's figure is taken to rest on where their number is not known, or fewer are stated.

The Scorecard withholds earnings of few; the count beside them is of one year's awards, those who are counted are not.
"""


@dataclass(frozen=True)
class Shrunk:
    """An estimate in dollars with its standard error, and the weight that its own figure had."""

    dollars: float
    error: float
    weight: float


def shrink(own: float, usual: float, *, between: float, sampling: float) -> Shrunk:
    """Move ``own`` dollars toward ``usual`` ones: ``between`` is t, ``sampling`` the variance k / n.

    >>> shrunk = shrink(60_000.0, 40_000.0, between=0.2, sampling=0.04)
    >>> round(shrunk.dollars), round(shrunk.weight, 2), round(shrunk.error)
    (48990, 0.5, 6928)
    """
    weight = between**2 / (between**2 + sampling)
    dollars = float(np.exp(weight * np.log(own) + (1 - weight) * np.log(usual)))
    return Shrunk(dollars, dollars * float(np.sqrt(weight * sampling)), weight)
