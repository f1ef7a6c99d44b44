"""Who a table of figures is about: what every table of an audit is made of, and masked by."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Cell = tuple[str, str]
"""An attribute and a group of it."""
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Population:
    """Learners, or rows that each stand for several like ones, with their groups and figures.

    ``who`` has a row each and a column per attribute, ``INTERSECTION`` among them where race and gender both are;
    ``count``, shape (rows,), says how many learners a row stands for. ``figures`` has the same rows and a column per
    measure; a figure is missing where the measure does not count the learner. ``bounds`` are the least and the largest
    that a figure of each measure can be, as anybody can read them off the catalogue. Measures that are ``tied`` tell
    others: with what all were advised, its value tells what failing costs, and with that benefit tells chances.

    >>> who = pd.DataFrame({"gender": ["woman", "man"]})
    >>> Population("advice", who, np.array([3, 1]), pd.DataFrame({"value": [1.0, 2.0]}), {"value": (0.0, 9.0)}).learners
    4
    """

    name: str
    who: pd.DataFrame
    count: Counts
    figures: pd.DataFrame
    bounds: Mapping[str, tuple[float, float]]
    tied: frozenset[str] = frozenset()

    @property
    def learners(self) -> int:
        """How many learners there are."""
        return int(self.count.sum())
