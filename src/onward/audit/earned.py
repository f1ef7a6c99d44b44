"""Who earns short, middle and long credentials, year by year: stratification over time.

Short credentials, on average, return least. Where a group's awards turn to short ones while others' do not, growth in
the number of awards hides that the group is being led away from the longer ones.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from onward.audit.participation import groups_of
from onward.audit.population import Population
from onward.data import worth
from onward.data.tables import CREDENTIALS, VALUES, conform
from onward.errors import DataError

LENGTHS = {
    "short": ("20", "21", "1"),
    "middle": ("2", "4"),
    "long": ("3", "5", "6", "7", "8", "17", "18", "19"),
}
"""Award levels by length: certificates of under a year; of a year or more; associate degrees and all above them."""
COUNTED = (
    "A learner counts once in each year in which they earned anything, and in every length of which they earned at "
    "least one credential that year, so that the three shares may add up to more than 1. Where rows stand for several "
    "like learners, each row counts as that many learners with one award each."
)
"""What the figures count, in words for a reader."""


@dataclass(frozen=True)
class Earned:
    """Who earned what, by year.

    ``populations`` are the learners who earned anything in a year, "awards 2021" and so on, in the order of the years.
    The figures ``short``, ``middle`` and ``long`` are 1 where a learner earned at least one credential of that length
    that year (see ``COUNTED``); ``value`` is the mean value, in dollars a year, of what they earned, as far as it is
    known, and missing where none is. ``absent`` counts the awards left out because the catalogue lacks their
    credential.
    """

    populations: tuple[Population, ...]
    absent: int


def _read(awards: pd.DataFrame) -> pd.DataFrame:
    """Return learner_id, credential_id, year and count of every award."""
    needed = ["learner_id", "credential_id", "awarded_on"]
    lacking = [name for name in needed if name not in awards]
    if lacking:
        raise DataError(f"awards lacks the column(s) {', '.join(lacking)}; add them")
    for name in needed:
        missing = int(awards[name].isna().sum())
        if missing:
            raise DataError(f"column {name} of awards is missing in {missing} row(s); fill it in or leave the rows out")
    count = awards["count"].fillna(1) if "count" in awards else pd.Series(1, index=awards.index)
    if (count < 1).any():
        raise DataError(f"column count of awards is below 1 in {int((count < 1).sum())} row(s); leave these rows out")
    year = awards["awarded_on"].astype("datetime64[us]").dt.year
    return awards[needed[:2]].assign(year=year, count=count.astype("int64"))


def _lengths(credentials: pd.DataFrame) -> pd.Series:
    """Return the length of every credential of the catalogue."""
    if credentials["credential_id"].duplicated().any():
        raise DataError("table credentials holds a credential twice; keep one row for each")
    of_level = {level: length for length, levels in LENGTHS.items() for level in levels}
    found = credentials.set_index("credential_id")["award_level"].map(of_level)
    if found.isna().any():
        stray = sorted(credentials.loc[found.isna().to_numpy(), "award_level"].fillna("nothing").unique())
        raise DataError(
            f"column award_level of credentials holds {', '.join(stray)}; use one of {', '.join(sorted(of_level))}"
        )
    return found


def _once_a_year(rows: pd.DataFrame) -> pd.DataFrame:
    """Join the awards of one learner and year; ``value`` becomes their mean. Counted rows stay as they are."""
    if (rows["count"] > 1).any():
        return rows
    how = dict.fromkeys(LENGTHS, "max") | dict.fromkeys(rows.columns.intersection(["value"]), "mean") | {"count": "max"}
    return rows.groupby(["year", "learner_id"], sort=True).agg(how).reset_index()


def earned(
    awards: pd.DataFrame | None,
    credentials: pd.DataFrame,
    who: pd.DataFrame,
    *,
    values: pd.DataFrame | None = None,
) -> Earned | None:
    """Return who earned short, middle and long credentials in each year.

    ``awards`` has learner_id, credential_id, awarded_on and, where rows stand for several like learners, ``count``;
    ``credentials`` and ``values`` are canonical tables; ``who`` has a row per learner, whose id is its index. The
    answer is None, which is "not evaluated", where there are no awards. Raises DataError for an award without a
    learner, credential or date, a count below 1, and a learner whom ``who`` lacks.

    >>> catalogue = pd.DataFrame({"credential_id": ["c1", "c2"], "name": ["Welding", "Nursing"], "cip": ["480508",
    ...     "513801"], "kind": ["Certificate", "AssociateDegree"], "award_level": ["21", "3"], "weeks": [30, 104]})
    >>> awards = pd.DataFrame({"learner_id": ["a", "a", "b"], "credential_id": ["c1", "c2", "c1"],
    ...     "awarded_on": ["2021-05-01", "2021-06-01", "2022-05-01"]})
    >>> found = earned(awards, catalogue, pd.DataFrame({"gender": ["woman", "man"]}, index=["a", "b"]))
    >>> [(population.name, population.figures.to_dict("records")) for population in found.populations]
    [('awards 2021', [{'short': 1.0, 'middle': 0.0, 'long': 1.0}]), \
('awards 2022', [{'short': 1.0, 'middle': 0.0, 'long': 0.0}])]
    """
    if awards is None or awards.empty:
        return None
    rows, lengths = _read(awards), _lengths(conform(credentials, CREDENTIALS))
    known = rows["credential_id"].isin(lengths.index)
    absent, rows = int(rows.loc[~known, "count"].sum()), rows[known]
    length = rows["credential_id"].map(lengths)
    rows = rows.assign(**{name: (length == name).astype("float64") for name in LENGTHS})
    bounds = dict.fromkeys(LENGTHS, (0.0, 1.0))
    premium = _premium(values, lengths.index)
    if len(premium):
        rows = rows.assign(value=rows["credential_id"].map(premium).astype("float64"))
        bounds["value"] = (float(premium.min()), float(premium.max()))
    by_year = _once_a_year(rows).groupby("year", sort=True)
    return Earned(tuple(_in_year(int(year), of, who, bounds) for year, of in by_year), absent)


def _premium(values: pd.DataFrame | None, catalogue: pd.Index) -> pd.Series:
    """Return the value of every credential of the catalogue that has one."""
    if values is None or values.empty:
        return pd.Series(dtype="float64")
    premium = worth.value_of(conform(values, VALUES)).dropna()
    if not premium.index.is_unique:
        raise DataError("table values holds a credential twice; keep one row for each")
    return premium[premium.index.isin(catalogue)]


def _in_year(year: int, rows: pd.DataFrame, who: pd.DataFrame, bounds: dict[str, tuple[float, float]]) -> Population:
    groups = groups_of(who, rows["learner_id"], table="awards")
    figures = rows[list(bounds)].reset_index(drop=True)
    return Population(f"awards {year}", groups, rows["count"].to_numpy(np.int64), figures, bounds)
