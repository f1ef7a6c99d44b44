"""A large CSV file as coded columns: the distinct texts of each, and which of them stands in which row.

Arrow reads the file, so a million rows take about a second. What is looked at later is a column's distinct texts, of
which there are few, not its cells.
"""

import codecs
import csv
import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from onward.data.pdp.reading_many import told
from onward.data.problems import Problem

Codes = npt.NDArray[np.signedinteger]
Rows = npt.NDArray[np.int64]
PIECE = 1 << 20
BLOCK = 1 << 23
"""Bytes of which Arrow makes a chunk: few chunks have few dictionaries to unite; no row may be longer."""
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_TEXT = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Coded:
    """One column: its distinct stripped texts and, for each row, the place of its text among them."""

    texts: pd.Series
    codes: Codes

    def at(self, keep: npt.NDArray[np.bool_]) -> "Coded":
        """Return the rows to keep."""
        return replace(self, codes=self.codes[keep])

    def rows_of(self, wrong: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Say of each row whether its text is one of those that are wrong."""
        return wrong[self.codes]


@dataclass(frozen=True)
class CodedFile:
    """One file: its header, its columns in that order, and the row of each that a person sees, the header being row 1.

    A row is a record: a line break within quotation marks does not begin one, and an empty line is one. ``columns`` is
    empty where the file could not be read, and rows with a problem of their own are left out.
    """

    file: str
    header: tuple[str, ...]
    columns: tuple[Coded, ...]
    rows: Rows
    digest: str
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    def at(self, keep: npt.NDArray[np.bool_]) -> "CodedFile":
        """Return the rows to keep."""
        if keep.all():
            return self
        return replace(self, columns=tuple(column.at(keep) for column in self.columns), rows=self.rows[keep])

    def without(self, headings: Collection[str]) -> "CodedFile":
        """Return all columns but those of ``headings``."""
        both = [pair for pair in zip(self.header, self.columns, strict=False) if pair[0] not in headings]
        if len(both) == len(self.columns):
            return self
        return replace(self, header=tuple(name for name, _ in both), columns=tuple(column for _, column in both))


@dataclass(frozen=True)
class _Scan:
    digest: str
    encoding: str
    quotes: int
    zero: int | None


def read_coded(path: Path, *, file: str) -> CodedFile:
    """Read ``path`` under the name ``file``; whatever it holds, what comes is columns or problems."""
    try:
        scan = _scanned(path)
    except OSError:
        return _refused(file, "", "this file", "no file that can be read", "add it, or correct its name")
    if scan.zero is not None:
        came, remedy = "a byte that is zero", "save the file as CSV UTF-8; a spreadsheet or UTF-16 cannot be read"
        return _refused(file, scan.digest, "text", came, remedy, row=_line(path, scan.zero))
    if not scan.encoding:
        came, remedy = "a byte that is in neither", "save the file as CSV UTF-8"
        return _refused(file, scan.digest, "text in UTF-8 or in Windows-1252", came, remedy)
    header = _header(path, scan.encoding)
    if isinstance(header, str):
        remedy = "give the file as it came from the PDP, with its first line"
        return _refused(
            file, scan.digest, "a first line with the names of the columns, and rows", header, remedy, row=1
        )
    return _read(path, file, scan, header)


def head_of(path: Path) -> tuple[str, ...]:
    """Return the first record of a file as a header, or nothing where there is none that can be read."""
    try:
        with path.open("rb") as opened:
            start = opened.read(PIECE)
    except OSError:
        return ()
    encoding = _encoding_of(start[: start.rfind(b"\n") + 1] or start)
    if b"\0" in start or not encoding:
        return ()
    header = _header(path, encoding)
    return () if isinstance(header, str) else header


def _scanned(path: Path) -> _Scan:
    digest, decoder, quotes, zero, at = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), 0, None, 0
    encoding = "utf-8"
    with path.open("rb") as opened:
        while piece := opened.read(PIECE):
            digest.update(piece)
            quotes += piece.count(b'"')
            if zero is None and (found := piece.find(b"\0")) >= 0:
                zero = at + found
            if encoding == "utf-8" and not _decodes(decoder, piece):
                encoding = "cp1252"
            at += len(piece)
    if encoding == "utf-8" and not _decodes(decoder, b"", final=True):
        encoding = "cp1252"
    if encoding == "cp1252" and not _is_cp1252(path):
        encoding = ""
    return _Scan(digest.hexdigest(), encoding, quotes, zero)


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _encoding_of(start: bytes) -> str:
    if _decodes(codecs.getincrementaldecoder("utf-8")(), start):
        return "utf-8"
    return "" if _NOT_CP1252.search(start) else "cp1252"


def _is_cp1252(path: Path) -> bool:
    with path.open("rb") as opened:
        return not any(_NOT_CP1252.search(piece) for piece in iter(lambda: opened.read(PIECE), b""))


def _line(path: Path, until: int) -> int:
    with path.open("rb") as opened:
        return opened.read(until).count(b"\n") + 1


def _header(path: Path, encoding: str) -> tuple[str, ...] | str:
    """Return the names of the columns, or what came in their place; a file of a header alone has no rows."""
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as opened:
        records = csv.reader(opened)
        try:
            header = [name.strip().removeprefix("ï»¿").strip('"').strip() for name in next(records, [])]
        except (csv.Error, UnicodeDecodeError):
            return "a first line that never ends"
        try:
            alone = next(records, None) is None
        except (csv.Error, UnicodeDecodeError):
            alone = False
    if not any(header):
        return "no names of columns"
    return "a first line alone" if alone else tuple(header)


def _read(path: Path, file: str, scan: _Scan, header: tuple[str, ...]) -> CodedFile:
    if scan.quotes % 2 and (row := _unclosed(path, scan.encoding)) is not None:
        return _not_closed(file, scan.digest, row)
    try:
        columns, ragged = _parsed(path, len(header), scan, threads=True)
        if ragged:
            columns, ragged = _parsed(path, len(header), scan, threads=False)
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError):
        row = _unclosed(path, scan.encoding)
        if row is not None:
            return _not_closed(file, scan.digest, row)
        came, remedy = f"one of more than {BLOCK:,} bytes", "complete the row, or close a quotation mark"
        return _refused(file, scan.digest, "rows that end", came, remedy)
    records = len(columns[0]) + len(ragged)
    rows = np.delete(np.arange(2, records + 2), [number - 2 for number, _ in ragged])
    problems = tuple(_ragged(file, len(header), ragged))
    notes = (f"{file} is not in UTF-8; it was read as Windows-1252.",) if scan.encoding == "cp1252" else ()
    coded = _coded_columns(columns)
    if scan.quotes and (row := _swallowed(coded, rows)) is not None:
        return _not_closed(file, scan.digest, row)
    return CodedFile(file, header, coded, rows, scan.digest, problems, notes)


def _parsed(
    path: Path, width: int, scan: _Scan, *, threads: bool
) -> tuple[list[pa.ChunkedArray], list[tuple[int, int]]]:
    """Return the columns of the rows that have every cell, and number and cells of the others; threads do not count."""
    ragged: list[tuple[int, int]] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        ragged.append((row.number or 0, row.actual_columns))
        return "skip"

    names = [str(place) for place in range(width)]
    table = arrow_csv.read_csv(
        path,
        read_options=arrow_csv.ReadOptions(
            column_names=names,
            skip_rows_after_names=1,
            use_threads=threads,
            block_size=BLOCK,
            encoding="utf8" if scan.encoding == "utf-8" else scan.encoding,
        ),
        parse_options=arrow_csv.ParseOptions(
            newlines_in_values=scan.quotes > 0, ignore_empty_lines=False, invalid_row_handler=skip
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, _TEXT), strings_can_be_null=False, check_utf8=False
        ),
    )
    return list(table.columns), ragged


def _coded_columns(columns: list[pa.ChunkedArray]) -> tuple[Coded, ...]:
    """Code every column, emptying ``columns`` on the way, so that not all are held twice."""
    coded = []
    while columns:
        coded.append(_coded(columns.pop(0)))
    return tuple(coded)


def _coded(column: pa.ChunkedArray) -> Coded:
    united = column.unify_dictionaries()
    raw = united.chunk(0).dictionary if united.num_chunks else pa.array([], pa.string())
    smallest = np.min_scalar_type(-max(1, len(raw)))
    codes = np.concatenate(
        [np.empty(0, smallest), *(part.indices.to_numpy().astype(smallest) for part in united.chunks)]
    )
    stripped = pc.utf8_trim_whitespace(raw)
    texts = pd.Series(stripped, dtype="str")
    if stripped.equals(raw):
        return Coded(texts, codes)
    places, distinct = pd.factorize(texts)
    return Coded(pd.Series(distinct, dtype="str"), places.astype(smallest)[codes])


def _swallowed(columns: tuple[Coded, ...], rows: Rows) -> int | None:
    """Return the first row that holds others in one cell, as two marks left open do; a note of some lines does not."""
    for column in columns:
        several = column.texts.str.contains(r"[\r\n][^\r\n]*,[^\r\n]*,[^\r\n]*,", regex=True).to_numpy(bool)
        if several.any():
            return int(rows[column.rows_of(several).argmax()])
    return None


def _unclosed(path: Path, encoding: str) -> int | None:
    """Return the row in which a quotation mark is never closed, or is closed amid a text."""
    row = 0
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as opened:
        try:
            for _ in csv.reader(opened, strict=True):
                row += 1
        except csv.Error:
            return row + 1
    return None


def _ragged(file: str, width: int, ragged: list[tuple[int, int]]) -> Iterator[Problem]:
    remedy = "complete the row; a cell that holds a comma must stand in quotation marks"
    rows = np.array([row for row, _ in ragged], dtype=np.int64)
    expected = f"{_cells(width)}, as in the first line"
    yield from told(file, "", rows, expected, remedy, came=lambda place: _cells(ragged[place][1]))


def _cells(count: int) -> str:
    return f"{count} cell{'' if count == 1 else 's'}"


def _not_closed(file: str, digest: str, row: int) -> CodedFile:
    came, remedy = "a quotation mark that is never closed, or text after one", "close or double it"
    return _refused(file, digest, "cells that end where they should", came, remedy, row=row)


def _refused(file: str, digest: str, expected: str, came: str, remedy: str, *, row: int | None = None) -> CodedFile:
    problem = Problem(file, "", row, expected, came, remedy)
    return CodedFile(file, (), (), np.array([], dtype=np.int64), digest, (problem,))
