"""Small groups put together in one, where several tables of shares would give each other's cells away.

How many were missed follows from how many were flagged, how many of those rightly and how many did not persist; rare
steps and rare flags leave whole groups with none. Withholding single cells of such tables loses nearly all of them, and
where all of a small group are advised the same, withholding their mean would take everyone's with it. So the public
edition puts together groups with too few learners on any side of any share, with none, or all alike, until next to
nothing is left to withhold. The officer's edition keeps every group apart.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.audit.groups import TOO_FEW
from onward.audit.population import Cell, Floats, Population

Bools = npt.NDArray[np.bool_]
Together = Mapping[str, frozenset[Cell]]
"""The cells of each population that are put together with others, as (attribute, group)."""


def collapsed(
    who: pd.DataFrame,
    *,
    sizes: Sequence[Bools | Floats],
    events: Sequence[Bools] = (),
    varied: Sequence[Floats] = (),
    minimum: int,
) -> pd.DataFrame:
    """Return the groups of each attribute with those too small put together as ``TOO_FEW``.

    A group stays where each of ``sizes`` adds up to at least ``minimum`` over its rows, each of ``events`` counts at
    least one of them, and each of ``varied`` is not the same in all; arrays of shape (rows,). Where what is put
    together is itself not like that, the smallest group that stays joins it. An attribute of which nothing could be
    told apart is left out.

    >>> people = pd.DataFrame({"gender": ["woman"] * 40 + ["man"] * 30 + ["declined"] * 4})
    >>> collapsed(people, sizes=[np.ones(74, bool)], minimum=10)["gender"].value_counts().to_dict()
    {'woman': 40, 'too_few': 34}
    """
    counted = [(each, minimum) for each in sizes] + [(each, 1) for each in events]
    columns = {name: _together(groups, counted, varied) for name, groups in who.items()}
    told = {name: found for name, found in columns.items() if (found != found.iloc[0]).any()}
    # Something must stand beside everyone, if only everyone once more.
    return pd.DataFrame(told or dict([*columns.items()][:1]), index=who.index)


def _together(groups: pd.Series, counted: Sequence[tuple[Bools | Floats, int]], varied: Sequence[Floats]) -> pd.Series:
    code, names = pd.factorize(groups, sort=True)
    many = len(names)
    n = np.bincount(code, minlength=many)
    counts = [(np.bincount(code, each, minlength=many), least) for each, least in counted]
    ends = [_ends(code, each, many) for each in varied]
    small = np.zeros(many, bool)
    for count, least in counts:
        small |= count < least
    for low, high in ends:
        small |= low == high

    def enough() -> bool:
        return all(count[small].sum() >= least for count, least in counts) and all(
            low[small].min() < high[small].max() for low, high in ends
        )

    while small.any() and not small.all() and not enough():
        small[np.flatnonzero(~small)[n[~small].argmin()]] = True
    return groups.where(~small[code], TOO_FEW)


def _ends(code: npt.NDArray[np.intp], figures: Floats, many: int) -> tuple[Floats, Floats]:
    """Return the least and the largest figure of each group; figures that are missing do not count."""
    low, high = np.full(many, np.inf), np.full(many, -np.inf)
    present = ~np.isnan(figures)
    np.minimum.at(low, code[present], figures[present])
    np.maximum.at(high, code[present], figures[present])
    return low, high


def together_in(complete: Sequence[Population], public: Sequence[Population]) -> Together:
    """Return which cells of the complete populations do not stand alone in the public ones of the same name."""
    whole = {one.name: one for one in complete}
    return {one.name: _cells(whole[one.name]) - _cells(one) for one in public if one.name in whole}


def _cells(population: Population) -> frozenset[Cell]:
    return frozenset((str(name), str(group)) for name, of in population.who.items() for group in of.unique())
