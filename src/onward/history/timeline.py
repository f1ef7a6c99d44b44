"""Everything recorded about some learners, as arrays in date order: the one form that features are computed from.

Training reads it from tables, serving from a learner's record; from here on there is no difference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.catalog.catalogue import Catalogue
from onward.data.columns import EXTRA_PREFIX, Column, Table
from onward.data.learner import NESTED, Learner
from onward.data.tables import LEARNERS, Tables

Array = npt.NDArray[Any]
START = {"enrollments": "term_start", "attempts": "started_on", "awards": "awarded_on", "experiences": "started_on"}
"""The date by which each kind of event is put in order."""


@dataclass(frozen=True)
class Events:
    """Rows of one table, by learner and then by date; those of learner ``i`` begin at ``offsets[i]``."""

    offsets: npt.NDArray[np.int64]
    columns: dict[str, Array]


@dataclass(frozen=True)
class Timeline:
    """Facts of entry and events of ``n`` learners.

    Dates are ``datetime64[D]`` (missing NaT), numbers and flags float (missing nan), texts object (missing None).
    Events that name a credential carry its position in the catalogue as ``credential``, -1 where it is not in it.
    """

    learner_ids: Array
    facts: dict[str, Array]
    events: dict[str, Events]

    @classmethod
    def from_tables(cls, tables: Tables, catalogue: Catalogue) -> "Timeline":
        """Read canonical tables; learners keep the order of the learners table."""
        ids = pd.Index(tables.learners["learner_id"])
        events = {}
        for name, table in NESTED.items():
            frame = getattr(tables, name)
            columns = _columns_of_frame(frame, table)
            events[name] = _ordered(ids.get_indexer(frame["learner_id"]), columns, table, len(ids), catalogue)
        return cls(ids.to_numpy(object), _columns_of_frame(tables.learners, LEARNERS), events)

    @classmethod
    def from_records(cls, learners: Sequence[Learner], catalogue: Catalogue) -> "Timeline":
        """Read records, in their order."""
        events = {}
        for name, table in NESTED.items():
            owned = [(owner, row) for owner, learner in enumerate(learners) for row in getattr(learner, name)]
            columns = _columns_of_rows([row for _, row in owned], table)
            owners = np.array([owner for owner, _ in owned], dtype=np.int64)
            events[name] = _ordered(owners, columns, table, len(learners), catalogue)
        ids = np.array([learner.learner_id for learner in learners], dtype=object)
        return cls(ids, _columns_of_rows(learners, LEARNERS), events)


def numbers(values: Array) -> npt.NDArray[np.float64]:
    """Values of an extra as floats; a text where a number belongs is missing.

    >>> numbers(np.array([1.5, "far", None], dtype=object)).tolist()
    [1.5, nan, nan]
    """
    if values.dtype.kind == "f":
        return values
    return np.array([np.nan if value is None or isinstance(value, str) else float(value) for value in values])


def _ordered(owners: Array, columns: dict[str, Array], table: Table, learners: int, catalogue: Catalogue) -> Events:
    start = START[table.name]
    if "credential_id" in columns:
        positions = catalogue.positions
        coded = [positions.get(credential_id, -1) for credential_id in columns["credential_id"]]
        columns = {**columns, "credential": np.array(coded, dtype=np.int64)}
    known = owners >= 0
    # Events of one day stand in the order of the rest of their key: the order of the rows in a file must not matter.
    ties = [pd.factorize(columns[name][known], sort=True)[0] for name in table.key if name not in {"learner_id", start}]
    order = np.lexsort((*ties, columns[start][known], owners[known]))
    counts = np.bincount(owners[known], minlength=learners)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Events(offsets, {name: values[known][order] for name, values in columns.items()})


def _columns_of_frame(frame: pd.DataFrame, table: Table) -> dict[str, Array]:
    declared = {column.name: _array(frame[column.name], column) for column in table.columns}
    extras = {name: _extra(frame[name]) for name in frame.columns if name.startswith(EXTRA_PREFIX)}
    return declared | extras


def _array(series: pd.Series, column: Column) -> Array:
    if column.kind == "date":
        return np.asarray(series.to_numpy("datetime64[D]"))
    if column.kind in {"number", "integer", "flag"}:
        return np.asarray(series.astype("Float64").to_numpy(dtype=float, na_value=np.nan))
    return _texts(series)


def _extra(series: pd.Series) -> Array:
    if pd.api.types.is_bool_dtype(series) or pd.api.types.is_numeric_dtype(series):
        return np.asarray(series.astype("Float64").to_numpy(dtype=float, na_value=np.nan))
    return _texts(series)


def _texts(series: pd.Series) -> Array:
    texts: Array = np.array(series, dtype=object)
    texts[series.isna().to_numpy()] = None
    return texts


def _columns_of_rows(rows: Sequence[Any], table: Table) -> dict[str, Array]:
    declared = {
        column.name: _from_values([getattr(row, column.name, None) for row in rows], column.kind)
        for column in table.columns
    }
    if not rows or not hasattr(rows[0], "extras"):
        return declared
    names = sorted({name for row in rows for name in row.extras})
    return declared | {name: _from_extras([row.extras.get(name) for row in rows]) for name in names}


def _from_values(values: list[Any], kind: str) -> Array:
    if kind == "date":
        return np.array(values, dtype="datetime64[D]")
    if kind in {"number", "integer", "flag"}:
        return np.array([np.nan if value is None else float(value) for value in values])
    return np.array(values, dtype=object)


def _from_extras(values: Iterable[Any]) -> Array:
    held = list(values)
    texts = any(isinstance(value, str) for value in held)
    return _from_values(held, "text" if texts else "number")
