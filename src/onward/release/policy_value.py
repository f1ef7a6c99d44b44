"""What advice would have been worth on the locked decisions, against what history was, as far as history can tell.

The policy is frozen before it is evaluated. What is deployed gives one credential with certainty, and history holds too
few who chose just that; so two policies near it are evaluated with it, and intervals are theirs alone.
"""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from onward.catalog.catalogue import Catalogue
from onward.data.worth import benefit
from onward.policy.adviser import Adviser
from onward.policy.evaluation import Evaluation, Logged, deterministic, evaluate, mixed, softened
from onward.policy.prospects import Bools, Floats
from onward.policy.ranking import of_choice
from onward.policy.sensitivity import Tipping, ValueRange, sensitivity, tipping_lambda
from onward.release.judge import Judged
from onward.settings import DataSettings

TEMPERATURE = 3_000.0
"""Dollars of score by which a candidate is e times as likely to be advised under the softened policy."""
SHARE = 0.5
"""The share of advice in the policy mixed with history."""
ESTIMATORS = ("ips", "snips", "dm", "dr", "sndr")
FEWEST = 50
"""Settled decisions below which nothing is evaluated."""
OFF = 1.96
"""Standard errors by which the mean weight may differ from 1."""


@dataclass(frozen=True)
class PolicyValue:
    """Evaluations by policy: ``deployed``, ``softened``, ``mixed``; ranges and the tipping Lambda of ``softened``.

    ``mean_weight`` and its standard error ``weight_error`` are those of ``softened``: weights that do not average 1 say
    that the model of what was usual is off on these decisions, and then no figure that rests on it is reported.
    """

    evaluations: dict[str, Evaluation]
    ranges: tuple[ValueRange, ...]
    tipping: Tipping
    mean_weight: float
    weight_error: float

    @property
    def sound(self) -> bool:
        """Whether the weights average 1 but for chance."""
        return abs(self.mean_weight - 1.0) <= OFF * self.weight_error

    @property
    def words(self) -> str:
        """What is reported."""
        soft = self.evaluations["softened"]
        if not self.sound:
            return (
                f"not said: on the {soft.n:,} settled decisions the weights of softened advice average "
                f"{self.mean_weight:.2f} where 1 is right, so the model of what was usual is off there"
            )
        return f"softened advice, {soft.words}. It is {self.tipping.words}"

    def sensitivity_table(self) -> pd.DataFrame:
        """A row per Lambda: bounds in dollars of softened advice, and of its difference to history."""
        return pd.DataFrame([asdict(found) for found in self.ranges])

    def table(self) -> pd.DataFrame:
        """A row per policy and estimator: dollars, with the 95% interval where there is one."""
        return pd.DataFrame(
            [_row(policy, name, found) for policy, found in self.evaluations.items() for name in ESTIMATORS]
        )


def policy_value(judged: Judged, adviser: Adviser, data: DataSettings, *, price_share: float) -> PolicyValue | None:
    """Evaluate on the locked decisions where whatever might have been chosen would be known by now.

    A decision whose choice alone is known would stand for those who chose what is short. None where such decisions are
    too few, or there is no second opinion: its models, and no others, were fitted on other learners.
    """
    opinion, catalogue = judged.opinion, adviser.catalogue
    if opinion is None:
        return None
    choice = judged.choices["history"][:, 0]
    known = _settled(judged, catalogue, data) & (of_choice(opinion.propensity, choice) > 0)
    if known.sum() < FEWEST:
        return None
    cost = judged.prospects.rows(known).cost_of_failing(catalogue, price_share=price_share)
    completed = judged.points["outcome"][known].astype(float).to_numpy()
    logged = Logged(
        choice[known],
        benefit(completed, catalogue.value[choice[known]], of_choice(cost, choice[known])),
        opinion.propensity[known],
        benefit(opinion.p_complete[known], catalogue.value, cost),
    )
    policies = _policies(judged, adviser, known, logged.propensity)
    soft = policies["softened"]
    return PolicyValue(
        {name: evaluate(logged, policy) for name, policy in policies.items()},
        sensitivity(logged, soft, augmented=True),
        tipping_lambda(logged, soft, augmented=True),
        *_mean_weight(logged.weights(soft)),
    )


def _settled(judged: Judged, catalogue: Catalogue, data: DataSettings) -> Bools:
    """Decisions with a known outcome on which the window of every open credential has closed, shape (n,)."""
    days = catalogue.numbers("weeks") * 7 * data.completion_window
    longest = np.where(judged.prospects.open_to, days[None, :], 0.0).max(axis=1)
    closes = judged.points["as_of"] + pd.to_timedelta(longest, unit="D")
    settled = (closes <= pd.Timestamp(data.data_through)) & judged.points["outcome"].notna()
    return np.asarray(settled.to_numpy(), dtype=bool)


def _mean_weight(weights: Floats) -> tuple[float, float]:
    """The mean of the weights, which is 1 where the model of what was usual is right, and its standard error."""
    return float(weights.mean()), float(weights.std(ddof=1) / np.sqrt(len(weights)))


def _policies(judged: Judged, adviser: Adviser, known: Bools, propensity: Floats) -> dict[str, Floats]:
    """The deployed policy; a softened one, over candidates no worse placed by the floors; one mixed with history.

    The first two keep within the limits that learners set.
    """
    prospects = judged.prospects.within(judged.allowed).rows(known)
    first = deterministic(judged.choices["onward"][known, 0], len(adviser.catalogue))
    scores = adviser.scores(prospects)
    tier = adviser.rule.tiers(scores, prospects)
    alike = (tier == tier.min(axis=1, keepdims=True)) & (propensity > 0)
    return {
        "deployed": first,
        "softened": softened(scores, alike, TEMPERATURE),
        "mixed": mixed(first, propensity, SHARE),
    }


def _row(policy: str, name: str, found: Evaluation) -> dict[str, object]:
    estimate = getattr(found, name)
    low, high = estimate.interval or (np.nan, np.nan)
    below, above = estimate.difference_interval or (np.nan, np.nan)
    return {
        "policy": policy,
        "estimator": name,
        "value": estimate.value,
        "low": low,
        "high": high,
        "less_history": estimate.difference,
        "less_history_low": below,
        "less_history_high": above,
        "n": found.n,
        "effective_n": found.effective_n,
        "rare_share": found.rare_share,
        "why_no_interval": found.why,
    }
