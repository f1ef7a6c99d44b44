"""What Onward is compared with: the first choice of other ways to advise, fitted on the training learners alone.

None reads a sensitive column when it advises. ``reduction`` reads them when it is fitted, as fairlearn means it to.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
from fairlearn.reductions import DemographicParity, ExponentiatedGradient
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from lab.records import drawn_pairs, learner_rows, open_to, scores
from lab.world import Floats, LabWorld, Places, Texts
from lab.yardstick import best_open
from onward.audit.groups import GENDER, RACE, groups
from onward.data.worth import benefit
from onward.models.choice import Choice, fit_choice
from onward.models.pairs import chosen

ALTERNATIVES = 5
LIGHT = {"num_leaves": 15, "learning_rate": 0.1, "min_data_in_leaf": 40, "num_threads": 1, "verbose": -1}
LIGHT |= {"deterministic": True, "force_row_wise": True}
RANK_ROUNDS, OUTCOME_ROUNDS, PROPENSITY_ROUNDS = 60, 100, 40
CLIP = 0.01
"""Least propensity in the doubly robust scores."""
RIDGES = (1e1, 1e2, 1e3, 1e4, 1e5)
DIFFERENCE, MOST_ROUNDS = 0.05, 20
"""The reduction's bound on the share in the high tier, group less stratum, and its rounds, after which it converges."""
REDUCED = 20_000
"""Learners that the reduction is fitted on: its ledger holds a column per group and stratum, twice."""
MAIN_RACES = ("black", "hispanic")


@dataclass(frozen=True)
class Advised:
    """First choices of the judged learners, (n,), the P(complete) that is shown with them, and what fitting took."""

    choice: Places
    seconds: float
    shown: Floats | None = None


@dataclass(frozen=True, eq=False)
class Baselines:
    """Ways to advise in one world; models that several of them use are fitted once, by whoever asks first."""

    world: LabWorld

    def history(self) -> Places:
        """What the judged learners chose themselves."""
        return self.world.logged

    def popularity(self) -> Places:
        """What training learners chose most, among what is open."""
        chosen_before = self.world.catalogue.places(self.world.starts["credential_id"])
        count = np.bincount(chosen_before, minlength=len(self.world.value)).astype(float)
        return best_open(np.broadcast_to(count, self.world.eligible.shape), self.world.eligible)

    def imitation(self) -> Places:
        """What learners like this one chose most."""
        return self._open(self.choice_log_odds)

    def completers(self) -> Places:
        """What learners like this one chose most, among those who then completed."""
        world = self.world
        model = self._choice_model(world.starts[world.starts["outcome"] == 1.0].reset_index(drop=True))
        return self._open(scores(world, world.judged, model.predict))

    def lambdamart(self) -> Places:
        """The same by ranking: the choice above drawn alternatives (LambdaMART)."""
        world = self.world
        matrix = drawn_pairs(world, world.starts, alternatives=ALTERNATIVES, seed=world.seed)
        group = np.full(len(world.starts), 1 + ALTERNATIVES)
        label = np.tile([1.0] + [0.0] * ALTERNATIVES, len(world.starts))
        data = _dataset(world, matrix, label, group=group)
        ranker = lightgbm.train(LIGHT | {"objective": "lambdarank", "seed": 0}, data, RANK_ROUNDS)
        return self._open(scores(world, world.judged, lambda m: ranker.predict(m, num_threads=1)))

    def outcome(self) -> Places:
        """The highest P(complete) x value less the cost of failing that judges: LightGBM, blind, without care."""
        return self._open(self.world.benefit(self.p_complete))

    def doubly_robust(self) -> Places:
        """Fit a policy to doubly robust scores: a ridge per credential on the learner's record.

        Sources: Dudik, Langford and Li (2011) for the scores; Beygelzimer and Langford (2009) for one-against-all
        regression of costs. Nuisances are cross-fitted in two halves.
        """
        points, target = self._doubly_robust_scores()
        policy = _regression().fit(learner_rows(self.world, points), target)
        return self._open(policy.predict(learner_rows(self.world, self.world.judged)))

    def reduction(self) -> Places:
        """Fairlearn's ExponentiatedGradient on one question, high tier or not; then the best open credential in it.

        The tier of a learner is high where the value of the choice is at or above the median of what was open. Advice
        is in the high tier where the mixture's probability is at least one half.
        """
        high = self._tier_model()._pmf_predict(self._judged_rows)[:, 1] >= 0.5  # noqa: SLF001 - predict() draws lots
        inside = _above_median(self.world.value, self.world.eligible) == high[:, None]
        return best_open(self.world.benefit(self.p_complete) + np.where(inside, 0.0, -1e6), self.world.eligible)

    @cached_property
    def p_complete(self) -> Floats:
        """P(complete) of every credential for the judged learners, (n, c), by a plain blind LightGBM."""
        known = self.world.starts[self.world.starts["outcome"].notna()]
        model = _outcome_model(self.world, known)
        return scores(self.world, self.world.judged, lambda m: model.predict(m, num_threads=1))

    @cached_property
    def choice_log_odds(self) -> Floats:
        """How usual every credential is for learners like the judged, (n, c)."""
        return scores(self.world, self.world.judged, self._choice_model(self.world.starts).predict)

    @cached_property
    def _judged_rows(self) -> Floats:
        return learner_rows(self.world, self.world.judged)

    def _open(self, score: Floats) -> Places:
        return best_open(score, self.world.eligible)

    def _choice_model(self, points: pd.DataFrame, **changed: int) -> Choice:
        world = self.world
        return fit_choice(
            points,
            timeline=world.timeline,
            catalogue=world.catalogue,
            spec=world.spec,
            settings=world.settings.choice.model_copy(update=changed),
            seed=world.seed,
        )

    def _doubly_robust_scores(self) -> tuple[pd.DataFrame, Floats]:
        world = self.world
        known = world.starts[world.starts["outcome"].notna()]
        first = known.drop_duplicates("learner_id").reset_index(drop=True)
        half = np.random.default_rng(world.seed).permutation(len(first)) % 2
        found = np.empty((len(first), len(world.value)))
        for held_out in (0, 1):
            points = first[half == held_out].reset_index(drop=True)
            others = known[~known["learner_id"].isin(points["learner_id"])].reset_index(drop=True)
            found[half == held_out] = self._scored(points, others)
        return first, found

    def _scored(self, points: pd.DataFrame, others: pd.DataFrame) -> Floats:
        world = self.world
        outcome = _outcome_model(world, others)
        choice = self._choice_model(
            others.drop_duplicates("learner_id").reset_index(drop=True), rounds=PROPENSITY_ROUNDS
        )
        expected = world.benefit(scores(world, points, lambda m: outcome.predict(m, num_threads=1)))
        propensity = choice.propensity(scores(world, points, choice.predict), open_to(world, points))
        at = np.arange(len(points)), world.catalogue.places(points["credential_id"])
        reward = benefit(points["outcome"].to_numpy(float), world.value[at[1]], world.cost[at[1]])
        expected[at] += (reward - expected[at]) / np.maximum(propensity[at], CLIP)
        return expected

    def _tier_model(self) -> ExponentiatedGradient:
        world = self.world
        points = world.starts.drop_duplicates("learner_id")
        points = points.sample(min(REDUCED, len(points)), random_state=world.seed).reset_index(drop=True)
        row = np.arange(len(points)), world.catalogue.places(points["credential_id"])
        model = ExponentiatedGradient(
            lightgbm.LGBMClassifier(
                n_estimators=30, num_leaves=7, n_jobs=1, verbose=-1, random_state=0, deterministic=True
            ),
            DemographicParity(difference_bound=DIFFERENCE),
            max_iter=MOST_ROUNDS,
        )
        return model.fit(
            learner_rows(world, points),
            _above_median(world.value, open_to(world, points))[row].astype(int),
            sensitive_features=pd.Series(_main_groups(world, points)),
            control_features=pd.Series(world.strata.assign(world.view_of(points))),
        )


NAMES = (
    "history",
    "popularity",
    "lambdamart",
    "imitation",
    "completers",
    "outcome",
    "doubly_robust",
    "reduction",
)
SHOWN = frozenset({"outcome", "reduction"})
"""Those that show a P(complete) with what they advise."""


def advise_all(world: LabWorld, *, only: tuple[str, ...] = NAMES) -> dict[str, Advised]:
    """Fit every baseline in turn; ``reduction`` uses the outcome model that ``outcome`` fitted."""
    baselines = Baselines(world)
    found = {}
    for name in only:
        advise: Callable[[], Places] = getattr(baselines, name)
        start = time.perf_counter()
        choice = advise()
        seconds = time.perf_counter() - start
        found[name] = Advised(choice, seconds, baselines.p_complete if name in SHOWN else None)
    return found


def _dataset(
    world: LabWorld, matrix: Floats, label: Floats, *, group: npt.NDArray[np.int64] | None = None
) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        matrix,
        label=label,
        group=group,
        feature_name=list(world.spec.names),
        categorical_feature=world.spec.categorical,
    )


def _outcome_model(world: LabWorld, points: pd.DataFrame) -> lightgbm.Booster:
    matrix = chosen(points, world.timeline, world.catalogue, world.spec)
    data = _dataset(world, matrix, points["outcome"].to_numpy(float))
    return lightgbm.train(LIGHT | {"objective": "binary", "seed": 0}, data, OUTCOME_ROUNDS)


def _regression() -> Pipeline:
    # Squares and products of the features lose 2 to 20 points of the ceiling here: the scores are too noisy for them.
    return make_pipeline(StandardScaler(), RidgeCV(RIDGES, alpha_per_target=True))


def _above_median(value: Floats, opened: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which credentials return at least the median of what is open, (n, c)."""
    median = np.nanmedian(np.where(opened, value, np.nan), axis=1, keepdims=True)
    return np.asarray(value[None, :] >= median)


def _main_groups(world: LabWorld, points: pd.DataFrame) -> Texts:
    labels = groups(world.tables.demographics, learners=pd.Index(points["learner_id"]), attributes=(RACE, GENDER))
    race = labels[RACE].where(labels[RACE].isin(MAIN_RACES), "other").to_numpy(str)
    gender = np.where(labels[GENDER] == "woman", "woman", "other")
    return np.char.add(np.char.add(race, ":"), gender)
