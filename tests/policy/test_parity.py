from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest
from scipy.special import expit

from onward.data.worth import benefit
from onward.models.calibration import log_odds_of
from onward.policy.constraint import Constraint
from onward.policy.groups import Groups
from onward.policy.ledger import Ledger
from onward.policy.parity import MARGIN, NEAR, Directions, ParityResult, Split, fit_constraint
from onward.policy.prospects import Prospects
from onward.policy.ranking import RankingRule, mean_listed, of_choice

RULE = RankingRule(completion_floor=0.0, overlap_floor=0.0, price_share=0.5, caution=1.0)
N = 1_500
LIMIT = 1_500.0


@dataclass(frozen=True)
class World:
    """Learners to whom all four credentials are open, and the group of each."""

    prospects: Prospects
    group: np.ndarray


def world(seed=0, *, tilt=0.8, wider=0.0, n=N, names="ab") -> World:
    """Make the degree harder to complete by ``tilt`` log-odds for group a, or the group b more unlike each other."""
    rng = np.random.default_rng(seed)
    group, stratum = rng.choice(list(names), n), rng.choice(["s", "t"], n)
    log_odds = rng.normal([2.0, 0.5, 0.3, 0.5], 0.4, (n, 4))
    log_odds[:, 2] += rng.normal(0, 0.6, n) + np.where(stratum == "s", 0.2, -0.2) - tilt * (group == "a")
    log_odds[:, 2] += rng.normal(0, 1.0, n) * wider * (group == "b")
    even, whole = np.full((n, 4), 0.25), np.ones((n, 4))
    return World(Prospects(expit(log_odds), even, whole.astype(bool), stratum, whole), group)


def advised(catalogue, prospects, constraint):
    return RULE.order(constraint.scores(prospects, RULE, catalogue), prospects, k=1)[:, 0]


def listed(catalogue, prospects, constraint):
    """The mean value of the first two of everybody's list."""
    return mean_listed(RULE.order(constraint.scores(prospects, RULE, catalogue), prospects, k=2), catalogue.value)


def split_of(catalogue, at: World, *, labels=None, smallest=100, unjudged=(), **figures) -> Split:
    expected = benefit(at.prospects.p_complete, catalogue.value, catalogue.cost_of_failing(price_share=0.4))
    given = {"expected_benefit": expected, "completion": at.prospects.p_complete} | figures
    return Split(
        advise=partial(advised, catalogue, at.prospects),
        scores=lambda constraint: constraint.scores(at.prospects, RULE, catalogue),
        listed=lambda constraint: listed(catalogue, at.prospects, constraint),
        value=catalogue.value,
        stratum=at.prospects.stratum,
        groups=Groups({"group": at.group} if labels is None else labels, frozenset(unjudged), smallest),
        **given,
    )


def directions_of(at: World, labels=None) -> Directions:
    groups = Groups({"group": at.group} if labels is None else labels, frozenset(), 2)
    return Directions(log_odds_of(at.prospects.p_complete), at.prospects.stratum, groups)


def fit(catalogue, at: World, *, mechanism="erase", limit=LIMIT, floor=0.5, train=None, compare=False, **options):
    split, directions = split_of(catalogue, at, **options), directions_of(train or at, options.get("labels"))
    return fit_constraint(split, directions, mechanism=mechanism, limit=limit, floor=floor, compare=compare)


def gap_of(catalogue, at: World, constraint):
    value = catalogue.value[advised(catalogue, at.prospects, constraint)]
    return Ledger(at.group, at.prospects.stratum).conditional_gaps(value).loc["a"]


@pytest.fixture(scope="module")
def planted() -> World:
    return world()


@pytest.fixture(scope="module")
def uneven() -> World:
    return world(seed=3, tilt=0.0, wider=4.0)


@pytest.fixture(scope="module")
def met(four, planted) -> ParityResult:
    return fit(four, planted, train=world(seed=1))


@pytest.fixture(scope="module")
def not_met(four, planted) -> ParityResult:
    """Every mechanism takes something from somebody, and nobody may lose anything."""
    return fit(four, planted, limit=700.0, floor=1.0, compare=True)


def test_the_gap_was_outside_the_limit_before(four, planted):
    assert gap_of(four, planted, Constraint.none(4))["gap"] < -LIMIT


def test_a_planted_gap_is_erased_to_inside_the_limit(four, planted, met):
    found = gap_of(four, planted, met.constraint)
    assert met.outcome == "met"
    assert abs(found["gap"]) + 1.645 * found["error"] <= LIMIT


def test_what_tells_the_group_is_erased_before_anything_is_shrunk(met):
    assert (met.chosen.mechanism, met.constraint.shrinkage.strength) == ("erase", 1.0)


def test_the_weakest_strength_that_meets_the_limit_is_taken(met):
    assert met.chosen is met.tried[-1]
    assert all(trial.bound > LIMIT for trial in met.tried[:-1])


def test_strengths_are_tried_from_the_weakest(met):
    strengths = [trial.strength for trial in met.tried if trial.mechanism == "erase"]
    assert strengths == sorted(strengths)
    assert met.chosen.strength < 1.0


def test_learners_who_were_not_in_the_fit_come_inside_as_well(four, met):
    assert abs(gap_of(four, world(seed=2, n=8_000), met.constraint)["gap"]) < LIMIT


@pytest.mark.parametrize("mechanism", ["shrink", "learned"])
def test_the_other_mechanisms_meet_the_limit_as_well(four, planted, mechanism):
    found = fit(four, planted, mechanism=mechanism)
    assert (found.outcome, found.chosen.mechanism) == ("met", mechanism)
    assert abs(gap_of(four, planted, found.constraint)["gap"]) < LIMIT


def test_without_a_gap_nothing_is_changed(four):
    found = fit(four, world(tilt=0.0))
    assert (found.outcome, found.chosen.mechanism, len(found.tried)) == ("met", "none", 1)


def test_a_gap_that_no_linear_direction_tells_is_shrunk_after_erasing(four, uneven):
    found = fit(four, uneven, limit=1_000.0, floor=0.3)
    assert (found.outcome, found.chosen.mechanism) == ("met", "erase, then shrink")
    assert abs(gap_of(four, uneven, found.constraint)["gap"]) < 1_000.0


def test_no_mechanism_is_no_change_and_what_the_others_would_reach(four, planted):
    found = fit(four, planted, mechanism="none", compare=True)
    assert (found.outcome, found.chosen.mechanism) == ("not met", "none")
    assert {"erase", "shrink", "learned"} <= set(found.reached()["mechanism"])


def test_labels_that_are_gone_after_the_fit_change_no_score(four, planted):
    calibration, training = world(), world(seed=1)
    found = fit(four, calibration, train=training)
    before = found.constraint.scores(planted.prospects, RULE, four).tobytes()
    calibration.group[:], training.group[:] = "z", np.random.default_rng(0).permutation(training.group)
    assert found.constraint.scores(planted.prospects, RULE, four).tobytes() == before


def test_the_same_input_gives_the_same_constraint(four, planted, met):
    again = fit(four, planted, train=world(seed=1))
    assert again.table().equals(met.table())
    assert again.constraint.erasure.projection.tobytes() == met.constraint.erasure.projection.tobytes()


def test_a_floor_on_benefit_forbids_what_would_level_down(four, planted):
    before = advised(four, planted.prospects, Constraint.none(4))
    loses_if_moved = np.where(np.arange(4) == before[:, None], 9_000.0, 1_000.0)
    found = fit(four, planted, floor=0.99, expected_benefit=loses_if_moved)
    assert (found.outcome, found.chosen.mechanism) == ("not met", "none")


def test_a_floor_on_completion_forbids_advice_into_failure(four, planted):
    before = advised(four, planted.prospects, Constraint.none(4))
    fails_if_moved = np.where(np.arange(4) == before[:, None], 0.8, 0.1)
    found = fit(four, planted, floor=0.99, completion=fails_if_moved)
    assert (found.outcome, found.chosen.mechanism) == ("not met", "none")


@pytest.mark.parametrize("level", [-30_000.0, 0.0])
def test_the_floor_holds_where_the_expected_benefit_is_none_or_a_loss(four, planted, level):
    before = advised(four, planted.prospects, Constraint.none(4))
    worse_if_moved = np.where(np.arange(4) == before[:, None], level, level - 40_000.0)
    assert fit(four, planted, floor=0.99, expected_benefit=worse_if_moved).chosen.mechanism == "none"


def test_no_group_is_levelled_down_by_what_is_applied(four, planted, not_met):
    expected = split_of(four, planted).expected_benefit
    now, was = (
        of_choice(expected, advised(four, planted.prospects, each)) for each in (not_met.constraint, Constraint.none(4))
    )
    lost = {name: (now - was)[planted.group == name] for name in "ab"}
    assert all(each.mean() + 1.645 * each.std(ddof=1) / np.sqrt(len(each)) >= 0 for each in lost.values())


def test_where_the_limit_is_not_met_every_mechanism_was_tried(not_met):
    assert not_met.outcome == "not met"
    assert set(not_met.reached()["mechanism"]) == {"none", "erase", "erase, then shrink", "shrink", "learned"}


@pytest.fixture(scope="module")
def uneven_not_met(four, uneven) -> ParityResult:
    return fit(four, uneven, limit=700.0, floor=0.93)


def test_where_the_limit_is_not_met_what_is_applied_comes_nearer(uneven_not_met):
    erased = [trial for trial in uneven_not_met.tried if trial.kept and trial.mechanism == "erase"]
    assert uneven_not_met.outcome == "not met"
    assert uneven_not_met.chosen.bound < uneven_not_met.tried[0].bound
    assert uneven_not_met.chosen.bound <= min(trial.bound for trial in erased) + NEAR * 700.0


def test_nobody_is_shrunk_for_a_limit_that_is_not_met(uneven_not_met):
    assert uneven_not_met.constraint.shrinkage.strength == 1.0


def test_nobody_pays_for_a_few_dollars(uneven_not_met):
    weaker = [t for t in uneven_not_met.tried if t.mechanism == "erase" and t.strength < uneven_not_met.chosen.strength]
    least = min(trial.bound for trial in uneven_not_met.tried if trial.kept and trial.mechanism == "erase")
    assert all(trial.bound > least + NEAR * 700.0 for trial in weaker if trial.kept)


def test_a_mechanism_that_was_not_asked_for_is_never_applied(four, planted):
    found = fit(four, planted, mechanism="shrink", limit=700.0, floor=1.0, compare=True)
    assert found.outcome == "not met"
    assert found.chosen.mechanism in {"none", "shrink"}


def test_what_each_mechanism_costs_is_what_it_takes_from_the_mean_benefit(not_met):
    found, free = not_met.reached().set_index("mechanism"), not_met.tried[0]
    nearest = {name: found.loc[name] for name in found.index}
    benefits = {(t.mechanism, t.strength): t.benefit for t in not_met.tried}
    assert all(
        row["costs"] == pytest.approx(free.benefit - benefits[name, row["strength"]]) for name, row in nearest.items()
    )
    assert nearest["none"]["costs"] == 0.0


def test_what_each_mechanism_reaches_is_its_nearest_that_keeps_the_floors(not_met):
    found = not_met.reached().set_index("mechanism")["bound"]
    for name in found.index:
        kept = [trial.bound for trial in not_met.tried if trial.mechanism == name and trial.kept]
        assert not kept or min(kept) <= found[name] <= min(kept) + NEAR * 700.0


def test_comparison_is_left_out_where_it_is_not_asked_for(four, planted):
    found = fit_constraint(
        split_of(four, planted), directions_of(planted), mechanism="none", limit=LIMIT, floor=0.5, compare=False
    )
    assert (found.outcome, [trial.mechanism for trial in found.tried]) == ("not met", ["none"])


def test_the_table_has_a_row_for_every_trial(not_met):
    assert not_met.table()["bound"].tolist() == [trial.bound for trial in not_met.tried]


@pytest.mark.parametrize("options", [{"smallest": N}, {"unjudged": ("a", "b")}], ids=["small", "unknown"])
def test_where_no_group_binds_the_limit_is_not_evaluated(four, planted, options):
    found = fit(four, planted, **options)
    assert (found.outcome, found.chosen.mechanism) == ("not evaluated", "none")


def test_absent_evidence_is_not_a_limit_that_was_met(four):
    assert fit(four, world(tilt=0.0, n=60), smallest=2).outcome == "not evaluated"


def test_a_group_too_small_to_be_shown_inside_does_not_bind(four):
    at = world(tilt=0.0)
    few = at.group.copy()
    few[:40] = "few"
    found = fit(four, replace(at, group=few), smallest=2)
    assert (found.outcome, found.chosen.mechanism) == ("met", "none")


def test_a_small_group_that_lies_outside_already_binds(four):
    at = world(tilt=0.0)
    few = at.group.copy()
    lowest = np.argsort(at.prospects.p_complete[:, 2])[:40]
    few[lowest] = "few"
    found = fit(four, replace(at, group=few), smallest=2)
    assert found.tried[0].bound > LIMIT
    assert found.chosen.mechanism != "none"


def test_the_attribute_that_has_the_widest_gap_decides(four, planted):
    harmless = np.random.default_rng(9).choice(["x", "y"], N)
    alone, both = (
        fit(four, planted, labels=labels)
        for labels in ({"group": planted.group}, {"harmless": harmless, "group": planted.group})
    )
    assert both.chosen.strength == alone.chosen.strength
    assert np.allclose(both.constraint.erasure.projection, alone.constraint.erasure.projection)


def test_the_words_of_what_was_met_say_what_was_done(met):
    share = f"{met.chosen.strength:.0%}"
    assert met.words.startswith(f"met; what linearly tells the groups is erased from the scores, by {share}; ")
    assert met.words.endswith(f"${met.chosen.bound:,.0f} a year, limit $1,500, and ${met.listed:,.0f} over whole lists")


def test_whole_lists_are_judged_under_the_constraint_that_was_chosen(four, planted, met):
    value = listed(four, planted.prospects, met.constraint)
    gaps = Ledger(planted.group, planted.prospects.stratum).conditional_gaps(value)
    assert met.listed == pytest.approx((gaps["gap"].abs() + MARGIN * gaps["error"]).max())
    assert met.listed != pytest.approx(met.chosen.bound)


def test_the_words_of_what_was_not_met_say_what_each_would_reach_and_cost(four, planted):
    found = fit(four, planted, mechanism="none", compare=True)
    each = found.reached().set_index("mechanism").loc[["erase", "shrink", "learned"]]
    told = [f"reaches ${row.bound:,.0f} and costs ${row.costs:,.0f} of mean benefit" for row in each.itertuples()]
    assert found.words.startswith("not met; nothing is changed; ")
    assert [words for words in told if words not in found.words] == []


def test_the_words_claim_nothing_for_a_mechanism_that_keeps_no_floor(four, planted):
    before = advised(four, planted.prospects, Constraint.none(4))
    loses_if_moved = np.where(np.arange(4) == before[:, None], 9_000.0, -90_000.0)
    found = fit(four, planted, floor=0.99, expected_benefit=loses_if_moved)
    assert found.words.endswith("Keeping the floors, erasing is not possible; erasing and shrinking is not possible")


def test_the_words_of_what_was_not_evaluated_say_why(four, planted):
    words = fit(four, planted, smallest=N).words
    assert words == "not evaluated; no group of the calibration split is large enough for a limit of $1,500"


def test_the_words_name_no_group_and_no_attribute(four):
    names = {"a": "quokkas", "b": "wombats"}
    at = world()
    labels = {"marsupial": np.array([names[name] for name in at.group])}
    found = [fit(four, at, labels=labels), fit(four, at, labels=labels, limit=700.0, floor=1.0)]
    found.append(fit(four, at, labels=labels, smallest=N))
    assert [each.outcome for each in found] == ["met", "not met", "not evaluated"]
    assert not [each.words for each in found if any(name in each.words for name in ("quokka", "wombat", "marsupial"))]
