"""What is still to be done for a credential, in credits, weeks and money, once what a learner brings is recognised."""

from dataclasses import dataclass

import numpy as np

from onward.catalog.catalogue import Catalogue
from onward.catalog.pathways import THOUSANDTHS, Bools, Floats


@dataclass(frozen=True)
class Remaining:
    """What remains of ``c`` credentials for ``n`` learners, each of shape (n, c).

    ``recognised``: credits that count. ``share``: the share of the whole that remains, 1 where nothing is recognised or
    the credential's credits are not known, so that nothing is promised that cannot be reckoned. ``credits``, ``weeks``
    and ``price`` are what remains of the credential's own, in proportion, to thousandths and cents; nan where those are
    not known.
    """

    recognised: Floats
    share: Floats
    credits: Floats
    weeks: Floats
    price: Floats

    @classmethod
    def of(cls, held: Bools, recommended: Floats, catalogue: Catalogue) -> "Remaining":
        """Reckon what remains for learners who hold ``held`` and have ``recommended`` credits, each of shape (n, c).

        ``recommended`` are credits that an evaluator recommends for work-based learning, where they count toward the
        credential. Both together count for at most ``catalogue.recognised_cap`` of its credits: the rest has to be
        earned in residence. Weeks and price are taken to go with credits; a provider may charge otherwise.
        """
        total = catalogue.pathways.recognised_of(held) + np.rint(recommended * THOUSANDTHS)
        whole = np.rint(catalogue.numbers("credits") * THOUSANDTHS)
        counted = np.fmin(total, np.rint(whole * catalogue.recognised_cap)[None, :])
        share = np.ones_like(counted)
        known = whole > 0
        share[:, known] -= counted[:, known] / whole[known]
        credits_, weeks, price = (
            np.round(catalogue.numbers(name) * share, digits)
            for name, digits in (("credits", 3), ("weeks", 3), ("net_price", 2))
        )
        return cls(counted / THOUSANDTHS, share, credits_, weeks, price)
