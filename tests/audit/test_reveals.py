import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from onward.audit.intervals import coded
from onward.audit.reveals import reveals


@pytest.fixture
def people():
    random = np.random.default_rng(15)
    group = random.choice(["a", "b", "c"], 2_000, p=[0.6, 0.3, 0.1])
    # Few different values, as credentials have: many ties.
    return pd.DataFrame({"group": group, "value": np.round(random.normal(8, 3, 2_000) - (group == "b")) * 1_000})


def test_the_auc_of_every_group_equals_scikit_learns(people):
    found = reveals(people["value"].to_numpy(), coded(people["group"])).set_index("group")
    for group in found.index:
        theirs = roc_auc_score(people["group"] == group, people["value"])
        assert found.loc[group, "auc"] == pytest.approx(theirs, abs=1e-12)
        assert found.loc[group, "n"] == (people["group"] == group).sum()


def test_the_auc_of_counted_rows_equals_scikit_learns_with_weights(people):
    times = np.random.default_rng(16).integers(1, 9, len(people))
    found = reveals(people["value"].to_numpy(), coded(people["group"], count=times)).set_index("group")
    for group in found.index:
        theirs = roc_auc_score(people["group"] == group, people["value"], sample_weight=times)
        assert found.loc[group, "auc"] == pytest.approx(theirs, abs=1e-12)


def test_values_that_are_all_alike_tell_nothing(people):
    assert (reveals(np.ones(len(people)), coded(people["group"]))["auc"] == 0.5).all()


def test_the_aucs_of_two_groups_mirror_each_other(people):
    two = people["group"].replace("c", "a")
    found = reveals(people["value"].to_numpy(), coded(two))["auc"]
    assert found.sum() == pytest.approx(1.0)


def test_a_group_that_is_everyone_has_no_auc():
    assert np.isnan(reveals(np.array([1.0, 2.0]), coded(pd.Series(["a", "a"])))["auc"]).all()


def test_95_percent_intervals_hold_one_half_where_a_group_is_drawn_by_chance():
    random, runs, held = np.random.default_rng(17), 300, 0
    for _ in range(runs):
        group = pd.Series(np.where(random.random(400) < 0.2, "x", "y"))
        row = reveals(random.gamma(2, 1, 400), coded(group)).set_index("group").loc["x"]
        held += row["low"] <= 0.5 <= row["high"]
    assert held >= stats.binom.ppf(0.001, runs, 0.95)
