"""The files of a state's list of eligible training: which is which, and their rows as text or figures."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.found import Found
from onward.data.problems import NOT_SHOWN, Problem, ProblemsFound
from onward.data.reading import Sheet, read_sheet

MISSING = ("-99999", "-99999.0", "NULL", "null", "NA", "N/A", "NaN", "nan")
"""What stands in the state's files where nothing is known."""
QUARTERS = (2, 4, 8)
DEGREES = {
    "101": ("CertificateOfCompletion", ""),
    "102": ("Certificate", "2"),
    "103": ("Certificate", "4"),
    "200": ("AssociateDegree", "3"),
    "300": ("BachelorDegree", "5"),
    "400": ("Certificate", "6"),
    "500": ("MasterDegree", "7"),
    "600": ("Certificate", "8"),
    "700": ("DoctoralDegree", "17"),
    "800": ("DoctoralDegree", "18"),
    "900": ("Certificate", ""),
}
"""Kind and award level of each degree type; an empty level follows from the length."""
PROGRAM_NEEDS = ("providerid", "programid", "officialname", "cipcode")
_BY_QUARTER = ("PerEmployed", "AvgQuarterlyWage", "NumCompleted", "NumUsedWageCalc")
_RETENTION = ("PerRetention", "NumUsedRetentionCalc")
FIGURES = (
    *(f"{name}{quarter}" for name in _BY_QUARTER for quarter in QUARTERS),
    *(f"{name}{quarter}" for name in _RETENTION for quarter in QUARTERS[1:]),
)
_LISTED = ("ID", "NAME", "CODE", "ISDELETED")
_ONET = re.compile(r"\d\d-\d{4}(?:\.\d\d)?", re.ASCII)
_NUMBER = r"-?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?"
Numbers = npt.NDArray[np.float64]


def looks_like_outcomes(header: Iterable[str]) -> bool:
    """Say whether a file with these columns holds outcomes by provider and field.

    >>> looks_like_outcomes(["providerid", "cipcode", "AvgQuarterlyWage2", "NumUsedWageCalc2", "PerEmployed2"])
    True
    """
    return {"providerid", "cipcode", "avgquarterlywage2", "numusedwagecalc2"} <= _lower(header)


def looks_like_programs(header: Iterable[str]) -> bool:
    """Say whether a file with these columns is a list of eligible programs.

    >>> looks_like_programs(["PROVIDERID", "PROGRAMID", "OFFICIALNAME", "CIPCODE", "TUITION", "CALENDARLENGTHID"])
    True
    """
    names = _lower(header)
    return set(PROGRAM_NEEDS) <= names and bool({"calendarlengthid", "totalclockhours"} & names)


def looks_like_licences(header: Iterable[str]) -> bool:
    """Say whether a file with these columns is the list of licences, which has no issuers.

    >>> looks_like_licences(["ID", "NAME", "CODE", "DATECREATED", "DATELASTMODIFIED", "ISDELETED", "DATEDELETED"])
    True
    """
    names = _lower(header)
    return {*(name.lower() for name in _LISTED), "datedeleted"} <= names and "issuerid" not in names


def looks_like_industry_credentials(header: Iterable[str]) -> bool:
    """Say whether a file with these columns is the list of industry credentials.

    >>> looks_like_industry_credentials(["ID", "NAME", "CODE", "ISSUERID", "ISDELETED"])
    True
    """
    return {*(name.lower() for name in _LISTED), "issuerid"} <= _lower(header)


def looks_like_degree_types(header: Iterable[str]) -> bool:
    """Say whether a file has the two columns of the list of degree types and no other.

    >>> looks_like_degree_types(["ID", "NAME"]), looks_like_degree_types(["id", "name", "email"])
    (True, False)
    """
    return _lower(header) == {"id", "name"}


def read_outcomes(path: Path) -> pd.DataFrame:
    """Read outcomes: provider and field as texts, the sixteen figures as numbers, missing where the state has none.

    Shares are 0 to 1, wages dollars a quarter, averages and not medians; the number after a name is read as quarters
    after completing. Refuses a file with a number that is none.
    """
    return outcomes_of(path).frame_or_refusal()


def read_licences(path: Path) -> pd.DataFrame:
    """Read the list of licences: id, name, code, kind, withdrawn and soc, SOC 2010 in places."""
    part = _listed(Part.read(path, _LISTED), "License")
    codes = part.cells["code"]
    soc = codes.str[:7].str.replace("-", "").where(codes.str.fullmatch(_ONET.pattern), "")
    return part.with_column("soc", soc).frame_or_refusal()


def read_industry_credentials(path: Path) -> pd.DataFrame:
    """Read the list of industry credentials: id, name, code, kind and withdrawn; names repeat."""
    return _listed(Part.read(path, _LISTED), "Certification").frame_or_refusal()


def read_degree_types(path: Path) -> pd.DataFrame:
    """Read the list of degree types with the kind and award level of each, empty where it is no credential of ours."""
    part = Part.read(path, ("ID", "NAME"))
    kinds = part.cells["id"].map(lambda code: DEGREES.get(code, ("", ""))[0]).astype("str")
    levels = part.cells["id"].map(lambda code: DEGREES.get(code, ("", ""))[1]).astype("str")
    return part.with_column("kind", kinds).with_column("award_level", levels).frame_or_refusal()


@dataclass(frozen=True)
class Part:
    """One file: the columns asked for, in lower case, as text with codes of missing values emptied."""

    file: str
    cells: pd.DataFrame
    rows: npt.NDArray[np.int64]
    problems: tuple[Problem, ...]
    digest: str | None
    headings: dict[str, str]
    unread: int = 0

    @classmethod
    def read(cls, path: Path, needs: Sequence[str], columns: Sequence[str] = ()) -> "Part":
        """Read of the file at ``path`` what it ``needs``, and of ``columns`` what there is."""
        sheet = read_sheet(path, file=path.name)
        wanted = tuple(dict.fromkeys(name.lower() for name in (*needs, *columns)))
        if sheet.cells is None:
            return cls(sheet.file, _empty(wanted), sheet.rows, sheet.problems, sheet.digest, {})
        headings = {str(name).lower(): str(name) for name in sheet.cells}
        problems = [*sheet.problems, *_heading_problems(sheet, needs, wanted)]
        cells = _empty(wanted, len(sheet.rows))
        for name in wanted:
            if name in headings:
                text = sheet.cells.loc[:, ~sheet.cells.columns.duplicated()][headings[name]]
                cells[name] = text.mask(text.isin(MISSING), "")
        unread = len(set(headings) - set(wanted))
        return cls(sheet.file, cells, sheet.rows, tuple(problems), sheet.digest, headings, unread)

    def with_column(self, name: str, text: pd.Series) -> "Part":
        """Return the same with one more column."""
        return replace(self, cells=self.cells.assign(**{name: text}))

    def frame_or_refusal(self) -> pd.DataFrame:
        """Return the cells, or refuse the file with all that is wrong in it."""
        if self.problems:
            raise ProblemsFound(self.problems)
        return self.cells

    def found(self) -> Found:
        """Return what is wrong in the file, and its digest."""
        return Found(problems=self.problems, digests={self.file: self.digest} if self.digest else {})

    def number(self, name: str) -> Numbers:
        """Return a column as numbers, missing where a cell is none."""
        return _numbers(self.cells[name])

    def refused(self, names: Iterable[str]) -> tuple[Problem, ...]:
        """Return the cells of ``names`` that are neither empty nor a number."""
        return tuple(problem for name in names for problem in self._refused(name))

    def _refused(self, name: str) -> Iterator[Problem]:
        text = self.cells[name]
        wrong = ((text != "") & np.isnan(_numbers(text))).to_numpy(bool)
        remedy = "correct the number, or leave it empty"
        for place in np.flatnonzero(wrong).tolist():
            heading, row = self.headings.get(name, name), int(self.rows[place])
            yield Problem(self.file, heading, row, "a number", NOT_SHOWN, remedy)


def _lower(header: Iterable[str]) -> set[str]:
    return {str(name).strip().lower() for name in header}


def _empty(names: Iterable[str], size: int = 0) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series("", index=range(size), dtype="str") for name in names})


def _numbers(text: pd.Series) -> Numbers:
    """Return ``text`` as numbers, missing where it is none or no finite one."""
    numbers = pd.to_numeric(text.where(text.str.fullmatch(_NUMBER), None), errors="coerce").to_numpy(np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _heading_problems(sheet: Sheet, needs: Iterable[str], wanted: Sequence[str]) -> Iterator[Problem]:
    names = [str(name).lower() for name in sheet.cells] if sheet.cells is not None else []
    for name in needs:
        if name.lower() not in names:
            remedy = "add it, or send the file as the state publishes it"
            yield Problem(sheet.file, name, 1, f"a column {name}", "no such column", remedy)
    for name in wanted:
        if names.count(name) > 1:
            came = f"{names.count(name)} columns of this name"
            yield Problem(sheet.file, name, 1, "each column once", came, "rename or remove all but one of them")


def outcomes_of(path: Path) -> Part:
    """Return a file of outcomes with its figures as numbers, and what is wrong in it."""
    part = Part.read(path, ("providerid", "cipcode", *FIGURES))
    names = [name.lower() for name in FIGURES]
    problems = (*part.problems, *part.refused(names), *_twice(part))
    figures = {name: part.number(name.lower()) for name in FIGURES}
    cells = pd.DataFrame({"providerid": part.cells["providerid"], "cipcode": part.cells["cipcode"], **figures})
    return replace(part, cells=cells, problems=problems)


def _twice(part: Part) -> Iterator[Problem]:
    again = part.cells.duplicated(["providerid", "cipcode"]).to_numpy(bool)
    for place in np.flatnonzero(again).tolist():
        expected, came = "each provider and field once", "the same as in an earlier row"
        yield Problem(part.file, "providerid, cipcode", int(part.rows[place]), expected, came, "keep one of the rows")


def _listed(part: Part, kind: str) -> Part:
    withdrawn = part.cells["isdeleted"].isin(["1", "true", "True"])
    cells = part.cells.drop(columns="isdeleted").assign(kind=kind, withdrawn=withdrawn)
    return replace(part, cells=cells)
