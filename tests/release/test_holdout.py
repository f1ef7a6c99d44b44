import pandas as pd
import pytest

from onward.errors import DataError
from onward.release.holdout import Holdout
from onward.settings import HoldoutSettings

RANDOM = HoldoutSettings(by="random", calibration_share=0.2, test_share=0.3)


@pytest.fixture(scope="module")
def by_time(small):
    holdout = Holdout.divide(small.starts, HoldoutSettings(), seed=0)
    return small.starts.assign(part=holdout.part_of(small.starts))


@pytest.fixture(scope="module")
def by_learner(small):
    holdout = Holdout.divide(small.starts, RANDOM, seed=0)
    return small.starts.assign(part=holdout.part_of(small.starts))


def test_every_training_decision_is_earlier_than_every_calibration_decision(by_time):
    days = by_time.groupby("part")["as_of"]
    assert days.max()["train"] < days.min()["calibration"]


def test_every_calibration_decision_is_earlier_than_every_locked_one(by_time):
    days = by_time.groupby("part")["as_of"]
    assert days.max()["calibration"] < days.min()["test"]


@pytest.mark.parametrize("part", ["calibration", "test"])
def test_a_part_begins_on_the_very_day_that_divides(part, small, by_time):
    holdout = Holdout.divide(small.starts, HoldoutSettings(), seed=0)
    first = {"calibration": holdout.calibration_from, "test": holdout.test_from}[part]
    assert by_time.loc[by_time["part"] == part, "as_of"].min() == first


def test_decisions_of_one_day_stand_in_one_part(by_time):
    assert not by_time.drop_duplicates(["as_of", "part"])["as_of"].duplicated().any()


def test_the_parts_have_about_the_shares_of_the_settings(by_time):
    shares = by_time["part"].value_counts(normalize=True)
    assert shares[["train", "calibration", "test"]].tolist() == pytest.approx([0.55, 0.2, 0.25], abs=0.05)


def test_points_of_another_kind_are_divided_by_the_same_dates(small, by_time):
    holdout = Holdout.divide(small.starts, HoldoutSettings(), seed=0)
    locked = small.stays[holdout.part_of(small.stays) == "test"]
    assert locked["as_of"].min() >= by_time.loc[by_time["part"] == "test", "as_of"].min()


def test_a_division_by_time_takes_no_chance(small, by_time):
    again = Holdout.divide(small.starts, HoldoutSettings(), seed=99)
    assert again.part_of(small.starts).tolist() == by_time["part"].tolist()


def test_by_learner_all_decisions_of_one_stand_in_one_part(by_learner):
    assert not by_learner.drop_duplicates(["learner_id", "part"])["learner_id"].duplicated().any()


def test_by_learner_the_parts_have_the_shares_of_the_settings(by_learner):
    shares = by_learner.drop_duplicates("learner_id")["part"].value_counts(normalize=True)
    assert shares[["train", "calibration", "test"]].tolist() == pytest.approx([0.5, 0.2, 0.3], abs=0.002)


def test_by_learner_the_same_seed_gives_the_same_parts(small, by_learner):
    shuffled = small.starts.sample(frac=1, random_state=0)
    again = Holdout.divide(shuffled, RANDOM, seed=0)
    assert again.part_of(small.starts).tolist() == by_learner["part"].tolist()


def test_by_learner_another_seed_gives_other_parts(small, by_learner):
    again = Holdout.divide(small.starts, RANDOM, seed=1)
    assert again.part_of(small.starts).tolist() != by_learner["part"].tolist()


@pytest.mark.parametrize("settings", [HoldoutSettings(), RANDOM], ids=["time", "random"])
def test_every_point_has_a_part(settings, small):
    parts = Holdout.divide(small.starts, settings, seed=0).part_of(small.stays)
    assert set(parts) <= {"train", "calibration", "test"}


def test_dates_that_are_nominal_are_refused_with_the_remedy():
    points = pd.DataFrame({"learner_id": ["a", "b", "c"], "as_of": pd.Timestamp("2024-01-08")})
    with pytest.raises(DataError, match=r'decision dates that spread over time.*set holdout.by = "random"'):
        Holdout.divide(points, HoldoutSettings(), seed=0)


def test_the_words_name_both_dates():
    days = pd.date_range("2020-01-01", periods=100)
    points = pd.DataFrame({"learner_id": [f"s{n}" for n in range(100)], "as_of": days})
    words = Holdout.divide(points, HoldoutSettings(), seed=0).words
    assert words.startswith("Judged on decisions from 2020-03-16 on; trained on those before 2020-02-25")


def test_the_words_say_that_a_division_at_random_is_one(small):
    assert "drawn at random" in Holdout.divide(small.starts, RANDOM, seed=0).words
