"""Impact ratios in the layout of New York City's Local Law 144, and the two rules of thumb that fire on noise.

Selected is here: advised a credential whose face value is above the median of all first advice. A group's impact ratio
is its share selected over the highest share of any group. Groups below 2% of learners are left out of the ratio, as the
law allows, and their number and share are shown all the same. The four-fifths rule (29 CFR 1607.4(D), for employment)
and the widest difference between any two groups are printed because readers ask for them; neither decides anything: by
chance alone one of several groups is lowest.
"""

import pandas as pd

from onward.audit.groups import UNJUDGED

LEAST_SHARE = 0.02
FOUR_FIFTHS = 0.8


def impact(means: pd.DataFrame) -> pd.DataFrame:
    """Add ``share`` of all learners and ``ratio`` to the highest rate to rows of one attribute (group, n, mean).

    ``ratio`` is missing for groups that are left out: small ones, and those who are not known or declined.

    >>> rows = pd.DataFrame({"source": "a", "attribute": "gender", "group": ["woman", "man", "unknown"],
    ...     "n": [50, 40, 10], "mean": [0.4, 0.5, 0.9]})
    >>> impact(rows)["ratio"].round(2).tolist()
    [0.8, 1.0, nan]
    """
    return with_ratios(means.assign(share=means["n"] / means["n"].sum()))


def with_ratios(rates: pd.DataFrame) -> pd.DataFrame:
    """Set ``ratio``, by source and attribute, to the highest rate there is; what is withheld has no part in it."""
    out = rates["group"].str.split(":").map(lambda parts: bool(UNJUDGED & set(parts))).astype(bool)
    rate_in = rates["mean"].where((rates["share"] >= LEAST_SHARE) & ~out)
    best = rate_in.groupby([rates["source"], rates["attribute"]], sort=False).transform("max")
    return rates.assign(ratio=(rate_in / best).where(best > 0))


def widest_difference(means: pd.DataFrame) -> float:
    """Return the largest mean of any group minus the smallest, which is never negative and so never shown to be zero.

    >>> widest_difference(pd.DataFrame({"mean": [0.4, 0.5, 0.45]}))
    0.09999999999999998
    """
    return float(means["mean"].max() - means["mean"].min())
