import dataclasses
import json

import numpy as np
import pytest

from onward.policy.constraint import Constraint, constraint_from_json, constraint_to_json
from onward.policy.erasure import Erasure
from onward.policy.price import Price
from onward.policy.prospects import Prospects
from onward.policy.ranking import RankingRule
from onward.policy.shrinkage import Shrinkage
from onward.policy.stratum_means import StratumMeans

RULE = RankingRule(completion_floor=0.4, overlap_floor=0.01, price_share=0.5, caution=1.2)
N = 300


def learners():
    """Log-odds, strata and two groups that the log-odds tell."""
    rng = np.random.default_rng(2)
    member, stratum = rng.integers(0, 2, (N, 2)).astype(float), rng.choice(list("st"), N)
    log_odds = rng.normal(size=(N, 4)) + (stratum == "s")[:, None] + member @ rng.normal(size=(2, 4))
    return log_odds, stratum, member


@pytest.fixture(scope="module")
def prospects() -> Prospects:
    log_odds, stratum, _ = learners()
    propensity = np.random.default_rng(3).dirichlet(np.ones(4), N)
    return Prospects(1 / (1 + np.exp(-log_odds)), propensity, np.ones((N, 4), bool), stratum, np.ones((N, 4)))


def parts(four, prospects):
    """A constraint that erases, one that prices and one that shrinks, each alone."""
    nothing = Constraint.none(4)
    price = dataclasses.replace(Price.fit(*learners()), multipliers=np.array([0.3, -0.1]))
    usual = StratumMeans.fit(nothing.scores(prospects, RULE, four), prospects.stratum)
    return {
        "none": nothing,
        "erase": dataclasses.replace(nothing, erasure=Erasure.fit(*learners(), strength=0.7)),
        "learned": dataclasses.replace(nothing, price=price),
        "shrink": dataclasses.replace(nothing, shrinkage=Shrinkage(0.3, usual)),
        "all": Constraint(Erasure.fit(*learners()), price, Shrinkage(0.3, usual)),
    }


EVERY = pytest.mark.parametrize("name", ["none", "erase", "learned", "shrink", "all"])


def test_without_a_constraint_scores_are_those_of_the_rule(four, prospects):
    found = Constraint.none(4).scores(prospects, RULE, four)
    assert np.allclose(found, RULE.scores(prospects.p_complete, prospects, four), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("name", ["erase", "learned", "shrink"])
def test_every_part_moves_scores(four, prospects, name):
    moved = parts(four, prospects)[name].scores(prospects, RULE, four)
    assert np.abs(moved - Constraint.none(4).scores(prospects, RULE, four)).max() > 100.0


def test_a_price_is_on_the_log_odds_as_they_are(four, prospects):
    priced, free = (parts(four, prospects)[name].scores(prospects, RULE, four) for name in ("learned", "none"))
    price = parts(four, prospects)["learned"].price
    expected = price.apply(np.zeros((N, 4)), learners()[0], prospects.stratum, four.value)
    assert np.allclose(priced - free, expected, atol=1e-6)


def test_what_is_never_or_always_completed_is_still_scored(four, prospects):
    sure = dataclasses.replace(prospects, p_complete=np.round(prospects.p_complete))
    assert np.isfinite(parts(four, prospects)["all"].scores(sure, RULE, four)).all()


@EVERY
def test_a_constraint_is_the_same_after_it_was_written(four, prospects, name):
    constraint = parts(four, prospects)[name]
    written = json.dumps(constraint_to_json(constraint), allow_nan=False)
    found = constraint_from_json(json.loads(written), credentials=4)
    assert json.dumps(constraint_to_json(found), allow_nan=False) == written


@EVERY
def test_scores_are_the_same_after_it_was_written_to_the_byte(four, prospects, name):
    constraint = parts(four, prospects)[name]
    found = constraint_from_json(json.loads(json.dumps(constraint_to_json(constraint))), credentials=4)
    assert found.scores(prospects, RULE, four).tobytes() == constraint.scores(prospects, RULE, four).tobytes()


@EVERY
def test_the_shapes_of_what_was_written_come_back(four, prospects, name):
    constraint = parts(four, prospects)[name]
    found = constraint_from_json(json.loads(json.dumps(constraint_to_json(constraint))), credentials=4)
    assert [_shapes(part) for part in (found.erasure, found.price, found.shrinkage)] == [
        _shapes(part) for part in (constraint.erasure, constraint.price, constraint.shrinkage)
    ]


def _shapes(part) -> list[tuple[int, ...]]:
    arrays = [value for value in vars(part).values() if isinstance(value, np.ndarray)]
    return [value.shape for value in (*arrays, part.usual.means)]


@EVERY
@pytest.mark.parametrize("row", [0, 17, N - 1])
def test_a_learner_s_scores_do_not_depend_on_who_else_is_scored(four, prospects, name, row):
    constraint = parts(four, prospects)[name]
    alone = constraint.scores(prospects.rows(np.arange(N) == row), RULE, four)
    assert alone.tobytes() == constraint.scores(prospects, RULE, four)[[row]].tobytes()


def test_a_stratum_that_was_not_seen_is_scored_as_without_a_constraint(four, prospects):
    strangers = dataclasses.replace(prospects, stratum=np.full(N, "new"))
    found = parts(four, prospects)["all"].scores(strangers, RULE, four)
    assert found.tobytes() == Constraint.none(4).scores(strangers, RULE, four).tobytes()


def test_nothing_that_a_score_is_made_of_is_a_group():
    names = {field.name for field in dataclasses.fields(Prospects)}
    assert names == {"p_complete", "propensity", "open_to", "stratum", "remaining"}
