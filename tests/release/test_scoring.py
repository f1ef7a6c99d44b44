import pandas as pd
import pytest

from onward.data import tables
from onward.data.tables import conform
from onward.release.histories import in_part
from onward.release.scoring import scores


@pytest.fixture(scope="module")
def scored(histories, settings):
    return scores(histories.fit(histories.stays, settings.persistence), histories)


def test_every_locked_point_has_a_score_and_no_other_has(scored, histories):
    locked = in_part(histories.stays, "test")
    assert len(scored) == len(locked)
    assert set(scored["learner_id"]) == set(locked["learner_id"])


def test_scores_are_a_canonical_table(scored):
    assert conform(scored, tables.SCORES)["probability"].between(0, 1).all()


def test_an_outcome_that_is_not_known_yet_stays_missing(scored, histories):
    locked = in_part(histories.stays, "test")
    assert scored["outcome"].isna().tolist() == pd.isna(locked["outcome"]).tolist()
