"""Advice parity: a limit on the gap between the value of what a group is advised and everyone else's, given strata.

fairlearn's ``UtilityParity`` keeps the ledger; scores are shrunk toward their stratum's mean until the limit holds.
Group labels fit the strength and are gone after that: nothing here needs a group when advice is given.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from fairlearn.reductions import UtilityParity
from scipy.stats import norm

from onward.policy.ranking import of_choice

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.str_]
Advise = Callable[[Floats], npt.NDArray[np.int64]]
MARGIN = float(norm.ppf(0.95))
"""Standard errors on either side of a gap in its 90% interval."""
Outcome = Literal["met", "not met", "not evaluated"]
TRIED = ["strength", "bound", "benefit", "floor_kept"]
STRENGTHS = tuple(round(step / 20, 2) for step in range(20, -1, -1))
"""From 1, which changes nothing, down to 0, which ranks everyone in a stratum alike."""


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


@dataclass(frozen=True)
class Shrinkage:
    """Scores pulled toward the mean of their stratum: ``strength`` x score + (1 - strength) x mean.

    With strength 1 nothing changes; with 0 everyone in a stratum is ranked alike. ``means`` has shape (strata, c).
    """

    strength: float
    strata: tuple[str, ...]
    means: Floats

    def apply(self, scores: Floats, stratum: Labels) -> Floats:
        """Shrunk scores, shape (n, c); learners of a stratum that was not seen keep theirs."""
        if self.strength == 1.0:
            return scores
        position = pd.Index(self.strata).get_indexer(stratum)
        mean = np.where((position >= 0)[:, None], self.means[np.maximum(position, 0)], scores)
        return np.asarray(self.strength * scores + (1.0 - self.strength) * mean)


@dataclass(frozen=True)
class ParityResult:
    """A fitted constraint: the shrinkage, what came of the limit on the calibration split, and what was tried.

    ``tried`` has one row per strength: ``strength``, ``bound`` (largest |gap| plus its margin, dollars), ``benefit``
    (mean expected, dollars), ``floor_kept``.
    """

    shrinkage: Shrinkage
    outcome: Outcome
    limit: float
    bound: float
    tried: pd.DataFrame

    @property
    def words(self) -> str:
        """What came of it, in a sentence for the command and the report; it names no group."""
        if self.outcome == "not evaluated":
            return f"not evaluated; no group of the calibration split is large enough for a limit of ${self.limit:,.0f}"
        widest = f"the largest gap with its margin is ${self.bound:,.0f} a year"
        judged = f"limit ${self.limit:,.0f}; on the calibration split {widest}"
        if self.outcome == "not met":
            kept = "no strength brings the gaps inside the limit and keeps the floors"
            return f"not met, so nothing is changed; {kept}; {judged}"
        return f"met; scores are shrunk toward their stratum's mean, strength {self.shrinkage.strength:.2f}; {judged}"


@dataclass(frozen=True)
class Groups:
    """Who is in which group, on the calibration split: labels of shape (n,) per attribute.

    Groups smaller than ``smallest``, and those in ``unjudged`` (unknown and the like), do not bind.
    """

    labels: Mapping[str, Labels]
    unjudged: frozenset[str]
    smallest: int

    def binding(self) -> Iterator[tuple[Labels, list[str]]]:
        """Each attribute's labels with the names of its groups that bind."""
        for label in self.labels.values():
            names, counts = np.unique(label, return_counts=True)
            yield (
                label,
                [str(n) for n, c in zip(names, counts, strict=True) if c >= self.smallest and n not in self.unjudged],
            )


def fit_shrinkage(
    scores: Floats,
    advise: Advise,
    *,
    value: Floats,
    expected_benefit: Floats,
    completion: Floats,
    stratum: Labels,
    groups: Groups,
    limit: float,
    floor: float,
) -> ParityResult:
    """Find the largest strength whose gaps, with their margin, lie inside ``limit`` dollars a year.

    ``scores``, ``expected_benefit`` and ``completion`` have shape (n, c), ``value`` (c,); ``advise`` turns scores into
    the position of the first choice. A group whose margin alone is as wide as the limit cannot be shown to lie inside
    it and does not bind, unless it lies outside already; it is owed a case review. A strength that leaves any group
    less than ``floor`` times the expected benefit, or the completion, it has without the constraint is not taken (never
    by levelling down). Where no strength meets both, nothing is changed and the outcome is not met: nobody pays for a
    limit that is not kept. Where no group binds it is not evaluated.
    """
    strata, means = _stratum_means(scores, stratum)
    unchanged = advise(scores)
    binding = [(label, names) for label, names in groups.binding() if names]
    books = [_large_enough(Ledger(label, stratum), names, value[unchanged], limit) for label, names in binding]
    if not any(names for _, names in books):
        nothing = pd.DataFrame(columns=TRIED)
        return ParityResult(unconstrained(scores.shape[1]), "not evaluated", limit, float("nan"), nothing)
    rows = []
    for strength in STRENGTHS:
        choice = advise(Shrinkage(strength, strata, means).apply(scores, stratum))
        bound = _largest_bound(value[choice], books)
        kept = all(
            _keeps(floor, of_choice(m, choice), of_choice(m, unchanged), groups) for m in (expected_benefit, completion)
        )
        rows.append((strength, bound, float(of_choice(expected_benefit, choice).mean()), kept))
        if kept and bound <= limit:
            break
    tried = pd.DataFrame(rows, columns=TRIED)
    strength, bound, _, kept = rows[-1]
    if kept and bound <= limit:
        return ParityResult(Shrinkage(strength, strata, means), "met", limit, bound, tried)
    return ParityResult(unconstrained(scores.shape[1]), "not met", limit, rows[0][1], tried)


def unconstrained(credentials: int) -> Shrinkage:
    """The shrinkage that changes nothing, over a catalogue of so many credentials."""
    return Shrinkage(1.0, (), np.empty((0, credentials)))


def _stratum_means(scores: Floats, stratum: Labels) -> tuple[tuple[str, ...], Floats]:
    means = pd.DataFrame(scores).groupby(stratum).mean()
    return tuple(str(name) for name in means.index), means.to_numpy()


def _large_enough(book: Ledger, names: list[str], value: Floats, limit: float) -> tuple[Ledger, list[str]]:
    """The groups whose margin fits into the limit, and those already outside it whatever their margin."""
    gaps = book.conditional_gaps(value)
    margin = MARGIN * gaps["error"]
    binds = gaps.index[(margin < limit) | (gaps["gap"].abs() - margin > limit)]
    return book, [name for name in names if name in binds]


def _largest_bound(value: Floats, books: list[tuple[Ledger, list[str]]]) -> float:
    """The largest |gap| plus its 90% two-sided margin over all groups that bind."""
    gaps = pd.concat([book.conditional_gaps(value).loc[names] for book, names in books])
    return float((gaps["gap"].abs() + MARGIN * gaps["error"]).max())


def _keeps(floor: float, after: Floats, before: Floats, groups: Groups) -> bool:
    """Say whether every group loses at most ``1 - floor`` of its expected benefit, which may be zero or a loss."""
    means = [
        (after[label == name].mean(), before[label == name].mean())
        for label, names in groups.binding()
        for name in names
    ]
    return all(now >= was - (1.0 - floor) * abs(was) for now, was in means)
