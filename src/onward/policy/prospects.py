"""What lies open to learners at decision points: everything that a policy is a function of."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from onward.catalog.catalogue import Catalogue

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Prospects:
    """Facts of ``n`` points and ``c`` candidates; no group is among them.

    ``p_complete``: probability of completing, as the model ranks with it; ``propensity``: how likely learners like this
    one were to choose the candidate before, 0 where it is closed, rows sum to 1; ``open_to``: eligible; ``remaining``:
    the share of the candidate that is still to be done and paid for once credit is recognised; all of shape (n, c).
    ``stratum`` has shape (n,).
    """

    p_complete: Floats
    propensity: Floats
    open_to: Bools
    stratum: Labels
    remaining: Floats

    def rows(self, kept: Bools) -> "Prospects":
        """Those of the points that ``kept``, shape (n,), marks."""
        return Prospects(
            self.p_complete[kept],
            self.propensity[kept],
            self.open_to[kept],
            self.stratum[kept],
            self.remaining[kept],
        )

    def within(self, allowed: Bools) -> "Prospects":
        """The same with nothing open but what ``allowed``, shape (n, c), marks."""
        return replace(self, open_to=self.open_to & allowed)

    def cost_of_failing(self, catalogue: Catalogue, *, price_share: float) -> Floats:
        """Dollars lost by not finishing, shape (n, c): ``price_share`` of the net price that is left to pay."""
        return self.remaining * catalogue.cost_of_failing(price_share=price_share)[None, :]
