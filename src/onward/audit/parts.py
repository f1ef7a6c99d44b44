"""What a gap over all learners consists of: goals, readiness, what is open, and what none of them explains.

Groups differ in what their learners want, how they are prepared and what is open to them, and each of these may itself
be the work of earlier steering: a part that is explained is not thereby excused.

A part is by how much the gap shrinks when learners are compared who are alike in it as well. That depends on what came
before, so it is averaged over all orders in which the three can be taken (the Shapley value, for gaps: Shorrocks 2013,
Journal of Economic Inequality 11:99-126). The parts and what is left add up to the gap over all learners.
"""

from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from scipy import stats

from onward.audit.intervals import CONFIDENCE, Coded, coded, contrast, moments
from onward.audit.population import Floats
from onward.audit.simultaneous import influence

CONTROLS = ("goal", "readiness", "eligibility")
UNEXPLAINED = "unexplained"
Held = tuple[str, ...]


def controls_of(strata: pd.DataFrame) -> Held:
    """Return which of the three every learner has a class of."""
    return tuple(name for name in CONTROLS if strata[name].notna().all())


def _subsets(controls: Held) -> list[Held]:
    return [held for size in range(len(controls) + 1) for held in combinations(controls, size)]


def _weights(controls: Held) -> dict[str, dict[Held, float]]:
    """Return each part as weights of the gaps given every set of controls."""
    many = len(controls)
    found: dict[str, dict[Held, float]] = {}
    for part in controls:
        weights: dict[Held, float] = {}
        for held in _subsets(tuple(name for name in controls if name != part)):
            with_part = tuple(name for name in controls if name in {*held, part})
            share = factorial(len(held)) * factorial(many - len(held) - 1) / factorial(many)
            weights[held] = weights.get(held, 0.0) + share
            weights[with_part] = weights.get(with_part, 0.0) - share
        found[part] = weights
    return found | {UNEXPLAINED: {controls: 1.0}}


def _joined(strata: pd.DataFrame, held: Held) -> pd.Series | None:
    """Return the combination of what is held for every learner, or nothing where nothing is.

    The name of what is held goes with it, so that a goal called other is not taken for the stratum of unlike learners.
    """
    if not held:
        return None
    columns = [f"{name} " + strata[name].astype("str").reset_index(drop=True) for name in held]
    return reduce(lambda one, other: one + " | " + other, columns)


@dataclass(frozen=True)
class _GivenHeld:
    """The gap of every group given what is held, by how much each row moves it, and the share that is covered."""

    groups: tuple[str, ...]
    gap: Floats
    moved: Floats
    covered: Floats

    @classmethod
    def of(cls, values: Floats, at: Coded) -> "_GivenHeld":
        """Estimate the gaps in the cells ``at``; ``moved`` has shape (rows, groups).

        A learner alone in a cell stands at its mean and seems to move nothing. So each group's column is scaled to the
        standard error that the gap has by itself, which knows of such learners.
        """
        found = contrast(moments(values, at), at.alike)
        estimates = found.estimates(at.sums().sum(0))
        raw = np.stack([influence(values, at, found, place) for place in range(len(at.groups))], axis=1)
        seen = np.sqrt((at.count[:, None] * raw**2).sum(axis=0))
        scale = np.divide(estimates["error"].to_numpy(), seen, out=np.ones_like(seen), where=seen > 0)
        return cls(at.groups, found.gap, raw * scale, estimates["covered"].to_numpy())


def parts(values: Floats, groups: pd.Series, strata: pd.DataFrame, count: Floats) -> pd.DataFrame:
    """Split the gap of every group over all learners: group, part, amount, low and high (95%), covered.

    ``covered`` is the share of the group that stands beside others alike in all controls. The intervals treat the
    weights of strata as given.

    >>> people = pd.DataFrame({"goal": list("aabb"), "readiness": None, "eligibility": None})
    >>> split = parts(np.array([1.0, 1, 5, 5]), pd.Series(list("xyyy")), people, np.ones(4))
    >>> split.loc[split["group"] == "x", ["part", "amount"]].round(1).values.tolist()
    [['goal', -2.7], ['unexplained', 0.0]]
    """
    controls = controls_of(strata)
    if not controls:
        return pd.DataFrame(columns=["group", "part", "amount", "low", "high", "covered"])
    members = groups.reset_index(drop=True)
    given = {held: _GivenHeld.of(values, coded(members, _joined(strata, held), count)) for held in _subsets(controls)}
    found = [_part(name, weights, given, count) for name, weights in _weights(controls).items()]
    return pd.concat(found, ignore_index=True).assign(covered=np.tile(given[controls].covered, len(found)))


def _part(name: str, weights: dict[Held, float], given: dict[Held, _GivenHeld], count: Floats) -> pd.DataFrame:
    """Add up the gaps given every set of controls by a part's weights."""
    amount = sum((weight * given[held].gap for held, weight in weights.items()), np.zeros(1))
    moved = sum((weight * given[held].moved for held, weight in weights.items()), np.zeros((1, 1)))
    half = stats.norm.ppf((1 + CONFIDENCE) / 2) * np.sqrt((count[:, None] * moved**2).sum(axis=0))
    names = next(iter(given.values())).groups
    return pd.DataFrame(
        {"group": list(names), "part": name, "amount": amount, "low": amount - half, "high": amount + half}
    )
