"""A few made-up learners with extras of the institution, and the matrix of every candidate at their decision points."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from onward.data.tables import Tables
from onward.history.decision_points import positions
from onward.history.known import Points
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.history.views import LearnerView, PairView


@pytest.fixture(scope="session")
def few(small) -> Tables:
    """The first 120 learners, with extras on their terms as well."""
    ids = small.tables.learners["learner_id"].head(120)
    tables = {
        table.name: frame[frame["learner_id"].isin(ids)] if "learner_id" in frame else frame
        for table, frame in small.tables.items()
    }
    rng, rows = np.random.default_rng(5), len(tables["enrollments"])
    site = np.array(["north", "south", None], dtype=object)[rng.integers(0, 3, rows)]
    tables["enrollments"] = tables["enrollments"].assign(x_site=site, x_absences=rng.random(rows) * 10)
    return Tables(**tables)


@pytest.fixture(scope="session")
def few_points(few, small):
    """Each learner's latest decision point, and a day in the middle of a term."""
    starts = small.starts[small.starts["learner_id"].isin(few.learners["learner_id"])]
    latest = starts.drop_duplicates("learner_id", keep="last")
    later = latest.assign(as_of=latest["as_of"] + np.timedelta64(40, "D"))
    return {"start": latest.reset_index(drop=True), "mid-term": later.reset_index(drop=True)}


@pytest.fixture(scope="session")
def few_spec(few, small) -> FeatureSpec:
    return FeatureSpec.fit(Timeline.from_tables(few, small.catalogue), small.catalogue, sensitive=["age_at_entry"])


@pytest.fixture(scope="session")
def every_pair(few_spec, small) -> Callable[..., Any]:
    """Return a function: the matrix of every candidate at points, shape (n, c, features)."""

    def matrix(timeline: Timeline, points: Points, spec: FeatureSpec = few_spec):
        size = len(small.catalogue)
        point, credential = np.repeat(np.arange(len(points)), size), np.tile(np.arange(size), len(points))
        view = PairView(LearnerView(timeline, points, small.catalogue), point, credential)
        return spec.matrix(view).reshape(len(points), size, -1)

    return matrix


@pytest.fixture(scope="session")
def matrix_of(every_pair, small) -> Callable[..., Any]:
    """Return a function: the same, from tables and decision points."""

    def matrix(tables: Tables, points):
        timeline = Timeline.from_tables(tables, small.catalogue)
        return every_pair(timeline, positions(points, timeline))

    return matrix


@pytest.fixture(scope="session")
def with_table() -> Callable[..., Tables]:
    """Return a function: tables of which one is replaced."""
    return lambda tables, name, frame: dataclasses.replace(tables, **{name: frame})
