"""How long a credential takes: calendar weeks and clock hours."""

import re
from dataclasses import dataclass

from onward.data.ctdl.documents import Node
from onward.data.ctdl.terms import items, number, text

WEEKS_A_YEAR = 52.0
_WEEKS = {"years": WEEKS_A_YEAR, "months": WEEKS_A_YEAR / 12, "weeks": 1.0, "days": 1 / 7}
_HOURS = {"hours": 1.0, "minutes": 1 / 60, "seconds": 1 / 3600}
_AMOUNT = r"(?:(\d{1,9}(?:[.,]\d{1,9})?)"
_ISO = re.compile(
    rf"P{_AMOUNT}Y)?{_AMOUNT}M)?{_AMOUNT}W)?{_AMOUNT}D)?(?:T{_AMOUNT}H)?{_AMOUNT}M)?{_AMOUNT}S)?)?", re.IGNORECASE
)
_WORDS = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)[ -]*(year|month|week|day|hour)s?", re.IGNORECASE)
_UNITS = (*_WEEKS, *_HOURS)


@dataclass(frozen=True)
class Length:
    """Calendar weeks and hours of work; None where only the other is stated. ``longest`` of a range was taken."""

    weeks: float | None = None
    hours: float | None = None
    longest: bool = False


def length(value: object) -> Length:
    """Return one duration: ISO 8601 with decimals, an object of units, or words; a year is 52 weeks.

    Hours alone say how much work it is, not how many weeks it lasts.

    >>> length("P2Y"), length("PT40H"), length({"months": 9})
    (Length(weeks=104.0, hours=None, longest=False), Length(weeks=None, hours=40.0, longest=False), \
Length(weeks=39.0, hours=None, longest=False))
    """
    if isinstance(value, list):
        return length(value[0]) if value else Length()
    if isinstance(value, dict):
        inside = value.get("duration_iso8601") or value.get("value")
        return length(inside) if isinstance(inside, str) else _sum({unit: number(value.get(unit)) for unit in _UNITS})
    if not isinstance(value, str):
        return Length()
    match = _ISO.fullmatch(value.strip())
    if match:
        amounts = [float(group.replace(",", ".")) if group else None for group in match.groups()]
        return _sum(dict(zip(_UNITS, amounts, strict=True)))
    found = _WORDS.fullmatch(value.strip())
    return _sum({f"{found.group(2).lower()}s": float(found.group(1))}) if found else Length()


def duration(node: Node) -> tuple[Length, bool]:
    """Return how long ``node`` takes, and whether other durations are stated besides the one taken.

    Of several the one said to be full-time is taken, else the first; of a range its longest, so that nobody is
    promised a shorter way than may come.
    """
    profiles = [(profile, _profile(profile)) for profile in items(node, "estimatedduration")]
    stated = [(profile, one) for profile, one in profiles if one != Length()]
    if not stated:
        return Length(), False
    full = (one for profile, one in stated if isinstance(profile, dict) and _full_time(profile))
    return next(full, stated[0][1]), len({one for _, one in stated}) > 1


def _full_time(profile: Node) -> bool:
    return bool(re.search(r"full.?time", text(profile.get("description")), re.IGNORECASE))


def _profile(value: object) -> Length:
    if not isinstance(value, dict):
        return length(value)
    exact, most = length(value.get("exactduration")), length(value.get("maximumduration"))
    least, work = length(value.get("minimumduration")), length(value.get("timerequired"))
    ranged = most if most != Length() else least
    taken = exact if exact != Length() else ranged
    if taken == Length():
        taken = length(value)
    hours = taken.hours if taken.hours is not None else work.hours
    weeks = taken.weeks if taken.weeks is not None else work.weeks
    return Length(weeks, hours, longest=exact == Length() and most != Length() and least not in {most, Length()})


def _sum(amounts: dict[str, float | None]) -> Length:
    weeks = sum(factor * (amounts.get(unit) or 0) for unit, factor in _WEEKS.items())
    hours = sum(factor * (amounts.get(unit) or 0) for unit, factor in _HOURS.items())
    # Days and hours together are a span of the calendar; hours alone are work.
    return Length(weeks or None, hours if hours and not weeks else None)
