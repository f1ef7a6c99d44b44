"""The second opinion comes from others than the judged, and from other decisions than the adviser learned from."""

import dataclasses

import numpy as np
import pytest

from onward.history.decision_points import positions
from onward.history.views import LearnerView
from onward.models.boosting import folds
from onward.policy.eligibility import eligible
from onward.release.evaluator import FOLDS, second_opinion
from onward.release.histories import in_part, latest_per_learner


@pytest.fixture(scope="module")
def locked(histories):
    return latest_per_learner(in_part(histories.starts, "test"))


@pytest.fixture(scope="module")
def opinion(histories, settings, locked):
    return second_opinion(locked, histories, settings)


def turned(histories, rows):
    """The same histories with the known outcomes of some rows turned round."""
    outcome = histories.starts["outcome"]
    return dataclasses.replace(
        histories,
        starts=histories.starts.assign(outcome=outcome.mask(rows & outcome.notna(), outcome == False)),  # noqa: E712 - missing stays missing
    )


@pytest.fixture(scope="module")
def open_to(histories, locked):
    view = LearnerView(histories.timeline, positions(locked, histories.timeline), histories.catalogue)
    return eligible(view.standing, histories.catalogue)


def same(found, other, rows=slice(None)):
    """Whether two opinions are the same to the byte, in those rows."""
    return all(
        getattr(found, name)[rows].tobytes() == getattr(other, name)[rows].tobytes()
        for name in ("p_complete", "propensity")
    )


def test_every_candidate_has_a_probability(opinion, locked, histories):
    assert opinion.p_complete.shape == (len(locked), len(histories.catalogue))
    assert ((opinion.p_complete > 0) & (opinion.p_complete < 1)).all()


def test_what_was_usual_sums_to_one_over_what_was_open(opinion, open_to):
    assert opinion.propensity.shape == opinion.p_complete.shape
    assert open_to.any(axis=1).all()
    assert opinion.propensity.sum(axis=1) == pytest.approx(1.0, abs=1e-6)
    assert (opinion.propensity[~open_to] == 0).all()
    assert (opinion.propensity[open_to] > 0).all()


def test_nothing_of_the_decisions_the_adviser_learned_from_is_in_it(opinion, histories, settings, locked):
    other = turned(histories, histories.starts["part"] == "train")
    assert not other.starts["outcome"].equals(histories.starts["outcome"])
    assert same(second_opinion(locked, other, settings), opinion)


@pytest.mark.parametrize("place", [0, 7, 100])
def test_nobody_is_judged_by_a_model_that_learned_from_them(place, opinion, histories, settings, locked):
    one = locked["learner_id"].iloc[place]
    other = second_opinion(locked, turned(histories, histories.starts["learner_id"] == one), settings)
    assert same(other, opinion, place)


def test_nobody_in_the_fold_is_judged_by_a_model_that_learned_from_any_of_it(opinion, histories, settings, locked):
    kept = histories.starts[histories.starts["part"] != "train"]
    fold = folds(kept["learner_id"].to_numpy(str), FOLDS, seed=histories.seed)
    first = set(kept["learner_id"][fold == 0])
    inside = locked["learner_id"].isin(first).to_numpy()
    other = second_opinion(locked, turned(histories, histories.starts["learner_id"].isin(first)), settings)
    assert same(other, opinion, inside)
    assert not np.allclose(other.p_complete[~inside], opinion.p_complete[~inside], atol=0.05)


def test_it_is_another_opinion_than_the_adviser_s(judged):
    ours, theirs = judged.prospects.p_complete, judged.p_complete
    assert judged.opinion is not None
    assert not np.allclose(ours, theirs, atol=0.05)
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.3


def test_it_asks_nobody_s_order(opinion, histories, settings, locked):
    some = locked.iloc[::-3]
    found = second_opinion(some, histories, settings)
    assert same(found, opinion.rows(some.index.to_numpy()))


@pytest.mark.parametrize("known", [0, 1, 30])
def test_where_too_few_outcomes_are_known_there_is_none(known, histories, settings, locked):
    kept = histories.starts["part"] != "train"
    rows = histories.starts.index[kept & histories.starts["outcome"].notna()]
    starts = histories.starts.assign(
        outcome=histories.starts["outcome"].mask(kept & ~histories.starts.index.isin(rows[:known]), None)
    )
    assert second_opinion(locked, dataclasses.replace(histories, starts=starts), settings) is None


def test_where_everybody_ended_alike_there_is_none(histories, settings, locked):
    kept = (histories.starts["part"] != "train") & histories.starts["outcome"].notna()
    starts = histories.starts.assign(outcome=histories.starts["outcome"].mask(kept, True))
    assert second_opinion(locked, dataclasses.replace(histories, starts=starts), settings) is None
