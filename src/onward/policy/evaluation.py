"""What advice would have been worth, from logged history: the value of a policy that was never followed.

Each learner's outcome is known for the logged choice alone. Weights make the choices that the policy would also have
made stand for the others, and an outcome model fills what they leave; both rest on the assumption that whatever moved
choice and outcome together is on record. ``sensitivity`` says how the figures move where it is not.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from onward.errors import DataError, SettingsError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Limits = tuple[float, float]
ENOUGH = 200.0
"""Learners that the weights must be worth before an interval is shown."""
RARE = 0.01
"""Logging probability below which history says next to nothing of a choice."""
CERTAIN = 0.99
"""Probability from which a policy leaves a learner one credential; one that does so for most is deterministic."""
ROUNDING = 1e-5
"""How far a row of probabilities may be from a sum of 1: what float32 loses."""
MARGIN = float(norm.ppf(0.975))
"""Standard errors on either side of an estimate in its 95% interval."""
ABOUT = "95% intervals are of the soft or mixed policy that was evaluated, not of the advice that is deployed"


@dataclass(frozen=True)
class Logged:
    """What history chose for ``n`` learners, what came of it, and what two models say of all ``c`` credentials.

    choice: positions of the logged choices, shape (n,). reward: what came of them in dollars, (n,). propensity: the
    estimated probability that history chose each credential, (n, c); a row sums to 1 over what was open and is 0 where
    closed. expected: the outcome model's expected reward in dollars, (n, c). Both models must have been fitted on OTHER
    learners than these: fitted on the same, their mistakes go with the rewards and the intervals are too short.

    >>> Logged(np.array([0]), np.array([9.0]), np.array([[0.0, 1.0]]), np.zeros((1, 2)))
    Traceback (most recent call last):
        ...
    onward.errors.DataError: propensity: expected above 0 at the logged choice, came otherwise in 1 of 1 rows, the \
first at 0; what was chosen was open, so correct what is open, or leave these rows out
    """

    choice: Places
    reward: Floats
    propensity: Floats
    expected: Floats

    def __post_init__(self) -> None:
        if self.propensity.ndim != 2 or 0 in self.propensity.shape:
            came = f"shape {self.propensity.shape}; pass one probability for each learner and credential"
            raise DataError(f"propensity: expected a row per learner and a column per credential, came {came}")
        n, c = self.propensity.shape
        for name, shape in {"choice": (n,), "reward": (n,), "expected": (n, c)}.items():
            _check_shape(name, getattr(self, name), shape)
        _check_finite("reward", self.reward[:, None])
        _check_finite("expected", self.expected)
        _check_distribution("propensity", self.propensity)
        outside = (self.choice < 0) | (self.choice >= c)
        _refuse("choice", f"positions from 0 to {c - 1}", outside, "leave out learners without a logged choice")
        remedy = "what was chosen was open, so correct what is open, or leave these rows out"
        _refuse("propensity", "above 0 at the logged choice", self.at_choice(self.propensity) <= 0, remedy)

    def __len__(self) -> int:
        return len(self.choice)

    def at_choice(self, matrix: Floats) -> Floats:
        """The entry of each row at the logged choice, shape (n,), out of a matrix of shape (n, c)."""
        return np.asarray(matrix[np.arange(len(self)), self.choice])

    def weights(self, policy: Floats) -> Floats:
        """How much each logged choice stands for under ``policy``, (n, c): its probability there over that in history.

        >>> logged = Logged(np.array([0, 1]), np.zeros(2), np.full((2, 2), 0.5), np.zeros((2, 2)))
        >>> logged.weights(np.array([[0.8, 0.2], [0.8, 0.2]])).tolist()
        [1.6, 0.4]
        """
        self.check(policy)
        return self.at_choice(policy) / self.at_choice(self.propensity)

    def check(self, policy: Floats) -> None:
        """Refuse a policy that is no distribution over what was open to these learners."""
        _check_shape("policy", policy, self.propensity.shape)
        _check_distribution("policy", policy)
        closed = ((policy > 0) & (self.propensity == 0)).any(axis=1)
        _refuse("policy", "0 wherever propensity is 0", closed, "advise only what was open, or correct what was")


@dataclass(frozen=True)
class Estimate:
    """The value of a policy by one estimator, and that value less history's own mean reward; both in dollars.

    Intervals are 95%, and None where none is shown; ``Evaluation.why`` says why. The difference is paired: both of its
    sides are of the same learners.
    """

    value: float
    difference: float
    interval: Limits | None = None
    difference_interval: Limits | None = None


@dataclass(frozen=True)
class Evaluation:
    """What a policy would have been worth to ``n`` learners, by five estimators, and how far history can tell.

    logged_mean: history's own mean reward in dollars. effective_n: how many learners the weights are worth,
    (sum w)^2 / sum w^2 (Kish 1965, Survey Sampling). rare_share: the share of what the policy advises that history
    chose with a probability below 1%. why: why there are no intervals, empty where there are. about: what the
    intervals are of.
    """

    n: int
    logged_mean: float
    effective_n: float
    rare_share: float
    ips: Estimate
    snips: Estimate
    dm: Estimate
    dr: Estimate
    sndr: Estimate
    why: str
    about: str = ABOUT

    @property
    def words(self) -> str:
        """What is reported: the doubly robust difference, how far history can tell, and what an interval is of."""
        apart, limits = self.dr.difference, self.dr.difference_interval
        within = f" (95% interval {limits[0]:,.0f} to {limits[1]:,.0f})" if limits else ""
        rare = f"{self.rare_share:.0%} of what it advises was chosen with a probability below 1%"
        return (
            f"${self.dr.value:,.0f} a learner; less history's own ${self.logged_mean:,.0f}: {apart:,.0f}{within}; "
            f"weights worth {self.effective_n:,.0f} of {self.n:,} learners; {rare}; {self.why or self.about}"
        )


def deterministic(choice: Places, credentials: int) -> Floats:
    """Return the policy that always advises ``choice``, shape (n,), out of so many credentials; shape (n, c).

    >>> deterministic(np.array([1, 0]), 3).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    outside = (choice < 0) | (choice >= credentials)
    remedy = "leave out learners who are advised nothing"
    _refuse("choice", f"positions from 0 to {credentials - 1}", outside, remedy)
    return np.asarray(choice[:, None] == np.arange(credentials), dtype=np.float64)


def softened(scores: Floats, open_to: Bools, temperature: float) -> Floats:
    """Return the policy that advises what is open the more often the higher it scores: a softmax in dollars, (n, c).

    ``scores`` and ``temperature`` are dollars: of two credentials, one that scores a temperature higher is advised e
    times as often. ``open_to`` has shape (n, c), and every learner must have something open.

    >>> softened(np.array([[3_000.0, 0.0, 9_000.0]]), np.array([[True, True, False]]), 3_000.0).round(3).tolist()
    [[0.731, 0.269, 0.0]]
    """
    if not 0 < temperature < np.inf:
        raise SettingsError(f"temperature: expected dollars above 0, came {temperature}; set it to 3000, say")
    _check_shape("open_to", open_to, scores.shape)
    _refuse("open_to", "something open", ~open_to.any(axis=1), "leave out learners to whom nothing is open")
    _check_finite("scores", np.where(open_to, scores, 0.0))
    kept = np.where(open_to, scores, -np.inf)
    odds = np.exp((kept - kept.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def mixed(policy: Floats, propensity: Floats, share: float) -> Floats:
    """Return the policy that is followed by a ``share`` of learners drawn by lot while others choose as before, (n, c).

    What "as before" is comes from ``propensity``, (n, c), so it is as good as that estimate. The weights of a mixture
    are worth more learners, but its difference to history by IPS is ``share`` times the policy's own, and so is the
    width of the interval: mixing makes a smaller change, not one that is better known.

    >>> mixed(np.array([[1.0, 0.0]]), np.array([[0.2, 0.8]]), 0.5).tolist()
    [[0.6, 0.4]]
    """
    if not 0 <= share <= 1:
        raise SettingsError(f"share: expected a number from 0 to 1, came {share}; set it to 0.5 for half and half")
    _check_shape("propensity", propensity, policy.shape)
    return np.asarray(share * policy + (1.0 - share) * propensity)


def evaluate(logged: Logged, policy: Floats, *, learner: npt.NDArray[np.generic] | None = None) -> Evaluation:
    """Estimate what ``policy``, probabilities of shape (n, c), would have returned to the logged learners.

    With weight w = policy / propensity, reward r and expected reward q, means over learners of: IPS, w r (Horvitz and
    Thompson 1952); SNIPS, the same over the mean of w (Swaminathan and Joachims 2015, The Self-Normalized Estimator for
    Counterfactual Learning); DM, the policy's mean of q; DR, DM plus w (r - q) at the logged choice (Dudik, Langford
    and Li 2011, Doubly Robust Policy Evaluation and Learning); SNDR, DR whose weights are divided by their mean (Thomas
    and Brunskill 2016, Data-Efficient Off-Policy Policy Evaluation, for one decision).

    Intervals are normal, by each estimator's influence function, and take the two models as given. They are shown for
    a soft or mixed policy whose weights are worth 200 learners, and never for DM: where a model errs no sampling
    error tells. ``learner``, shape (n,), names whose rows these are where a learner has several; rows of one learner
    are then one draw. NaN stands where no logged choice is one the policy would make.

    >>> logged = Logged(np.array([0, 1]), np.array([8.0, 2.0]), np.full((2, 2), 0.5), np.array([[6.0, 2.0]] * 2))
    >>> found = evaluate(logged, deterministic(np.array([0, 0]), 2))
    >>> found.ips.value, found.dm.value, found.dr.value, found.dr.difference, found.effective_n
    (8.0, 6.0, 8.0, 3.0, 1.0)
    >>> found.dr.interval is None, found.why[:40]
    (True, 'no interval: the policy is deterministic')
    """
    weights = logged.weights(policy)
    worth = effective_n(weights, learner)
    why = without_interval(policy, logged.propensity, worth)
    direct = (policy * logged.expected).sum(axis=1)
    residual = logged.reward - logged.at_choice(logged.expected)

    def estimate(each: Floats, *, exact: bool = True) -> Estimate:
        return _estimate(each, logged.reward, learner, shown=exact and not why)

    return Evaluation(
        n=len(logged),
        logged_mean=float(logged.reward.mean()),
        effective_n=worth,
        rare_share=float((policy * (logged.propensity < RARE)).sum(axis=1).mean()),
        ips=estimate(weights * logged.reward),
        snips=estimate(weighted_mean(logged.reward, weights)),
        dm=estimate(direct, exact=False),
        dr=estimate(direct + weights * residual),
        sndr=estimate(direct + weighted_mean(residual, weights)),
        why=why,
    )


def weighted_mean(outcome: Floats, weights: Floats) -> Floats:
    """Return a weighted mean as one number per learner, shape (n,), that average to it: the mean plus its influence.

    Their standard deviation over the square root of n is its standard error. NaN throughout where no weight is above 0.

    >>> weighted_mean(np.array([1.0, 4.0]), np.array([2.0, 1.0])).mean()
    np.float64(2.0)
    """
    if not weights.any():
        return np.full(len(weights), np.nan)
    mean = np.average(outcome, weights=weights)
    return np.asarray(mean + weights * (outcome - mean) / weights.mean())


def interval(each: Floats, learner: npt.NDArray[np.generic] | None = None) -> Limits:
    """Return the 95% interval of the mean of one number per row, shape (n,); rows of one learner are one draw.

    >>> low, high = interval(np.array([1.0, 2.0, 3.0]))
    >>> round(low, 3), round(high, 3)
    (0.868, 3.132)
    """
    mean = each.mean()
    apart = _by_learner(each - mean, learner)
    error = np.sqrt((apart**2).sum() * len(apart) / max(len(apart) - 1, 1)) / len(each)
    return float(mean - MARGIN * error), float(mean + MARGIN * error)


def effective_n(weights: Floats, learner: npt.NDArray[np.generic] | None = None) -> float:
    """Return how many learners of equal weight the weights are worth: (sum w)^2 / sum w^2; 0 where all are 0.

    >>> effective_n(np.array([1.0, 1.0, 0.0]))
    2.0
    """
    each = _by_learner(weights, learner)
    squares = float((each**2).sum())
    return float(each.sum()) ** 2 / squares if squares else 0.0


def without_interval(policy: Floats, propensity: Floats, effective: float) -> str:
    """Say why a policy gets no interval; empty where it gets one.

    A policy is deterministic where most learners with a choice are left one credential. Few logged choices are then its
    own, their weights are large, and a normal interval misses the truth far too often.
    """
    choosing = (propensity > 0).sum(axis=1) > 1
    if not choosing.any() or np.median(policy[choosing].max(axis=1)) >= CERTAIN:
        return "no interval: the policy is deterministic; soften it in dollars, or mix it with history's choices"
    if effective < ENOUGH:
        wanted = f"fewer than {ENOUGH:.0f}; raise the temperature, mix in more of history, or bring more of it"
        return f"no interval: the weights are worth {effective:.0f} learners, {wanted}"
    return ""


def _estimate(each: Floats, reward: Floats, learner: npt.NDArray[np.generic] | None, *, shown: bool) -> Estimate:
    value, difference = float(each.mean()), float((each - reward).mean())
    if not shown:
        return Estimate(value, difference)
    return Estimate(value, difference, interval(each, learner), interval(each - reward, learner))


def _by_learner(each: Floats, learner: npt.NDArray[np.generic] | None) -> Floats:
    if learner is None:
        return each
    _check_shape("learner", learner, each.shape)
    _, whose = np.unique(learner, return_inverse=True)
    return np.bincount(whose, weights=each).astype(np.float64)


def _check_shape(name: str, came: npt.NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if came.shape != shape:
        raise DataError(f"{name}: expected shape {shape}, came {came.shape}; pass the same learners and credentials")


def _check_finite(name: str, numbers: Floats) -> None:
    _refuse(name, "numbers only", ~np.isfinite(numbers).all(axis=1), "leave out rows without a known figure")


def _check_distribution(name: str, rows: Floats) -> None:
    _check_finite(name, rows)
    _refuse(name, "probabilities of at least 0", (rows < 0).any(axis=1), "pass probabilities, not scores")
    off = np.abs(rows.sum(axis=1) - 1.0) > ROUNDING
    _refuse(name, "rows that sum to 1", off, "divide each row by its sum over what was open")


def _refuse(name: str, expected: str, rows: npt.ArrayLike, remedy: str) -> None:
    wrong = np.asarray(rows, dtype=bool)
    if wrong.any():
        where = f"{int(wrong.sum()):,} of {len(wrong):,} rows, the first at {int(wrong.argmax())}"
        raise DataError(f"{name}: expected {expected}, came otherwise in {where}; {remedy}")
