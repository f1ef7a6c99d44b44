"""What features are computed from: a learner at a decision point, and the pair of that with a candidate credential."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from onward.catalog.catalogue import Catalogue
from onward.catalog.remaining import Remaining
from onward.history.known import Known, Points, Standing, recommended_credits
from onward.history.timeline import Array, Timeline

Floats = npt.NDArray[np.float64]
DAYS_A_MONTH = 30.4375


@dataclass(frozen=True)
class LearnerView:
    """What was known of the learner at each of ``n`` points."""

    timeline: Timeline
    points: Points
    catalogue: Catalogue

    def fact(self, name: str) -> Array:
        """A fact of entry, shape (n,)."""
        return self.timeline.facts[name][self.points.learner]

    def known(self, table: str, date: str) -> Known:
        """Events of ``table`` whose ``date`` lies before the as-of date."""
        return Known.before(self.timeline.events[table], self.points, date=date)

    @cached_property
    def terms(self) -> Known:
        """Terms that have ended."""
        return self.known("enrollments", "term_end")

    @cached_property
    def ended(self) -> Known:
        """Attempts that have ended."""
        return self.known("attempts", "ended_on")

    @cached_property
    def standing(self) -> Standing:
        """Which credentials are held, were tried, or are under way."""
        return Standing.at(self.timeline, self.points, len(self.catalogue))

    @cached_property
    def recommended(self) -> Floats:
        """Credits recommended for work-based learning, where they count, shape (n, c)."""
        return recommended_credits(self.timeline, self.points, self.catalogue)

    @cached_property
    def remaining(self) -> Remaining:
        """What remains of every candidate once what is held, and evaluated learning at work, is recognised."""
        return Remaining.of(self.standing.held, self.recommended, self.catalogue)

    def months_since(self, dates: Array) -> Floats:
        """Months from ``dates`` to the as-of dates; nan where a date is missing."""
        days = (self.points.as_of - dates).astype("timedelta64[D]")
        return np.where(np.isnat(days), np.nan, days.astype(float)) / DAYS_A_MONTH


@dataclass(frozen=True)
class PairView:
    """Pairs of a point and a candidate credential: positions of each, shape (m,)."""

    learner: LearnerView
    point: npt.NDArray[np.int64]
    credential: npt.NDArray[np.int64]

    def at_candidate(self, matrix: npt.NDArray[Any]) -> Floats:
        """The entries of an (n, c) matrix at the pairs, shape (m,)."""
        return matrix[self.point, self.credential].astype(float)

    def of_candidate(self, values: Array) -> Array:
        """The entries of a (c,) array at the pairs' credentials."""
        return values[self.credential]

    def of_learner(self, values: Array) -> Array:
        """The entries of an (n,) array at the pairs' points."""
        return values[self.point]
