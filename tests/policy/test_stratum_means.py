import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.policy.stratum_means import StratumMeans

SCORES = np.array([[1.0, 9.0], [3.0, 5.0], [8.0, 2.0]])
STRATUM = np.array(["t", "t", "s"])


def test_a_mean_is_taken_of_each_stratum_and_candidate():
    usual = StratumMeans.fit(SCORES, STRATUM)
    assert (usual.strata, usual.means.tolist()) == (("s", "t"), [[8.0, 2.0], [2.0, 7.0]])


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_what_stands_apart_from_the_mean_adds_up_to_nothing_in_every_stratum(seed, n):
    rng = np.random.default_rng(seed)
    scores, stratum = rng.normal(0, 1_000, (n, 3)), rng.choice(list("stu"), n)
    apart = StratumMeans.fit(scores, stratum).centred(scores, stratum)
    sums = [np.abs(apart[stratum == name].sum(axis=0)).max() for name in np.unique(stratum)]
    assert max(sums) < 1e-8


def test_nobody_stands_apart_in_a_stratum_that_was_not_seen():
    usual = StratumMeans.fit(SCORES, STRATUM)
    assert usual.centred(SCORES, np.array(["new", "t", "new"])).tolist() == [[0.0, 0.0], [1.0, -2.0], [0.0, 0.0]]


def test_without_strata_nobody_stands_apart():
    assert not StratumMeans.none(2).centred(SCORES, STRATUM).any()


def test_the_order_of_learners_does_not_matter():
    turned = [2, 0, 1]
    found = StratumMeans.fit(SCORES[turned], STRATUM[turned])
    assert np.allclose(found.means, StratumMeans.fit(SCORES, STRATUM).means, rtol=1e-15)


def test_names_of_strata_are_plain_text():
    assert {type(name) for name in StratumMeans.fit(SCORES, STRATUM).strata} == {str}
