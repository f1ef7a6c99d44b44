"""One CSV file as text cells that remember their rows, or what keeps it from being read."""

import csv
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.problems import Problem
from onward.errors import DataError

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Sheet:
    """One file: its cells as stripped text ("" where empty), the row of each, its digest and its problems.

    ``cells`` is None where the file could not be read at all; rows with a problem of their own are left out of it.
    ``header`` is the first line as it stands in the file, whatever columns are taken out of ``cells`` later.
    """

    file: str
    cells: pd.DataFrame | None
    rows: npt.NDArray[np.int64]
    digest: str | None
    problems: tuple[Problem, ...]
    header: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Every row of the file is here."""
        return not self.problems


@contextmanager
def readable() -> Iterator[None]:
    """Refuse what the system does not let be read, such as a file without the right to.

    >>> with readable():
    ...     raise PermissionError(13, "Permission denied", "college/awards.csv")
    Traceback (most recent call last):
        ...
    onward.errors.DataError: expected files that can be read; awards.csv cannot (Permission denied); correct that
    """
    try:
        yield
    except OSError as error:
        name = Path(str(error.filename)).name if error.filename else "one of them"
        raise DataError(
            f"expected files that can be read; {name} cannot ({error.strerror or type(error).__name__}); correct that"
        ) from error


def read_sheet(path: Path, *, file: str, separator: str = ",", encoding: str = "utf-8") -> Sheet:
    """Read ``path`` as text under the name ``file``; a byte-order mark and any line ending are read over."""
    if not path.is_file():
        return _unreadable(file, None, "this file", "no such file in the folder", "add it, or correct its name")
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        remedy = "save the file as CSV UTF-8, or state its encoding in the mapping"
        return _unreadable(file, digest, f"text in {encoding}", "a byte that is not", remedy, row=row)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error:
        came, remedy = "a quotation mark that is never closed, or text after one", "close or double it"
        return _unreadable(file, digest, "cells that end where they should", came, remedy, row=len(records) + 1)
    return _sheet(file, digest, records, separator)


def _sheet(file: str, digest: str, records: list[list[str]], separator: str) -> Sheet:
    header = [name.strip() for name in records[0]] if records else []
    if not any(header):
        came = "an empty file" if not records else "an empty first line"
        return _unreadable(file, digest, "a first line with the names of the columns", came, "add it", row=1)
    other = next((sign for sign in SEPARATORS if sign != separator and sign in header[0]), None)
    if len(header) == 1 and other is not None:
        came = f"one column with {SEPARATORS[other]} in its name"
        remedy = f"save the file with {_name(separator)} between the cells, or state its separator in the mapping"
        return _unreadable(file, digest, f"columns separated by {_name(separator)}", came, remedy, row=1)
    while not header[-1]:
        header.pop()
    return _cells(file, digest, header, records[1:])


def _cells(file: str, digest: str, header: list[str], records: list[list[str]]) -> Sheet:
    kept, rows, problems = [], [], []
    width = len(header)
    for row, record in enumerate(records, start=2):
        if len(record) == width:
            # A spreadsheet saves rows that were cleared as rows of empty cells.
            if any(map(str.strip, record)):
                kept.append(record)
                rows.append(row)
        elif not any(map(str.strip, record)):
            continue
        elif len(record) > width and not any(record[width:]):
            kept.append(record[:width])
            rows.append(row)
        else:
            problems.append(_ragged(file, row, width, len(record)))
    columns = zip(*kept, strict=True) if kept else ((),) * width
    cells = pd.concat([pd.Series(column, dtype="str").str.strip() for column in columns], axis=1)
    cells.columns = pd.Index(header)
    return Sheet(file, cells, np.array(rows, dtype=np.int64), digest, tuple(problems), tuple(header))


def _ragged(file: str, row: int, width: int, came: int) -> Problem:
    remedy = "complete the row; a cell that holds a separator must stand in quotation marks"
    return Problem(file, "", row, f"{width} cells, as in the first line", f"{came} cells", remedy)


def _unreadable(
    file: str, digest: str | None, expected: str, came: str, remedy: str, *, row: int | None = None
) -> Sheet:
    rows = np.array([], dtype=np.int64)
    return Sheet(file, None, rows, digest, (Problem(file, "", row, expected, came, remedy),), ())


def _name(separator: str) -> str:
    return SEPARATORS.get(separator, repr(separator))
