"""A catalogue of four credentials of which one needs another, for rules that can be followed by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from onward.catalog.catalogue import Catalogue
from onward.data.learner import Learner
from onward.data.tables import CREDENTIALS, PATHWAYS, VALUES, conform
from onward.history.known import Points
from onward.history.timeline import Timeline
from onward.history.views import LearnerView


@pytest.fixture(scope="session")
def four() -> Catalogue:
    ids = ["badge", "certificate", "degree", "night"]
    credentials = pd.DataFrame(
        {
            "credential_id": ids,
            "name": [name.title() for name in ids],
            "kind": ["Badge", "Certificate", "AssociateDegree", "Certificate"],
            "award_level": ["20", "21", "3", "21"],
            "cip": ["510000", "510001", "110101", "480508"],
            "weeks": [4.0, 30.0, 96.0, 40.0],
            "net_price": [0.0, 2_000.0, 9_000.0, None],
            "hours_per_week": [5.0, 20.0, 30.0, None],
            "schedule": ["day", "any", None, "evening"],
            "modality": ["online", "in_person", "hybrid", None],
            "starts_on": pd.to_datetime(["2025-01-13", "2025-03-01", None, "2025-09-01"]),
        }
    )
    edges = pd.DataFrame(
        {"from_id": ["badge", "certificate"], "to_id": ["certificate", "degree"], "relation": ["requires", "requires"]}
    )
    values = pd.DataFrame(
        {
            "credential_id": ids,
            "median_earnings": [37e3, 42e3, 55e3, 40e3],
            "benchmark_earnings": 36e3,
            "basis": "published",
        }
    )
    return Catalogue.of(conform(credentials, CREDENTIALS), conform(edges, PATHWAYS), conform(values, VALUES))


@pytest.fixture(scope="session")
def recognising(four) -> Catalogue:
    """The four, where the badge counts for a third of the certificate."""
    credentials = four.credentials.assign(credits=[3.0, 30.0, 60.0, None])
    edge = {"from_id": ["badge"], "to_id": ["certificate"], "relation": "recognised_for", "credits_recognised": [10.0]}
    edges = pd.concat([four.edges, conform(pd.DataFrame(edge), PATHWAYS)], ignore_index=True)
    return Catalogue.of(conform(credentials, CREDENTIALS), edges, four.values)


@pytest.fixture(scope="session")
def view_of(four) -> Callable[..., LearnerView]:
    """Make a view of one learner per set of facts, on one day, over the catalogue of four."""

    def view(*facts: dict[str, Any]) -> LearnerView:
        learners = [Learner(learner_id=f"s{n}", entry_date="2024-01-08", **each) for n, each in enumerate(facts)]
        points = Points(np.arange(len(facts)), np.full(len(facts), np.datetime64("2024-09-01")))
        return LearnerView(Timeline.from_records(learners, four), points, four)

    return view
