"""Public figures that ship with the package: pay by field and by occupation, and who earns what.

Each file says its source and its licence in its first lines; ``SOURCES.md`` beside them says how they were derived.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

CODES = ("cip4", "award_level", "soc", "soc_2018", "cip", "field", "level")


@dataclass(frozen=True)
class Published:
    """The shipped figures, each a frame.

    ``earnings``: by cip4 and award level, median program median, quarter points and programs counted, in dollars; of
    the made-up catalogue, with one-year figures where four years are not known.
    ``wages``: by SOC code, wage at the 10th, 25th, 50th, 75th and 90th percentile, in dollars a year.
    ``students``: students awarded in 2024 by award level and, one at a time, race, sex and age.
    ``awards``: awards in 2021 by award level, broad field, sex and race.
    ``high_school``: dollars a year of working adults with no more than a high-school diploma, national; ``states`` the
    same by state. ``fields``: by field (CIP4, CIP2 or all) and Scorecard level, earnings four years out alone, with
    debt. ``occupations``: every detailed occupation's wages, employment and typical education at entry; ``crosswalk``:
    which of them a six-digit CIP field leads to.
    """

    earnings: pd.DataFrame
    wages: pd.DataFrame
    students: pd.DataFrame
    awards: pd.DataFrame
    high_school: float
    states: pd.Series
    fields: pd.DataFrame
    occupations: pd.DataFrame
    crosswalk: pd.DataFrame

    def shares(self, dimension: str) -> pd.Series:
        """Shares of students awarded in 2024, all undergraduate levels, by ``race``, ``sex`` or ``age``.

        >>> published().shares("sex").round(1).to_dict()
        {'man': 0.4, 'woman': 0.6}
        """
        rows = self.students[self.students["dimension"] == dimension]
        totals = rows.groupby("value")["students"].sum()
        return totals / totals.sum()

    def share_of_women(self) -> pd.Series:
        """Share of women among awards up to the bachelor's, by broad field, with ``all`` for every field.

        >>> bool(published().share_of_women()["Technology and technical fields"] < 0.2)
        True
        """
        table = self.awards.pivot_table(index="broad_field", columns="sex", values="awards", aggfunc="sum")
        table.loc["all"] = table.sum()
        return table["woman"] / table.sum(axis=1)


@cache
def published() -> Published:
    """Read the shipped figures; the frames are shared, so copy before changing one."""
    benchmark = read("benchmark.csv").set_index("name")["dollars"]
    return Published(
        earnings=read("earnings.csv"),
        wages=read("wages.csv"),
        students=read("students_2024.csv"),
        awards=read("awards_2021.csv"),
        high_school=float(benchmark["high_school_national"]),
        states=read("states.csv").set_index("state")["dollars"].astype(float),
        fields=read("fields.csv"),
        occupations=read("occupations.csv"),
        crosswalk=read("crosswalk.csv"),
    )


def read(name: str) -> pd.DataFrame:
    """Read one shipped file below its lines of source and licence; codes stay texts.

    >>> read("benchmark.csv")["dollars"].tolist()
    [36082.0]
    """
    with (files("onward.data") / "published" / name).open(encoding="utf-8") as file:
        return pd.read_csv(file, comment="#", dtype=dict.fromkeys(CODES, str))
