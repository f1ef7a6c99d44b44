"""The entries of catalogue files and what refers to what among them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from onward.data.ctdl.documents import Document, Node, payload
from onward.data.ctdl.terms import identifier, is_ctid, items, local, normalised, text

_WRAPPED = ("data", "envelopes", "results", "records", "resources")
_REQUESTS = {
    "credential": "Credential",
    "credentials": "Credential",
    "learningopportunity": "LearningOpportunityProfile",
    "learningprogram": "LearningProgram",
    "organization": "CredentialOrganization",
    "assessment": "AssessmentProfile",
    "pathway": "Pathway",
    "pathwaycomponents": "PathwayComponent",
    "transfervalueprofile": "TransferValueProfile",
    "transfervalueprofiles": "TransferValueProfile",
    "datasetprofile": "DataSetProfile",
}
"""Names under which a publisher's input to the registry holds its entries."""
_NAME = re.compile(r"[^:@/]*[^\W\d_][^:@/]*")
_DESCRIBES = frozenset({"instructionalprogramtype", "estimatedduration", "cip_codes"})


@dataclass(frozen=True)
class Entry:
    """One entry: the file it is in, its number there from 1, its object with normalised names, and its class.

    ``inner`` is what another entry describes whole inside itself; an entry of its own stands over it.
    """

    file: str
    number: int
    node: Node
    kind: str
    inner: bool = False

    @property
    def id(self) -> str:
        """Its CTID, else its address; empty where it has neither."""
        return identifier(self.node)

    @property
    def aside(self) -> bool:
        """It is there for another entry's sake, inside it or as a blank node, so that one of its own stands over it."""
        return self.inner or str(self.node.get("id", "")).startswith("_:")


class Index:
    """Every object with an id in all files together; a reference is followed here and nowhere else.

    Where an object has both a CTID and another address, references by the address become ones by the CTID.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        _write_ctids([entry.node for entry in entries])
        self.entries = entries
        self._by_id: dict[str, Node] = {}
        for entry in entries:
            for node in _inside(entry.node):
                found = identifier(node)
                if found and len(node) > len(self._by_id.get(found, ())):
                    self._by_id[found] = node

    def node(self, reference: object) -> Node | None:
        """Return the object ``reference`` is or names, or None where it is in no file."""
        known = self._by_id.get(identifier(reference))
        if not isinstance(reference, dict):
            return known
        return known if known is not None and len(known) > len(reference) else reference

    def all(self, references: Sequence[object]) -> list[Node]:
        """Return the objects of those ``references`` that are in a file."""
        return [node for node in map(self.node, references) if node is not None]


def class_of(node: Node) -> str:
    """Return the class of an object, in lower case; a publisher's input states a credential's apart.

    >>> class_of({"type": "ceterms:Certificate"}), class_of({"type": "Credential", "credentialtype": "ceterms:License"})
    ('certificate', 'license')
    """
    stated = [local(value) for value in items(node, "type") if isinstance(value, str)]
    kind = next((value for value in stated if value not in {"credential", "resource"}), stated[0] if stated else "")
    apart = {"": ("credentialtype", "pathwaycomponenttype"), "credential": ("credentialtype",)}
    apart["pathwaycomponent"] = ("pathwaycomponenttype",)
    named = [local(str(node[name])) for name in apart.get(kind, ()) if isinstance(node.get(name), str)]
    # What a publisher has defined itself is an address there, whose last part is no class.
    return next((name for name in named if name.isalnum()), kind)


def entries(document: Document, scope: str, is_credential: Callable[[str], bool]) -> list[Entry]:
    """Return the entries of one file; a credential described whole inside another entry is one as well."""
    found: list[Entry] = []
    for raw in _unwrapped(document.values):
        node = normalised(raw, scope)
        if isinstance(node, dict):
            found.append(Entry(document.file, len(found) + 1, node, class_of(node)))
    for entry in tuple(found):
        found += [
            Entry(document.file, entry.number, node, class_of(node), inner=True)
            for node in _inside(entry.node)
            if node is not entry.node
            and node.keys() & _DESCRIBES
            and is_credential(class_of(node))
            and identifier(node)
        ]
    return found


def organisation(index: Index, node: Node) -> Node | None:
    """Return whoever offers, else owns, the entry, where the files say who that is."""
    for reference in items(node, "offeredby", "ownedby", "owner", "creator"):
        found = index.node(reference)
        if found is not None and text(found.get("name")):
            return found
        if isinstance(reference, str) and _NAME.fullmatch(reference):
            return {"name": reference}
    return None


def _unwrapped(values: Sequence[object]) -> Iterator[Node]:
    waiting = list(reversed(values))
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            value = payload(value)
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            inside = list(_contents(value))
            if inside:
                waiting.extend(reversed(inside))
            elif value:
                yield value


def _contents(value: Node) -> Iterator[object]:
    """Yield what an envelope, a graph or a publisher's request holds; nothing for an entry itself."""
    by_name = {local(str(key)): inside for key, inside in value.items()}
    decoded, token = by_name.get("decoded_resource"), by_name.get("resource")
    if isinstance(decoded, (dict, list)):
        yield decoded
    elif isinstance(token, (dict, str)) and any(name.startswith("envelope_") for name in by_name):
        yield token
    elif isinstance(by_name.get("graph"), (dict, list)):
        yield by_name["graph"]
    elif "type" not in by_name and "ctid" not in by_name:
        yield from _requested(by_name)


def _requested(by_name: Node) -> Iterator[object]:
    for name, inside in by_name.items():
        if name in _WRAPPED and isinstance(inside, list):
            yield inside
        elif name in _REQUESTS:
            for one in inside if isinstance(inside, list) else [inside]:
                if isinstance(one, dict):
                    yield one if any(local(str(key)) == "type" for key in one) else {**one, "@type": _REQUESTS[name]}
        elif name == "graphinput" and isinstance(inside, (dict, list)):
            yield inside


def _inside(node: Node) -> Iterator[Node]:
    waiting: list[object] = [node]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(reversed(list(value.values())))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def conditions(index: Index, node: Node, *names: str) -> list[Node]:
    """Return the condition profiles under ``names``, followed where they are references."""
    return [found for found in index.all(items(node, *names)) if found is not node]


def _write_ctids(entry_nodes: Sequence[Node]) -> None:
    """Write, in place, the CTID of an object wherever its address stands, be that a blank node's or a publisher's."""
    ctids: dict[str, str] = {}
    every = [node for entry_node in entry_nodes for node in _inside(entry_node)]
    for node in every:
        address, ctid = node.get("id"), identifier(node.get("ctid"))
        if isinstance(address, str) and ":" in address and is_ctid(ctid) and identifier(address) != ctid:
            ctids.setdefault(address, ctid)
    for node in every if ctids else ():
        for name, value in node.items():
            # A source is told as it stands, and what has a CTID keeps its address.
            if name != "source" and not (name == "id" and "ctid" in node):
                node[name] = _with_ctid(value, ctids)


def _with_ctid(value: object, ctids: dict[str, str]) -> object:
    if isinstance(value, str):
        return ctids.get(value, value)
    return [_with_ctid(one, ctids) for one in value] if isinstance(value, list) else value
