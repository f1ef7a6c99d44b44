import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.errors import DataError
from onward.history.spec import FeatureSpec
from onward.models.boosting import Boosted, folds
from onward.settings import ModelSettings

SPEC = FeatureSpec(("a", "b", "kind"), {"kind": ("red", "green", "blue")}, {})
SETTINGS = ModelSettings(rounds=15, smallest_leaf=10)


def problem(n=600):
    rng = np.random.default_rng(2)
    matrix = np.column_stack([rng.normal(size=(n, 2)), rng.integers(0, 3, n).astype(float)])
    matrix[rng.random((n, 3)) < 0.1] = np.nan
    return matrix, (np.nan_to_num(matrix[:, 0]) + (matrix[:, 2] == 1) > rng.normal(size=n)).astype(float)


@pytest.fixture(scope="module")
def fitted() -> Boosted:
    return Boosted.fit(*problem(), SPEC, SETTINGS, seed=5)


def test_its_text_predicts_the_same_to_the_byte(fitted):
    matrix = problem()[0]
    again = Boosted.from_text(fitted.to_text(), SPEC)
    assert again.log_odds(matrix).tobytes() == fitted.log_odds(matrix).tobytes()


def test_text_read_and_written_again_is_the_same(fitted):
    once = Boosted.from_text(fitted.to_text(), SPEC).to_text()
    assert Boosted.from_text(once, SPEC).to_text() == once


def test_a_category_that_was_missing_is_read_back_as_missing(fitted):
    row = np.array([[0.1, 0.2, np.nan]])
    assert Boosted.from_text(fitted.to_text(), SPEC).log_odds(row) == fitted.log_odds(row)


@pytest.mark.parametrize("names", [("b", "a", "kind"), ("a", "b"), ("a", "b", "other")], ids=str)
def test_a_model_with_other_features_is_refused(names, fitted):
    with pytest.raises(DataError, match="a model with the features of the manifest, in that order; it has others"):
        Boosted.from_text(fitted.to_text(), dataclasses.replace(SPEC, names=names))


def test_the_same_seed_gives_the_same_text(fitted):
    assert Boosted.fit(*problem(), SPEC, SETTINGS, seed=5).to_text() == fitted.to_text()


def test_another_seed_gives_another_model(fitted):
    assert Boosted.fit(*problem(), SPEC, SETTINGS, seed=6).to_text() != fitted.to_text()


def test_rows_are_scored_alone_as_among_others(fitted):
    matrix = problem()[0]
    alone = np.concatenate([fitted.log_odds(matrix[[row]]) for row in range(40)])
    assert alone.tobytes() == fitted.log_odds(matrix)[:40].tobytes()


def test_contributions_and_the_baseline_add_up_to_the_log_odds(fitted):
    matrix = problem()[0]
    baseline = fitted.log_odds(matrix) - fitted.contributions(matrix).sum(axis=1)
    assert np.allclose(baseline, baseline[0])


def test_every_feature_has_a_contribution(fitted):
    assert fitted.contributions(problem()[0][:7]).shape == (7, 3)


def test_the_features_keep_their_names_in_the_model(fitted):
    assert tuple(fitted.booster.feature_name()) == SPEC.names


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40), st.integers(2, 6), st.integers(0, 9))
@settings(max_examples=60)
def test_rows_of_one_learner_share_a_fold(groups, count, seed):
    fold = folds(groups, count, seed=seed)
    assert all(len(set(fold[np.array(groups) == group])) == 1 for group in groups)


def test_folds_hold_about_as_many_learners_each():
    counts = np.bincount(folds([f"s{n}" for n in range(103)], 5, seed=0))
    assert sorted(counts) == [20, 20, 21, 21, 21]


def test_a_fold_depends_on_the_learner_and_not_on_the_order_of_the_rows():
    groups = np.array(["a", "b", "c", "d", "a"])
    assert folds(groups[::-1], 2, seed=3).tolist() == folds(groups, 2, seed=3)[::-1].tolist()
