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


def allowed(four, **limits) -> list[str]:
    return four.ids[Limits(**limits).allow(four)].tolist()


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


def test_without_limits_everything_is_allowed(four):
    assert allowed(four) == four.ids.tolist()


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        ({"weeks_at_most": 30}, ["badge", "certificate"]),
        ({"weeks_at_most": 29.9}, ["badge"]),
        ({"price_at_most": 2_000}, ["badge", "certificate", "night"]),
        ({"price_at_most": 0}, ["badge", "night"]),
        ({"hours_per_week_at_most": 20}, ["badge", "certificate", "night"]),
        ({"fields": ("51",)}, ["badge", "certificate"]),
        ({"fields": ("11", "48")}, ["degree", "night"]),
        ({"schedules": ("evening",)}, ["certificate", "degree", "night"]),
        ({"modalities": ("online", "hybrid")}, ["badge", "degree", "night"]),
        ({"starts_by": date(2025, 3, 1)}, ["badge", "certificate", "degree"]),
        ({"weeks_at_most": 50, "price_at_most": 1_000}, ["badge", "night"]),
    ],
    ids=str,
)
def test_a_limit_leaves_what_keeps_it_and_what_is_unknown(limits, left, four):
    assert allowed(four, **limits) == left


@pytest.mark.parametrize(
    ("limits", "match"),
    [
        ({"fields": ["510000"]}, "should match pattern"),
        ({"schedules": ["evenings"]}, "should be 'day', 'evening'"),
        ({"modalities": ["zoom"]}, "should be 'in_person', 'online'"),
        ({"weeks_at_most": 0}, "greater than 0"),
        ({"price_at_most": -1}, "greater than or equal to 0"),
        ({"hours_per_week_at_most": 113}, "less than or equal to 112"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
        ({"gender": "woman"}, "gender is sensitive and never an input"),
    ],
    ids=str,
)
def test_a_limit_that_cannot_be_kept_is_refused(limits, match):
    with pytest.raises(ValidationError, match=match):
        Limits.model_validate(limits)
