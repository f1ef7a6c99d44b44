"""Who a badge was awarded to: an id that no person can be told by, or what is wrong with it."""

import re
from dataclasses import dataclass

from onward.data.ctdl.documents import Node
from onward.data.ctdl.terms import items, nodes

_PERSONAL_TYPES = frozenset(
    {"name", "emailaddress", "email", "username", "telephone", "phone", "url", "nationalidentitynumber"}
)
_PERSONAL = re.compile(
    r"@|%40|^(?:mailto|tel|acct|xmpp):|^(?:sha\d*|md5)\$|(?<!\d)\d{3}-?\d{2}-?\d{4}(?!\d)", re.IGNORECASE
)


@dataclass(frozen=True)
class Whose:
    """A learner's id, or what came in its place; what came never holds a value."""

    learner_id: str = ""
    came: str = ""


def learner_of(subject: Node, record: Node) -> Whose:
    """Return whose a badge is: its subject's id or identifier, else those of the record it is in.

    A name, an address or a hash of one is refused: whoever knows the address knows the learner.

    >>> learner_of({"id": "urn:uuid:5f1c"}, {}), learner_of({"id": "mailto:a@example.org"}, {})
    (Whose(learner_id='urn:uuid:5f1c', came=''), Whose(learner_id='', came='an e-mail address, a number or a hash of \
one, not shown'))
    """
    came = "nothing"
    for whose in (subject, record):
        stated = whose.get("id")
        if isinstance(stated, str) and stated.strip():
            return _judged(stated.strip())
        for identity in nodes(whose, "identifier"):
            found = _identity(identity)
            if found.learner_id:
                return found
            came = found.came
        for plain in items(whose, "identifier"):
            if isinstance(plain, str):
                return _judged(plain.strip())
    return Whose(came=came)


def _identity(identity: Node) -> Whose:
    kind = str(identity.get("identitytype") or "").lower().removeprefix("ext:")
    value = identity.get("identityhash")
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        return Whose(came="an identifier without a value")
    if identity.get("hashed") is True or str(identity.get("hashed")).lower() == "true":
        return Whose(came="a hash of an identifier, not shown")
    if kind in _PERSONAL_TYPES:
        return Whose(came="a name, an address or a number issued by a government, not shown")
    return _judged(str(value).strip())


def _judged(value: str) -> Whose:
    if _PERSONAL.search(value):
        return Whose(came="an e-mail address, a number or a hash of one, not shown")
    return Whose(value) if value else Whose(came="nothing")
