"""What an occupation's wages say of a credential: which occupations it leads to, and which point of their wages.

The crosswalk from fields to occupations has no weights and lists every plausible pair, so occupations count by how many
work in them, and only those whose typical education at entry fits the credential's level.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from onward.data.published import published

TEACHING = "251"
"""Minor group of postsecondary teachers: the crosswalk attaches them to most fields."""
SOC_DIGITS, CIP4_DIGITS = 6, 4
NONDEGREE, SOME_COLLEGE = "Postsecondary nondegree award", "Some college, no degree"
HIGH_SCHOOL, ASSOCIATE, BACHELOR = "High school diploma or equivalent", "Associate's degree", "Bachelor's degree"
MASTER, DOCTOR = "Master's degree", "Doctoral or professional degree"
FITTING = {
    "1": ((NONDEGREE,), (HIGH_SCHOOL, SOME_COLLEGE)),
    "2": ((ASSOCIATE,), (NONDEGREE, SOME_COLLEGE), (HIGH_SCHOOL,)),
    "3": ((BACHELOR,),),
    "4": ((BACHELOR,),),
    "5": ((MASTER,), (BACHELOR,)),
    "6": ((DOCTOR,),),
    "7": ((DOCTOR,),),
    "8": ((MASTER,), (DOCTOR,)),
}
"""Typical education at entry that fits a Scorecard level: the first of these that any occupation of a field has."""


@dataclass(frozen=True)
class Point:
    """The point of an occupation's wages that comes nearest to completers' median four years out, and how near.

    ``error`` is the root mean square error of the log.
    """

    name: str
    error: float


POINTS = {
    "1": Point("pct25", 0.23),
    "2": Point("pct25", 0.20),
    "3": Point("pct10", 0.25),
    "4": Point("median", 0.25),
    "5": Point("median", 0.35),
    "6": Point("median", 0.29),
    "7": Point("pct25", 0.18),
    "8": Point("median", 0.15),
}
"""By Scorecard level. ``benchmarks/value_check.py`` measures them: over the CIP4 fields with 5 or more programs, the
log of the Scorecard's median less that of the occupations' wages. Level 4 has 5 such fields: its error is level 3's."""
LUMPED_LEVELS = ("1", "2")
LUMPS = 0.10
"""A field is lumped for a credential whose occupations pay this share more or less than those of the whole field."""


@dataclass(frozen=True)
class Wage:
    """Yearly dollars of a point of the wages of ``occupations`` (their titles), and which point."""

    dollars: float
    point: str
    occupations: tuple[str, ...]


@dataclass(frozen=True)
class Occupations:
    """Wages and employment by SOC code, and the crosswalk from six-digit CIP codes to SOC codes."""

    wages: pd.DataFrame
    crosswalk: pd.DataFrame

    @cached_property
    def _stands_for(self) -> dict[str, str]:
        joined = self.wages["soc_2018"].dropna().str.split("|")
        return {code: soc for soc, codes in joined.items() for code in codes}

    @cached_property
    def _rows(self) -> dict[str, dict[str, Any]]:
        return {str(soc): row for soc, row in self.wages.to_dict("index").items()}

    @cached_property
    def _fields(self) -> dict[str, tuple[str, ...]]:
        """The occupations of each six-digit and each four-digit field."""
        pairs = self.crosswalk[~self.crosswalk["soc"].str.startswith(TEACHING)]
        wider = pairs.assign(cip=pairs["cip"].str[:CIP4_DIGITS])
        both = pd.concat([pairs, wider]).drop_duplicates()
        return {str(cip): tuple(rows) for cip, rows in both.groupby("cip")["soc"]}

    def fitting(self, cip: str, level: str) -> tuple[str, ...]:
        """The occupations of a field whose typical education at entry fits the Scorecard level."""
        paid = [
            soc for soc in self._fields.get(cip, ()) if self._pays(soc, level) and self._rows[soc]["employment"] > 0
        ]
        for education in FITTING[level]:
            found = tuple(soc for soc in paid if self._rows[soc]["entry_education"] in education)
            if found:
                return found
        return ()

    def wage(self, cip: str, soc: str | None, level: str) -> Wage | None:
        """What the credential's own occupation pays, else those of its field; None where neither says it.

        >>> occupations().wage("513902", None, "1")
        Wage(dollars=37260.0, point='pct25', occupations=('Nursing Assistants',))
        """
        own = self._own(soc, level)
        return self._of((own,) if own else self.fitting(cip, level), level)

    def lumped(self, cip: str, soc: str | None, level: str) -> bool:
        """Whether a figure for the four-digit field joins the credential with others that pay otherwise.

        Below the bachelor's alone: above it, learners of a field enter many occupations, and the field's figure is
        nearer. A credential's own occupation tells where the crosswalk has it in that field; elsewhere the field's do.

        >>> [occupations().lumped(cip, None, "1") for cip in ("513902", "513901", "510801")]
        [True, True, False]
        """
        if level not in LUMPED_LEVELS:
            return False
        field = cip[:CIP4_DIGITS]
        own = self._own(soc, level)
        inside = (own,) if own is not None and own in self._fields.get(field, ()) else ()
        alone = self._of(inside or self.fitting(cip, level), level)
        whole = self._of(tuple(dict.fromkeys((*self.fitting(field, level), *inside))), level)
        if alone is None or whole is None:
            return False
        return abs(float(np.log(alone.dollars / whole.dollars))) > float(np.log1p(LUMPS))

    def _own(self, soc: str | None, level: str) -> str | None:
        code = None if soc is None or pd.isna(soc) else soc[:SOC_DIGITS]
        code = self._stands_for.get(code or "", code)
        return code if code is not None and self._pays(code, level) else None

    def _pays(self, soc: str, level: str) -> bool:
        return soc in self._rows and self._rows[soc][POINTS[level].name] > 0

    def _of(self, codes: tuple[str, ...], level: str) -> Wage | None:
        """The mean of the logs, weighted by employment."""
        if not codes:
            return None
        rows, point = [self._rows[code] for code in codes], POINTS[level].name
        weights = [row["employment"] if row["employment"] > 0 else 1.0 for row in rows]
        dollars = float(np.exp(np.average(np.log([row[point] for row in rows]), weights=weights)))
        return Wage(round(dollars, 2), point, tuple(str(row["title"]) for row in rows))


@cache
def occupations() -> Occupations:
    """The shipped wages and crosswalk."""
    figures = published()
    return Occupations(figures.occupations.set_index("soc"), figures.crosswalk)
