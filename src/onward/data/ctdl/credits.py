"""Credits and clock hours, from value profiles in whatever unit."""

import re
from dataclasses import dataclass

from onward.data.ctdl.documents import Node
from onward.data.ctdl.entries import Index, conditions
from onward.data.ctdl.terms import items, nodes, number, text, words

_CREDITS, _HOURS = "credits", "clock_hours"
_UNITS = (
    ("quarter", _CREDITS, 2 / 3),
    ("semester", _CREDITS, 1.0),
    ("clock", _HOURS, 1.0),
    ("contact", _HOURS, 1.0),
    ("continuing", _HOURS, 10.0),
    ("ceu", _HOURS, 10.0),
    ("degree", _CREDITS, 1.0),
    ("certificatecredit", _CREDITS, 1.0),
    ("credit", _CREDITS, 1.0),
)
"""A quarter credit is two thirds of a semester's; a continuing education unit is ten contact hours."""
MOST_CREDITS = 1_000.0
_MOST_FIRST, _LEAST_FIRST = ("value", "maxvalue", "minvalue"), ("value", "minvalue", "maxvalue")
"""Of a range the most is what something takes, and the least what it is sure to be worth."""
_UNIT_TERMS = (
    "creditunittype",
    "credithourtype",
    "creditunittypedescription",
    "description",
    "name",
    "unittext",
)


@dataclass(frozen=True)
class Amount:
    """Semester credits and clock hours; ``several`` different amounts were stated, or one in an unknown ``unit``."""

    credits: float | None = None
    clock_hours: float | None = None
    several: bool = False
    unknown: bool = False


def amount(profile: Node) -> Amount:
    """Return what one object states: ``creditValue``, ``transferValue``, or the older hour and unit values.

    >>> amount({"creditvalue": [{"value": 90, "creditunittype": [{"targetnode": "creditUnit:QuarterHour"}]}]}).credits
    60.0
    >>> amount({"credithourvalue": 3, "credithourtype": {"en": "Semester Hours"}}).credits
    3.0
    """
    found: dict[str, list[float]] = {_CREDITS: [], _HOURS: []}
    unknown = False
    for value, unit in _stated(profile, _MOST_FIRST):
        kind, figure = _converted(value, unit)
        if kind:
            found[kind].append(figure)
        unknown |= value is not None and not kind
    several = any(len(set(values)) > 1 for values in found.values())
    return Amount(max(found[_CREDITS], default=None), max(found[_HOURS], default=None), several, unknown)


def worth(profile: Node) -> float | None:
    """Return the least credits that ``profile`` says something counts for; None where it says none that can be.

    >>> worth({"creditvalue": {"minvalue": 3, "maxvalue": 6, "description": "credits"}})
    3.0
    >>> worth({"creditvalue": {"value": -1, "description": "credits"}})
    """
    stated = (_converted(value, unit) for value, unit in _stated(profile, _LEAST_FIRST))
    counted = min((figure for kind, figure in stated if kind == _CREDITS), default=None)
    return counted if counted is not None and 0 <= counted <= MOST_CREDITS else None


def required(index: Index, node: Node) -> Amount:
    """Return what ``node`` takes by itself: its own statement, else the greatest of its requirements.

    Credit that is only recommended for it elsewhere, or that another credential is worth, is not what it takes.
    """
    own = amount(node)
    profiles = [profile for profile in conditions(index, node, "requires") if _of_itself(profile)]
    asked = [amount(profile) for profile in profiles]
    credits_ = [one.credits for one in asked if one.credits is not None]
    hours = [one.clock_hours for one in asked if one.clock_hours is not None]
    several = own.several or len(set(credits_)) > 1 or len(set(hours)) > 1 or any(one.several for one in asked)
    return Amount(
        own.credits if own.credits is not None else max(credits_, default=None),
        own.clock_hours if own.clock_hours is not None else max(hours, default=None),
        several,
        own.unknown or any(one.unknown for one in asked),
    )


def _of_itself(profile: Node) -> bool:
    said = f"{text(profile.get('name'))} {text(profile.get('description'))}"
    return not items(profile, "targetcredential") and not re.search("recommend", said, re.IGNORECASE)


def _converted(value: float | None, unit: str) -> tuple[str, float]:
    """Return a figure as credits or clock hours, and which; none where the value or its unit is unknown."""
    match = next(((kind, factor) for part, kind, factor in _UNITS if part in unit), None)
    return ("", 0.0) if value is None or match is None else (match[0], round(value * match[1], 6))


def _stated(profile: Node, figures: tuple[str, ...]) -> list[tuple[float | None, str]]:
    stated = []
    for value in nodes(profile, "creditvalue", "transfervalue"):
        figure = next((number(value[name]) for name in figures if name in value), None)
        stated.append((figure, _unit(value)))
    older = [name for name in ("credithourvalue", "creditunitvalue") if name in profile]
    return stated + [(number(profile[name]), _unit(profile)) for name in older]


def _unit(value: Node) -> str:
    for term in _UNIT_TERMS:
        said = "".join(word for one in items(value, term) for word in words(one))
        if any(part in said for part, *_ in _UNITS):
            return said
    return ""
