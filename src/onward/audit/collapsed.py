"""Small groups put together in one, where several tables of shares would give each other's cells away.

How many were missed follows from how many were flagged, how many of those rightly and how many did not persist; rare
steps and rare flags leave whole groups with none. Withholding single cells of such tables loses nearly all of them. So
the public edition puts together groups with too few learners on any side of any share, or with none, until nothing is
left to withhold. The officer's edition keeps every group apart.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.audit.groups import TOO_FEW

Bools = npt.NDArray[np.bool_]


def collapsed(who: pd.DataFrame, *, sizes: Sequence[Bools], events: Sequence[Bools], minimum: int) -> pd.DataFrame:
    """Return the groups of each attribute with those too small put together as ``TOO_FEW``.

    A group stays where each of ``sizes`` counts at least ``minimum`` of its rows and each of ``events`` at least one,
    arrays of shape (rows,). Where what is put together is itself too small, the smallest group that stays joins it. An
    attribute of which nothing could be told apart is left out.

    >>> people = pd.DataFrame({"gender": ["woman"] * 40 + ["man"] * 30 + ["declined"] * 4})
    >>> collapsed(people, sizes=[np.ones(74, bool)], events=[], minimum=10)["gender"].value_counts().to_dict()
    {'woman': 40, 'too_few': 34}
    """
    columns = {name: _together(groups, sizes, events, minimum) for name, groups in who.items()}
    told = {name: found for name, found in columns.items() if (found != found.iloc[0]).any()}
    # Something must stand beside everyone, if only everyone once more.
    return pd.DataFrame(told or dict([*columns.items()][:1]), index=who.index)


def _together(groups: pd.Series, sizes: Sequence[Bools], events: Sequence[Bools], minimum: int) -> pd.Series:
    code, names = pd.factorize(groups, sort=True)
    n = np.bincount(code, minlength=len(names))
    counts = [(np.bincount(code, each, minlength=len(names)), minimum) for each in sizes]
    counts += [(np.bincount(code, each, minlength=len(names)), 1) for each in events]
    small = np.zeros(len(names), bool)
    for count, least in counts:
        small |= count < least
    while small.any() and not small.all() and any(count[small].sum() < least for count, least in counts):
        small[np.flatnonzero(~small)[n[~small].argmin()]] = True
    return groups.where(~small[code], TOO_FEW)
