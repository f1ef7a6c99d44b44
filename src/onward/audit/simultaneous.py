"""How far apart several gaps may stray at once: their covariance, and the level at which all intervals hold together.

Two things move a gap. **Chance in who the learners are**: each learner moves a gap by their weight in it times the
distance of their figure from the mean of their side in their stratum (the gap's influence function). **The values
themselves**: a credential's value is known within a range, and being wrong about it moves every group that was advised
it, so this part is shared across groups and largely cancels between them.

Gaps share learners: women's gap is men's with the other sign. Bonferroni counts both; the largest of several correlated
deviations is smaller than that. The level here is the one at which the largest of them stays inside in 95 of 100 draws
from a normal with the gaps' own covariance: the Gaussian multiplier bootstrap of Chernozhukov, Chetverikov and Kato
(2013, Annals of Statistics 41:2786-2819). Weighting every learner's influence by a standard normal and adding up gives,
conditional on the learners, exactly such a draw, so the learners need not be gone through once for every draw.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from onward.audit.intervals import CONFIDENCE, Array, Coded, Codes, Contrast

DRAWS = 20_000
SEED = 20_261_123
BLOCK = 100_000
"""Learners whose influence on all gaps is multiplied at once."""


def influence(values: Array, cells: Coded, found: Contrast, group: int) -> Array:
    """Return by how much each row moves a group's gap, a learner each, shape (rows,).

    ``found`` holds the strata whose learners are alike, in the order of ``cells``; others move nothing.
    """
    own, other = (_everywhere(side[:, group], cells) for side in found.per_learner)
    mean_own, mean_other = (_everywhere(side.mean[:, group], cells) for side in (found.own, found.other))
    inside, at = cells.group == group, cells.stratum
    moved = np.where(inside, own[at] * (values - mean_own[at]), -other[at] * (values - mean_other[at]))
    return np.where(np.isnan(moved), 0.0, moved)


def _everywhere(by_stratum: Array, cells: Coded) -> Array:
    filled = np.zeros(len(cells.alike))
    filled[cells.alike] = by_stratum
    return filled


def covariance(influences: Sequence[Array], count: Array) -> Array:
    """Return the covariance of gaps, shape (gaps, gaps), from the influence of every row, shape (rows,) each.

    >>> covariance([np.array([1.0, -1.0]), np.array([-1.0, 1.0])], np.ones(2)).tolist()
    [[2.0, -2.0], [-2.0, 2.0]]
    """
    total = np.zeros((len(influences), len(influences)))
    for at in range(0, len(count), BLOCK):
        block = np.stack([one[at : at + BLOCK] for one in influences], axis=1)
        total += block.T @ (block * count[at : at + BLOCK, None])
    return total


def value_weights(
    cells: Coded,
    found: Contrast,
    *,
    row: Codes,
    credential: Codes,
    weight: Array,
    credentials: int,
    reference: int | None,
) -> Array:
    """Return how much a dollar more of each credential's value moves each gap, shape (groups, credentials).

    A figure rests on the values of the credentials behind it: figure of ``row`` = ... + ``weight`` x value of
    ``credential``, one entry for each such pair.
    """
    groups = len(cells.groups)
    at = cells.cell[row] * credentials + credential
    size = len(cells.alike) * groups * credentials
    sums = np.bincount(at, cells.count[row] * weight, minlength=size).reshape(len(cells.alike), groups, credentials)
    sums = sums[cells.alike]
    others = sums.sum(1, keepdims=True) - sums if reference is None else np.repeat(sums[:, [reference]], groups, axis=1)
    own, other = found.per_learner
    return np.asarray(np.einsum("sg,sgc->gc", own, sums) - np.einsum("sg,sgc->gc", other, others))


def simultaneous_level(covariances: Array, *, draws: int = DRAWS) -> float:
    """Return the level of each of several intervals at which all hold together in 95 of 100 draws.

    It is .05 for one gap, and at least .05 divided by the number of gaps. It is seeded: the same gaps, the same level.

    >>> alike, apart = np.array([[1.0, -1.0], [-1.0, 1.0]]), np.eye(2)
    >>> round(simultaneous_level(alike), 2), round(simultaneous_level(apart), 3)
    (0.05, 0.025)
    """
    spread = np.sqrt(np.diag(covariances))
    known = spread > 0
    many = int(known.sum())
    if many < 2:
        return 1 - CONFIDENCE
    correlation = covariances[np.ix_(known, known)] / np.outer(spread[known], spread[known])
    widest = np.abs(_normal(correlation, draws)).max(axis=1)
    level = float(2 * stats.norm.sf(np.quantile(widest, CONFIDENCE)))
    return float(np.clip(level, (1 - CONFIDENCE) / many, 1 - CONFIDENCE))


def _normal(correlation: Array, draws: int) -> npt.NDArray[np.float64]:
    """Return draws of a normal with this correlation, which may be singular."""
    sizes, directions = np.linalg.eigh(correlation)
    root = directions * np.sqrt(np.clip(sizes, 0.0, None))
    return np.asarray(np.random.default_rng(SEED).standard_normal((draws, len(sizes))) @ root.T)
