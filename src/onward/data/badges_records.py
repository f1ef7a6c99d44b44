"""Files of badges to single badges: records, presentations and tokens are opened, assertions of 2.0 rewritten."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onward.data.ctdl.documents import Node, payload
from onward.data.ctdl.terms import items, local, nodes, normalised

_HOLDS = ("verifiablecredential", "credentials", "badges", "records", "assertions", "data")
_BADGES = frozenset({"openbadgecredential", "achievementcredential"})


@dataclass(frozen=True)
class Badge:
    """One badge with normalised names; ``number`` counts those of the file, ``learner`` is the record's subject."""

    number: int
    node: Node
    learner: Node


def badges_of(values: Sequence[object]) -> Iterator[Badge]:
    """Yield every badge of a file in order; what endorses somebody or something is none.

    >>> [badge.number for badge in badges_of([{"type": "OpenBadgeCredential", "credentialSubject": {"id": "urn:a"}}])]
    [1]
    """
    waiting: list[tuple[object, Node]] = [(value, {}) for value in reversed(values)]
    number = 0
    while waiting:
        value, learner = waiting.pop()
        opened = payload(value) if isinstance(value, str) else value
        if isinstance(opened, list):
            waiting += [(one, learner) for one in reversed(opened)]
        elif isinstance(opened, dict):
            node = _plain(opened)
            inside, subject = _contents(node)
            if inside:
                waiting += [(one, subject or learner) for one in reversed(inside)]
            elif _is_badge(node):
                number += 1
                yield Badge(number, node, learner)


def kinds(node: Node) -> set[str]:
    """Return the types of an object, without prefixes and in lower case."""
    return {local(one) for one in items(node, "type") if isinstance(one, str)}


def _plain(value: Node) -> Node:
    node = normalised(value)
    found: Node = node if isinstance(node, dict) else {}
    # A token of the older data model holds the credential in a claim of its own.
    claim = found.get("vc")
    if isinstance(claim, dict):
        found = {"validfrom": found.get("nbf"), **claim}
    return _of_two(found) if "assertion" in kinds(found) else found


def _contents(node: Node) -> tuple[list[object], Node]:
    """Return what a record holds, and whose it is; nothing for a badge."""
    subjects = nodes(node, "credentialsubject")
    for subject in subjects:
        held = items(subject, "verifiablecredential")
        if held:
            return held, subject
    if kinds(node) & _BADGES or "credentialsubject" in node:
        return [], {}
    return [one for name in _HOLDS for one in items(node, name)], {}


def _is_badge(node: Node) -> bool:
    if "endorsementcredential" in kinds(node):
        return False
    return bool(kinds(node) & _BADGES) or any("achievement" in one for one in nodes(node, "credentialsubject"))


def _of_two(node: Node) -> Node:
    """Return an assertion of Open Badges 2.0 as a badge of 3.0."""
    recipient = node.get("recipient")
    told = recipient if isinstance(recipient, dict) else {}
    identity = {"identityhash": told.get("identity"), "identitytype": told.get("type"), "hashed": told.get("hashed")}
    badge = node.get("badge")
    achievement = badge if isinstance(badge, dict) else {"id": badge}
    return {
        "type": ["OpenBadgeCredential"],
        "issuer": achievement.get("issuer"),
        "awardeddate": node.get("issuedon"),
        "validuntil": node.get("expires"),
        "revoked": node.get("revoked"),
        "credentialsubject": {"identifier": [identity], "achievement": achievement},
    }
