"""Impact ratios in the layout of New York City's Local Law 144, and the two rules of thumb that fire on noise.

Selected is here: advised a credential whose face value is above the median of all first advice. A group's impact ratio
is its share selected over the highest share of any group. Groups below 2% of learners are left out of the ratio, as the
law allows, and their number and share are shown all the same. The four-fifths rule (29 CFR 1607.4(D), for employment)
is printed because readers ask for it; it decides nothing: by chance alone one of several groups is lowest.
"""

import pandas as pd

from onward.audit.groups import UNJUDGED

LEAST_SHARE = 0.02
FOUR_FIFTHS = 0.8


def impact(means: pd.DataFrame) -> pd.DataFrame:
    """Add ``share`` of all learners and ``ratio`` to the highest rate to rows of one attribute (group, n, mean).

    ``ratio`` is missing for groups that are left out: small ones, and those who are not known or declined.

    >>> rows = pd.DataFrame({"group": ["woman", "man", "unknown"], "n": [50, 40, 10], "mean": [0.4, 0.5, 0.9]})
    >>> impact(rows)["ratio"].round(2).tolist()
    [0.8, 1.0, nan]
    """
    share = means["n"] / means["n"].sum()
    out = means["group"].str.split(":").map(lambda parts: bool(UNJUDGED & set(parts))).astype(bool)
    rate_in = means["mean"].where((share >= LEAST_SHARE) & ~out)
    best = rate_in.max()
    return means.assign(share=share, ratio=rate_in / best if best > 0 else float("nan"))
