import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.policy.shown import FEWEST, LITTLE, MUCH, WIDEST, Shown, evidence

quick = settings(max_examples=25, deadline=None)
chances = st.floats(0.001, 0.999)
shares = st.floats(0.0, 1.0)


def decisions(n=400, seed=0):
    """Probabilities that overrate, and what then happened."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.5, 0.95, n)
    return p, rng.random(n) < p - 0.15


def test_the_mean_shown_is_the_share_that_completed():
    p, completed = decisions()
    assert Shown.fit(p, completed, lambda_=1.0).probability(p).mean() == pytest.approx(completed.mean(), abs=1e-6)


def test_what_is_overrated_is_shown_lower():
    p, completed = decisions()
    assert Shown.fit(p, completed, lambda_=1.0).shift < -0.3


def test_what_is_underrated_is_shown_higher():
    p, completed = decisions()
    assert Shown.fit(p - 0.4, completed, lambda_=1.0).shift > 0.3


def test_too_few_matched_decisions_shift_nothing():
    p, completed = decisions(n=FEWEST - 1)
    found = Shown.fit(p, completed, lambda_=1.5)
    assert (found.shift, found.matched) == (0.0, FEWEST - 1)


def test_just_enough_matched_decisions_shift():
    p, completed = decisions(n=FEWEST)
    assert Shown.fit(p, completed, lambda_=1.5).shift != 0.0


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_decisions_that_all_ended_alike_shift_nothing(end):
    p, completed = decisions()
    assert Shown.fit(p, np.full_like(completed, end, dtype=float), lambda_=1.0).shift == 0.0


@pytest.mark.parametrize(("p", "shift"), [(0.9999, -WIDEST), (0.0001, WIDEST)])
def test_a_correction_goes_no_further_than_the_widest(p, shift):
    assert Shown.fit(np.full(400, p), np.arange(400) % 2, lambda_=1.0).shift == shift


def test_a_shift_keeps_the_order_of_what_is_shown():
    p = np.linspace(0.01, 0.99, 50)
    assert (np.diff(Shown(-0.8, 400, 1.0).probability(p)) > 0).all()


@given(chances, shares, st.floats(1, 10), st.floats(-WIDEST, WIDEST))
@quick
def test_the_range_contains_what_is_shown(p, propensity, lambda_, shift):
    shown = Shown(shift, 400, lambda_)
    low, high = shown.range(np.array([p]), np.array([propensity]))
    assert 0.0 <= low[0] <= shown.probability(np.array([p]))[0] <= high[0] <= 1.0


@given(chances, shares, st.floats(1, 9), st.floats(0.01, 1))
@quick
def test_the_range_widens_with_lambda(p, propensity, lambda_, more):
    narrow, wide = (
        Shown(0.0, 0, each).range(np.array([p]), np.array([propensity])) for each in (lambda_, lambda_ + more)
    )
    assert wide[0] <= narrow[0] + 1e-12
    assert wide[1] >= narrow[1] - 1e-12


@given(chances, shares, shares, st.floats(1, 10))
@quick
def test_the_range_widens_with_a_rarer_choice(p, one, other, lambda_):
    rare, usual = (Shown(0.0, 0, lambda_).range(np.array([p]), np.array([each])) for each in sorted((one, other)))
    assert rare[0] <= usual[0] + 1e-12
    assert rare[1] >= usual[1] - 1e-12


def test_a_lambda_above_one_and_a_rare_choice_leave_doubt():
    low, high = Shown(0.0, 0, 2.0).range(np.array([0.5]), np.array([0.01]))
    assert high[0] - low[0] > 0.3


def test_history_at_its_word_leaves_no_range():
    low, high = Shown(0.0, 0, 1.0).range(np.array([0.3]), np.array([0.2]))
    assert (low, high) == (pytest.approx([0.3]), pytest.approx([0.3]))


def test_what_everyone_chose_leaves_no_range():
    low, high = Shown(0.0, 0, 3.0).range(np.array([0.3]), np.array([1.0]))
    assert (low, high) == (pytest.approx([0.3]), pytest.approx([0.3]))


@pytest.mark.parametrize(
    ("propensity", "words"), [(MUCH, "much"), (MUCH - 1e-9, "some"), (LITTLE, "some"), (LITTLE - 1e-9, "little")]
)
def test_evidence_is_named_by_how_usual_a_choice_was(propensity, words):
    assert evidence(propensity) == words
