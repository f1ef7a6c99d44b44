"""The catalogue and values of the UCI 697 programmes: ``python derive_uci697.py UCI_FOLDER SCORECARD_FOLDER``."""  # noqa: INP001 - a program beside the files it writes

import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
LEVEL = "3"
ENOUGH_PROGRAMS = 5
SOURCE = "College Scorecard, release of 2026-06-10, through Truewise: median of US bachelor's programs of the same CIP4"
TEXT = {"course_code": str, "cip4": str, "cip_code": str, "credential_level": str}


def credentials(programmes: pd.DataFrame) -> pd.DataFrame:
    """Return one catalogue entry for each programme."""
    return pd.DataFrame(
        {
            "credential_id": "uci-" + programmes["course_code"],
            "name": programmes["course_name"],
            "kind": "BachelorDegree",
            "award_level": "5",
            "cip": programmes["cip4"],
            "credits": 180,
            "weeks": 156,
            "provider": "polytechnic",
            "modality": "in_person",
            "schedule": programmes["attendance"].map({"daytime": "day", "evening": "evening"}),
        }
    )


def values(programmes: pd.DataFrame, scorecard: pd.DataFrame, benchmark: float) -> pd.DataFrame:
    """Return what US bachelor's programs of each programme's field return a year; a thin field is marked imputed."""
    fields = scorecard[scorecard["credential_level"] == LEVEL]
    found = programmes.merge(fields, left_on="cip4", right_on="cip_code", how="left", validate="many_to_one")
    thin = found["programs_with_earnings"] < ENOUGH_PROGRAMS
    return pd.DataFrame(
        {
            "credential_id": "uci-" + found["course_code"],
            "median_earnings": found["median_of_program_median_earnings"],
            "benchmark_earnings": benchmark,
            "n": found["programs_with_earnings"],
            "horizon_years": 4,
            "basis": thin.map({True: "imputed", False: "published"}),
            "source": SOURCE,
            "year": 2026,
            "low": found["p25"],
            "high": found["p75"],
        }
    )


def main(uci: Path, scorecard: Path) -> None:
    """Write the two files beside this program."""
    programmes = pd.read_csv(uci / "programmes.csv", dtype=TEXT)
    table = pd.read_csv(scorecard / "cip4_credential_value.csv", dtype=TEXT)
    institutions = pd.read_parquet(scorecard / "institutions.parquet", columns=["earnings_threshold_national"])
    (benchmark,) = institutions["earnings_threshold_national"].dropna().unique()
    credentials(programmes).to_csv(HERE / "uci697_programmes.csv", index=False, lineterminator="\n")
    values(programmes, table, benchmark).to_csv(HERE / "uci697_values.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
