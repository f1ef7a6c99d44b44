"""A made-up state system with known truth: canonical tables beside the facts no college has.

It exists to show, before any real learner is advised, what a method recovers and what it costs: how the learners were
steered, who meets a barrier, and how likely each is to complete each credential are knobs or known. Shares of groups,
who is drawn to which field, and what credentials return are public figures; everything else is made up, and no figure
from it says anything of a real college.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.simulated_catalogue import made_up_catalogue
from onward.data.simulated_history import Attempts, live
from onward.data.simulated_limits import limits_frame
from onward.data.simulated_people import People, demographics_frame, draw_people, learners_frame
from onward.data.simulated_records import (
    Brought,
    attempts_frame,
    awards_frame,
    draw_brought,
    enrollments_frame,
    experiences_frame,
    offers_frame,
)
from onward.data.simulated_work import Worked, draw_worked
from onward.data.simulated_world import World
from onward.data.tables import Tables

__all__ = ["Truth", "World", "simulate"]


@dataclass(frozen=True)
class Truth:
    """What only the simulator knows, of ``d`` decision points and ``c`` credentials; none of it is in the tables.

    decision_points: learner_id, as_of, credential_id (the logged choice); a row per attempt, by as_of, then learner_id.
    credential_ids: the order of the columns below, that of the credentials table.
    p_complete: P(complete | do(credential)), shape (d, c).
    eligible: what was open then, shape (d, c): requirements held, not already awarded.
    stop_hazard: chance of stopping in each term of the logged attempt, 1 - P ** (1 / terms), shape (d,).
    blind_p_complete: E[p_complete | the record at entry and credit recognised], shape (d, c): the best any method can
    know without groups or latent facts. Exact at a learner's first decision point; later ones also have grades and
    completions, which it does not use.
    """

    decision_points: pd.DataFrame
    credential_ids: tuple[str, ...]
    p_complete: npt.NDArray[np.float32]
    eligible: npt.NDArray[np.bool_]
    stop_hazard: npt.NDArray[np.float32]
    blind_p_complete: npt.NDArray[np.float32]


def simulate(world: World, *, seed: int) -> tuple[Tables, Truth]:
    """Return the canonical tables of ``world``, and the truth beside them; the same seed gives the same of both.

    >>> tables, truth = simulate(World(learners=50), seed=1)
    >>> len(tables.learners), truth.p_complete.shape == (len(tables.attempts), len(tables.credentials))
    (50, True)
    """
    # One stream per stage: worlds that differ in steering or barrier alone have the same learners.
    of_people, of_history, of_records, of_limits, of_work = np.random.default_rng(seed).spawn(5)
    people = draw_people(world, of_people)
    brought = draw_brought(people, of_people)
    worked = draw_worked(people, of_work)
    attempts = live(world, people, brought.held, worked.credits_of(world.learners), of_history)
    ids = learner_ids(world.learners)
    tables = _tables(world, people, brought, worked, attempts, ids=ids, rng=of_records)
    tables = replace(tables, limits=limits_frame(world, people, ids, of_limits))
    return tables, _truth(tables, attempts)


def learner_ids(n: int) -> npt.NDArray[np.object_]:
    """Return ``n`` made-up pseudonyms whose order is that of the learners.

    >>> learner_ids(2).tolist()
    ['s000001', 's000002']
    """
    width = max(6, len(str(n)))
    return np.array([f"s{number:0{width}d}" for number in range(1, n + 1)], object)


def _tables(
    world: World,
    people: People,
    brought: Brought,
    worked: Worked,
    attempts: Attempts,
    *,
    ids: npt.NDArray[np.object_],
    rng: np.random.Generator,
) -> Tables:
    catalogue, through = made_up_catalogue(), world.through
    return Tables(
        learners=learners_frame(people, ids),
        demographics=demographics_frame(people, ids, rng),
        enrollments=enrollments_frame(attempts, people, ids, through, rng),
        attempts=attempts_frame(attempts, ids, through),
        awards=awards_frame(attempts, brought, ids, through),
        experiences=experiences_frame(attempts, worked, ids, through),
        offers=offers_frame(attempts, ids, rng),
        credentials=catalogue.credentials,
        pathways=catalogue.pathways,
        values=catalogue.values,
    )


def _truth(tables: Tables, attempts: Attempts) -> Truth:
    columns = {"learner_id": "learner_id", "started_on": "as_of", "credential_id": "credential_id"}
    return Truth(
        decision_points=tables.attempts[list(columns)].rename(columns=columns),
        credential_ids=tuple(tables.credentials["credential_id"]),
        p_complete=attempts.p_complete,
        eligible=attempts.eligible,
        stop_hazard=attempts.stop_hazard,
        blind_p_complete=attempts.blind_p_complete,
    )
