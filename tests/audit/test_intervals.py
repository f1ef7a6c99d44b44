import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame
from scipy import stats

from onward.audit.intervals import gaps, means, moments, with_intervals


def mean_of_predictions(truth, predicted):
    """A metric as fairlearn takes it; the truth plays no part."""
    assert len(truth) == len(predicted)
    return float(np.mean(predicted))


@pytest.fixture
def sample():
    random = np.random.default_rng(5)
    n = 3_000
    return pd.DataFrame(
        {
            "value": random.gamma(2, 4_000, n) - 2_000,
            "group": random.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1]),
            "stratum": random.choice(list("uvwxyz"), n),
        }
    )


def test_means_by_group_equal_fairlearns(sample):
    theirs = MetricFrame(
        metrics=mean_of_predictions,
        y_true=sample["value"],
        y_pred=sample["value"],
        sensitive_features=sample["group"],
    ).by_group
    assert means(sample["value"], sample["group"])["mean"].to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-12)


def test_means_by_stratum_and_group_equal_fairlearns(sample):
    theirs = (
        MetricFrame(
            metrics=mean_of_predictions,
            y_true=sample["value"],
            y_pred=sample["value"],
            sensitive_features=sample["group"],
            control_features=sample["stratum"],
        )
        .by_group.reset_index()
        .pivot_table(index="stratum", columns="group", values="mean_of_predictions")
    )
    codes = (pd.factorize(sample[name], sort=True)[0] for name in ("group", "stratum"))
    ours = moments(sample["value"].to_numpy(), *codes)
    assert ours.mean == pytest.approx(theirs.to_numpy().astype(float), rel=1e-12)


def test_a_gap_over_all_learners_has_welchs_interval(sample):
    inside = sample["group"] == "c"
    here, rest = sample.loc[inside, "value"], sample.loc[~inside, "value"]
    theirs = stats.ttest_ind(here, rest, equal_var=False).confidence_interval(0.90)
    ours = with_intervals(gaps(sample["value"], sample["group"]), family=1).loc["c"]
    assert (ours["low90"], ours["high90"]) == pytest.approx((theirs.low, theirs.high), rel=1e-9)


def test_a_conditional_gap_equals_a_hand_computation():
    # Stratum s: a = 1, 3; others = 4, 8. Stratum t: a = 10; others = 20, 20. Stratum u: only a, which does not count.
    value = pd.Series([1.0, 3, 4, 8, 10, 20, 20, 99])
    group = pd.Series(list("aabbabba"))
    stratum = pd.Series(list("sssstttu"))
    weights = np.array([2 * 2 / 4, 1 * 2 / 3])
    by_hand = (weights * [2 - 6, 10 - 20]).sum() / weights.sum()
    found = gaps(value, group, stratum).loc["a"]
    assert found["gap"] == pytest.approx(by_hand)
    assert found["covered"] == pytest.approx(3 / 4)
    # a alone in t borrows a's variance of s, which is 2; the others have 8 in s and 0 in t.
    shares = weights / weights.sum()
    error = np.sqrt(shares[0] ** 2 * (2 / 2 + 8 / 2) + shares[1] ** 2 * (2 / 1 + 0 / 2))
    assert found["error"] == pytest.approx(error)


def test_a_conditional_gap_is_the_coefficient_of_a_regression_on_group_and_stratum(sample):
    inside = (sample["group"] == "c").to_numpy(float)
    design = np.column_stack([inside, pd.get_dummies(sample["stratum"]).to_numpy(float)])
    coefficient = np.linalg.lstsq(design, sample["value"].to_numpy(), rcond=None)[0][0]
    assert gaps(sample["value"], sample["group"], sample["stratum"]).loc["c", "gap"] == pytest.approx(coefficient)


def test_a_constant_added_in_one_stratum_moves_no_conditional_gap(sample):
    moved = sample["value"] + 50_000 * (sample["stratum"] == "u")
    before, after = (gaps(value, sample["group"], sample["stratum"]) for value in (sample["value"], moved))
    pd.testing.assert_frame_equal(before, after)


def test_the_gaps_of_two_groups_mirror_each_other(sample):
    two = sample["group"].where(sample["group"] == "a", "rest")
    found = gaps(sample["value"], two, sample["stratum"])
    assert found.loc["a", ["gap", "error"]].tolist() == pytest.approx([-found["gap"]["rest"], found["error"]["rest"]])


def test_learners_of_the_stratum_other_count_only_in_the_gap_over_all_learners(sample):
    pooled = sample["stratum"].replace({"u": "other"})
    kept = sample[sample["stratum"] != "u"]
    found = gaps(sample["value"], sample["group"], pooled)
    without = gaps(kept["value"], kept["group"], kept["stratum"])
    share = kept["group"].value_counts() / sample["group"].value_counts()
    assert found["n"].to_dict() == sample["group"].value_counts().to_dict()
    assert found["covered"].to_numpy() == pytest.approx(share.sort_index().to_numpy())
    pd.testing.assert_frame_equal(found.drop(columns=["n", "covered"]), without.drop(columns=["n", "covered"]))


def test_where_all_learners_are_of_the_stratum_other_nobody_is_comparable(sample):
    found = gaps(sample["value"], sample["group"], pd.Series("other", index=sample.index))
    assert found["gap"].isna().all()
    assert (found["covered"] == 0).all()


def test_a_group_that_is_everyone_has_no_gap():
    found = gaps(pd.Series([1.0, 2.0]), pd.Series(["a", "a"])).loc["a"]
    assert np.isnan(found["gap"])
    assert found["covered"] == 0


def test_one_learner_against_one_has_a_gap_and_no_interval():
    found = with_intervals(gaps(pd.Series([1.0, 2.0]), pd.Series(["a", "b"])), family=1).loc["a"]
    assert found["gap"] == -1
    assert np.isnan(found["low"])


def test_the_interval_for_all_judged_gaps_is_wider_than_for_one(sample):
    estimates = gaps(sample["value"], sample["group"])
    one, many = (with_intervals(estimates, family=size) for size in (1, 8))
    assert ((many["high"] - many["low"]) > (one["high"] - one["low"])).all()


def test_95_percent_intervals_hold_a_planted_gap_in_95_percent_of_small_samples():
    random, planted, held, runs = np.random.default_rng(19), -900.0, 0, 400
    for _ in range(runs):
        group = pd.Series(random.choice(["a", "b", "c"], 400, p=[0.12, 0.48, 0.4]))
        stratum = pd.Series(random.integers(0, 20, 400))
        spread = np.where(group == "a", 12_000, 8_000)
        value = pd.Series(500.0 * stratum + random.normal(0, spread)) + planted * (group == "a")
        found = with_intervals(gaps(value, group, stratum), family=1).loc["a"]
        held += found["low"] <= planted <= found["high"]
    assert held >= stats.binom.ppf(0.001, runs, 0.95)
