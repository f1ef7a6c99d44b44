"""The nation's awards as an audit sees them: who earned which credential in 2021, and what it returned.

FOLDER holds ipeds_awards/ and scorecard/, as their publishers' files were converted to CSV:

    python -m onward.training.national_awards FOLDER --out national/

Awards by level, broad field, sex, citizenship and race stand for decisions, rows with a count each; what a credential
returns is put together from College Scorecard fields of the same level. Comparable means of the same level of award.
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console

from onward.audit import Audit, AuditPlan, write_report
from onward.errors import DataError, OnwardError, SettingsError
from onward.release.vendor import audit_files
from onward.screens import audit_summary

LATEST = 2021
YEARS = range(2012, LATEST + 1)
LEAST_PROGRAMS = 5
"""A CIP4 field stands behind a figure where at least so many of its programs have earnings."""
HORIZON_YEARS = 4
RELEASED = 2026
MADE = "SOURCES.txt"
"""Marks a folder whose tables this program wrote and may write again."""

AWARDS_SOURCE = (
    "National Center for Science and Engineering Statistics, special tabulations (2022) of NCES, IPEDS Completions "
    "Survey, provisional release data; converted by bq-org/ncses_stats_explorer_placeholder, CC BY-SA 4.0"
)
EARNINGS_SOURCE = (
    "Truewise (Anandraj), Truewise: open US college program value data from the College Scorecard, "
    "doi:10.5281/zenodo.21781702, CC BY 4.0; underlying data: US Department of Education, College Scorecard, "
    "release of 2026-06-10"
)
RACES = {
    "American Indian or Alaska Native": "american_indian_or_alaska_native",
    "Asian": "asian",
    "Black or African American": "black",
    "Hispanic or Latino": "hispanic",
    "Native Hawaiian or Other Pacific Islander": "native_hawaiian_or_pacific_islander",
    "White": "white",
    "More than one race": "two_or_more",
    "Unknown race and ethnicity": "unknown",
}
GENDERS = {"Female": "woman", "Male": "man"}
RESIDENT, TEMPORARY = "U.S. citizen or permanent resident", "Temporary resident"

NOTES = (
    (
        "Awards are counted, not learners: who earned two in a year counts twice, and a row of the tables names a "
        "cell of like awards, not a person."
    ),
    (
        "These are awards that were earned, not advice that was given; nothing here says who was advised into what, "
        "or who started and did not finish."
    ),
    (
        "What a credential returns is the earnings of a field at a level, the same for every group; it is not what "
        "these learners, or their group, earned, so differences in pay within a field do not show."
    ),
    (
        "Earnings are those of completers who had federal aid and were working, four years after completing (one year "
        "where that is missing), from other years than the awards; they are not effects of the credential."
    ),
    (
        "Each figure is a mean over CIP4 fields, weighted by completers, of the median of programs' median earnings, "
        "for fields in which five or more programs have earnings. Low and high are the middle half of programs' "
        "medians: a spread between programs and fields, not between persons."
    ),
    (
        "Broad fields hide differences inside them: nursing assistants and practical nurses (CIP 51.39) stand with "
        "registered nurses (51.38) in health, cosmetology (12.04) with general studies (24.01) in other non-science. "
        "A gap inside a broad field is not seen."
    ),
    (
        "Which CIP codes make up the survey's twenty broad fields was not at hand; they were assigned by NCSES's list "
        "for doctorates and by comparing counts. Criminal justice, human development, general studies and the "
        "teaching of science are assigned whole where the survey splits them."
    ),
    (
        "Certificates of every length under two years are one level, and have the earnings of undergraduate "
        "certificates of every length; one of six weeks and one of eighteen months count alike."
    ),
    (
        "Temporary visa holders, whose race the survey does not report, are shown as nonresident; race among them is "
        "not known."
    ),
    (
        "Hispanic may be of any race, and other races leave out Hispanic origin; sex is reported as female or male "
        "only, and is shown as woman or man."
    ),
    (
        "Where no CIP4 field with enough programs stands behind a broad field at a level, the mean of the level "
        "stands in, and the value says imputed. In 2021 these are few awards."
    ),
    (
        "Award counts are provisional data of institutions eligible for federal student aid; certificates of two to "
        "four years, and awards beyond the master's, are not in them."
    ),
)


@dataclass(frozen=True)
class Level:
    """One level of award: its IPEDS code, the survey's table, the Scorecard's code, and what an entry of it is."""

    code: str
    table: str
    scorecard: str
    kind: str
    words: str
    noun: str
    weeks: int

    @property
    def below_bachelor(self) -> bool:
        """Whether it stands below the bachelor's."""
        return self.code in {"21", "3"}


# Weeks are nominal: two calendar years for an associate degree, as in the made-up catalogue; certificates are lumped.
LEVELS = (
    Level("21", "9903.csv", "1", "Certificate", "certificate", "Certificate under two years", 40),
    Level("3", "9904.csv", "2", "AssociateDegree", "associate", "Associate degree", 104),
    Level("5", "9905.csv", "3", "BachelorDegree", "bachelor's", "Bachelor's degree", 208),
    Level("7", "9906.csv", "5", "MasterDegree", "master's", "Master's degree", 104),
)


@dataclass(frozen=True)
class Field:
    """One broad field of the survey, and the CIP codes behind it: families of two digits, fields of four.

    A code of four digits that any field names at a level is no longer in the family of the field that names that.
    ``cip`` is the code that stands for the whole. ``borrowed``: the programs are wider than the field.
    """

    name: str
    slug: str
    cip: str
    programs: tuple[str, ...]
    below_bachelor: tuple[str, ...] = ()
    from_bachelor: tuple[str, ...] = ()
    borrowed: bool = False

    def codes(self, level: Level) -> tuple[str, ...]:
        """Return its families and fields at a level.

        >>> FIELDS[15].name, FIELDS[15].codes(LEVELS[1]), FIELDS[15].codes(LEVELS[2])
        ('Psychology', ('42',), ('42', '1907'))
        """
        return self.programs + (self.below_bachelor if level.below_bachelor else self.from_bachelor)


# Source: NCSES, Survey of Earned Doctorates 2021, table A-2, fields of study by SED-CIP codes (id 7647 in
# bq-org/ncses_stats_explorer_placeholder), whose broad fields carry the names of ours; it is for doctorates, and has no
# fields related to science. Judgement, by comparing completers by CIP4 in the Scorecard with awards in 2021:
# - trades (46, 47, 48) are the "other" fields related to science: nothing else counts 150,000 men with certificates;
#   engineering and science technologies (15, 41) are "technology"; fire and homeland (43.02, 43.03, 43.99) stand alone.
# - criminal justice (43.01) is split by six digits. Its studies, most of the degrees from the bachelor's, fit the
#   counts of social sciences; policing and corrections, most of what is below, those of other fields. Human development
#   (19.07) likewise: psychology above, child care below.
# - general studies (24.01) are split too: the humanities among them (24.0103) are most of what humanities count below
#   the bachelor's, so that the code stands in both fields there.
# - teaching of science and mathematics is part of teaching of specific subjects (13.13) and borrows its earnings.
# - sports and kinesiology (31.05) count as health, where its largest part (31.0505) belongs.
# Still uncertain: air transportation (49.01) may in part be a field related to science; marine biology (26.13 in part),
# actuarial science (52.13 in part) and computer data entry (11.06) stay with their families.
OTHER_FIELDS = (
    *("0105", "0182", "1612", "2401"),
    *("3000", "3012", "3013", "3014", "3022", "3028", "3029", "3036", "3045", "3052", "3099"),
)
FIELDS = (
    Field("Agricultural sciences and natural resources", "agriculture", "01", ("01", "03")),
    Field("Biological and biomedical sciences", "biology", "26", ("26",)),
    Field("Business", "business", "52", ("52",)),
    Field("Computer and information sciences", "computing", "11", ("11",)),
    Field("Education", "education", "13", ("13", "1313")),
    Field("Engineering", "engineering", "14", ("14",)),
    Field(
        "Geosciences, atmospheric sciences, and ocean sciences",
        "geosciences",
        "4006",
        ("4004", "4006", "3032", "3035", "3038", "3041"),
    ),
    Field("Health professions and related programs", "health", "51", ("51", "3105")),
    Field("Homeland security and fire protection", "fire-and-homeland", "4302", ("4302", "4303", "4399")),
    Field("Humanities", "humanities", "23", ("16", "23", "38", "39", "54"), below_bachelor=("2401",)),
    Field("Mathematics and statistics", "mathematics", "27", ("27",)),
    Field("Multidisciplinary and interdisciplinary sciences", "multidisciplinary", "30", ("30",)),
    Field(
        "Other non-science and engineering",
        "other-non-science",
        "24",
        ("04", "09", "10", "12", "19", "22", "24", "25", "29", "31", "43", "44", "49", *OTHER_FIELDS),
    ),
    Field("Other science and engineering-related fields", "trades", "47", ("46", "47", "48")),
    Field("Physical sciences", "physical-sciences", "40", ("40",)),
    Field("Psychology", "psychology", "42", ("42",), from_bachelor=("1907",)),
    Field("Science and mathematics education", "science-teaching", "1313", ("1313",), borrowed=True),
    Field("Social sciences", "social-sciences", "45", ("45", "05", "1601", "3047", "4405"), from_bachelor=("4301",)),
    Field("Technology and technical fields", "technology", "15", ("15", "41")),
    Field("Visual and performing arts", "arts", "50", ("50",)),
)
SLUGS = {field.name: field.slug for field in FIELDS}


def credential_id(level: Level, field: Field) -> str:
    """Name a credential: its level and its broad field.

    >>> credential_id(LEVELS[1], FIELDS[2])
    '3-business'
    """
    return f"{level.code}-{field.slug}"


def counted(folder: Path) -> pd.DataFrame:
    """Return the survey's awards, a row per year, level, broad field, race and gender; zeros are left out.

    Columns year, level, credential_id, race_ethnicity, gender, learner_id (the name of the cell) and count.
    """
    rows = pd.concat([_table(folder, level) for level in LEVELS], ignore_index=True)
    keys = ["year", "level", "credential_id", "race_ethnicity", "gender"]
    summed = rows[rows["count"] > 0].groupby(keys, as_index=False, sort=True)["count"].sum()
    names = zip(summed["year"], summed["level"], summed["race_ethnicity"], summed["gender"], strict=True)
    summed["learner_id"] = [cell(*name) for name in names]
    return summed


def _table(folder: Path, level: Level) -> pd.DataFrame:
    """Return one table of the survey, long, recoded."""
    rows = _read(folder / "ipeds_awards" / level.table)
    _all_known(rows["broad_field"], SLUGS, level.table)
    _all_known(rows["sex"], GENDERS, level.table)
    _all_known(rows["race_ethnicity"], {*RACES.values(), "nonresident"}, level.table)
    kept = rows.assign(
        level=level.code,
        credential_id=level.code + "-" + rows["broad_field"].map(SLUGS),
        gender=rows["sex"].map(GENDERS),
    )
    keys = ["level", "credential_id", "race_ethnicity", "gender"]
    long = kept.melt(keys, [str(year) for year in YEARS], "year", "count")
    return long.astype({"year": int, "count": int})


def _read(path: Path) -> pd.DataFrame:
    """Read one table of the survey and report race as the audit does: temporary residents are a class of their own."""
    rows = _csv(path)
    _all_known(rows["citizenship"], {RESIDENT, TEMPORARY}, path.name)
    race = rows["race_and_ethnicity"].map(RACES)
    return rows.assign(race_ethnicity=race.mask(rows["citizenship"] == TEMPORARY, "nonresident"))


def _csv(path: Path, *, texts: tuple[str, ...] = ()) -> pd.DataFrame:
    _check_there(path)
    return pd.read_csv(path, dtype=dict.fromkeys(texts, str))


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise DataError(f"expected a file {path}; there is none; name the folder of ipeds_awards/ and scorecard/")


def _all_known(column: pd.Series, known: Iterable[str], name: str) -> None:
    stray = sorted({str(value) for value in column.unique()} - set(known))
    if stray:
        raise DataError(f"{name} holds {', '.join(stray)}, which this program does not know; see its lists")


def cell(year: int, level: str, race: str, gender: str) -> str:
    """Name the like awards of a year, a level, a race and a gender, as though they were one learner's.

    >>> cell(2021, "3", "hispanic", "woman"), cell(2012, "21", "two_or_more", "man")
    ('2021 level 3 hispanic woman', '2012 level 21 two or more man')
    """
    return f"{year} level {level} {race.replace('_', ' ')} {gender}"


def decisions(folder: Path) -> pd.DataFrame:
    """Return the awards of the latest year as decisions of source history, a row per cell and credential."""
    rows = counted(folder).query("year == @LATEST")
    frame = pd.DataFrame(
        {
            "decision_id": rows["learner_id"] + " " + rows["credential_id"],
            "learner_id": rows["learner_id"],
            "decided_on": f"{LATEST}-06-30",
            "rank": 1,
            "credential_id": rows["credential_id"],
            "source": "history",
            "count": rows["count"],
        }
    )
    return frame.reset_index(drop=True)


def awards(folder: Path) -> pd.DataFrame:
    """Return the awards of every year, a row per cell and credential; a year ends on June 30."""
    rows = counted(folder)
    return rows.assign(awarded_on=rows["year"].astype(str) + "-06-30")[
        ["learner_id", "credential_id", "awarded_on", "count"]
    ]


def groups(folder: Path) -> pd.DataFrame:
    """Return race and gender of every cell of every year."""
    return _cells(counted(folder))[["learner_id", "race_ethnicity", "gender"]]


def strata(folder: Path) -> pd.DataFrame:
    """Return the level of award of every cell of the latest year: comparable are awards of one level."""
    cells = _cells(counted(folder).query("year == @LATEST"))
    words = {level.code: f"level: {level.words}" for level in LEVELS}
    return pd.DataFrame({"learner_id": cells["learner_id"], "stratum": cells["level"].map(words)})


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop_duplicates("learner_id").reset_index(drop=True)


def credentials(folder: Path) -> pd.DataFrame:
    """Return the catalogue: every broad field at every level at which anybody earned an award, with nominal weeks."""
    rows = [
        {
            "credential_id": credential_id(level, field),
            "name": f"{level.noun}: {field.name}",
            "kind": level.kind,
            "award_level": level.code,
            "cip": field.cip,
            "weeks": level.weeks,
        }
        for level in LEVELS
        for field in FIELDS
    ]
    catalogue = pd.DataFrame(rows)
    return catalogue[catalogue["credential_id"].isin(counted(folder)["credential_id"])].reset_index(drop=True)


def programs(folder: Path) -> pd.DataFrame:
    """Return the Scorecard's CIP4 fields by level and broad field; one that stands in two fields has two rows.

    Columns cip4, level, credential_id, completers, programs (with earnings), and median, p25 and p75 of the programs'
    median earnings, in dollars.
    """
    rows = _csv(folder / "scorecard" / "cip4_credential_value.csv", texts=("cip_code", "credential_level"))
    parts = [part for level in LEVELS for part in _programs_at(rows, level)]
    names = {
        "cip_code": "cip4",
        "level": "level",
        "credential_id": "credential_id",
        "completers": "completers",
        "programs_with_earnings": "programs",
        "median_of_program_median_earnings": "median",
        "p25": "p25",
        "p75": "p75",
    }
    return pd.concat(parts, ignore_index=True)[list(names)].rename(columns=names)


def _programs_at(rows: pd.DataFrame, level: Level) -> list[pd.DataFrame]:
    rows = rows[rows["credential_level"] == level.scorecard]
    named = {code for field in FIELDS for code in field.codes(level) if len(code) == 4}
    family = rows["cip_code"].str[:2].where(~rows["cip_code"].isin(named))
    return [
        rows[rows["cip_code"].isin(codes) | family.isin(codes)].assign(
            level=level.code, credential_id=credential_id(level, field)
        )
        for field in FIELDS
        for codes in [field.codes(level)]
    ]


def benchmark(folder: Path) -> float:
    """Return the one national high-school benchmark, in dollars a year."""
    path = folder / "scorecard" / "value_check.parquet"
    _check_there(path)
    column = pd.read_parquet(path, columns=["earnings_threshold_national"])["earnings_threshold_national"]
    (dollars,) = column.dropna().unique()
    return float(dollars)


def values(folder: Path) -> pd.DataFrame:
    """Return what each credential returns a year, in whole dollars.

    ``median_earnings`` is the mean of the medians of the CIP4 fields behind it that have ``LEAST_PROGRAMS`` programs
    with earnings, weighted by completers: gaps are differences of means, and a mean of means is a mean again. ``low``
    and ``high`` are the middle half of the programs' medians in those fields, weighted alike (see ``middle_half``).
    Where no such CIP4 field is behind it, those of the whole level stand in, and ``basis`` is imputed; so it is where
    programs are borrowed from a wider field.
    """
    rows, threshold = programs(folder), benchmark(folder)
    solid = rows[(rows["programs"] >= LEAST_PROGRAMS) & (rows["completers"] > 0)]
    found = [_value(rows, solid, level, field) for level in LEVELS for field in FIELDS]
    fixed = {"benchmark_earnings": threshold, "horizon_years": HORIZON_YEARS, "year": RELEASED}
    order = ["credential_id", "median_earnings", "benchmark_earnings", "n", "horizon_years", "basis", "source", "year"]
    return pd.DataFrame(found).assign(**fixed)[[*order, "low", "high"]]


def _value(rows: pd.DataFrame, solid: pd.DataFrame, level: Level, field: Field) -> dict[str, object]:
    name = credential_id(level, field)
    own = solid[solid["credential_id"] == name]
    behind = own if len(own) else solid[solid["level"] == level.code].drop_duplicates("cip4")
    low, high = middle_half(behind)
    return {
        "credential_id": name,
        "median_earnings": round(float(np.average(behind["median"], weights=behind["completers"]))),
        "n": int(behind["programs"].sum()),
        "basis": "published" if len(own) and not field.borrowed else "imputed",
        "source": _source(rows[rows["credential_id"] == name], own, field),
        "low": round(low),
        "high": round(high),
    }


def _source(rows: pd.DataFrame, own: pd.DataFrame, field: Field) -> str:
    """Say what stands behind a value, and whom to credit."""
    if not len(own):
        lacking = f"no CIP4 field of this one has {LEAST_PROGRAMS} programs with earnings"
        return f"Weighted mean of the whole level: {lacking}. {EARNINGS_SOURCE}"
    share = own["completers"].sum() / rows["completers"].sum()
    wider = ", wider than the field," if field.borrowed else ""
    words = f"CIP4 field{'s' if len(own) > 1 else ''}{wider} with {share:.0%} of its completers"
    return f"Weighted mean of {len(own)} {words}. {EARNINGS_SOURCE}"


def middle_half(behind: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the middle half of programs' median earnings, over CIP4 fields weighted by completers.

    Of each field only the quarter points and the median are known; each stands for a third of its completers.

    >>> middle_half(pd.DataFrame({"p25": [1.0, 4.0], "median": [2.0, 5.0], "p75": [3.0, 6.0], "completers": [1, 1]}))
    (2.0, 5.0)
    """
    points = behind[["p25", "median", "p75"]].to_numpy(float)
    weights = np.repeat(behind["completers"].to_numpy(float), points.shape[1])
    order = np.argsort(points.ravel(), kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    low, high = (float(points.ravel()[order][np.searchsorted(reached, share)]) for share in (0.25, 0.75))
    return low, high


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "decisions": decisions,
    "groups": groups,
    "values": values,
    "strata": strata,
    "credentials": credentials,
    "awards": awards,
}


SOURCES = f"""\
Awards in the United States by race, gender and field, joined to College Scorecard earnings.

decisions.csv, groups.csv, strata.csv, credentials.csv, awards.csv
Source: {AWARDS_SOURCE}.
Changed: reshaped; race and sex recoded; zeros left out; broad fields given short names, CIP codes and nominal weeks.
Licence of these files: CC BY-SA 4.0.

values.csv
Source: {EARNINGS_SOURCE}.
Changed: aggregated over programs to CIP4 and level, then averaged over the CIP4 fields assigned to each broad field,
weighted by completers.
Licence of this file: CC BY 4.0.

What to know:
"""


def write_tables(folder: Path, tables: Path) -> dict[str, Path]:
    """Write every table into ``tables`` beside SOURCES.txt, and return where each lies, by name."""
    if tables.exists() and not (tables.is_dir() and (not any(tables.iterdir()) or (tables / MADE).is_file())):
        raise SettingsError(
            f"expected {tables} to be free, empty or to hold earlier tables; it holds something else; "
            "choose another --out"
        )
    frames = {name: make(folder) for name, make in TABLES.items()}
    tables.mkdir(parents=True, exist_ok=True)
    (tables / MADE).write_text(SOURCES + "".join(f"- {note}\n" for note in NOTES), encoding="utf-8")
    for name, frame in frames.items():
        frame.to_csv(tables / f"{name}.csv", index=False, lineterminator="\n")
    return {name: tables / f"{name}.csv" for name in frames}


def plan() -> AuditPlan:
    """Return the rules of the audit: what learners earned is judged, and there is nothing to compare it with."""
    return AuditPlan(
        judged="history",
        compared_with="",
        control_words="level of award",
        notes=NOTES,
        caution="These are awards that were earned, not advice: nobody was advised here by anything that is audited.",
    )


def audited(folder: Path, out: Path) -> tuple[Audit, Path]:
    """Derive the tables, write them beside their sources, audit them, and write the report."""
    files = write_tables(folder, out / "tables")
    others = {name: path for name, path in files.items() if name in {"strata", "credentials", "awards"}}
    found = audit_files(files["decisions"], groups=files["groups"], values=files["values"], others=others, plan=plan())
    return found.public, write_report(found, out / "report")


def main(arguments: list[str] | None = None) -> int:
    """Derive the tables, write them and audit them; a refusal is printed plainly and returns 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder that holds ipeds_awards/ and scorecard/")
    parser.add_argument("--out", type=Path, default=Path("national"), help="folder for the tables and the report")
    given = parser.parse_args(arguments)
    try:
        found, report = audited(given.folder, given.out)
    except OnwardError as refusal:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"onward: {refusal}", style="red", markup=False)
        return 1
    screen = Console(highlight=False, soft_wrap=True)
    screen.print(f"{len(TABLES)} tables in {given.out / 'tables'}", markup=False)
    audit_summary(screen, found, report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
