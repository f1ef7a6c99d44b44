import numpy as np
import pandas as pd
import pytest
from scipy import stats

from onward.audit.intervals import gaps, with_intervals
from onward.audit.verdict import Finding, find, judge, needed_n, status, wider_than

NOTHING = {"wider": (), "compared": True, "too_small": ()}


def gap_row(**changes):
    row = {
        "attribute": "gender",
        "group": "woman",
        "n": 400,
        "gap": -400.0,
        "error": 300.0,
        "sampling": 300.0,
        "values": 0.0,
        "comparable": True,
        "low90": -900.0,
        "high90": 100.0,
        "low": -1_100.0,
        "high": 300.0,
    }
    return pd.Series(row | changes)


def replicate(random, *, planted=0.0, n=1_500):
    """One audit of made-up learners: the value's gaps by race, given strata; group b has the planted gap."""
    group = pd.Series(random.choice(["a", "b", "c", "d"], n, p=[0.5, 0.25, 0.15, 0.1]))
    stratum = pd.Series(random.integers(0, 12, n))
    value = pd.Series(random.gamma(2.0, 4_000.0, n)) + 400.0 * stratum + planted * (group == "b")
    found = with_intervals(gaps(value, group, stratum), level=0.05 / 4).reset_index()
    return found.assign(attribute="race_ethnicity", comparable=True)


@pytest.mark.parametrize(("limit", "outcome"), [(1_000.0, "inside"), (899.0, "cannot_tell"), (50.0, "cannot_tell")])
def test_a_gap_is_inside_only_with_its_whole_90_percent_interval(limit, outcome):
    assert find(gap_row(), limit=limit).outcome == outcome


def test_a_gap_is_outside_only_with_its_whole_95_percent_interval():
    assert find(gap_row(low=-1_500.0, low90=-1_400.0, high90=-1_200.0, high=-1_001.0), limit=1_000).outcome == "outside"


def test_a_gap_that_cannot_be_compared_is_neither_inside_nor_outside():
    assert find(gap_row(comparable=False), limit=1_000).outcome == "not_comparable"


def test_a_gap_without_an_interval_shows_nothing():
    missing = dict.fromkeys(("gap", "error", "sampling", "low90", "high90", "low", "high"), np.nan)
    assert find(gap_row(**missing), limit=1_000) == Finding("gender", "woman", "cannot_tell", None)


@pytest.mark.parametrize(("gap", "given"), [(-999.0, True), (-1_001.0, False), (1_352.0, False)])
def test_the_n_that_tells_is_given_only_where_the_estimate_lies_inside(gap, given):
    unsure = find(gap_row(gap=gap, low90=-2_000.0, high90=2_000.0, low=-2_400.0, high=2_400.0), limit=1_000)
    assert unsure.outcome == "cannot_tell"
    assert (unsure.needed is not None) == given


@pytest.mark.parametrize(("sd", "needed"), [(8_000, 2_771), (13_000, 7_316)])
def test_the_n_that_tells_agrees_with_the_published_power_figures(sd, needed):
    # One group against a rest so large that its mean is known: the case the figures are for.
    assert needed_n(n=100, error=sd / np.sqrt(100), limit=500) == pytest.approx(needed, rel=0.01)


def test_two_equal_groups_need_twice_as_many_each():
    error = np.sqrt(8_000**2 / 100 + 8_000**2 / 100)
    assert needed_n(n=100, error=error, limit=500) == pytest.approx(2 * 2_771, rel=0.01)


def test_with_the_n_that_tells_nine_audits_in_ten_do():
    n, random = needed_n(n=100, error=8_000 / 10, limit=500), np.random.default_rng(7)
    half = stats.norm.ppf(0.95) * 8_000 / np.sqrt(n)
    means = random.normal(0, 8_000 / np.sqrt(n), 4_000)
    assert (np.abs(means) + half <= 500).mean() == pytest.approx(0.9, abs=0.02)


def test_no_gap_to_judge_is_never_a_pass():
    assert judge(pd.DataFrame(), limit=1_000, **NOTHING).status == "not_evaluated"


def test_only_gaps_that_cannot_be_compared_are_never_a_pass():
    assert judge(pd.DataFrame([gap_row(comparable=False)]), limit=1_000, **NOTHING).status == "not_evaluated"


def test_one_gap_outside_fails_whatever_the_others_say():
    outcomes = ("inside", "outside", "cannot_tell", "not_comparable")
    assert status(tuple(Finding("gender", name, name) for name in outcomes), may_pass=True) == "fail"


@pytest.mark.parametrize("changes", [{"wider": (("gender", "woman"),)}, {"compared": False}])
def test_all_gaps_inside_do_not_pass_when_history_is_narrower_or_absent(changes):
    inside = pd.DataFrame([gap_row()])
    assert judge(inside, limit=1_000, **NOTHING).status == "pass"
    assert judge(inside, limit=1_000, **(NOTHING | changes)).status == "cannot_tell"


@pytest.mark.parametrize(
    ("before", "after", "wider"), [(-500, -2_500, True), (-2_500, -500, False), (-500, 2_500, True)]
)
def test_a_gap_is_wider_in_size_whatever_its_sign(before, after, wider):
    random = np.random.default_rng(2)
    group = pd.Series(random.choice(["a", "b"], 2_000))
    base = pd.Series(random.normal(0, 3_000, 2_000))
    first, second = (base + random.normal(0, 500, 2_000) + effect * (group == "a") for effect in (before, after))
    frames = [with_intervals(gaps(x, group), level=0.05 / 2) for x in (first, second, second - first, second + first)]
    assert wider_than(*frames) == (["a", "b"] if wider else [])


def test_learners_without_a_gap_seldom_fail_even_at_a_limit_of_almost_nothing():
    random, runs = np.random.default_rng(23), 200
    failed = sum(judge(replicate(random), limit=1e-9, **NOTHING).status == "fail" for _ in range(runs))
    assert failed <= stats.binom.ppf(0.999, runs, 0.05)


def test_a_gap_as_wide_as_the_limit_seldom_passes():
    random, runs = np.random.default_rng(29), 200
    passed = sum(judge(replicate(random, planted=-2_000), limit=2_000, **NOTHING).status == "pass" for _ in range(runs))
    assert passed <= stats.binom.ppf(0.999, runs, 0.05)


def test_where_the_values_are_too_rough_no_number_of_learners_is_named():
    rough = gap_row(gap=-100.0, low90=-1_300.0, high90=1_100.0, low=-1_700.0, high=1_500.0, error=700.0, values=640.0)
    found = find(rough, limit=1_000)
    assert (found.outcome, found.needed, found.by_values) == ("cannot_tell", None, True)


def test_the_n_that_tells_leaves_room_for_what_the_values_may_be_off():
    alone, with_values = (needed_n(n=100, error=800.0, limit=1_000.0, values=values) for values in (0.0, 200.0))
    room = (1_000 / (2 * stats.norm.ppf(0.95))) ** 2
    assert with_values / alone == pytest.approx(room / (room - 200.0**2), rel=0.01)


def test_a_group_too_small_to_pass_can_still_fail_an_audit():
    small = gap_row(group="nonbinary_or_other", low=-9_000.0, low90=-8_800.0, high90=-2_600.0, high=-2_000.0)
    watched = (("gender", "nonbinary_or_other"),)
    assert judge(pd.DataFrame([gap_row(), small]), limit=1_000, **NOTHING, watched=watched).status == "fail"


def test_a_group_too_small_to_pass_blocks_no_pass_and_makes_none():
    small = gap_row(group="nonbinary_or_other", low=-4_000.0, low90=-3_800.0, high90=2_600.0, high=3_000.0)
    watched = (("gender", "nonbinary_or_other"),)
    assert judge(pd.DataFrame([gap_row(), small]), limit=1_000, **NOTHING, watched=watched).status == "pass"
    assert judge(pd.DataFrame([small]), limit=1_000, **NOTHING, watched=watched).status == "cannot_tell"
