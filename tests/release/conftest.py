"""The demo's settings with small models, and what a small run stands on before and after it judges."""

from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture(scope="session")
def settings() -> Any:
    """The demo's settings, with models of 20 trees and groups of 40 judged."""
    from onward.training.demo import SETTINGS

    from onward.settings import ModelSettings, load

    tiny = dict.fromkeys(("completion", "persistence", "choice"), ModelSettings(rounds=20, folds=2))
    demo = load(SETTINGS)
    return demo.model_copy(update=tiny | {"audit": demo.audit.model_copy(update={"family_minimum": 40})})


@pytest.fixture(scope="session")
def histories(small: Any, settings: Any) -> Any:
    """The small learners, divided by time."""
    from onward.release.histories import Histories

    return Histories.of(small.tables, settings)


@pytest.fixture(scope="session")
def fitted(histories: Any, settings: Any) -> Any:
    """``completion`` and ``strata`` of the training part, and the ``adviser`` they make with what was usual."""
    from onward.release.constrain import fit_strata, without_constraint

    strata = fit_strata(histories, settings)
    completion = histories.fit(histories.starts, settings.completion)
    choice = histories.fit_choice(settings.choice)
    adviser = without_constraint(completion, choice, histories.catalogue, strata, settings.policy)
    return SimpleNamespace(completion=completion, strata=strata, adviser=adviser)


@pytest.fixture(scope="session")
def judged(histories: Any, fitted: Any, settings: Any) -> Any:
    """What each source advises on the locked decisions, with a second opinion."""
    from onward.release.evaluator import second_opinion
    from onward.release.histories import in_part, latest_per_learner
    from onward.release.judge import judge

    locked = latest_per_learner(in_part(histories.starts, "test"))
    opinion = second_opinion(locked, histories, settings)
    return judge(locked, timeline=histories.timeline, adviser=fitted.adviser, opinion=opinion, k=settings.policy.k)
