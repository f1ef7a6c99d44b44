"""The reusable parts of the tracking lab, which stand in benchmarks/lab."""

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from onward.policy.ledger import Ledger

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from lab import baselines
from lab.columns import Reference, at, judge
from lab.contrasts import Contrasts
from lab.proxies import expected_contrasts
from lab.world import LabWorld, build
from lab.yardstick import Frontier, at_prices, by_lottery, by_prices, ceiling, ceiling_at_gap

CLOSE = 1e-3
"""How near the dual's stopping point must come to the linear program, as a share."""


@pytest.fixture(scope="module")
def world():
    return build(1.0, True, True, 5, learners=2_000, judged=700)


@pytest.fixture(scope="module")
def reference(world):
    return Reference.of(world)


@pytest.fixture(scope="module")
def advised(world):
    choice = world.settings.choice.model_copy(update={"rounds": 5})
    quick = replace(world, settings=world.settings.model_copy(update={"choice": choice}))
    with pytest.MonkeyPatch.context() as patch:
        for name, few in {"RANK_ROUNDS": 3, "OUTCOME_ROUNDS": 5, "MOST_ROUNDS": 1}.items():
            patch.setattr(baselines, name, few)
        return baselines.advise_all(quick)


def drawn(world, seed):
    """Return a policy that draws evenly from what is open."""
    chance = np.random.default_rng(seed).random(world.eligible.shape)
    return np.where(world.eligible, chance, -1.0).argmax(axis=1)


def test_steering_and_barrier_leave_the_learners_and_their_order_as_they_are(world):
    plain = build(0.0, False, True, 5, learners=2_000, judged=700)
    assert plain.judged["learner_id"].equals(world.judged["learner_id"])
    assert np.array_equal(plain.p, world.untracked)


def test_no_judged_learner_is_trained_on(world):
    judged = set(world.judged["learner_id"])
    assert not judged & set(world.starts["learner_id"])
    assert len(world.training.learners) == 2_000
    assert not any(judged & set(f["learner_id"]) for _, f in world.training.items() if "learner_id" in f)


def test_every_judged_learner_is_at_the_first_decision_point_with_the_logged_choice_open(world):
    first = world.tables.attempts.groupby("learner_id")["started_on"].min()
    assert (world.judged["as_of"].to_numpy() == first.loc[world.judged["learner_id"]].to_numpy()).all()
    assert at(world.eligible, world.logged).all()


@pytest.mark.parametrize("attribute", ["race_ethnicity", "gender"])
def test_gaps_are_those_of_the_ledger(world, attribute):
    value = world.value[world.logged]
    kept = world.stratum != "other"
    book = Ledger(world.labels[attribute][kept], world.stratum[kept]).conditional_gaps(value[kept])["gap"]
    gaps = Contrasts.within(world.groups, world.stratum).named(value)
    shared = {name: gap for name, gap in gaps.items() if name in book.index}
    assert shared
    assert shared == pytest.approx(book[list(shared)].to_dict())


def test_a_lottery_keeps_the_limit_where_that_costs_least():
    benefit, value = np.array([[1.0, 3.0], [1.0, 0.0]]), np.array([0.0, 10.0])
    frontier = Frontier.of(benefit, np.ones((2, 2), bool), value)
    contrasts = Contrasts.within({"a": np.array([True, False])}, np.array(["s", "s"]))
    assert by_lottery(frontier, contrasts, 10.0).benefit == pytest.approx(2.0)
    assert by_lottery(frontier, contrasts, 4.0).benefit == pytest.approx((3.0 + 0.4 * 1.0) / 2)


def test_a_frontier_holds_what_some_price_makes_best(world):
    frontier = Frontier.of(world.blind_benefit, world.eligible, world.value)
    for price in np.random.default_rng(0).normal(0, 1, 20):
        whole = np.where(world.eligible, world.blind_benefit + price * world.value, -np.inf).max(axis=1)
        best = frontier.best(np.full(len(world), price))
        assert at(frontier.benefit + price * frontier.value, best) == pytest.approx(whole)


@pytest.mark.parametrize("limit", [0.0, 500.0, 2_000.0])
def test_prices_reach_what_the_linear_program_reaches_and_never_less(reference, limit):
    program = by_lottery(reference.hull, reference.given_goal, limit).benefit
    dual = by_prices(reference.hull, reference.given_goal, limit).benefit
    assert program * (1 - 1e-9) <= dual <= program * (1 + CLOSE)


def test_no_advice_returns_more_than_the_bound_at_its_own_gap(world, reference, advised):
    real = Frontier.of(world.real_benefit, world.eligible, world.value)
    policies = [drawn(world, 0), drawn(world, 1), ceiling(world), reference.oracle]
    for choice in [*policies, *(one.choice for one in advised.values())]:
        limit = np.abs(reference.given_goal.of(world.value[choice]))
        for frontier, benefit in ((real, world.real_benefit), (reference.hull, world.blind_benefit)):
            assert by_prices(frontier, reference.given_goal, limit).benefit >= at(benefit, choice).mean() - 1e-6


def test_the_linear_program_bounds_advice_too(world, reference):
    for choice in (drawn(world, 2), ceiling(world)):
        limit = np.abs(reference.given_goal.of(world.value[choice]))
        bound = by_lottery(reference.hull, reference.given_goal, limit).benefit
        assert bound >= at(world.blind_benefit, choice).mean() - 1e-6


def test_a_wide_limit_gives_the_ceiling(world, reference):
    bound = ceiling_at_gap(world, reference.given_goal, 1e6)
    assert bound.benefit == pytest.approx(at(world.blind_benefit, ceiling(world)).mean())


def test_what_the_prices_choose_comes_near_the_limit(world, reference):
    bound = by_prices(reference.hull, reference.given_goal, 800.0)
    choice = at_prices(reference.hull, reference.given_goal, bound)
    assert at(world.eligible, choice).all()
    assert np.abs(reference.given_goal.of(world.value[choice])).max() < 1_200.0
    assert np.abs(reference.given_goal.of(world.value[ceiling(world)])).max() > 2_000.0


def test_a_gap_is_dearer_to_keep_without_labels(world, reference):
    from_record = Reference.of(world, from_record=expected_contrasts(world)).from_record
    bounds = [by_prices(reference.hull, by, 0.0).benefit for by in (from_record, reference.given_goal)]
    assert bounds[0] < bounds[1] < at(world.blind_benefit, ceiling(world)).mean()


def test_baselines_advise_what_is_open(world, advised):
    assert tuple(advised) == baselines.NAMES
    closed = [name for name, one in advised.items() if not at(world.eligible, one.choice).all()]
    assert closed == []


def test_what_a_baseline_shows_is_a_probability(world, advised):
    shown = advised["outcome"].shown
    assert shown.shape == world.p.shape
    assert 0 <= shown.min() <= shown.max() <= 1


def test_columns_have_the_same_names_for_every_policy(world, reference, advised):
    found = [set(judge(world, one.choice, reference=reference)) for one in advised.values()]
    assert all(names == found[0] for names in found)


def test_the_oracle_has_nothing_above_it(world, reference):
    columns = judge(world, reference.oracle, world.p, reference=reference)
    assert columns["share_of_oracle"] == pytest.approx(1.0)
    assert columns["worse"] == 0
    assert columns["optimism"] == 0


def test_dealing_within_strata_keeps_everyone_in_their_own(world, reference):
    assert (world.stratum[reference.shuffles] == world.stratum[:, None]).all()
    assert (np.sort(reference.shuffles, axis=0) == np.arange(len(world))[:, None]).all()


def toy():
    """Four kinds of learner, a hundred of each: women and men of two abilities; credentials worth 10 and 30 thousand.

    What they would return: 9 and 12 thousand to the first two kinds, 8 and 18 thousand to the others.
    """
    p = np.repeat([[0.9, 0.4], [0.9, 0.4], [0.8, 0.6], [0.8, 0.6]], 100, axis=0)
    woman = np.repeat([True, False, True, False], 100)
    n = len(woman)
    unused = dict.fromkeys(("world", "settings", "tables", "timeline", "spec", "strata", "starts", "judged"))
    return LabWorld(
        **unused,
        seed=0,
        catalogue=SimpleNamespace(field=np.array(["51", "11"], object)),
        p=p,
        blind=p,
        untracked=p,
        eligible=np.ones((n, 2), bool),
        logged=np.repeat([0, 1, 0, 1], 100),
        value=np.array([10_000.0, 30_000.0]),
        cost=np.zeros(2),
        interest=np.tile([1.0, 0.0], (n, 1)),
        goal=np.full(n, "51", object),
        labels={"gender": np.where(woman, "woman", "man"), "race_ethnicity": np.full(n, "unknown")},
        minoritised=np.zeros(n, bool),
        woman=woman,
        stratum=np.repeat(["first", "second"], 200),
        preparation=np.full(n, "all"),
    )


@pytest.fixture(scope="module")
def toy_columns():
    """Judge advice of the first credential to the first kind of learner, the women of the first stratum, alone."""
    world = toy()
    return judge(world, np.repeat([0, 1, 1, 1], 100), world.p + 0.1)


@pytest.mark.parametrize(
    ("column", "figure"),
    [
        ("benefit", 14_250.0),
        ("share_of_oracle", 0.95),
        ("share_of_ceiling", 0.95),
        ("share_at_same_gap", 0.95),
        ("completion", 0.625),
        ("ceiling_completion_more", -0.125),
        ("worse", 0.0),
        ("in_goal_field", 0.25),
        ("interest_rank", 1.75),
        ("gap:woman", -10_000.0),
        ("gap_preparation:woman", -10_000.0),
        ("gap_preparation_goal:woman", -10_000.0),
        ("gap_latents:woman", -10_000.0),
        ("gap_benefit:woman", -1_500.0),
        ("structural:woman", 0.0),
        ("covered:woman", 1.0),
        ("level", 25_000.0),
        ("level:woman", 20_000.0),
        ("auc_woman", 0.25),
        ("optimism", 0.1),
        ("optimism:woman", 0.1),
    ],
)
def test_columns_are_what_a_hand_reckons(toy_columns, column, figure):
    assert toy_columns[column] == pytest.approx(figure)


def test_who_is_advised_below_their_own_choice_is_worse_off():
    columns = judge(toy(), np.repeat([0, 0, 1, 1], 100))
    assert (columns["worse"], columns["worse:man"], columns["worse:woman"]) == (0.25, 0.5, 0.0)
    assert columns["worse_error"] == pytest.approx(np.sqrt(0.25 * 0.75 / 400))
    assert columns["ceiling_worse"] == 0


def test_a_gap_given_goal_needs_others_in_the_stratum():
    contrasts = Contrasts.within({"a": np.array([True, True, True, False])}, np.array(["x", "x", "y", "y"]))
    assert contrasts.of(np.array([100.0, 100.0, 5.0, 3.0])).tolist() == [2.0]
    assert contrasts.covered.tolist() == [pytest.approx(1 / 3)]
