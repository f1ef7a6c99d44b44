"""A PDP cohort or course file as a checked frame, or what is wrong with it.

The texts of a frame but ids are categories: a million rows of 35 columns then take a tenth of the memory, and every
rule is applied to a column's distinct texts. Where texts are put together, turn them into ``str`` first.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.pdp.cleaning_texts import cleaned
from onward.data.pdp.columns import COLUMNS, TERMS, FileKind, PdpColumn
from onward.data.pdp.reading_csv import Coded, CodedFile, head_of, read_coded
from onward.data.pdp.reading_faults import Sheet, cell_problems, row_notes, row_problems
from onward.data.pdp.reading_header import Matched, kind_of, matched
from onward.data.pdp.reading_many import counted
from onward.data.pdp.reading_private import private
from onward.data.problems import Problem
from onward.data.reading import SEPARATORS

__all__ = ["PdpFile", "head_of", "kind_of", "read_cohort", "read_course"]
Mask = npt.NDArray[np.bool_]
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class PdpFile:
    """One PDP file, read and checked.

    ``frame`` has every declared column under its snake name, absent optional ones all missing; ``extras`` has the
    institution's own columns, as text under their own names. ``rows`` is the row of each that a person sees, the header
    being row 1 and a record with line breaks in it being one row. Where ``problems`` says anything, the frame holds
    what could be read, without the values that could not stand. ``digest`` is the SHA-256 of the file.
    """

    file: str
    kind: Literal["cohort", "course"]
    frame: pd.DataFrame
    extras: pd.DataFrame
    rows: npt.NDArray[np.int64]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    digest: str


def read_cohort(path: Path, *, file: str, ids_replaced: bool = False, drop: Collection[str] = ()) -> PdpFile:
    """Read a cohort file, one row per learner; ``file`` is the name shown to a person. Nothing is raised.

    With ``ids_replaced`` pseudonyms are made of the learners' ids later, so ids may even be social security numbers.
    Columns of ``drop``, by their headings, are dropped before anything is looked at.
    """
    return _read(path, file, "cohort", ids_replaced, drop)


def read_course(path: Path, *, file: str, ids_replaced: bool = False, drop: Collection[str] = ()) -> PdpFile:
    """Read a course file, one row per learner and section; ``file`` is the name shown to a person.

    The same row twice is read once and noted. Two rows of one course, term and learner are not a fault: a lab and a
    lecture may share a number.
    """
    return _read(path, file, "course", ids_replaced, drop)


def _read(path: Path, file: str, kind: FileKind, ids_replaced: bool, drop: Collection[str]) -> PdpFile:
    coded = read_coded(path, file=file).without(drop)
    if not coded.columns:
        return _nothing(coded, kind, coded.problems)
    found = kind_of(coded.header)
    if found != kind:
        return _nothing(coded, kind, (_other_kind(coded, kind, found),))
    where = matched(coded.header, kind, file=file)
    coded = _without_empty_rows(coded)
    coded = _each_once(coded) if kind == "course" else coded
    found_private = private(coded, where, COLUMNS[kind], ids_replaced=ids_replaced)
    frame, problems = _values(coded, where, COLUMNS[kind])
    headings = {name: coded.header[place] for name, place in where.places.items()}
    sheet = Sheet(file, kind, frame, coded.rows, headings)
    return PdpFile(
        file,
        kind,
        frame,
        _extras(coded, where),
        coded.rows,
        (*where.problems, *_unnamed(coded), *coded.problems, *found_private, *problems, *row_problems(sheet)),
        (*coded.notes, *_header_notes(file, where), *row_notes(sheet)),
        coded.digest,
    )


def _values(coded: CodedFile, where: Matched, declared: tuple[PdpColumn, ...]) -> tuple[pd.DataFrame, list[Problem]]:
    """Return every declared column row by row, and what is wrong with its cells."""
    values: dict[str, pd.Series] = {}
    problems: list[Problem] = []
    for column in declared:
        place = where.places.get(column.name)
        cells = coded.columns[place] if place is not None else _empty(len(coded.rows))
        texts, faults = cleaned(cells.texts, column)
        values[column.name] = _spread(texts, cells, column)
        if place is not None:
            heading = coded.header[place]
            problems += cell_problems(coded.file, heading, column, cells, faults, rows=coded.rows)
    return pd.DataFrame(values), problems


def _extras(coded: CodedFile, where: Matched) -> pd.DataFrame:
    index = pd.RangeIndex(len(coded.rows))
    return pd.DataFrame(
        {name: _category(coded.columns[at].texts, coded.columns[at]) for name, at in where.extras.items()}, index=index
    )


def _spread(texts: pd.Series, coded: Coded, column: PdpColumn) -> pd.Series:
    """Give every row the value of its text."""
    if column.dtype == "category":
        return _category(texts.astype("str"), coded, column)
    return texts.astype(column.dtype).take(coded.codes).reset_index(drop=True)


def _category(texts: pd.Series, coded: Coded, column: PdpColumn | None = None) -> pd.Series:
    """Make categories of ``texts``: terms in the order of a year, closed lists as declared, others sorted."""
    texts = texts.mask(texts == "")
    declared = column.values if column is not None else ()
    names = pd.Index(declared or sorted(texts.dropna().unique()), dtype="str")
    codes = names.get_indexer(texts).astype(np.min_scalar_type(-max(1, len(names))))
    kind = pd.CategoricalDtype(names, ordered=declared == TERMS)
    return pd.Series(pd.Categorical.from_codes(codes[coded.codes], dtype=kind))


def _without_empty_rows(coded: CodedFile) -> CodedFile:
    """Drop rows without any cell, which spreadsheets save where rows were cleared."""
    return coded.at(~_all_empty(coded.columns))


def _each_once(coded: CodedFile) -> CodedFile:
    """Drop rows that are the same as one above, and note how many."""
    again = _again(coded.columns)
    count = int(again.sum())
    if not count:
        return coded
    note = f"{coded.file}: {counted(count)} the same as one above in every cell, read once."
    return replace(coded.at(~again), notes=(*coded.notes, note))


def _all_empty(columns: Sequence[Coded]) -> Mask:
    empty = np.ones(len(columns[0].codes), bool)
    for column in columns:
        if not empty.any():
            break
        empty &= column.rows_of((column.texts == "").to_numpy(bool))
    return empty


def _again(columns: Sequence[Coded]) -> Mask:
    """Say of each row whether one above it is the same: hashes first, and the cells of those whose hashes meet."""
    hashes = np.zeros(len(columns[0].codes), np.uint64)
    for column in columns:
        hashes = (hashes ^ column.codes.astype(np.uint64)) * _ODD
        hashes ^= hashes >> np.uint64(29)
    meet = pd.Series(hashes).duplicated(keep=False).to_numpy(bool)
    again = np.zeros(len(hashes), bool)
    alike = pd.DataFrame({place: column.codes[meet] for place, column in enumerate(columns)})
    again[meet] = alike.duplicated().to_numpy(bool)
    return again


def _empty(length: int) -> Coded:
    return Coded(pd.Series([""], dtype="str"), np.zeros(length, np.int8))


def _header_notes(file: str, where: Matched) -> Iterator[str]:
    if where.unclear:
        names = ", ".join(where.unclear)
        yield f"{file}: left out, since their names are cut and fit several columns: {names}."
    if where.dropped:
        yield f"{file}: left out, since they tell where a person lives or the like: {', '.join(where.dropped)}."


def _unnamed(coded: CodedFile) -> Iterator[Problem]:
    for place, name in enumerate(coded.header):
        if not name and not _all_empty([coded.columns[place]]).all():
            came = f"none for column {place + 1}, which is not empty"
            yield Problem(coded.file, "", 1, "a name for every column", came, "name the column, or remove it")


def _other_kind(coded: CodedFile, kind: FileKind, found: FileKind | None) -> Problem:
    expected, (first, *others) = f"the first line of a PDP {kind} file", coded.header
    sign = next((sign for sign in SEPARATORS if sign != "," and sign in first), None)
    if found is not None:
        came, remedy = f"that of a {found} file", f"give it as a {found} file"
    elif sign is not None and not others:
        came, remedy = f"one column with {SEPARATORS[sign]} in its name", "save the file with commas between the cells"
    else:
        came = "names of which too few are NSC's"
        remedy = "give the analysis-ready file of the PDP with its first line, or map the file with a mapping"
    return Problem(coded.file, "", 1, expected, came, remedy)


def _nothing(coded: CodedFile, kind: FileKind, problems: tuple[Problem, ...]) -> PdpFile:
    rows = np.array([], dtype=np.int64)
    extras = pd.DataFrame(index=pd.RangeIndex(0))
    return PdpFile(coded.file, kind, _no_rows(kind).copy(), extras, rows, problems, (), coded.digest)


@cache
def _no_rows(kind: FileKind) -> pd.DataFrame:
    none = _empty(0)
    return pd.DataFrame({one.name: _spread(cleaned(none.texts, one)[0], none, one) for one in COLUMNS[kind]})
