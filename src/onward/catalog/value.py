"""What a credential returns, where its college does not say: the ladder of public figures, and the benchmark beside it.

Median earnings four years after completing, by the first of these that there is: what the college's own files state;
the institution's program; the field and level over the country. A field that joins the credential with others that pay
otherwise gives way to the wages of the credential's occupations, and so does any field figure for certificates under
12 weeks, which federal aid hardly reaches and the Scorecard hardly counts (34 CFR 668.8(d): 15 weeks, or 10 for loans
alone; 8 from July 2026 by Public Law 119-21).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from onward.catalog.field_figures import FieldFigures, Figure, field_figures
from onward.catalog.occupations import POINTS, Occupations, Wage, occupations
from onward.catalog.shrinkage import LEAST_COUNT, SPREADS, USUAL, shrink
from onward.data.published import published
from onward.data.scorecard import BY_AWARD_LEVEL, Scorecard
from onward.data.tables import VALUES, conform
from onward.data.worth import MEDIAN_ERROR, MIDDLE_HALF
from onward.errors import SettingsError

HORIZON_YEARS = 4
"""Years between completing and earning, of every figure that is compared with the benchmark."""
BY_OCCUPATION = "20"
"""The award level of certificates under 12 weeks."""
STANDS_FOR_ANOTHER = ("occupation", "imputed")
SCORECARD = "College Scorecard, field of study"
RELEASE = "release of 2026-06-10, via Truewise (CC BY 4.0)"
RELEASED, WAGES_OF = 2026, 2025
ENDS = 1.959964
"""Standard deviations from the middle of a normal to an end of 95 in 100."""
Row = dict[str, object]


@dataclass(frozen=True)
class Completed:
    """``values`` with a row for every credential that anything is known of, and how it came about.

    ``stated`` counts rows that the college's files gave, ``found`` the rows that were added; ``set_aside`` how many
    stated rows were not taken, by why not.
    """

    values: pd.DataFrame
    stated: int
    found: int
    set_aside: dict[str, int]


@dataclass(frozen=True)
class Ladder:
    """The public figures, in the order in which they are asked, and the benchmark in dollars."""

    benchmark: float
    scorecard: Scorecard | None = None
    fields: FieldFigures | None = None
    occupations: Occupations | None = None

    def find(self, credential: pd.Series) -> Row | None:
        """A row of values for one row of credentials; None where nothing is known of its field or occupation."""
        fields, by_wage = self.fields or field_figures(), self.occupations or occupations()
        cip, soc = str(credential["cip"]), credential["soc"]
        level = BY_AWARD_LEVEL[credential["award_level"]]
        wage, figure = by_wage.wage(cip, soc, level), fields.figure(cip, level)
        short = credential["award_level"] == BY_OCCUPATION
        # Where no wage is known the field is never lumped: what it joins could not be told.
        if wage is not None and (short or by_wage.lumped(cip, soc, level) or not fields.programs(cip, level)):
            return self._row(credential, _by_wage(wage, level))
        own = None if self.scorecard is None else self.scorecard.find(credential["provider_id"], cip, level)
        if own is not None and figure is not None and pd.notna(own["earnings"]):
            return self._row(credential, _by_institution(own, figure, level, imputed=short))
        return None if figure is None else self._row(credential, _by_field(figure, level, imputed=short))

    def _row(self, credential: pd.Series, found: Row) -> Row:
        return {"credential_id": credential["credential_id"], "benchmark_earnings": self.benchmark} | found


def benchmark_of(state: str | None) -> float:
    """Yearly earnings of working adults with no more than a high-school diploma, in dollars: a state's or the nation's.

    >>> benchmark_of("NY"), benchmark_of(None)
    (35746.0, 36082.0)
    """
    figures = published()
    if state is None:
        return figures.high_school
    if state not in figures.states.index:
        raise SettingsError(
            f"value.state: expected the postal code of a state with a benchmark ({', '.join(figures.states.index)}); "
            f"got {state}; correct it, or leave it out for the national one"
        )
    return float(figures.states[state])


def complete(values: pd.DataFrame, credentials: pd.DataFrame, ladder: Ladder, *, fill: bool = True) -> Completed:
    """Keep what the college states of four years, and find a row for every other credential, unless ``fill`` is False.

    Rows of another horizon are set aside, never used. A stated row without a benchmark is given one; nothing else of it
    changes. Completing what is complete changes nothing.
    """
    wrong = _not_four_years(values)
    reasons = {str(why): int(n) for why, n in wrong.value_counts().sort_index().items()}
    kept = values[wrong.isna()].reset_index(drop=True)
    kept = kept.assign(benchmark_earnings=kept["benchmark_earnings"].fillna(ladder.benchmark))
    if not fill:
        return Completed(kept, len(kept), 0, reasons)
    open_ = credentials[~credentials["credential_id"].isin(kept["credential_id"])]
    rows = [row for _, credential in open_.iterrows() if (row := ladder.find(credential)) is not None]
    found = conform(pd.DataFrame(rows, columns=list(VALUES.names)), VALUES)
    filled = pd.concat([kept, found], ignore_index=True) if rows else kept
    return Completed(filled, len(kept), len(rows), reasons)


def _not_four_years(values: pd.DataFrame) -> pd.Series:
    """Why a stated row is not taken, in words; missing where it is."""
    stands_in = values["basis"].isin(STANDS_FOR_ANOTHER)
    taken = stands_in | (values["horizon_years"] == HORIZON_YEARS)
    words = [None if good else _horizon(years) for good, years in zip(taken, values["horizon_years"], strict=True)]
    return pd.Series(words, index=values.index, dtype=object)


def _horizon(years: float) -> str:
    if pd.isna(years):
        return "earned at a time that is not said"
    if years == 0:
        return "earned at entry"
    return f"earned {years:g} year{'' if years == 1 else 's'} after completing"


def _by_wage(wage: Wage, level: str) -> Row:
    """Return a point of wages, with ends that hold 95 in 100 by the error measured at the level."""
    half = ENDS * POINTS[level].error * wage.dollars
    names = ", ".join(wage.occupations[:3]) + (f" and {len(wage.occupations) - 3} more" if wage.occupations[3:] else "")
    return {
        "median_earnings": wage.dollars,
        "horizon_years": 0,
        "basis": "occupation",
        "source": f"BLS OEWS May 2025, {names}, {wage.point} of wages",
        "year": WAGES_OF,
        "low": round(max(0.0, wage.dollars - half), 2),
        "high": round(wage.dollars + half, 2),
    }


def _by_field(figure: Figure, level: str, *, imputed: bool) -> Row:
    return {
        "median_earnings": figure.median,
        "n": figure.programs,
        "horizon_years": HORIZON_YEARS,
        "basis": "imputed" if imputed else figure.basis,
        "source": f"{SCORECARD} {figure.field}, level {level}, {RELEASE}",
        "year": RELEASED,
        "low": figure.low,
        "high": figure.high,
    }


def _by_institution(own: pd.Series, figure: Figure, level: str, *, imputed: bool) -> Row:
    """Return the institution's figure, moved toward its field's, with quartiles that give its error back.

    ``worth.value_error`` takes the standard error of a median of n from the quartiles; with the error known, the
    quartiles are what gives it.
    """
    spread = SPREADS.get(level, USUAL)
    stated = own["completers"] if own["completers"] >= 1 else np.nan
    n = float(max(LEAST_COUNT, np.nan_to_num(stated)))
    found = shrink(float(own["earnings"]), figure.median, between=spread.programs, sampling=spread.noise / n)
    half = found.error * MIDDLE_HALF / 2 * (1.0 if imputed else np.sqrt(n) / MEDIAN_ERROR)
    return {
        "median_earnings": round(found.dollars),
        "n": n,
        "horizon_years": HORIZON_YEARS,
        "basis": "imputed" if imputed else "published",
        "source": f"{SCORECARD}, the institution's program, {found.weight:.0%} its own figure, the rest {figure.field}",
        "year": RELEASED,
        "low": round(max(0.0, found.dollars - half)),
        "high": round(found.dollars + half),
    }
