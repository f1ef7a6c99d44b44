"""Scores of every candidate at every decision point, a block at a time."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from onward.catalog.catalogue import Catalogue
from onward.history.decision_points import positions
from onward.history.known import Points
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.history.views import Floats, LearnerView, PairView

BLOCK = 2_000
"""Points scored at once; with 40 candidates and 40 features a block takes about 30 MB."""


def chosen(points: pd.DataFrame, timeline: Timeline, catalogue: Catalogue, spec: FeatureSpec) -> Floats:
    """The matrix of each decision point with its one credential, shape (n, features)."""
    credential = catalogue.places(points["credential_id"])
    view = PairView(LearnerView(timeline, positions(points, timeline), catalogue), np.arange(len(points)), credential)
    return spec.matrix(view)


def every_candidate(
    timeline: Timeline, points: Points, catalogue: Catalogue, spec: FeatureSpec, score: Callable[[Floats], Floats]
) -> Floats:
    """``score`` of all candidates at all points, shape (n, c); any subset of points gives those rows of the whole."""
    size = len(catalogue)
    scores = np.empty((len(points), size))
    for start in range(0, len(points), BLOCK):
        block = Points(points.learner[start : start + BLOCK], points.as_of[start : start + BLOCK])
        point, credential = np.repeat(np.arange(len(block)), size), np.tile(np.arange(size), len(block))
        matrix = spec.matrix(PairView(LearnerView(timeline, block, catalogue), point, credential))
        scores[start : start + BLOCK] = score(matrix).reshape(len(block), size)
    return scores
