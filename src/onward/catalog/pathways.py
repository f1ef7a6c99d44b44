"""What leads to what: the edges between credentials, as arrays over one catalogue."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]
THOUSANDTHS = 1_000
"""Credits are added up in whole thousandths, which is exact: a sum does not depend on the order, or on who is by."""


@dataclass(frozen=True)
class Overlap:
    """Credentials that count toward one target, of which some count inside others.

    ``members``: their positions, shape (k,). ``counts``: what each counts for in the target, in thousandths of a
    credit, (k,). ``shared[part, whole]``: how much of what the part counts for the whole has brought already, (k, k).
    """

    members: Positions
    counts: Floats
    shared: Floats

    def counted_twice(self, held: Bools) -> Floats:
        """Thousandths of a credit that the members of ``held``, shape (n, c), would count twice, shape (n,).

        What a held credential counts for inside another held one is taken off once: through the whole that brings most
        of it, in all at most what that whole counts for, and never so much that less is left than the most that one
        of them counts for alone.
        """
        has = held[:, self.members].astype(float)
        through, rows = np.zeros_like(has), np.arange(len(has))
        for part in np.flatnonzero(self.shared.any(axis=1)):
            both = has[:, [part]] * has * self.shared[part]
            whole = both.argmax(axis=1)
            through[rows, whole] += both[rows, whole]
        twice = np.minimum(through, self.counts).sum(axis=1)
        beside_the_most = (has * self.counts).sum(axis=1) - (has * self.counts).max(axis=1)
        return np.asarray(np.minimum(twice, beside_the_most))


@dataclass(frozen=True)
class Pathways:
    """The edges of a catalogue of ``c`` credentials, in catalogue order.

    ``requires[t, f]`` says that t may start only once f is held. ``recognised[t, f]`` is the credits of t that f counts
    for. ``leads_to[f, t]`` says that f is a step toward t: a stated edge, a requirement or recognised credit.
    """

    requires: Bools
    recognised: Floats
    leads_to: Bools

    @classmethod
    def compile(cls, edges: pd.DataFrame, credential_ids: pd.Index) -> "Pathways":
        """Compile canonical ``pathways`` rows; an edge to itself, or out of the catalogue, does not count.

        ``pathway_faults`` says what is wrong with edges in words.

        >>> edges = pd.DataFrame({"from_id": ["a"], "to_id": ["b"], "relation": ["requires"],
        ...     "credits_recognised": [None]})
        >>> Pathways.compile(edges, pd.Index(["a", "b"])).requires.tolist()
        [[False, False], [True, False]]
        """
        size = len(credential_ids)
        start, end = (credential_ids.get_indexer(edges[name]) for name in ("from_id", "to_id"))
        inside = (start >= 0) & (end >= 0) & (start != end)
        relation = edges["relation"].to_numpy(object)
        requires, leads_to = np.zeros((2, size, size), dtype=bool)
        recognised = np.zeros((size, size))
        needed, counts = inside & (relation == "requires"), inside & (relation == "recognised_for")
        requires[end[needed], start[needed]] = True
        recognised[end[counts], start[counts]] = edges["credits_recognised"].fillna(0.0).to_numpy(float)[counts]
        leads_to[start[inside], end[inside]] = True
        return cls(requires, recognised, leads_to)

    @property
    def dead_ends(self) -> Bools:
        """Credentials that lead to no other, shape (c,)."""
        return np.logical_not(self.leads_to.any(axis=1))

    @cached_property
    def thousandths(self) -> Floats:
        """``recognised`` in whole thousandths of a credit, shape (c, c)."""
        return np.asarray(np.rint(self.recognised * THOUSANDTHS))

    @cached_property
    def overlaps(self) -> dict[int, Overlap]:
        """The overlap of each target, by its position, where something that counts toward it counts inside another."""
        found = {}
        for target in np.flatnonzero((self.thousandths > 0).sum(axis=1) > 1):
            members = np.flatnonzero(self.thousandths[target])
            counts = self.thousandths[target, members]
            shared = np.minimum(self.thousandths[np.ix_(members, members)].T, counts[:, None])
            if shared.any():
                found[int(target)] = Overlap(members, counts, shared)
        return found

    def recognised_of(self, held: Bools) -> Floats:
        """Thousandths of a credit that what is ``held``, shape (n, c), counts for in each credential, shape (n, c).

        Of two held credentials of which one counts inside the other, what they share counts once (see ``Overlap``). The
        same learner has the same figures alone or among others.

        >>> edges = pd.DataFrame({"from_id": ["a", "a", "b"], "to_id": ["b", "c", "c"], "relation": "recognised_for",
        ...     "credits_recognised": [6.0, 8.0, 20.0]})
        >>> pathways = Pathways.compile(edges, pd.Index(["a", "b", "c"]))
        >>> (pathways.recognised_of(np.array([[True, True, False]])) / THOUSANDTHS).tolist()
        [[0.0, 6.0, 22.0]]
        """
        total = np.asarray(held.astype(float) @ self.thousandths.T)
        for target, overlap in self.overlaps.items():
            total[:, target] -= overlap.counted_twice(held)
        return total

    def among(self, positions: Positions) -> "Pathways":
        """The edges among credentials at ``positions``, shape (k,), in that order."""
        inside = np.ix_(positions, positions)
        return Pathways(self.requires[inside], self.recognised[inside], self.leads_to[inside])
