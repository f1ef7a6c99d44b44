"""Values as the text cells of canonical tables, each that differs written once."""

import numpy as np
import pandas as pd

from onward.data.pdp.calendar import UNKNOWN


def cip_number(text: str) -> int:
    """Return a CIP code, however many digits it has, as the number of its six digits.

    >>> cip_number("51"), cip_number("010101")
    (510000, 10101)
    """
    return int(text.ljust(6, "0")) if text.isdigit() and len(text) <= 6 else UNKNOWN


def cip_text(numbers: pd.Series) -> pd.Series:
    """Return the six digits of CIP codes, empty where unknown.

    >>> cip_text(pd.Series([10101, -1])).tolist()
    ['010101', '']
    """
    codes, uniques = pd.factorize(numbers)
    return _taken([f"{number:06d}" if number >= 0 else "" for number in uniques], codes)


def day_texts(days: pd.Series) -> pd.Series:
    """Return days as YYYY-MM-DD, empty where missing.

    >>> day_texts(pd.Series(np.array(["2024-01-08", "NaT"], "datetime64[us]"))).tolist()
    ['2024-01-08', '']
    """
    codes, uniques = pd.factorize(days.to_numpy("datetime64[D]"))
    return _taken([str(day) for day in np.asarray(uniques).astype("datetime64[D]")], codes)


def number_texts(numbers: pd.Series) -> pd.Series:
    """Return numbers as the shortest text that reads back to the same, empty where missing.

    >>> number_texts(pd.Series([3.0, 0.1, float("nan")])).tolist()
    ['3.0', '0.1', '']
    """
    codes, uniques = pd.factorize(numbers)
    return _taken([repr(float(number)) for number in uniques], codes)


def counted(number: int, noun: str, several: str = "") -> str:
    """Say how many of something.

    >>> counted(1, "row"), counted(1_200, "row"), counted(2, "row of a file", "rows of a file")
    ('1 row', '1,200 rows', '2 rows of a file')
    """
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def _taken(texts: list[str], codes: "np.typing.NDArray[np.int64]") -> pd.Series:
    return pd.Series(np.array([*texts, ""], object)[codes], dtype="str")
