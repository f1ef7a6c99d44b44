"""Rows of standard files and rows of a college's own files about the same things, put together."""

from collections.abc import Collection

import pandas as pd

from onward.data.checks import Piece
from onward.data.columns import Table
from onward.data.completing import COMPLETES, completed
from onward.data.joined import Joined

REPLACES = frozenset({"enrollments", "attempts"})
"""Tables in which the college's own file stands instead of what a standard file tells."""


def joined(table: Table, standard: list[Piece], own: list[Piece]) -> Joined:
    """Put the rows of ``standard`` files and of the college's ``own`` together, by the table they are of.

    >>> from onward.data.tables import LEARNERS
    >>> def piece(file, **cells):
    ...     return Piece(LEARNERS, file, pd.DataFrame(cells, dtype="str"), np.arange(2, 4), {}, {}, {}, True)
    >>> import numpy as np
    >>> cohort = piece("cohort.csv", learner_id=["a", "b"], entry_date=["2023-09-01", "2023-09-01"])
    >>> intake = piece("intake.csv", learner_id=["b", "a"], prior_gpa=["3.1", ""])
    >>> joined(LEARNERS, [cohort], [intake]).pieces[0].cells["prior_gpa"].tolist()
    ['', '3.1']
    """
    if not standard or not own:
        return Joined([*standard, *own])
    if table.name in REPLACES:
        files = ", ".join(dict.fromkeys(piece.file for piece in own))
        return Joined(
            own, notes=(f"{table.name}: taken from {files} alone; what standard files say of it is not used",)
        )
    if table.name in COMPLETES:
        return completed(table, standard, own)
    return Joined([*(_without(piece, _keys(table, own), table) for piece in standard), *own])


def of_learners_known(table: Table, pieces: list[Piece], learners: Collection[str]) -> Joined:
    """Leave out rows about nobody of a standard file's learners, and tell how many; where all are, leave none out.

    A college's file of awards holds those of everybody, a cohort file the cohort: that is no fault of either.
    """
    if "learner_id" not in table.names or table.name == "learners":
        return Joined(pieces)
    inside = [piece.cells["learner_id"].isin(learners) for piece in pieces if "learner_id" in piece.cells]
    kept, lost = sum(int(mask.sum()) for mask in inside), sum(int((~mask).sum()) for mask in inside)
    if not lost or not kept or len(inside) < len(pieces):
        return Joined(pieces)
    note = f"{table.name}: left out, because their learners stand in no cohort file: {lost:,} of {kept + lost:,} rows"
    return Joined([piece.only(mask.to_numpy(bool)) for piece, mask in zip(pieces, inside, strict=True)], notes=(note,))


def _keys(table: Table, pieces: list[Piece]) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(pd.concat([_key_cells(piece, table) for piece in pieces]))


def _key_cells(piece: Piece, table: Table) -> pd.DataFrame:
    return piece.cells.reindex(columns=list(table.key), fill_value="").fillna("")


def _without(piece: Piece, keys: pd.MultiIndex, table: Table) -> Piece:
    """Return ``piece`` without the rows that the college's own files have too."""
    there = pd.MultiIndex.from_frame(_key_cells(piece, table)).isin(keys)
    return piece.only(~there)
