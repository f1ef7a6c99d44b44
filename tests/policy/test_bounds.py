from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.data.tables import LIMITS, conform
from onward.policy.bounds import Bounds
from onward.policy.eligibility import Limits

NUMBERS = ("max_weeks", "max_cost", "max_hours_per_week")


def table(*rows):
    return conform(pd.DataFrame(rows, columns=LIMITS.names), LIMITS)


def row(learner_id="s0", **limits):
    return {"learner_id": learner_id} | limits


def allowed(view_of, *rows, learners=("s0",)):
    view = view_of(*({} for _ in learners))
    found = Bounds.of_table(table(*rows), list(learners)).allow(view)
    return [view.catalogue.ids[one].tolist() for one in found]


ALL = ["badge", "certificate", "degree", "night"]


def test_without_a_row_nothing_is_out_of_bounds(view_of):
    assert allowed(view_of) == [ALL]


def test_a_row_without_any_limit_is_no_limit(view_of):
    assert allowed(view_of, row()) == [ALL]


def test_each_learner_keeps_their_own_limits(view_of):
    rows = [row("s1", max_weeks=10.0), row("s0", max_cost=0.0)]
    assert allowed(view_of, *rows, learners=["s0", "s1", "s2"]) == [["badge", "night"], ["badge"], ALL]


LIMITS_SET = st.fixed_dictionaries(
    {},
    optional={
        "max_weeks": st.sampled_from([3.0, 4.0, 30.0, 60.0]),
        "max_cost": st.sampled_from([0.0, 1_999.99, 2_000.0, 9_000.0]),
        "max_hours_per_week": st.sampled_from([4.0, 20.0, 29.0]),
        "modality": st.sets(st.sampled_from(["in_person", "online", "hybrid"]), min_size=1),
        "schedule": st.sets(st.sampled_from(["day", "evening", "weekend", "any"]), min_size=1),
        "must_stack": st.booleans(),
    },
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LIMITS_SET, min_size=1, max_size=4))
def test_many_learners_at_once_are_allowed_what_each_is_by_herself(view_of, several):
    texts = [
        {name: "|".join(sorted(v)) if isinstance(v, set) else v for name, v in limits.items()} for limits in several
    ]
    rows = table(*(row(f"s{n}", **limits) for n, limits in enumerate(texts)))
    ids = [f"s{n}" for n in range(len(several))]
    view = view_of(*({"goal_cip": "110101"} for _ in several))
    many = Bounds.of_table(rows, ids).allow(view)
    for n, limits in enumerate(several):
        alone = Limits(**{name: tuple(v) if isinstance(v, set) else v for name, v in limits.items()})
        assert alone.allow(view)[n].tolist() == many[n].tolist()


@settings(max_examples=30, deadline=None)
@given(LIMITS_SET, LIMITS_SET)
def test_a_further_limit_opens_nothing(view_of, limits, further):
    def found(chosen):
        return Limits(**{name: tuple(v) if isinstance(v, set) else v for name, v in chosen.items()}).allow(view_of({}))

    both = limits | {name: value for name, value in further.items() if name not in limits}
    assert not (found(both) & ~found(limits)).any()


@pytest.mark.parametrize("name", NUMBERS)
def test_a_fact_that_is_not_known_breaks_no_limit(name, view_of):
    # The price and the hours of the last are not known; its weeks are.
    found = allowed(view_of, row(**{name: 0.1}))[0]
    assert ("night" in found) is (name != "max_weeks")


def test_what_remains_is_compared_and_not_the_whole(view_of, recognising):
    holder = {"awards": [{"credential_id": "badge", "awarded_on": "2024-02-01"}]}
    seen = view_of({}, holder)
    view = replace(seen, catalogue=recognising)
    assert view.remaining.weeks[:, 1].tolist() == [30.0, 20.0]
    assert view.remaining.price[:, 1].tolist() == [2_000.0, 1_333.33]
    for limits in (Limits(max_weeks=25.0), Limits(max_cost=1_500.0)):
        assert limits.allow(view)[:, 1].tolist() == [False, True]
        assert limits.allow(seen)[:, 1].tolist() == [False, False]
