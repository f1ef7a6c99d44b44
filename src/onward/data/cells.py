"""Text cells to the values of a column, and which of them cannot be: vectorised, one parser per kind."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.columns import Column, Kind

Mask = npt.NDArray[np.bool_]
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_FLAGS = {"true": True, "false": False, "1": True, "0": False}
_DAY = r"\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True)
class Fault:
    """Cells of one column that share a fault, and what would mend it."""

    wrong: Mask
    expected: str
    remedy: str


def convert(text: pd.Series, column: Column) -> tuple[pd.Series, list[Fault]]:
    """Give ``text`` the dtype of ``column``; an empty or faulty cell becomes missing, and the faults are returned.

    >>> age = Column("age", "number", "age", low=0, high=110)
    >>> values, [fault] = convert(pd.Series(["31", "", "x", "200"], dtype="str"), age)
    >>> values.tolist(), fault.wrong.tolist(), fault.expected
    ([31.0, nan, nan, nan], [False, False, True, True], 'a number from 0 to 110')
    """
    given = (text != "").to_numpy(bool)
    values, possible = _PARSERS[column.kind](text)
    wrong = given & ~(possible & _within(values, text, column))
    faults = [Fault(wrong, column.expected, _remedy(column))]
    if column.kind == "date":
        shaped = text.str.fullmatch(_DAY).to_numpy(bool)
        remedy = "correct the day; where it is not known, leave the cell empty if the column allows it"
        span = f"a day that exists, from {_FIRST_YEAR} to {_LAST_YEAR}"
        faults = [Fault(wrong & shaped, span, remedy), Fault(wrong & ~shaped, column.expected, _remedy(column))]
    if column.required:
        faults.append(Fault(~given, f"{column.expected} in every row", "fill the cell in, or remove the row"))
    return values.mask(wrong | ~given), [fault for fault in faults if fault.wrong.any()]


def inferred_kind(text: pd.Series) -> Kind:
    """Tell the kind of an extra column whose kind nobody stated: flag, number, else category.

    A code with a leading zero keeps it, so a column that holds one is a category.

    >>> inferred_kind(pd.Series(["12", "", "7.5"], dtype="str")), inferred_kind(pd.Series(["012", "7"], dtype="str"))
    ('number', 'category')
    """
    cells = text[text != ""]
    if len(cells) and cells.str.lower().isin(["true", "false"]).all():
        return "flag"
    numbers = _number(cells)[1].all() and not cells.str.match(r"0\d").any()
    return "number" if numbers else "category"


def _number(text: pd.Series) -> tuple[pd.Series, Mask]:
    numbers = pd.to_numeric(text, errors="coerce").astype("float64")
    return numbers, np.isfinite(numbers.to_numpy(float))


def _integer(text: pd.Series) -> tuple[pd.Series, Mask]:
    numbers, possible = _number(text)
    # Beyond 2**53 a float no longer holds every whole number.
    whole = possible & (numbers % 1 == 0).to_numpy(bool) & (numbers.abs() < 2**53).to_numpy(bool)
    return numbers.where(whole).astype("Int64"), whole


def _flag(text: pd.Series) -> tuple[pd.Series, Mask]:
    flags = text.str.lower().map(_FLAGS).astype("boolean")
    return flags, flags.notna().to_numpy(bool)


def _date(text: pd.Series) -> tuple[pd.Series, Mask]:
    days = pd.to_datetime(text.where(text.str.fullmatch(_DAY), ""), format="%Y-%m-%d", errors="coerce")
    possible = days.dt.year.between(_FIRST_YEAR, _LAST_YEAR).to_numpy(bool)
    return days.astype("datetime64[us]"), possible


def _text(text: pd.Series) -> tuple[pd.Series, Mask]:
    return text, np.ones(len(text), bool)


_PARSERS: dict[Kind, Callable[[pd.Series], tuple[pd.Series, Mask]]] = {
    "id": _text,
    "text": _text,
    "category": _text,
    "number": _number,
    "integer": _integer,
    "flag": _flag,
    "date": _date,
}


def _within(values: pd.Series, text: pd.Series, column: Column) -> Mask:
    inside = np.ones(len(values), bool)
    if column.values:
        inside &= values.isin(column.values).to_numpy(bool)
    if column.low is not None:
        inside &= (values >= column.low).fillna(False).to_numpy(bool)
    if column.high is not None:
        inside &= (values <= column.high).fillna(False).to_numpy(bool)
    if column.form:
        inside &= text.str.fullmatch(column.form).to_numpy(bool)
    return inside


def _remedy(column: Column) -> str:
    if column.values or column.joined:
        return "write it as one of those, or recode it in a mapping"
    words = {
        "date": "write the day that way, or state its date_format in a mapping",
        "number": "write the number with a decimal point, without units or other signs",
        "integer": "write the whole number without other signs",
        "flag": "write true or false, or recode it in a mapping",
    }
    return words.get(column.kind, "correct the cell")
