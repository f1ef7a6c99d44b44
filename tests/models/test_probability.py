import dataclasses

import numpy as np
import pytest

from onward.errors import DataError
from onward.history.decision_points import positions
from onward.history.known import Points
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.models.boosting import folds
from onward.models.pairs import chosen, every_candidate
from onward.models.probability import counting_error, cross_fit
from onward.models.skill import skill

SEED = 3


def fit(points, small, **other):
    inputs = {"timeline": small.timeline, "catalogue": small.catalogue, "spec": small.spec, "settings": small.settings}
    return cross_fit(points, seed=SEED, **(inputs | other))


@pytest.fixture(scope="module")
def fitted(small):
    return fit(small.starts, small)


def test_points_without_an_outcome_are_left_out(fitted, small):
    assert len(fitted.points) == small.starts["outcome"].notna().sum() < len(small.starts)


def test_probabilities_lie_between_zero_and_one(fitted):
    assert ((fitted.out_of_fold > 0) & (fitted.out_of_fold < 1)).all()


def test_the_mean_probability_is_the_share_that_happened(fitted):
    assert abs(skill(fitted.points["outcome"].astype(float), fitted.out_of_fold).mean_error) < 1e-3


def test_there_is_skill_out_of_fold(fitted):
    assert skill(fitted.points["outcome"].astype(float), fitted.out_of_fold).auc_low > 0.55


def test_the_same_seed_gives_the_same_scores(fitted, small):
    assert fit(small.starts, small).out_of_fold.tobytes() == fitted.out_of_fold.tobytes()


@pytest.mark.parametrize("outcome", [True, None])
def test_one_outcome_alone_is_refused(outcome, small):
    points = small.starts.assign(outcome=small.starts["outcome"].mask(small.starts["outcome"].notna(), outcome))
    with pytest.raises(DataError, match=r"expected both outcomes among the .* known labels; got one or none"):
        fit(points, small)


def test_a_learner_s_own_outcome_never_moves_its_out_of_fold_score_but_by_the_calibration(fitted, small):
    flipped = small.starts.copy()
    one = fitted.points["learner_id"].iloc[0]
    flipped["outcome"] = flipped["outcome"].mask(flipped["learner_id"] == one, ~flipped["outcome"])
    again = fit(flipped, small)
    mine = (fitted.points["learner_id"] == one).to_numpy()
    fold = folds(fitted.points["learner_id"].to_numpy(str), small.settings.folds, seed=SEED)
    raw = [found.probability.calibration for found in (fitted, again)]
    scores = [
        (np.log(found.out_of_fold / (1 - found.out_of_fold)) - line.intercept) / line.slope
        for found, line in zip((fitted, again), raw, strict=True)
    ]
    same_fold = fold == fold[mine][0]
    assert np.allclose(scores[0][same_fold], scores[1][same_fold])


def test_a_column_that_names_the_learner_gives_no_skill_out_of_fold(small):
    # Labels are a coin thrown per learner, and an extra says how it fell only to those who know the learner.
    rng = np.random.default_rng(0)
    coin = dict(zip(small.tables.learners["learner_id"], rng.random(len(small.tables.learners)) < 0.5, strict=True))
    points = small.starts.assign(outcome=small.starts["learner_id"].map(coin))
    again = np.concatenate([np.arange(len(points))] * 4)
    points = points.iloc[again].reset_index(drop=True)
    number = np.arange(len(small.tables.learners), dtype=float)
    tables = dataclasses.replace(small.tables, learners=small.tables.learners.assign(x_number=number))
    timeline = Timeline.from_tables(tables, small.catalogue)
    spec = FeatureSpec.fit(timeline, small.catalogue, sensitive=())
    learner_only = dataclasses.replace(spec, names=("x_number",), categories={}, extras={"x_number": "number"})
    memorising = small.settings.model_copy(update={"leaves": 512, "smallest_leaf": 1, "learning_rate": 0.3})
    found = fit(points, small, timeline=timeline, spec=learner_only, settings=memorising)
    matrix = chosen(found.points, timeline, small.catalogue, learner_only)
    inside = skill(found.points["outcome"].astype(float), found.probability.model.log_odds(matrix)).auc
    out = skill(found.points["outcome"].astype(float), found.out_of_fold).auc
    assert (inside > 0.7, abs(out - 0.5) < 0.05) == (True, True)


def test_every_candidate_is_scored_as_the_one_that_was_chosen(fitted, small):
    points = small.starts.iloc[:300]
    matrix = chosen(points, small.timeline, small.catalogue, small.spec)
    at = positions(points, small.timeline)
    whole = every_candidate(small.timeline, at, small.catalogue, small.spec, fitted.probability.predict)
    picked = whole[np.arange(300), small.catalogue.ids.get_indexer(points["credential_id"])]
    assert picked.tobytes() == fitted.probability.predict(matrix).tobytes()


@pytest.mark.parametrize("block", [1, 7, 300])
def test_scores_do_not_depend_on_the_size_of_the_blocks(block, fitted, small, monkeypatch):
    at = positions(small.starts.iloc[:60], small.timeline)
    whole = every_candidate(small.timeline, at, small.catalogue, small.spec, fitted.probability.predict)
    monkeypatch.setattr("onward.models.pairs.BLOCK", block)
    again = every_candidate(small.timeline, at, small.catalogue, small.spec, fitted.probability.predict)
    assert again.tobytes() == whole.tobytes()


def test_scores_of_some_points_are_those_rows_of_the_whole(fitted, small):
    at, some = positions(small.starts.iloc[:60], small.timeline), np.array([59, 3, 3, 17])
    predict = fitted.probability.predict
    whole = every_candidate(small.timeline, at, small.catalogue, small.spec, predict)
    part = Points(at.learner[some], at.as_of[some])
    found = every_candidate(small.timeline, part, small.catalogue, small.spec, predict)
    assert found.tobytes() == whole[some].tobytes()


def test_nobody_has_no_scores(fitted, small):
    nobody = Points(np.empty(0, np.int64), np.empty(0, "datetime64[D]"))
    found = every_candidate(small.timeline, nobody, small.catalogue, small.spec, fitted.probability.predict)
    assert found.shape == (0, len(small.catalogue))


def test_every_credential_has_a_doubt(fitted, small):
    assert fitted.doubt.shape == (len(small.catalogue),)
    assert (fitted.doubt >= 0).all()
    assert fitted.doubt.max() > 0


def test_less_history_means_more_doubt(fitted, small):
    learners = small.starts["learner_id"].unique()
    few = fit(small.starts[small.starts["learner_id"].isin(learners[::4])], small)
    assert few.doubt.mean() > fitted.doubt.mean()


def test_a_credential_with_few_attempts_has_more_doubt_than_one_with_many(fitted, small):
    attempts = fitted.points["credential_id"].value_counts().reindex(small.catalogue.ids, fill_value=0).to_numpy()
    share = fitted.points["outcome"].astype(float).mean()
    least = 1 / np.sqrt((attempts + 1) * share * (1 - share))
    assert fitted.doubt[attempts.argmin()] > fitted.doubt[attempts.argmax()]
    assert (fitted.doubt >= least - 1e-9).all()


def test_doubt_from_counts_falls_with_every_attempt():
    places = np.repeat(np.arange(4), [0, 1, 10, 1_000])
    doubt = counting_error(places, np.arange(len(places)) % 2.0, 4)
    assert (np.diff(doubt) < 0).all()
    assert np.isfinite(doubt).all()
