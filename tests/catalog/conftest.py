"""Catalogues of a few credentials, for rules that can be followed by hand."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest

from onward.catalog.catalogue import Catalogue
from onward.data.tables import CREDENTIALS, PATHWAYS, VALUES, conform

RELATIONS = ["from_id", "to_id", "relation", "credits_recognised"]


@pytest.fixture(scope="session")
def catalogue_of() -> Callable[..., Catalogue]:
    """Return a function: a catalogue of credentials, each a dict of columns, with edges; ``value`` is dollars."""

    def made(rows: Sequence[dict[str, Any]], edges: Sequence[tuple[Any, ...]] = (), **options: float) -> Catalogue:
        frame = pd.DataFrame(rows)
        usual = {"kind": "Certificate", "award_level": "21", "cip": "510000", "weeks": 10.0}
        stated = frame.drop(columns="value", errors="ignore")
        credentials = stated.assign(name=frame["credential_id"], **{k: v for k, v in usual.items() if k not in frame})
        value = frame.get("value", pd.Series(1_000.0, frame.index)).fillna(1_000.0)
        values = pd.DataFrame({"credential_id": frame["credential_id"], "median_earnings": 36_000.0 + value})
        return Catalogue.of(
            conform(credentials, CREDENTIALS),
            conform(pd.DataFrame(list(edges), columns=RELATIONS), PATHWAYS),
            conform(values.assign(benchmark_earnings=36_000.0, basis="published"), VALUES),
            **options,
        )

    return made
