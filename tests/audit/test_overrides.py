import numpy as np
import pandas as pd
import pytest

from onward.audit.groups import GENDER
from onward.audit.overrides import MEASURES, overrides
from onward.errors import DataError

LEARNERS = ["ana", "ben", "cleo", "dan"]
ADVISED = {"ana": "high", "ben": "low", "cleo": "low", "dan": "low"}
IN_THE_END = {"ana": "low", "ben": "high", "cleo": "low", "dan": "also_low"}


@pytest.fixture
def values():
    return pd.DataFrame(
        {
            "credential_id": ["low", "also_low", "high", "never_advised"],
            "median_earnings": [40_000, 40_000, 46_500, 30_000],
            "benchmark_earnings": 36_000,
            "basis": "published",
        }
    )


@pytest.fixture
def who():
    return pd.DataFrame({GENDER: ["woman", "man", "woman", "man"]}, index=LEARNERS)


def from_source(source, recommended, **more):
    rows = {
        "decision_id": [f"{source}-{learner}" for learner in recommended],
        "learner_id": list(recommended),
        "decided_on": "2024-09-01",
        "rank": 1,
        "credential_id": list(recommended.values()),
        "source": source,
    }
    return pd.DataFrame(rows | more)


@pytest.fixture
def decisions():
    return pd.concat([from_source("onward", ADVISED), from_source("adviser", IN_THE_END)], ignore_index=True)


def test_changes_are_counted_with_their_direction_in_value(decisions, values, who):
    found = overrides(decisions, values, who)
    assert found.figures.set_axis(LEARNERS).T.to_dict() == {
        "ana": {"changed": 1.0, "raised": 0.0, "lowered": 1.0, "value_change": -6_500.0},
        "ben": {"changed": 1.0, "raised": 1.0, "lowered": 0.0, "value_change": 6_500.0},
        "cleo": {"changed": 0.0, "raised": 0.0, "lowered": 0.0, "value_change": 0.0},
        "dan": {"changed": 1.0, "raised": 0.0, "lowered": 0.0, "value_change": 0.0},
    }
    assert found.who[GENDER].tolist() == ["woman", "man", "woman", "man"]
    assert (found.name, tuple(found.figures)) == ("overrides", MEASURES)


def test_the_bounds_can_be_read_off_the_values(decisions, values, who):
    bounds = overrides(decisions, values, who).bounds
    assert bounds["value_change"] == (-16_500.0, 16_500.0)
    assert bounds["changed"] == bounds["raised"] == bounds["lowered"] == (0.0, 1.0)


def test_only_first_ranks_are_compared(decisions, values, who):
    second = decisions.assign(rank=2, credential_id="never_advised")
    found = overrides(pd.concat([decisions, second]), values, who)
    pd.testing.assert_frame_equal(found.figures, overrides(decisions, values, who).figures)


def test_only_learners_with_both_are_counted(decisions, values, who):
    alone = from_source("onward", {"zoe": "low"})
    assert overrides(pd.concat([decisions, alone]), values, who).learners == 4


def test_other_sources_play_no_part(decisions, values, who):
    found = overrides(pd.concat([decisions, from_source("history", {"ana": "no such"})]), values, who)
    assert found.learners == 4


def test_the_sources_may_have_other_names(decisions, values, who):
    renamed = decisions.assign(source=decisions["source"].map({"onward": "vendor", "adviser": "counsellor"}))
    assert overrides(renamed, values, who) is None
    assert overrides(renamed, values, who, advised="vendor", adviser="counsellor").learners == 4


@pytest.mark.parametrize("decisions", [None, pd.DataFrame()])
def test_no_decisions_are_not_evaluated(decisions, values, who):
    assert overrides(decisions, values, who) is None


def test_without_an_adviser_overrides_are_not_evaluated(values, who):
    assert overrides(from_source("onward", ADVISED), values, who) is None


def test_an_adviser_without_advice_is_refused(decisions, values, who):
    with pytest.raises(DataError, match="decisions has no rows of source vendor; it has adviser, onward"):
        overrides(decisions, values, who, advised="vendor")


def test_sources_that_share_no_learner_are_refused(values, who):
    apart = pd.concat([from_source("onward", {"ana": "low"}), from_source("adviser", {"ben": "low"})])
    with pytest.raises(DataError, match="no learner has a first recommendation from onward and one from adviser"):
        overrides(apart, values, who)


@pytest.mark.parametrize("source", ["onward", "adviser"])
def test_two_first_recommendations_of_one_learner_are_refused(source, decisions, values, who):
    again = from_source(source, {"ana": "low"}, decision_id="again")
    with pytest.raises(DataError, match=rf"source {source} hold 1 more first-ranked row\(s\) than learners"):
        overrides(pd.concat([decisions, again]), values, who)


def test_a_row_may_stand_for_several_like_learners(decisions, values, who):
    found = overrides(decisions.assign(count=[5, 2, 3, 1] * 2), values, who)
    assert (found.count.tolist(), found.learners) == ([5, 2, 3, 1], 11)
    assert np.average(found.figures["changed"], weights=found.count) == pytest.approx(8 / 11)


def test_counted_rows_that_do_not_pair_are_not_evaluated(decisions, values, who):
    several = pd.concat([decisions.assign(count=4), from_source("adviser", {"ana": "high"}, count=2)])
    assert overrides(several, values, who) is None
    assert overrides(decisions.assign(count=[5, 2, 3, 1, 5, 2, 3, 2]), values, who) is None


def test_a_recommended_credential_without_a_value_is_refused_by_name(decisions, values, who):
    with pytest.raises(DataError, match=r"table values has no figure for recommended credential\(s\) also_low; add"):
        overrides(decisions, values[values["credential_id"] != "also_low"], who)
    many = {learner: f"gone{at}" for at, learner in enumerate("uvwxyz")}
    unknown = pd.concat([from_source("onward", many), from_source("adviser", many)])
    with pytest.raises(DataError, match=r"gone0, gone1, gone2, gone3, gone4 and 1 more; add them"):
        overrides(unknown, values, who)


def test_a_credential_with_two_values_is_refused(decisions, values, who):
    with pytest.raises(DataError, match="table values holds a credential twice"):
        overrides(decisions, pd.concat([values, values]), who)


def test_a_recommendation_of_nothing_is_refused(decisions, values, who):
    with pytest.raises(DataError, match=r"source adviser lack the learner or the credential in 1 row\(s\); add them"):
        overrides(decisions.assign(credential_id=decisions["credential_id"].where(decisions.index < 7)), values, who)


def test_a_learner_without_groups_is_refused_without_being_named(decisions, values, who):
    with pytest.raises(DataError, match=r"who lacks 1 learner\(s\) of decisions") as refusal:
        overrides(decisions, values, who.drop(index="ana"))
    assert "ana" not in str(refusal.value)
