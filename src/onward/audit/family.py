"""Which groups are judged: the primary family, fixed by who there is and how values vary, before any result."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from onward.audit.groups import UNJUDGED
from onward.audit.intervals import EQUIVALENCE, coded, moments
from onward.audit.plan import AuditPlan
from onward.audit.population import Cell, Floats


@dataclass(frozen=True)
class Family:
    """The groups that are tested, and those too small for it; ``needed`` is the effective n that is asked for.

    ``judged`` have it: each must lie inside the limit for a pass. ``watched`` are large enough to be shown outside it,
    so they can fail an audit, and too small to be shown inside, so they neither pass nor block it. These and the
    ``too_small`` are owed a case review.

    ``spread`` is the standard deviation of face value within strata on which that rests, dollars: over all learners
    together, blind to group, so that fixing the family shows no result (for trials: Kieser and Friede 2003, Statistics
    in Medicine 22:3571-3581).
    """

    judged: tuple[Cell, ...]
    watched: tuple[Cell, ...]
    too_small: tuple[Cell, ...]
    needed: int
    spread: float

    @property
    def tested(self) -> tuple[Cell, ...]:
        """All whose gap is tested, and for whose intervals the level holds at once."""
        return (*self.judged, *self.watched)

    @property
    def reviewed(self) -> tuple[Cell, ...]:
        """All who are owed a case review."""
        return (*self.watched, *self.too_small)


def effective_n(*, spread: float, limit: float, power: float) -> int:
    """Return the effective n at which a gap of 0 is shown to lie inside the limit with this chance.

    Two one-sided tests of 5% need a standard error of ``limit / (z(.95) + z((1 + power) / 2))`` (Julious 2004,
    Statistics in Medicine 23:1921-1986, the case of a true difference of 0). A group of n set against m others has the
    effective n of n m / (n + m), which is nearly n where the others are many.

    >>> effective_n(spread=8_000.0, limit=500.0, power=0.9)
    2771
    """
    factor = stats.norm.ppf((1 + EQUIVALENCE) / 2) + stats.norm.ppf((1 + power) / 2)
    return math.ceil(float((spread * factor / limit) ** 2))


def spread_within(values: Floats, strata: pd.Series, count: Floats) -> float:
    """Return the standard deviation of a figure within strata, over all learners.

    >>> round(spread_within(np.array([1.0, 3.0, 11.0, 13.0]), pd.Series(list("aabb")), np.ones(4)), 3)
    1.414
    """
    found = moments(values, coded(strata, count=count))
    freedom = np.clip(found.n - 1, 0, None).sum()
    return float(np.sqrt(found.squares.sum() / freedom)) if freedom > 0 else 0.0


def family(who: pd.DataFrame, count: Floats, *, spread: float, plan: AuditPlan) -> Family:
    """Say which groups of the plan's attributes are judged; no result has a part in it.

    >>> people = pd.DataFrame({"gender": ["woman"] * 120 + ["man"] * 100 + ["nonbinary_or_other"] * 30})
    >>> found = family(people, np.ones(250), spread=3_000.0, plan=AuditPlan(attributes=("gender",)))
    >>> found.needed, found.judged, found.too_small
    (49, (('gender', 'man'), ('gender', 'woman')), (('gender', 'nonbinary_or_other'),))
    """
    needed = effective_n(spread=spread, limit=plan.limit, power=plan.power)
    judged: list[Cell] = []
    watched: list[Cell] = []
    too_small: list[Cell] = []
    for name in plan.attributes:
        at = coded(who[name], count=count)
        n = at.sums()[0]
        for group, size in zip(at.groups, n, strict=True):
            if group in UNJUDGED or group == plan.reference.get(name):
                continue
            others = n[at.groups.index(plan.reference[name])] if name in plan.reference else n.sum() - size
            effective = size * others / (size + others)
            enough = judged if effective >= needed else watched
            (too_small if size < plan.family_minimum else enough).append((name, group))
    return Family(tuple(judged), tuple(watched), tuple(too_small), needed, spread)
