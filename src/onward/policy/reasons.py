"""Reasons in plain sentences, from the model's own contributions: why this credential rather than the others open.

A reason comes from a fixed catalogue. An institution's own columns never give one: they may stand for something that no
learner should be told decides about them.
"""

from collections.abc import Callable, Sequence

import numpy as np

from onward.history.features import FEATURES
from onward.history.spec import FeatureSpec
from onward.policy.prospects import Floats

SENTENCES = {
    "goal": "It is close to the goal you stated.",
    "interest": "It is in a field you said interests you.",
    "preparation": "Your preparation so far fits what it asks.",
    "progress": "The credits you have earned so far speak for it.",
    "grades": "Your grades so far speak for it.",
    "history": "It builds on what you have started or finished before.",
    "experience": "Your work experience speaks for it.",
    "recognised": "What you hold, or have learned at work, already counts toward it.",
    "schedule": "It fits the hours you have.",
    "length": "By the model, its length makes it easier to complete for learners in a position like yours.",
    "cost": "By the model, what it costs makes it easier to complete for learners in a position like yours.",
    "program": "The model expects learners in a position like yours to complete this program more often than others.",
    "time": "By the model, the time since you entered speaks for it.",
}
"""What each reason says; a test holds every feature's reason to one of these."""
_REASON_OF = {feature.name: feature.reason for feature in FEATURES}

Facts = dict[str, float]
"""The features of one candidate; a feature that the model does not read is absent."""


def _has(*names: str) -> Callable[[Facts, Facts], bool]:
    """Whether any of the facts is on record and above zero."""
    return lambda facts, _: any(facts.get(name, 0.0) > 0 for name in names)


def _ready(facts: Facts, _: Facts) -> bool:
    """Whether what is on record of readiness says ready; a grade alone counts where neither test is on record."""
    tests = [facts.get(name, np.nan) for name in ("math_ready", "english_ready")]
    known = [test for test in tests if not np.isnan(test)]
    return all(test == 1.0 for test in known) if known else facts.get("prior_gpa", np.nan) > 0


HOLDS: dict[str, Callable[[Facts, Facts], bool]] = {
    "goal": lambda facts, _: facts.get("field_is_goal") == 1.0,
    "interest": lambda facts, mean: facts.get("stated_interest", np.nan) > mean.get("stated_interest", np.nan),
    "preparation": _ready,
    "progress": _has("credits_earned"),
    "grades": _has("gpa_mean"),
    "history": _has("recognised_share", "tried_before"),
    "experience": _has("experiences"),
    "recognised": _has("recognised_share"),
    "schedule": lambda facts, _: facts.get("hours_to_spare", np.nan) >= 0,
    "length": lambda *_: True,
    "cost": lambda facts, _: facts.get("net_price", np.nan) >= 0,
    "program": lambda *_: True,
    "time": _has("months_since_entry"),
}
"""When each sentence is true of a learner and a candidate; the second argument is the mean over the open candidates."""


def reasons(
    contributions: Floats, matrix: Floats, advised: Sequence[int], spec: FeatureSpec, *, most: int = 3
) -> list[list[str]]:
    """Sentences for each advised candidate, each of which is true of the learner.

    ``contributions`` and ``matrix`` have shape (candidates, features): what each feature adds to the log-odds of
    completing each open candidate, and its value; ``advised`` are rows of them. A reason counts by how much more it
    adds here than on average over the others, so what is the same for every candidate explains nothing; it is given
    only where it speaks for the candidate by itself and the facts bear out what it says.
    """
    names = sorted(SENTENCES)
    groups = np.array([[_REASON_OF.get(feature) == name for name in names] for feature in spec.names], dtype=float)
    by_reason = contributions @ groups
    above = by_reason - by_reason.mean(axis=0)
    # A sentence on what the model expects needs the model to expect it, of the candidate as a whole.
    likelier = contributions.sum(axis=1) > contributions.sum(axis=1).mean()
    mean = _facts(np.array([_mean(column) for column in matrix.T]), spec)
    found = []
    for row in advised:
        facts = _facts(matrix[row], spec)
        order = np.lexsort((np.arange(len(names)), -above[row]))
        holds = [HOLDS[name](facts, mean) and (name != "program" or likelier[row]) for name in names]
        told = [names[p] for p in order if min(above[row, p], by_reason[row, p]) > 0 and holds[p]]
        found.append([SENTENCES[name] for name in told[:most]])
    return found


def _facts(values: Floats, spec: FeatureSpec) -> Facts:
    return dict(zip(spec.names, values.tolist(), strict=True))


def _mean(column: Floats) -> float:
    present = column[~np.isnan(column)]
    return float(present.mean()) if len(present) else float("nan")
