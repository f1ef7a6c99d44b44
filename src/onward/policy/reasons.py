"""Reasons in plain sentences, from the model's own contributions: why this credential rather than the others open.

A reason comes from a fixed catalogue. An institution's own columns never give one: they may stand for something that no
learner should be told decides about them.
"""

from collections.abc import Sequence

import numpy as np

from onward.history.features import FEATURES
from onward.history.spec import FeatureSpec
from onward.policy.ranking import Floats

SENTENCES = {
    "goal": "It is close to the goal you stated.",
    "interest": "It is in a field you said interests you.",
    "preparation": "Your preparation so far fits what it asks.",
    "progress": "The credits you have earned so far speak for it.",
    "grades": "Your grades so far speak for it.",
    "history": "It builds on what you have started or finished before.",
    "experience": "Your work experience speaks for it.",
    "recognised": "What you hold already counts toward it.",
    "schedule": "It fits the hours you have.",
    "length": "Its length suits learners in a position like yours.",
    "cost": "What it costs suits learners in a position like yours.",
    "program": "Learners in a position like yours have completed this program more often than others.",
    "time": "Its timing suits how long you have been studying.",
}
"""What each reason says; a test holds every feature's reason to one of these."""
_REASON_OF = {feature.name: feature.reason for feature in FEATURES}


def reasons(contributions: Floats, advised: Sequence[int], spec: FeatureSpec, *, most: int = 3) -> list[list[str]]:
    """Sentences for each advised candidate.

    ``contributions`` has shape (candidates, features): what each feature adds to the log-odds of completing each open
    candidate; ``advised`` are rows of it. A reason counts by how much more it adds here than on average over the
    others, so what is the same for every candidate explains nothing.
    """
    names = sorted(SENTENCES)
    groups = np.array([[_REASON_OF.get(feature) == name for name in names] for feature in spec.names], dtype=float)
    by_reason = contributions @ groups
    above = by_reason - by_reason.mean(axis=0)
    found = []
    for row in advised:
        order = np.lexsort((np.arange(len(names)), -above[row]))[:most]
        found.append([SENTENCES[names[position]] for position in order if above[row, position] > 0])
    return found
