"""What is on record of learners as plain numbers, for methods that know nothing of decision points or categories."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from lab.world import Bools, Floats, LabWorld, Places
from onward.history.features import INTEREST
from onward.history.spec import DECLARED
from onward.history.timeline import numbers
from onward.history.views import LearnerView, PairView
from onward.models.pairs import every_candidate
from onward.policy.eligibility import eligible


def learner_rows(world: LabWorld, points: pd.DataFrame) -> Floats:
    """One row per point, (n, features): facts of the learner, stated interests, and the stated field as flags.

    What is missing is 0 with a flag beside it. No sensitive column is among them: the features are those of the spec.
    """
    view = world.view_of(points)
    first = PairView(view, np.arange(len(points)), np.zeros(len(points), np.int64))
    whole = world.spec.matrix(first)
    plain = [
        at
        for at, name in enumerate(world.spec.names)
        if name not in world.spec.categories and (name not in DECLARED or DECLARED[name].scope == "learner")
    ]
    numeric = np.column_stack([whole[:, plain], *_interests(view)])
    goal = whole[:, world.spec.names.index("goal_field")]
    fields = goal[:, None] == np.arange(len(world.spec.categories["goal_field"]))
    missing = np.isnan(numeric)
    return np.column_stack([np.nan_to_num(numeric), missing[:, missing.any(axis=0)], fields]).astype(float)


def _interests(view: LearnerView) -> list[Floats]:
    return [numbers(view.fact(name)) for name in view.timeline.facts if name.startswith(INTEREST)]


def open_to(world: LabWorld, points: pd.DataFrame) -> Bools:
    """What is open at any decision points by what is on record, (n, c); the choice that was made counts as open."""
    opened = eligible(world.view_of(points).standing, world.catalogue)
    opened[np.arange(len(points)), world.catalogue.places(points["credential_id"])] = True
    return opened


def scores(world: LabWorld, points: pd.DataFrame, score: Callable[[Floats], Floats]) -> Floats:
    """Score every candidate at every point, (n, c), by its features under the spec."""
    return every_candidate(world.timeline, world.view_of(points).points, world.catalogue, world.spec, score)


def drawn_pairs(world: LabWorld, points: pd.DataFrame, *, alternatives: int, seed: int) -> Floats:
    """Features of each choice and, after it, of credentials drawn evenly from the others that were open.

    Shape (n x (1 + alternatives), features).
    """
    choice = world.catalogue.places(points["credential_id"])
    keys = np.where(open_to(world, points), np.random.default_rng(seed).random((len(points), len(world.value))), np.inf)
    keys[np.arange(len(points)), choice] = -1.0
    credential: Places = np.argsort(keys, axis=1)[:, : 1 + alternatives]
    point = np.repeat(np.arange(len(points)), credential.shape[1])
    return world.spec.matrix(PairView(world.view_of(points), point, credential.ravel()))
