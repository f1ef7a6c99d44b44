"""A made-up state system as PDP cohort and course files, one pair for each institution, in NSC's own headers."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.pdp.catalogue import LEVELS_SOUGHT
from onward.data.pdp.columns import COHORT, COURSE, CREDENTIALS_SOUGHT, PdpColumn
from onward.data.pdp.demographics import GENDERS, selections
from onward.data.simulated_files_terms import Told, school_term
from onward.data.tables import Tables

Texts = npt.NDArray[np.object_]
MOST_YEARS = 8
COURSE_CREDITS = 3.0
RACES = {
    "american_indian_or_alaska_native": "American Indian or Alaska Native",
    "asian": "Asian",
    "black": "Black or African American",
    "hispanic": "Hispanic",
    "native_hawaiian_or_pacific_islander": "Native Hawaiian or Other Pacific Islander",
    "white": "White",
    "two_or_more": "Two or More Races",
    "nonresident": "Nonresident alien",
    "unknown": "Unknown",
}
_NEVER = [column.heading for column in COHORT if column.never]
_BACHELOR, _ASSOCIATE, _CERTIFICATE = range(3)
_YEAR_DAYS = 365.25


def opeid(place: int) -> str:
    """Return the made-up OPEID of the institution at ``place``.

    >>> opeid(0)
    '00990100'
    """
    return f"{990_100 + 100 * place:08d}"


def write_pdp(tables: Tables, told: Told, folder: Path) -> tuple[list[str], list[str]]:
    """Write a cohort and a course file for each institution that has learners, and return their names."""
    courses, cohorts = course_frame(tables, told), cohort_frame(tables, told)
    names: tuple[list[str], list[str]] = ([], [])
    for written, frame, kind in zip(names, (cohorts, courses), ("COHORT", "COURSE"), strict=True):
        for institution, rows in frame.groupby("Institution ID", sort=True):
            written.append(f"{institution}_{kind}_AR_DEIDENTIFIED.csv")
            rows.to_csv(folder / written[-1], index=False)
    return names


def races_and_ethnicities(answers: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the columns Race and Ethnicity; two races that are not named there are "Two or More Races".

    >>> race, ethnicity = races_and_ethnicities(pd.Series(["hispanic|black", "asian|white"]))
    >>> race.tolist(), ethnicity.tolist()
    (['Black or African American', 'Two or More Races'], ['H', 'N'])
    """
    told = {answer: _race_and_ethnicity(str(answer)) for answer in answers.dropna().unique()}
    race = answers.map({answer: race for answer, (race, _) in told.items()}).fillna("")
    return race, answers.map({answer: ethnicity for answer, (_, ethnicity) in told.items()}).fillna("UK")


def race_told(answers: pd.Series) -> pd.Series:
    """Return what a reader of Race and Ethnicity learns of each answer."""
    return selections(*races_and_ethnicities(answers))


def _race_and_ethnicity(answer: str) -> tuple[str, str]:
    others = [race for race in answer.split("|") if race != "hispanic"]
    hispanic = len(others) < len(answer.split("|"))
    if others in (["unknown"], ["nonresident"]):
        return RACES[others[0]], "H" if hispanic else "UK"
    several = len(others) > 1 or (bool(others) and others[0] not in RACES)
    race = "two_or_more" if several else others[0] if others else "hispanic"
    return RACES[race], "H" if hispanic else "N"


def course_frame(tables: Tables, told: Told) -> pd.DataFrame:
    """Return the course files of all institutions: each term's credits in courses of three, the rest in the last.

    The second course of a term is the laboratory of the first: it has the same number.
    """
    terms = told.terms
    several = np.maximum(1, terms["attempted"] // COURSE_CREDITS).astype(np.int64).to_numpy()
    row = np.repeat(np.arange(len(terms)), several)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(several) - several, several)
    rest = terms["attempted"].to_numpy() - COURSE_CREDITS * (several - 1)
    attempted = np.where(nth == several[row] - 1, rest[row], COURSE_CREDITS)
    rows = terms.iloc[row].reset_index(drop=True)
    of = tables.credentials.set_index("credential_id").loc[rows["credential_id"]]
    year, term = school_term(rows["start"])
    passed = ~(rows["left"] | rows["under_way"])
    lab = (nth == 1).astype(np.int64)
    grade = pd.Series(_numbers(rows["gpa"]), index=rows.index)
    grade = grade.mask(passed & (grade == ""), "P").mask(rows["left"], "W").mask(rows["under_way"], "")
    frame = pd.DataFrame(
        {
            "Academic Year": _school_year(year),
            "Academic Term": term,
            "Course Prefix": "P" + of["cip"].str[:2].to_numpy(object),
            "Course Number": _texts(pd.Series(101 + nth - lab)),
            "Section ID": np.where(lab == 1, "L1", "01"),
            "Course Name": of["name"].to_numpy(object),
            "Course CIP": dotted(of["cip"]),
            "Course Type": np.where(of["credits"].to_numpy(float) > 0, "CU", "NC"),
            "Math or English Gateway": "NA",
            "Co-requisite Course": np.where(lab == 1, "Y", "N"),
            "Course Begin Date": _dates(rows["start"]),
            "Course End Date": _dates(rows["end"]),
            "Grade": grade,
            "Number of Credits Attempted": _numbers(pd.Series(attempted)),
            "Number of Credits Earned": _numbers(
                pd.Series(np.where(rows["earned"] > 0, attempted, rows["earned"].to_numpy(float)))
            ),
            "Delivery Method": rows["modality"].map({"in_person": "F", "online": "O", "hybrid": "H"}),
            "Core Course": "N",
            "Core Competency Completed": "N",
            "Enrolled at Other Institution(s)": np.where(rows["moved"], "Y", "N"),
            "Credential Engine Identifier": rows["credential_id"],
            "Course Instructor Employment Status": "FT",
            "Course Instructor Rank": "3",
            "Term Program of Study": dotted(of["cip"]),
        }
    )
    people = _people(tables).loc[rows["learner_id"]].reset_index()
    entry = _entries(told).set_index(["learner_id", "place"])["start"]
    began = entry.loc[pd.MultiIndex.from_frame(rows[["learner_id", "place"]])].reset_index(drop=True)
    return _laid_out(COURSE, pd.concat([people, _cohort_of(began, rows["place"]), frame], axis=1))


def cohort_frame(tables: Tables, told: Told) -> pd.DataFrame:
    """Return the cohort files of all institutions: a row for each learner and institution."""
    rows = _entries(told)
    people = _people(tables).loc[rows["learner_id"]].reset_index()
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
            "GPA Group Term 1": np.where(rows["gpa"].notna(), _numbers(rows["gpa"]), "UK"),
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
    return _laid_out(COHORT, pd.concat([people, _cohort_of(rows["start"], rows["place"]), frame], axis=1))


_NO_COURSE = (
    "CompletedGatewayMathYear1",
    "CompletedGatewayEnglishYear1",
    "AttemptedDevMathY1",
    "AttemptedDevEnglishY1",
    "CompletedDevMathY1",
    "CompletedDevEnglishY1",
)


def _entries(told: Told) -> pd.DataFrame:
    """Return the first term of each learner at each institution."""
    return told.terms[~told.terms.duplicated(["learner_id", "place"])].reset_index(drop=True)


def _people(tables: Tables) -> pd.DataFrame:
    """Return what cohort and course files say of a learner, by id."""
    people = tables.demographics.set_index("learner_id").reindex(tables.learners["learner_id"])
    learners = tables.learners.set_index("learner_id")
    race, ethnicity = races_and_ethnicities(people["race_ethnicity"])
    codes = {gender: code for code, gender in GENDERS.items() if len(code) <= 2}
    age = learners["age_at_entry"]
    frame = pd.DataFrame(
        {
            "Student Age": np.select([age < 21, age < 25], ["20 and younger", ">20 - 24"], "Older than 24"),
            "Race": race,
            "Ethnicity": ethnicity,
            "Gender": people["gender"].map(codes).fillna(""),
            "First Gen": _flags(people["first_generation"], "N", "A"),
            "Pell Status First Year": _flags(people["pell"], "Y", "N"),
            "Disability Status": _flags(people["disability"], "Y", "N"),
            "Enrollment Intensity First Term": _flags(people["part_time"], "Part-Time", "Full-Time"),
            "Math Placement": _flags(learners["math_ready"], "C", "N"),
            "English Placement": _flags(learners["english_ready"], "C", "N"),
        }
    )
    return frame.rename_axis("Student GUID")


def _years_enrolled(rows: pd.DataFrame, told: Told) -> dict[str, object]:
    """Return credits by year, grades of the first, years of last enrollment, retention and persistence."""
    entries = rows[["learner_id", "place", "start"]].assign(entry=np.arange(len(rows)))
    pairs = told.terms.merge(entries.rename(columns={"start": "began", "place": "cohort"}), on="learner_id")
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
        columns[f"Number of Credits Attempted Year {year}"] = _numbers(of_year["attempted"])
        columns[f"Number of Credits Earned Year {year}"] = _numbers(of_year["earned"].fillna(of_year["attempted"] * 0))
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
    return np.where(grade.notna(), _numbers(grade), "UK")


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
    entries = rows[["learner_id", "place", "start"]].assign(entry=np.arange(len(rows)))
    awards = done.assign(kind=kind)[["learner_id", "place", "ended_on", "kind"]]
    pairs = awards.merge(entries.rename(columns={"start": "began", "place": "cohort"}), on="learner_id")
    pairs = pairs[pairs["ended_on"] >= pairs["began"]]
    years = (pairs["ended_on"] - pairs["began"]).dt.days / _YEAR_DAYS
    pairs = pairs.assign(exact=years, year=np.floor(years) + 1, here=pairs["place"] == pairs["cohort"])
    pairs = pairs[pairs["year"] <= MOST_YEARS]
    columns: dict[str, object] = {heading: _which(heading, pairs, len(rows)) for heading in _NEVER}
    exact = pairs[pairs["here"]].groupby("entry")["exact"].min().round(2).reindex(range(len(rows)))
    return columns | {"Time to Credential": _numbers(exact)}


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


def _cohort_of(began: pd.Series, places: pd.Series) -> pd.DataFrame:
    year, term = school_term(began)
    ids = np.array([opeid(place) for place in range(int(places.max()) + 1)], object)
    return pd.DataFrame(
        {"Institution ID": ids[places.to_numpy()], "Cohort": _school_year(year), "Cohort Term": term.str.title()}
    )


def _laid_out(columns: tuple[PdpColumn, ...], frame: pd.DataFrame) -> pd.DataFrame:
    """Give ``frame`` all columns of the file, in NSC's order; of those that nothing is told of, empty ones."""
    empty = [column.heading for column in columns if column.heading not in frame]
    return frame.assign(**dict.fromkeys(empty, ""))[[column.heading for column in columns]]


def dotted(cips: pd.Series) -> Texts:
    """Return CIP codes with a dot after two digits.

    >>> dotted(pd.Series(["513801"])).tolist()
    ['51.3801']
    """
    codes, uniques = pd.factorize(cips)
    texts = [str(cip).ljust(6, "0") for cip in uniques]
    return _taken([f"{text[:2]}.{text[2:]}" for text in texts], codes)


def _year(days: pd.Series, began: pd.Series) -> pd.Series:
    return (np.floor((days - began).dt.days / _YEAR_DAYS) + 1).clip(upper=MOST_YEARS)


def _school_year(years: pd.Series) -> Texts:
    codes, uniques = pd.factorize(years)
    return _taken([f"{year}-{(year + 1) % 100:02d}" for year in uniques], codes)


def _dates(days: pd.Series) -> Texts:
    codes, uniques = pd.factorize(days)
    return _taken([f"{day:%Y%m%d}" for day in uniques], codes)


def _numbers(numbers: pd.Series) -> Texts:
    codes, uniques = pd.factorize(numbers)
    return _taken([repr(float(number)) if number % 1 else str(int(number)) for number in uniques], codes)


def _texts(values: pd.Series) -> Texts:
    codes, uniques = pd.factorize(values)
    return _taken([str(value) for value in uniques], codes)


def _taken(texts: list[str], codes: npt.NDArray[np.intp]) -> Texts:
    """Return the text of each code, an empty one for -1."""
    taken: Texts = np.array([*texts, ""], object)[codes]
    return taken


def _flags(flags: pd.Series, yes: str, no: str) -> pd.Series:
    return flags.map({True: yes, False: no}).astype("str").fillna("UK")
