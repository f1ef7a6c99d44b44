import pytest

from onward.data import tables
from onward.data.tables import conform
from onward.release.histories import in_part
from onward.release.scoring import scores


@pytest.fixture(scope="module")
def scored(histories, settings):
    return scores(histories.fit(histories.stays, settings.persistence), histories)


def test_every_learner_with_a_locked_point_has_one_score_and_nobody_else_has(scored, histories):
    locked = in_part(histories.stays, "test")
    assert scored["learner_id"].is_unique
    assert set(scored["learner_id"]) == set(locked["learner_id"])


def test_a_learner_is_scored_at_the_start_of_an_attempt_whatever_came_after(scored, histories):
    locked = in_part(histories.stays, "test")
    starts = locked[locked["terms"] == 0].groupby("learner_id")["as_of"].min()
    at_start = scored.set_index("learner_id")["as_of"]
    assert (at_start[starts.index] == starts).all()


def test_scores_are_a_canonical_table(scored):
    assert conform(scored, tables.SCORES)["probability"].between(0, 1).all()


def test_an_outcome_that_is_not_known_yet_stays_missing(scored):
    assert scored["outcome"].dtype == "boolean"
    assert 0 < scored["outcome"].notna().sum() <= len(scored)
