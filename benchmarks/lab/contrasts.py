"""Gaps between groups as linear functions of what each learner is advised: one product gives all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import orth

from onward.policy.strata import Strata

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Contrasts:
    """The gap of each of ``g`` groups, group minus everyone else: ``weights @ value``; weights have shape (g, n).

    covered: the share of each group in strata that also hold others, shape (g,).
    """

    names: tuple[str, ...]
    weights: Floats
    covered: Floats

    @classmethod
    def within(cls, members: Mapping[str, Bools] | Mapping[str, Floats], stratum: Texts) -> "Contrasts":
        """Compare within strata, overlap-weighted: the gap of ``onward.policy.ledger.Ledger.conditional_gaps``.

        The pooled stratum, whose learners only have in common that few are like them, compares nobody. ``members`` may
        hold chances of being in the group; the gaps are then those that these chances let expect.

        >>> contrasts = Contrasts.within({"a": np.array([True, True, False, False])}, np.array(["s"] * 4))
        >>> contrasts.of(np.array([10.0, 20.0, 30.0, 40.0])).tolist()
        [-20.0]
        """
        names, code = np.unique(stratum, return_inverse=True)
        pooled = (names == Strata.OTHER)[code]
        chance = [np.asarray(member, float) for member in members.values()]
        rows = [_overlap_weights(one, code, pooled) for one in chance]
        covered = [float((row != 0) @ one / one.sum()) for row, one in zip(rows, chance, strict=True)]
        return cls(tuple(members), np.array(rows), np.array(covered))

    @classmethod
    def given(cls, members: Mapping[str, Bools], basis: Floats) -> "Contrasts":
        """Compare given numbers, shape (n, k): both group and value are regressed on the basis, with an intercept.

        The gap is the group's coefficient, which weights by overlap as ``within`` does (Frisch, Waugh and Lovell).
        """
        spanned = orth(np.column_stack([np.ones(len(basis)), basis]))
        group = np.array([member.astype(float) for member in members.values()])
        left = group - (group @ spanned) @ spanned.T
        weights = left / (left * group).sum(axis=1, keepdims=True)
        return cls(tuple(members), weights, np.ones(len(members)))

    def of(self, value: Floats) -> Floats:
        """Every group's gap in the units of ``value``, shape (g,) for (n,), (g, m) for (n, m)."""
        return np.asarray(self.weights @ value)

    def named(self, value: Floats) -> dict[str, float]:
        """Every group's gap, by name."""
        return dict(zip(self.names, self.of(value).tolist(), strict=True))


def _overlap_weights(chance: Floats, code: npt.NDArray[np.intp], pooled: Bools) -> Floats:
    kept = ~pooled
    n, others = (np.bincount(code, weights=part * kept) for part in (chance, 1.0 - chance))
    both = (n > 0) & (others > 0)
    weight = np.where(both, n * others / np.maximum(n + others, 1.0), 0.0)
    inside, outside = (np.divide(weight, count, out=np.zeros_like(weight), where=both) for count in (n, others))
    total = max(float(weight.sum()), np.finfo(float).tiny)
    return np.asarray(kept * (chance * inside[code] - (1.0 - chance) * outside[code]) / total)
