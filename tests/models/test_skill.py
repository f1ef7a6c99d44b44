import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from onward.models.skill import _delong, skill

judged = st.lists(st.tuples(st.booleans(), st.integers(0, 10)), min_size=2, max_size=60).filter(
    lambda rows: 0 < sum(label for label, _ in rows) < len(rows)
)


def split(rows):
    label, tenth = zip(*rows, strict=True)
    return np.array(label, dtype=float), np.array(tenth) / 10


@given(judged)
def test_auc_is_scikit_learn_s_ties_included(rows):
    assert np.isclose(skill(*split(rows)).auc, roc_auc_score(*split(rows)), atol=1e-12)


@given(judged)
def test_brier_is_scikit_learn_s(rows):
    assert np.isclose(skill(*split(rows)).brier, brier_score_loss(*split(rows)), atol=1e-12)


def error_by_pairs(label, probability):
    """DeLong's standard error from every pair of an event and another row: 1 won, one half tied."""
    won, lost = probability[label == 1][:, None], probability[label == 0][None, :]
    pairs = (won > lost) + (won == lost) / 2
    return np.sqrt(pairs.mean(axis=1).var(ddof=1) / len(pairs) + pairs.mean(axis=0).var(ddof=1) / pairs.shape[1])


@given(judged.filter(lambda rows: 2 <= sum(label for label, _ in rows) <= len(rows) - 2))
def test_the_standard_error_is_delong_s(rows):
    assert np.isclose(_delong(split(rows)[0] > 0.5, split(rows)[1])[1], error_by_pairs(*split(rows)), atol=1e-12)


@given(judged)
@settings(max_examples=50)
def test_the_interval_holds_the_auc(rows):
    found = skill(*split(rows))
    assert found.auc_low <= found.auc <= found.auc_high


def test_the_mean_error_is_what_was_shown_less_what_happened():
    assert np.isclose(skill([0, 1], np.array([0.4, 0.8])).mean_error, 0.1)


def test_n_and_events_are_counted():
    found = skill([0, 1, 1], np.array([0.4, 0.8, 0.9]))
    assert (found.n, found.events) == (3, 2)


def test_auc_of_one_outcome_alone_is_missing():
    assert np.isnan(skill([1, 1], np.array([0.4, 0.8])).auc)


def test_the_95_percent_interval_covers_the_truth_in_about_95_of_100_samples():
    # Scores of events are normal with mean 1, of the others with mean 0: the true AUC is Phi(1 / sqrt 2).
    rng, truth = np.random.default_rng(4), 0.76025
    covered = 0
    for _ in range(400):
        score = np.concatenate([rng.normal(1, 1, 60), rng.normal(0, 1, 90)])
        found = skill(np.repeat([1, 0], [60, 90]), score)
        covered += found.auc_low <= truth <= found.auc_high
    # 380 are expected; 364 to 393 hold 99.9% of what chance gives.
    assert 364 <= covered <= 393


def test_the_interval_narrows_as_n_grows():
    rng = np.random.default_rng(0)
    label = rng.random(4_000) < 0.5
    score = rng.normal(size=4_000) + label
    few, many = skill(label[:200], score[:200]), skill(label, score)
    assert many.auc_high - many.auc_low < (few.auc_high - few.auc_low) / 3


def test_skill_in_words_has_its_interval_and_its_n():
    assert str(skill([0, 0, 1, 1], np.array([0.1, 0.4, 0.35, 0.8]))) == "AUC 0.750 (0.057 to 1.000), n = 4"


@pytest.mark.parametrize("kind", [bool, int, float])
def test_outcomes_may_be_flags_or_numbers(kind):
    assert skill(np.array([0, 0, 1, 1]).astype(kind), np.array([0.1, 0.2, 0.3, 0.4])).auc == 1.0
