"""What leads to what: the edges between credentials, as arrays over one catalogue."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class Pathways:
    """The edges of a catalogue of ``c`` credentials, in catalogue order.

    ``requires[t, f]`` says that t may start only once f is held. ``recognised[t, f]`` is the credits of t that f counts
    for. ``leads_to[f, t]`` says that f is a step toward t: a stated edge, a requirement or recognised credit.
    """

    requires: npt.NDArray[np.bool_]
    recognised: npt.NDArray[np.float64]
    leads_to: npt.NDArray[np.bool_]

    @classmethod
    def compile(cls, edges: pd.DataFrame, credential_ids: pd.Index) -> "Pathways":
        """Compile canonical ``pathways`` rows; an edge to a credential outside the catalogue does not count.

        >>> edges = pd.DataFrame({"from_id": ["a"], "to_id": ["b"], "relation": ["requires"],
        ...     "credits_recognised": [None]})
        >>> Pathways.compile(edges, pd.Index(["a", "b"])).requires.tolist()
        [[False, False], [True, False]]
        """
        size = len(credential_ids)
        start, end = (credential_ids.get_indexer(edges[name]) for name in ("from_id", "to_id"))
        inside = (start >= 0) & (end >= 0)
        relation = edges["relation"].to_numpy(object)
        requires, leads_to = np.zeros((2, size, size), dtype=bool)
        recognised = np.zeros((size, size))
        needed, counts = inside & (relation == "requires"), inside & (relation == "recognised_for")
        requires[end[needed], start[needed]] = True
        recognised[end[counts], start[counts]] = edges["credits_recognised"].fillna(0.0).to_numpy(float)[counts]
        leads_to[start[inside], end[inside]] = True
        return cls(requires, recognised, leads_to)

    @property
    def dead_ends(self) -> npt.NDArray[np.bool_]:
        """Credentials that lead to no other."""
        return np.logical_not(self.leads_to.any(axis=1))
