import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame
from scipy import stats

from onward.audit.intervals import coded, gaps, mean_estimates, means, moments, with_intervals


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
    by_name = sample.sort_values("stratum")
    ours = moments(by_name["value"].to_numpy(), coded(by_name["group"], by_name["stratum"]))
    assert ours.mean == pytest.approx(theirs.to_numpy().astype(float), rel=1e-12)


def from_fairlearns_cells(sample, group):
    """The overlap-weighted gap of a group, from the means and counts of MetricFrame with control features."""
    cells = MetricFrame(
        metrics={"mean": mean_of_predictions, "n": lambda truth, _: len(truth)},
        y_true=sample["value"],
        y_pred=sample["value"],
        sensitive_features=(sample["group"] == group).rename("member"),
        control_features=sample["stratum"],
    ).by_group
    own, other = (cells.xs(side, level="member").astype(float) for side in (True, False))
    difference = (own["mean"] - other["mean"]).dropna()
    own, other = own.loc[difference.index, "n"], other.loc[difference.index, "n"]
    return np.average(difference, weights=own * other / (own + other))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gaps_within_strata_equal_those_from_fairlearns_cells(seed):
    random = np.random.default_rng(seed)
    n = 1_500
    people = pd.DataFrame(
        {
            "value": random.gamma(2, 1, n),
            "group": random.choice(list("abcde"), n, p=[0.4, 0.3, 0.2, 0.07, 0.03]),
            "stratum": random.choice(list("uvwxyz"), n, p=[0.4, 0.2, 0.2, 0.1, 0.07, 0.03]),
        }
    )
    ours = gaps(people["value"], people["group"], people["stratum"])["gap"]
    theirs = [from_fairlearns_cells(people, group) for group in ours.index]
    assert ours.to_numpy() == pytest.approx(theirs, rel=0, abs=1e-12)


def test_a_row_that_counts_for_several_learners_is_that_row_several_times(sample):
    times = np.random.default_rng(6).integers(1, 5, len(sample))
    each = sample.loc[sample.index.repeat(times)].reset_index(drop=True)
    for strata in (None, "stratum"):
        counted = gaps(sample["value"], sample["group"], None if strata is None else sample[strata], count=times)
        repeated = gaps(each["value"], each["group"], None if strata is None else each[strata])
        pd.testing.assert_frame_equal(counted, repeated, rtol=1e-12)
    pd.testing.assert_frame_equal(
        means(sample["value"], sample["group"], count=times), means(each["value"], each["group"]), rtol=1e-12
    )


def test_counted_means_equal_fairlearns_over_repeated_rows(sample):
    times = np.random.default_rng(7).integers(1, 4, len(sample))
    each = sample.loc[sample.index.repeat(times)]
    theirs = MetricFrame(
        metrics=mean_of_predictions, y_true=each["value"], y_pred=each["value"], sensitive_features=each["group"]
    ).by_group
    ours = means(sample["value"], sample["group"], count=times)["mean"]
    assert ours.to_numpy() == pytest.approx(theirs.to_numpy(float), rel=1e-12)


def test_missing_values_are_not_counted(sample):
    missing = np.random.default_rng(8).random(len(sample)) < 0.2
    kept = sample[~missing]
    found = moments(sample["value"].mask(missing).to_numpy(), coded(sample["group"]))
    without = moments(kept["value"].to_numpy(), coded(kept["group"]))
    pd.testing.assert_frame_equal(mean_estimates(found), mean_estimates(without))
    with_missing = gaps(sample["value"].mask(missing), sample["group"], sample["stratum"])
    pd.testing.assert_frame_equal(with_missing, gaps(kept["value"], kept["group"], kept["stratum"]))


def test_a_group_all_of_whose_values_are_missing_has_neither_mean_nor_gap(sample):
    found = gaps(sample["value"].mask(sample["group"] == "c"), sample["group"], sample["stratum"]).loc["c"]
    assert np.isnan(found["gap"])
    assert found["n"] == 0
    assert np.isnan(means(sample["value"].mask(sample["group"] == "c"), sample["group"]).loc["c", "mean"])


def test_a_gap_to_a_group_of_reference_is_that_of_the_two_groups_alone(sample):
    found = gaps(sample["value"], sample["group"], sample["stratum"], reference="a")
    for group in ("b", "c"):
        two = sample[sample["group"].isin(["a", group])]
        alone = gaps(two["value"], two["group"], two["stratum"]).loc[group]
        pd.testing.assert_series_equal(found.loc[group], alone)


def test_the_group_of_reference_has_no_gap_itself(sample):
    assert np.isnan(gaps(sample["value"], sample["group"], sample["stratum"], reference="a").loc["a", "gap"])


def test_a_gap_over_all_learners_has_welchs_interval(sample):
    inside = sample["group"] == "c"
    here, rest = sample.loc[inside, "value"], sample.loc[~inside, "value"]
    theirs = stats.ttest_ind(here, rest, equal_var=False).confidence_interval(0.90)
    ours = with_intervals(gaps(sample["value"], sample["group"]), level=0.05).loc["c"]
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
    found = with_intervals(gaps(pd.Series([1.0, 2.0]), pd.Series(["a", "b"])), level=0.05).loc["a"]
    assert found["gap"] == -1
    assert np.isnan(found["low"])


def test_the_interval_for_all_judged_gaps_is_wider_than_for_one(sample):
    estimates = gaps(sample["value"], sample["group"])
    one, many = (with_intervals(estimates, level=0.05 / size) for size in (1, 8))
    assert ((many["high"] - many["low"]) > (one["high"] - one["low"])).all()


def test_95_percent_intervals_hold_a_planted_gap_in_95_percent_of_small_samples():
    random, planted, held, runs = np.random.default_rng(19), -900.0, 0, 400
    for _ in range(runs):
        group = pd.Series(random.choice(["a", "b", "c"], 400, p=[0.12, 0.48, 0.4]))
        stratum = pd.Series(random.integers(0, 20, 400))
        spread = np.where(group == "a", 12_000, 8_000)
        value = pd.Series(500.0 * stratum + random.normal(0, spread)) + planted * (group == "a")
        found = with_intervals(gaps(value, group, stratum), level=0.05).loc["a"]
        held += found["low"] <= planted <= found["high"]
    assert held >= stats.binom.ppf(0.001, runs, 0.95)
