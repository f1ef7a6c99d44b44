"""Which column of a PDP file is which: NSC's headers in every spelling that databases and spreadsheets give them."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from onward.data.headings import identifies, identifying_header
from onward.data.pdp.columns import COLUMNS, LEARNER, FileKind, PdpColumn
from onward.data.privacy import private_kinds
from onward.data.problems import Problem, nearest

CUT = 28
"""No database cuts a name that is shorter."""
RECOGNISED = 0.4
"""The share of the columns that only files of a kind have, from which on a file is of that kind."""
_HASHED = re.compile(r"^(.+)_([0-9a-f]{8})$")
_ALSO_PRIVATE = {"middleinitial", "initials"}


@dataclass(frozen=True)
class Matched:
    """Where each declared column stands in a file, which columns are the institution's own, and what is wrong.

    ``unclear`` headers are cut so short that they may be any of several columns; ``dropped`` ones tell of a
    person, as where one lives, without identifying anybody alone.
    """

    places: dict[str, int]
    extras: dict[str, int]
    unclear: tuple[str, ...]
    dropped: tuple[str, ...]
    problems: tuple[Problem, ...]


def kind_of(header: Sequence[str]) -> FileKind | None:
    """Say whether a file with this header is a PDP cohort or course file, however the names are spelt.

    >>> kind_of(["student_id", "grade"]) is None
    True
    """
    shares = {kind: _share(header, kind) for kind in COLUMNS}
    best = max(shares, key=lambda kind: shares[kind])
    return best if shares[best] >= RECOGNISED else None


def matched(header: Sequence[str], kind: FileKind, *, file: str) -> Matched:
    """Match the columns of a file with those of its kind; the order of columns is free."""
    places, twice = _exact(header, COLUMNS[kind])
    unclear = _cut(header, places, COLUMNS[kind])
    held = {*places.values(), *(place for place, _ in unclear), *twice}
    own = [place for place, name in enumerate(header) if place not in held and name]
    dropped = [header[place] for place in own if _is_private(header[place])]
    extras = {header[place]: place for place in own if header[place] not in dropped}
    unread = {name for _, names in unclear for name in names}
    absent = [column for column in COLUMNS[kind] if column.needed and column.name not in {*places, *unread}]
    problems = [
        *(_again(file, header, place, name, places[name]) for place, name in twice.items()),
        *_repeated(file, header, own),
        *(_absent(file, column, extras) for column in absent),
    ]
    cut = tuple(header[place] for place, _ in unclear)
    return Matched(places, extras, cut, tuple(_spoken(name) for name in dropped), tuple(problems))


def _squeezed(name: str) -> str:
    """Drop all that changes on the way through databases: case, spaces, signs.

    >>> _squeezed("attemptedgatewaymathyear_1") == _squeezed("AttemptedGatewayMathYear1")
    True
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _hash(heading: str) -> str:
    """Return what stands in place of the end of a heading that a database cut: eight digits of its MD5."""
    return hashlib.md5(heading.encode(), usedforsecurity=False).hexdigest()[:8]


def _exact(header: Sequence[str], columns: tuple[PdpColumn, ...]) -> tuple[dict[str, int], dict[int, str]]:
    """Return the place of each column by its whole name or by the hash of it, and the columns that recur by place."""
    names = {_squeezed(heading): column.name for column in columns for heading in column.headings}
    hashes = {_hash(column.heading): column for column in columns}
    places: dict[str, int] = {}
    twice: dict[int, str] = {}
    for place, heading in enumerate(header):
        cut = _HASHED.match(heading.lower())
        name = names.get(_squeezed(heading))
        if cut and cut[2] in hashes and _squeezed(hashes[cut[2]].heading).startswith(_squeezed(cut[1])):
            name = hashes[cut[2]].name
        if name is not None and name in places:
            twice[place] = name
        elif name is not None:
            places[name] = place
    return places, twice


def _cut(
    header: Sequence[str], places: dict[str, int], columns: tuple[PdpColumn, ...]
) -> list[tuple[int, tuple[str, ...]]]:
    """Put headers cut to the beginning of one column among ``places``; return those that may be one of several."""
    unclear = []
    for place, heading in enumerate(header):
        if place in places.values() or len(heading) < CUT:
            continue
        hashed = _HASHED.match(heading.lower())
        stem = _squeezed(hashed[1] if hashed else heading)
        names = tuple(
            column.name
            for column in columns
            if column.name not in places and any(_squeezed(name).startswith(stem) for name in column.headings)
        )
        if len(names) == 1:
            places[names[0]] = place
        elif names:
            unclear.append((place, names))
    return unclear


def _share(header: Sequence[str], kind: FileKind) -> float:
    others = {column.name for other, columns in COLUMNS.items() if other != kind for column in columns}
    own = [column for column in COLUMNS[kind] if column.needed and column.name not in others]
    places, _ = _exact(header, COLUMNS[kind])
    _cut(header, places, COLUMNS[kind])
    return sum(column.name in places for column in own) / len(own)


def _is_private(name: str) -> bool:
    return identifying_header(name) is None and (identifies(name) or _squeezed(name) in _ALSO_PRIVATE)


def _may_be_shown(name: str) -> bool:
    """Say whether the name of a column is no identifier itself, as it is where the first line is a person's."""
    return identifying_header(name) is None and not private_kinds(pd.Series([name], dtype="str"), bare_numbers=False)


def _spoken(name: str) -> str:
    return name if _may_be_shown(name) else "(a name that is not shown)"


def _again(file: str, header: Sequence[str], place: int, name: str, first: int) -> Problem:
    came = f"column {place + 1} beside column {first + 1}, {header[first]}"
    if name == LEARNER.name:
        remedy = "keep the id that the PDP gives; remove the institution's own"
        return Problem(file, header[place], 1, "one column with the learner's id", came, remedy)
    return Problem(file, header[place], 1, "each column once", came, "remove one of the two")


def _repeated(file: str, header: Sequence[str], own: list[int]) -> list[Problem]:
    names = [header[place] for place in own]
    again = dict.fromkeys(_spoken(name) for name in names if names.count(name) > 1)
    return [Problem(file, name, 1, "each column once", "a column of the same name", "rename one") for name in again]


def _absent(file: str, column: PdpColumn, extras: dict[str, int]) -> Problem:
    close = nearest(column.heading, filter(_may_be_shown, extras), cutoff=0.8)
    remedy = "add the column; it may be empty" if close is None else f"rename {close}, if that is what it holds"
    return Problem(file, column.heading, 1, f"the column {column.heading}", "no such column", remedy)
