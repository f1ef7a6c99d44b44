"""Transfer value profiles to edges: what a credential is worth in credit toward another."""

from collections.abc import Iterator
from datetime import date

from onward.data.ctdl.credits import worth
from onward.data.ctdl.entries import Entry, Index
from onward.data.ctdl.noted import Tally
from onward.data.ctdl.pathways import LEADS_TO, RECOGNISED, Edge
from onward.data.ctdl.terms import day, identifier, items, words


def transfer_edges(index: Index, as_of: date | None, tally: Tally) -> Iterator[Edge]:
    """Yield the edges of the transfer values in force on ``as_of``, or of all of them where it is None."""
    for entry in index.entries:
        if entry.kind == "transfervalueprofile" and _in_force(entry, as_of, tally):
            yield from _edges(entry, tally)


def _edges(entry: Entry, tally: Tally) -> Iterator[Edge]:
    starts = [found for found in map(identifier, items(entry.node, "transfervaluefrom")) if found]
    ends = [found for found in map(identifier, items(entry.node, "transfervaluefor")) if found]
    counted = worth(entry.node)
    if counted is None:
        tally.add("transfer values without an amount of credit in a known unit", entry.id)
    if starts and not ends:
        tally.add("transfer values that do not say toward what, left out", entry.id)
    relation = RECOGNISED
    if len(starts) > 1:
        tally.add("transfer values of several things together, none of which is worth it alone, so leads_to", entry.id)
        relation, counted = LEADS_TO, None
    for start in starts:
        for end in ends:
            yield Edge(start, end, relation, counted, entry.file, entry.number)


def _in_force(entry: Entry, as_of: date | None, tally: Tally) -> bool:
    stated = [words(one) for one in items(entry.node, "lifecyclestatustype")]
    if any(one and "active" not in one for one in stated):
        tally.add("transfer values that are not active, left out", entry.id)
        return False
    start, end = day(entry.node.get("startdate")), day(entry.node.get("enddate"))
    if as_of is None:
        if start or end:
            tally.add("transfer values taken whatever their dates, since no day was given to judge them by", entry.id)
        return True
    if (start is None or start <= as_of) and (end is None or as_of <= end):
        return True
    tally.add(f"transfer values not in force on {as_of.isoformat()}, left out", entry.id)
    return False
