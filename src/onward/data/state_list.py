"""A state's list of eligible training, in New Jersey's layout, to credentials and what earlier completers earned.

The list (WIOA's eligible training provider list) is a file of programs, one row each with its provider; beside it stand
a file of outcomes by provider and field, and lists of licences, industry credentials and degree types. The columns are
those of ``newjersey/d4ad`` on GitHub, ``backend/data``. Contact details in the file of programs are never read: only
the columns of ``PROGRAM_COLUMNS`` are.

A licence or industry credential of the list has neither field nor length, without which nothing can be advised, so
``read_licences`` and ``read_industry_credentials`` return them for reference; the catalogue gets no row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.checks import Piece
from onward.data.found import Found
from onward.data.problems import ProblemsFound
from onward.data.state_list_files import (
    DEGREES,
    PROGRAM_NEEDS,
    QUARTERS,
    Numbers,
    Part,
    looks_like_degree_types,
    looks_like_industry_credentials,
    looks_like_licences,
    looks_like_outcomes,
    looks_like_programs,
    outcomes_of,
    read_degree_types,
    read_industry_credentials,
    read_licences,
    read_outcomes,
)
from onward.data.tables import CREDENTIALS, VALUES

__all__ = [
    "looks_like_degree_types",
    "looks_like_industry_credentials",
    "looks_like_licences",
    "looks_like_outcomes",
    "looks_like_programs",
    "read_degree_types",
    "read_industry_credentials",
    "read_licences",
    "read_outcomes",
    "read_state_list",
]

FEWEST = 10
"""Fewest completers behind a wage that is used."""
UNCLASSIFIED = "999999"
FULL_TIME_HOURS = 24
"""Clock hours a week of full-time study in programs measured in clock hours (34 CFR 668.2)."""
WEEKS = {
    "1": (0.1, 0.2),
    "2": (0.2, 0.4),
    "3": (0.4, 1.0),
    "4": (2.0, 3.0),
    "5": (4.0, 11.0),
    "6": (13.0, 22.0),
    "7": (26.0, 52.0),
    "8": (56.0, 104.0),
    "9": (156.0, 208.0),
    "10": (208.0, 260.0),
}
"""Least and most weeks of each code of CALENDARLENGTHID; five years stand for more than four."""
SCHOOL_DIPLOMA = "850"
COSTS = ("tuition", "fees", "booksmaterialscost", "suppliestoolscost", "othercosts")
PROGRAM_COLUMNS = (
    "providerid",
    "programid",
    "officialname",
    "cipcode",
    *COSTS,
    "totalcost",
    "wiaeligible",
    "leadtodegree",
    "degreeawarded",
    "leadtolicense",
    "licenseawarded",
    "totalclockhours",
    "calendarlengthid",
    "statusname",
    "providername",
    "name",
    "providerstatusname",
    "city",
)
"""All that is read of a file of programs, its names in any case; the first four and a length must be there."""
_NO = ("0", "false", "n", "no", "f")


def read_state_list(
    *,
    programs: Path | None = None,
    outcomes: Path | None = None,
    licences: Path | None = None,
    industry_credentials: Path | None = None,
    degree_types: Path | None = None,
    state: str = "New Jersey",
) -> Found:
    """Read whatever there is of a state's list; programs give credentials, and with outcomes values.

    A wage stands four times over as yearly earnings, with its horizon in years; of several horizons the longest with at
    least 10 completers behind the wage is taken. It is an average, not a median, and its source says so.
    """
    found = Found()
    for path, read, what in (
        (licences, read_licences, "licences"),
        (industry_credentials, read_industry_credentials, "industry credentials"),
    ):
        found |= _reference(path, read, what) if path is not None else Found()
    found |= _reference(degree_types, read_degree_types, "degree types") if degree_types is not None else Found()
    soc = _soc_of_licences(licences)
    told = outcomes_of(outcomes) if outcomes is not None else None
    listed = Part.read(programs, PROGRAM_NEEDS, PROGRAM_COLUMNS) if programs is not None else None
    for part in (told, listed):
        found |= part.found() if part is not None else Found()
    if listed is not None and not listed.problems:
        catalogue = _Catalogue.of(listed, soc)
        found |= catalogue.found(state)
        if told is not None and not told.problems:
            found |= _values(catalogue, told, state)
    elif told is not None and not told.problems and listed is None:
        note = f"{told.file}: {len(told.cells):,} outcomes without a list of programs; they give no values"
        found |= Found(notes=(note,), counts={"outcomes without a program": len(told.cells)})
    return found


@dataclass(frozen=True)
class _Catalogue:
    """The programs that become credentials, and why the others do not."""

    part: Part
    cells: pd.DataFrame
    kept: npt.NDArray[np.bool_]
    left: dict[str, int]

    @classmethod
    def of(cls, part: Part, soc: dict[str, str]) -> "_Catalogue":
        cells = _credentials(part, soc)
        approved = _approved(part)
        diploma = (part.cells["degreeawarded"] == SCHOOL_DIPLOMA).to_numpy(bool)
        needs = ("credential_id", "name", "award_level", "cip", "weeks")
        says = (cells[list(needs)] != "").all(axis=1).to_numpy(bool)
        left = {
            "programs not approved": int((~approved).sum()),
            "school diplomas": int((approved & diploma).sum()),
            "programs without name, field or length": int((approved & ~diploma & ~says).sum()),
        }
        return cls(part, cells, approved & ~diploma & says, {what: count for what, count in left.items() if count})

    def found(self, state: str) -> Found:
        cells = self.cells[self.kept].reset_index(drop=True)
        headings = {"name": "officialname", "cip": "cipcode", "provider_id": "providerid", "campus": "city"}
        named = {ours: self.part.headings.get(theirs, theirs) for ours, theirs in headings.items()}
        piece = Piece(CREDENTIALS, self.part.file, cells, self.part.rows[self.kept], named, {}, {}, whole=True)
        problems = self.part.refused([*COSTS, "totalcost", "totalclockhours"])
        counts = {"programs": len(self.part.cells), "credentials": len(cells), **self.left}
        return Found({"credentials": [piece]}, problems, tuple(self._notes(state)), counts)

    def _notes(self, state: str) -> Iterator[str]:
        file = self.part.file
        for what, count in self.left.items():
            yield f"{file}: {count:,} {what}; left out"
        yield (
            f"{file}: weeks are clock hours at {FULL_TIME_HOURS} a week, within the length class of {state}'s list, "
            "or its middle; prices are before grants"
        )
        if self.part.unread:
            yield f"{file}: {self.part.unread} other columns, contact details among them, were not read"


def _reference(path: Path, read: Callable[[Path], pd.DataFrame], what: str) -> Found:
    """Count a list that is there for reference."""
    part = Part.read(path, ())
    try:
        frame = read(path)
    except ProblemsFound as refusal:
        return replace(part.found(), problems=refusal.problems)
    counts = {what: len(frame)}
    if "withdrawn" in frame:
        counts[f"{what} withdrawn"] = int(frame["withdrawn"].sum())
    note = f"{path.name}: {len(frame):,} {what} for reference; without field and length they are nothing to advise"
    return replace(part.found(), counts=counts, notes=(note,))


def _soc_of_licences(path: Path | None) -> dict[str, str]:
    """Return the occupation of each licence that stands, where its list can be read."""
    try:
        frame = read_licences(path) if path is not None else None
    except ProblemsFound:
        return {}
    if frame is None:
        return {}
    standing = frame[~frame["withdrawn"] & (frame["soc"] != "")]
    return dict(zip(standing["id"], standing["soc"], strict=True))


def _approved(part: Part) -> npt.NDArray[np.bool_]:
    """Return which programs stand on the list: approved, and their provider, where the file says."""
    states = [part.cells[name].str.lower() for name in ("statusname", "providerstatusname")]
    told = [name in part.headings for name in ("statusname", "providerstatusname")]
    approved = np.ones(len(part.cells), bool)
    for state, there in zip(states, told, strict=True):
        if there:
            approved &= (state == "approved").to_numpy(bool)
    return approved


def _credentials(part: Part, soc: dict[str, str]) -> pd.DataFrame:
    """Return the credential that each program is, cells empty where the list does not say."""
    cells, hours = part.cells, part.number("totalclockhours")
    hours = np.where(hours > 0, hours, np.nan)
    weeks = _weeks(cells["calendarlengthid"], hours)
    awarded = cells["degreeawarded"].where(~cells["leadtodegree"].str.lower().isin(_NO), "")
    kinds = [_kind(code, name) for code, name in zip(awarded, cells["officialname"], strict=True)]
    levels = [level or _level(length, of) for (_, level), length, of in zip(kinds, weeks, hours, strict=True)]
    licensed = cells["licenseawarded"].where(~cells["leadtolicense"].str.lower().isin(_NO), "")
    both = (cells["providerid"] != "") & (cells["programid"] != "")
    ids = ("etpl-" + cells["providerid"] + "-" + cells["programid"]).where(both, "")
    cip = cells["cipcode"].str.replace(".", "", regex=False)
    known = cip.str.fullmatch("[0-9]{6}") & (cip != UNCLASSIFIED)
    eligible = ~cells["wiaeligible"].str.lower().isin(_NO)
    made = {
        "credential_id": ids,
        "name": cells["officialname"],
        "kind": [kind for kind, _ in kinds],
        "award_level": levels,
        "cip": cip.where(known, ""),
        "soc": [soc.get(one, "") for one in licensed],
        "clock_hours": _written(hours),
        "weeks": _written(weeks),
        "net_price": _written(_price(part)),
        "provider": cells["providername"].where(cells["providername"] != "", cells["name"]),
        "provider_id": cells["providerid"],
        "funding": np.where(eligible, "wioa", ""),
        "campus": cells["city"],
    }
    return pd.DataFrame(made, index=cells.index).astype("str")


def _weeks(codes: pd.Series, hours: Numbers) -> Numbers:
    spans = [WEEKS.get(code.removesuffix(".0"), (np.nan, np.nan)) for code in codes]
    least, most = np.array(spans, dtype=np.float64).reshape(-1, 2).T
    by_hours = hours / FULL_TIME_HOURS
    within = np.where(np.isnan(hours), (least + most) / 2, np.clip(by_hours, least, most))
    weeks = np.where(np.isnan(least), np.maximum(by_hours, 0.1), within)
    return np.asarray(weeks.round(1), dtype=np.float64)


def _kind(code: str, name: str) -> tuple[str, str]:
    words = name.lower()
    if "apprentice" in words and "pre-apprentice" not in words:
        return "ApprenticeshipCertificate", ""
    return DEGREES.get(code.removesuffix(".0"), ("CertificateOfCompletion", ""))


def _level(weeks: float, hours: float) -> str:
    """Return the award level of a certificate by its clock hours, else by its weeks, as IPEDS draws the lines."""
    if np.isnan(weeks):
        return ""
    length, lines = (weeks, (12, 52, 104)) if np.isnan(hours) else (hours, (300, 900, 1800))
    return ("20", "21", "2", "4")[sum(length >= line for line in lines)]


def _price(part: Part) -> Numbers:
    costs = np.array([part.number(name) for name in COSTS])
    costs[costs < 0] = np.nan
    total, told = np.nansum(costs, axis=0), ~np.isnan(costs).all(axis=0)
    whole = part.number("totalcost")
    return np.where(told, total, np.where(whole >= 0, whole, np.nan))


def _written(numbers: Numbers) -> list[str]:
    return ["" if np.isnan(number) else f"{number:.10g}" for number in numbers]


def _values(catalogue: _Catalogue, told: Part, state: str) -> Found:
    """Return the earnings of each credential whose provider and field have a wage of enough completers."""
    usable = _usable(told, state)
    ours = catalogue.cells[catalogue.kept]
    by_field = pd.DataFrame({"providerid": told.cells["providerid"], "cip": told.cells["cipcode"]}).assign(**usable)
    by_field["row"] = told.rows
    keys = ours[["credential_id", "provider_id", "cip"]].rename(columns={"provider_id": "providerid"})
    both = keys.merge(by_field, on=["providerid", "cip"], how="inner", sort=False)
    having = both[both["median_earnings"] != ""].reset_index(drop=True)
    cells = having.drop(columns=["providerid", "cip", "row"]).astype("str")
    piece = Piece(VALUES, told.file, cells, having["row"].to_numpy(np.int64), {}, {}, {}, whole=True)
    matched = by_field.merge(keys[["providerid", "cip"]].drop_duplicates(), on=["providerid", "cip"])
    few = int((by_field["median_earnings"] == "").sum())
    counts = {
        "outcomes": len(told.cells),
        "outcomes without a program": len(told.cells) - len(matched),
        f"outcomes without a wage of {FEWEST} completers": few,
        "values": len(having),
    }
    note = (
        f"{told.file}: earnings are average quarterly wages times 4, not medians, of an unknown year; "
        f"{few:,} rows with fewer than {FEWEST} completers behind the wage, or none, were left out"
    )
    return Found({"values": [piece]} if len(having) else {}, (), (note,), counts)


def _usable(told: Part, state: str) -> dict[str, list[str]]:
    """Return for each row of outcomes the earnings at the longest horizon that enough completers stand behind."""
    size = len(told.cells)
    wage, number, horizon = np.full(size, np.nan), np.full(size, np.nan), np.full(size, np.nan)
    for quarter in QUARTERS:
        told_wage = told.cells[f"AvgQuarterlyWage{quarter}"].to_numpy(np.float64)
        behind = told.cells[f"NumUsedWageCalc{quarter}"].to_numpy(np.float64)
        enough = (behind >= FEWEST) & (told_wage >= 0)
        wage, number = np.where(enough, told_wage, wage), np.where(enough, behind, number)
        horizon = np.where(enough, float(quarter), horizon)
    source = f"{state}'s list of eligible training: mean quarterly wage, quarter {{:g}} after completing, times 4"
    return {
        "median_earnings": _written((4 * wage).round(2)),
        "n": _written(number),
        "horizon_years": _written(horizon / 4),
        "basis": ["state_list"] * size,
        "source": ["" if np.isnan(one) else source.format(one) for one in horizon],
    }
