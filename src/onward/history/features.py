"""The only door from tables to models: what is computed about a learner, a credential, and the two together.

A feature is one row of ``FEATURES``: a name, a kind, what it means, the reason it can give a learner, and a function of
the view it is computed from. To add one, write the function and add the row; training and serving follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from onward.catalog.catalogue import Catalogue
from onward.data.tables import RUNGS
from onward.history.timeline import Array, numbers
from onward.history.views import DAYS_A_MONTH, Floats, LearnerView, PairView

EMPLOYMENT = {"none": 0.0, "part_time": 1.0, "full_time": 2.0}
INTEREST = "x_interest_"
"""Extras of the learners table that begin so hold the stated interest in the two-digit field that follows."""


@dataclass(frozen=True)
class Feature:
    """One declared feature.

    ``compute`` takes a ``LearnerView`` and returns one value per point, takes the ``Catalogue`` and returns one per
    credential, or takes a ``PairView`` and returns one per pair, by ``scope``. ``reads`` names the facts about a
    learner that it is computed from, dates and ids aside: where one of them is sensitive, so is the feature.
    """

    name: str
    scope: Literal["learner", "credential", "pair"]
    kind: Literal["number", "category"]
    reason: str
    meaning: str
    compute: Callable[[Any], Array]
    reads: frozenset[str] = frozenset()


def goal_rung(view: LearnerView) -> Floats:
    """How high the learner says they want to go, nan where not stated."""
    return np.array([RUNGS.get(level, np.nan) for level in view.fact("goal_level")], dtype=float)


def goal_field(view: LearnerView) -> Array:
    """The two-digit field the learner says they want, None where not stated."""
    return np.array([None if cip is None else cip[:2] for cip in view.fact("goal_cip")], dtype=object)


def employment(view: LearnerView) -> Floats:
    """Work at entry: 0 none, 1 part-time, 2 full-time."""
    return np.array([EMPLOYMENT.get(kind, np.nan) for kind in view.fact("employment")], dtype=float)


def credit_rate(view: LearnerView) -> Floats:
    """Credits earned for each credit attempted so far; nan before the first."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = view.terms.total("credits_earned") / view.terms.total("credits_attempted")
    return np.where(np.isfinite(rate), rate, np.nan)


def attempts_that(status: str) -> Callable[[LearnerView], Floats]:
    """Count of ended attempts with ``status``."""
    return lambda view: view.ended.where(view.ended.columns["status"] == status).count()


def highest_held(view: LearnerView) -> Floats:
    """The highest rung held, 0 where none."""
    return np.asarray(np.where(view.standing.held, view.catalogue.rung, 0.0).max(axis=1, initial=0.0))


def experience_months(view: LearnerView) -> Floats:
    """Months of work-based learning up to the as-of date."""
    spells = view.known("experiences", "started_on")
    until = np.fmin(spells.columns["ended_on"], view.points.as_of[spells.point])
    months = (until - spells.columns["started_on"]).astype("timedelta64[D]").astype(float) / DAYS_A_MONTH
    return np.asarray(np.bincount(spells.point, weights=months, minlength=spells.n), dtype=float)


def number(name: str) -> Callable[[Catalogue], Floats]:
    """A numeric column of the catalogue."""
    return lambda catalogue: catalogue.numbers(name)


def field_is_goal(view: PairView) -> Floats:
    """1 where the candidate is in the stated field, 0 where not, nan where none is stated."""
    goal = view.of_learner(goal_field(view.learner))
    same: Floats = (view.of_candidate(view.learner.catalogue.field) == goal).astype(float)
    same[[stated is None for stated in goal]] = np.nan
    return same


def stated_interest(view: PairView) -> Floats:
    """The learner's stated interest in the candidate's field, nan where not stated."""
    interest = np.full(len(view.point), np.nan)
    field = view.of_candidate(view.learner.catalogue.field)
    for name in view.learner.timeline.facts:
        if name.startswith(INTEREST):
            here = field == name.removeprefix(INTEREST)
            interest[here] = view.of_learner(numbers(view.learner.fact(name)))[here]
    return interest


def recognised_share(view: PairView) -> Floats:
    """The share of the candidate's credits that what the learner brings counts for; nan where credits are unknown."""
    recognised = view.at_candidate(view.learner.remaining.recognised)
    whole = view.of_candidate(view.learner.catalogue.numbers("credits"))
    return np.where(recognised > 0, recognised / np.maximum(whole, 1.0), 0.0)


def above_goal(view: PairView) -> Floats:
    """Rungs by which the candidate exceeds the stated goal."""
    return view.of_candidate(view.learner.catalogue.rung) - view.of_learner(goal_rung(view.learner))


def above_held(view: PairView) -> Floats:
    """Rungs by which the candidate exceeds the highest held."""
    return view.of_candidate(view.learner.catalogue.rung) - view.of_learner(highest_held(view.learner))


def hours_to_spare(view: PairView) -> Floats:
    """Hours a week the learner has beyond those the candidate takes."""
    return view.of_learner(view.learner.fact("hours_per_week")) - view.of_candidate(
        view.learner.catalogue.numbers("hours_per_week")
    )


def _learner(name: str, reason: str, meaning: str, compute: Callable[[LearnerView], Array], *reads: str) -> Feature:
    return Feature(name, "learner", "number", reason, meaning, compute, frozenset(reads))


def _pair(name: str, reason: str, meaning: str, compute: Callable[[PairView], Array], *reads: str) -> Feature:
    return Feature(name, "pair", "number", reason, meaning, compute, frozenset(reads))


def _fact(name: str, reason: str, meaning: str) -> Feature:
    return _learner(name, reason, meaning, lambda view: view.fact(name), name)


FEATURES: tuple[Feature, ...] = (
    _learner("months_since_entry", "time", "months since entry", lambda v: v.months_since(v.fact("entry_date"))),
    _fact("prior_gpa", "preparation", "grade before entry"),
    _fact("math_ready", "preparation", "placed into college-level mathematics"),
    _fact("english_ready", "preparation", "placed into college-level English"),
    _fact("hours_per_week", "schedule", "hours a week the learner can study"),
    _learner("employment", "schedule", "work at entry: 0 none, 1 part-time, 2 full-time", employment, "employment"),
    _learner("goal_rung", "goal", "how high the learner says they want to go", goal_rung, "goal_level"),
    Feature(
        "goal_field",
        "learner",
        "category",
        "goal",
        "two-digit field the learner says they want",
        goal_field,
        frozenset({"goal_cip"}),
    ),
    _learner("terms_ended", "progress", "terms that have ended", lambda v: v.terms.count()),
    _learner(
        "credits_attempted",
        "progress",
        "credits attempted",
        lambda v: v.terms.total("credits_attempted"),
        "credits_attempted",
    ),
    _learner(
        "credits_earned", "progress", "credits earned", lambda v: v.terms.total("credits_earned"), "credits_earned"
    ),
    _learner(
        "credit_rate",
        "progress",
        "credits earned for each attempted",
        credit_rate,
        "credits_attempted",
        "credits_earned",
    ),
    _learner("gpa_mean", "grades", "mean grade of the terms", lambda v: v.terms.mean("gpa"), "gpa"),
    _learner("gpa_last", "grades", "grade of the latest term", lambda v: v.terms.last("gpa"), "gpa"),
    _learner(
        "months_since_term",
        "progress",
        "months since the latest term ended",
        lambda v: v.months_since(v.terms.last("term_end")),
    ),
    _learner("attempts_ended", "history", "attempts that have ended", lambda v: v.ended.count()),
    _learner("attempts_completed", "history", "attempts completed", attempts_that("completed"), "status"),
    _learner("attempts_stopped", "history", "attempts stopped", attempts_that("stopped"), "status"),
    _learner(
        "awards_held", "history", "credentials held", lambda v: v.standing.held.sum(axis=1).astype(float), "status"
    ),
    _learner("highest_held", "history", "highest rung held, 0 where none", highest_held, "status"),
    _learner(
        "experiences",
        "experience",
        "spells of work-based learning",
        lambda v: v.known("experiences", "started_on").count(),
    ),
    _learner("experience_months", "experience", "months of work-based learning", experience_months),
    Feature(
        "credential",
        "credential",
        "category",
        "program",
        "the candidate",
        lambda c: c.ids.to_numpy(object),
    ),
    Feature(
        "field",
        "credential",
        "category",
        "program",
        "two-digit field of the candidate",
        lambda c: c.field,
    ),
    Feature(
        "rung",
        "credential",
        "number",
        "length",
        "how high the candidate stands",
        lambda c: c.rung,
    ),
    Feature("weeks", "credential", "number", "length", "weeks the candidate takes", number("weeks")),
    Feature("credits", "credential", "number", "length", "credits the candidate takes", number("credits")),
    Feature("net_price", "credential", "number", "cost", "net price of the candidate", number("net_price")),
    Feature("work_based", "credential", "number", "program", "learning takes place at work", number("work_based")),
    Feature("noncredit", "credential", "number", "program", "taught outside credit", number("noncredit")),
    _pair("field_is_goal", "goal", "the candidate is in the stated field", field_is_goal, "goal_cip"),
    _pair("stated_interest", "interest", "stated interest in the candidate's field", stated_interest),
    _pair("above_goal", "goal", "rungs above the stated goal", above_goal, "goal_level"),
    _pair("above_held", "history", "rungs above the highest held", above_held, "status"),
    _pair(
        "recognised_share",
        "recognised",
        "share of credits already recognised",
        recognised_share,
        "status",
        "credits_recommended",
        "soc",
    ),
    _pair("tried_before", "history", "started before", lambda v: v.at_candidate(v.learner.standing.tried)),
    _pair("hours_to_spare", "schedule", "hours a week to spare", hours_to_spare, "hours_per_week"),
)
