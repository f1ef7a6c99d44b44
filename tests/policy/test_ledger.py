import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from onward.policy.ledger import Ledger

quick = settings(max_examples=12, deadline=None)


@st.composite
def problems(draw):
    """A group, a stratum and the value of the advice for up to 60 learners."""
    n = draw(st.integers(4, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    group = rng.choice(list("abc")[: draw(st.integers(2, 3))], n)
    stratum = rng.choice(list("stuv")[: draw(st.integers(1, 4))], n)
    value = np.round(rng.normal(9_000, 5_000, n), 2)
    assume(len(set(zip(group, stratum, strict=True))) > len(set(stratum)))
    return group, stratum, value


def by_hand(group, stratum, value) -> dict[tuple[str, str], tuple[float, int, int]]:
    """Gap, n and others of every group that has others beside it in a stratum."""
    found = {}
    for s in np.unique(stratum):
        for g in np.unique(group[stratum == s]):
            inside, outside = (stratum == s) & (group == g), (stratum == s) & (group != g)
            if outside.any():
                found[s, g] = (value[inside].mean() - value[outside].mean(), inside.sum(), outside.sum())
    return found


@given(problems())
@quick
def test_the_ledger_is_the_group_less_everyone_else(problem):
    group, stratum, value = problem
    found = Ledger(group, stratum).gaps(value)
    expected = by_hand(group, stratum, value)
    gaps = dict(zip(zip(found["stratum"], found["group"], strict=True), found["gap"], strict=True))
    # A gap is a difference of means of this size, so it is to their size that the last digits belong.
    assert gaps.keys() == expected.keys()
    assert all(
        abs(gaps[key] - gap) <= 1e-12 * np.abs(value).max() * len(value) for key, (gap, _, _) in expected.items()
    )


@given(problems())
@quick
def test_gamma_is_the_gap_times_the_share_of_everyone_else(problem):
    group, stratum, value = problem
    book = Ledger(group, stratum)
    gamma = book._moment.gamma(lambda _: value)["+"]
    found = book.gaps(value)
    share = found["others"] / (found["n"] + found["others"])
    expected = [gamma[s, g] for s, g in zip(found["stratum"], found["group"], strict=True)]
    assert np.allclose(found["gap"] * share, expected, rtol=1e-9, atol=1e-9)


@given(problems())
@quick
def test_the_conditional_gap_weighs_strata_by_how_many_of_both_they_hold(problem):
    group, stratum, value = problem
    found = Ledger(group, stratum).conditional_gaps(value)
    for g in found.index:
        rows = [row for (_, name), row in by_hand(group, stratum, value).items() if name == g]
        weights = [n * others / (n + others) for _, n, others in rows]
        expected = np.average([gap for gap, _, _ in rows], weights=weights)
        assert np.isclose(found.loc[g, "gap"], expected, rtol=1e-9, atol=1e-7)


@given(problems(), st.floats(-5_000, 5_000))
@quick
def test_the_same_sum_for_everyone_changes_no_gap(problem, constant):
    group, stratum, value = problem
    book = Ledger(group, stratum)
    assert np.allclose(book.gaps(value + constant)["gap"], book.gaps(value)["gap"], atol=1e-6)


def test_two_groups_have_opposite_gaps():
    book = Ledger(np.array(list("aabb")), np.array(list("ssss")))
    assert book.gaps(np.array([1.0, 2.0, 5.0, 8.0]))["gap"].tolist() == [-5.0, 5.0]


def test_a_large_group_is_compared_with_the_few_others_and_not_with_itself():
    group = np.array(["a"] * 9 + ["b"])
    gaps = Ledger(group, np.array(["s"] * 10)).gaps(np.where(group == "a", 0.0, 5.0))
    assert np.allclose(gaps["gap"], [-5.0, 5.0])


def test_a_stratum_of_one_group_says_nothing():
    book = Ledger(np.array(list("aabba")), np.array(list("sssst")))
    assert book.gaps(np.array([1.0, 2.0, 5.0, 8.0, 900.0]))["stratum"].tolist() == ["s", "s"]


def test_a_stratum_of_one_group_does_not_move_the_conditional_gap():
    group, stratum = np.array(list("aabba")), np.array(list("sssst"))
    gaps = [Ledger(group, stratum).conditional_gaps(np.array([1.0, 2, 5, 8, last]))["gap"] for last in (0, 900)]
    pd.testing.assert_series_equal(*gaps)


def test_the_order_of_the_learners_does_not_matter():
    rng = np.random.default_rng(0)
    group, stratum, value = rng.choice(list("ab"), 90), rng.choice(list("st"), 90), rng.normal(size=90)
    turned = rng.permutation(90)
    found = [Ledger(group[rows], stratum[rows]).conditional_gaps(value[rows]) for rows in (np.arange(90), turned)]
    pd.testing.assert_frame_equal(*found, rtol=1e-12)


def test_the_standard_error_is_how_far_chance_moves_the_gap():
    rng = np.random.default_rng(3)
    group, stratum = rng.choice(["a", "b"], 400, p=[0.3, 0.7]), rng.choice(list("st"), 400)
    book, spread = Ledger(group, stratum), np.where(stratum == "s", 1.0, 3.0)
    found = [book.conditional_gaps(rng.normal(size=400) * spread).loc["a"] for _ in range(120)]
    assert 0.8 < np.mean([row["error"] for row in found]) / np.std([row["gap"] for row in found]) < 1.25
