"""What the judged gaps say together: pass, fail, cannot tell, or not evaluated."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from onward.audit.intervals import EQUIVALENCE

Status = Literal["pass", "fail", "cannot_tell", "not_evaluated"]
Outcome = Literal["inside", "outside", "cannot_tell", "not_comparable"]
POWER = 0.9


@dataclass(frozen=True)
class Finding:
    """What one judged gap says.

    ``needed`` is how many of the group would show a true gap of zero to lie inside the limit. It is given only where
    the estimate lies inside and its interval does not: more learners make an estimate outside no likelier to pass.
    """

    attribute: str
    group: str
    outcome: Outcome
    needed: int | None = None


@dataclass(frozen=True)
class Verdict:
    """The verdict of an audit, with all that keeps it from being a pass.

    ``wider`` are groups whose gap over all learners is wider than under the decisions compared with; ``compared`` says
    whether that could be looked at. ``too_small`` are groups below the smallest size that is judged: each is owed a
    case review and none is passed.
    """

    status: Status
    findings: tuple[Finding, ...]
    wider: tuple[tuple[str, str], ...]
    compared: bool
    too_small: tuple[tuple[str, str], ...]


def needed_n(*, n: int, error: float, limit: float) -> int:
    """Return how many of the group would show a gap of 0 to lie inside the limit, with a power of 90%.

    Two one-sided tests of 5% need a standard error of ``limit / (z(.95) + z(.95))`` (Julious 2004, Statistics in
    Medicine 23:1921-1986, the case of a true difference of 0), and the error shrinks with the root of n while the mix
    of groups and strata stays as it is.

    >>> needed_n(n=100, error=800.0, limit=500.0)
    2771
    """
    factor = float(stats.norm.ppf((1 + EQUIVALENCE) / 2) + stats.norm.ppf((1 + POWER) / 2))
    return math.ceil(n * (error * factor / limit) ** 2)


def find(row: "pd.Series", *, limit: float) -> Finding:
    """Say what one judged gap shows; an interval that is missing shows nothing."""
    attribute, group = str(row["attribute"]), str(row["group"])
    if not row["comparable"]:
        return Finding(attribute, group, "not_comparable")
    if row["low90"] >= -limit and row["high90"] <= limit:
        return Finding(attribute, group, "inside")
    if row["low"] > limit or row["high"] < -limit:
        return Finding(attribute, group, "outside")
    known = np.isfinite(row["error"]) and abs(row["gap"]) <= limit
    needed = needed_n(n=int(row["n"]), error=float(row["error"]), limit=limit) if known else None
    return Finding(attribute, group, "cannot_tell", needed)


def status(findings: tuple[Finding, ...], *, may_pass: bool) -> Status:
    """Join the findings: one outside fails, all inside pass, none at all is never a pass.

    >>> status((), may_pass=True), status((Finding("gender", "woman", "inside"),), may_pass=False)
    ('not_evaluated', 'cannot_tell')
    """
    outcomes = {finding.outcome for finding in findings}
    if "outside" in outcomes:
        return "fail"
    if not outcomes - {"not_comparable"}:
        return "not_evaluated"
    return "pass" if outcomes == {"inside"} and may_pass else "cannot_tell"


def judge(
    judged: pd.DataFrame,
    *,
    limit: float,
    wider: tuple[tuple[str, str], ...],
    compared: bool,
    too_small: tuple[tuple[str, str], ...],
) -> Verdict:
    """Judge the primary gaps: attribute, group, n, gap, error, comparable, low90, high90, low and high of each.

    A pass asks besides that the gap over all learners was compared with history's and is not wider: strata can carry
    the tracking, and then the gap inside them shows nothing.
    """
    findings = tuple(find(row, limit=limit) for _, row in judged.iterrows())
    return Verdict(
        status(findings, may_pass=compared and not wider),
        findings,
        wider,
        compared,
        too_small,
    )


def wider_than(before: pd.DataFrame, after: pd.DataFrame, change: pd.DataFrame, total: pd.DataFrame) -> list[str]:
    """Return the groups whose gap grew in size by more than noise.

    All four frames are gaps with intervals of the same learners: before, after, of what changed (after minus before)
    and of the sum. Which of the last two measures the growth depends on whether the gap kept its sign. A chance
    finding is no likelier than the interval's level: the growth in size never exceeds the size of either.
    """
    kept = np.sign(after["gap"]) == np.sign(before["gap"])
    moved = change.where(kept, total)
    low_end = moved["low"].where(after["gap"] > 0, -moved["high"])
    return [str(group) for group in low_end.index[low_end > 0]]
