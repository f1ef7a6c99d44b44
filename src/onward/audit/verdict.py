"""What the judged gaps say together: pass, fail, cannot tell, or not evaluated."""

import math
from dataclasses import dataclass, replace
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
    ``by_values`` says that no number of learners would show it: the values themselves are known too roughly. A group
    that is ``watched`` is large enough to be shown outside the limit and too small to be shown inside: it is owed a
    case review, and neither passes nor blocks a pass.
    """

    attribute: str
    group: str
    outcome: Outcome
    needed: int | None = None
    by_values: bool = False
    watched: bool = False


@dataclass(frozen=True)
class Verdict:
    """The verdict of an audit, with all that keeps it from being a pass.

    ``wider`` are groups whose gap over all learners is wider than under the decisions compared with; ``compared`` says
    whether that could be looked at. ``too_small`` are groups owed a case review, those that are watched among them:
    none of them is passed. ``reservations`` are what else keeps it from passing, in words: what could not be evaluated.
    ``tested`` counts the gaps that were tested, whether they may be shown or not.
    """

    status: Status
    findings: tuple[Finding, ...]
    wider: tuple[tuple[str, str], ...]
    compared: bool
    too_small: tuple[tuple[str, str], ...]
    reservations: tuple[str, ...] = ()
    tested: int = 0


def needed_n(*, n: int, error: float, limit: float, values: float = 0.0) -> int | None:
    """Return how many of the group would show a gap of 0 to lie inside the limit, with a power of 90%.

    Two one-sided tests of 5% need a standard error of ``limit / (z(.95) + z(.95))`` (Julious 2004, Statistics in
    Medicine 23:1921-1986, the case of a true difference of 0). ``error``, from chance in who the learners are, shrinks
    with the root of n while the mix of groups and strata stays as it is; ``values``, from how well the values are
    known, does not. None where the values alone are more than that.

    >>> needed_n(n=100, error=800.0, limit=500.0), needed_n(n=100, error=800.0, limit=500.0, values=400.0)
    (2771, None)
    """
    factor = float(stats.norm.ppf((1 + EQUIVALENCE) / 2) + stats.norm.ppf((1 + POWER) / 2))
    left = (limit / factor) ** 2 - values**2
    return math.ceil(n * error**2 / left) if left > 0 else None


def find(row: "pd.Series", *, limit: float) -> Finding:
    """Say what one judged gap shows; an interval that is missing shows nothing."""
    attribute, group = str(row["attribute"]), str(row["group"])
    if not row["comparable"]:
        return Finding(attribute, group, "not_comparable")
    if row["low90"] >= -limit and row["high90"] <= limit:
        return Finding(attribute, group, "inside")
    if row["low"] > limit or row["high"] < -limit:
        return Finding(attribute, group, "outside")
    if not np.isfinite(row["error"]) or abs(row["gap"]) > limit:
        return Finding(attribute, group, "cannot_tell")
    needed = needed_n(n=int(row["n"]), error=float(row["sampling"]), limit=limit, values=float(row["values"]))
    return Finding(attribute, group, "cannot_tell", needed, by_values=needed is None)


def status(findings: tuple[Finding, ...], *, may_pass: bool) -> Status:
    """Join the findings: one outside fails, all inside pass, none at all is never a pass.

    >>> status((), may_pass=True), status((Finding("gender", "woman", "inside"),), may_pass=False)
    ('not_evaluated', 'cannot_tell')
    """
    comparable = [finding for finding in findings if finding.outcome != "not_comparable"]
    if any(finding.outcome == "outside" for finding in comparable):
        return "fail"
    if not comparable:
        return "not_evaluated"
    outcomes = {finding.outcome for finding in findings if not finding.watched}
    return "pass" if outcomes == {"inside"} and may_pass else "cannot_tell"


def judge(
    judged: pd.DataFrame,
    *,
    limit: float,
    wider: tuple[tuple[str, str], ...],
    compared: bool,
    too_small: tuple[tuple[str, str], ...],
    watched: tuple[tuple[str, str], ...] = (),
    reservations: tuple[str, ...] = (),
) -> Verdict:
    """Judge the primary gaps: attribute, group, n, gap, error with its parts, comparable and both intervals of each.

    A pass asks besides that the gap over all learners was compared with history's and is not wider: strata can carry
    the tracking, and then the gap inside them shows nothing. With ``reservations`` nothing passes.
    """
    found = (find(row, limit=limit) for _, row in judged.iterrows())
    findings = tuple(replace(one, watched=(one.attribute, one.group) in watched) for one in found)
    return Verdict(
        status(findings, may_pass=compared and not wider and not reservations),
        findings,
        wider,
        compared,
        too_small,
        reservations,
        len(findings),
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
