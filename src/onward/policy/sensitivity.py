"""How far the figures move where something that is not on record moved both choice and outcome.

The marginal sensitivity model (Tan 2006, A Distributional Approach for Causal Inference Using Propensity Scores): what
is hidden changes the odds of the logged choice by a factor between 1 / Lambda and Lambda, beside all that is on record.
Lambda is assumed, never estimated: the data cannot tell it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onward.errors import DataError, SettingsError
from onward.policy.evaluation import Floats, Limits, Logged, effective_n, interval, weighted_mean, without_interval

LAMBDAS = (1.0, 1.5, 2.0, 3.0)
"""What is shown: nothing hidden, then odds that what is hidden changes by half, twofold and threefold."""
STEPS = 40
"""Halvings of the search for the tipping Lambda."""


@dataclass(frozen=True)
class ValueRange:
    """Where the value of a policy may lie at one Lambda, in dollars.

    low, high: bounds of the estimate. difference_low, difference_high: the same less history's own mean reward.
    limits: the difference's bounds with their 95% sampling margins; None where ``evaluate`` would show no interval.
    """

    lambda_: float
    low: float
    high: float
    difference_low: float
    difference_high: float
    limits: Limits | None


@dataclass(frozen=True)
class Tipping:
    """The smallest Lambda at which a policy is no longer shown to be worth more than history, and that in words.

    1 where it is not shown even with nothing hidden; infinite where it still is at the largest Lambda tried.
    """

    lambda_: float
    words: str


def sensitivity(
    logged: Logged,
    policy: Floats,
    *,
    lambdas: tuple[float, ...] = LAMBDAS,
    augmented: bool = False,
    learner: npt.NDArray[np.generic] | None = None,
) -> tuple[ValueRange, ...]:
    """Bound the self-normalised value of ``policy``, probabilities of shape (n, c), at each of ``lambdas``.

    The inverse of the true probability of each logged choice lies between 1 + (1 / e - 1) / Lambda and
    1 + (1 / e - 1) Lambda, e its propensity; the bounds are the smallest and largest weighted mean that any such
    inverses give (Zhao, Small and Bhattacharya 2019, Sensitivity Analysis for Inverse Probability Weighting Estimators
    via the Percentile Bootstrap, whose fractional linear program is solved by sorting; for a policy's value, Kallus and
    Zhou 2018, Confounding-Robust Policy Improvement). With ``augmented`` the outcome model's part is taken as it is and
    only the residuals are bounded: SNDR in place of SNIPS. That bounds the same value, whatever the model is worth, and
    is narrower where it is worth something.

    Of a policy mixed with history the part that is history's is bounded as well, although its value is known; the
    softened policy tells more. The margins of ``limits`` take the least favourable inverses as given: moving them
    changes the bound by nothing of first order. ``learner`` is as in ``evaluate``.

    >>> logged = Logged(np.array([0, 1]), np.array([8.0, 2.0]), np.full((2, 2), 0.5), np.zeros((2, 2)))
    >>> [(found.lambda_, found.low, found.high) for found in sensitivity(logged, logged.propensity, lambdas=(1.0, 2.0))]
    [(1.0, 5.0, 5.0), (2.0, 4.0, 6.0)]
    """
    why = without_interval(policy, logged.propensity, effective_n(logged.weights(policy), learner))
    problem = _Problem.of(logged, policy, augmented=augmented)
    return tuple(problem.at(lambda_, learner, shown=not why) for lambda_ in lambdas)


def tipping_lambda(
    logged: Logged,
    policy: Floats,
    *,
    cap: float = 10.0,
    augmented: bool = False,
    learner: npt.NDArray[np.generic] | None = None,
) -> Tipping:
    """Find the smallest Lambda at which ``policy`` is no longer shown to be worth more than history's own choices.

    Shown is a difference whose lower bound is above 0 with its 95% sampling margin, so a policy without an interval is
    never shown to be. Bisection between 1 and ``cap``; the other arguments are those of ``sensitivity``.

    >>> logged = Logged(np.array([0, 1]), np.array([8.0, 2.0]), np.full((2, 2), 0.5), np.zeros((2, 2)))
    >>> tipping_lambda(logged, np.array([[0.8, 0.2]] * 2)).lambda_
    1.0
    """
    _check_lambda(cap)
    why = without_interval(policy, logged.propensity, effective_n(logged.weights(policy), learner))
    if why:
        return Tipping(1.0, f"not shown to be worth more than history's own choices; {why}")
    problem = _Problem.of(logged, policy, augmented=augmented)

    def shown(lambda_: float) -> bool:
        limits = problem.at(lambda_, learner, shown=True).limits
        return limits is not None and limits[0] > 0

    if not shown(1.0):
        return Tipping(1.0, "not shown to be worth more than history's own choices, even with nothing hidden")
    if shown(cap):
        return Tipping(np.inf, f"worth more than history's own choices up to a Lambda of {cap:g}, the largest tried")
    low, high = 1.0, cap
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if shown(middle) else (low, middle)
    least = f"no longer shown once what is hidden changes the odds of a choice {high:.2f}-fold"
    return Tipping(high, f"worth more than history's own choices if nothing is hidden; {least}")


def probability_range(p_complete: npt.ArrayLike, propensity: npt.ArrayLike, lambda_: float) -> tuple[Floats, Floats]:
    """Bound P(complete | do(credential)) where those who chose it complete with ``p_complete``; low and high.

    Among the ``propensity`` share of learners alike on record who choose it, ``p_complete`` is what happens. Among the
    others the hidden cause is distributed otherwise, at most by a factor Lambda either way, so each of completing and
    not completing differs by at most that: their chance lies between max(p / L, 1 - L (1 - p)) and
    min(L p, 1 - (1 - p) / L). It follows from the model of Tan 2006. Arrays of one shape, elementwise.

    >>> low, high = probability_range([0.6, 0.6], [0.1, 0.9], 2.0)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.33, 0.57], [0.78, 0.62])
    """
    _check_lambda(lambda_)
    p, e = _probabilities("p_complete", p_complete), _probabilities("propensity", propensity)
    least = np.maximum(p / lambda_, 1.0 - lambda_ * (1.0 - p))
    most = np.minimum(p * lambda_, 1.0 - (1.0 - p) / lambda_)
    return np.minimum(e * p + (1.0 - e) * least, p), np.maximum(e * p + (1.0 - e) * most, p)


def highest_mean(outcome: Floats, low: Floats, high: Floats) -> tuple[float, Floats]:
    """Return the largest weighted mean of ``outcome`` with weights between ``low`` and ``high``, and its weights.

    All have shape (n,). The best weights are ``high`` above some outcome and ``low`` below it, so one sort and the sums
    of every such split find them exactly. NaN where every weight is 0.

    >>> mean, weights = highest_mean(np.array([0.0, 3.0]), np.array([1.0, 1.0]), np.array([2.0, 2.0]))
    >>> mean, weights.tolist()
    (2.0, [1.0, 2.0])
    """
    if not high.any():
        return float("nan"), low
    order = np.argsort(-outcome, kind="stable")
    raised = (high - low)[order]
    total = low.sum() + np.concatenate([[0.0], np.cumsum(raised)])
    sums = (low * outcome).sum() + np.concatenate([[0.0], np.cumsum(raised * outcome[order])])
    means = np.divide(sums, total, out=np.full(len(total), -np.inf), where=total > 0)
    best = int(means.argmax())
    weights = low.copy()
    weights[order[:best]] = high[order[:best]]
    return float(means[best]), weights


@dataclass(frozen=True)
class _Problem:
    """What the bounds are made of, each of shape (n,).

    ``chance`` is the policy's probability of the logged choice and ``odds`` history's odds against it; ``direct`` the
    part that is not bounded, ``outcome`` the part that is.
    """

    chance: Floats
    odds: Floats
    direct: Floats
    outcome: Floats
    reward: Floats

    @classmethod
    def of(cls, logged: Logged, policy: Floats, *, augmented: bool) -> "_Problem":
        expected = logged.expected if augmented else np.zeros_like(logged.expected)
        return cls(
            chance=logged.at_choice(policy),
            odds=1.0 / logged.at_choice(logged.propensity) - 1.0,
            direct=(policy * expected).sum(axis=1),
            outcome=logged.reward - logged.at_choice(expected),
            reward=logged.reward,
        )

    def at(self, lambda_: float, learner: npt.NDArray[np.generic] | None, *, shown: bool) -> ValueRange:
        """Both bounds at one Lambda."""
        _check_lambda(lambda_)
        least, most = -self._highest(-self.outcome, lambda_), self._highest(self.outcome, lambda_)
        least, most = self.direct + least, self.direct + most
        limits = interval(least - self.reward, learner)[0], interval(most - self.reward, learner)[1]
        mean = float(self.reward.mean())
        low, high = float(least.mean()), float(most.mean())
        return ValueRange(lambda_, low, high, low - mean, high - mean, limits if shown else None)

    def _highest(self, outcome: Floats, lambda_: float) -> Floats:
        """The largest mean as one number per learner."""
        low, high = (self.chance * (1.0 + self.odds * factor) for factor in (1.0 / lambda_, lambda_))
        return weighted_mean(outcome, highest_mean(outcome, low, high)[1])


def _check_lambda(lambda_: float) -> None:
    if not 1 <= lambda_ < np.inf:
        raise SettingsError(f"lambda: expected a number of at least 1, came {lambda_}; set it to 1 for nothing hidden")


def _probabilities(name: str, numbers: npt.ArrayLike) -> Floats:
    found = np.asarray(numbers, dtype=np.float64)
    wrong = ~((found >= 0) & (found <= 1))
    if wrong.any():
        came = f"{int(wrong.sum()):,} of {wrong.size:,} numbers otherwise"
        raise DataError(f"{name}: expected probabilities from 0 to 1, came {came}; leave out what is not known")
    return found
