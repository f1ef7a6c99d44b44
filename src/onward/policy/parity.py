"""Advice parity: a limit on the gap between the value of what a group is advised and everyone else's, given strata.

A mechanism is tried at one strength after the other on the calibration split until the gaps lie inside the limit. Group
labels fit directions and strengths and are gone after that: nothing here needs a group when advice is given.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from onward.policy.constraint import Constraint
from onward.policy.erasure import Erasure
from onward.policy.groups import Groups
from onward.policy.ledger import Ledger
from onward.policy.price import Price
from onward.policy.ranking import of_choice
from onward.policy.shrinkage import Shrinkage
from onward.policy.stratum_means import Floats, Labels, StratumMeans

Places = npt.NDArray[np.int64]
Outcome = Literal["met", "not met", "not evaluated"]
Mechanism = Literal["none", "erase", "shrink", "learned"]
MECHANISMS: tuple[Mechanism, ...] = ("none", "erase", "shrink", "learned")
MARGIN = float(norm.ppf(0.95))
"""Standard errors on either side of a gap in its 90% interval."""
ERASED = tuple(round(step / 10, 1) for step in range(1, 11))
"""Strengths of erasure, from the weakest."""
SHRUNK = tuple(round(step / 10, 1) for step in range(9, -1, -1))
"""Strengths of shrinkage, from the weakest: 1 would change nothing, 0 ranks everyone in a stratum alike."""
PRICED = 25
"""Steps of the price."""
STEP = 0.25
"""The price of a dollar of gap, over the mean value of what is advised, at each step."""


@dataclass(frozen=True)
class Split:
    """The calibration split as a constraint is judged on it: ``n`` learners, ``c`` candidates.

    ``advise`` gives the first choice under a constraint, positions of shape (n,), and ``scores`` what it ranks by, shape
    (n, c). ``expected_benefit`` (dollars) and ``completion`` have shape (n, c), ``value`` (c,), in dollars a year.
    """

    advise: Callable[[Constraint], Places]
    scores: Callable[[Constraint], Floats]
    value: Floats
    expected_benefit: Floats
    completion: Floats
    stratum: Labels
    groups: Groups


@dataclass(frozen=True)
class Directions:
    """Where groups lie in the log-odds of the training part, shape (n, c); ``stratum`` and labels have shape (n,)."""

    log_odds: Floats
    stratum: Labels
    groups: Groups

    def erasure(self, names: Mapping[str, list[str]]) -> Erasure:
        """What linearly tells the groups that ``names`` lists per attribute, to be erased."""
        return Erasure.fit(self.log_odds, self.stratum, self.groups.members(names))

    def price(self, names: Mapping[str, list[str]]) -> Price:
        """How likely the log-odds make each group that ``names`` lists per attribute, to be priced."""
        return Price.fit(self.log_odds, self.stratum, self.groups.members(names))


@dataclass(frozen=True)
class Trial:
    """A constraint and what it does on the calibration split.

    ``bound``: the largest |gap| plus its 90% margin over the groups that bind, in dollars; ``benefit``: mean expected
    dollars; ``completion``: mean probability; ``kept``: whether every group keeps its floors.
    """

    mechanism: str
    strength: float
    constraint: Constraint
    bound: float
    benefit: float
    completion: float
    kept: bool

    def meets(self, limit: float) -> bool:
        """Whether the gaps lie inside ``limit`` and every group keeps its floors."""
        return self.kept and self.bound <= limit


@dataclass(frozen=True)
class ParityResult:
    """A fitted constraint, what came of the limit on the calibration split, and what was tried on the way."""

    outcome: Outcome
    limit: float
    chosen: Trial
    tried: tuple[Trial, ...]

    @property
    def constraint(self) -> Constraint:
        """What is applied when advice is given."""
        return self.chosen.constraint

    def table(self) -> pd.DataFrame:
        """Every trial: ``mechanism``, ``strength``, ``bound``, ``benefit``, ``completion``, ``floors_kept``."""
        rows = [(t.mechanism, t.strength, t.bound, t.benefit, t.completion, t.kept) for t in self.tried]
        return pd.DataFrame(rows, columns=["mechanism", "strength", "bound", "benefit", "completion", "floors_kept"])

    def reached(self) -> pd.DataFrame:
        """The nearest that each mechanism came: one row of ``table`` each, with what it ``costs`` in mean benefit."""
        free = self.tried[0].benefit
        nearest = {name: nearest_of([t for t in self.tried if t.mechanism == name]) for name in self._names()}
        rows = [
            (name, t.strength, t.bound, free - t.benefit, t.completion, t.meets(self.limit))
            for name, t in nearest.items()
        ]
        return pd.DataFrame(rows, columns=["mechanism", "strength", "bound", "costs", "completion", "met"])

    def _names(self) -> list[str]:
        return list(dict.fromkeys(trial.mechanism for trial in self.tried))

    @property
    def words(self) -> str:
        """What came of it, in a sentence for the command and the report; it names no group."""
        if self.outcome == "not evaluated":
            return f"not evaluated; no group of the calibration split is large enough for a limit of ${self.limit:,.0f}"
        widest = f"the largest gap with its margin is ${self.chosen.bound:,.0f} a year, limit ${self.limit:,.0f}"
        if self.outcome == "met":
            return f"met; {self._done}; on the calibration split {widest}"
        return f"not met; {self._done}; on the calibration split {widest}. {self._each}"

    @property
    def _done(self) -> str:
        applied = DONE[self.chosen.mechanism]
        return applied.format(strength=self.chosen.strength)

    @property
    def _each(self) -> str:
        told = [
            f"{NAMED[row.mechanism]} reaches ${row.bound:,.0f} and costs ${row.costs:,.0f} of mean benefit"
            for row in self.reached().itertuples()
            if row.mechanism != "none"
        ]
        return f"Keeping the floors, {'; '.join(told)}"


DONE = {
    "none": "nothing is changed",
    "erase": "what tells the groups is erased from the scores, strength {strength:.1f}",
    "erase, then shrink": "what tells the groups is erased, and scores are shrunk toward their stratum's mean, strength "
    "{strength:.1f}",
    "shrink": "scores are shrunk toward their stratum's mean, strength {strength:.1f}",
    "learned": "scores carry a price on how likely the facts make a group, a proxy for it, {strength:.0f} steps",
}
NAMED = {"erase": "erasing", "erase, then shrink": "erasing and shrinking", "shrink": "shrinking", "learned": "a price"}


def fit_constraint(
    split: Split, directions: Directions, *, mechanism: Mechanism, limit: float, floor: float
) -> ParityResult:
    """Find the weakest constraint of a mechanism whose gaps, with their margin, lie inside ``limit`` dollars a year.

    A group whose margin alone is as wide as the limit cannot be shown to lie inside it and does not bind, unless it
    lies outside already; it is owed a case review. A trial that leaves any group less than ``floor`` times the expected
    benefit, or the completion, it has without the constraint is not taken (never by levelling down). Where no trial
    meets both, the outcome is not met, every other mechanism is tried for comparison, and the trial of the asked
    mechanism that comes nearest is applied. Where no group binds it is not evaluated.
    """
    judge = _Judge.of(split, limit, floor)
    free = judge.trial("none", 0.0, Constraint.none(len(split.value)))
    if not judge.books:
        return ParityResult("not evaluated", limit, free, (free,))
    tried = [free, *_until_met(_trials(judge, directions, mechanism, free), limit)] if free.bound > limit else [free]
    if any(trial.meets(limit) for trial in tried):
        return ParityResult("met", limit, _weakest(tried, limit), tuple(tried))
    asked = [trial for trial in tried if trial.mechanism in {"none", mechanism}]
    for other in MECHANISMS:
        if other not in {"none", mechanism}:
            tried += _until_met(_trials(judge, directions, other, free), limit)
    return ParityResult("not met", limit, nearest_of(asked), tuple(tried))


def nearest_of(trials: list[Trial]) -> Trial:
    """The trial with the smallest bound among those that keep the floors; the first where none does."""
    return min((trial for trial in trials if trial.kept), key=lambda trial: trial.bound, default=trials[0])


def _weakest(tried: list[Trial], limit: float) -> Trial:
    return max((trial for trial in tried if trial.meets(limit)), key=lambda trial: trial.benefit)


def _until_met(trials: Iterator[Trial], limit: float) -> list[Trial]:
    found = []
    for trial in trials:
        found.append(trial)
        if trial.meets(limit):
            break
    return found


def _trials(judge: "_Judge", directions: Directions, mechanism: Mechanism, free: Trial) -> Iterator[Trial]:
    """The trials of a mechanism, from the weakest."""
    nothing = free.constraint
    if mechanism == "erase":
        erasure = directions.erasure(judge.outside)
        erased = [judge.trial("erase", s, replace(nothing, erasure=replace(erasure, strength=s))) for s in ERASED]
        yield from erased
        yield from _shrinking(judge, nearest_of(erased).constraint, "erase, then shrink")
    elif mechanism == "shrink":
        yield from _shrinking(judge, nothing, "shrink")
    elif mechanism == "learned":
        yield from _pricing(judge, nothing, directions.price(judge.outside))


def _shrinking(judge: "_Judge", start: Constraint, name: str) -> Iterator[Trial]:
    usual = StratumMeans.fit(judge.split.scores(start), judge.split.stratum)
    for strength in SHRUNK:
        yield judge.trial(name, strength, replace(start, shrinkage=Shrinkage(strength, usual)))


def _pricing(judge: "_Judge", start: Constraint, price: Price) -> Iterator[Trial]:
    """Raise the price of each group by its gap, step by step; each step is one deterministic policy."""
    multipliers, constraint = np.zeros(len(price.multipliers)), start
    for step in range(1, PRICED + 1):
        gaps, value = judge.gaps(constraint)
        multipliers = multipliers - STEP * gaps / value
        constraint = replace(start, price=replace(price, multipliers=multipliers))
        yield judge.trial("learned", float(step), constraint)


@dataclass(frozen=True)
class _Judge:
    """Judges constraints on the calibration split: one ledger per attribute that has groups large enough."""

    split: Split
    floor: float
    limit: float
    unchanged: Places
    books: tuple[tuple[str, Ledger, list[str]], ...]

    @classmethod
    def of(cls, split: Split, limit: float, floor: float) -> "_Judge":
        unchanged = split.advise(Constraint.none(len(split.value)))
        books = [
            (attribute, *_large_enough(Ledger(label, split.stratum), names, split.value[unchanged], limit))
            for attribute, label, names in split.groups.binding()
            if names
        ]
        return cls(split, floor, limit, unchanged, tuple(book for book in books if book[2]))

    @property
    def outside(self) -> dict[str, list[str]]:
        """Groups that bind, of the attributes one of which is not shown to lie inside the limit unconstrained."""
        value = self._value(self.unchanged)
        wide = {attribute for attribute, book, names in self.books if _bound(book, names, value) > self.limit}
        return {attribute: names for attribute, _, names in self.split.groups.binding() if attribute in wide}

    def trial(self, mechanism: str, strength: float, constraint: Constraint) -> Trial:
        choice = self.split.advise(constraint)
        value = self._value(choice)
        bounds = [_bound(book, names, value) for _, book, names in self.books]
        measured = [of_choice(m, choice) for m in (self.split.expected_benefit, self.split.completion)]
        before = [of_choice(m, self.unchanged) for m in (self.split.expected_benefit, self.split.completion)]
        kept = all(_keeps(self.floor, now, was, self.split.groups) for now, was in zip(measured, before, strict=True))
        benefit, completion = (float(now.mean()) for now in measured)
        return Trial(mechanism, strength, constraint, max(bounds, default=float("nan")), benefit, completion, kept)

    def gaps(self, constraint: Constraint) -> tuple[Floats, float]:
        """The gap of every group of the attributes outside the limit, in order, and the mean value advised."""
        value = self._value(self.split.advise(constraint))
        found = [
            Ledger(label, self.split.stratum).conditional_gaps(value).reindex(names)["gap"].fillna(0.0)
            for attribute, label, names in self.split.groups.binding()
            if attribute in self.outside
        ]
        return np.concatenate(found), float(value.mean())

    def _value(self, choice: Places) -> Floats:
        return np.asarray(self.split.value[choice])


def _large_enough(book: Ledger, names: list[str], value: Floats, limit: float) -> tuple[Ledger, list[str]]:
    """The groups whose margin fits into the limit, and those already outside it whatever their margin."""
    gaps = book.conditional_gaps(value)
    margin = MARGIN * gaps["error"]
    binds = gaps.index[(margin < limit) | (gaps["gap"].abs() - margin > limit)]
    return book, [name for name in names if name in binds]


def _bound(book: Ledger, names: list[str], value: Floats) -> float:
    """The largest |gap| plus its 90% two-sided margin over the groups that bind."""
    gaps = book.conditional_gaps(value).loc[names]
    return float((gaps["gap"].abs() + MARGIN * gaps["error"]).max())


def _keeps(floor: float, after: Floats, before: Floats, groups: Groups) -> bool:
    """Say whether every group loses at most ``1 - floor`` of its expected benefit, which may be zero or a loss."""
    means = [
        (after[label == name].mean(), before[label == name].mean())
        for _, label, names in groups.binding()
        for name in names
    ]
    return all(now >= was - (1.0 - floor) * abs(was) for now, was in means)
