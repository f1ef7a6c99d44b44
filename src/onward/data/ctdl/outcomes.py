"""Outcome data of credentials to rows of ``values``: median yearly earnings, as near to four years on as there are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from onward.data.ctdl.costs import DOLLARS
from onward.data.ctdl.documents import Node
from onward.data.ctdl.entries import Entry, Index, organisation
from onward.data.ctdl.noted import Tally
from onward.data.ctdl.terms import day, identifier, items, nodes, number, text, written

Cells = dict[str, str]
MONTHS = 48
"""The horizon of the federal earnings premium: four years after completing."""
LEAST_A_YEAR, MOST_A_YEAR = 2_000, 10_000_000
"""Medians outside of this are no yearly earnings in dollars: wages an hour, most likely, or a slip."""


@dataclass(frozen=True)
class Earned:
    """One published median: dollars a year, so many months on; None where that is not stated."""

    median: float
    months: float | None
    low: float | None = None
    high: float | None = None
    n: float | None = None
    source: str = ""
    year: int | None = None

    @property
    def distance(self) -> tuple[float, float, int]:
        """How far from four years on it is, the shorter horizon and the later year first."""
        months = float("inf") if self.months is None else self.months
        return abs(months - MONTHS), months, -(self.year or 0)


def values_of(index: Index, entry: Entry, tally: Tally, about: dict[str, list[Node]]) -> Cells | None:
    """Return the row of ``entry``'s outcomes; ``about`` holds the data sets that name a credential as theirs."""
    found = [one for one in _candidates(index, entry, tally, about) if _plausible(one, tally, entry.id)]
    if not found:
        return None
    best = min(found, key=lambda one: one.distance)
    others = len(dict.fromkeys(found)) - 1
    if others:
        tally.add("earnings at other horizons or of other years, of which the nearest to four years stands", entry.id)
    if best.months is None:
        tally.add("with earnings so many years on as is not stated", entry.id)
    publisher = organisation(index, entry.node)
    named = text(publisher.get("name")) if publisher else ""
    return {
        "credential_id": entry.id,
        "median_earnings": written(best.median),
        "n": written(best.n),
        "horizon_years": written(None if best.months is None else round(best.months / 12, 4)),
        "basis": "published",
        "source": best.source or (f"{named}, CTDL" if named else "CTDL"),
        "year": "" if best.year is None else str(best.year),
        "low": written(best.low),
        "high": written(best.high),
    }


def about_credentials(index: Index) -> dict[str, list[Node]]:
    """Return the data sets that name a credential as what they are about, by its id."""
    found: dict[str, list[Node]] = {}
    for entry in index.entries:
        if entry.kind == "datasetprofile":
            for reference in items(entry.node, "relevantdatasetfor", "about"):
                found.setdefault(identifier(reference), []).append(entry.node)
    return found


def _candidates(index: Index, entry: Entry, tally: Tally, about: dict[str, list[Node]]) -> Iterator[Earned]:
    sets: dict[str, tuple[Node, float | None]] = {}
    for profile in index.all(items(entry.node, "aggregatedata", "earnings")):
        if items(profile, "jobsobtained"):
            tally.add("jobs obtained, which no table holds", entry.id)
        months = _months(profile)
        if _in_dollars(profile, tally, entry.id):
            yield from _aggregate(profile, months)
        for one in index.all(items(profile, "relevantdataset", "relevantdatasetlist")):
            sets.setdefault(identifier(one) or str(id(one)), (one, months))
    for one in about.get(entry.id, []):
        sets.setdefault(identifier(one) or str(id(one)), (one, None))
    for one, months in sets.values():
        yield from _data_set(index, one, months, tally, entry.id)


def _aggregate(profile: Node, months: float | None) -> Iterator[Earned]:
    median = number(profile.get("medianearnings"))
    if median:
        written_on = day(profile.get("dateeffective"))
        yield Earned(
            median,
            months,
            _positive(number(profile.get("lowearnings"))),
            _positive(number(profile.get("highearnings"))),
            _positive(number(profile.get("numberawarded"))),
            text(profile.get("source")) or text(profile.get("name")),
            written_on.year if written_on else None,
        )


def _data_set(index: Index, data: Node, months: float | None, tally: Tally, which: str) -> Iterator[Earned]:
    source = text(data.get("source")) or text(data.get("name"))
    dated = day(data.get("dateeffective"))
    for frame in index.all(items(data, "datasettimeperiod")):
        ended = day(frame.get("enddate")) or day(frame.get("startdate")) or dated
        for profile in index.all(items(frame, "dataattributes")):
            holders = next(filter(None, (_size(profile, name) for name in ("dataavailable", "holdersinset"))), None)
            for spread in nodes(profile, "earningsdistribution", "earningsamount"):
                median = _median(spread, tally, which)
                if median and _in_dollars(spread, tally, which):
                    low, high = (_positive(number(spread.get(f"percentile{p}"))) for p in (25, 75))
                    year = ended.year if ended else None
                    yield Earned(median, months, low, high, holders, source, year)


def _median(spread: Node, tally: Tally, which: str) -> float | None:
    if "median" in spread:
        return number(spread["median"])
    said = f"{text(spread.get('description'))} {text(spread.get('name'))}"
    if number(spread) is None:
        return None
    if re.search(r"\bmedian\b", said, re.IGNORECASE):
        return number(spread)
    tally.add("earnings that are not said to be a median, left out", which)
    return None


def _size(profile: Node, name: str) -> float | None:
    sizes = [number(one) for one in items(profile, name)]
    known = [size for size in sizes if size is not None and size >= 0]
    return sum(known) if known else None


def _in_dollars(profile: Node, tally: Tally, which: str) -> bool:
    currency = text(profile.get("currency")).lower().replace(" ", "").replace(".", "")
    if currency in DOLLARS or not currency:
        return True
    tally.add("earnings in another currency than US dollars, left out", which)
    return False


def _plausible(one: Earned, tally: Tally, which: str) -> bool:
    if LEAST_A_YEAR <= one.median <= MOST_A_YEAR:
        return True
    tally.add(
        f"earnings that cannot be dollars a year (under {LEAST_A_YEAR:,} or over {MOST_A_YEAR:,}), left out", which
    )
    return False


def _months(profile: Node) -> float | None:
    months = number(profile.get("postreceiptmonths"))
    # A publisher's input writes what is not known as zero.
    return months if months and 0 < months <= 600 else None


def _positive(figure: float | None) -> float | None:
    return figure if figure is not None and 0 < figure <= MOST_A_YEAR else None
