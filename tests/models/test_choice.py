import numpy as np
import pytest

from onward.history.decision_points import positions
from onward.models.choice import ALTERNATIVES, _alternatives, fit_choice
from onward.models.pairs import every_candidate


@pytest.fixture(scope="module")
def odds(small):
    """Points at which nine in ten chose one credential, and the fitted odds of each candidate there."""
    rng = np.random.default_rng(0)
    ids = small.catalogue.ids
    points = small.starts.assign(credential_id=np.where(rng.random(len(small.starts)) < 0.9, ids[7], ids[11]))
    inputs = {"timeline": small.timeline, "catalogue": small.catalogue, "spec": small.spec}
    model = fit_choice(points, settings=small.settings, seed=1, **inputs)
    at = positions(points.iloc[:50], small.timeline)
    return every_candidate(small.timeline, at, small.catalogue, small.spec, model.log_odds)


def test_it_prefers_what_was_chosen(odds):
    assert (odds.argmax(axis=1) == 7).all()


def test_what_few_chose_comes_second(odds):
    assert (odds.argsort(axis=1)[:, -2] == 11).mean() > 0.9


def test_the_same_seed_gives_the_same_model(small):
    inputs = {"timeline": small.timeline, "catalogue": small.catalogue, "spec": small.spec}
    points = small.starts.iloc[:500]
    first, second = (fit_choice(points, settings=small.settings, seed=1, **inputs).to_text() for _ in range(2))
    assert first == second


def test_what_was_chosen_is_no_alternative_to_itself():
    choice = np.arange(300) % 9
    assert not (_alternatives(choice, 9, 0) == choice[:, None]).any()


def test_no_alternative_is_drawn_twice_for_one_learner():
    drawn = np.sort(_alternatives(np.zeros(300, dtype=int), 9, 0), axis=1)
    assert (np.diff(drawn, axis=1) > 0).all()


def test_alternatives_are_drawn_evenly():
    counts = np.bincount(_alternatives(np.zeros(8_000, dtype=int), 9, 0).ravel(), minlength=9)[1:]
    assert np.allclose(counts / 8_000, ALTERNATIVES / 8, atol=0.03)


def test_a_small_catalogue_gives_all_the_alternatives_it_has():
    assert _alternatives(np.array([0, 2]), 3, 0).shape == (2, 2)
