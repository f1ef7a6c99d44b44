"""The cohort files of a made-up state system, with what PDP derives from later years."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.pdp.catalogue import LEVELS_SOUGHT
from onward.data.pdp.columns import COHORT, CREDENTIALS_SOUGHT
from onward.data.simulated_files_cells import Texts, dotted, laid_out, number_cells
from onward.data.simulated_files_people import cohort_cells, entries, people_cells
from onward.data.simulated_files_terms import Told
from onward.data.tables import Tables

MOST_YEARS = 8
_NEVER = [column.heading for column in COHORT if column.never]
_BACHELOR, _ASSOCIATE, _CERTIFICATE = range(3)
_YEAR_DAYS = 365.25


def cohort_frame(tables: Tables, told: Told) -> pd.DataFrame:
    """Return the cohort files of all institutions: a row for each learner and institution."""
    rows = entries(told)
    people = people_cells(tables).loc[rows["learner_id"]].reset_index()
    first = ~rows["learner_id"].duplicated()
    kind = pd.Series(np.where(first, "First-Time", "Transfer-In"), dtype="str")
    cip = tables.credentials.set_index("credential_id")["cip"]
    level = tables.credentials.set_index("credential_id")["award_level"]
    sought = {level: code for code, levels in reversed(LEVELS_SOUGHT.items()) if code != "01" for level in levels}
    frame = pd.DataFrame(
        {
            "Enrollment Type": kind,
            "Attendance Status Term 1": kind + " " + people["Enrollment Intensity First Term"].str.title(),
            "Credential Type Sought Year 1": rows["credential_id"].map(level).map(sought).map(CREDENTIALS_SOUGHT),
            "Program of Study Term 1": dotted(rows["credential_id"].map(cip)),
            "Program of Study Year 1": dotted(rows["credential_id"].map(cip)),
            "GPA Group Term 1": np.where(rows["gpa"].notna(), number_cells(rows["gpa"]), "UK"),
            "Gateway Math Status": "N",
            "Gateway English Status": "N",
            "AttemptedGatewayMathYear1": "N",
            "AttemptedGatewayEnglishYear1": "N",
            **dict.fromkeys(_NO_COURSE, "NA"),
            "Military Status": "-1",
            "Incarcerated Status": "UK",
            "Dual and Summer Enrollment": "UK",
            **_years_enrolled(rows, told),
            **_years_earned(rows, tables, told),
        }
    )
    return laid_out(COHORT, pd.concat([people, cohort_cells(rows["start"], rows["place"]), frame], axis=1))


_NO_COURSE = (
    "CompletedGatewayMathYear1",
    "CompletedGatewayEnglishYear1",
    "AttemptedDevMathY1",
    "AttemptedDevEnglishY1",
    "CompletedDevMathY1",
    "CompletedDevEnglishY1",
)


def _years_enrolled(rows: pd.DataFrame, told: Told) -> dict[str, object]:
    """Return credits by year, grades of the first, years of last enrollment, retention and persistence."""
    entered = rows[["learner_id", "place", "start"]].assign(entry=np.arange(len(rows)))
    pairs = told.terms.merge(entered.rename(columns={"start": "began", "place": "cohort"}), on="learner_id")
    pairs = pairs[pairs["start"] >= pairs["began"]]
    pairs = pairs.assign(year=_year(pairs["start"], pairs["began"]), here=pairs["place"] == pairs["cohort"])
    here = pairs[pairs["here"]]
    last = _by_entry(here, "year", len(rows))
    elsewhere = _by_entry(pairs[~pairs["here"]], "year", len(rows))
    left_for_good = _by_entry(here.assign(year=here["moved"].astype(float)), "year", len(rows)) > 0
    # Whoever moved on to a place that is not of the system was enrolled there the year after.
    elsewhere = np.where(left_for_good & (elsewhere == 0), np.minimum(last + 1, MOST_YEARS), elsewhere)
    columns: dict[str, object] = {}
    for year in range(1, 5):
        of_year = here[here["year"] == year].groupby("entry")[["attempted", "earned"]].sum(min_count=1)
        of_year = of_year.reindex(range(len(rows)))
        columns[f"Number of Credits Attempted Year {year}"] = number_cells(of_year["attempted"])
        columns[f"Number of Credits Earned Year {year}"] = number_cells(
            of_year["earned"].fillna(of_year["attempted"] * 0)
        )
    columns["GPA Group Year 1"] = _first_year_grade(here[here["year"] == 1], len(rows))
    columns["Years of Last Enrollment at cohort institution"] = last.astype(int)
    columns["Years of Last Enrollment at other institution"] = elsewhere.astype(int)
    columns["Retention"] = (last >= 2).astype(int)
    columns["Persistence"] = (np.maximum(last, elsewhere) >= 2).astype(int)
    return columns


def _first_year_grade(terms: pd.DataFrame, several: int) -> Texts:
    graded = terms[terms["gpa"].notna() & (terms["attempted"] > 0)]
    sums = graded.assign(quality=graded["gpa"] * graded["attempted"]).groupby("entry")[["quality", "attempted"]].sum()
    grade = (sums["quality"] / sums["attempted"]).round(2).reindex(range(several))
    return np.where(grade.notna(), number_cells(grade), "UK")


def _by_entry(pairs: pd.DataFrame, name: str, several: int) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = (
        pairs.groupby("entry")[name].max().reindex(range(several)).fillna(0).to_numpy(float)
    )
    return found


def _years_earned(rows: pd.DataFrame, tables: Tables, told: Told) -> dict[str, object]:
    """Return every column that says in which year a credential came; 0 where none did within eight years."""
    done = told.attempts[told.attempts["status"] == "completed"]
    level = done["credential_id"].map(tables.credentials.set_index("credential_id")["award_level"])
    kind = np.select([level == "5", level == "3"], [_BACHELOR, _ASSOCIATE], _CERTIFICATE)
    entered = rows[["learner_id", "place", "start"]].assign(entry=np.arange(len(rows)))
    awards = done.assign(kind=kind)[["learner_id", "place", "ended_on", "kind"]]
    pairs = awards.merge(entered.rename(columns={"start": "began", "place": "cohort"}), on="learner_id")
    pairs = pairs[pairs["ended_on"] >= pairs["began"]]
    years = (pairs["ended_on"] - pairs["began"]).dt.days / _YEAR_DAYS
    pairs = pairs.assign(exact=years, year=np.floor(years) + 1, here=pairs["place"] == pairs["cohort"])
    pairs = pairs[pairs["year"] <= MOST_YEARS]
    columns: dict[str, object] = {heading: _which(heading, pairs, len(rows)) for heading in _NEVER}
    exact = pairs[pairs["here"]].groupby("entry")["exact"].min().round(2).reindex(range(len(rows)))
    return columns | {"Time to Credential": number_cells(exact)}


def _which(heading: str, pairs: pd.DataFrame, several: int) -> npt.NDArray[np.int64]:
    """Return the first or latest year of the credentials that a heading names, at the place it names."""
    words = heading.lower()
    kinds = [_BACHELOR] if "bachelor" in words else []
    kinds += [_ASSOCIATE] if "associates" in words else []
    kinds += [_CERTIFICATE] if "certificate" in words else []
    asked = pairs[pairs["kind"].isin(kinds) & (pairs["here"] == ("cohort" in words))]
    years = asked.groupby("entry")["year"]
    found = years.min() if words.startswith("first") else years.max()
    filled: npt.NDArray[np.int64] = found.reindex(range(several)).fillna(0).to_numpy(np.int64)
    return filled


def _year(days: pd.Series, began: pd.Series) -> pd.Series:
    return (np.floor((days - began).dt.days / _YEAR_DAYS) + 1).clip(upper=MOST_YEARS)
