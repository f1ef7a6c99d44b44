import numpy as np
import pandas as pd
import pytest

from onward.release.proxies import proxy_auc, proxy_words

N = 1_500


@pytest.fixture(scope="module")
def member():
    return np.random.default_rng(0).random(N) < 0.4


def test_scores_that_know_nothing_of_a_group_tell_nothing(member):
    noise = np.random.default_rng(1).uniform(0.1, 0.9, (N, 5))
    assert proxy_auc(noise, member, seed=0) == pytest.approx(0.5, abs=0.05)


def test_scores_that_differ_by_group_tell_it(member):
    scores = np.random.default_rng(2).uniform(0.3, 0.5, (N, 5)) + 0.2 * member[:, None]
    assert proxy_auc(scores, member, seed=0) > 0.95


def test_what_only_several_scores_together_tell_is_found(member):
    first = np.random.default_rng(3).uniform(0.2, 0.5, N)
    scores = np.column_stack([first, first + 0.1 * member])
    assert proxy_auc(scores, member, seed=0) > 0.9


def test_only_groups_that_may_be_shown_are_named(member):
    scores = np.random.default_rng(4).uniform(0.1, 0.9, (N, 3))
    who = pd.DataFrame({"gender": np.where(member, "woman", "man")})
    words = proxy_words(scores, who, (("gender", "woman"),), seed=0)
    assert "woman 0." in words
    assert " man " not in words


def test_without_a_group_that_may_be_shown_nothing_is_evaluated():
    assert proxy_words(np.full((N, 2), 0.5), pd.DataFrame(), (), seed=0).startswith("not evaluated")
