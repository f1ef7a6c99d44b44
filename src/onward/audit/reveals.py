"""How far the value of what is advised gives away who a learner is: the AUC of a group from it."""

import numpy as np
import pandas as pd
from scipy import stats

from onward.audit.intervals import CONFIDENCE, Coded
from onward.audit.population import Floats


def reveals(values: Floats, cells: Coded) -> pd.DataFrame:
    """Return, of each group, n and the AUC of belonging to it from a figure, with its 95% interval.

    .5 tells nothing; below it, members have lower figures. The AUC is the chance that a member's figure is above a
    non-member's, half where they are equal. The interval is that of Hanley and McNeil (1982, Radiology 143:29-36).

    >>> from onward.audit.intervals import coded
    >>> reveals(np.array([1.0, 2.0, 3.0, 4.0]), coded(pd.Series(list("aabb")))).loc[0, ["n", "auc"]].tolist()
    [2.0, 0.0]
    """
    found, place = np.unique(values, return_inverse=True)
    many = len(cells.groups)
    at = np.bincount(cells.group * len(found) + place, cells.count, minlength=many * len(found))
    counts = at.reshape(many, len(found))
    total = counts.sum(0)
    below = np.cumsum(total) - total
    own_below = np.cumsum(counts, axis=1) - counts
    n = counts.sum(1)
    others = n.sum() - n
    wins = (counts * ((below - own_below) + (total - counts) / 2)).sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        auc = wins / (n * others)
        error = np.sqrt(_variance(auc, n, others))
    half = stats.norm.ppf((1 + CONFIDENCE) / 2) * error
    ends = {"low": np.clip(auc - half, 0, 1), "high": np.clip(auc + half, 0, 1)}
    return pd.DataFrame({"group": list(cells.groups), "n": n.astype(int), "auc": auc, **ends})


def _variance(auc: Floats, n: Floats, others: Floats) -> Floats:
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    return np.asarray((auc * (1 - auc) + (n - 1) * (one - auc**2) + (others - 1) * (two - auc**2)) / (n * others))
