"""What advice would have been worth on the locked decisions, against what history was, as far as history can tell.

The policy is frozen before it is evaluated. What is deployed gives one credential with certainty, and history holds too
few who chose just that; so two policies near it are evaluated with it, and intervals are theirs alone.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from onward.data.worth import benefit
from onward.policy.adviser import Adviser
from onward.policy.evaluation import Evaluation, Logged, deterministic, evaluate, mixed, softened
from onward.policy.prospects import Floats
from onward.policy.ranking import of_choice
from onward.policy.sensitivity import Tipping, ValueRange, sensitivity, tipping_lambda
from onward.release.judge import Judged

TEMPERATURE = 3_000.0
"""Dollars of score by which a candidate is e times as likely to be advised under the softened policy."""
SHARE = 0.5
"""The share of advice in the policy mixed with history."""
ESTIMATORS = ("ips", "snips", "dm", "dr", "sndr")
FEWEST = 50
"""Locked decisions with a known outcome below which nothing is evaluated."""


@dataclass(frozen=True)
class PolicyValue:
    """Evaluations by policy: ``deployed``, ``softened``, ``mixed``; ranges and the tipping Lambda of ``softened``."""

    evaluations: dict[str, Evaluation]
    ranges: tuple[ValueRange, ...]
    tipping: Tipping

    @property
    def words(self) -> str:
        """What is reported."""
        return f"Softened advice, {self.evaluations['softened'].words}. It is {self.tipping.words}."

    def table(self) -> pd.DataFrame:
        """A row per policy and estimator: dollars, with the 95% interval where there is one."""
        return pd.DataFrame(
            [_row(policy, name, found) for policy, found in self.evaluations.items() for name in ESTIMATORS]
        )


def policy_value(judged: Judged, adviser: Adviser, *, price_share: float) -> PolicyValue | None:
    """Evaluate on locked decisions whose outcome is known and whose choice was open; None where they are too few."""
    catalogue = adviser.catalogue
    choice = judged.choices["history"][:, 0]
    known = judged.points["outcome"].notna().to_numpy() & (of_choice(judged.prospects.propensity, choice) > 0)
    if known.sum() < FEWEST or not judged.second_opinion:
        return None
    cost = catalogue.cost_of_failing(price_share=price_share)
    prospects = judged.prospects.rows(known)
    completed = judged.points["outcome"][known].astype(float).to_numpy()
    expected = benefit(judged.p_complete[known], catalogue.value, cost)
    logged = Logged(
        choice[known],
        benefit(completed, catalogue.value[choice[known]], cost[choice[known]]),
        prospects.propensity,
        expected,
    )
    policies = _policies(judged, adviser, known, prospects.propensity, prospects.open_to)
    soft = policies["softened"]
    return PolicyValue(
        {name: evaluate(logged, policy) for name, policy in policies.items()},
        sensitivity(logged, soft, augmented=True),
        tipping_lambda(logged, soft, augmented=True),
    )


def _policies(
    judged: Judged, adviser: Adviser, known: np.ndarray, propensity: Floats, open_to: np.ndarray
) -> dict[str, Floats]:
    first = deterministic(judged.choices["onward"][known, 0], len(adviser.catalogue))
    scores = adviser.scores(judged.prospects.rows(known))
    return {
        "deployed": first,
        "softened": softened(scores, open_to & (propensity > 0), TEMPERATURE),
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
