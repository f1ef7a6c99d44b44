"""Who sets limits and to whom they leave nothing, counted by group for officers."""

import numpy as np
import pandas as pd
import pytest

from onward.data.tables import LIMITS, Tables, conform
from onward.release.histories import in_part, latest_per_learner
from onward.release.judge import judge
from onward.release.limited import COLUMNS, limited


@pytest.fixture(scope="module")
def locked(histories):
    return latest_per_learner(in_part(histories.starts, "test"))


@pytest.fixture(scope="module")
def tables(small, locked):
    """Every third learner sets limits; those of one in five of them leave nothing."""
    ids = locked["learner_id"].to_numpy(object)[::3]
    weeks = np.where(np.arange(len(ids)) % 5 == 0, 0.5, 200.0)
    limits = conform(pd.DataFrame({"learner_id": ids, "max_weeks": weeks}), LIMITS)
    return Tables(learners=small.tables.learners, demographics=small.tables.demographics, limits=limits)


@pytest.fixture(scope="module")
def judged(locked, histories, fitted, tables):
    return judge(locked, timeline=histories.timeline, adviser=fitted.adviser, opinion=None, k=1, limits=tables.limits)


def test_every_attribute_counts_the_same_learners_once(judged, tables, settings):
    found = limited(judged, tables, settings)
    assert found.columns.tolist() == COLUMNS
    totals = found.groupby("attribute")[["learners", "set_limits", "left_nothing"]].sum()
    assert set(settings.sensitive_in_training) <= set(totals.index)
    everyone = len(judged.points) + judged.none_within_limits
    assert set(totals["learners"]) == {everyone}
    assert set(totals["left_nothing"]) == {judged.none_within_limits}
    assert 0 < judged.none_within_limits < totals["set_limits"].iloc[0]


def test_a_group_counts_those_of_its_learners_who_are_left_nothing(judged, tables, settings):
    gender = tables.demographics.set_index("learner_id")["gender"]
    women = gender.reindex(list(judged.beyond_limits)).eq("woman").sum()
    row = limited(judged, tables, settings).set_index(["attribute", "group"]).loc[("gender", "woman")]
    assert row["left_nothing"] == women > 0


def test_where_nobody_sets_limits_nobody_is_left_nothing(judged, locked, histories, fitted, tables, settings):
    free = judge(locked, timeline=histories.timeline, adviser=fitted.adviser, opinion=None, k=1)
    nobody = Tables(learners=tables.learners, demographics=tables.demographics)
    found = limited(free, nobody, settings)
    assert (found[["set_limits", "left_nothing"]] == 0).all().all()
    assert found.groupby("attribute")["learners"].sum().eq(len(free.points)).all()
    assert len(free.points) == len(judged.points) + judged.none_within_limits
