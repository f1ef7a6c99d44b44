"""The record of one learner, taken from tables: what an advising system would send."""

from typing import Any

import pandas as pd

from onward.data.columns import EXTRA_PREFIX
from onward.data.learner import NESTED, Learner
from onward.data.tables import Tables
from onward.errors import DataError
from onward.history.timeline import START


def record_of(tables: Tables, learner_id: str, *, before: pd.Timestamp) -> Learner:
    """The learner's record as it stood at the start of the day ``before``; what was not yet known is left out."""
    found = tables.learners[tables.learners["learner_id"] == learner_id]
    if found.empty:
        raise DataError("expected a learner_id of the learners table; it has no such row; check the id")
    facts = _row(found.iloc[0], set(Learner.model_fields))
    lists = {}
    for name in NESTED:
        frame = getattr(tables, name)
        rows = frame[(frame["learner_id"] == learner_id) & (frame[START[name]] < before)]
        lists[name] = [_as_known(_row(row, None), before) for _, row in rows.iterrows()]
    return Learner.model_validate(facts | lists)


def _row(row: pd.Series, fields: set[str] | None) -> dict[str, Any]:
    present = {str(name): _plain(value) for name, value in row.items() if pd.notna(value)}
    extras = {name: present.pop(name) for name in list(present) if name.startswith(EXTRA_PREFIX)}
    kept = {name: value for name, value in present.items() if fields is None or name in fields}
    if fields is None:
        kept.pop("learner_id")
    return kept | ({"extras": extras} if extras else {})


def _as_known(row: dict[str, Any], before: pd.Timestamp) -> dict[str, Any]:
    """Take back what lay in the future: an attempt that had not ended was in progress, a term had no grades yet."""
    if row.get("ended_on") is not None and row["ended_on"] >= before.date():
        row.pop("ended_on")
        if "status" in row:
            row["status"] = "in_progress"
    if row.get("term_end") is not None and row["term_end"] >= before.date():
        row = {name: value for name, value in row.items() if name not in {"credits_earned", "gpa", "extras"}}
    return row


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of any column
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value
