"""The ledger of advice parity: fairlearn's ``UtilityParity`` keeps every group's gap in every stratum, in dollars."""

import numpy as np
import pandas as pd
from fairlearn.reductions import UtilityParity

from onward.policy.prospects import Floats, Labels


class Ledger:
    """The gap of every group in every stratum, group minus everyone else, for any policy over the same learners.

    fairlearn's ``gamma`` is the group's mean less the mean of its whole stratum, which holds the group itself; divided
    by 1 - P(group | stratum) it becomes group minus everyone else.

    >>> book = Ledger(np.array(["a", "a", "b", "b"]), np.array(["s"] * 4))
    >>> book.gaps(np.array([10.0, 20.0, 30.0, 40.0]))["gap"].tolist()
    [-20.0, 20.0]
    """

    def __init__(self, group: Labels, stratum: Labels) -> None:
        """Take one group and one stratum per learner, each of shape (n,)."""
        self._moment = UtilityParity(difference_bound=0.0)
        nothing = np.zeros(len(group))
        self._moment.load_data(
            nothing[:, None], nothing, sensitive_features=pd.Series(group), event=pd.Series(stratum), utilities=None
        )
        counts = pd.DataFrame({"stratum": stratum, "group": group}).value_counts().rename("n").reset_index()
        counts["others"] = counts["stratum"].map(counts.groupby("stratum")["n"].sum()) - counts["n"]
        self._counts = counts[counts["others"] > 0]
        self._stratum = stratum

    def gaps(self, value: Floats) -> pd.DataFrame:
        """One row per stratum and group that has others beside it: ``stratum``, ``group``, ``gap``, ``n``, ``others``.

        ``value`` has shape (n,), in dollars; so have the gaps.
        """
        gamma = self._moment.gamma(lambda _: value)["+"].rename_axis(["stratum", "group"]).rename("gamma")
        found = self._counts.merge(gamma.reset_index(), on=["stratum", "group"]).sort_values(["stratum", "group"])
        found["gap"] = found["gamma"] * (found["n"] + found["others"]) / found["others"]
        return found[["stratum", "group", "gap", "n", "others"]].reset_index(drop=True)

    def conditional_gaps(self, value: Floats) -> pd.DataFrame:
        """The gap of each group over all strata, overlap-weighted: columns ``gap``, its standard ``error``, ``n``.

        Weights n x others / (n + others), so a stratum counts by how many of both it holds (Li, Morgan and Zaslavsky
        2018, Balancing Covariates via Propensity Score Weighting, for the weighting).
        """
        found = self.gaps(value)
        spread = pd.Series(value).groupby(self._stratum).var(ddof=1).fillna(0.0)
        found["weight"] = found["n"] * found["others"] / (found["n"] + found["others"])
        variance = found["stratum"].map(spread) * (1 / found["n"] + 1 / found["others"])
        found["gap"] *= found["weight"]
        found["variance"] = variance * found["weight"] ** 2
        sums = found.groupby("group")[["gap", "variance", "weight", "n"]].sum()
        error = np.sqrt(sums["variance"]) / sums["weight"]
        return pd.DataFrame({"gap": sums["gap"] / sums["weight"], "error": error, "n": sums["n"]})
