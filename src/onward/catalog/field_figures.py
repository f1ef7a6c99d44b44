"""What a field of study returns at a level, over all programs in the country, four years after completing."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from onward.catalog.shrinkage import SPREADS, USUAL, shrink
from onward.data.published import published

LEAST_PROGRAMS = 5
"""A field with fewer programs that state earnings is thin: its figure is moved toward that of its two-digit series."""
ALL, CIP4_DIGITS = "all", 4


@dataclass(frozen=True)
class Figure:
    """A field's median of program medians with the quartiles of such medians, in dollars, and ``programs`` behind it.

    ``field`` is what the figure is of: a CIP4 or CIP2 code, or all fields. ``basis`` is imputed where it stands in, in
    whole or in part, for the field that was asked for.
    """

    field: str
    median: float
    low: float
    high: float
    programs: int
    basis: Literal["published", "imputed"]


@dataclass(frozen=True)
class FieldFigures:
    """Figures by field (CIP4, CIP2, all) and Scorecard level: the columns of the shipped ``fields.csv``."""

    rows: pd.DataFrame

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "FieldFigures":
        """Index the shipped frame."""
        return cls(frame.set_index(["field", "level"]).sort_index())

    def knows(self, cip: str) -> bool:
        """Whether the two-digit series of a CIP code is one that has figures at any level."""
        return cip[:2] in self.rows.index.get_level_values("field")

    def figure(self, cip: str, level: str) -> Figure | None:
        """The figure of a CIP code's field: its own, thin ones moved toward the wider, or the wider one alone.

        The wider is the two-digit series where it has ``LEAST_PROGRAMS``, else the level as a whole.

        >>> field_figures().figure("513901", "1").median
        55686.0
        >>> field_figures().figure("513900", "3").basis
        'imputed'
        """
        if not self.knows(cip):
            return None
        own, wider = self._own(cip, level), self._wider(cip[:2], level)
        if own is not None and own["programs"] >= LEAST_PROGRAMS:
            return _stated(cip[:4], own, "published")
        if wider is None:
            return None
        imputed = _stated(*wider, "imputed")
        return imputed if own is None else _thin(cip[:4], own, imputed, level)

    def programs(self, cip: str, level: str) -> int:
        """How many programs of the four-digit field state earnings."""
        row = self._own(cip, level)
        return 0 if row is None else int(row["programs"])

    def debt(self, cip: str, level: str) -> float | None:
        """The median of program median debts of the four-digit field, in dollars; None where fewer than 5 state it."""
        key = (cip[:CIP4_DIGITS], level)
        stated = len(key[0]) == CIP4_DIGITS and key in self.rows.index
        if not stated or self.rows.loc[key, "debt_programs"] < LEAST_PROGRAMS:
            return None
        return float(self.rows.loc[key, "median_debt"])

    def _own(self, cip: str, level: str) -> pd.Series | None:
        return self._row(cip[:CIP4_DIGITS], level) if len(cip) >= CIP4_DIGITS else None

    def _row(self, field: str, level: str) -> pd.Series | None:
        key = (field, level)
        if key not in self.rows.index or pd.isna(self.rows.loc[key, "median"]):
            return None
        return self.rows.loc[key]

    def _wider(self, series: str, level: str) -> tuple[str, pd.Series] | None:
        for field in (series, ALL):
            row = self._row(field, level)
            if row is not None and row["programs"] >= LEAST_PROGRAMS:
                return field, row
        return None


def _stated(field: str, row: pd.Series, basis: Literal["published", "imputed"]) -> Figure:
    return Figure(field, float(row["median"]), float(row["p25"]), float(row["p75"]), int(row["programs"]), basis)


def _thin(field: str, own: pd.Series, wider: Figure, level: str) -> Figure:
    """A thin field's figure moved toward the wider one, with the quartiles of a normal of its error around it.

    The sampling variance of the median of P program medians is pi / 2 of their variance, over P.
    """
    spread = SPREADS.get(level, USUAL)
    programs = int(own["programs"])
    sampling = np.pi / 2 * spread.programs**2 / programs
    found = shrink(float(own["median"]), wider.median, between=spread.fields, sampling=sampling)
    half = 0.674490 * found.error
    low, high = (round(found.dollars + side * half) for side in (-1, 1))
    return Figure(field, float(round(found.dollars)), float(low), float(high), programs, "imputed")


@cache
def field_figures() -> FieldFigures:
    """The shipped figures."""
    return FieldFigures.of(published().fields)
