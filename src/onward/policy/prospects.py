"""What lies open to learners at decision points: everything that a policy is a function of."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Prospects:
    """Facts of ``n`` points and ``c`` candidates; no group is among them.

    ``p_complete``: probability of completing, as the model ranks with it; ``propensity``: how likely learners like this
    one were to choose the candidate before, 0 where it is closed, rows sum to 1; ``open_to``: eligible; all of shape
    (n, c). ``stratum`` has shape (n,).
    """

    p_complete: Floats
    propensity: Floats
    open_to: Bools
    stratum: Labels

    def rows(self, kept: Bools) -> "Prospects":
        """Those of the points that ``kept``, shape (n,), marks."""
        return Prospects(self.p_complete[kept], self.propensity[kept], self.open_to[kept], self.stratum[kept])
