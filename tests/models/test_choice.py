import numpy as np
import pytest
from scipy.special import logit

from onward.history.decision_points import positions
from onward.models.choice import ALTERNATIVES, Choice, _alternatives, fit_choice
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
    return every_candidate(small.timeline, at, small.catalogue, small.spec, model.predict)


def test_it_prefers_what_was_chosen(odds):
    assert (odds.argmax(axis=1) == 7).all()


def test_what_few_chose_comes_second(odds):
    assert (odds.argsort(axis=1)[:, -2] == 11).mean() > 0.9


def test_the_same_seed_gives_the_same_model(small):
    inputs = {"timeline": small.timeline, "catalogue": small.catalogue, "spec": small.spec}
    points = small.starts.iloc[:500]
    first, second = (fit_choice(points, settings=small.settings, seed=1, **inputs).model.to_text() for _ in range(2))
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


SHARES = np.array([[0.5, 0.3, 0.15, 0.05], [0.97, 0.01, 0.01, 0.01], [0.25, 0.25, 0.25, 0.25]])
ALL = np.ones(SHARES.shape, dtype=bool)


def propensity(log_odds, open_to):
    """What a choice model says of these odds; turning them into shares needs no fitted model."""
    return Choice(None).propensity(np.asarray(log_odds, dtype=float), np.asarray(open_to, dtype=bool))


@pytest.mark.parametrize("constant", [-12.0, 0.0, 3.0, 30.0])
def test_odds_that_are_right_up_to_a_constant_give_back_the_shares(constant):
    assert np.allclose(propensity(logit(SHARES) + constant, ALL), SHARES, atol=1e-9)


def test_each_learner_has_a_constant_of_their_own():
    constants = np.array([[-5.0], [0.0], [9.0]])
    assert np.allclose(propensity(logit(SHARES) + constants, ALL), SHARES, atol=1e-9)


@pytest.mark.parametrize("spread", [0.1, 3.0, 50.0, 500.0])
def test_shares_sum_to_one_over_what_is_open_and_are_none_where_closed(spread):
    rng = np.random.default_rng(0)
    log_odds, open_to = rng.normal(0, spread, (300, 12)), rng.random((300, 12)) < 0.5
    open_to[:, 0] = True
    found = propensity(log_odds, open_to)
    assert np.allclose(found.sum(axis=1), 1.0)
    assert (found[~open_to] == 0.0).all()
    assert (found >= 0).all()


def test_shares_come_in_the_order_of_the_odds():
    log_odds = np.random.default_rng(1).normal(0, 3, (100, 9))
    found = propensity(log_odds, np.ones((100, 9)))
    assert (found.argsort(axis=1) == log_odds.argsort(axis=1)).all()


@pytest.mark.parametrize("odds", [-700.0, -3.0, 0.0, 3.0, 700.0])
def test_the_one_that_is_open_is_certain(odds):
    assert propensity([[odds, 1.0, 2.0]], [[True, False, False]]).tolist() == [[1.0, 0.0, 0.0]]


def test_where_nothing_is_open_nothing_is_likely():
    assert propensity([[1.0, 2.0]], [[False, False]]).tolist() == [[0.0, 0.0]]


def test_nobody_has_no_shares():
    assert propensity(np.empty((0, 4)), np.empty((0, 4))).shape == (0, 4)


def test_what_closes_for_one_learner_is_shared_out_among_the_rest():
    found = propensity(logit(SHARES[:1]), [[True, True, True, False]])
    assert (found[0, :3] > SHARES[0, :3]).all()


def test_shares_of_some_learners_are_those_rows_of_the_whole():
    log_odds, some = np.random.default_rng(2).normal(0, 3, (50, 7)), [41, 3, 3]
    whole = propensity(log_odds, np.ones((50, 7)))
    assert propensity(log_odds[some], np.ones((3, 7))).tobytes() == whole[some].tobytes()


def test_the_fitted_shares_find_what_most_chose(odds):
    found = propensity(odds, np.ones(odds.shape))
    assert (found.argmax(axis=1) == 7).all()
    assert np.allclose(found.sum(axis=1), 1.0)
