"""The limits that learners of a made-up state system set: who has least time to spare sets most of them."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.simulated_people import Floats, People
from onward.data.simulated_world import World

MOST_WEEKS = np.array([16.0, 40.0, 60.0, 110.0])
MOST_COST = np.array([1_000.0, 5_000.0, 10_000.0])
SCHEDULES = np.array(["evening|weekend|any", "day|any", "evening|any"], object)
WORKS_FULL_TIME, WOMAN = 1.6, 1.3
"""How much more often those who work full-time, and women, set limits; made up."""


def limits_frame(world: World, people: People, ids: npt.NDArray[np.object_], rng: np.random.Generator) -> pd.DataFrame:
    """Return the canonical limits of a share ``world.limits`` of the learners, who each set one to three of them."""
    often = world.limits * np.where(people.full_time > 0, WORKS_FULL_TIME, 1.0) * np.where(people.woman > 0, WOMAN, 1.0)
    often = often * world.limits / max(float(often.mean()), 1e-9)
    who = np.flatnonzero(rng.random(len(people)) < often)
    n = len(who)
    weeks, cost, hours, schedule, stack = rng.random((5, n)) < np.array([[0.5], [0.45], [0.2], [0.35], [0.15]])
    weeks |= ~(cost | hours | schedule | stack)
    return pd.DataFrame(
        {
            "learner_id": ids[who],
            "max_weeks": np.where(weeks, MOST_WEEKS[rng.integers(len(MOST_WEEKS), size=n)], np.nan),
            "max_cost": np.where(cost, MOST_COST[rng.integers(len(MOST_COST), size=n)], np.nan),
            "max_hours_per_week": np.where(hours, _hours(people.hours[who]), np.nan),
            "schedule": pd.Series(SCHEDULES[rng.integers(len(SCHEDULES), size=n)], dtype="str").where(schedule),
            "must_stack": pd.Series(stack, dtype="boolean").where(stack),
        }
    )


def _hours(spare: Floats) -> npt.NDArray[np.float64]:
    return np.maximum(np.round(spare.astype(float)), 8.0)
