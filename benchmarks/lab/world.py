"""A made-up state system, divided once: learners to train on, and others that judge by their truth."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.audit.groups import GENDER, RACE, UNJUDGED, groups
from onward.catalog.catalogue import Catalogue
from onward.data.simulated import Truth, World, simulate
from onward.data.simulated_people import is_minoritised
from onward.data.tables import Tables
from onward.data.worth import benefit
from onward.history.barred import Barred
from onward.history.decision_points import positions
from onward.history.features import INTEREST, goal_field
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline, numbers
from onward.history.views import LearnerView
from onward.models.completion import completion_points
from onward.policy.strata import Strata
from onward.settings import Settings, load

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]
SETTINGS = Path(__file__).parents[2] / "training" / "settings" / "demo.toml"
COHORTS = 12
BARRIER, NOISE = 0.6, 0.6
"""What a world with a barrier, and one with hidden facts, has of them."""
GENDER_STEERING = 0.7
"""How strongly women are steered, as a share of the steering by race."""
SMALLEST_GROUP = 100
"""Groups with fewer judged learners are not judged."""
POINT = ["learner_id", "as_of", "credential_id"]


@dataclass(frozen=True, eq=False)
class LabWorld:
    """One made-up system; ``n`` judged learners, each at the first decision point, and ``c`` credentials.

    tables: the whole system. starts: decision points of the other learners, with ``outcome``, to train on.
    judged: one row per judged learner. p, blind: P(complete) under do(credential), and the most that can be known of it
    from the record, (n, c). untracked: ``p`` for the same learners in the same world without steering and barrier,
    (n, c). eligible: what is open, (n, c). logged: position of the logged choice, (n,). interest: stated interest in
    each credential's field, (n, c). goal: stated two-digit field, (n,). labels: race_ethnicity and gender as reported,
    (n,) each; minoritised, woman: (n,). stratum: preparation and goal; preparation: without the goal; (n,) each, by
    bins that were set on the training learners.
    """

    world: World
    seed: int
    settings: Settings
    tables: Tables
    catalogue: Catalogue
    timeline: Timeline
    spec: FeatureSpec
    strata: Strata
    starts: pd.DataFrame
    judged: pd.DataFrame
    p: Floats
    blind: Floats
    untracked: Floats
    eligible: Bools
    logged: Places
    value: Floats
    cost: Floats
    interest: Floats
    goal: npt.NDArray[np.object_]
    labels: dict[str, Texts]
    minoritised: Bools
    woman: Bools
    stratum: Texts
    preparation: Texts

    def __len__(self) -> int:
        return len(self.logged)

    @property
    def training(self) -> Tables:
        """The tables without the judged learners."""
        held_out = set(self.judged["learner_id"])
        kept = {
            table.name: frame[~frame["learner_id"].isin(held_out)].reset_index(drop=True)
            for table, frame in self.tables.items()
            if "learner_id" in frame
        }
        rest = {entry.name: getattr(self.tables, entry.name) for entry in fields(self.tables)}
        return Tables(**(rest | kept))

    @property
    def view(self) -> LearnerView:
        """What was known of the judged learners."""
        return self.view_of(self.judged)

    def view_of(self, points: pd.DataFrame) -> LearnerView:
        """What was known at any decision points."""
        return LearnerView(self.timeline, positions(points, self.timeline), self.catalogue)

    def benefit(self, p_complete: Floats) -> Floats:
        """Expected dollars of each credential by the cost of failing that judges, (n, c)."""
        return benefit(p_complete, self.value[None, :], self.cost[None, :])

    @property
    def real_benefit(self) -> Floats:
        """What each credential would return, (n, c)."""
        return self.benefit(self.p)

    @property
    def blind_benefit(self) -> Floats:
        """The most that the record tells of what each credential would return, (n, c)."""
        return self.benefit(self.blind)

    @property
    def groups(self) -> dict[str, Bools]:
        """The groups that are judged, each with who is in it, (n,); a group without others has nobody to be beside."""
        found = {}
        for label in self.labels.values():
            names, counts = np.unique(label, return_counts=True)
            for name, count in zip(names, counts, strict=True):
                if SMALLEST_GROUP <= count < len(self) and name not in UNJUDGED:
                    found[str(name)] = label == name
        return found


def build(
    steering: float, barrier: bool, hidden: bool, seed: int, *, learners: int = 30_000, judged: int = 10_000
) -> LabWorld:
    """Simulate a world, and keep ``judged`` learners, drawn by ``seed``, from everything that is fitted.

    Worlds that differ in steering and barrier alone have the same learners, and judge by the same of them.
    """
    world = World(
        learners=learners + judged,
        cohorts=COHORTS,
        steering_race=steering,
        steering_gender=GENDER_STEERING * steering,
        barrier=BARRIER if barrier else 0.0,
        signal_noise=NOISE if hidden else 0.0,
    )
    tables, truth = simulate(world, seed=seed)
    chosen = np.random.default_rng(seed).permutation(tables.learners["learner_id"].to_numpy(object))[:judged]
    return _divided(world, seed, tables, truth, set(chosen))


def _divided(world: World, seed: int, tables: Tables, truth: Truth, held_out: set[str]) -> LabWorld:
    settings = load(SETTINGS)
    catalogue = Catalogue.of(tables.credentials, tables.pathways, tables.values)
    timeline = Timeline.from_tables(tables, catalogue)
    starts = completion_points(tables, settings.data)
    inside = starts["learner_id"].isin(held_out)
    training = starts[~inside].reset_index(drop=True)
    points = _first(starts[inside][POINT])
    row = _rows(points, truth)
    view = LearnerView(timeline, positions(points, timeline), catalogue)
    fitted = LearnerView(timeline, positions(training, timeline), catalogue)
    strata, without_goal = (_strata(fitted, settings, goal=goal) for goal in (True, False))
    people = tables.demographics.set_index("learner_id").loc[points["learner_id"]]
    labels = groups(tables.demographics, learners=people.index, attributes=(RACE, GENDER))
    return LabWorld(
        world=world,
        seed=seed,
        settings=settings,
        tables=tables,
        catalogue=catalogue,
        timeline=timeline,
        spec=FeatureSpec.fit(timeline, catalogue, sensitive=settings.features.sensitive),
        strata=strata,
        starts=training,
        judged=points,
        p=truth.p_complete[row].astype(float),
        blind=truth.blind_p_complete[row].astype(float),
        untracked=_untracked(world, seed, points, truth.p_complete[row]),
        eligible=truth.eligible[row],
        logged=catalogue.places(points["credential_id"]),
        value=catalogue.value,
        cost=catalogue.cost_of_failing(price_share=settings.audit.price_share),
        interest=_interest(view),
        goal=goal_field(view),
        labels={name: labels[name].to_numpy(str) for name in (RACE, GENDER)},
        minoritised=np.array([is_minoritised(answer) for answer in people[RACE].fillna("unknown")]),
        woman=(people[GENDER] == "woman").to_numpy(bool),
        stratum=strata.assign(view),
        preparation=without_goal.assign(view),
    )


def _first(points: pd.DataFrame) -> pd.DataFrame:
    """Each learner's first decision point, in the order of learners, so that worlds agree row by row."""
    first = points.sort_values(["learner_id", "as_of"]).drop_duplicates("learner_id")
    return first.reset_index(drop=True)


def _rows(points: pd.DataFrame, truth: Truth) -> Places:
    index = pd.MultiIndex.from_frame(truth.decision_points[POINT])
    return np.asarray(index.get_indexer(pd.MultiIndex.from_frame(points[POINT])), dtype=np.int64)


def _strata(view: LearnerView, settings: Settings, *, goal: bool) -> Strata:
    wanted = settings.strata if goal else settings.strata.model_copy(update={"categories": ()})
    return Strata.fit(view, wanted, Barred.of(settings.features.sensitive))


def _untracked(world: World, seed: int, points: pd.DataFrame, p: npt.NDArray[np.float32]) -> Floats:
    """P(complete) of the same learners without barrier; steering changes choices, not what a first choice brings."""
    if world.barrier == 0:
        return p.astype(float)
    knobs = {entry.name: getattr(world, entry.name) for entry in fields(world)}
    plain = World(**(knobs | {"steering_race": 0.0, "steering_gender": 0.0, "barrier": 0.0}))
    _, truth = simulate(plain, seed=seed)
    first = truth.decision_points.reset_index(names="row").sort_values(["learner_id", "as_of"])
    first = first.drop_duplicates("learner_id").set_index("learner_id")["row"]
    return np.asarray(truth.p_complete[first.loc[points["learner_id"]].to_numpy()], dtype=float)


def _interest(view: LearnerView) -> Floats:
    """Stated interest in each candidate's field, (n, c); nan where none is stated."""
    field = view.catalogue.field
    found = np.full((len(view.points), len(field)), np.nan)
    for name in view.timeline.facts:
        if name.startswith(INTEREST):
            found[:, field == name.removeprefix(INTEREST)] = numbers(view.fact(name))[:, None]
    return found
