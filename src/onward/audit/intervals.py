"""Means and gaps, each with its n and an interval.

A gap is a group minus everyone else, or minus a group of reference. Within strata it is weighted by overlap,
n_g x n_r / (n_g + n_r): the weights of Li, Morgan and Zaslavsky (2018, JASA 113:390-400) for a propensity that is the
group's share of the stratum, and the coefficient of the group in a regression on group and stratum (Angrist 1998,
Econometrica 66:249-288). It needs no model of the strata and gives the smallest variance among such weights where
variances are equal.

The stratum ``POOLED`` holds learners who have only in common that few others are like them. They are not comparable
with each other: they count in no gap within strata, and their group is covered the less for them.

A row may stand for several like learners: ``count`` says how many, and each counts as a learner. A figure that is
missing is not counted. Variances are those within stratum and side. The interval is Student's with the degrees of
freedom of Welch (1938, Biometrika 29:350-362) and Satterthwaite (1946, Biometrics Bulletin 2:110-114), for groups too
small for the normal.
"""

from dataclasses import dataclass
from functools import cached_property

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
Codes = npt.NDArray[np.intp]


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


@dataclass(frozen=True)
class Coded:
    """The cell of every row: its group and stratum as codes from 0, and how many learners it stands for.

    ``alike`` says of each stratum whether its learners are comparable with each other.
    """

    group: Codes
    groups: tuple[str, ...]
    stratum: Codes
    alike: npt.NDArray[np.bool_]
    count: Array

    @cached_property
    def cell(self) -> Codes:
        """The cell of each row, shape (rows,): strata by groups, row by row."""
        return self.stratum * len(self.groups) + self.group

    def sums(self, of: Array | None = None) -> Array:
        """Return counted sums by stratum and group, shape (strata, groups); of ones where nothing is given."""
        shape = len(self.alike), len(self.groups)
        weights = self.count if of is None else self.count * of
        return np.bincount(self.cell, weights, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)

    def rows(self, kept: npt.NDArray[np.bool_]) -> "Coded":
        """Return the cells of some of the rows."""
        return Coded(self.group[kept], self.groups, self.stratum[kept], self.alike, self.count[kept])


def coded(groups: pd.Series, strata: pd.Series | None = None, count: npt.ArrayLike | None = None) -> Coded:
    """Code groups and strata once, for every figure that is compared in them.

    >>> coded(pd.Series(["a", "b"]), pd.Series(["s", "other"])).alike.tolist()
    [True, False]
    """
    group, names = pd.factorize(groups, sort=True)
    stratum, of = (np.zeros(len(groups), dtype=np.intp), [""]) if strata is None else pd.factorize(strata)
    counts = np.ones(len(groups)) if count is None else np.asarray(count, dtype=np.float64)
    alike = np.array([name != POOLED for name in of], dtype=bool)
    return Coded(group, tuple(map(str, names)), stratum, alike, counts)


def moments(values: Array, cells: Coded) -> Moments:
    """Return the moments of every cell, shape (strata, groups); missing values are not counted.

    >>> moments(np.array([1.0, 3.0, 5.0]), coded(pd.Series(["a", "a", "b"]))).mean.tolist()
    [[2.0, 5.0]]
    """
    missing = np.isnan(values)
    if missing.any():
        return moments(values[~missing], cells.rows(~missing))
    n, total = cells.sums(), cells.sums(values)
    mean = np.divide(total, n, out=np.zeros_like(total), where=n > 0)
    return Moments(n, mean, cells.sums((values - mean.ravel()[cells.cell]) ** 2))


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


def other_side(groups: Moments, reference: int | None) -> Moments:
    """Return what each group is set against: everyone else, or the group of reference, which has no gap itself."""
    if reference is None:
        return everyone_else(groups)
    apart = np.arange(groups.n.shape[1]) != reference
    beside = (side[:, [reference]] * apart for side in (groups.n, groups.mean, groups.squares))
    return Moments(*beside)


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


@dataclass(frozen=True)
class Contrast:
    """Each group set against the other side: moments of both, and the group's weights over strata, which sum to 1."""

    own: Moments
    other: Moments
    weight: Array

    @classmethod
    def of(cls, groups: Moments, reference: int | None = None) -> "Contrast":
        """Weigh strata by overlap; a stratum that lacks one side weighs nothing."""
        other = other_side(groups, reference)
        both = (groups.n > 0) & (other.n > 0)
        overlap = np.divide(groups.n * other.n, groups.n + other.n, out=np.zeros_like(groups.n), where=both)
        total = overlap.sum(0)
        return cls(groups, other, np.divide(overlap, total, out=np.zeros_like(overlap), where=total > 0))

    @property
    def exists(self) -> npt.NDArray[np.bool_]:
        """Whether a group has a gap at all, shape (groups,)."""
        return np.asarray(self.weight.sum(0) > 0)

    @property
    def gap(self) -> Array:
        """The gap of each group, shape (groups,); missing where no stratum holds both sides."""
        return np.where(self.exists, (self.weight * (self.own.mean - self.other.mean)).sum(0), np.nan)

    @property
    def per_learner(self) -> tuple[Array, Array]:
        """The weight of one learner of either side in the gap, each of shape (strata, groups)."""
        own = np.divide(self.weight, self.own.n, out=np.zeros_like(self.weight), where=self.own.n > 0)
        other = np.divide(self.weight, self.other.n, out=np.zeros_like(self.weight), where=self.other.n > 0)
        return own, other

    def estimates(self, n: Array) -> pd.DataFrame:
        """Return each group's gap with its standard error.

        ``n`` counts each whole group, also where it stands in none of the strata. ``covered`` is the share of it in
        strata that hold both; ``overlap`` the smaller side's count there.
        """
        here, below_here = _spread(self.own, self.other, self.weight)
        there, below_there = _spread(self.other, self.own, self.weight)
        variance, below = here + there, below_here + below_there
        error = np.where(self.exists, np.sqrt(variance), np.nan)
        both = (self.own.n > 0) & (self.other.n > 0)
        in_both = (self.own.n * both).sum(0)
        freedom = np.divide(variance**2, below, out=np.full_like(below, np.inf), where=below > 0)
        return pd.DataFrame(
            {
                "n": n.astype(int),
                "gap": self.gap,
                "error": error,
                "sampling": error,
                "values": np.zeros_like(error),
                "freedom": np.maximum(freedom, 1.0),
                "covered": np.divide(in_both, n, out=np.zeros_like(in_both), where=n > 0),
                "overlap": np.minimum(in_both, (self.other.n * both).sum(0)).astype(int),
            }
        )


def contrast(found: Moments, alike: npt.NDArray[np.bool_], reference: int | None = None) -> Contrast:
    """Set groups against the other side in the strata whose learners are alike."""
    return Contrast.of(Moments(found.n[alike], found.mean[alike], found.squares[alike]), reference)


def gaps(
    values: pd.Series,
    groups: pd.Series,
    strata: pd.Series | None = None,
    *,
    count: npt.ArrayLike | None = None,
    reference: str | None = None,
) -> pd.DataFrame:
    """Return the gap of every group; over all learners, or given ``strata``, without those of ``POOLED``.

    >>> value, group = pd.Series([1.0, 3, 5, 7, 99]), pd.Series(["a", "a", "b", "b", "a"])
    >>> gaps(value, group, pd.Series(["s", "s", "s", "s", "other"]))["gap"].to_dict()
    {'a': -4.0, 'b': 4.0}
    """
    cells = coded(groups, strata, count)
    beside = None if reference is None else cells.groups.index(reference)
    found = moments(values.to_numpy(float), cells)
    estimates = contrast(found, cells.alike, beside).estimates(found.n.sum(0))
    return estimates.set_axis(pd.Index(cells.groups, name="group"))


def with_intervals(estimates: pd.DataFrame, *, level: float) -> pd.DataFrame:
    """Add the 90% interval of an equivalence test and the interval that misses with a chance of ``level``.

    The 90% interval inside the limit is two one-sided tests at 5% (Schuirmann 1987, J. Pharmacokinet. Biopharm.
    15:657-680). ``level`` is .05 for one gap alone; for several at once see ``simultaneous``.
    """
    equal = stats.t.ppf((1 + EQUIVALENCE) / 2, estimates["freedom"]) * estimates["error"]
    wide = stats.t.ppf(1 - level / 2, estimates["freedom"]) * estimates["error"]
    gap = estimates["gap"]
    return estimates.assign(low90=gap - equal, high90=gap + equal, low=gap - wide, high=gap + wide)


def mean_estimates(found: Moments) -> pd.DataFrame:
    """Return n, mean and 95% interval of every group from moments without strata; a group of one has no interval."""
    n, mean, variance = found.n[0], found.mean[0], found.variance[0]
    error = np.sqrt(np.divide(variance, n, out=np.full_like(n, np.nan), where=n > 0))
    half = stats.t.ppf((1 + CONFIDENCE) / 2, np.maximum(n - 1, 1)) * error
    mean = np.where(n > 0, mean, np.nan)
    return pd.DataFrame({"n": n.astype(int), "mean": mean, "low": mean - half, "high": mean + half})


def means(values: pd.Series, groups: pd.Series, *, count: npt.ArrayLike | None = None) -> pd.DataFrame:
    """Return n, mean and 95% interval of every group; a group of one has no interval.

    >>> means(pd.Series([1.0, 3.0]), pd.Series(["a", "a"])).round(2).loc["a"].tolist()
    [2.0, 2.0, -10.71, 14.71]
    """
    cells = coded(groups, count=count)
    found = mean_estimates(moments(values.to_numpy(float), cells))
    return found.set_axis(pd.Index(cells.groups, name="group"))
