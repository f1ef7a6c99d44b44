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
from onward.policy.prospects import Floats, Labels
from onward.policy.ranking import of_choice
from onward.policy.shrinkage import Shrinkage
from onward.policy.stratum_means import StratumMeans

Places = npt.NDArray[np.int64]
Outcome = Literal["met", "not met", "not evaluated"]
Mechanism = Literal["none", "erase", "shrink", "learned"]
MECHANISMS: tuple[Mechanism, ...] = ("none", "erase", "shrink", "learned")
MARGIN = float(norm.ppf(0.95))
"""Standard errors on either side of a gap in its 90% interval."""
POWER = MARGIN + float(norm.ppf(0.9))
"""Standard errors that the limit must hold for a gap of zero to be shown inside it with a chance of nine in ten."""
ERASED = tuple(round(step / 10, 1) for step in range(1, 11))
"""Strengths of erasure, from the weakest."""
SHRUNK = tuple(round(step / 10, 1) for step in range(9, -1, -1))
"""Strengths of shrinkage, from the weakest: 1 would change nothing, 0 ranks everyone in a stratum alike."""
NEAR = 0.05
"""Bounds that differ by less than this share of the limit are counted alike."""
PRICED = 25
"""Steps of the price."""
STEP = 0.25
"""The price of a dollar of gap, over the mean value of what is advised, at each step."""


@dataclass(frozen=True)
class Split:
    """The calibration split as a constraint is judged on it: ``n`` learners, ``c`` candidates.

    Under a constraint ``advise`` gives the first choice, positions of shape (n,), ``scores`` what it ranks by, of shape
    (n, c), and ``listed`` the mean value of a whole list without the stretch, of shape (n,). ``expected_benefit``
    (dollars) and ``completion`` have shape (n, c), ``value`` (c,), dollars a year. Everybody has something open.
    """

    advise: Callable[[Constraint], Places]
    scores: Callable[[Constraint], Floats]
    listed: Callable[[Constraint], Floats]
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
    dollars; ``completion``: mean probability; ``kept``: whether no group is shown to lose more than its floor.
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
    """A fitted constraint, what came of the limit on the calibration split, and what was tried on the way.

    ``listed`` is the bound of the chosen one over whole lists without the stretch, in dollars of their mean value.
    """

    outcome: Outcome
    limit: float
    chosen: Trial
    tried: tuple[Trial, ...]
    listed: float = float("nan")

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
        nearest = {
            name: nearest_of([t for t in self.tried if t.mechanism == name], self.limit) for name in self._names()
        }
        rows = [
            (name, t.strength, t.bound, free - t.benefit, t.completion, t.kept, t.meets(self.limit))
            for name, t in nearest.items()
        ]
        columns = ["mechanism", "strength", "bound", "costs", "completion", "floors_kept", "met"]
        return pd.DataFrame(rows, columns=columns)

    def _names(self) -> list[str]:
        return list(dict.fromkeys(trial.mechanism for trial in self.tried))

    @property
    def words(self) -> str:
        """What came of it, in a sentence for the command and the report; it names no group."""
        if self.outcome == "not evaluated":
            return f"not evaluated; no group of the calibration split is large enough for a limit of ${self.limit:,.0f}"
        widest = (
            f"the largest gap with its margin is ${self.chosen.bound:,.0f} a year, limit ${self.limit:,.0f}, and "
            f"${self.listed:,.0f} over whole lists"
        )
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
            if row.floors_kept
            else f"{NAMED[row.mechanism]} is not possible"
            for row in self.reached().itertuples()
            if row.mechanism != "none"
        ]
        return f"Keeping the floors, {'; '.join(told)}"


DONE = {
    "none": "nothing is changed",
    "erase": "what linearly tells the groups is erased from the scores, by {strength:.0%}",
    "erase, then shrink": "what linearly tells the groups is erased, and scores are shrunk toward their stratum's "
    "mean, strength {strength:.1f}",
    "shrink": "scores are shrunk toward their stratum's mean, strength {strength:.1f}",
    "learned": "scores carry a price on how likely the facts make a group, a proxy for it, {strength:.0f} steps",
}
NAMED = {"erase": "erasing", "erase, then shrink": "erasing and shrinking", "shrink": "shrinking", "learned": "a price"}


def fit_constraint(
    split: Split,
    directions: Directions,
    *,
    mechanism: Mechanism,
    limit: float,
    floor: float,
    compare: bool = True,
) -> ParityResult:
    """Find the weakest constraint of a mechanism whose gaps, with their margin, lie inside ``limit`` dollars a year.

    A group too small for a gap of zero to be shown inside the limit nine times in ten does not bind, unless it is shown
    to lie outside already; it is owed a case review. A trial after which any group is shown to have less than ``floor``
    times the expected benefit, or the completion, it has without the constraint is not taken (never by levelling down).
    Where no trial meets both, the outcome is not met, every other mechanism is tried where ``compare`` asks for it, and
    the trial of the asked mechanism that comes nearest is applied. Where no group binds it is not evaluated.
    """
    judge = _Judge.of(split, limit, floor)
    free = judge.trial("none", 0.0, Constraint.none(len(split.value)))
    if not judge.books:
        return ParityResult("not evaluated", limit, free, (free,))
    tried = [free, *_until_met(_trials(judge, directions, mechanism, free), limit)] if free.bound > limit else [free]
    if tried[-1].meets(limit):
        return ParityResult("met", limit, tried[-1], tuple(tried), judge.listed(tried[-1].constraint))
    # Shrinking after erasure is for meeting the limit: it costs too much to be applied where it does not.
    nearest = nearest_of([trial for trial in tried if trial.mechanism in {"none", mechanism}], limit)
    for other in MECHANISMS if compare else ():
        if other not in {"none", mechanism}:
            tried += _until_met(_trials(judge, directions, other, free), limit)
    return ParityResult("not met", limit, nearest, tuple(tried), judge.listed(nearest.constraint))


def nearest_of(trials: list[Trial], limit: float) -> Trial:
    """The trial that comes nearest to the limit and keeps the floors; the first where none does.

    Of those as near as ``NEAR`` of the limit it is the first, which is the weakest: nobody pays for a few dollars.
    """
    kept = [trial for trial in trials if trial.kept]
    least = min((trial.bound for trial in kept), default=float("nan"))
    return next((trial for trial in kept if trial.bound <= least + NEAR * limit), trials[0])


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
        yield from _erasing(judge, nothing, directions.erasure(judge.outside))
    elif mechanism == "shrink":
        yield from _shrinking(judge, nothing, "shrink")
    elif mechanism == "learned":
        yield from _pricing(judge, nothing, directions.price(judge.outside))


def _erasing(judge: "_Judge", start: Constraint, erasure: Erasure) -> Iterator[Trial]:
    erased = []
    for strength in ERASED:
        erased.append(judge.trial("erase", strength, replace(start, erasure=replace(erasure, strength=strength))))
        yield erased[-1]
    yield from _shrinking(judge, nearest_of(erased, judge.limit).constraint, "erase, then shrink")


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
    """Judges constraints on the calibration split: one ledger per attribute that has groups large enough.

    ``outside``: the groups that bind, of the attributes one of which is not shown inside the limit unconstrained.
    """

    split: Split
    floor: float
    limit: float
    unchanged: Places
    books: tuple[tuple[str, Ledger, list[str]], ...]
    outside: dict[str, list[str]]

    @classmethod
    def of(cls, split: Split, limit: float, floor: float) -> "_Judge":
        unchanged = split.advise(Constraint.none(len(split.value)))
        value = split.value[unchanged]
        found = [
            (attribute, *_large_enough(Ledger(label, split.stratum), names, value, limit))
            for attribute, label, names in split.groups.binding()
            if names
        ]
        books = tuple((attribute, book, judged) for attribute, book, judged in found if judged)
        wide = {attribute for attribute, book, judged in books if _bound(book, judged, value) > limit}
        outside = {attribute: judged for attribute, _, judged in books if attribute in wide}
        return cls(split, floor, limit, unchanged, books, outside)

    def trial(self, mechanism: str, strength: float, constraint: Constraint) -> Trial:
        choice = self.split.advise(constraint)
        value = self._value(choice)
        bounds = [_bound(book, names, value) for _, book, names in self.books]
        measured = [of_choice(m, choice) for m in (self.split.expected_benefit, self.split.completion)]
        before = [of_choice(m, self.unchanged) for m in (self.split.expected_benefit, self.split.completion)]
        kept = all(_keeps(self.floor, now, was, self.split.groups) for now, was in zip(measured, before, strict=True))
        benefit, completion = (float(now.mean()) if len(now) else float("nan") for now in measured)
        return Trial(mechanism, strength, constraint, max(bounds, default=float("nan")), benefit, completion, kept)

    def listed(self, constraint: Constraint) -> float:
        """The largest |gap| plus its margin in the mean value of whole lists."""
        value = self.split.listed(constraint)
        return max(_bound(book, names, value) for _, book, names in self.books)

    def gaps(self, constraint: Constraint) -> tuple[Floats, float]:
        """The gap of every group of the attributes outside the limit, in order, and the mean value advised."""
        value = self._value(self.split.advise(constraint))
        found = [
            book.conditional_gaps(value)["gap"].reindex(self.outside[attribute]).fillna(0.0)
            for attribute, book, _ in self.books
            if attribute in self.outside
        ]
        return np.concatenate(found), float(value.mean())

    def _value(self, choice: Places) -> Floats:
        return np.asarray(self.split.value[choice])


def _large_enough(book: Ledger, names: list[str], value: Floats, limit: float) -> tuple[Ledger, list[str]]:
    """The groups large enough to be shown inside the limit, and those already outside it whatever their size."""
    gaps = book.conditional_gaps(value)
    shown = POWER * gaps["error"] <= limit
    binds = gaps.index[shown | (gaps["gap"].abs() - MARGIN * gaps["error"] > limit)]
    return book, [name for name in names if name in binds]


def _bound(book: Ledger, names: list[str], value: Floats) -> float:
    """The largest |gap| plus its 90% two-sided margin over the groups that bind."""
    gaps = book.conditional_gaps(value).loc[names]
    return float((gaps["gap"].abs() + MARGIN * gaps["error"]).max())


def _keeps(floor: float, after: Floats, before: Floats, groups: Groups) -> bool:
    """Say whether no group is shown to lose more than ``1 - floor`` of its expected benefit, or of its completion.

    Shown: the one-sided 95% upper bound of the paired difference lies below that loss.
    """
    return not any(
        _shown_to_lose(after[label == name], before[label == name], 1.0 - floor)
        for _, label, names in groups.binding()
        for name in names
    )


def _shown_to_lose(after: Floats, before: Floats, share: float) -> bool:
    """Whether the mean falls by more than ``share`` of what it was, which may be zero or a loss."""
    difference = after - before
    upper = difference.mean() + MARGIN * difference.std(ddof=1) / np.sqrt(len(difference))
    return bool(upper < -share * abs(before.mean()))
