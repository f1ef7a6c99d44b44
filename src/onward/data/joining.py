"""Rows of standard files and rows of a college's own files about the same things, put together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from onward.data.checks import Piece, row_problems, stacked
from onward.data.columns import Column, Kind, Table
from onward.data.problems import Problem

COMPLETES = frozenset({"learners", "demographics", "credentials", "values"})
"""Tables in which a row of the college's own file completes the standard's of the same key, and stands over it."""
REPLACES = frozenset({"enrollments", "attempts"})
"""Tables in which the college's own file stands instead of what a standard file tells."""


@dataclass(frozen=True)
class Joined:
    """The rows of one table from all files, what is wrong in them, and what a reader must know."""

    pieces: list[Piece]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


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
        return _completed(table, standard, own)
    return Joined([*(_without(piece, _keys(table, own), table) for piece in standard), *own])


def _completed(table: Table, standard: list[Piece], own: list[Piece]) -> Joined:
    (key,) = table.key
    loose = replace(table, columns=tuple(_optional(column, key) for column in table.columns))
    stack, problems = stacked([replace(piece, table=loose) for piece in own])
    if key not in stack.frame:
        # That the key is absent is told of the file itself.
        return Joined(standard, tuple(problems))
    cells = pd.concat([piece.cells for piece in own], ignore_index=True).fillna("").mask(stack.refused, "")
    by_key = cells[cells[key] != ""].drop_duplicates(key).set_index(key)
    known = pd.Index(pd.concat([piece.cells[key] for piece in standard]))
    kinds = {name: kind for piece in own for name, kind in piece.kinds.items()}
    pieces = [_over(piece, by_key, key, kinds) for piece in standard]
    alone = [_rows(piece, ~piece.cells[key].isin(known)) for piece in own]
    whole = [_rows(piece, _has_required(piece, table)) for piece in alone]
    left = sum(len(piece.cells) for piece in alone) - sum(len(piece.cells) for piece in whole)
    notes = tuple(_left_out(table, left, own))
    return Joined([*pieces, *(piece for piece in whole if len(piece.cells))], (*problems, *row_problems(stack)), notes)


def _optional(column: Column, key: str) -> Column:
    return replace(column, required=column.name == key)


def _over(piece: Piece, by_key: pd.DataFrame, key: str, kinds: Mapping[str, Kind]) -> Piece:
    """Return ``piece`` with the filled cells of ``by_key`` over its own."""
    cells = piece.cells.copy()
    ids = cells[key]
    for name in by_key:
        told = ids.map(by_key[name]).fillna("").astype("str")
        before = cells[name] if name in cells else pd.Series("", index=cells.index, dtype="str")
        cells[name] = told.where(told != "", before)
    return replace(piece, cells=cells, kinds={**piece.kinds, **kinds})


def _rows(piece: Piece, kept: pd.Series) -> Piece:
    mask = kept.to_numpy(bool)
    refused = {name: replace(fault, wrong=fault.wrong[mask]) for name, fault in piece.refused.items()}
    return replace(piece, cells=piece.cells[mask].reset_index(drop=True), rows=piece.rows[mask], refused=refused)


def _has_required(piece: Piece, table: Table) -> pd.Series:
    has = pd.Series(True, index=piece.cells.index)
    for column in table.columns:
        if column.required:
            has &= (piece.cells[column.name] != "") if column.name in piece.cells else False
    return has


def _left_out(table: Table, left: int, own: list[Piece]) -> Iterator[str]:
    if left:
        files = ", ".join(dict.fromkeys(piece.file for piece in own))
        yield f"{table.name}: {left:,} rows of {files} are in no standard file and say too little alone; left out"


def _keys(table: Table, pieces: list[Piece]) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(pd.concat([_key_cells(piece, table) for piece in pieces]))


def _key_cells(piece: Piece, table: Table) -> pd.DataFrame:
    return piece.cells.reindex(columns=list(table.key), fill_value="").fillna("")


def _without(piece: Piece, keys: pd.MultiIndex, table: Table) -> Piece:
    """Return ``piece`` without the rows that the college's own files have too."""
    there = pd.MultiIndex.from_frame(_key_cells(piece, table)).isin(keys)
    return _rows(piece, pd.Series(~there))
