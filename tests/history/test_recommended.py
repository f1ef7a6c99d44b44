"""Evaluated learning at work: where its credits count, from when, and that nothing of the future reaches a point."""

import dataclasses
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.data.learner import Learner
from onward.history.decision_points import positions
from onward.history.features import FEATURES
from onward.history.known import Points
from onward.history.timeline import Timeline
from onward.history.views import LearnerView, PairView

DAY = date(2024, 9, 2)
SPELL = {"kind": "job", "started_on": "2023-01-09", "ended_on": "2023-12-15", "credits_recommended": 9.0}


def view(small, *spells, day=DAY) -> LearnerView:
    learner = Learner(learner_id="ann", entry_date="2024-01-08", experiences=spells)
    points = Points(np.zeros(1, dtype=np.int64), np.array([day], dtype="datetime64[D]"))
    return LearnerView(Timeline.from_records([learner], small.catalogue), points, small.catalogue)


def counted(small, *spells, day=DAY) -> dict[str, float]:
    """Credits recommended toward each SOC code of the catalogue that some count toward."""
    found = view(small, *spells, day=day).recommended[0]
    codes = small.catalogue.credentials["soc"]
    return {code: credits_ for code, credits_ in zip(codes, found, strict=True) if credits_}


def test_credits_count_in_the_minor_group_of_the_occupation(small):
    found = counted(small, SPELL | {"soc": "292042"})
    assert found == dict.fromkeys(["292042", "292061", "292043"], 9.0)


def test_two_evaluated_spells_add_up_where_both_count(small):
    other = SPELL | {"soc": "292061", "kind": "internship", "credits_recommended": 3.5}
    assert set(counted(small, SPELL | {"soc": "292042"}, other).values()) == {12.5}


@pytest.mark.parametrize("soc", [None, "29", "999999"])
def test_an_occupation_that_is_missing_too_short_or_not_in_the_catalogue_counts_nowhere(soc, small):
    assert counted(small, SPELL | {"soc": soc}) == {}


def test_a_candidate_without_an_occupation_takes_no_credit(small):
    codes = small.catalogue.credentials["soc"]
    without = small.catalogue.credentials.assign(soc=codes.mask(codes > "2"))
    bare = dataclasses.replace(small.catalogue, credentials=without)
    seen = view(small, SPELL | {"soc": "292042"})
    assert not LearnerView(seen.timeline, seen.points, bare).recommended.any()


@pytest.mark.parametrize(
    ("change", "day"),
    [
        ({"credits_recommended": None}, DAY),
        ({"ended_on": None}, DAY),
        ({}, date(2023, 12, 15)),
        ({}, date(2023, 6, 1)),
    ],
    ids=["not evaluated", "still running", "the day it ends", "before it ends"],
)
def test_what_was_not_evaluated_by_then_counts_for_nothing(change, day, small):
    assert counted(small, SPELL | {"soc": "292042"} | change, day=day) == {}


def test_the_day_after_it_ended_it_counts(small):
    assert counted(small, SPELL | {"soc": "292042"}, day=date(2023, 12, 16))


def test_what_remains_and_the_feature_tell_the_same(small):
    seen = view(small, SPELL | {"soc": "292042"})
    size = len(small.catalogue)
    pair = PairView(seen, np.zeros(size, dtype=np.int64), np.arange(size))
    share = next(feature for feature in FEATURES if feature.name == "recognised_share").compute(pair)
    known = small.catalogue.numbers("credits") > 0
    assert (share > 0).any()
    assert np.allclose(share[known], 1.0 - seen.remaining.share[0, known])


def test_an_evaluation_after_the_day_changes_nothing_before_it(small):
    spells = small.tables.experiences
    first = small.starts.drop_duplicates("learner_id")
    days = spells["learner_id"].map(first.set_index("learner_id")["as_of"])
    later = spells["ended_on"].isna() | (spells["ended_on"] >= days)
    changed = spells.assign(credits_recommended=spells["credits_recommended"].mask(later, 40.0))
    before, after = (
        LearnerView(
            Timeline.from_tables(dataclasses.replace(small.tables, experiences=frame), small.catalogue),
            positions(first, small.timeline),
            small.catalogue,
        ).remaining
        for frame in (spells, changed)
    )
    assert later.any()
    assert before.share.tobytes() == after.share.tobytes()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 299), min_size=1, max_size=20, unique=True))
def test_any_subset_of_learners_has_those_rows_of_the_whole(small, chosen):
    points = small.starts.drop_duplicates("learner_id", keep="last").head(300)
    whole, part = (
        LearnerView(small.timeline, positions(some, small.timeline), small.catalogue).remaining
        for some in (points, points.iloc[chosen])
    )
    for name in ("recognised", "share", "credits", "weeks", "price"):
        assert getattr(whole, name)[chosen].tobytes() == getattr(part, name).tobytes()


def test_some_made_up_learners_bring_evaluated_learning(small):
    points = small.starts.drop_duplicates("learner_id", keep="last")
    seen = LearnerView(small.timeline, positions(points, small.timeline), small.catalogue)
    assert 0.02 < (seen.recommended > 0).any(axis=1).mean() < 0.9
    assert (seen.remaining.share > 0).all()
