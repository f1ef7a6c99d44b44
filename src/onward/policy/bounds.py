"""The limits that learners set, as arrays: one rule for one learner and for many."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from onward.data.tables import MODALITIES, SCHEDULES
from onward.history.views import LearnerView
from onward.policy.prospects import Bools, Floats

ANY = "any"
"""The schedule of what may be taken at any time. Beside other times that suit a learner it adds nothing; alone it sets
no limit."""


@dataclass(frozen=True)
class Bounds:
    """What ``n`` learners will not go beyond; nan, and a row without any mark, sets no limit.

    ``weeks``, ``cost`` and ``hours`` have shape (n,): weeks and dollars still to go, and hours a week. ``modality`` of
    shape (n, modalities) and ``schedule`` of shape (n, schedules) mark what suits, in the order in which the tables
    declare them. ``must_stack`` has shape (n,).
    """

    weeks: Floats
    cost: Floats
    hours: Floats
    modality: Bools
    schedule: Bools
    must_stack: Bools

    @classmethod
    def of_table(cls, limits: pd.DataFrame, learner_ids: Sequence[str]) -> "Bounds":
        """Read canonical ``limits`` rows for ``learner_ids``, in their order; one without a row sets no limit.

        >>> limits = pd.DataFrame({"learner_id": ["a"], "max_weeks": [20.0], "max_cost": [None],
        ...     "max_hours_per_week": [None], "modality": ["online|hybrid"], "schedule": [None], "must_stack": [None]})
        >>> Bounds.of_table(limits, ["b", "a"]).weeks.tolist()
        [nan, 20.0]
        """
        rows = limits.set_index("learner_id").reindex(pd.Index(learner_ids))
        weeks, cost, hours = (
            rows[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
            for name in ("max_weeks", "max_cost", "max_hours_per_week")
        )
        stack = rows["must_stack"].astype("boolean").fillna(value=False).to_numpy(bool)
        return cls(weeks, cost, hours, _marks(rows["modality"], MODALITIES), _marks(rows["schedule"], SCHEDULES), stack)

    def allow(self, view: LearnerView) -> Bools:
        """Which candidates are within the limits of each learner of ``view``, shape (n, c).

        A fact that is not known about a credential breaks no limit.
        """
        left, catalogue = view.remaining, view.catalogue
        allowed = ~(left.weeks > self.weeks[:, None]) & ~(left.price > self.cost[:, None])
        allowed &= ~(catalogue.numbers("hours_per_week")[None, :] > self.hours[:, None])
        allowed &= _suits(self.modality, catalogue.credentials["modality"], MODALITIES)
        allowed &= _suits(self.schedule, catalogue.credentials["schedule"], SCHEDULES)
        return np.asarray(allowed & (~self.must_stack[:, None] | ~catalogue.pathways.dead_ends[None, :]))


def _marks(texts: pd.Series, values: tuple[str, ...]) -> Bools:
    """Which of ``values`` each text names, joined by |, shape (n, values)."""
    named = [set() if pd.isna(text) else set(text.split("|")) for text in texts]
    return np.array([[value in names for value in values] for names in named], dtype=bool).reshape(-1, len(values))


def _suits(wanted: Bools, column: pd.Series, values: tuple[str, ...]) -> Bools:
    """Whether what a column says is among what is wanted, shape (n, c): true where either says nothing, or any time."""
    code = np.array([values.index(cell) if cell in values else -1 for cell in column], dtype=np.int64)
    free = ~wanted[:, [value != ANY for value in values]].any(axis=1)
    at_any_time = np.array([at < 0 or values[at] == ANY for at in code], dtype=bool)
    found: Bools = wanted[:, code] | at_any_time[None, :] | np.asarray(free)[:, None]
    return found
