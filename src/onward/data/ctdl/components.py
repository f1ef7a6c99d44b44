"""Pathways made of components to edges between the credentials that their components stand for."""

from collections.abc import Iterator
from dataclasses import dataclass

from onward.data.ctdl.documents import Node
from onward.data.ctdl.entries import Index, class_of
from onward.data.ctdl.noted import Tally
from onward.data.ctdl.pathways import LEADS_TO, REQUIRES, Edge
from onward.data.ctdl.terms import identifier, items, number, words

_MOST_STEPS = 1_000_000
"""Steps taken through what is no credential, in all pathways together; a state's catalogue takes thousands."""


@dataclass(frozen=True)
class _Step:
    """Component ``before`` comes before ``after``; it must be done where ``needed``."""

    before: str
    after: str
    needed: bool


def component_edges(index: Index, tally: Tally) -> Iterator[Edge]:
    """Yield the edges of all pathways; a component that is no credential is stepped over, and then nothing is needed.

    ``hasChild`` and a condition's targets come before the component that has them; ``precedes`` comes before its own.
    """
    components = [entry for entry in index.entries if entry.kind.endswith("component")]
    holds = {entry.id: _credential(entry.node) for entry in components if entry.id}
    steps = list(dict.fromkeys(step for entry in components for step in _steps(index, entry.id, entry.node, tally)))
    steps += _to_destinations(index, holds, {step.before for step in steps})
    before: dict[str, list[_Step]] = {}
    for step in steps:
        before.setdefault(step.after, []).append(step)
    left = _MOST_STEPS
    for entry in components:
        end = holds.get(entry.id, "")
        if end and left > 0:
            found, taken = _credentials_before(entry.id, before, holds, most=left)
            left -= taken
            for start, needed in found.items():
                yield Edge(start, end, REQUIRES if needed else LEADS_TO, None, entry.file, entry.number)
    if left <= 0:
        tally.add("pathways of too many components, of which the rest is left out")


def _credential(component: Node) -> str:
    """Return the credential that a component stands for; nothing where it is a course, a job or another thing."""
    if class_of(component) != "credentialcomponent":
        return ""
    return next(filter(None, map(identifier, items(component, "proxyfor", "sourcedata", "sourceurl"))), "")


def _steps(index: Index, which: str, component: Node, tally: Tally) -> Iterator[_Step]:
    for term in ("haschild", "precededby", "preceededby"):
        yield from (_Step(identifier(one), which, needed=False) for one in items(component, term))
    for term in ("ischildof", "precedes"):
        yield from (_Step(which, identifier(one), needed=False) for one in items(component, term))
    yield from (_Step(identifier(one), which, needed=True) for one in items(component, "prerequisite"))
    for condition in index.all(items(component, "hascondition")):
        yield from (_Step(target, which, needed) for target, needed in _conditioned(index, condition, tally))


def _conditioned(index: Index, condition: Node, tally: Tally) -> Iterator[tuple[str, bool]]:
    """Yield the targets of a condition and of those inside it, and whether every one of them is needed."""
    waiting, seen = [(condition, True)], {id(condition)}
    while waiting:
        one, needed = waiting.pop()
        targets = [found for found in map(identifier, items(one, "targetcomponent")) if found]
        inner = [node for node in index.all(items(one, "hascondition")) if id(node) not in seen]
        seen |= {id(node) for node in inner}
        every = needed and _every(one, len(targets) + len(inner))
        if needed and not every:
            tally.add("one of several ways through a pathway, which the table cannot hold, so leads_to")
        yield from ((target, every) for target in targets)
        waiting += [(node, every) for node in inner]


def _every(condition: Node, parts: int) -> bool:
    if parts <= 1:
        return True
    said = {word for one in items(condition, "logicaloperator") for word in words(one)}
    if said:
        return "and" in said
    asked = number(condition.get("requirednumber"))
    return asked is not None and asked >= parts


def _to_destinations(index: Index, holds: dict[str, str], led: set[str]) -> list[_Step]:
    """Return steps to the destination of each pathway from its parts that lead nowhere else."""
    steps = []
    for entry in index.entries:
        if entry.kind == "pathway":
            ends = [identifier(one) for one in items(entry.node, "hasdestinationcomponent")]
            parts = [identifier(one) for one in items(entry.node, "haspart", "haschild")]
            steps += [
                _Step(part, end, needed=False)
                for end in ends
                for part in dict.fromkeys(parts)
                if part not in led and part not in ends and holds.get(part)
            ]
    return steps


def _credentials_before(
    which: str, before: dict[str, list[_Step]], holds: dict[str, str], *, most: int
) -> tuple[dict[str, bool], int]:
    """Return the nearest credentials before a component, through whatever is none, and the steps that took."""
    found: dict[str, bool] = {}
    waiting, seen, taken = [(step, step.needed) for step in before.get(which, [])], {which}, 0
    while waiting and taken < most:
        taken += 1
        step, needed = waiting.pop()
        held = holds.get(step.before, "")
        if held:
            found[held] = found.get(held, False) or needed
        elif step.before not in seen:
            seen.add(step.before)
            waiting += [(inner, False) for inner in before.get(step.before, [])]
    return found, taken
