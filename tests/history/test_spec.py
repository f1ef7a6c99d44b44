import dataclasses

import numpy as np
import pandas as pd
import pytest

from onward.data.learner import NEVER_SENT, Learner
from onward.data.tables import DEMOGRAPHICS, Tables
from onward.errors import DataError
from onward.history.features import FEATURES
from onward.history.known import Points
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.settings import ALWAYS_SENSITIVE


def spec_of(tables, small, *, sensitive=ALWAYS_SENSITIVE, left_out=()) -> FeatureSpec:
    timeline = Timeline.from_tables(tables, small.catalogue)
    return FeatureSpec.fit(timeline, small.catalogue, sensitive=sensitive, left_out=left_out)


def with_extra(few, with_table, **columns) -> Tables:
    return with_table(few, "learners", few.learners.assign(**columns))


def record(**extras) -> Learner:
    return Learner(learner_id="a", entry_date="2024-09-02", extras=extras)


def timeline_of(small, **extras) -> Timeline:
    return Timeline.from_records([record(**extras)], small.catalogue)


@pytest.mark.parametrize("change", ["permuted", "deleted"])
def test_demographics_are_never_read(change, few, few_points, small, matrix_of, with_table):
    shuffled = few.demographics.assign(learner_id=np.roll(few.demographics["learner_id"], 1))
    changed = with_table(few, "demographics", shuffled if change == "permuted" else few.demographics.iloc[:0])
    found = spec_of(changed, small), matrix_of(changed, few_points["start"]).tobytes()
    assert found == (spec_of(few, small), matrix_of(few, few_points["start"]).tobytes())


def test_no_sensitive_column_is_a_feature(small):
    assert not set(small.spec.names) & {*DEMOGRAPHICS.names, "age_at_entry"}


def test_an_extra_that_is_listed_as_sensitive_is_no_feature(few, small):
    spec = spec_of(few, small, sensitive=[*ALWAYS_SENSITIVE, "x_commute_minutes"])
    assert "x_commute_minutes" not in spec.names


@pytest.mark.parametrize("name", ["x_gender", "x_Gender", "x_age_at_entry", "x_zip", "x_sex"])
def test_an_extra_named_after_what_is_sensitive_is_no_feature(name, few, small, with_table):
    spec = spec_of(with_extra(few, with_table, **{name: 1.0}), small, sensitive=["x_other"])
    assert name not in spec.names


def test_a_sensitive_column_is_dropped_with_and_without_the_prefix(few, small, with_table):
    spec = spec_of(with_extra(few, with_table, x_prior_gpa=1.0), small, sensitive=["prior_gpa"])
    assert not {"prior_gpa", "x_prior_gpa"} & set(spec.names)


@pytest.mark.parametrize(
    ("column", "derived"),
    [
        ("hours_per_week", "hours_to_spare"),
        ("goal_cip", "goal_field"),
        ("goal_cip", "field_is_goal"),
        ("gpa", "gpa_last"),
    ],
)
def test_what_is_computed_from_a_sensitive_column_is_dropped_too(column, derived, few, small):
    assert derived not in spec_of(few, small, sensitive=[column]).names


def test_interests_are_dropped_where_one_of_them_is_sensitive(few, small):
    assert "stated_interest" not in spec_of(few, small, sensitive=["x_interest_51"]).names


def test_a_column_that_is_left_out_is_no_feature(few, small):
    assert "x_absences" not in spec_of(few, small, left_out=["x_absences"]).names


def test_every_other_declared_feature_is_taken(small):
    assert {feature.name for feature in FEATURES} <= set(small.spec.names)


def test_interests_are_no_feature_where_none_are_recorded(few, small, with_table):
    without = few.learners.drop(columns=[name for name in few.learners if name.startswith("x_interest_")])
    assert "stated_interest" not in spec_of(with_table(few, "learners", without), small).names


def test_the_order_of_the_rows_does_not_change_the_features(few, small, with_table):
    shuffled = with_table(few, "learners", few.learners.sample(frac=1, random_state=0))
    assert spec_of(shuffled, small) == spec_of(few, small)


def test_extras_of_learners_and_of_terms_are_features(few_spec):
    assert {"x_site", "x_absences", "x_commute_minutes"} <= set(few_spec.names)


def test_a_name_that_a_model_s_text_cannot_hold_is_refused(few, small, with_table):
    with pytest.raises(DataError, match=r"letters, digits and _.*'x_home campus'; rename them"):
        spec_of(with_extra(few, with_table, **{"x_home campus": 1.0}), small)


def test_categories_are_whole_numbers_from_zero(few_spec, every_pair, few, few_points, small):
    from onward.history.decision_points import positions

    timeline = Timeline.from_tables(few, small.catalogue)
    matrix = every_pair(timeline, positions(few_points["start"], timeline))
    codes = matrix[:, :, few_spec.names.index("credential")]
    assert (codes == np.arange(len(small.catalogue))).all()


def one(spec, every_pair, timeline, name):
    points = Points(np.zeros(1, np.int64), np.array(["2024-10-01"], "datetime64[D]"))
    return every_pair(timeline, points, spec)[0, 0, spec.names.index(name)]


@pytest.fixture
def house_spec(few, small, with_table) -> FeatureSpec:
    houses = np.array(["red", "blue"], dtype=object)[np.arange(len(few.learners)) % 2]
    return spec_of(with_extra(few, with_table, x_house=houses), small)


def test_a_category_that_was_seen_has_its_code(house_spec, every_pair, small):
    assert one(house_spec, every_pair, timeline_of(small, x_house="red"), "x_house") == 1.0


@pytest.mark.parametrize("extras", [{"x_house": "green"}, {"x_house": None}, {}, {"x_house": 3.0}], ids=str)
def test_a_category_that_was_not_seen_is_missing(extras, house_spec, every_pair, small):
    assert np.isnan(one(house_spec, every_pair, timeline_of(small, **extras), "x_house"))


@pytest.mark.parametrize("value", ["green", 3.0, True])
def test_a_category_that_was_not_seen_is_reported(value, house_spec, small):
    assert house_spec.unseen(timeline_of(small, x_house=value)) == ["x_house"]


@pytest.mark.parametrize("extras", [{"x_house": "red"}, {"x_house": None}, {}], ids=str)
def test_nothing_is_reported_of_what_was_seen_or_is_missing(extras, house_spec, small):
    assert house_spec.unseen(timeline_of(small, **extras)) == []


def test_a_text_where_a_number_belongs_is_reported(few_spec, small):
    assert few_spec.unseen(timeline_of(small, x_commute_minutes="twelve")) == ["x_commute_minutes"]


def test_a_text_where_an_interest_belongs_is_reported(few_spec, small):
    assert few_spec.unseen(timeline_of(small, x_interest_51="high")) == ["x_interest_51"]


def test_a_text_where_an_interest_belongs_is_missing(few_spec, every_pair, small):
    assert np.isnan(one(few_spec, every_pair, timeline_of(small, x_interest_51="high"), "stated_interest"))


def test_a_text_where_a_number_belongs_is_missing(few_spec, every_pair, small):
    assert np.isnan(one(few_spec, every_pair, timeline_of(small, x_commute_minutes="12"), "x_commute_minutes"))


def test_a_learner_s_number_stays_one_beside_a_learner_with_a_text(few_spec, every_pair, small):
    timeline = Timeline.from_records([record(x_commute_minutes=12.0), record(x_commute_minutes="12")], small.catalogue)
    assert one(few_spec, every_pair, timeline, "x_commute_minutes") == 12.0


def test_an_extra_that_the_model_does_not_know_is_refused(few_spec, small):
    with pytest.raises(DataError, match=r"expected extras among .*x_commute_minutes.*; got 1 not among them; remove"):
        few_spec.unseen(timeline_of(small, x_unknown=1.0))


def test_an_interest_in_a_field_of_the_catalogue_may_be_sent(few_spec, small):
    assert few_spec.unseen(timeline_of(small, x_interest_51=0.4)) == []


def test_an_interest_in_a_field_that_no_credential_has_is_refused(few_spec, small):
    with pytest.raises(DataError, match="got 1 not among them; remove"):
        few_spec.unseen(timeline_of(small, x_interest_99=0.4))


def test_a_goal_in_an_unknown_field_is_missing(few_spec, every_pair, small):
    learner = Learner(learner_id="a", entry_date="2024-09-02", goal_cip="999999")
    timeline = Timeline.from_records([learner], small.catalogue)
    assert np.isnan(one(few_spec, every_pair, timeline, "goal_field"))


def test_names_that_no_request_may_hold_are_never_extras_of_a_spec(few, small, with_table):
    named = {f"x_{name}": 1.0 for name in NEVER_SENT}
    spec = spec_of(with_extra(few, with_table, **named), small, sensitive=())
    assert not set(named) & set(spec.names)


def test_a_spec_is_a_value(few_spec):
    assert dataclasses.replace(few_spec) == few_spec


def test_recognition_of_unknown_credits_is_unknown(small):
    from onward.history.views import LearnerView, PairView

    first, second = small.catalogue.ids[:2]
    recognised = np.zeros((len(small.catalogue),) * 2)
    recognised[1, 0] = 3.0
    catalogue = dataclasses.replace(
        small.catalogue,
        credentials=small.catalogue.credentials.assign(credits=np.nan),
        pathways=dataclasses.replace(small.catalogue.pathways, recognised=recognised),
    )
    learner = Learner(
        learner_id="a", entry_date="2024-09-02", awards=[{"credential_id": first, "awarded_on": "2024-09-03"}]
    )
    points = Points(np.zeros(1, np.int64), np.array(["2024-10-01"], "datetime64[D]"))
    view = LearnerView(Timeline.from_records([learner], catalogue), points, catalogue)
    feature = next(feature for feature in FEATURES if feature.name == "recognised_share")
    share = feature.compute(PairView(view, np.zeros(2, np.int64), np.array([1, 2])))
    assert pd.isna(share).tolist() == [True, False], f"{second} counts {first}"
