"""Values as the cells of PDP files, by NSC's conventions."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.pdp.columns import PdpColumn

Texts = npt.NDArray[np.object_]


def dotted(cips: pd.Series) -> Texts:
    """Return CIP codes with a dot after two digits.

    >>> dotted(pd.Series(["513801"])).tolist()
    ['51.3801']
    """
    codes, uniques = pd.factorize(cips)
    texts = [str(cip).ljust(6, "0") for cip in uniques]
    return _taken([f"{text[:2]}.{text[2:]}" for text in texts], codes)


def school_year_cells(years: pd.Series) -> Texts:
    """Return school years by their first.

    >>> school_year_cells(pd.Series([2016])).tolist()
    ['2016-17']
    """
    codes, uniques = pd.factorize(years)
    return _taken([f"{year}-{(year + 1) % 100:02d}" for year in uniques], codes)


def day_cells(days: pd.Series) -> Texts:
    """Return days as YYYYMMDD."""
    codes, uniques = pd.factorize(days)
    return _taken([f"{day:%Y%m%d}" for day in uniques], codes)


def number_cells(numbers: pd.Series) -> Texts:
    """Return numbers as the shortest text that reads back to the same, empty where missing.

    >>> number_cells(pd.Series([3.0, 30 / 7, None])).tolist()
    ['3', '4.285714285714286', '']
    """
    codes, uniques = pd.factorize(numbers)
    return _taken([repr(float(number)) if number % 1 else str(int(number)) for number in uniques], codes)


def text_cells(values: pd.Series) -> Texts:
    """Return values as text, each that differs written once."""
    codes, uniques = pd.factorize(values)
    return _taken([str(value) for value in uniques], codes)


def _taken(texts: list[str], codes: npt.NDArray[np.intp]) -> Texts:
    """Return the text of each code, an empty one for -1."""
    taken: Texts = np.array([*texts, ""], object)[codes]
    return taken


def flag_cells(flags: pd.Series, yes: str, no: str) -> pd.Series:
    """Return flags as codes, UK where missing.

    >>> flag_cells(pd.Series([True, None], dtype="boolean"), "Y", "N").tolist()
    ['Y', 'UK']
    """
    return flags.map({True: yes, False: no}).astype("str").fillna("UK")


def laid_out(columns: tuple[PdpColumn, ...], frame: pd.DataFrame) -> pd.DataFrame:
    """Give ``frame`` all columns of the file, in NSC's order; of those that nothing is told of, empty ones."""
    empty = [column.heading for column in columns if column.heading not in frame]
    return frame.assign(**dict.fromkeys(empty, ""))[[column.heading for column in columns]]
