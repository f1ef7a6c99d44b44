"""Which decision points models learn from, which set the constraint's strength, and which are locked for judging."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from onward.errors import DataError
from onward.settings import HoldoutSettings

Part = Literal["train", "calibration", "test"]


@dataclass(frozen=True)
class Holdout:
    """A division of decision points: by two dates, or, where dates are nominal, by learner."""

    calibration_from: pd.Timestamp | None
    test_from: pd.Timestamp | None
    learner_part: pd.Series | None

    @classmethod
    def divide(cls, points: pd.DataFrame, settings: HoldoutSettings, *, seed: int) -> "Holdout":
        """Set the division so that the settings' shares of ``points`` fall into each part.

        >>> days = pd.date_range("2020-01-01", periods=100)
        >>> points = pd.DataFrame({"learner_id": [f"s{i}" for i in range(100)], "as_of": days})
        >>> Holdout.divide(points, HoldoutSettings(), seed=0).part_of(points).value_counts().to_dict()
        {'train': 55, 'test': 25, 'calibration': 20}
        """
        if settings.by == "time":
            return cls._by_time(points, settings)
        learners = np.sort(points["learner_id"].unique())
        order = np.random.default_rng(seed).permutation(len(learners)) / len(learners)
        test, calibration = settings.test_share, settings.test_share + settings.calibration_share
        part = np.select([order < test, order < calibration], ["test", "calibration"], "train")
        return cls(None, None, pd.Series(part, index=learners))

    @classmethod
    def _by_time(cls, points: pd.DataFrame, settings: HoldoutSettings) -> "Holdout":
        days = points["as_of"].sort_values(ignore_index=True)
        last = len(days) - 1
        test = days[min(last, round(len(days) * (1 - settings.test_share)))]
        calibration = days[min(last, round(len(days) * (1 - settings.test_share - settings.calibration_share)))]
        if not days[0] < calibration < test:
            raise DataError(
                "expected decision dates that spread over time, for a hold-out by time; too many fall on one day; set "
                'holdout.by = "random" where dates are nominal'
            )
        return cls(calibration, test, None)

    def part_of(self, points: pd.DataFrame) -> pd.Series:
        """The part of each point: train, calibration or test."""
        if self.learner_part is not None:
            return points["learner_id"].map(self.learner_part).fillna("train").rename("part")
        part = np.select(
            [points["as_of"] >= self.test_from, points["as_of"] >= self.calibration_from],
            ["test", "calibration"],
            "train",
        )
        return pd.Series(part, index=points.index, name="part")

    @property
    def words(self) -> str:
        """How the division was made, in a sentence for the report."""
        if self.test_from is None:
            return (
                "Judged on learners drawn at random and kept from training, because the dates in the data are nominal."
            )
        trained, judged = f"{self.calibration_from:%Y-%m-%d}", f"{self.test_from:%Y-%m-%d}"
        return (
            f"Judged on decisions from {judged} on; trained on those before {trained}, with what became of them by the "
            "end of the data."
        )
