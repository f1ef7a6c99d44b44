import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.policy.shrinkage import Shrinkage
from onward.policy.stratum_means import StratumMeans

SCORES = np.array([[1.0, 9.0], [3.0, 5.0], [8.0, 2.0]])
STRATUM = np.array(["s", "s", "t"])
MEANS = np.array([[2.0, 7.0], [8.0, 2.0]])
USUAL = StratumMeans(("s", "t"), MEANS)


def test_strength_one_changes_nothing_to_the_byte():
    assert Shrinkage(1.0, USUAL).apply(SCORES, STRATUM).tobytes() == SCORES.tobytes()


def test_strength_zero_gives_a_stratum_one_score():
    assert (Shrinkage(0.0, USUAL).apply(SCORES, STRATUM) == MEANS[[0, 0, 1]]).all()


def test_half_the_strength_is_half_the_way_to_the_mean():
    assert Shrinkage(0.5, USUAL).apply(SCORES, STRATUM)[0].tolist() == [1.5, 8.0]


@given(st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_the_mean_of_a_stratum_stays_where_it_was(strength, seed):
    rng = np.random.default_rng(seed)
    scores, stratum = rng.normal(0, 1_000, (20, 3)), rng.choice(list("st"), 20)
    shrunk = Shrinkage(strength, StratumMeans.fit(scores, stratum)).apply(scores, stratum)
    found, before = (StratumMeans.fit(each, stratum).means for each in (shrunk, scores))
    assert np.allclose(found, before, atol=1e-9)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_weaker_strength_is_never_nearer_to_the_mean(one, other):
    near, far = (np.abs(Shrinkage(s, USUAL).apply(SCORES, STRATUM) - MEANS[[0, 0, 1]]) for s in sorted((one, other)))
    assert (near <= far + 1e-12).all()


def test_a_stratum_that_was_not_seen_keeps_its_scores():
    found = Shrinkage(0.5, USUAL).apply(SCORES, np.array(["s", "new", "t"]))
    assert found[1].tobytes() == SCORES[1].tobytes()


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_a_learner_s_scores_do_not_depend_on_who_else_is_scored(strength):
    shrinkage = Shrinkage(strength, USUAL)
    alone = [shrinkage.apply(SCORES[[n]], STRATUM[[n]])[0] for n in range(3)]
    assert np.array(alone).tobytes() == shrinkage.apply(SCORES, STRATUM).tobytes()


def test_the_shrinkage_that_changes_nothing_needs_no_stratum():
    assert Shrinkage.none(2).apply(SCORES, STRATUM).tobytes() == SCORES.tobytes()
