import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from onward.catalog.pathways import Pathways
from onward.catalog.remaining import Remaining

ROWS = (
    {"credential_id": "badge", "credits": 4.0, "weeks": 4.0, "net_price": 300.0},
    {"credential_id": "certificate", "credits": 30.0, "weeks": 40.0, "net_price": 3_000.0},
    {"credential_id": "degree", "credits": 60.0, "weeks": 100.0, "net_price": None},
    {"credential_id": "licence", "credits": None, "weeks": 8.0, "net_price": 250.0},
)
EDGES = (
    ("badge", "certificate", "recognised_for", 3.0),
    ("certificate", "degree", "recognised_for", 24.0),
    ("badge", "licence", "recognised_for", 2.0),
)


def remaining(catalogue_of, held=(), recommended=(0, 0, 0, 0), **options) -> Remaining:
    catalogue = catalogue_of(ROWS, EDGES, **options)
    marks = np.isin(catalogue.ids, held)[None, :]
    return Remaining.of(marks, np.array([recommended], dtype=float), catalogue)


def test_who_brings_nothing_has_the_whole_before_them(catalogue_of):
    left = remaining(catalogue_of)
    assert left.share.tolist() == [[1.0] * 4]
    assert left.weeks.tolist() == [[4.0, 40.0, 100.0, 8.0]]
    assert left.recognised.tolist() == [[0.0] * 4]


def test_credits_weeks_and_price_go_down_in_proportion(catalogue_of):
    left = remaining(catalogue_of, held=["badge"])
    assert (left.credits[0, 1], left.weeks[0, 1], left.price[0, 1]) == (27.0, 36.0, 2_700.0)


def test_a_price_that_is_not_known_stays_unknown(catalogue_of):
    left = remaining(catalogue_of, held=["certificate"])
    assert left.weeks[0, 2] == 60.0
    assert np.isnan(left.price[0, 2])


def test_where_credits_are_not_known_nothing_is_taken_off(catalogue_of):
    left = remaining(catalogue_of, held=["badge"])
    assert (left.recognised[0, 3], left.share[0, 3], left.weeks[0, 3]) == (2.0, 1.0, 8.0)
    assert np.isnan(left.credits[0, 3])


def test_evaluated_learning_at_work_counts_beside_what_is_held(catalogue_of):
    left = remaining(catalogue_of, held=["certificate"], recommended=(0, 0, 6, 0))
    assert (left.recognised[0, 2], left.weeks[0, 2]) == (30.0, 50.0)


@pytest.mark.parametrize(("cap", "counted"), [(0.0, 0.0), (0.3, 9.0), (0.75, 22.5), (1.0, 30.0)])
def test_recognised_credit_makes_up_at_most_the_share_that_a_college_allows(cap, counted, catalogue_of):
    left = remaining(catalogue_of, recommended=(0, 500, 0, 0), recognised_cap=cap)
    assert (left.recognised[0, 1], left.credits[0, 1]) == (counted, 30.0 - counted)


def test_without_credits_there_is_nothing_to_recognise(catalogue_of):
    rows = [*ROWS[:3], {"credential_id": "licence", "credits": 0.0, "weeks": 8.0}]
    left = Remaining.of(np.eye(4, dtype=bool)[:1], np.full((1, 4), 3.0), catalogue_of(rows, EDGES))
    assert (left.recognised[0, 3], left.share[0, 3]) == (0.0, 1.0)


held_by_many = arrays(bool, (12, 6))
edges_of_six = arrays(float, (6, 6), elements=st.integers(0, 400).map(lambda tenth: tenth / 10))
recommended_of_many = arrays(float, (12, 6), elements=st.floats(0, 20))


@settings(max_examples=30, deadline=None)
@given(held_by_many, edges_of_six, recommended_of_many, st.permutations(range(12)))
def test_a_learner_s_figures_do_not_depend_on_who_else_is_there(catalogue_of, held, recognised, recommended, order):
    rows = [{"credential_id": f"c{n}", "credits": 7.0 * n, "weeks": 3.3 * n + 1, "net_price": 99.9} for n in range(6)]
    made = catalogue_of(rows)
    pathways = Pathways(made.pathways.requires, recognised, recognised.T > 0)
    catalogue = type(made)(made.credentials, pathways, made.edges, made.values, made.value)
    some = np.array(order)[:5]
    whole, part = (Remaining.of(held[at], recommended[at], catalogue) for at in (np.arange(12), some))
    for name in ("recognised", "share", "credits", "weeks", "price"):
        assert getattr(whole, name)[some].tobytes() == getattr(part, name).tobytes()


@settings(max_examples=30, deadline=None)
@given(held_by_many, edges_of_six, recommended_of_many)
def test_what_remains_is_never_below_what_has_to_be_earned_in_residence(catalogue_of, held, recognised, recommended):
    rows = [{"credential_id": f"c{n}", "credits": 7.0 * n} for n in range(6)]
    made = catalogue_of(rows)
    pathways = Pathways(made.pathways.requires, recognised, recognised.T > 0)
    catalogue = type(made)(made.credentials, pathways, made.edges, made.values, made.value)
    left = Remaining.of(held, recommended, catalogue)
    assert (left.share >= 0.25 - 1e-3).all()
    assert (left.share <= 1.0).all()
    assert (left.recognised >= 0).all()
