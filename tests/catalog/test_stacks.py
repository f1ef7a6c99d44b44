"""The shortest stack to a target, by hand and against every order of every set."""

from itertools import permutations
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.catalog.remaining import Remaining
from onward.catalog.stacks import Stack, shortest_stack

ROWS = (
    {"credential_id": "aide", "credits": 6.0, "weeks": 8.0, "net_price": 900.0},
    {"credential_id": "practical", "credits": 45.0, "weeks": 56.0, "net_price": 7_800.0},
    {"credential_id": "associate", "credits": 60.0, "weeks": 100.0, "net_price": 10_000.0},
    {"credential_id": "licence", "credits": 0.0, "weeks": 8.0, "net_price": None},
)
EDGES = (
    ("aide", "associate", "recognised_for", 6.0),
    ("practical", "associate", "recognised_for", 20.0),
    ("associate", "licence", "requires", None),
)


BOTH = (("requires", None), ("recognised_for", 2.0))


def stack(catalogue, target, held=(), **options) -> Stack | None:
    marks = np.isin(catalogue.ids, list(held))
    return shortest_stack(catalogue, catalogue.positions[target], held=marks, **options)


def names(catalogue, found) -> list[str]:
    return [catalogue.ids[step.position] for step in found.steps]


@pytest.fixture(scope="module")
def nursing(catalogue_of):
    return catalogue_of(ROWS, EDGES)


def test_what_is_required_comes_first_and_what_shortens_before_it(nursing):
    found = stack(nursing, "licence")
    assert names(nursing, found) == ["aide", "associate", "licence"]
    assert [step.weeks for step in found.steps] == [8.0, 90.0, 8.0]
    assert [step.credits for step in found.steps] == [6.0, 54.0, 0.0]
    assert (found.weeks, found.credits) == (106.0, 60.0)


def test_a_stepping_stone_that_takes_longer_than_it_saves_is_left_out(nursing):
    assert "practical" not in names(nursing, stack(nursing, "associate"))


def test_what_is_held_shortens_the_way_and_is_no_step(nursing):
    found = stack(nursing, "associate", held=["practical", "aide"])
    assert names(nursing, found) == ["associate"]
    assert found.weeks == pytest.approx(100 * 34 / 60, abs=0.001)


def test_evaluated_learning_at_work_shortens_the_way(nursing):
    found = stack(nursing, "associate", held=["aide"], recommended=np.array([0.0, 0.0, 24.0, 0.0]))
    assert (found.credits, found.weeks, found.price) == (30.0, 50.0, 5_000.0)


def test_a_price_that_is_not_known_makes_the_whole_unknown(nursing):
    found = stack(nursing, "licence", held=["associate"])
    assert np.isnan(found.price)
    assert found.weeks == 8.0


def test_what_is_held_already_takes_no_step(nursing):
    assert stack(nursing, "licence", held=["licence"]) == Stack(())


def test_requirements_in_a_circle_have_no_stack(catalogue_of):
    circle = [("aide", "practical", "requires", None), ("practical", "aide", "requires", None)]
    catalogue = catalogue_of(ROWS, [*circle, ("aide", "associate", "requires", None)])
    assert stack(catalogue, "aide") is None
    assert stack(catalogue, "associate") is None
    assert names(catalogue, stack(catalogue, "associate", held=["practical"])) == ["aide", "associate"]


def test_recognition_in_a_circle_is_no_hindrance(catalogue_of):
    both = [("aide", "practical", "recognised_for", 6.0), ("practical", "aide", "recognised_for", 6.0)]
    catalogue = catalogue_of(ROWS, both)
    assert names(catalogue, stack(catalogue, "aide")) == ["aide"]


def test_only_what_is_allowed_is_a_step(nursing):
    short = nursing.numbers("weeks") < 60
    assert stack(nursing, "licence", allowed=short) is None
    cheap = ~np.isin(nursing.ids, ["aide"])
    assert names(nursing, stack(nursing, "licence", allowed=cheap)) == ["associate", "licence"]


def test_of_two_ways_as_long_the_one_of_fewer_steps_is_taken(catalogue_of):
    rows = [
        {"credential_id": "a", "credits": 10.0, "weeks": 10.0},
        {"credential_id": "b", "credits": 40.0, "weeks": 40.0},
    ]
    catalogue = catalogue_of(rows, [("a", "b", "recognised_for", 10.0)])
    assert names(catalogue, stack(catalogue, "b")) == ["b"]


def test_many_requirements_side_by_side_are_gone_through_at_once(catalogue_of):
    badges = [{"credential_id": f"b{n:02d}", "credits": 2.0, "weeks": 1.0} for n in range(30)]
    rows = [*badges, {"credential_id": "award", "credits": 120.0, "weeks": 100.0}]
    edges = [(row["credential_id"], "award", relation, credits_) for row in badges for relation, credits_ in BOTH]
    catalogue = catalogue_of(rows, edges)
    found = stack(catalogue, "award")
    assert names(catalogue, found) == [*(row["credential_id"] for row in badges), "award"]
    assert found.weeks == 30 * 1.0 + 100.0 * 60 / 120


def test_stepping_stones_that_require_others_are_gone_through_at_once(catalogue_of):
    stones = [f"s{i}" for i in range(9)]
    first = [f"{stone}{part}" for stone in stones for part in "ab"]
    short = [{"credential_id": one, "weeks": 1.0, "credits": 1.0} for one in (*stones, *first)]
    rows = [{"credential_id": "target", "weeks": 20.0, "credits": 20.0}, *short]
    edges = [
        *((stone, "target", "recognised_for", 4.0) for stone in stones),
        *((one, one[:-1], "requires", None) for one in first),
    ]
    catalogue = catalogue_of(rows, edges)
    started = perf_counter()
    found = shortest_stack(catalogue, 0, held=np.zeros(len(rows), dtype=bool))
    assert perf_counter() - started < 10
    # Each stone saves 4 weeks and takes 3, until three quarters of the target are recognised.
    assert found.weeks == 3 * 3 + 20 - 12


def test_the_same_question_has_the_same_answer(nursing):
    assert stack(nursing, "licence") == stack(nursing, "licence") or np.isnan(stack(nursing, "licence").price)


def weeks_in_order(catalogue, order, held) -> float:
    """Weeks of taking credentials in this order; infinite where a requirement is not held by then."""
    held, weeks = held.copy(), 0.0
    for at in order:
        if (catalogue.pathways.requires[at] & ~held).any():
            return float("inf")
        left = Remaining.of(held[None, :], np.zeros((1, len(catalogue))), catalogue)
        weeks += float(left.weeks[0, at])
        held[at] = True
    return weeks


SIZE = 5
pairs = st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)).filter(lambda pair: pair[0] != pair[1])


@settings(max_examples=40, deadline=None)
@given(
    st.sets(pairs, max_size=3),
    st.dictionaries(pairs, st.integers(1, 30), max_size=6),
    st.lists(st.integers(1, 40), min_size=SIZE, max_size=SIZE),
    st.sets(st.integers(1, SIZE - 1), max_size=2),
)
def test_no_order_of_any_set_is_shorter(catalogue_of, required, recognised, weeks, held):
    rows = [{"credential_id": f"c{n}", "credits": 30.0, "weeks": float(weeks[n])} for n in range(SIZE)]
    edges = [(f"c{a}", f"c{b}", "requires", None) for a, b in required]
    edges += [(f"c{a}", f"c{b}", "recognised_for", float(n)) for (a, b), n in recognised.items()]
    catalogue = catalogue_of(rows, edges)
    marks = np.isin(np.arange(SIZE), list(held))
    found = shortest_stack(catalogue, 0, held=marks)
    others = [at for at in range(1, SIZE) if at not in held]
    best = min(
        weeks_in_order(catalogue, (*order, 0), marks)
        for size in range(len(others) + 1)
        for order in permutations(others, size)
    )
    if found is None:
        assert best == float("inf")
    else:
        assert found.weeks == pytest.approx(best, abs=0.01)
        assert weeks_in_order(catalogue, [step.position for step in found.steps], marks) == pytest.approx(
            best, abs=0.01
        )
