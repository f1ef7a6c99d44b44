"""Means and gaps, each with its n and an interval.

A gap is a group minus everyone else. Within strata it is weighted by overlap, n_g x n_r / (n_g + n_r): the weights of
Li, Morgan and Zaslavsky (2018, JASA 113:390-400) for a propensity that is the group's share of the stratum, and the
coefficient of the group in a regression on group and stratum (Angrist 1998, Econometrica 66:249-288). It needs no
model of the strata and gives the smallest variance among such weights where variances are equal.

The stratum ``POOLED`` holds learners who have only in common that few others are like them. They are not comparable
with each other: they count in no gap within strata, and their group is covered the less for them.

Variances are those within stratum and side. The interval is Student's with the degrees of freedom of Welch (1938,
Biometrika 29:350-362) and Satterthwaite (1946, Biometrics Bulletin 2:110-114), for groups too small for the normal.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

COMPARABLE_SHARE = 0.8
"""A conditional gap speaks for a group only where this share of it stands beside others in its stratum."""
POOLED = "other"
EQUIVALENCE = 0.90
CONFIDENCE = 0.95

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """Count, mean and sum of squares about the mean, by stratum (rows) and group (columns)."""

    n: Array
    mean: Array
    squares: Array

    @property
    def variance(self) -> Array:
        """The sample variance where there are two or more, otherwise missing."""
        return np.divide(self.squares, self.n - 1, out=np.full_like(self.n, np.nan), where=self.n > 1)


def _sums(cell: npt.NDArray[np.intp], values: Array, size: int) -> Array:
    return np.bincount(cell, values, minlength=size).astype(np.float64)


def moments(values: Array, group: npt.NDArray[np.intp], stratum: npt.NDArray[np.intp]) -> Moments:
    """Return the moments of every cell; group and stratum are codes from 0.

    >>> moments(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 1]), np.array([0, 0, 0])).mean.tolist()
    [[2.0, 5.0]]
    """
    shape = (int(stratum.max()) + 1, int(group.max()) + 1)
    cell = stratum * shape[1] + group
    size = shape[0] * shape[1]
    n, total = _sums(cell, np.ones(len(values)), size), _sums(cell, values, size)
    mean = np.divide(total, n, out=np.zeros_like(total), where=n > 0)
    squares = _sums(cell, (values - mean[cell]) ** 2, size)
    return Moments(n.reshape(shape), mean.reshape(shape), squares.reshape(shape))


def everyone_else(groups: Moments) -> Moments:
    """Return, for each stratum and group, the moments of all the other groups together."""
    n = groups.n.sum(1, keepdims=True) - groups.n
    # About the stratum's mean, so that large values do not swallow small differences.
    centre = np.average(groups.mean, axis=1, weights=np.maximum(groups.n, 1e-300))[:, None]
    about = groups.mean - centre
    total = (groups.n * about).sum(1, keepdims=True) - groups.n * about
    mean = np.divide(total, n, out=np.zeros_like(total), where=n > 0)
    raw = groups.squares + groups.n * about**2
    squares = raw.sum(1, keepdims=True) - raw - n * mean**2
    return Moments(n, mean + centre, np.clip(squares, 0.0, None))


def _pooled(side: Moments) -> tuple[Array, Array]:
    """Return each group's within-stratum variance over all strata, and its degrees of freedom."""
    freedom = np.clip(side.n - 1, 0, None).sum(0)
    squares = side.squares.sum(0)
    return np.divide(squares, freedom, out=np.full_like(squares, np.nan), where=freedom > 0), freedom


def _spread(side: Moments, other: Moments, weight: Array) -> tuple[Array, Array]:
    """Return one side's part of the variance of the gap, and of the denominator of its degrees of freedom.

    A side that is one learner in a stratum has no variance there: it borrows the side's own over all strata, and
    where that has none either, the other side's.
    """
    (pooled, freedom), (others, other_freedom) = _pooled(side), _pooled(other)
    borrowed = np.where(freedom > 0, pooled, others)
    factor = np.divide(weight**2, side.n, out=np.zeros_like(weight), where=side.n > 0)
    own = np.where(side.n > 1, factor * np.nan_to_num(side.variance), 0.0)
    alone = np.where(side.n == 1, factor, 0.0).sum(0)
    lent = np.where(alone > 0, alone * borrowed, 0.0)
    behind = np.maximum(np.where(freedom > 0, freedom, other_freedom), 1.0)
    return own.sum(0) + lent, (own**2 / np.maximum(side.n - 1, 1)).sum(0) + lent**2 / behind


def gap_estimates(groups: Moments, n: Array) -> pd.DataFrame:
    """Return each group's gap to everyone else, overlap-weighted over strata, with its standard error.

    ``n`` counts each whole group, also where it stands in none of the strata. ``covered`` is the share of it in strata
    that hold both; ``overlap`` the smaller side's count there.
    """
    rest = everyone_else(groups)
    both = (groups.n > 0) & (rest.n > 0)
    overlap = np.divide(groups.n * rest.n, groups.n + rest.n, out=np.zeros_like(groups.n), where=both)
    total = overlap.sum(0)
    weight = np.divide(overlap, total, out=np.zeros_like(overlap), where=total > 0)
    gap = np.where(total > 0, (weight * (groups.mean - rest.mean)).sum(0), np.nan)
    (here, below_here), (there, below_there) = _spread(groups, rest, weight), _spread(rest, groups, weight)
    variance, below = here + there, below_here + below_there
    in_both = (groups.n * both).sum(0)
    return pd.DataFrame(
        {
            "n": n.astype(int),
            "gap": gap,
            "error": np.where(total > 0, np.sqrt(variance), np.nan),
            "freedom": np.maximum(np.divide(variance**2, below, out=np.full_like(below, np.inf), where=below > 0), 1.0),
            "covered": in_both / n,
            "overlap": np.minimum(in_both, (rest.n * both).sum(0)).astype(int),
        }
    )


def gaps(values: pd.Series, groups: pd.Series, strata: pd.Series | None = None) -> pd.DataFrame:
    """Return the gap of every group; over all learners, or given ``strata``, without those of ``POOLED``.

    >>> value, group = pd.Series([1.0, 3, 5, 7, 99]), pd.Series(["a", "a", "b", "b", "a"])
    >>> gaps(value, group, pd.Series(["s", "s", "s", "s", "other"]))["gap"].to_dict()
    {'a': -4.0, 'b': 4.0}
    """
    codes, names = pd.factorize(groups, sort=True)
    stratum, of = (np.zeros(len(values), dtype=np.intp), [""]) if strata is None else pd.factorize(strata)
    found = moments(values.to_numpy(float), codes, stratum)
    alike = np.array([name != POOLED for name in of])
    kept = Moments(found.n[alike], found.mean[alike], found.squares[alike])
    return gap_estimates(kept, found.n.sum(0)).set_axis(pd.Index(names, name="group"))


def with_intervals(estimates: pd.DataFrame, *, family: int) -> pd.DataFrame:
    """Add the 90% interval of an equivalence test and the 95% interval that holds for ``family`` gaps at once.

    The 90% interval inside the limit is two one-sided tests at 5% (Schuirmann 1987, J. Pharmacokinet. Biopharm.
    15:657-680). Bonferroni divides the 5% of the second by the number of gaps judged.
    """
    equal = stats.t.ppf((1 + EQUIVALENCE) / 2, estimates["freedom"]) * estimates["error"]
    wide = stats.t.ppf(1 - (1 - CONFIDENCE) / 2 / max(family, 1), estimates["freedom"]) * estimates["error"]
    gap = estimates["gap"]
    return estimates.assign(low90=gap - equal, high90=gap + equal, low=gap - wide, high=gap + wide)


def means(values: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """Return n, mean and 95% interval of every group; a group of one has no interval.

    >>> means(pd.Series([1.0, 3.0]), pd.Series(["a", "a"])).round(2).loc["a"].tolist()
    [2.0, 2.0, -10.71, 14.71]
    """
    codes, names = pd.factorize(groups, sort=True)
    found = moments(values.to_numpy(float), codes, np.zeros(len(values), dtype=np.intp))
    n, mean, variance = found.n[0], found.mean[0], found.variance[0]
    half = stats.t.ppf((1 + CONFIDENCE) / 2, np.maximum(n - 1, 1)) * np.sqrt(variance / n)
    return pd.DataFrame(
        {"n": n.astype(int), "mean": mean, "low": mean - half, "high": mean + half}, index=pd.Index(names, name="group")
    )
