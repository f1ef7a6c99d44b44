"""The terms of CTDL, whatever their spelling: prefixed, full addresses, bare or as in a publisher's input.

Names are compared without their prefix and in lower case, so that ``ceterms:estimatedDuration``,
``https://purl.org/ctdl/terms/estimatedDuration``, ``estimatedDuration`` and ``EstimatedDuration`` are one.
"""

import math
import re
from collections.abc import Iterator
from datetime import date, datetime

from onward.data.ctdl.documents import Node

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CTID = re.compile(rf"(?:ce-|urn:ctid:(?:ce-)?)({_UUID})", re.IGNORECASE)
_BARE = re.compile(_UUID, re.IGNORECASE)
_NUMBER = re.compile(r"[$]?\s*(-?\d{1,15}(?:\.\d{1,15})?)")
_DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%Y/%m/%d", "%Y-%m", "%Y", "%Y%m%d")
_LEAST_YEAR, _LAST_YEAR = 1900, 2100


def local(name: str) -> str:
    """Return a term's own name, in lower case.

    >>> local("ceterms:estimatedDuration"), local("https://purl.org/ctdl/terms/ctid"), local("OwnedBy"), local("@id")
    ('estimatedduration', 'ctid', 'ownedby', 'id')
    """
    return re.split(r"[:/#]", name.strip().rstrip("/#").removeprefix("@"))[-1].lower()


def normalised(value: object, scope: str = "") -> object:
    """Return ``value`` with every name as :func:`local` gives it; a blank node's name is made the file's own."""
    if isinstance(value, list):
        return [normalised(one, scope) for one in value]
    if isinstance(value, str):
        # Half of a surrogate pair can be escaped in JSON, but is in no text that can be written.
        whole = value.encode("utf-8", "replace").decode()
        return f"_:{scope}/{whole[2:]}" if whole.startswith("_:") else whole
    if not isinstance(value, dict):
        return value
    node: Node = {}
    for key, inside in value.items():
        name = local(str(key)).removesuffix("_map")
        if node.get(name) in (None, "", [], {}):
            node[name] = normalised(inside, scope)
    return node


def identifier(value: object) -> str:
    """Return the CTID that ``value`` is or refers to, else its address as it stands, else nothing.

    >>> identifier("https://x.org/graph/ce-28E50037-D306-4F1E-AA9D-22A0E716B7A7")
    'ce-28e50037-d306-4f1e-aa9d-22a0e716b7a7'
    >>> identifier({"id": "http://x.org/a"}), identifier({"name": "Welding"})
    ('http://x.org/a', '')
    """
    if isinstance(value, list):
        return identifier(value[0]) if value else ""
    if isinstance(value, dict):
        return identifier(value.get("ctid")) or identifier(value.get("id"))
    if not isinstance(value, str):
        return ""
    found = _CTID.search(value)
    if found:
        return f"ce-{found.group(1).lower()}"
    bare = value.strip()
    return f"ce-{bare.lower()}" if _BARE.fullmatch(bare) else bare


def is_ctid(text: str) -> bool:
    """Say whether ``text`` is a CTID in its canonical form."""
    return bool(re.fullmatch(rf"ce-{_UUID}", text))


def items(node: Node, *names: str) -> list[object]:
    """Return all values that stand under ``names``, single ones and lists alike."""
    found: list[object] = []
    for name in names:
        value = node.get(name)
        found += value if isinstance(value, list) else [value]
    return [value for value in found if value not in (None, "", {}, [])]


def nodes(node: Node, *names: str) -> list[Node]:
    """Return the objects that stand under ``names``."""
    return [value for value in items(node, *names) if isinstance(value, dict)]


def text(value: object) -> str:
    """Return a text, in English where there are several languages, with single spaces.

    >>> text({"es": "Soldadura", "en-us": ["Welding"]}), text("  Welding  I "), text({"es": "Soldadura"}), text(None)
    ('Welding', 'Welding I', 'Soldadura', '')
    """
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return next(filter(None, map(text, value)), "")
    if isinstance(value, dict):
        english = sorted((key for key in value if key == "en" or key.startswith(("en-", "en_"))), key=len)
        return next(filter(None, (text(value[key]) for key in [*english, *value] if key != "language")), "")
    return ""


def texts(value: object) -> list[str]:
    """Return every text of ``value`` in the language :func:`text` would take."""
    if isinstance(value, list):
        return [found for one in value for found in texts(one)]
    if isinstance(value, dict):
        english = next((value[key] for key in value if key == "en" or key.startswith(("en-", "en_"))), None)
        return texts(english if english is not None else next(iter(value.values()), None))
    found = text(value)
    return [found] if found else []


def words(value: object) -> tuple[str, ...]:
    """Return what a coded value may be known by: node, code and name, as letters and digits in lower case.

    >>> words({"targetnode": "deliveryType:InPerson", "targetnodename": {"en": "In-Person Only"}})
    ('inperson', 'inpersononly')
    """
    return tuple(dict.fromkeys(filter(None, (re.sub(r"[^a-z0-9]", "", word) for word in _spellings(value)))))


def _spellings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield local(value)
    elif isinstance(value, dict):
        for name in ("targetnode", "id", "codednotation"):
            one = value.get(name)
            yield local(one) if isinstance(one, str) else ""
        for name in ("targetnodename", "name", "value"):
            yield text(value.get(name)).lower()
        if not value.keys() & {"targetnode", "id", "codednotation", "targetnodename", "name", "value"}:
            yield text(value).lower()


def number(value: object) -> float | None:
    """Return a finite number, however it is written; None where there is none.

    >>> number("1,250.50"), number("$300"), number({"value": 3}), number(True), number(float("inf")), number("x")
    (1250.5, 300.0, 3.0, None, None, None)
    """
    if isinstance(value, list):
        return number(value[0]) if value else None
    if isinstance(value, dict):
        return number(value.get("value"))
    if isinstance(value, str):
        match = _NUMBER.fullmatch(value.strip().replace(",", ""))
        return float(match.group(1)) if match else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1e15 < value < 1e15:
        return None
    return float(value) if math.isfinite(value) else None


def day(value: object) -> date | None:
    """Return a day, however it is written; a month or a year alone is its first day.

    >>> day("2018-01-15T00:00:00Z"), day("8/4/1971"), day("2018-1-1"), day("soon")
    (datetime.date(2018, 1, 15), datetime.date(1971, 8, 4), datetime.date(2018, 1, 1), None)
    """
    if isinstance(value, list):
        return day(value[0]) if value else None
    if not isinstance(value, (str, int)):
        return None
    written = str(value)[:40].strip()
    short = re.split(r"[T ]", written)[0]
    for form in _DAYS:
        try:
            found = datetime.strptime(short, form).date()  # noqa: DTZ007 - a day as written, in no zone
        except ValueError:
            continue
        return found if _LEAST_YEAR <= found.year <= _LAST_YEAR else None
    return None


def written(value: float | None) -> str:
    """Return a number as a cell holds it.

    >>> written(104.0), written(0.5), written(None)
    ('104', '0.5', '')
    """
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else repr(value)
