"""Rows of standard files completed by a college's own files, key by key."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from onward.data.checks import Piece, row_problems, stacked
from onward.data.columns import Column, Kind, Table
from onward.data.joined import Joined
from onward.data.problems import Problem

COMPLETES = frozenset({"learners", "demographics", "credentials", "values"})
"""Tables in which a row of the college's own files completes the standard's of the same key, and stands over it."""


def completed(table: Table, standard: list[Piece], own: list[Piece]) -> Joined:
    """Put filled cells of ``own`` files over those of the same key in ``standard`` files, and add rows that say enough.

    Two files of the college that say different things of the same key are told.
    """
    (key,) = table.key
    files, problems = _by_file(table, own)
    if not files:
        return Joined(standard, tuple(problems))
    problems += _differing(files, key)
    cells = pd.concat([piece.cells for piece in files], ignore_index=True).fillna("")
    by_key = cells.where(cells != "").groupby(key, sort=False).first().fillna("")
    kinds = {name: kind for piece in files for name, kind in piece.kinds.items()}
    seen = [piece.cells[key] for piece in standard]
    alone = []
    for piece in files:
        new = ~piece.cells[key].isin(pd.concat(seen)).to_numpy(bool)
        alone.append(_over(piece, by_key, key, kinds).only(new))
        seen.append(piece.cells[key])
    whole = [piece.only(_has_required(piece, table).to_numpy(bool)) for piece in alone]
    left = sum(len(piece.cells) for piece in alone) - sum(len(piece.cells) for piece in whole)
    pieces = [_over(piece, by_key, key, kinds) for piece in standard]
    notes = tuple(_left_out(table, left, own))
    return Joined([*pieces, *(piece for piece in whole if len(piece.cells))], tuple(problems), notes)


def _by_file(table: Table, own: list[Piece]) -> tuple[list[Piece], list[Problem]]:
    """Return the rows of each of the college's files that has the key, checked, and what is wrong in them."""
    (key,) = table.key
    loose = replace(table, columns=tuple(_optional(column, key) for column in table.columns))
    files, problems = [], []
    for file in dict.fromkeys(piece.file for piece in own):
        mine = [replace(piece, table=loose) for piece in own if piece.file == file]
        stack, faults = stacked(mine)
        problems += faults
        # That the key is absent is told of the file itself.
        if key in stack.frame:
            problems += row_problems(stack)
            kinds = {name: kind for piece in mine for name, kind in piece.kinds.items()}
            cells = stack.frame.apply(_as_text)
            files.append(Piece(table, file, cells, stack.rows, stack.headings, kinds, {}, stack.whole))
    return files, problems


def _as_text(values: pd.Series) -> pd.Series:
    if values.dtype.kind == "M":
        return values.dt.strftime("%Y-%m-%d").astype("str").where(values.notna(), "")
    if values.dtype.kind == "f":
        return values.map(lambda number: np.format_float_positional(number, trim="-")).where(values.notna(), "")
    return values.astype("str").where(values.notna(), "")


def _differing(files: list[Piece], key: str) -> Iterator[Problem]:
    """Find what a later file says otherwise than an earlier one."""
    for name in dict.fromkeys(name for piece in files for name in piece.cells if name != key):
        told = [_filled(place, piece, name, key) for place, piece in enumerate(files) if name in piece.cells]
        every = pd.concat(told, ignore_index=True)
        first = every.drop_duplicates("id").set_index("id").reindex(every["id"]).reset_index(drop=True)
        differing = (every["cell"] != first["cell"]) & (every["file"] != first["file"])
        for place, row, before in zip(
            every["file"][differing], every["row"][differing], first["file"][differing], strict=True
        ):
            heading = files[place].headings.get(name, name)
            expected, came = f"each {key} described alike in all files", f"another {name} than in {files[before].file}"
            yield Problem(files[place].file, heading, int(row), expected, came, "correct one of the two files")


def _filled(place: int, piece: Piece, name: str, key: str) -> pd.DataFrame:
    told = pd.DataFrame({"id": piece.cells[key], "cell": piece.cells[name], "file": place, "row": piece.rows})
    return told[(told["id"] != "") & (told["cell"] != "")]


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
