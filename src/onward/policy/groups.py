"""Who is counted with whom while a constraint is fitted: labels that go no further than the fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from onward.policy.prospects import Floats, Labels


@dataclass(frozen=True)
class Groups:
    """Labels of shape (n,) per attribute.

    Groups smaller than ``smallest``, and those in ``unjudged`` (unknown and the like), do not bind.
    """

    labels: Mapping[str, Labels]
    unjudged: frozenset[str]
    smallest: int

    def binding(self) -> Iterator[tuple[str, Labels, list[str]]]:
        """Each attribute's name and labels, with the names of its groups that bind."""
        for attribute, label in self.labels.items():
            names, counts = np.unique(label, return_counts=True)
            found = zip(names.tolist(), counts.tolist(), strict=True)
            yield attribute, label, [n for n, count in found if count >= self.smallest and n not in self.unjudged]

    def members(self, names: Mapping[str, list[str]]) -> Floats:
        """1 where a learner is in a group, shape (n, groups): those that ``names`` lists per attribute, in order."""
        columns = [self.labels[attribute] == name for attribute, listed in names.items() for name in listed]
        return np.column_stack(columns).astype(float)
