"""What a credential is on a pathway: a way in, a place to stop, or a dead end."""

from dataclasses import dataclass

import numpy as np

from onward.catalog.catalogue import Catalogue
from onward.catalog.pathways import Bools


@dataclass(frozen=True)
class Ramps:
    """What each of ``c`` credentials is, each of shape (c,).

    ``on_ramp``: something higher recognises it for credit, or requires it. A stated edge alone is none: what leads on
    without saving work or opening a door is no way in. ``off_ramp``: a learner can stop there without having lost by
    it. Its value, by the yardstick of the catalogue, is not below zero, and it stands on a path: it is an on-ramp, so
    that stopping loses nothing that counts later, or something lower counts toward it or is required by it, so that it
    is an exit of such a path. What returns less is no place to stop at, whatever follows. ``dead_end``: it leads to no
    other, by any edge. The end of a path is a dead end and may be a good off-ramp.
    """

    on_ramp: Bools
    off_ramp: Bools
    dead_end: Bools

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Ramps":
        """Read the edges, rungs and values of a catalogue."""
        pathways = catalogue.pathways
        counts = (pathways.requires | (pathways.thousandths > 0)) & (catalogue.rung[:, None] > catalogue.rung[None, :])
        on_ramp, exit_ = (np.asarray(counts.any(axis=axis)) for axis in (0, 1))
        return cls(on_ramp, (catalogue.value >= 0) & (on_ramp | exit_), pathways.dead_ends)
