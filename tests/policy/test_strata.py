import numpy as np
import pytest

from onward.data.learner import Learner
from onward.errors import SettingsError
from onward.history.barred import Barred
from onward.history.known import Points
from onward.history.timeline import Timeline
from onward.history.views import LearnerView
from onward.policy.strata import Strata
from onward.settings import StrataSettings


def view_of(small, *facts) -> LearnerView:
    """One learner per set of facts, on one day."""
    learners = [Learner(learner_id=f"s{n}", entry_date="2024-01-08", **each) for n, each in enumerate(facts)]
    points = Points(np.arange(len(facts)), np.full(len(facts), np.datetime64("2024-09-01")))
    return LearnerView(Timeline.from_records(learners, small.catalogue), points, small.catalogue)


def fitted(small, facts, **settings) -> Strata:
    return Strata.fit(
        view_of(small, *facts), StrataSettings(**{"words": "what is under test", "smallest": 2} | settings), Barred.of()
    )


GRADES = [{"prior_gpa": grade} for grade in (1.0, 1.2, 1.4, 3.0, 3.2, 3.4)]
BOTH = {"bins": {"prior_gpa": 2}, "categories": ("goal_field",)}


def test_numbers_are_cut_at_their_quantiles(small):
    assert fitted(small, GRADES, bins={"prior_gpa": 2}).edges == (("prior_gpa", (2.2,)),)


def test_a_learner_stands_in_the_bin_of_their_number(small):
    strata = fitted(small, GRADES, bins={"prior_gpa": 2})
    assigned = strata.assign(view_of(small, {"prior_gpa": 0.5}, {"prior_gpa": 4.0}))
    assert assigned.tolist() == ["prior_gpa 1 of 2", "prior_gpa 2 of 2"]


def test_a_number_on_the_edge_stands_below_it(small):
    strata = fitted(small, GRADES, bins={"prior_gpa": 2})
    assert strata.assign(view_of(small, {"prior_gpa": 2.2})).tolist() == ["prior_gpa 1 of 2"]


def test_most_at_the_lowest_value_are_a_bin_of_their_own(small):
    facts = [{"extras": {"x_held": held}} for held in (0.0, 0.0, 0.0, 0.0, 2.0, 3.0)]
    strata = fitted(small, facts, bins={"x_held": 2})
    assert strata.assign(view_of(small, *facts)).tolist() == ["x_held 1 of 2"] * 4 + ["x_held 2 of 2"] * 2


def test_an_edge_that_splits_nothing_is_dropped(small):
    facts = [{"extras": {"x_held": held}} for held in (0.0, 1.0, 1.0, 1.0, 1.0)]
    assert fitted(small, facts, bins={"x_held": 2}).edges == (("x_held", ()),)


@pytest.mark.parametrize(
    ("name", "barred"),
    [("x_gender", ()), ("goal_field", ("goal_cip",)), ("x_held", ("x_held",)), ("prior_gpa", ("Prior_GPA",))],
)
def test_a_column_that_no_model_may_read_makes_no_stratum(name, barred, small):
    view = view_of(small, *GRADES)
    with pytest.raises(SettingsError, match=f"columns that a served model may read; {name} is sensitive, or left out"):
        Strata.fit(view, StrataSettings(words="what is under test", categories=(name,)), Barred.of(barred))


@pytest.mark.parametrize("name", ["goal_field", "gpa_mean"])
def test_a_feature_without_numbers_cannot_be_cut(name, small):
    with pytest.raises(SettingsError, match=rf"strata.bins: expected {name} to hold numbers; it holds none"):
        fitted(small, [each | {"goal_cip": "513801"} for each in GRADES], bins={name: 2})


def test_a_text_where_a_number_belongs_is_unknown(small):
    facts = [{"extras": {"x_minutes": minutes}} for minutes in (1.0, 2.0, 8.0, 9.0, None, None)]
    strata = fitted(small, facts, bins={"x_minutes": 2})
    assert strata.assign(view_of(small, {"extras": {"x_minutes": "far"}})).tolist() == ["x_minutes unknown"]


def test_an_unknown_number_is_a_bin_of_its_own(small):
    strata = fitted(small, [*GRADES, {}, {}], bins={"prior_gpa": 2})
    assert strata.assign(view_of(small, {})).tolist() == ["prior_gpa unknown"]


def test_goal_and_preparation_are_combined(small):
    strata = fitted(small, [each | {"goal_cip": "513801"} for each in GRADES], **BOTH)
    assert strata.names == ("prior_gpa 1 of 2, goal_field 51", "prior_gpa 2 of 2, goal_field 51")


def test_a_goal_that_is_not_stated_is_said_so(small):
    strata = fitted(small, GRADES, categories=("goal_field",))
    assert strata.assign(view_of(small, {})).tolist() == ["goal_field not stated"]


def test_a_flag_that_is_false_is_not_the_same_as_one_not_stated(small):
    facts = [{"math_ready": ready} for ready in (True, False, None)]
    strata = fitted(small, facts * 2, categories=("math_ready",))
    assert strata.assign(view_of(small, *facts)).tolist() == ["math_ready 1", "math_ready 0", "math_ready not stated"]


def test_a_combination_that_was_not_seen_is_other(small):
    strata = fitted(small, GRADES, **BOTH)
    assert strata.assign(view_of(small, {"prior_gpa": 3.0, "goal_cip": "11"})).tolist() == ["other"]


def test_a_combination_of_too_few_learners_is_other(small):
    strata = fitted(small, [*GRADES, {"prior_gpa": 3.0, "goal_cip": "11"}], **BOTH)
    assert strata.assign(view_of(small, {"prior_gpa": 3.0, "goal_cip": "11"})).tolist() == ["other"]


def test_strata_that_hold_nothing_are_refused(small):
    with pytest.raises(ValueError, match="at least one entry in bins or categories"):
        fitted(small, GRADES)


def test_the_stratum_of_a_learner_does_not_depend_on_who_else_is_asked_about(small):
    strata = fitted(small, [*GRADES, {}], **BOTH)
    whole = strata.assign(view_of(small, *GRADES))
    assert [strata.assign(view_of(small, each))[0] for each in GRADES] == whole.tolist()


def test_an_extra_of_the_institution_may_be_a_control_feature(small):
    facts = [{"extras": {"x_house": house}} for house in ("red", "red", "blue", "blue")]
    assert fitted(small, facts, categories=("x_house",)).names == ("x_house blue", "x_house red")


def test_an_extra_that_a_request_leaves_out_is_not_stated(small):
    facts = [{"extras": {"x_house": "red"}}] * 2 + [{"extras": {"x_house": None}}] * 2
    strata = fitted(small, facts, categories=("x_house",))
    assert strata.assign(view_of(small, {})).tolist() == ["x_house not stated"]


@pytest.mark.parametrize("name", ["weeks", "x_unknown", "recognised_share"])
def test_what_is_no_feature_of_a_learner_is_refused(name, small):
    with pytest.raises(SettingsError, match=rf"strata: expected learner features or extras \(.*\); got {name}; rename"):
        fitted(small, GRADES, categories=(name,))


def test_strata_of_the_small_bundle_are_those_of_its_training(small_bundle):
    assert all(name.startswith("prior_gpa ") for name in small_bundle.adviser.strata.names)
