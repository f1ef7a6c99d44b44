"""CTDL files to the pieces of credentials, pathways and values."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from onward.data.checks import Piece
from onward.data.columns import Table
from onward.data.ctdl.components import component_edges
from onward.data.ctdl.credentials import Cells, Reader
from onward.data.ctdl.documents import Document, read_document
from onward.data.ctdl.entries import Entry, Index, entries
from onward.data.ctdl.levels import is_credential
from onward.data.ctdl.noted import Tally
from onward.data.ctdl.outcomes import about_credentials, values_of
from onward.data.ctdl.pathways import Edge, connections, usable
from onward.data.ctdl.terms import written
from onward.data.ctdl.transfer import transfer_edges
from onward.data.found import Found
from onward.data.problems import Problem
from onward.data.tables import CREDENTIALS, PATHWAYS, VALUES

Row = tuple[Entry, Cells]
_MARKS = re.compile(r"ceterms:|purl\.org/ctdl|credreg\.net|\"envelope_c|\"CredentialType\"|credentialengineregistry")
_BADGES = re.compile(r"OpenBadgeCredential|AchievementCredential|ClrCredential|credentialSubject|w3id\.org/openbadges")
_LOOKED_AT = 2**20
_HEADINGS = {
    "credential_id": "ceterms:ctid",
    "name": "ceterms:name",
    "kind": "@type",
    "cip": "ceterms:instructionalProgramType",
    "soc": "ceterms:occupationType",
    "weeks": "ceterms:estimatedDuration",
    "net_price": "ceterms:estimatedCost",
    "median_earnings": "ceterms:medianEarnings",
}


def looks_like_ctdl(content: str | bytes) -> bool:
    """Say whether a file's content is JSON with terms of CTDL; a badge that names a CTID is none.

    >>> looks_like_ctdl('{"@type": "ceterms:Badge"}'), looks_like_ctdl("learner_id,ceterms:x")
    (True, False)
    """
    start = content[:_LOOKED_AT]
    text = start.decode("utf-8", "replace") if isinstance(start, bytes) else start
    text = text.lstrip("\ufeff \t\r\n")
    return text.startswith(("{", "[")) and bool(_MARKS.search(text)) and not _BADGES.search(text)


def read_ctdl(paths: Sequence[Path], *, known: Collection[str] = (), as_of: date | None = None) -> Found:
    """Read catalogue files together, so that references between them are followed; nothing is fetched.

    ``known`` holds the ids of credentials that other files give: an edge may end there, and an entry with such an id
    is kept although it lacks a required column, which the other file then has to tell. ``as_of`` is the day on which
    transfer values and prices must be in force; without it dates are not looked at.
    """
    documents = [read_document(path) for path in paths]
    found = [
        entry for number, document in enumerate(documents) for entry in entries(document, str(number), is_credential)
    ]
    tally = Tally("CTDL")
    _note_documents(documents, found, tally)
    index = Index(found)
    rows, problems = _credentials(Reader(index, frozenset(known), as_of, tally), tally)
    about = about_credentials(index)
    outcomes = [(entry, values_of(index, entry, tally, about)) for entry, _ in rows]
    values = [(entry, cells) for entry, cells in outcomes if cells is not None]
    ids = {cells["credential_id"] for _, cells in rows} | set(known)
    edges = usable(list(_edges(index, as_of, tally)), ids, tally)
    pieces = {
        "credentials": _pieces(CREDENTIALS, rows),
        "pathways": _pieces(PATHWAYS, _edge_rows(found, edges)),
        "values": _pieces(VALUES, values),
    }
    return Found(
        {name: parts for name, parts in pieces.items() if parts},
        (*(problem for document in documents for problem in document.problems), *problems),
        tally.lines(),
        _counts(found, rows, edges, values),
        {document.file: document.digest for document in documents if document.digest},
    )


def _note_documents(documents: Sequence[Document], found: Sequence[Entry], tally: Tally) -> None:
    for document in documents:
        if document.not_numbers:
            tally.add("figures that are no number (NaN or infinite), taken as missing", times=document.not_numbers)
        if document.tidied:
            tally.add("commas before a closing bracket, which are no JSON, read over", document.file)
        if document.signed or _has_envelope(document):
            tally.add("signatures of the registry, which are not checked", document.file)
    read = {entry.file for entry in found}
    for document in documents:
        if document.file not in read and not document.problems:
            tally.add("files without an entry", document.file)


def _has_envelope(document: Document) -> bool:
    return any(isinstance(value, dict) and "envelope_id" in value for value in document.values)


def _credentials(reader: Reader, tally: Tally) -> tuple[list[Row], list[Problem]]:
    kept: dict[str, Row] = {}
    problems: list[Problem] = []
    of_their_own = {entry.id for entry in reader.index.entries if not entry.aside}
    for entry in reader.index.entries:
        if entry.aside and entry.id and (entry.id in of_their_own or entry.id in kept):
            continue
        cells = reader.cells(entry)
        if cells is None:
            continue
        first, before = kept.setdefault(entry.id, (entry, cells))
        if first is not entry and before == cells:
            tally.add("described twice alike, read once", entry.id)
        elif first is not entry:
            problems.append(_twice(first, entry, before, cells))
    return list(kept.values()), problems


def _twice(first: Entry, again: Entry, before: Cells, cells: Cells) -> Problem:
    differing = ", ".join(name for name in cells if cells[name] != before[name])
    file = "" if first.file == again.file else f" of {first.file}"
    expected = "each CTID once, or described alike"
    came = f"the same CTID as in entry {first.number}{file}, with other {differing}"
    return Problem(again.file, "ctid", again.number, expected, came, "keep one of the two entries", "entry")


def _edges(index: Index, as_of: date | None, tally: Tally) -> Iterator[Edge]:
    for entry in index.entries:
        if entry.id and is_credential(entry.kind):
            yield from connections(index, entry, tally)
    yield from component_edges(index, tally)
    yield from transfer_edges(index, as_of, tally)


def _edge_rows(found: Sequence[Entry], edges: Sequence[Edge]) -> list[Row]:
    stated = {(entry.file, entry.number): entry for entry in found}
    return [(stated[edge.file, edge.number], _edge_cells(edge)) for edge in edges]


def _edge_cells(edge: Edge) -> Cells:
    worth = written(edge.credits)
    return {"from_id": edge.start, "to_id": edge.end, "relation": edge.relation, "credits_recognised": worth}


def _pieces(table: Table, rows: Sequence[Row]) -> list[Piece]:
    """Return the rows as one piece for each file, columns in the order of the table."""
    pieces = []
    for file in dict.fromkeys(entry.file for entry, _ in rows):
        mine = [(entry.number, cells) for entry, cells in rows if entry.file == file]
        names = [name for name in table.names if name in mine[0][1]]
        frame = pd.DataFrame({name: pd.Series([cells[name] for _, cells in mine], dtype="str") for name in names})
        numbers = np.array([number for number, _ in mine], dtype=np.int64)
        headings = {name: _HEADINGS[name] for name in names if name in _HEADINGS}
        pieces.append(Piece(table, file, frame, numbers, headings, {}, {}, whole=True, unit="entry"))
    return pieces


def _counts(
    found: Sequence[Entry], rows: Sequence[Row], edges: Sequence[Edge], values: Sequence[Row]
) -> dict[str, int]:
    credentials = [entry for entry in found if is_credential(entry.kind) and not entry.inner]
    kept = {entry.id for entry, _ in rows}
    organisations = [entry for entry in found if entry.kind.endswith("organization")]
    return {
        "credentials": len(rows),
        "credentials left out": sum(entry.id not in kept for entry in credentials),
        "organisations": len(organisations),
        "other entries": sum(not entry.inner for entry in found) - len(credentials) - len(organisations),
        "pathway edges": len(edges),
        "values": len(values),
    }
