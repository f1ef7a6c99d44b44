"""What is wrong with the edges of a catalogue, in words: they are compiled all the same, so it has to be said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Kind = Literal[
    "cycle", "self", "missing end", "too many credits", "both ways", "nothing left", "disagree", "no credits"
]
SHOWN = 8
"""Credentials of a cycle that are named."""
NOTED = 10
"""Faults that a run notes one by one."""


@dataclass(frozen=True, order=True)
class PathwayFault:
    """A fault of the edges: of what kind, and in words, with the credentials that it concerns."""

    kind: Kind
    words: str

    def __str__(self) -> str:
        """Return the words."""
        return self.words


def pathway_faults(edges: pd.DataFrame, credentials: pd.DataFrame) -> list[PathwayFault]:
    """Find what is wrong with canonical ``pathways`` rows over canonical ``credentials``, in a fixed order.

    ``cycle``: credentials that require each other, so that none of them can be opened. ``self``: an edge from a
    credential to itself. ``missing end``: an end outside the catalogue. ``too many credits``: more are recognised than
    the target has. ``both ways``: recognised in each other. ``nothing left``: required and worth all of the target.
    ``disagree``: two edges that cannot both hold. ``no credits``: recognised, for no number of credits.

    >>> credentials = pd.DataFrame({"credential_id": ["a", "b"], "credits": [6.0, 30.0]})
    >>> edges = pd.DataFrame({"from_id": ["a", "b"], "to_id": ["b", "a"], "relation": "requires",
    ...     "credits_recognised": None})
    >>> [str(fault) for fault in pathway_faults(edges, credentials)]
    ['a, b require each other in a circle, so none of them can be opened; take one of the requirements out']
    """
    rows = edges.reset_index(drop=True)
    known = rows["from_id"].isin(credentials["credential_id"]) & rows["to_id"].isin(credentials["credential_id"])
    itself = rows["from_id"] == rows["to_id"]
    inside = rows[known & ~itself]
    found = [
        *_missing_ends(rows, credentials),
        *_itself(rows[itself]),
        *_cycles(inside[inside["relation"] == "requires"]),
        *_credits(inside, credentials),
        *_disagreeing(inside),
    ]
    return sorted(set(found))


def fault_notes(edges: pd.DataFrame, credentials: pd.DataFrame) -> tuple[str, ...]:
    """Say what is wrong with the edges in notes of a run: the first ``NOTED`` faults, and how many more there are."""
    found = pathway_faults(edges, credentials)
    more = len(found) - NOTED
    notes = [f"pathways: {fault}" for fault in found[:NOTED]]
    return (*notes, *([f"pathways: {more} more faults; run onward check for all of them"] if more > 0 else []))


def _missing_ends(rows: pd.DataFrame, credentials: pd.DataFrame) -> Iterator[PathwayFault]:
    ids = set(credentials["credential_id"])
    for start, end, relation in _edges(rows):
        absent = [name for name in dict.fromkeys((start, end)) if name not in ids]
        if absent:
            yield PathwayFault(
                "missing end",
                f"{start} {_verb(relation)} {end}, but {' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} "
                "not in the catalogue, so the edge does not count; add what is missing to credentials, or remove it",
            )


def _itself(rows: pd.DataFrame) -> Iterator[PathwayFault]:
    for start, end, relation in _edges(rows):
        yield PathwayFault(
            "self", f"{start} {_verb(relation)} {end}, which is the same, so the edge does not count; remove it"
        )


def _cycles(rows: pd.DataFrame) -> Iterator[PathwayFault]:
    """Name every set of credentials of which each requires every other, however far back."""
    ids = pd.Index(sorted({*rows["from_id"], *rows["to_id"]}))
    if ids.empty:
        return
    ends = ids.get_indexer(rows["to_id"]), ids.get_indexer(rows["from_id"])
    graph = coo_array((np.ones(len(rows)), ends), shape=(len(ids), len(ids)))
    _, label = connected_components(graph, directed=True, connection="strong")
    for number in np.flatnonzero(np.bincount(label) > 1):
        names = ids[label == number].tolist()
        yield PathwayFault(
            "cycle",
            f"{_named(names)} require each other in a circle, so none of them can be opened; take one of the "
            "requirements out",
        )


def _credits(rows: pd.DataFrame, credentials: pd.DataFrame) -> Iterator[PathwayFault]:
    whole = dict(zip(credentials["credential_id"], credentials["credits"].astype(float), strict=True))
    counted = rows[rows["relation"] == "recognised_for"]
    required = set(_pairs(rows, "requires"))
    given = counted["credits_recognised"].astype(float)
    for (start, end, _), recognised in zip(_edges(counted), given, strict=True):
        if np.isnan(recognised) or recognised == 0:
            yield PathwayFault(
                "no credits",
                f"{start} is recognised in {end}, but for no number of credits, so it counts for none; say how many, "
                "or make it leads_to",
            )
        elif recognised > whole[end]:
            yield PathwayFault(
                "too many credits",
                f"{start} is recognised for {recognised:g} credits in {end}, which has {whole[end]:g}; correct one of "
                "the two",
            )
        elif recognised == whole[end] and (start, end) in required:
            yield PathwayFault(
                "nothing left",
                f"{start} is required for {end} and recognised for all of its {recognised:g} credits, so that nothing "
                "is left to do in it; correct the credits",
            )


def _disagreeing(rows: pd.DataFrame) -> Iterator[PathwayFault]:
    required, counted = (set(_pairs(rows, relation)) for relation in ("requires", "recognised_for"))
    for start, end in sorted(counted):
        if (end, start) in counted and start < end:
            yield PathwayFault(
                "both ways", f"{start} and {end} are recognised in each other; keep the edge from the one held first"
            )
        if (end, start) in required:
            yield PathwayFault(
                "disagree",
                f"{start} is recognised in {end}, but requires it, so that the credit can never be used; remove one",
            )
    stated = rows[rows["relation"] != "recognised_for"]
    for start, end, relation in _edges(stated[stated["credits_recognised"].notna()]):
        yield PathwayFault(
            "disagree",
            f"{start} {_verb(relation)} {end} with a number of credits, which count only where it is recognised; add "
            "an edge recognised_for, or remove the credits",
        )
    several = rows.groupby(["from_id", "to_id", "relation"])["credits_recognised"].nunique(dropna=False)
    for start, end, _ in several.index[several > 1]:
        yield PathwayFault(
            "disagree", f"{start} is recognised in {end} for different numbers of credits; keep the one that holds"
        )


def _edges(rows: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(zip(rows["from_id"], rows["to_id"], rows["relation"], strict=True))


def _pairs(rows: pd.DataFrame, relation: str) -> list[tuple[str, str]]:
    return [(start, end) for start, end, held in _edges(rows) if held == relation]


def _verb(relation: str) -> str:
    return {"requires": "is required for", "leads_to": "leads to"}.get(relation, "is recognised in")


def _named(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
