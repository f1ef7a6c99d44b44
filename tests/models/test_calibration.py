import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from onward.models.calibration import Platt


def drawn(n=20_000, *, slope=1.0, intercept=0.0):
    """Scores, and labels whose true log-odds are a line through them."""
    rng = np.random.default_rng(1)
    score = rng.normal(size=n)
    return score, rng.random(n) < expit(slope * score + intercept)


def test_the_line_that_made_the_labels_is_recovered():
    line = Platt.fit(*drawn(slope=0.5, intercept=-1.0))
    assert np.allclose([line.slope, line.intercept], [0.5, -1.0], atol=0.06)


def test_calibrated_probabilities_have_the_mean_of_the_labels():
    score, label = drawn(slope=0.3, intercept=0.7)
    assert np.isclose(Platt.fit(3 * score, label)(3 * score).mean(), label.mean(), atol=1e-4)


@given(st.floats(-30, 30))
def test_a_probability_is_never_zero_or_one(score):
    assert 0 < Platt(1.0, 0.0)(np.array([score]))[0] < 1


def test_the_plain_line_leaves_the_model_s_own_probability():
    assert np.isclose(Platt(1.0, 0.0)(logit(np.array([0.3])))[0], 0.3)


def test_scores_that_order_backwards_give_everyone_the_base_rate():
    score, label = drawn(slope=-1.0, intercept=0.5)
    assert np.allclose(Platt.fit(score, label)(score), label.mean())


def test_a_higher_score_is_a_higher_probability():
    line = Platt.fit(*drawn())
    assert (np.diff(line(np.linspace(-5, 5, 50))) > 0).all()
