import numpy as np
import pandas as pd
import pytest

from onward.audit.intervals import coded, contrast, moments
from onward.audit.simultaneous import covariance, influence, simultaneous_level, value_weights

RACES = ["a", "b", "c"]
CREDENTIALS = 7


@pytest.fixture(scope="module")
def people():
    random = np.random.default_rng(3)
    n = 2_400
    stratum = random.integers(0, 6, n)
    gender = np.where(random.random(n) < np.linspace(0.3, 0.7, 6)[stratum], "woman", "man")
    return pd.DataFrame({"race": random.choice(RACES, n, p=[0.5, 0.3, 0.2]), "gender": gender, "stratum": stratum})


@pytest.fixture(scope="module")
def cells(people):
    return [coded(people[name], people["stratum"]) for name in ("race", "gender")]


def figures(people, random):
    """Skewed figures whose spread differs by race and gender, and whose mean does not."""
    spread = people["race"].map({"a": 1.0, "b": 2.0, "c": 3.0}) * people["gender"].map({"woman": 1.0, "man": 1.5})
    return (people["stratum"] + spread * (random.gamma(2, 1, len(people)) - 2)).to_numpy(float, copy=True)


def gaps_of(values, cells):
    return np.concatenate([contrast(moments(values, at), at.alike).gap for at in cells])


def covariance_of(values, cells):
    found = [contrast(moments(values, at), at.alike) for at in cells]
    moved = [
        influence(values, at, each, place)
        for at, each in zip(cells, found, strict=True)
        for place in range(len(at.groups))
    ]
    return covariance(moved, cells[0].count)


def test_the_covariance_from_influences_is_that_of_gaps_across_samples(people, cells):
    random, runs = np.random.default_rng(4), 1_500
    seen = np.cov([gaps_of(figures(people, random), cells) for _ in range(runs)], rowvar=False)
    ours = np.mean([covariance_of(figures(people, random), cells) for _ in range(40)], axis=0)
    scale = np.sqrt(np.outer(np.diag(seen), np.diag(seen)))
    assert np.abs((ours - seen) / scale).max() < 4 * np.sqrt(2 / runs)


def test_the_diagonal_of_the_covariance_is_close_to_the_squared_standard_error(people, cells):
    values = figures(people, np.random.default_rng(5))
    errors = []
    for at in cells:
        found = moments(values, at)
        errors.append(contrast(found, at.alike).estimates(found.n.sum(0))["error"])
    assert np.sqrt(np.diag(covariance_of(values, cells))) == pytest.approx(np.concatenate(errors), rel=0.02)


def test_the_gaps_of_two_groups_of_one_attribute_move_as_one(people, cells):
    both = covariance_of(figures(people, np.random.default_rng(6)), cells)[3:, 3:]
    assert both == pytest.approx(both[0, 0] * np.array([[1, -1], [-1, 1]]))


def test_a_row_that_counts_for_several_learners_is_that_row_several_times(people):
    random = np.random.default_rng(7)
    values, times = figures(people, random), random.integers(1, 4, len(people))
    rows = np.repeat(np.arange(len(people)), times)
    counted = [coded(people["race"], people["stratum"], times)]
    each = people.loc[rows].reset_index(drop=True)
    repeated = [coded(each["race"], each["stratum"])]
    assert covariance_of(values, counted) == pytest.approx(covariance_of(values[rows], repeated), rel=1e-9)


def test_learners_of_whom_nothing_is_known_and_those_like_nobody_move_no_gap(people):
    values = figures(people, np.random.default_rng(8))
    values[:50] = np.nan
    at = coded(people["race"], people["stratum"].astype("str").replace("3", "other"))
    moved = influence(values, at, contrast(moments(values, at), at.alike), 0)
    assert (moved[:50] == 0).all()
    assert (moved[(people["stratum"] == 3).to_numpy()] == 0).all()
    assert (moved[50:][(people["stratum"] != 3).to_numpy()[50:]] != 0).all()


def weights_of(at, place, *, reference=None):
    beside = None if reference is None else at.groups.index(reference)
    found = contrast(moments(np.zeros(len(place)), at), at.alike, beside)
    return value_weights(
        at,
        found,
        row=np.arange(len(place)),
        credential=place,
        weight=np.ones(len(place)),
        credentials=CREDENTIALS,
        reference=beside,
    )


@pytest.mark.parametrize("reference", [None, "a"])
def test_a_dollar_more_of_a_credentials_value_moves_every_gap_by_its_weight(people, reference):
    random = np.random.default_rng(9)
    place, value = random.integers(CREDENTIALS, size=len(people)), random.normal(8, 3, CREDENTIALS)
    at = coded(people["race"], people["stratum"].astype("str").replace("3", "other"), random.integers(1, 4, len(place)))
    beside = None if reference is None else at.groups.index(reference)
    weights = weights_of(at, place, reference=reference)
    gap = contrast(moments(value[place], at), at.alike, beside).gap
    for credential in range(CREDENTIALS):
        more = value + (np.arange(CREDENTIALS) == credential)
        moved = contrast(moments(more[place], at), at.alike, beside).gap - gap
        known = ~np.isnan(moved)
        assert weights[known, credential] == pytest.approx(moved[known], abs=1e-9)


def test_the_covariance_by_values_is_that_of_gaps_across_drawn_values(people, cells):
    random, draws = np.random.default_rng(10), 4_000
    lean = people["race"].map({"a": 0, "b": 1, "c": 2}) + (people["gender"] == "man")
    place = np.clip(lean.to_numpy() + random.integers(0, 4, len(people)), 0, CREDENTIALS - 1)
    value, error = random.normal(8, 3, CREDENTIALS), random.uniform(0.5, 3, CREDENTIALS)
    by_credential = np.concatenate([weights_of(at, place) for at in cells]) * error
    ours = by_credential @ by_credential.T
    seen = np.cov([gaps_of(random.normal(value, error)[place], cells) for _ in range(draws)], rowvar=False)
    scale = np.sqrt(np.outer(np.diag(ours), np.diag(ours)))
    assert np.abs((ours - seen) / scale).max() < 4 * np.sqrt(2 / draws)


def test_gaps_that_are_one_gap_have_the_level_of_one():
    assert simultaneous_level(np.ones((6, 6))) == pytest.approx(0.05, abs=0.004)
    assert simultaneous_level(np.array([[4.0, -4.0], [-4.0, 4.0]])) == pytest.approx(0.05, abs=0.004)
    assert simultaneous_level(np.array([[2.0]])) == pytest.approx(0.05)


@pytest.mark.parametrize("many", [2, 5, 24])
def test_independent_gaps_have_sidaks_level(many):
    sidak = 1 - 0.95 ** (1 / many)
    spread = np.diag(np.linspace(1, 9, many))
    assert simultaneous_level(spread, draws=200_000) == pytest.approx(sidak, rel=0.04)


def test_the_level_lies_between_bonferronis_and_that_of_one_gap(people, cells):
    level = simultaneous_level(covariance_of(figures(people, np.random.default_rng(11)), cells))
    assert 0.05 / 5 < level < 0.05


def test_a_gap_that_does_not_exist_does_not_widen_the_others():
    two = np.array([[1.0, 0.3], [0.3, 2.0]])
    three = np.zeros((3, 3))
    three[:2, :2] = two
    assert simultaneous_level(three) == simultaneous_level(two)


def test_the_same_gaps_have_the_same_level():
    assert simultaneous_level(np.eye(4)) == simultaneous_level(np.eye(4))
