"""Rows of standard files and rows of a college's own files about the same things, put together."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from onward.data.checks import Piece, row_problems, stacked
from onward.data.columns import Column, Kind, Table
from onward.data.problems import Problem

COMPLETES = frozenset({"learners", "demographics", "credentials", "values"})
"""Tables in which a row of the college's own files completes the standard's of the same key, and stands over it."""
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
    return Joined([_rows(piece, mask) for piece, mask in zip(pieces, inside, strict=True)], notes=(note,))


def _completed(table: Table, standard: list[Piece], own: list[Piece]) -> Joined:
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
        alone.append(_rows(_over(piece, by_key, key, kinds), ~piece.cells[key].isin(pd.concat(seen))))
        seen.append(piece.cells[key])
    whole = [_rows(piece, _has_required(piece, table)) for piece in alone]
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
