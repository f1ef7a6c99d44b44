from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

from onward.history.known import Standing
from onward.policy.eligibility import Limits, eligible, missing_requirements


def standing(*, held=(), current=()) -> Standing:
    """Where one learner stands among the four credentials, by position."""
    marks = np.zeros((3, 1, 4), dtype=bool)
    marks[0, 0, list(held)] = True
    marks[2, 0, list(current)] = True
    return Standing(*marks)


def open_to(four, **where) -> list[str]:
    return four.ids[eligible(standing(**where), four)[0]].tolist()


def allowed(view_of, learner=None, **limits) -> list[str]:
    view = view_of(learner or {})
    return view.catalogue.ids[Limits(**limits).allow(view)[0]].tolist()


def test_what_requires_nothing_is_open(four):
    assert open_to(four) == ["badge", "night"]


def test_what_is_required_opens_the_next(four):
    assert open_to(four, held=[0]) == ["certificate", "night"]


def test_a_requirement_two_steps_back_is_not_enough(four):
    assert "degree" not in open_to(four, held=[0])


def test_what_is_held_is_not_open_again(four):
    assert open_to(four, held=[0, 3]) == ["certificate"]


def test_what_is_under_way_is_not_open(four):
    assert open_to(four, current=[3]) == ["badge"]


def test_a_requirement_under_way_is_not_held(four):
    assert open_to(four, current=[0]) == ["night"]


def test_what_is_missing_names_the_requirement_of_each(four):
    missing = missing_requirements(standing(held=[0]).held[0], four)
    assert np.argwhere(missing).tolist() == [[2, 1]]


def test_a_credential_is_open_where_nothing_is_missing(four):
    held = standing(held=[0]).held
    assert (~missing_requirements(held[0], four).any(axis=1) & ~held[0]).tolist() == eligible(standing(held=[0]), four)[
        0
    ].tolist()


def test_without_limits_everything_is_allowed(four, view_of):
    assert allowed(view_of) == four.ids.tolist()


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        ({"max_weeks": 30}, ["badge", "certificate"]),
        ({"max_weeks": 29.9}, ["badge"]),
        ({"max_cost": 2_000}, ["badge", "certificate", "night"]),
        ({"max_cost": 0}, ["badge", "night"]),
        ({"max_hours_per_week": 20}, ["badge", "certificate", "night"]),
        ({"fields": ("51",)}, ["badge", "certificate"]),
        ({"fields": ("11", "48")}, ["degree", "night"]),
        ({"schedule": ("evening",)}, ["certificate", "degree", "night"]),
        ({"modality": ("online", "hybrid")}, ["badge", "degree", "night"]),
        ({"must_stack": True}, ["badge", "certificate"]),
        ({"must_stack": False}, ["badge", "certificate", "degree", "night"]),
        ({"schedule": ("any",)}, ["badge", "certificate", "degree", "night"]),
        ({"schedule": ("evening", "any")}, ["certificate", "degree", "night"]),
        ({"starts_by": date(2025, 3, 1)}, ["badge", "certificate", "degree"]),
        ({"max_weeks": 50, "max_cost": 1_000}, ["badge", "night"]),
    ],
    ids=str,
)
def test_a_limit_leaves_what_keeps_it_and_what_is_unknown(limits, left, view_of):
    assert allowed(view_of, **limits) == left


@pytest.mark.parametrize(
    ("limits", "match"),
    [
        ({"fields": ["510000"]}, "should match pattern"),
        ({"schedule": ["evenings"]}, "should be 'day', 'evening'"),
        ({"modality": ["zoom"]}, "should be 'in_person', 'online'"),
        ({"max_weeks": 0}, "greater than 0"),
        ({"max_cost": -1}, "greater than or equal to 0"),
        ({"max_hours_per_week": 113}, "less than or equal to 112"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
        ({"gender": "woman"}, "gender is sensitive and never an input"),
    ],
    ids=str,
)
def test_a_limit_that_cannot_be_kept_is_refused(limits, match):
    with pytest.raises(ValidationError, match=match):
        Limits.model_validate(limits)
