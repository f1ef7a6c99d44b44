"""CTDL classes to the kinds of the catalogue, and the IPEDS award level of each credential."""

import re

from onward.data.ctdl.credits import Amount
from onward.data.ctdl.documents import Node
from onward.data.ctdl.durations import WEEKS_A_YEAR
from onward.data.ctdl.terms import items, text, words
from onward.data.tables import KINDS, LEVELS

_KINDS = {
    **{kind.lower(): kind for kind in KINDS},
    "digitalbadge": "Badge",
    "openbadge": "Badge",
    "journeymancertificate": "ApprenticeshipCertificate",
    "diploma": "Certificate",
    "specialistdegree": "MasterDegree",
    "professionaldoctorate": "DoctoralDegree",
    "researchdoctorate": "DoctoralDegree",
    "professionallicense": "License",
    "licence": "License",
}
_FORMS = (
    (re.compile(r"associate[a-z]*degree"), "AssociateDegree"),
    (re.compile(r"bachelor[a-z]*degree"), "BachelorDegree"),
    (re.compile(r"master[a-z]*degree"), "MasterDegree"),
    (re.compile(r"[a-z]*doctora(te|l)[a-z]*"), "DoctoralDegree"),
    (re.compile(r"[a-z0-9]*certificate"), "Certificate"),
)
NOT_ADVISED = frozenset(
    {
        "secondaryschooldiploma",
        "secondaryeducationcertificate",
        "generaleducationdevelopment",
        "generaleducationlevel1certificate",
        "generaleducationlevel2certificate",
        "internationalbaccalaureatediploma",
        "qualityassurancecredential",
    }
)
"""What an adult is not advised into: schooling below college, and what certifies institutions."""
_DEGREES = {"AssociateDegree": "3", "BachelorDegree": "5", "MasterDegree": "7", "DoctoralDegree": "17"}
_EXACT = {"specialistdegree": "8", "professionaldoctorate": "18", "researchdoctorate": "17", "doctoraldegree": "19"}
_AUDIENCES = (
    ("doctoraldegreelevel", "DoctoralDegree"),
    ("mastersdegreelevel", "MasterDegree"),
    ("bachelorsdegreelevel", "BachelorDegree"),
    ("associatesdegreelevel", "AssociateDegree"),
)
_GRADUATE = frozenset({"graduatelevel", "mastersdegreelevel"})
FRAMEWORK = "IPEDS award level"
"""The framework under which a level is stated as a code, so that it need not be told from the length."""


def is_credential(class_name: str) -> bool:
    """Say whether a class is one of credentials, advised or not.

    >>> is_credential("openbadge"), is_credential("qualityassurancecredential"), is_credential("course")
    (True, True, False)
    """
    named = class_name in _KINDS or class_name in NOT_ADVISED or class_name in {"degree", "credential"}
    return named or any(form.fullmatch(class_name) for form, _ in _FORMS)


def kind_of(class_name: str, node: Node) -> str | None:
    """Return the kind of the catalogue nearest to a class; None for what is no credential of it.

    >>> kind_of("digitalbadge", {}), kind_of("associateofappliedsciencedegree", {}), kind_of("assessmentprofile", {})
    ('Badge', 'AssociateDegree', None)
    """
    if class_name in _KINDS:
        return _KINDS[class_name]
    if class_name == "degree":
        heard = _audiences(node)
        return next((kind for audience, kind in _AUDIENCES if audience in heard), None)
    if class_name in NOT_ADVISED:
        return None
    return next((kind for form, kind in _FORMS if form.fullmatch(class_name)), None)


def level(class_name: str, kind: str, node: Node, *, weeks: float | None, amount: Amount) -> str:
    """Return the IPEDS award level: as stated, by the degree, else by length; empty where nothing tells it.

    By length: under 12 weeks 20, under a year 21, under two years 2, longer 4. By work, as IPEDS counts academic
    years: under 300 clock hours or 9 credits 20, under 900 or 30 21, under 1,800 or 60 2, more 4.

    >>> level("certificate", "Certificate", {}, weeks=34, amount=Amount())
    '21'
    """
    stated = stated_level(node)
    if stated:
        return stated
    if kind in _DEGREES:
        return _EXACT.get(class_name, _DEGREES[kind])
    heard = _audiences(node)
    if heard and heard <= _GRADUATE:
        return "6"
    if heard == {"doctoraldegreelevel"}:
        return "8"
    for figure, bounds in (
        (weeks, (12, WEEKS_A_YEAR, 2 * WEEKS_A_YEAR)),
        (amount.clock_hours, (300, 900, 1800)),
        (amount.credits, (9, 30, 60)),
    ):
        if figure:
            return next((code for code, bound in zip(("20", "21", "2"), bounds, strict=True) if figure < bound), "4")
    return ""


def _audiences(node: Node) -> set[str]:
    return {word for one in items(node, "audienceleveltype") for word in words(one) if word.endswith("level")}


def stated_level(node: Node) -> str:
    """Return the IPEDS award level that an entry states as a code; empty where it states none."""
    for one in items(node, "atlevel", "audienceleveltype"):
        if isinstance(one, dict) and "award level" in text(one.get("frameworkname")).lower():
            code = text(one.get("codednotation"))
            if code in LEVELS:
                return code
    return ""
