"""The work that learners of a made-up state system bring, and what an evaluator recommends for it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.simulated_history import Places
from onward.data.simulated_offerings import OFFERINGS
from onward.data.simulated_people import Floats, People

Days = npt.NDArray[np.datetime64]
RATE, STILL = 0.42, 0.35
"""Shares of learners who bring work, and of jobs that are still held, for which nothing is recommended yet."""
KINDS = {"job": (0.70, 3.0), "military": (0.12, 6.0), "volunteer": (0.12, 0.0), "internship": (0.06, 3.0)}
"""Share of each kind of experience before entry, and the credits an evaluator recommends for it."""
MINOR_GROUP = 3
"""Digits of an occupation within which credit is recognised."""


@dataclass(frozen=True)
class Worked:
    """A spell of work before entry for each of some learners: whose, of which kind, in which offering's occupation."""

    learner: Places
    kind: npt.NDArray[np.intp]
    occupation: Places
    started: Days
    ended: Days
    still: npt.NDArray[np.bool_]

    def credits_of(self, learners: int) -> Floats:
        """Return the credits recommended toward each credential, shape (learners, c): those of its occupation's group.

        Work that goes on counts for nothing yet.
        """
        groups = np.array([offering.soc[:MINOR_GROUP] for offering in OFFERINGS])
        credit = np.array([recommended for _, recommended in KINDS.values()])[self.kind] * ~self.still
        found = np.zeros((learners, len(OFFERINGS)), np.float32)
        found[self.learner] = credit[:, None] * (groups[self.occupation][:, None] == groups)
        return found

    def frame(self, ids: npt.NDArray[np.object_]) -> pd.DataFrame:
        """Return the canonical experiences."""
        soc = np.array([offering.soc for offering in OFFERINGS], object)
        employer = np.array([offering.partners or "employer in the region" for offering in OFFERINGS], object)
        return pd.DataFrame(
            {
                "learner_id": ids[self.learner],
                "kind": np.array(list(KINDS), object)[self.kind],
                "soc": soc[self.occupation],
                "employer": employer[self.occupation],
                "started_on": self.started,
                "ended_on": np.where(self.still, np.datetime64("NaT"), self.ended),
                "credits_recommended": np.array([recommended for _, recommended in KINDS.values()])[self.kind],
            }
        )


def draw_worked(people: People, rng: np.random.Generator) -> Worked:
    """Draw work before entry, by chance alone, so that it reveals nothing latent."""
    who = np.flatnonzero(rng.random(len(people)) < RATE)
    shares = np.array([share for share, _ in KINDS.values()])
    kind = np.searchsorted(np.cumsum(shares), rng.random(len(who))).clip(0, len(shares) - 1)
    occupation = rng.integers(len(OFFERINGS), size=len(who))
    started = people.entry[who] - rng.integers(400, 3600, len(who)).astype("timedelta64[D]")
    ended = people.entry[who] - rng.integers(1, 380, len(who)).astype("timedelta64[D]")
    still = (kind == 0) & (rng.random(len(who)) < STILL)
    return Worked(who, kind, occupation, started, ended, still)
