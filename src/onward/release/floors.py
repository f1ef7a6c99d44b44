"""Whether anybody's prospects fall below what history gave, or what advice without the constraint would give.

On the locked decisions, group by group, by the second opinion.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from onward.audit.groups import UNJUDGED, groups
from onward.data.worth import benefit
from onward.policy.adviser import Adviser
from onward.policy.prospects import Floats
from onward.policy.ranking import Places, of_choice
from onward.policy.shown import LITTLE
from onward.release.judge import Judged
from onward.settings import Settings

MARGIN = float(norm.ppf(0.95))
"""Standard errors of a one-sided 95% bound."""
COLUMNS = ["beside", "attribute", "group", "measure", "difference", "high", "n"]


@dataclass(frozen=True)
class Floors:
    """Judged groups beside history and beside advice without the constraint: one row each and measure.

    Columns ``beside``, ``attribute``, ``group``, ``measure``, ``difference`` (mean of Onward less that, paired), its
    one-sided 95% upper bound ``high``, ``n``.
    """

    judged: pd.DataFrame

    @property
    def below(self) -> pd.DataFrame:
        """The rows in which Onward is lower by more than chance."""
        return self.judged[self.judged["high"] < 0].reset_index(drop=True)

    @property
    def words(self) -> str:
        """What was found, in a sentence; it names no group."""
        if self.judged.empty:
            return "not evaluated; no group has enough learners for whom history can tell"
        count = self.judged["group"].nunique()
        told = [self._told(beside) for beside in dict.fromkeys(self.judged["beside"])]
        return f"of {count} judged group{'' if count == 1 else 's'}, {'; '.join(told)}; each by more than chance"

    def _told(self, beside: str) -> str:
        below = self.below[self.below["beside"] == beside]
        if below.empty:
            return f"none is below {beside} in expected benefit or completion"
        found = [f"{len(rows)} in {measure}" for measure, rows in below.groupby("measure")]
        return f"below {beside}: {' and '.join(found)}"


def floors(judged: Judged, adviser: Adviser, demographics: pd.DataFrame, settings: Settings) -> Floors:
    """Compare expected benefit and completion in every group that is large enough.

    Only learners count for whom what is advised has more than little evidence: elsewhere history cannot tell. Without a
    second opinion nothing is compared: the adviser's own estimates would flatter what it chose.
    """
    if judged.opinion is None:
        return Floors(pd.DataFrame(columns=COLUMNS))
    first, own = (judged.choices[source][:, 0] for source in ("onward", "history"))
    evident = of_choice(judged.prospects.propensity, first) >= LITTLE
    labels = groups(
        demographics, learners=pd.Index(judged.points["learner_id"]), attributes=list(settings.sensitive_in_training)
    )
    found = [
        {"beside": beside, "attribute": attribute, "group": group, "measure": measure} | _below(difference[inside])
        for beside, other in (
            ("history", own),
            ("advice without the constraint", judged.choices["unconstrained"][:, 0]),
        )
        for measure, difference in _differences(judged, adviser, first, other, settings.audit.price_share).items()
        for attribute in settings.sensitive_in_training
        for group in sorted(set(labels[attribute]) - UNJUDGED)
        if (inside := evident & (labels[attribute] == group).to_numpy()).sum() >= settings.audit.family_minimum
    ]
    return Floors(pd.DataFrame(found, columns=COLUMNS))


def _differences(
    judged: Judged, adviser: Adviser, first: Places, other: Places, price_share: float
) -> dict[str, Floats]:
    cost = judged.prospects.cost_of_failing(adviser.catalogue, price_share=price_share)
    expected = benefit(judged.p_complete, adviser.catalogue.value, cost)
    measured = {"expected benefit": expected, "completion": judged.p_complete}
    return {name: of_choice(matrix, first) - of_choice(matrix, other) for name, matrix in measured.items()}


def _below(difference: Floats) -> dict[str, float]:
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    return {"difference": difference.mean(), "high": difference.mean() + MARGIN * error, "n": len(difference)}
