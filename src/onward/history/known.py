"""What was known on a day: the rule of time, kept in one place.

A fact counts at a decision point only if its date lies before the as-of date. A term's start makes the enrolment known,
its end makes credits and grades known; an attempt's start makes the attempt known, its end how it ended. A spell of
work-based learning is known from its start. Credits that an evaluator recommends for it have no date of their own and
count from its end: while a spell lasts nothing says that it has been evaluated yet, and a recommendation that came
later must not reach an earlier decision point. Training at work that was evaluated is a spell with an end, and the job
in which it took place may go on as another.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onward.catalog.catalogue import Catalogue, minor_groups
from onward.history.timeline import Array, Events, Timeline


@dataclass(frozen=True)
class Points:
    """Decision points: the position of the learner in a timeline and the as-of date, each of shape (n,)."""

    learner: npt.NDArray[np.int64]
    as_of: npt.NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.learner)


@dataclass(frozen=True)
class Known:
    """Events known at each of ``n`` points, as (point, row) pairs in date order."""

    n: int
    point: npt.NDArray[np.int64]
    columns: dict[str, Array]

    @classmethod
    def before(cls, events: Events, points: Points, *, date: str) -> "Known":
        """Events whose ``date`` lies before the as-of date of the point."""
        first, last = events.offsets[points.learner], events.offsets[points.learner + 1]
        counts = last - first
        point = np.repeat(np.arange(len(points)), counts)
        row = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
        known = events.columns[date][row] < points.as_of[point]
        kept = row[known]
        return cls(len(points), point[known], {name: values[kept] for name, values in events.columns.items()})

    def where(self, mask: npt.NDArray[np.bool_]) -> "Known":
        """The pairs that ``mask`` keeps."""
        return Known(self.n, self.point[mask], {name: values[mask] for name, values in self.columns.items()})

    def count(self) -> npt.NDArray[np.float64]:
        """How many, per point."""
        return np.bincount(self.point, minlength=self.n).astype(float)

    def total(self, name: str) -> npt.NDArray[np.float64]:
        """The sum of a column per point, missing values left out."""
        return np.asarray(
            np.bincount(self.point, weights=np.nan_to_num(self.columns[name]), minlength=self.n), dtype=float
        )

    def mean(self, name: str) -> npt.NDArray[np.float64]:
        """The mean of a column per point over values that are present, nan where there is none."""
        present = self.where(~np.isnan(self.columns[name]))
        with np.errstate(invalid="ignore"):
            return np.asarray(present.total(name) / present.count())

    def last(self, name: str) -> Array:
        """The latest value of a column per point; missing (nan, NaT or None) where there is no event."""
        values = self.columns[name]
        missing = {"M": np.datetime64("NaT"), "O": None}.get(values.dtype.kind, np.nan)
        latest = np.full(self.n, missing, dtype=values.dtype if values.dtype.kind != "i" else float)
        # Pairs are in date order and numpy keeps the last of repeated assignments.
        latest[self.point] = values
        return latest


@dataclass(frozen=True)
class Standing:
    """Where learners stand in a catalogue of ``c`` credentials at ``n`` points, each of shape (n, c).

    ``held``: awarded or completed. ``tried``: started before, however it ended. ``current``: started, not yet ended.
    """

    held: npt.NDArray[np.bool_]
    tried: npt.NDArray[np.bool_]
    current: npt.NDArray[np.bool_]

    @classmethod
    def at(cls, timeline: Timeline, points: Points, credentials: int) -> "Standing":
        """Read awards and attempts that were known at the points."""
        started = Known.before(timeline.events["attempts"], points, date="started_on")
        ended = Known.before(timeline.events["attempts"], points, date="ended_on")
        completed = ended.where(ended.columns["status"] == "completed")
        awards = Known.before(timeline.events["awards"], points, date="awarded_on")
        held = _marked(completed, credentials) | _marked(awards, credentials)
        tried = _marked(started, credentials)
        open_now = started.where(~(started.columns["ended_on"] < points.as_of[started.point]))
        return cls(held, tried, _marked(open_now, credentials) & ~held)


def recommended_credits(timeline: Timeline, points: Points, catalogue: Catalogue) -> npt.NDArray[np.float64]:
    """Credits recommended for work-based learning that has ended, where they count, shape (n, c).

    They count toward candidates whose occupation is in the same SOC minor group as that of the spell, and toward none
    where either occupation is missing.
    """
    spells = Known.before(timeline.events["experiences"], points, date="ended_on")
    given, group = np.nan_to_num(spells.columns["credits_recommended"]), minor_groups(spells.columns["soc"])
    found = np.zeros((len(points), len(catalogue)))
    for name in sorted({name for name in group if name is not None} & set(catalogue.minor_group)):
        inside = group == name
        credits_ = np.bincount(spells.point[inside], weights=given[inside], minlength=len(points))
        found[:, catalogue.minor_group == name] = credits_[:, None]
    return found


def _marked(known: Known, credentials: int) -> npt.NDArray[np.bool_]:
    marks = np.zeros((known.n, credentials), dtype=bool)
    inside = known.columns["credential"] >= 0
    marks[known.point[inside], known.columns["credential"][inside]] = True
    return marks
