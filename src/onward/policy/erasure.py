"""The mechanism ``erase``: least-squares concept erasure, within strata, of what linearly tells a group.

What ranking knows of a learner is the log-odds of completing each candidate. Some directions in them tell the learner's
group beyond what the stratum tells. Erasure removes those directions by the smallest change, in the metric of the
log-odds' own spread, after which no linear function of them tells the group. It is fitted with labels and applied
without: nobody's group is asked for, or guessed, when advice is given.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onward.policy.prospects import Floats, Labels
from onward.policy.stratum_means import StratumMeans

SMALLEST_SPREAD = 1e-6
"""Directions whose variance is below this share of the largest are not told apart from rounding."""
SMALLEST_CORRELATION = 1e-3
"""Canonical correlations with the group below this share of the largest are left alone."""


@dataclass(frozen=True)
class Erasure:
    """Log-odds less ``strength`` x the part of them that tells a group: 0 changes nothing, 1 erases it.

    ``projection`` has shape (c, c): what it keeps of a learner's distance from the stratum's mean is that part.

    Source: Belrose, Schneider-Joseph, Ravfogel, Cotterell, Raff and Biderman (2023), LEACE: Perfect linear concept
    erasure in closed form, theorem 4.3; here on what is left after the stratum's mean.
    """

    strength: float
    usual: StratumMeans
    projection: Floats

    @classmethod
    def none(cls, credentials: int) -> "Erasure":
        """The erasure that changes nothing, over a catalogue of so many credentials."""
        return cls(0.0, StratumMeans.none(credentials), np.zeros((credentials, credentials)))

    @classmethod
    def fit(cls, log_odds: Floats, stratum: Labels, members: Floats, *, strength: float = 1.0) -> "Erasure":
        """Fit on ``log_odds`` of shape (n, c) and ``members`` of shape (n, groups), 1 where a learner is in a group.

        >>> rng = np.random.default_rng(0)
        >>> woman = rng.integers(0, 2, (4_000, 1)).astype(float)
        >>> scores = rng.normal(size=(4_000, 3)) + woman * [1.0, 0.5, 0.0]
        >>> stratum = np.full(4_000, "s")
        >>> erased = Erasure.fit(scores, stratum, woman).apply(scores, stratum)
        >>> bool(np.abs(erased[woman[:, 0] == 1].mean(0) - erased[woman[:, 0] == 0].mean(0)).max() < 1e-9)
        True
        """
        usual = StratumMeans.fit(log_odds, stratum)
        centred = usual.centred(log_odds, stratum)
        members = StratumMeans.fit(members, stratum).centred(members, stratum)
        return cls(strength, usual, _projection(centred, members))

    def apply(self, log_odds: Floats, stratum: Labels) -> Floats:
        """Log-odds with the directions erased, shape (n, c); learners of a stratum that was not seen keep theirs."""
        if self.strength == 0.0:
            return log_odds
        # Learner by learner: over many at once, the last digits would depend on who else is scored.
        told = np.matvec(self.projection, self.usual.centred(log_odds, stratum))
        return np.asarray(log_odds - self.strength * told)


def _projection(centred: Floats, members: Floats) -> Floats:
    """W^-1 P W: W whitens the log-odds, P projects on the whitened directions that covary with the groups."""
    covariance = centred.T @ centred / len(centred)
    spread, axes = np.linalg.eigh(covariance)
    kept = spread > SMALLEST_SPREAD * spread.max()
    root, axes = np.sqrt(spread[kept]), axes[:, kept]
    scale = members.std(axis=0)
    members = members[:, scale > 0] / scale[scale > 0]
    whitened = (axes / root).T @ (centred.T @ members / len(centred))
    told = _span(whitened)
    return np.asarray((axes * root) @ (told @ told.T) @ (axes / root).T)


def _span(whitened: npt.NDArray[np.float64]) -> Floats:
    directions, correlations, _ = np.linalg.svd(whitened, full_matrices=False)
    return np.asarray(directions[:, correlations > SMALLEST_CORRELATION * correlations.max(initial=0.0)])
