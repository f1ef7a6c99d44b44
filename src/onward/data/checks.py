"""Rows of a canonical table, from text to checked frame: each cell, then keys, dates in order and references."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.cells import Fault, Mask, convert, inferred_kind
from onward.data.columns import Column, Kind, Table
from onward.data.combining import How, combined
from onward.data.headings import identifies, words_of
from onward.data.learner import NEVER_SENT
from onward.data.problems import NOT_SHOWN, Problem, described, shown
from onward.data.tables import DEMOGRAPHICS

Rows = npt.NDArray[np.int64]
SENSITIVE = "remove it; it identifies people or is sensitive and belongs in no table but demographics, if anywhere"


@dataclass(frozen=True)
class Piece:
    """Rows of a table from one file: text under canonical names, the row of each, and each column's name in the file.

    ``kinds`` holds the kinds that a mapping states, ``refused`` the cells that it could not rewrite, and ``whole`` is
    false where rows of the file are left out. ``unit`` is what ``rows`` count. With ``combine``, rows of the same key
    become one, columns as it says.
    """

    table: Table
    file: str
    cells: pd.DataFrame
    rows: Rows
    headings: Mapping[str, str]
    kinds: Mapping[str, Kind]
    refused: Mapping[str, Fault]
    whole: bool
    unit: str = "row"
    combine: Mapping[str, How] | None = None

    def column(self, name: str) -> Column:
        """Return the declaration of the column ``name``, an extra's included."""
        if name in self.table.names:
            return self.table.column(name)
        return Column(name, self.kinds.get(name) or inferred_kind(self.cells[name]), "an extra of the institution")

    def only(self, kept: Mask) -> "Piece":
        """Return the rows that ``kept``, shape (n,), marks."""
        refused = {name: replace(fault, wrong=fault.wrong[kept]) for name, fault in self.refused.items()}
        return replace(self, cells=self.cells[kept].reset_index(drop=True), rows=self.rows[kept], refused=refused)

    def problems(self, name: str, fault: Fault) -> Iterator[Problem]:
        """Yield one problem for each cell of the column ``name`` that has ``fault``."""
        heading = self.headings.get(name, name)
        expected = fault.expected if heading == name else f"{fault.expected} (it becomes {self.table.name}.{name})"
        for position in np.flatnonzero(fault.wrong):
            came = self._came(name, self.cells[name].iloc[position])
            row = int(self.rows[position])
            yield Problem(self.file, heading, row, expected, came, fault.remedy, self.unit)

    def _came(self, name: str, text: str) -> str:
        if not text:
            return "an empty cell"
        if is_private(self.table, name):
            return NOT_SHOWN
        return described(text, days=self.column(name).kind == "date") if of_learners(self.table) else shown(text)


@dataclass(frozen=True)
class Stack:
    """A table's checked rows from all of its files, and the file and row of each.

    ``refused`` says of each column which of its cells are missing only because what came could not stand.
    """

    table: Table
    frame: pd.DataFrame
    files: npt.NDArray[np.object_]
    rows: Rows
    headings: Mapping[str, str]
    sources: tuple[str, ...]
    whole: bool
    refused: pd.DataFrame
    units: Mapping[str, str]

    def problem(self, position: int, columns: tuple[str, ...], expected: str, came: str, remedy: str) -> Problem:
        """Return the problem of the row at ``position``."""
        heading = ", ".join(self.headings.get(name, name) for name in columns)
        file = str(self.files[position])
        return Problem(file, heading, int(self.rows[position]), expected, came, remedy, self.units[file])


def is_private(table: Table, name: str) -> bool:
    """Say whether a value of the column may be about a person, so that no message repeats it."""
    return table is DEMOGRAPHICS or (name in table.names and table.column(name).kind == "id")


def of_learners(table: Table) -> bool:
    """Say whether the rows of ``table`` are about learners."""
    return "learner_id" in table.names


def is_sensitive(table: Table, name: str) -> bool:
    """Say whether a column of this name, extra or not, may not stand in ``table``; demographics may hold it."""
    return table is not DEMOGRAPHICS and (identifies(name) or "_".join(words_of(name)) in NEVER_SENT)


def typed(piece: Piece) -> tuple[pd.DataFrame, list[Problem]]:
    """Give every column of ``piece`` its dtype, and return what is wrong with its cells."""
    columns, problems = {}, []
    for name in piece.cells:
        columns[name], faults = convert(piece.cells[name], piece.column(name))
        refused = piece.refused.get(name)
        if refused is not None:
            columns[name] = columns[name].mask(refused.wrong)
            faults = [refused, *(Fault(fault.wrong & ~refused.wrong, fault.expected, fault.remedy) for fault in faults)]
        problems += [problem for fault in faults for problem in piece.problems(name, fault)]
    return pd.DataFrame(columns, index=piece.cells.index), problems


def stacked(pieces: list[Piece]) -> tuple[Stack, list[Problem]]:
    """Put the ``pieces`` of one table together, and return what is wrong with their cells."""
    frames, refused, rowed, problems = [], [], [], []
    for piece in pieces:
        frame, found = typed(piece)
        lost, rows = frame.isna() & (piece.cells != ""), piece.rows
        if piece.combine is not None and set(piece.table.key) <= set(frame):
            frame, rows, first = combined(frame, rows, key=piece.table.key, how=piece.combine)
            lost = lost.iloc[first]
        frames.append(frame)
        refused.append(lost)
        rowed.append(rows)
        problems += found
    files = np.repeat(np.array([piece.file for piece in pieces], dtype=object), [len(frame) for frame in frames])
    headings = {name: heading for piece in pieces for name, heading in piece.headings.items()}
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    rows = np.concatenate(rowed)
    whole = all(piece.whole for piece in pieces)
    sources = tuple(dict.fromkeys(piece.file for piece in pieces))
    lost = pd.concat(refused, ignore_index=True).reindex(columns=frame.columns).fillna(value=False).astype(bool)
    units = {piece.file: piece.unit for piece in pieces}
    return Stack(pieces[0].table, frame, files, rows, headings, sources, whole, lost, units), problems


def row_problems(stack: Stack) -> list[Problem]:
    """Return the duplicate keys, the dates out of order and the missing ends of one table."""
    return [*_duplicates(stack), *_out_of_order(stack), *_not_ended(stack)]


def reference_problems(stacks: Mapping[str, Stack]) -> list[Problem]:
    """Return the rows that name a learner or credential which is in no table.

    Where rows of the table referred to could not be read, their ids are unknown and nothing is said.
    """
    problems: list[Problem] = []
    for stack in stacks.values():
        for column in stack.table.columns:
            target = stacks.get(column.references)
            if target is not None and target.whole and column.name in stack.frame:
                problems += _unknown(stack, column, target)
    return problems


def _duplicates(stack: Stack) -> Iterator[Problem]:
    key = list(stack.table.key)
    if not set(key) <= set(stack.frame):
        return
    needed = [name for name in key if stack.table.column(name).required]
    keys = stack.frame.loc[stack.frame[needed].notna().all(axis=1), key]
    again = keys.index[keys.duplicated()]
    if again.empty:
        return
    groups = keys.groupby(key, dropna=False, sort=False).ngroup()
    first = groups.drop_duplicates().reset_index().set_index(0)["index"]
    what = " and ".join(key) if len(key) < 3 else ", ".join(key[:-1]) + " and " + key[-1]
    for position in again:
        same = first[groups[position]]
        file = "" if stack.files[same] == stack.files[position] else f" of {stack.files[same]}"
        expected = f"each {what} once in {stack.table.name}"
        came = f"the same as in row {stack.rows[same]}{file}"
        yield stack.problem(position, stack.table.key, expected, came, "keep one of the two rows, or correct one")


def _out_of_order(stack: Stack) -> Iterator[Problem]:
    for before, after in stack.table.in_order:
        if not {before, after} <= set(stack.frame):
            continue
        wrong = stack.frame[after] < stack.frame[before]
        expected = f"a day on or after {stack.headings.get(before, before)}"
        remedy = "correct whichever of the two is wrong"
        for position in np.flatnonzero(wrong).tolist():
            end, start = stack.frame[after].iloc[position], stack.frame[before].iloc[position]
            yield stack.problem(position, (after,), expected, f"{end:%Y-%m-%d}, before {start:%Y-%m-%d}", remedy)


def _not_ended(stack: Stack) -> Iterator[Problem]:
    if stack.table.ended_unless is None:
        return
    column, still_open, end = stack.table.ended_unless
    if not {column, end} <= set(stack.frame):
        return
    state, empty = stack.frame[column], stack.frame[end].isna() & ~stack.refused[end]
    remedy = f"give the day it ended, or as {stack.headings.get(column, column)} {still_open}"
    for position in np.flatnonzero(state.notna() & (state != still_open) & empty).tolist():
        yield stack.problem(position, (end,), f"a day, since {column} is {state.iloc[position]}", "nothing", remedy)
    remedy = f"leave it empty, or correct {stack.headings.get(column, column)}"
    for position in np.flatnonzero((state == still_open) & ~empty).tolist():
        yield stack.problem(position, (end,), f"nothing, since {column} is {still_open}", "a day", remedy)


def _unknown(stack: Stack, column: Column, target: Stack) -> Iterator[Problem]:
    (key,) = target.table.key
    if key not in target.frame:
        return
    ids = stack.frame[column.name]
    noun = key.removesuffix("_id")
    file = ", ".join(target.sources)
    remedy = f"add the {noun} there, or remove this row"
    for position in np.flatnonzero(ids.notna() & ~ids.isin(target.frame[key])).tolist():
        yield stack.problem(position, (column.name,), f"a {noun} that is in {file}", NOT_SHOWN, remedy)
