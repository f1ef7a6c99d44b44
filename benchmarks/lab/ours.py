"""Onward's own policies in a lab world, from the parts that a run is made of: with and without care, each mechanism."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from lab.baselines import Advised
from lab.world import LabWorld
from onward.history.decision_points import positions
from onward.models.averaging import Distilled
from onward.models.boosting import folds
from onward.models.choice import Choice
from onward.models.pairs import every_candidate
from onward.models.probability import CrossFit
from onward.policy.adviser import Adviser
from onward.policy.lists import lists
from onward.policy.parity import Mechanism
from onward.policy.prospects import Floats, Prospects
from onward.policy.ranking import NONE
from onward.policy.shown import Shown
from onward.release.completing import fit_completion
from onward.release.constrain import Calibration, constrain, without_constraint
from onward.release.histories import Histories
from onward.release.holdout import Holdout
from onward.release.showing import fit_shown
from onward.settings import PolicySettings, Settings

CALIBRATION = 5
"""One learner in so many of those to train on is kept for setting strengths."""
NO_CARE = {"completion_floor": 1e-6, "overlap_floor": 0.0, "ranking_lambda": 1.0, "ranking_doubt": 0.0}
OVERLAP = 0.02


@dataclass(frozen=True)
class Ours(Advised):
    """An Onward policy: its range of P(complete), (n,), what came of the limit, and its stretch where it has one."""

    low: Floats | None = None
    high: Floats | None = None
    outcome: str = ""
    stretch: Floats | None = None


@dataclass(frozen=True, eq=False)
class OnwardIn:
    """Onward trained in one world; what several policies use is fitted once."""

    world: LabWorld

    @cached_property
    def histories(self) -> Histories:
        """The decision points to train on, with those of every fifth learner kept for calibration."""
        world = self.world
        starts = world.starts
        kept = folds(starts["learner_id"].to_numpy(str), CALIBRATION, seed=world.seed) == 0
        starts = starts.assign(part=np.where(kept, "calibration", "train"))
        nothing = starts.iloc[:0]
        return Histories(
            world.timeline, world.catalogue, world.spec, starts, nothing, Holdout(None, None, None), world.seed
        )

    @cached_property
    def completion(self) -> CrossFit:
        """P(complete) of a model that never saw a group."""
        return self._fitted[0]

    @property
    def fit_seconds(self) -> float:
        """What fitting the completion model alone took, cross-fitting included."""
        return self._fitted[1]

    @cached_property
    def _fitted(self) -> tuple[CrossFit, float]:
        began = time.perf_counter()
        found, _ = fit_completion(self.histories, self.world.tables.demographics, self._settings("none"))
        return found, time.perf_counter() - began

    @cached_property
    def distilled(self) -> Distilled:
        """P(complete) of a model that learned from one with race and gender, averaged over one marginal."""
        settings = self._settings("none").model_copy(
            update={"sensitive_in_training": {"race_ethnicity": "average", "gender": "average"}}
        )
        _, found = fit_completion(self.histories, self.world.tables.demographics, settings)
        if found is None:
            raise TypeError("expected a distilled model where attributes are averaged; got none")
        return found

    @cached_property
    def choice(self) -> Choice:
        """What was usual."""
        return self.histories.fit_choice(self.world.settings.choice)

    @cached_property
    def prospects(self) -> Prospects:
        """Those of the judged learners, by the blind model."""
        return self._prospects(self.completion)

    @cached_property
    def calibration(self) -> Calibration:
        """The calibration learners, by the blind model."""
        world = self.world
        adviser = without_constraint(self.completion, self.choice, world.catalogue, world.strata, world.settings.policy)
        return Calibration.of(adviser, self.histories)

    def policies(self, *, slow: bool = True) -> Iterator[tuple[str, Ours]]:
        """Every policy by name; ``served`` is the default. ``slow`` adds floors on overlap, and averages."""
        bare = NO_CARE | {"ranking_price_share": self.world.settings.audit.price_share}
        yield "blind", self.advise("none", bare)
        yield "blind, care", self.advise("none", {})
        yield "served", self.advise("erase", {})
        yield "shrink", self.advise("shrink", {})
        yield "learned", self.advise("learned", {})
        yield "erase, no care", self.advise("erase", bare)
        if slow:
            yield "overlap, no erasure", self.advise("none", {"overlap_floor": OVERLAP})
            yield "erase and overlap", self.advise("erase", {"overlap_floor": OVERLAP})
            model = self.distilled.fitted
            yield "averaged", self.averaged(bare)
            yield "distilled", self.advise("none", bare, model)
            yield "distilled, care", self.advise("none", {}, model)
            yield "distilled, served", self.advise("erase", {}, model)

    def advise(self, mechanism: Mechanism, changed: dict[str, float], completion: CrossFit | None = None) -> Ours:
        """Fit the constraint of a mechanism under changed policy settings, and advise the judged learners."""
        settings = self._settings(mechanism)
        policy = PolicySettings.model_validate(settings.policy.model_dump() | changed)
        model = completion or self.completion
        prospects = self.prospects if completion is None else self._prospects(model)
        adviser = without_constraint(model, self.choice, self.world.catalogue, self.world.strata, policy)
        calibration = self.calibration if completion is None else Calibration.of(adviser, self.histories)
        began = time.perf_counter()
        adviser, result = constrain(
            adviser, calibration, self.histories, self.world.tables.demographics, settings, compare=False
        )
        seconds = time.perf_counter() - began
        shown = fit_shown(adviser, calibration, k=policy.k, lambda_=policy.shown_lambda)
        outcome = "" if result is None else result.outcome
        return self._advised(adviser, prospects, shown, seconds, outcome, k=policy.k)

    def averaged(self, changed: dict[str, float]) -> Ours:
        """Advise by the averaged model itself, which sees groups in training and is not kept."""
        blind = self.prospects
        p_complete = self._every(self.distilled.averaged)
        policy = PolicySettings.model_validate(self.world.settings.policy.model_dump() | changed)
        adviser = without_constraint(self.completion, self.choice, self.world.catalogue, self.world.strata, policy)
        return self._advised(adviser, replace(blind, p_complete=p_complete), Shown(0.0, 0, 1.0), 0.0, "", k=policy.k)

    def _advised(
        self, adviser: Adviser, prospects: Prospects, shown: Shown, seconds: float, outcome: str, *, k: int
    ) -> Ours:
        found = lists(adviser.scores(prospects), prospects, adviser.rule, self.world.view, k=k)
        choice = found.ranked[:, 0]
        low, high = shown.range(prospects.p_complete, prospects.propensity)
        rows = np.arange(len(choice))
        return Ours(
            choice,
            seconds,
            shown.probability(prospects.p_complete),
            low[rows, choice],
            high[rows, choice],
            outcome,
            np.where(found.stretch == NONE, choice, found.stretch),
        )

    def _prospects(self, model: CrossFit) -> Prospects:
        world = self.world
        adviser = without_constraint(model, self.choice, world.catalogue, world.strata, world.settings.policy)
        return adviser.prospects(world.timeline, positions(world.judged, world.timeline))

    def _every(self, predict: Callable[[Floats], Floats]) -> Floats:
        world = self.world
        at = positions(world.judged, world.timeline)
        return every_candidate(world.timeline, at, world.catalogue, world.spec, predict)

    def _settings(self, mechanism: Mechanism) -> Settings:
        settings = self.world.settings
        return settings.model_copy(
            update={"parity": settings.parity.model_copy(update={"mechanism": mechanism}), "seed": self.world.seed}
        )
