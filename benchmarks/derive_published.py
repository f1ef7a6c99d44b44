"""Derive the public figures that ship in src/onward/data/published from a folder of the public files.

The folder holds scorecard/, ipeds_awards/ and labour/, as their publishers' files were converted to CSV:

    python benchmarks/derive_published.py FOLDER           writes them
    python benchmarks/derive_published.py FOLDER --check   compares with those shipped; exit code 1 where they differ
"""

import argparse
import io
import sys
from pathlib import Path

import pandas as pd
from onward.training.national_awards import RACES
from pandas.api.typing import SeriesGroupBy

from onward.data.simulated_offerings import OFFERINGS

PUBLISHED = Path(__file__).parents[1] / "src" / "onward" / "data" / "published"
LEAST_PROGRAMS = 5
TRUEWISE = (
    "Truewise (Anandraj), Truewise: open US college program value data from the College Scorecard, "
    "doi:10.5281/zenodo.21781702, CC BY 4.0; underlying data: US Department of Education, College Scorecard, "
    "release of 2026-06-10"
)
BLS_WAGES = "US Bureau of Labor Statistics, Occupational Employment and Wage Statistics, May 2025, national."
HEADINGS = {
    "earnings.csv": (
        f"{TRUEWISE}.",
        "Changed: aggregated to CIP4 and level over US programs; kept where 5 or more programs have earnings.",
        "Licence of this file: CC BY 4.0.",
    ),
    "benchmark.csv": (f"{TRUEWISE}.", "Column earnings_threshold_national.", "Licence of this file: CC BY 4.0."),
    "wages.csv": (
        BLS_WAGES,
        "Public domain. Kept: detailed occupations whose wages the made-up catalogue uses.",
    ),
    "fields.csv": (
        f"{TRUEWISE}.",
        "Changed: US programs alone, median earnings four years out alone (no one-year figures), aggregated to",
        "CIP4, CIP2 and all fields by Scorecard level; median debt likewise. A figure that an institution repeats over",
        "its campuses counts once.",
        "Licence of this file: CC BY 4.0.",
    ),
    "states.csv": (
        f"{TRUEWISE}.",
        "Column earnings_threshold_state, one figure per state.",
        "Licence of this file: CC BY 4.0.",
    ),
    "occupations.csv": (
        BLS_WAGES,
        "US Bureau of Labor Statistics, Employment Projections 2024-34, table 1.2 (typical education at entry).",
        "Public domain. Kept: every detailed occupation; soc_2018 lists the codes that a combined one stands for.",
    ),
    "crosswalk.csv": (
        "NCES and US Bureau of Labor Statistics, CIP 2020 to SOC 2018 crosswalk. Public domain.",
        "Changed: pairs without a match left out; SOC codes that the wage survey joins stand as the joined one.",
    ),
    "students_2024.csv": (
        "US Department of Education, NCES, IPEDS Completions, C2024_C. Public domain.",
        "Summed over institutions; one dimension at a time, as the survey has it.",
    ),
    "awards_2021.csv": (
        "National Center for Science and Engineering Statistics, special tabulations (2022) of NCES, IPEDS",
        "Completions Survey, provisional release data;",
        "converted by bq-org/ncses_stats_explorer_placeholder, CC BY-SA 4.0. Changed: summed over citizenship, 2021.",
        "Licence of this file: CC BY-SA 4.0.",
    ),
}
SURVEY_LEVELS = {11: "20", 12: "21", 2: "2", 3: "3", 5: "5"}
SURVEY_COLUMNS = {
    "CSTOTLW": ("sex", "woman"),
    "CSTOTLM": ("sex", "man"),
    "CSAIANT": ("race", "american_indian_or_alaska_native"),
    "CSASIAT": ("race", "asian"),
    "CSBKAAT": ("race", "black"),
    "CSHISPT": ("race", "hispanic"),
    "CSNHPIT": ("race", "native_hawaiian_or_pacific_islander"),
    "CSWHITT": ("race", "white"),
    "CS2MORT": ("race", "two_or_more"),
    "CSUNKNT": ("race", "unknown"),
    "CSNRALT": ("race", "nonresident"),
    "CSUND18": ("age", "under_18"),
    "CS18_24": ("age", "18_to_24"),
    "CS25_39": ("age", "25_to_39"),
    "CSABV40": ("age", "40_and_over"),
}
SCORECARD_COLUMNS = [
    "opeid6",
    "cip_code",
    "credential_level",
    "control",
    "earnings_median_4yr",
    "completers_count",
    "debt_median",
]
NO_CREDENTIAL = "99"
JOINED = {
    "131020": ("131021", "131022", "131023"),
    "132020": ("132022", "132023"),
    "211018": ("211011", "211014"),
    "252052": ("252055", "252056"),
    "259045": ("259042", "259043", "259049"),
    "292010": ("292011", "292012"),
    "311120": ("311121", "311122"),
    "397010": ("397011", "397012"),
    "531047": ("531043", "531044", "531049"),
}
"""Codes of the wage survey that join several of SOC 2018."""


def earnings(folder: Path) -> pd.DataFrame:
    """Return earnings by CIP4 and undergraduate award level (certificates stand under 21, whatever their length)."""
    codes = {"cip_code": str, "credential_level": str}
    rows = pd.read_csv(folder / "scorecard" / "cip4_credential_value.csv", dtype=codes)
    rows["award_level"] = rows["credential_level"].map({"1": "21", "2": "3", "3": "5"})
    rows = rows[(rows["programs_with_earnings"] >= LEAST_PROGRAMS) & rows["award_level"].notna()]
    names = {
        "cip_code": "cip4",
        "award_level": "award_level",
        "median_of_program_median_earnings": "median",
        "p25": "p25",
        "p75": "p75",
        "programs_with_earnings": "programs",
        "share_failing_ep": "share_failing_premium",
    }
    return rows[list(names)].rename(columns=names).sort_values(["cip4", "award_level"]).round(3)


def benchmark(folder: Path) -> pd.DataFrame:
    """Return the one national high-school benchmark."""
    column = pd.read_parquet(folder / "scorecard" / "value_check.parquet")["earnings_threshold_national"]
    (dollars,) = column.dropna().unique()
    return pd.DataFrame({"name": ["high_school_national"], "dollars": [dollars]})


def wages(folder: Path) -> pd.DataFrame:
    """Return the wage percentiles of the occupations the catalogue names."""
    rows = pd.read_csv(folder / "labour" / "oews_national_2025.csv")
    rows = rows[rows["o_group"] == "detailed"].assign(soc=lambda frame: frame["occ_code"].str.replace("-", ""))
    rows = rows[rows["soc"].isin({offering.soc for offering in OFFERINGS if offering.pay != "program"})]
    points = {f"a_{name}": name for name in ("pct10", "pct25", "median", "pct75", "pct90")}
    return rows[["soc", "occ_title", *points]].rename(columns={"occ_title": "title", **points}).sort_values("soc")


def fields(folder: Path) -> pd.DataFrame:
    """Return four-year earnings and debt by CIP4, CIP2 and all fields together, by Scorecard level."""
    rows = pd.read_parquet(folder / "scorecard" / "value_check.parquet", columns=SCORECARD_COLUMNS)
    rows = rows[(rows["control"] != "Foreign") & (rows["credential_level"] != NO_CREDENTIAL)]
    cip = rows["cip_code"]
    found = pd.concat(_of_fields(rows.assign(field=field)) for field in (cip, cip.str[:2], "all"))
    found = found[(found["programs"] > 0) | (found["debt_programs"] > 0)]
    return found.sort_values(["field", "level"])


def _of_fields(rows: pd.DataFrame) -> pd.DataFrame:
    earned, owed = _once(rows, "earnings_median_4yr"), _once(rows, "debt_median")
    groups = rows[rows["earnings_median_4yr"].notna()].groupby(["field", "credential_level"])
    found = pd.DataFrame(
        {
            "median": earned.median(),
            "p25": earned.quantile(0.25),
            "p75": earned.quantile(0.75),
            "programs": earned.count(),
            "completers": groups["completers_count"].sum(),
            "median_debt": owed.median(),
            "debt_programs": owed.count(),
        }
    ).rename_axis(["field", "level"])
    return found.fillna({"programs": 0, "debt_programs": 0}).round(0).astype("Int64").reset_index()


def _once(rows: pd.DataFrame, name: str) -> SeriesGroupBy:
    """One figure per institution, field and level where its campuses repeat it, in groups of field and level."""
    once = rows.dropna(subset=[name]).drop_duplicates(["opeid6", "cip_code", "credential_level", name])
    return once.groupby(["field", "credential_level"])[name]


def states(folder: Path) -> pd.DataFrame:
    """Return the high-school benchmark of each state; a state with two figures is refused."""
    columns = ["state", "earnings_threshold_state"]
    rows = pd.read_parquet(folder / "scorecard" / "institutions.parquet", columns=columns).dropna().drop_duplicates()
    if rows["state"].duplicated().any():
        raise SystemExit("expected one earnings_threshold_state per state; some have several")
    rows = rows.rename(columns={"earnings_threshold_state": "dollars"})
    return rows.astype({"dollars": int}).sort_values("state")


def occupations(folder: Path) -> pd.DataFrame:
    """Return wages, employment and typical education at entry of every detailed occupation."""
    rows = pd.read_csv(folder / "labour" / "oews_national_2025.csv")
    rows = rows[rows["o_group"] == "detailed"]
    entry = pd.read_csv(folder / "labour" / "ep_1_2_occupations.csv")
    entry = entry[entry["occupation_type"] == "Line item"].set_index("occupation_code")["entry_education"]
    soc = rows["occ_code"].str.replace("-", "")
    points = {name: rows[f"a_{name}"].astype("Int64") for name in ("pct10", "pct25", "median", "pct75", "pct90")}
    stands_for = soc.map({code: "|".join(codes) for code, codes in JOINED.items()})
    columns = {"soc": soc, "title": rows["occ_title"], "employment": rows["tot_emp"].astype("Int64"), **points}
    return pd.DataFrame(columns | {"entry_education": rows["occ_code"].map(entry), "soc_2018": stands_for}).sort_values(
        "soc"
    )


def crosswalk(folder: Path) -> pd.DataFrame:
    """Return which occupations each six-digit field leads to, codes alone."""
    rows = pd.read_csv(folder / "labour" / "cip2020_soc2018.csv", dtype=str)
    rows = rows[rows["no_match"] == "False"]
    joined = {code: one for one, codes in JOINED.items() for code in codes}
    soc = rows["soc2018_code"].str.replace("-", "").replace(joined)
    pairs = pd.DataFrame({"cip": rows["cip2020_code"].str.replace(".", ""), "soc": soc})
    return pairs.drop_duplicates().sort_values(["cip", "soc"])


def students(folder: Path) -> pd.DataFrame:
    """Return students awarded by level and, one at a time, sex, race and age."""
    rows = pd.read_csv(folder / "ipeds_awards" / "c2024_c.csv")
    totals = rows.groupby(rows["AWLEVELC"].map(SURVEY_LEVELS))[list(SURVEY_COLUMNS)].sum()
    long = totals.rename_axis("award_level").reset_index().melt("award_level", value_name="students")
    long["dimension"] = long["variable"].map(lambda name: SURVEY_COLUMNS[name][0])
    long["value"] = long["variable"].map(lambda name: SURVEY_COLUMNS[name][1])
    columns = ["award_level", "dimension", "value"]
    return long[[*columns, "students"]].sort_values(columns)


def awards(folder: Path) -> pd.DataFrame:
    """Return awards by level (21 stands for every certificate under two years), broad field, sex and race."""
    tables = {"21": "9903.csv", "3": "9904.csv", "5": "9905.csv"}
    rows = pd.concat(
        pd.read_csv(folder / "ipeds_awards" / name).assign(award_level=level) for level, name in tables.items()
    )
    # The rows without a race are temporary visa holders, a class of their own in this survey.
    rows["race"] = rows["race_and_ethnicity"].map(RACES).fillna("nonresident")
    rows["sex"] = rows["sex"].map({"Female": "woman", "Male": "man"})
    keys = ["award_level", "broad_field", "sex", "race"]
    return rows.groupby(keys, as_index=False)["2021"].sum().rename(columns={"2021": "awards"})


def text_of(name: str, frame: pd.DataFrame) -> str:
    """Return the file's text: source and licence, then the rows."""
    out = io.StringIO()
    out.writelines(f"# {line}\n" for line in HEADINGS[name])
    frame.to_csv(out, index=False, lineterminator="\n")
    return out.getvalue()


def main() -> int:
    """Write the figures, or compare them with those shipped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder that holds scorecard/, ipeds_awards/ and labour/")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    makers = {
        "earnings.csv": earnings,
        "benchmark.csv": benchmark,
        "wages.csv": wages,
        "fields.csv": fields,
        "states.csv": states,
        "occupations.csv": occupations,
        "crosswalk.csv": crosswalk,
        "students_2024.csv": students,
        "awards_2021.csv": awards,
    }
    differing = []
    for name, make in makers.items():
        text, path = text_of(name, make(arguments.folder)), PUBLISHED / name
        if not arguments.check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            differing.append(name)
        print(f"{name}: {text.count(chr(10)) - len(HEADINGS[name]) - 1} rows")
    print(f"differing: {', '.join(differing)}" if differing else "done")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
