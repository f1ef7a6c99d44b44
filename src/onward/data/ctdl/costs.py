"""What a credential costs by its cost profiles; no two prices are added that may be meant for different learners."""

import re
from dataclasses import dataclass
from datetime import date

from onward.data.ctdl.documents import Node
from onward.data.ctdl.terms import day, items, nodes, number, text, words

DOLLARS = frozenset({"usd", "us$", "$", "usdollar", "usdollars", "dollar", "dollars", "unitedstatesdollar"})
_AGGREGATE = ("aggregatecost", "aggregatetuitioncost", "totalcost")
_PART = re.compile(r"\b(per|each|every|annual|monthly|yearly|hourly)\b|/", re.IGNORECASE)
_PART_SAID = re.compile(r"\bper (credit|unit|course|term|semester|quarter|year|month|hour)\b", re.IGNORECASE)
_NEAREST = ("instate", "indistrict", "incounty", "")
"""Whose price is taken, in this order; "" is a price for anybody."""


@dataclass(frozen=True)
class Price:
    """Dollars for the whole of it, or why there is no such figure."""

    dollars: float | None = None
    why_not: str = ""


def price(node: Node, as_of: date | None) -> Price:
    """Return the stated price: the aggregate cost, else the sum of one price of each type, for in-state learners.

    >>> profiles = [{"price": 300, "directcosttype": "Tuition"}, {"price": 20, "directcosttype": "Application"}]
    >>> price({"estimatedcost": profiles}, None).dollars
    320.0
    >>> price({"estimatedcost": [*profiles, {"price": 900, "directcosttype": "costType:Tuition"}]}, None).why_not
    'several prices of one kind without saying for whom'
    """
    by_type: dict[str, dict[str, set[float]]] = {}
    reasons: list[str] = []
    for profile in _profiles(node):
        figure = number(profile.get("price"))
        if figure is None or not _in_force(profile, as_of):
            continue
        reason = _unusable(profile, figure)
        if reason:
            reasons.append(reason)
            continue
        kinds = [word for one in items(profile, "directcosttype") for word in words(one)]
        kind = "aggregate" if any(word in _AGGREGATE for word in kinds) else next(iter(kinds), "")
        homes = [words(one)[0] for one in items(profile, "residencytype") if words(one)] or [""]
        for home in homes:
            by_type.setdefault(kind, {}).setdefault(home, set()).add(figure)
    # Part of a price would look like the whole of it.
    if reasons and "aggregate" not in by_type:
        return Price(None, reasons[0])
    return _total(by_type)


def _total(by_type: dict[str, dict[str, set[float]]]) -> Price:
    if "aggregate" in by_type:
        by_type = {"aggregate": by_type["aggregate"]}
    total = 0.0
    for by_home in by_type.values():
        prices = next((by_home[home] for home in _NEAREST if home in by_home), None)
        if prices is None:
            return Price(None, "prices for learners from elsewhere alone")
        if len(prices) > 1:
            return Price(None, "several prices of one kind without saying for whom")
        total += next(iter(prices))
    return Price(round(total, 2) if by_type else None)


def _profiles(node: Node) -> list[Node]:
    """Return the profiles one price each, a publisher's items with what their profile says of all."""
    found = []
    for profile in nodes(node, "estimatedcost"):
        inside = nodes(profile, "costitems")
        shared = {name: value for name, value in profile.items() if name != "costitems"}
        found += [{**shared, **item} for item in inside] if inside else [profile]
    return found


def _unusable(profile: Node, figure: float) -> str:
    currency = re.sub(r"[^a-z$]", "", text(profile.get("currency")).lower())
    if currency and currency not in DOLLARS:
        return "another currency than US dollars"
    if figure < 0:
        return "a price below zero"
    if _PART.search(text(profile.get("paymentpattern"))) or _PART_SAID.search(_said(profile)):
        return "a price for a part of it, such as a credit or a year"
    return ""


def _said(profile: Node) -> str:
    return f"{text(profile.get('name'))} {text(profile.get('description'))}"


def _in_force(profile: Node, as_of: date | None) -> bool:
    start, end = day(profile.get("startdate")), day(profile.get("enddate"))
    return as_of is None or ((start is None or start <= as_of) and (end is None or as_of <= end))
