"""College Scorecard, field of study: what completers of one institution's programs earn four years out, and owe."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd

from onward.errors import DataError

LEVELS = ("1", "2", "3", "4", "5", "6", "7", "8", "99")
"""Credential levels: 1 undergraduate certificate, of any length; 2 associate; 3 bachelor's; 4 post-baccalaureate
certificate; 5 master's; 6 doctorate; 7 first professional; 8 graduate certificate; 99 none."""
BY_AWARD_LEVEL = {
    **dict.fromkeys(("20", "21", "1", "2", "4"), "1"),
    "3": "2",
    "5": "3",
    "6": "4",
    "7": "5",
    "8": "8",
    "17": "6",
    "18": "7",
    "19": "6",
}
"""The Scorecard's level of each IPEDS award level."""
TEXTS = ("unitid", "opeid6", "cip_code", "credential_level")
NUMBERS = ("completers_count", "earnings_median_4yr", "earnings", "debt_median")
NOT_GIVEN = ("", "NA")
EIGHT_DIGITS = 8
"""An OPEID with the two digits of the branch behind it."""


@dataclass(frozen=True)
class Scorecard:
    """Programs of a Scorecard file with what they state: earnings four years out, debt, or neither.

    ``programs`` has a row per institution id (its UNITID, and again its OPEID), CIP4 and level, as index, with columns
    ``earnings``, ``completers``, ``debt``. ``rows`` counts the file's rows, ``one_year_only`` those that state earnings
    after one year alone: no figure is taken from them.
    """

    programs: pd.DataFrame
    rows: int
    one_year_only: int
    name: str
    digest: str

    def find(self, provider_id: str | None, cip: str, level: str) -> pd.Series | None:
        """Return what the institution states for the field and Scorecard level; None where it has no such program."""
        key = (_six_digits(provider_id), cip[:4], level)
        return self.programs.loc[key] if key in self.programs.index else None


def read(path: Path) -> Scorecard:
    """Read a Scorecard file, Parquet or CSV, in the layout of Truewise's ``value_check``; another layout is refused.

    An institution that reports one OPEID for several campuses has, under it, the median of their figures.
    """
    frame = _checked(_frame(path), path.name)
    four_years = frame["earnings_median_4yr"]
    programs = pd.concat([_programs(frame, "unitid"), _programs(frame, "opeid6")])
    return Scorecard(
        programs=programs[~programs.index.duplicated()].sort_index(),
        rows=len(frame),
        one_year_only=int((frame["earnings"].notna() & four_years.isna()).sum()),
        name=path.name,
        digest=sha256(path.read_bytes()).hexdigest(),
    )


def _programs(frame: pd.DataFrame, institution: str) -> pd.DataFrame:
    stated = frame["earnings_median_4yr"].notna() | frame["debt_median"].notna()
    rows = frame[stated & ~frame[institution].isin(NOT_GIVEN)]
    keys = [
        rows[name].rename(key) for name, key in zip((institution, *TEXTS[2:]), ("id", "cip4", "level"), strict=True)
    ]
    found = rows[["earnings_median_4yr", "completers_count", "debt_median"]].set_axis(
        ["earnings", "completers", "debt"], axis=1
    )
    if not found.assign(**{key.name: key for key in keys}).duplicated(["id", "cip4", "level"]).any():
        return found.set_index(pd.MultiIndex.from_arrays(keys))
    groups = found.groupby(keys)
    medians = groups[["earnings", "debt"]].median()
    return medians.assign(completers=groups["completers"].sum(min_count=1))[list(found)]


def _six_digits(provider_id: str | None) -> str | None:
    """An institution's id as the file has it; an OPEID with its branch loses the branch.

    >>> _six_digits("00287600"), _six_digits("194240")
    ('002876', '194240')
    """
    if provider_id is None or pd.isna(provider_id):
        return None
    return provider_id[:6] if len(provider_id) == EIGHT_DIGITS else provider_id


def _frame(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise DataError(f"expected a Scorecard file at {path}; there is none; check value.scorecard in the settings")
    if path.suffix not in {".parquet", ".csv"}:
        raise DataError(
            f"expected {path.name} to be a .parquet or .csv file; got {path.suffix or 'no ending'}; name one"
        )
    try:
        return _columns(path, [*TEXTS, *NUMBERS])
    except (ValueError, OSError):
        absent = [name for name in (*TEXTS, *NUMBERS) if not _holds(path, name)]
    lacks = "it cannot be read as one" if len(absent) == len(TEXTS + NUMBERS) else f"it lacks {', '.join(absent)}"
    raise DataError(
        f"expected the columns of a Scorecard field-of-study file in {path.name}; {lacks}; name the file "
        "value_check, or one of its layout"
    )


def _columns(path: Path, names: list[str]) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path, columns=names)
    return pd.read_csv(path, usecols=names, dtype=dict.fromkeys(TEXTS, str), keep_default_na=False, na_values="")


def _holds(path: Path, name: str) -> bool:
    try:
        return name in _columns(path, [name])
    except (ValueError, OSError):
        return False


def _checked(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The frame with texts and numbers, or a refusal that names the column."""
    try:
        numbers = {column: pd.to_numeric(frame[column]).astype(float) for column in NUMBERS}
    except (ValueError, TypeError):
        raise DataError(
            f"expected numbers in {', '.join(NUMBERS)} of {name}; some cells hold none; mend them"
        ) from None
    texts = {column: frame[column].astype("str").fillna("") for column in TEXTS}
    shaped = pd.DataFrame(texts | numbers)
    wrong = {
        "cip_code": ~shaped["cip_code"].str.fullmatch(r"[0-9]{4}"),
        "credential_level": ~shaped["credential_level"].isin(LEVELS),
        **{column: shaped[column] < 0 for column in NUMBERS},
    }
    for column, rows in wrong.items():
        if rows.any():
            raise DataError(
                f"expected {column} of {name} to be {_EXPECTED.get(column, 'a number of at least 0')}; "
                f"{int(rows.sum())} rows differ; name a Scorecard field-of-study file as it was published"
            )
    return shaped


_EXPECTED = {"cip_code": "a CIP code of four digits", "credential_level": f"one of {', '.join(LEVELS)}"}
