"""Connections between credentials, as condition profiles and parts state them, to edges of ``pathways``."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from onward.data.ctdl.credits import worth
from onward.data.ctdl.documents import Node
from onward.data.ctdl.entries import Entry, Index
from onward.data.ctdl.noted import Tally
from onward.data.ctdl.terms import identifier, is_ctid, items, text

REQUIRES, LEADS_TO, RECOGNISED = "requires", "leads_to", "recognised_for"
_CONNECTIONS = {
    "requires": (REQUIRES, False),
    "corequisite": (REQUIRES, False),
    "isrequiredfor": (REQUIRES, True),
    "recommends": (LEADS_TO, False),
    "isrecommendedfor": (LEADS_TO, True),
    "preparationfrom": (LEADS_TO, False),
    "ispreparationfor": (LEADS_TO, True),
    "advancedstandingfrom": (RECOGNISED, False),
    "isadvancedstandingfor": (RECOGNISED, True),
}
"""Each connection's relation, and whether the credential that states it is the one held first."""
_PARTS = {"haspart": False, "ispartof": True}
_ONE_OF = re.compile(r"\b(one|any|either|at least \w+) of\b", re.IGNORECASE)


@dataclass(frozen=True)
class Edge:
    """One edge: ``start`` is held first and counts toward ``end``; where it was stated."""

    start: str
    end: str
    relation: str
    credits: float | None
    file: str
    number: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same edge as another."""
        return self.start, self.end, self.relation


def connections(index: Index, entry: Entry, tally: Tally) -> Iterator[Edge]:
    """Yield the edges that ``entry`` states of itself; what is one of several ways is never a requirement."""
    for term, (relation, first) in _CONNECTIONS.items():
        for condition in items(entry.node, term):
            for target, among, counted in _targets(index, condition, term, tally):
                held = _relation(relation, among=among, which=entry.id, tally=tally)
                ends = (entry.id, target) if first else (target, entry.id)
                yield Edge(*ends, held, counted if held == RECOGNISED else None, entry.file, entry.number)
    for term, first in _PARTS.items():
        for part in items(entry.node, term):
            target = identifier(part)
            if target:
                ends = (entry.id, target) if first else (target, entry.id)
                yield Edge(*ends, LEADS_TO, None, entry.file, entry.number)


def _relation(relation: str, *, among: bool, which: str, tally: Tally) -> str:
    if relation != REQUIRES or not among:
        return relation
    tally.add("one of several ways to meet a requirement, which the table cannot hold, so leads_to", which)
    return LEADS_TO


def _targets(index: Index, condition: object, term: str, tally: Tally) -> Iterator[tuple[str, bool, float | None]]:
    """Yield the id of each credential aimed at, whether it is one of several ways, and the credit it is worth."""
    profile = index.node(condition)
    aimed = items(profile, "targetcredential") if profile is not None else []
    if profile is None or not profile.keys() & {"targetcredential", "alternativecondition", "type", "description"}:
        aimed, profile = ([condition] if identifier(condition) else []), {}
    elif not aimed and _is_reference(profile):
        aimed, profile = [profile], {}
    ways = [inside for one in index.all(items(profile, "alternativecondition")) for inside in _aimed(index, one)]
    said = f"{text(profile.get('description'))} {text(profile.get('condition'))} {text(profile.get('name'))}"
    among = bool(ways) or (len(aimed) > 1 and bool(_ONE_OF.search(said)))
    for target in [*aimed, *ways]:
        found = identifier(target)
        if found:
            yield found, among, worth(profile)
        else:
            tally.add(f"credentials that {term} names without an id, left out")


def _is_reference(profile: Node) -> bool:
    """Say whether what stands in a condition's place is the credential itself."""
    return is_ctid(identifier(profile)) and "targetassessment" not in profile


def _aimed(index: Index, condition: Node) -> list[object]:
    """Return what a condition and the conditions inside it aim at."""
    found: list[object] = []
    waiting, seen = [condition], {id(condition)}
    while waiting:
        one = waiting.pop()
        found += items(one, "targetcredential")
        inner = [node for node in index.all(items(one, "alternativecondition")) if id(node) not in seen]
        seen |= {id(node) for node in inner}
        waiting += inner
    return found


def usable(edges: list[Edge], ids: Collection[str], tally: Tally) -> list[Edge]:
    """Return each edge once whose ends are both among ``ids``; what is dropped is remarked."""
    kept: dict[tuple[str, str, str], Edge] = {}
    for edge in edges:
        if edge.start == edge.end:
            tally.add("edges of a credential with itself, left out", edge.start)
        elif edge.start not in ids or edge.end not in ids:
            tally.add("edges whose other end is in no file that was read, left out", _known_end(edge, ids))
        elif edge.key in kept:
            kept[edge.key] = _once(kept[edge.key], edge, tally)
        else:
            kept[edge.key] = edge
    return [edge for edge in kept.values() if not _each_requires(edge, kept, tally)]


def _known_end(edge: Edge, ids: Collection[str]) -> str:
    return next((end for end in (edge.start, edge.end) if end in ids), "")


def _once(first: Edge, again: Edge, tally: Tally) -> Edge:
    if first.credits is None or again.credits is None:
        return again if first.credits is None else first
    if first.credits != again.credits:
        tally.add("edges stated with different credits, of which the least stands", first.start)
    return min(first, again, key=lambda edge: edge.credits or 0)


def _each_requires(edge: Edge, kept: Collection[tuple[str, str, str]], tally: Tally) -> bool:
    if edge.relation != REQUIRES or (edge.end, edge.start, REQUIRES) not in kept:
        return False
    tally.add("edges by which two credentials each require the other, so that neither could be begun", edge.start)
    return True
