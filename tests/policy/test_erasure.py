import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.policy.erasure import Erasure
from onward.policy.ledger import Ledger

quick = settings(max_examples=12, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def planted(seed=0, n=600, size=5):
    """Log-odds of candidates that go together, in which two of three groups, and the stratum, can be told."""
    rng = np.random.default_rng(seed)
    group, stratum = rng.choice(list("abc"), n, p=[0.5, 0.3, 0.2]), rng.choice(list("st"), n)
    log_odds = rng.normal(size=(n, size)) @ rng.normal(size=(size, size)) + (stratum == "s")[:, None]
    log_odds += np.outer(group == "a", rng.normal(size=size)) + np.outer(group == "b", rng.normal(size=size))
    return log_odds, stratum, group


def members(group, names="ab"):
    return np.column_stack([group == name for name in names]).astype(float)


def fitted(seed=0, **options):
    log_odds, stratum, group = planted(seed)
    return Erasure.fit(log_odds, stratum, members(group), **options)


@given(seeds, seeds)
@quick
def test_no_linear_function_of_the_log_odds_tells_a_group_given_the_strata(seed, direction):
    log_odds, stratum, group = planted(seed)
    function = np.random.default_rng(direction).normal(size=log_odds.shape[1])
    erased = Erasure.fit(log_odds, stratum, members(group)).apply(log_odds, stratum)
    before, after = (Ledger(group, stratum).conditional_gaps(x @ function)["gap"] for x in (log_odds, erased))
    assert np.abs(after).max() < 1e-8 * max(1.0, np.abs(before).max())


def test_a_linear_function_told_the_groups_before():
    log_odds, stratum, group = planted()
    assert Ledger(group, stratum).conditional_gaps(log_odds.sum(axis=1))["gap"].abs().max() > 0.5


def test_half_the_strength_halves_the_gap():
    log_odds, stratum, group = planted()
    half = fitted(strength=0.5).apply(log_odds, stratum)
    before, after = (Ledger(group, stratum).conditional_gaps(x[:, 0])["gap"] for x in (log_odds, half))
    assert np.allclose(after, before / 2)


def test_a_group_that_was_not_erased_can_still_be_told():
    log_odds, stratum, group = planted()
    alone = Erasure.fit(log_odds, stratum, members(group, "a")).apply(log_odds, stratum)
    gaps = Ledger(group == "b", stratum).conditional_gaps(alone.sum(axis=1))["gap"]
    assert np.abs(gaps).max() > 1e-3


@given(seeds, seeds)
@quick
def test_no_other_projection_that_erases_changes_less_in_the_whitened_metric(seed, other):
    log_odds, stratum, group = planted(seed)
    woman = members(group, "a")
    erasure = Erasure.fit(log_odds, stratum, woman)
    centred = erasure.usual.centred(log_odds, stratum)
    told = centred.T @ woman[:, 0]
    along = np.random.default_rng(other).normal(size=len(told))
    # Whatever ``along`` is, this takes the covariance with the group to zero.
    change = np.outer(centred @ along, told) / (along @ told)
    assert np.abs((centred - change).T @ woman[:, 0]).max() < 1e-6 * np.abs(change).max() * len(change)
    metric = np.linalg.inv(centred.T @ centred / len(centred))

    def moved(by):
        return np.einsum("ni,ij,nj->", by, metric, by)

    assert moved(log_odds - erasure.apply(log_odds, stratum)) <= moved(change) * (1 + 1e-9)


def test_erasing_twice_is_erasing_once():
    log_odds, stratum, _ = planted()
    erasure = fitted()
    once = erasure.apply(log_odds, stratum)
    assert np.allclose(erasure.apply(once, stratum), once, atol=1e-9)


def test_the_mean_of_a_stratum_stays_where_it_was():
    log_odds, stratum, _ = planted()
    erased = fitted().apply(log_odds, stratum)
    assert np.allclose([(erased - log_odds)[stratum == name].mean(axis=0) for name in "st"], 0.0, atol=1e-9)


def test_strength_zero_changes_nothing_to_the_byte():
    log_odds, stratum, _ = planted()
    assert fitted(strength=0.0).apply(log_odds, stratum).tobytes() == log_odds.tobytes()


def test_the_erasure_that_changes_nothing_needs_no_stratum():
    log_odds, stratum, _ = planted()
    assert Erasure.none(5).apply(log_odds, stratum).tobytes() == log_odds.tobytes()


def test_a_stratum_that_was_not_seen_keeps_its_log_odds():
    log_odds, _, _ = planted()
    assert fitted().apply(log_odds, np.full(len(log_odds), "new")).tobytes() == log_odds.tobytes()


def test_what_tells_no_group_is_left_as_it_was():
    log_odds, stratum, _ = planted()
    nobody = np.zeros((len(log_odds), 1))
    assert np.array_equal(Erasure.fit(log_odds, stratum, nobody).apply(log_odds, stratum), log_odds)


def test_candidates_that_are_alike_in_everyone_are_no_obstacle():
    log_odds, stratum, group = planted()
    doubled = np.column_stack([log_odds, log_odds[:, :2], np.full(len(log_odds), 0.3)])
    erased = Erasure.fit(doubled, stratum, members(group)).apply(doubled, stratum)
    gaps = [Ledger(group, stratum).conditional_gaps(column)["gap"].abs().max() for column in erased.T]
    assert max(gaps) < 1e-8


def test_log_odds_that_are_alike_in_a_stratum_tell_nothing():
    _, stratum, group = planted()
    alike = np.where(stratum == "s", 1.0, 2.0)[:, None] * np.ones(3)
    assert np.allclose(Erasure.fit(alike, stratum, members(group)).apply(alike, stratum), alike)


def test_labels_that_are_gone_after_the_fit_change_nothing():
    log_odds, stratum, group = planted()
    labels = members(group)
    erasure = Erasure.fit(log_odds, stratum, labels)
    before = erasure.apply(log_odds, stratum).tobytes()
    labels[:] = 0.0
    assert erasure.apply(log_odds, stratum).tobytes() == before


@pytest.mark.parametrize("rows", [slice(7, 8), slice(3, 6), slice(None, None, -1), slice(5, 300, 7)])
def test_a_learner_s_log_odds_do_not_depend_on_who_else_is_there(rows):
    log_odds, stratum, group = planted(size=24)
    erasure = Erasure.fit(log_odds, stratum, members(group))
    whole = erasure.apply(log_odds, stratum)
    assert erasure.apply(log_odds[rows], stratum[rows]).tobytes() == whole[rows].tobytes()


def test_the_same_input_gives_the_same_erasure():
    assert fitted().projection.tobytes() == fitted().projection.tobytes()


def test_learners_who_were_not_in_the_fit_are_told_apart_far_less():
    log_odds, stratum, group = planted(n=6_000)
    first, rest = slice(0, 3_000), slice(3_000, None)
    erasure = Erasure.fit(log_odds[first], stratum[first], members(group[first]))
    before = np.abs([Ledger(group[rest], stratum[rest]).conditional_gaps(x)["gap"] for x in log_odds[rest].T])
    erased = erasure.apply(log_odds[rest], stratum[rest])
    after = np.abs([Ledger(group[rest], stratum[rest]).conditional_gaps(x)["gap"] for x in erased.T])
    assert after.max() < before.max() / 4
