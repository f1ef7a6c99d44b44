import inspect

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from onward.policy.parity import STRENGTHS, Groups, Ledger, Shrinkage, fit_shrinkage, unconstrained

quick = settings(max_examples=40, deadline=None)


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


SCORES = np.array([[1.0, 9.0], [3.0, 5.0], [8.0, 2.0]])
STRATUM = np.array(["s", "s", "t"])
MEANS = np.array([[2.0, 7.0], [8.0, 2.0]])


def test_strength_one_changes_nothing_to_the_byte():
    assert Shrinkage(1.0, ("s", "t"), MEANS).apply(SCORES, STRATUM).tobytes() == SCORES.tobytes()


def test_strength_zero_gives_a_stratum_one_score():
    assert (Shrinkage(0.0, ("s", "t"), MEANS).apply(SCORES, STRATUM) == MEANS[[0, 0, 1]]).all()


def test_half_the_strength_is_half_the_way_to_the_mean():
    assert Shrinkage(0.5, ("s", "t"), MEANS).apply(SCORES, STRATUM)[0].tolist() == [1.5, 8.0]


def test_a_stratum_that_was_not_seen_keeps_its_scores():
    found = Shrinkage(0.5, ("s", "t"), MEANS).apply(SCORES, np.array(["s", "new", "t"]))
    assert np.allclose(found[1], SCORES[1])


def test_a_learner_s_scores_do_not_depend_on_who_else_is_scored():
    shrinkage = Shrinkage(0.3, ("s", "t"), MEANS)
    alone = [shrinkage.apply(SCORES[[n]], STRATUM[[n]])[0] for n in range(3)]
    assert np.array(alone).tobytes() == shrinkage.apply(SCORES, STRATUM).tobytes()


def test_shrinkage_takes_no_group_when_it_is_applied():
    assert list(inspect.signature(Shrinkage.apply).parameters) == ["self", "scores", "stratum"]


def test_without_a_constraint_nothing_changes():
    assert unconstrained(2).apply(SCORES, STRATUM) is SCORES


VALUE = np.array([4_000.0, 20_000.0])


def planted(n=3_000, *, tilt=3_500.0, seed=0):
    """Scores of two credentials; what speaks for the dear one is lower by ``tilt`` in group a, given the stratum."""
    rng = np.random.default_rng(seed)
    group, stratum = rng.choice(["a", "b"], n), rng.choice(["s", "t"], n)
    dear = 10_000 + np.where(stratum == "s", 4_500, -4_500) + rng.normal(0, 3_000, n) - np.where(group == "a", tilt, 0)
    return np.column_stack([np.full(n, 10_000.0), dear]), stratum, group


def fit(scores, stratum, labels, *, limit=1_500.0, floor=0.5, benefit=None, completion=None, smallest=100, unjudged=()):
    return fit_shrinkage(
        scores,
        lambda shrunk: shrunk.argmax(axis=1),
        value=VALUE,
        expected_benefit=scores if benefit is None else benefit,
        completion=np.full_like(scores, 0.7) if completion is None else completion,
        stratum=stratum,
        groups=Groups(labels, frozenset(unjudged), smallest),
        limit=limit,
        floor=floor,
    )


def gap_of(result, scores, stratum, group):
    choice = result.shrinkage.apply(scores, stratum).argmax(axis=1)
    return Ledger(group, stratum).conditional_gaps(VALUE[choice]).loc["a"]


@pytest.fixture(scope="module")
def met():
    scores, stratum, group = planted()
    return fit(scores, stratum, {"group": group})


def test_a_planted_gap_is_brought_inside_the_limit(met):
    scores, stratum, group = planted()
    found = gap_of(met, scores, stratum, group)
    assert (met.outcome, abs(found["gap"]) + 1.645 * found["error"] <= 1_500) == ("met", True)


def test_the_gap_was_outside_the_limit_before():
    scores, stratum, group = planted()
    before = Ledger(group, stratum).conditional_gaps(VALUE[scores.argmax(axis=1)])
    assert before.loc["a", "gap"] < -1_500


def test_the_largest_strength_that_meets_the_limit_is_taken(met):
    assert (met.tried["bound"].iloc[:-1] > 1_500).all()


def test_strengths_are_tried_from_one_downward(met):
    assert met.tried["strength"].tolist() == list(STRENGTHS[: len(met.tried)])


def test_learners_who_were_not_in_the_fit_come_inside_as_well(met):
    scores, stratum, group = planted(seed=1)
    assert abs(gap_of(met, scores, stratum, group)["gap"]) < 1_500


def test_without_a_gap_nothing_is_shrunk():
    scores, stratum, group = planted(tilt=0.0)
    assert fit(scores, stratum, {"group": group}).shrinkage.strength == 1.0


def test_a_floor_on_benefit_forbids_what_would_level_down():
    scores, stratum, group = planted()
    result = fit(scores, stratum, {"group": group}, floor=1.0)
    assert (result.outcome, result.bound > 1_500) == ("not met", True)


def test_a_floor_on_completion_forbids_advice_into_failure():
    scores, stratum, group = planted()
    chosen = scores.max(axis=1, keepdims=True)
    fails_if_moved = np.where(scores == chosen, 0.8, 0.1)
    assert fit(scores, stratum, {"group": group}, floor=0.99, completion=fails_if_moved).outcome == "not met"


def test_nobody_pays_for_a_limit_that_is_not_kept():
    scores, stratum, group = planted()
    result = fit(scores, stratum, {"group": group}, floor=0.9999)
    assert (result.outcome, result.shrinkage.strength) == ("not met", 1.0)
    assert result.bound == result.tried["bound"].iloc[0]


def test_a_group_that_lies_outside_binds_however_wide_its_margin():
    scores, stratum, group = planted(n=400, tilt=12_000.0)
    assert fit(scores, stratum, {"group": group}, limit=300.0, smallest=2).outcome != "not evaluated"


@pytest.mark.parametrize("level", [-30_000.0, 0.0])
def test_the_floor_holds_where_the_expected_benefit_is_none_or_a_loss(level):
    scores, stratum, group = planted()
    chosen = scores.max(axis=1, keepdims=True)
    worse_if_moved = np.where(scores == chosen, level, level - 5_000.0)
    result = fit(scores, stratum, {"group": group}, floor=0.9999, benefit=worse_if_moved)
    assert (result.shrinkage.strength, result.outcome) == (1.0, "not met")


def test_a_group_of_unknowns_does_not_bind():
    scores, stratum, group = planted()
    result = fit(scores, stratum, {"group": group}, unjudged=["a", "b"])
    assert (result.outcome, result.shrinkage.strength) == ("not evaluated", 1.0)


def test_a_small_group_does_not_bind():
    scores, stratum, group = planted()
    assert fit(scores, stratum, {"group": group}, smallest=2_999).outcome == "not evaluated"


def test_absent_evidence_is_not_a_limit_that_was_met():
    scores, stratum, group = planted(n=60, tilt=0.0)
    assert fit(scores, stratum, {"group": group}, smallest=2).outcome == "not evaluated"


def test_the_attribute_that_has_the_widest_gap_decides(met):
    scores, stratum, group = planted()
    harmless = np.random.default_rng(9).choice(["x", "y"], len(group))
    both = fit(scores, stratum, {"harmless": harmless, "group": group})
    assert both.shrinkage.strength == met.shrinkage.strength


def test_the_same_input_gives_the_same_shrinkage(met):
    scores, stratum, group = planted()
    assert fit(scores, stratum, {"group": group}).shrinkage.means.tobytes() == met.shrinkage.means.tobytes()
