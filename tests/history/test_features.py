import dataclasses

import numpy as np
import pandas as pd
import pytest

from onward.data.learner import NESTED, NEVER_SENT, Learner
from onward.data.tables import ATTEMPTS, AWARDS, ENROLLMENTS, EXPERIENCES, LEARNERS
from onward.history.decision_points import positions
from onward.history.features import FEATURES
from onward.history.known import Points
from onward.history.timeline import START, Timeline
from onward.history.views import LearnerView, PairView
from onward.policy.reasons import SENTENCES
from onward.release.record import record_of

TABLES = (LEARNERS, ENROLLMENTS, ATTEMPTS, AWARDS, EXPERIENCES)
WHEN = ("start", "mid-term")
every_feature = pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
every_table = pytest.mark.parametrize("name", NESTED)
at_both = pytest.mark.parametrize("when", WHEN)


def as_of_each(frame: pd.DataFrame, points: pd.DataFrame) -> pd.Series:
    """The as-of date of each row's learner."""
    return frame["learner_id"].map(points.set_index("learner_id")["as_of"])


def other_values(values: pd.Series) -> pd.Series:
    """Other values of the same kind."""
    if pd.api.types.is_bool_dtype(values):
        return ~values
    if pd.api.types.is_numeric_dtype(values):
        return values.fillna(0) * 0.5 + 1.3
    return pd.Series(np.roll(values.to_numpy(object), 1), index=values.index, dtype=values.dtype)


def future_deleted(frame: pd.DataFrame, name: str, as_of: pd.Series) -> pd.DataFrame:
    return frame[frame[START[name]] < as_of]


def future_altered(frame: pd.DataFrame, name: str, as_of: pd.Series) -> pd.DataFrame:
    """Every fact but the dates of rows that begin on or after the as-of date."""
    altered, later = frame.copy(), frame[START[name]] >= as_of
    for column in set(frame.columns) - {"learner_id", *frame.select_dtypes("datetime")}:
        altered.loc[later, column] = other_values(frame.loc[later, column])
    return altered


def future_moved(frame: pd.DataFrame, _name: str, as_of: pd.Series) -> pd.DataFrame:
    """Every date on or after the as-of date, by a hundred days."""
    moved = frame.copy()
    for column in frame.select_dtypes("datetime"):
        moved[column] = frame[column].mask(frame[column] >= as_of, frame[column] + pd.Timedelta(days=100))
    return moved


def rows_shuffled(frame: pd.DataFrame, _name: str, _as_of: pd.Series) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=2)


def unfinished_altered(frame: pd.DataFrame, name: str, as_of: pd.Series) -> pd.DataFrame:
    """How what was under way at the as-of date ended: grades, credits, status, and extras of the term."""
    end = {"enrollments": "term_end", "attempts": "ended_on", "experiences": "ended_on"}.get(name)
    if end is None:
        return frame
    altered, open_then = frame.copy(), ~(frame[end] < as_of)
    for column in set(frame.columns) - {"learner_id", "credential_id", "kind", *frame.select_dtypes("datetime")}:
        altered.loc[open_then, column] = other_values(frame.loc[open_then, column])
    return altered


@pytest.mark.parametrize("change", [future_deleted, future_altered, future_moved, rows_shuffled, unfinished_altered])
@every_table
@at_both
def test_what_is_dated_on_or_after_the_as_of_day_changes_no_byte(
    when, name, change, few, few_points, matrix_of, with_table
):
    frame, points = getattr(few, name), few_points[when]
    changed = with_table(few, name, change(frame, name, as_of_each(frame, points)))
    assert matrix_of(changed, points).tobytes() == matrix_of(few, points).tobytes()


@every_table
def test_what_is_dated_before_the_as_of_day_does_change_features(name, few, few_points, matrix_of, with_table):
    changed = with_table(few, name, getattr(few, name).iloc[:0])
    assert matrix_of(changed, few_points["mid-term"]).tobytes() != matrix_of(few, few_points["mid-term"]).tobytes()


def test_an_attempt_started_on_the_as_of_day_is_not_known(few, few_points, matrix_of, with_table):
    points = few_points["start"]
    on_the_day = few.attempts["started_on"] == as_of_each(few.attempts, points)
    changed = with_table(few, "attempts", few.attempts[~on_the_day])
    assert matrix_of(changed, points).tobytes() == matrix_of(few, points).tobytes()


def test_two_terms_that_begin_on_one_day_give_the_same_whatever_their_order(few, few_points, matrix_of, with_table):
    second = few.enrollments.assign(institution_id="elsewhere", gpa=1.234, credits_earned=0.1, x_site="south")
    both = pd.concat([few.enrollments, second])
    found = [
        matrix_of(with_table(few, "enrollments", frame), few_points["mid-term"]) for frame in (both, both.iloc[::-1])
    ]
    assert found[0].tobytes() == found[1].tobytes()


@at_both
def test_records_give_the_features_of_tables_to_the_byte(when, few, few_points, every_pair, matrix_of, small):
    points = few_points[when]
    learners = [record_of(few, row.learner_id, before=row.as_of) for row in points.itertuples()]
    timeline = Timeline.from_records(learners, small.catalogue)
    assert every_pair(timeline, positions(points, timeline)).tobytes() == matrix_of(few, points).tobytes()


@at_both
def test_one_record_alone_gives_the_features_of_tables_to_the_byte(when, few, few_points, every_pair, matrix_of, small):
    points = few_points[when]
    whole = matrix_of(few, points)
    for place in range(0, len(points), 10):
        row = points.iloc[place]
        timeline = Timeline.from_records([record_of(few, row["learner_id"], before=row["as_of"])], small.catalogue)
        alone = Points(np.zeros(1, np.int64), np.array([row["as_of"]], "datetime64[D]"))
        assert every_pair(timeline, alone).tobytes() == whole[place].tobytes()


def test_features_of_some_points_are_those_rows_of_the_whole(few, few_points, matrix_of):
    points, some = few_points["mid-term"], np.array([7, 3, 90, 3])
    assert matrix_of(few, points.iloc[some]).tobytes() == matrix_of(few, points)[some].tobytes()


def test_recognised_credits_do_not_depend_on_who_else_is_scored(small):
    rng, size = np.random.default_rng(0), len(small.catalogue)
    edges = dataclasses.replace(small.catalogue.pathways, recognised=np.round(rng.random((size, size)), 2))
    catalogue = dataclasses.replace(small.catalogue, pathways=edges)
    learners = [
        Learner(
            learner_id=f"s{n}",
            entry_date="2024-01-08",
            awards=[{"credential_id": one, "awarded_on": "2024-06-03"} for one in rng.permutation(catalogue.ids)[:15]],
        )
        for n in range(40)
    ]
    timeline = Timeline.from_records(learners, catalogue)
    feature = next(feature for feature in FEATURES if feature.name == "recognised_share")

    def share(learner):
        points = Points(learner, np.full(len(learner), np.datetime64("2024-09-02")))
        point, credential = np.repeat(np.arange(len(points)), size), np.tile(np.arange(size), len(points))
        view = PairView(LearnerView(timeline, points, catalogue), point, credential)
        return feature.compute(view).reshape(len(points), size)

    alone = [share(np.array([n]))[0] for n in range(len(learners))]
    assert np.array(alone).tobytes() == share(np.arange(len(learners))).tobytes()


def test_a_learner_s_facts_reach_no_other_learner(few, few_points, matrix_of, with_table):
    one = few_points["start"]["learner_id"].iloc[4]
    grades = few.learners["prior_gpa"].mask(few.learners["learner_id"] == one, 0.123)
    changed = with_table(few, "learners", few.learners.assign(prior_gpa=grades))
    before, after = matrix_of(few, few_points["start"]), matrix_of(changed, few_points["start"])
    assert [n for n in range(len(before)) if before[n].tobytes() != after[n].tobytes()] == [4]


COLUMNS = [
    (table.name, column.name)
    for table in TABLES
    for column in table.columns
    if column.kind not in {"id", "date"} and not (table is EXPERIENCES and column.name == "kind")
]


@pytest.mark.parametrize(("name", "column"), COLUMNS)
def test_a_feature_says_which_facts_it_reads(name, column, few, few_points, few_spec, matrix_of, with_table):
    frame = getattr(few, name)
    changed = with_table(few, name, frame.assign(**{column: other_values(frame[column])}))
    before, after = matrix_of(few, few_points["mid-term"]), matrix_of(changed, few_points["mid-term"])
    differing = ~np.isclose(before, after, equal_nan=True).all(axis=(0, 1))
    moved = {name for name, differs in zip(few_spec.names, differing, strict=True) if differs}
    assert moved <= {feature.name for feature in FEATURES if column in feature.reads}


@every_feature
def test_no_feature_reads_what_no_request_may_hold(feature):
    assert not {feature.name, *feature.reads} & NEVER_SENT


@every_feature
def test_a_feature_says_what_it_means(feature):
    assert feature.meaning.strip()


@every_feature
def test_a_feature_gives_a_reason_of_the_fixed_catalogue(feature):
    assert feature.reason in SENTENCES


def test_every_reason_is_given_by_some_feature():
    assert {feature.reason for feature in FEATURES} == set(SENTENCES)


def test_no_two_features_share_a_name():
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)
