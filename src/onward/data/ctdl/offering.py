"""Where, when and how a credential is taught, by whom, and what may pay for it."""

import re

from onward.data.ctdl.documents import Node
from onward.data.ctdl.entries import Index, conditions, organisation
from onward.data.ctdl.terms import items, nodes, text, texts, words

_MODALITIES = {
    "inperson": "in_person",
    "inpersononly": "in_person",
    "online": "online",
    "onlineonly": "online",
    "blendeddelivery": "hybrid",
    "blended": "hybrid",
    "hybrid": "hybrid",
}
_SCHEDULES = {
    "daytime": "day",
    "day": "day",
    "weekdays": "day",
    "evening": "evening",
    "evenings": "evening",
    "weekend": "weekend",
    "weekends": "weekend",
}
_FUNDING = (
    ("pell", r"\bpell\b"),
    ("wioa", r"\bwioa\b|workforce innovation"),
    ("perkins", r"\bperkins\b"),
    ("employer", r"\bemployers?\b"),
    ("gi_bill", r"\bg\.?i\.? bill\b|\bveterans?\b"),
    ("state_grant", r"\bstate grants?\b"),
)
_LONGEST_TEXT = 2_000
_UNITID, _OPEID = re.compile(r"\d{6}"), re.compile(r"(\d{6})(?:\d{2})?")


def modalities(node: Node) -> set[str]:
    """Return the ways in which ``node`` is taught, each of which a learner may choose."""
    return _known(node, _MODALITIES, "learningdeliverytype", "deliverytype")


def schedule(node: Node) -> str:
    """Return when it is taught: ``any`` where a learner may choose between times."""
    times = _known(node, _SCHEDULES, "scheduletimingtype", "offerscheduletimingtype")
    return next(iter(times)) if len(times) == 1 else "any" if times else ""


def work_based(node: Node, kind: str) -> str:
    """Say whether learning takes place at work; empty where nothing is said of how one learns.

    >>> work_based({"learningmethodtype": ["learnMethod:WorkBased"]}, "Certificate"), work_based({}, "Certificate")
    ('true', '')
    """
    methods = [word for one in items(node, "learningmethodtype") for word in words(one)]
    at_work = any("workbased" in word and not word.startswith("not") for word in methods)
    if at_work or kind == "ApprenticeshipCertificate":
        return "true"
    return "false" if methods else ""


def noncredit(node: Node) -> str:
    """Say whether it is taught outside credit; empty where nothing is said."""
    stated = text(str(next(iter(items(node, "isnoncredit")), ""))).lower()
    return stated if stated in {"true", "false"} else ""


def provider(index: Index, node: Node) -> tuple[str, str]:
    """Return the name and the public id of whoever offers it, else owns it; empty where no file says."""
    found = organisation(index, node)
    if found is None:
        return "", ""
    return text(found.get("name")), _public_id(found)


def campus(index: Index, node: Node) -> str:
    """Return the name of the first place where it is available, else the town."""
    places = index.all(items(node, "availableat"))
    names = (text(place.get("name")) or text(place.get("addresslocality") or place.get("city")) for place in places)
    return next(filter(None, names), "")


def funding(index: Index, node: Node) -> tuple[str, int]:
    """Return what may pay for it, as codes joined by a bar, and how many kinds of aid are none of those."""
    found, others = set(), 0
    for profile in index.all(items(node, "financialassistance")):
        kinds = [text(one) or " ".join(words(one)) for one in items(profile, "financialassistancetype")]
        said = " ".join([text(profile.get("name")), *kinds]).lower()
        codes = {code for code, form in _FUNDING if re.search(form, said)}
        found |= codes
        others += not codes
    return "|".join(code for code, _ in _FUNDING if code in found), others


def licence_conditions(index: Index, node: Node) -> str:
    """Return what is asked besides other credentials and credit, in the board's words, joined by semicolons."""
    said: list[str] = []
    for profile in conditions(index, node, "requires"):
        if not profile.keys() & {"targetcredential", "creditvalue", "credithourvalue", "creditunitvalue"}:
            own = texts(profile.get("condition"))
            said += own or [text(profile.get("description"))]
    for one in nodes(node, "requires"):
        said += [] if index.node(one) else texts(one)
    wanted = dict.fromkeys(one for one in said if one and "DESCRIPTION MISSING" not in one)
    return "; ".join(wanted)[:_LONGEST_TEXT]


def _public_id(found: Node) -> str:
    unit = _UNITID.fullmatch(text(str(found.get("ipedsid") or "")))
    if unit:
        return unit.group()
    opeid = _OPEID.fullmatch(text(str(found.get("opeid") or "")))
    return opeid.group(1) if opeid else ""


def _known(node: Node, meanings: dict[str, str], *names: str) -> set[str]:
    return {meanings[word] for one in items(node, *names) for word in words(one) if word in meanings}
