"""Shares of learners and their intervals, which stay intervals where nobody, or everybody, was seen."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from onward.audit.intervals import CONFIDENCE
from onward.audit.population import Floats

Z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))


def wilson(events: npt.ArrayLike, n: npt.ArrayLike, *, z: float | Floats = Z) -> tuple[Floats, Floats]:
    """Return the ends of the interval of a share of ``events`` among ``n``; missing where n is 0.

    It stays an interval where no event, or nothing else, was seen. Source: Wilson (1927, JASA 22:209-212).

    >>> low, high = wilson([0, 5], [10, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.237], [0.278, 0.763])
    """
    events, n = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    rate, shrunk = share(events, n), share(np.square(z), n)
    half = z * np.sqrt(share(rate * (1 - rate), n) + share(shrunk, 4 * n))
    centre = rate + shrunk / 2
    # At the ends the two halves cancel; rounding must not leave the share outside its own interval.
    low = np.where((events == 0) & (n > 0), 0.0, np.maximum((centre - half) / (1 + shrunk), 0.0))
    high = np.where((events == n) & (n > 0), 1.0, np.minimum((centre + half) / (1 + shrunk), 1.0))
    return low, high


def share(events: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """Return ``events`` / ``n``, missing where n is 0.

    >>> share([1.0, 0.0], [4.0, 0.0]).tolist()
    [0.25, nan]
    """
    above, below = np.broadcast_arrays(np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64))
    rate: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return rate
