"""The distinct texts of a PDP column to its values: one parser for each kind, each of which knows the kind's traps."""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.cells import Fault
from onward.data.pdp.columns import AGES, CREDENTIALS_SOUGHT, Kind, PdpColumn

Mask = npt.NDArray[np.bool_]
Parsed = tuple[pd.Series, Mask]
FIRST_YEAR, LAST_YEAR = 1900, 2100
_UNKNOWN = ("-1", "UNKNOWN", "MISSING")
_FLAGS = {"1": True, "1.0": True, "TRUE": True, "0": False, "0.0": False, "FALSE": False}
_AGES = {"20ANDYOUNGER": AGES[0], ">20-24": AGES[1], "OLDERTHAN24": AGES[2], ">24": AGES[2]}
_NUMBERED = {"01": "01", "02": "A", "03": "B", "04": "PB", "05": "M", "06": "D", "07": "FP", "08": "PC", "99": "NC"}
# The first that fits counts: "less than Associate degree" is said of certificates, and "graduate" stands in others.
_LABELS = (
    (r"non ?credential", "NC"),
    (r"less than (?:one|1) ?year", "C1"),
    (r"(?:one|1) ?(?:to )?(?:two|2) ?years?\b", "C2"),
    (r"(?:two|2) ?(?:to )?(?:four|4) ?years?\b", "C4"),
    (r"post ?bac", "PB"),
    (r"first professional", "FP"),
    (r"under ?graduate (?:certificate|diploma)|^(?:certificate|diploma)(?: or (?:certificate|diploma))?$", "01"),
    (r"(?:graduate|professional) certificate", "PC"),
    (r"associate", "A"),
    (r"bachelor|baccalaureate", "B"),
    (r"master", "M"),
    (r"doctor", "D"),
)


def cleaned(texts: pd.Series, column: PdpColumn) -> tuple[pd.Series, list[Fault]]:
    """Return the value of each of ``texts``, missing where it says so or cannot stand, and what is wrong with them.

    ``texts`` has the dtype ``str``, stripped; a category's values are of that dtype too.

    >>> from onward.data.pdp.columns import column
    >>> cip = column("course", "course_cip")
    >>> cleaned(pd.Series(["1.0101", "420101.0", "12.484", "UK"], dtype="str"), cip)[0].tolist()
    ['010101', '420101', '124840', nan]
    """
    missing = _is_missing(texts, column)
    if missing.all():
        dtype = "str" if column.dtype == "category" else column.dtype
        return pd.Series(None, index=texts.index, dtype=dtype), _unfilled(missing, column)
    values, possible = _PARSERS[column.kind](texts, column)
    wrong = ~missing & ~(possible & _within(values, column))
    values = values.mask(wrong | missing)
    if column.never:
        values = values.mask((values == 0).fillna(False).to_numpy(bool))
    faults = [Fault(wrong, expected(column), _REMEDIES.get(column.kind, "correct the cell"))] if wrong.any() else []
    return values, [*faults, *_unfilled(missing, column)]


def expected(column: PdpColumn) -> str:
    """Say what a cell of the column holds."""
    if column.kind == "credential":
        return f"one of the codes {', '.join(CREDENTIALS_SOUGHT)}, or its label"
    if column.values:
        return f"one of {', '.join(column.values)}"
    if column.low is None:
        return _EXPECTED[column.kind]
    until = "" if column.high is None else f" to {column.high:g}"
    return f"{_EXPECTED[column.kind]} from {column.low:g}{until}"


def credential_sought(label: str) -> str | None:
    """Return the code of a credential sought, however its label is spelt, or None.

    >>> credential_sought("1-2 year certificate, less than Associates degree"), credential_sought("ASSOCIATE'S DEGREE")
    ('C2', 'A')
    """
    code = re.sub(r"\.0+$", "", label.strip().upper())
    code = code.zfill(2) if code.isdigit() else code
    if code in CREDENTIALS_SOUGHT:
        return code
    words = re.sub(r"[^a-z0-9]+", " ", re.sub("['\u2019`]", "", label.lower())).strip()
    return _NUMBERED.get(code) or next((one for pattern, one in _LABELS if re.search(pattern, words)), None)


def _unfilled(missing: Mask, column: PdpColumn) -> list[Fault]:
    if not (column.filled and missing.any()):
        return []
    return [Fault(missing, f"{expected(column)} in every row", "fill the cell in, or remove the row")]


def _is_missing(texts: pd.Series, column: PdpColumn) -> Mask:
    unknown = {"", *column.missing, *(_UNKNOWN if column.kind in {"cip", "credential"} else ())}
    if "-1" in unknown:
        # A spreadsheet gives decimals to whole numbers.
        unknown.add("-1.0")
    missing: Mask = (texts.str.upper() if column.missing else texts).isin(unknown).to_numpy(bool)
    return missing


def _whole(texts: pd.Series) -> pd.Series:
    """Drop the decimals that a spreadsheet gives to whole numbers."""
    return texts.str.replace(r"^(-?[0-9]+)\.0+$", r"\1", regex=True)


def _within(values: pd.Series, column: PdpColumn) -> Mask:
    inside = np.ones(len(values), bool)
    if column.low is not None:
        inside &= (values >= column.low).fillna(False).to_numpy(bool)
    if column.high is not None:
        inside &= (values <= column.high).fillna(False).to_numpy(bool)
    return inside


def _any_text(texts: pd.Series, _: PdpColumn) -> Parsed:
    return texts, np.ones(len(texts), bool)


def _upper(texts: pd.Series, _: PdpColumn) -> Parsed:
    return texts.str.upper(), np.ones(len(texts), bool)


def _category(texts: pd.Series, column: PdpColumn) -> Parsed:
    values = _whole(texts.str.upper())
    return values, values.isin(column.values).to_numpy(bool)


def _age(texts: pd.Series, _: PdpColumn) -> Parsed:
    upper = texts.str.upper()
    known = upper.str.replace(r"\s", "", regex=True).str.replace("\u2013", "-").map(_AGES)
    return known.fillna(upper).astype("str"), np.ones(len(texts), bool)


def _credential(texts: pd.Series, _: PdpColumn) -> Parsed:
    values = pd.Series([credential_sought(text) for text in texts], index=texts.index, dtype="str")
    return values, values.notna().to_numpy(bool)


def _institution(texts: pd.Series, _: PdpColumn) -> Parsed:
    values = _whole(texts)
    return values.str.zfill(8), values.str.fullmatch("[0-9]{1,8}").to_numpy(bool)


def _school_year(texts: pd.Series, _: PdpColumn) -> Parsed:
    parts = texts.str.extract(r"^([0-9]{4}) ?[-/\u2013] ?((?:[0-9]{2})?[0-9]{2})$").fillna("")
    first = pd.to_numeric(parts[0], errors="coerce")
    next_year = (first + 1).fillna(0).astype("int64").astype("str")
    follows = (parts[1] == next_year) | (parts[1] == next_year.str[2:])
    return parts[0] + "-" + parts[1].str[-2:], (follows & first.between(FIRST_YEAR, LAST_YEAR)).to_numpy(bool)


def _cip(texts: pd.Series, _: PdpColumn) -> Parsed:
    """Restore the six digits: with a dot two and four of them, without one as many as a number has kept.

    Of three or four digits a field is meant (its own code is 0101, its programs' are 010101 and so on), of one or two a
    whole area.
    """
    bare = texts.str.replace(r"^([0-9]{3,6})\.0*$", r"\1", regex=True)
    dotted = bare.str.extract(r"^([0-9]{1,2})\.([0-9]{0,4})$").fillna("")
    with_dot = dotted[0].str.zfill(2) + dotted[1].str.ljust(4, "0")
    length = bare.str.len()
    even = bare.str.zfill(2).where(length <= 2, bare.str.zfill(4).where(length <= 4, bare.str.zfill(6)))
    values = with_dot.where(dotted[0] != "", even.str.ljust(6, "0"))
    return values, texts.str.fullmatch(r"[0-9]{1,2}(?:\.[0-9]{0,4})?|[0-9]{3,6}(?:\.0*)?").to_numpy(bool)


def _number(texts: pd.Series, _: PdpColumn) -> Parsed:
    possible = texts.str.fullmatch(r"[+-]?(?:[0-9]{1,9}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})").to_numpy(bool)
    return texts.where(possible).astype("float64"), possible


def _years(texts: pd.Series, column: PdpColumn) -> Parsed:
    numbers, possible = _number(texts, column)
    possible = possible & (numbers % 1 == 0).to_numpy(bool)
    return numbers.where(possible).astype("Int64"), possible


def _flag(texts: pd.Series, _: PdpColumn) -> Parsed:
    values = texts.str.upper().map(_FLAGS).astype("boolean")
    return values, values.notna().to_numpy(bool)


def _date(texts: pd.Series, _: PdpColumn) -> Parsed:
    digits = texts.str.fullmatch(r"[0-9]{8}(?:\.0+)?")
    hyphens = texts.str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?")
    shaped = (digits | hyphens).to_numpy(bool)
    plain = texts.str.slice(0, 10).str.replace("-", "").str.slice(0, 8).where(shaped)
    days = pd.to_datetime(plain, format="%Y%m%d", errors="coerce").astype("datetime64[us]")
    return days, shaped & days.dt.year.between(FIRST_YEAR, LAST_YEAR).to_numpy(bool)


_PARSERS: dict[Kind, Callable[[pd.Series, PdpColumn], Parsed]] = {
    "id": _any_text,
    "text": _any_text,
    "upper": _upper,
    "age": _age,
    "category": _category,
    "credential": _credential,
    "institution": _institution,
    "school_year": _school_year,
    "cip": _cip,
    "number": _number,
    "years": _years,
    "flag": _flag,
    "date": _date,
}
_EXPECTED: dict[Kind, str] = {
    "id": "a learner's id",
    "text": "a text",
    "upper": "a text",
    "age": "an age band",
    "institution": "an OPEID of up to 8 digits",
    "school_year": "two years that follow each other, as 2016-17 or 2016-2017",
    "cip": "a CIP code of two, four or six digits, such as 51.3801 or 513801",
    "number": "a number",
    "years": "a whole number",
    "flag": "1 or 0, or True or False",
    "date": f"a day that exists as YYYYMMDD or YYYY-MM-DD, from {FIRST_YEAR} to {LAST_YEAR}",
}
_REMEDIES: dict[Kind, str] = {
    "category": "write it as one of those, or leave the cell empty if it is not known",
    "credential": "write it as one of those, or leave the cell empty if it is not known",
    "cip": "write the code as text, so that no spreadsheet rounds it",
    "number": "write the number with a decimal point, without units or other signs",
    "years": "write the whole number without other signs",
    "date": "write the day that way, or leave the cell empty",
}
