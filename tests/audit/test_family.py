import numpy as np
import pandas as pd
import pytest
from scipy import stats

from onward.audit import AuditPlan
from onward.audit.family import effective_n, family, spread_within

PLAN = AuditPlan(attributes=("gender",), limit=1_000.0, power=0.9)


def people(**sizes):
    return pd.DataFrame({"gender": [group for group, size in sizes.items() for _ in range(size)]}, dtype="str")


def judged(who, *, spread=5_000.0, plan=PLAN, count=None):
    return family(who, np.ones(len(who)) if count is None else count, spread=spread, plan=plan)


@pytest.mark.parametrize("power", [0.5, 0.8, 0.9])
def test_a_group_of_the_needed_size_shows_a_gap_of_zero_inside_the_limit_with_the_stated_chance(power):
    n = effective_n(spread=5_000.0, limit=1_000.0, power=power)
    error = 5_000.0 / np.sqrt(n)
    room = 1_000.0 - stats.norm.ppf(0.95) * error
    assert stats.norm.cdf(room / error) - stats.norm.cdf(-room / error) == pytest.approx(power, abs=0.005)


def test_who_is_judged_depends_on_how_much_a_group_can_be_told_apart_from_the_others():
    # Of 600 and 400 the effective n is 240, of 100 and 900 it is 90.
    who = people(woman=600, man=300, nonbinary_or_other=100)
    found = judged(who, spread=1_000.0 * np.sqrt(100 / effective_n(spread=1_000.0, limit=1_000.0, power=0.9)) * 0.99)
    assert 90 < found.needed <= 100
    assert found.judged == (("gender", "man"), ("gender", "woman"))
    assert found.watched == (("gender", "nonbinary_or_other"),)
    assert found.too_small == ()


def test_a_group_that_can_only_be_shown_outside_the_limit_is_tested_and_owed_a_case_review():
    found = judged(people(woman=5_000, man=4_000, nonbinary_or_other=150))
    assert found.watched == (("gender", "nonbinary_or_other"),)
    assert found.tested == (("gender", "man"), ("gender", "woman"), ("gender", "nonbinary_or_other"))
    assert found.reviewed == found.watched


def test_a_group_below_the_least_size_is_not_judged_however_little_values_vary():
    found = judged(people(woman=5_000, man=99), spread=0.0)
    assert found.judged == (("gender", "woman"),)
    assert found.too_small == (("gender", "man"),)


def test_the_wider_values_vary_the_fewer_groups_are_judged():
    who = people(woman=5_000, man=3_000, nonbinary_or_other=150)
    many = [len(judged(who, spread=spread).judged) for spread in (500.0, 5_000.0, 50_000.0)]
    assert many == [3, 2, 0]


def test_groups_that_say_nothing_of_identity_are_neither_judged_nor_too_small():
    found = judged(people(woman=500, man=500, declined=500, unknown=5))
    assert {group for _, group in (*found.tested, *found.too_small)} == {"woman", "man"}


def test_the_group_of_reference_is_not_judged_and_decides_what_the_others_can_show():
    who = people(woman=5_000, man=4_000, nonbinary_or_other=1_000)
    against_few = AuditPlan(attributes=("gender",), power=0.9, reference={"gender": "nonbinary_or_other"})
    found = judged(who, plan=against_few, spread=9_500.0)
    assert found.needed > 5_000 * 1_000 / 6_000
    assert found.judged == ()
    assert found.watched == (("gender", "man"), ("gender", "woman"))
    assert judged(who, spread=9_500.0).judged == (("gender", "man"), ("gender", "woman"))


def test_rows_that_count_for_several_learners_are_that_many_learners():
    once, counted = judged(people(woman=600, man=400)), judged(people(woman=6, man=4), count=np.full(10, 100.0))
    assert once == counted


def test_the_spread_is_that_within_strata_over_all_learners_blind_to_group():
    random = np.random.default_rng(1)
    strata = pd.Series(random.integers(0, 5, 4_000).astype(str))
    noise = random.normal(0, 300, 4_000)
    value = 10_000.0 * strata.astype(int).to_numpy() + noise
    ones = np.ones(4_000)
    within = pd.Series(value).groupby(strata).transform("mean").to_numpy()
    by_hand = np.sqrt(((value - within) ** 2).sum() / (4_000 - 5))
    assert spread_within(value, strata, ones) == pytest.approx(by_hand)
    assert spread_within(value, strata, ones) == pytest.approx(300, rel=0.05)


def test_learners_who_are_each_alone_in_a_stratum_show_no_spread():
    assert spread_within(np.array([1.0, 2.0]), pd.Series(["s", "t"]), np.ones(2)) == 0.0
