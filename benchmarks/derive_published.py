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

from onward.data.simulated_offerings import OFFERINGS

PUBLISHED = Path(__file__).parents[1] / "src" / "onward" / "data" / "published"
LEAST_PROGRAMS = 5
TRUEWISE = (
    "Truewise (Anandraj), Truewise: open US college program value data from the College Scorecard, "
    "doi:10.5281/zenodo.21781702, CC BY 4.0; underlying data: US Department of Education, College Scorecard, "
    "release of 2026-06-10"
)
HEADINGS = {
    "earnings.csv": (
        f"{TRUEWISE}.",
        "Changed: aggregated to CIP4 and level over US programs; kept where 5 or more programs have earnings.",
        "Licence of this file: CC BY 4.0.",
    ),
    "benchmark.csv": (f"{TRUEWISE}.", "Column earnings_threshold_national.", "Licence of this file: CC BY 4.0."),
    "wages.csv": (
        "US Bureau of Labor Statistics, Occupational Employment and Wage Statistics, May 2025, national.",
        "Public domain. Kept: detailed occupations whose wages the made-up catalogue uses.",
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
