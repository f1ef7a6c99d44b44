"""What values rest on, measured: which point of wages is nearest to completers' earnings, and how far medians spread.

The data are looked for in ``ONWARD_SHARED`` or in shared/data beside the repository; without them nothing is proved and
the program says so. Wages, employment and the crosswalk are those that ship. Three parts:

1. Over the CIP4 fields with 5 or more programs, the Scorecard's median four years out beside points of the wages of the
   occupations that fit field and level, weighted by employment; also where one occupation has 80% of it.
2. How far programs of one field lie apart, how that grows as completers get fewer, and how far fields lie apart.
3. What joining does: nursing assistants and practical nurses, by the field's figure and by occupation.

It misses its goal where a constant of the code differs from what is measured by more than 0.05, where
another point is nearer, or where the two credentials of part 3 are not told apart.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from onward.catalog.field_figures import LEAST_PROGRAMS, field_figures
from onward.catalog.occupations import FITTING, POINTS, occupations
from onward.catalog.shrinkage import LEAST_COUNT, SPREADS, USUAL

ROOT = Path(__file__).parents[1]
CANDIDATES = ("pct10", "pct25", "median", "pct75")
CLEAR = 0.8
TOLERANCE = 0.05
FEWEST_FIELDS = 8
"""Fields below which a level is shown and not judged."""
CASE = {"nursing assistant": "513902", "practical nurse": "513901"}
QUICK = ("1", "2", "3")


def nearness(level: str) -> dict[str, Any]:
    """Errors of each point of wages at one level: all fields, and those of one clear occupation."""
    held, fields = occupations(), field_figures().rows.xs(level, level="level")
    fields = fields[(fields["programs"] >= LEAST_PROGRAMS) & (fields.index.str.len() == len("5139"))]
    rows = []
    for cip4, median in fields["median"].items():
        found = held.wages.loc[list(held.fitting(str(cip4), level))].dropna(subset=list(CANDIDATES))
        if len(found):
            weights = found["employment"].to_numpy(float)
            points = np.exp(np.average(np.log(found[list(CANDIDATES)].to_numpy(float)), axis=0, weights=weights))
            rows.append([float(np.log(median / wage)) for wage in points] + [weights.max() / weights.sum()])
    table = pd.DataFrame(rows, columns=[*CANDIDATES, "largest"])
    clear = table[table["largest"] >= CLEAR]
    return {
        "fields": len(fields),
        "with_occupations": len(table),
        "clear": len(clear),
        "points": {name: _errors(table[name]) | {"clear": _errors(clear[name])} for name in CANDIDATES},
    }


def _errors(logs: pd.Series) -> dict[str, float]:
    return {
        "ratio": round(float(np.exp(logs.median())), 3),
        "off": round(float(np.expm1(logs.abs().median())), 3),
        "rms": round(float(np.sqrt((logs**2).mean())), 3),
    }


def spread(rows: pd.DataFrame, level: str) -> dict[str, float]:
    """Standard deviation between programs of a field, noise k of k / n, and deviation between fields, in logs."""
    rows = rows[(rows["level"] == level) & (rows["n"] >= LEAST_COUNT)]
    size = rows.groupby("cip4")["y"].transform("size")
    rows, size = rows[size >= LEAST_PROGRAMS], size[size >= LEAST_PROGRAMS]
    squares = (rows["y"] - rows.groupby("cip4")["y"].transform("mean")) ** 2 * size / (size - 1)
    design = np.column_stack([np.ones(len(rows)), 1 / rows["n"]])
    between, noise = np.linalg.lstsq(design, squares.to_numpy(), rcond=None)[0]
    fields = rows.groupby("cip4")["y"].median()
    series = fields.index.str[:2]
    apart = fields - fields.groupby(series).transform("mean")
    freedom = max(1, len(fields) - series.nunique())
    return {
        "programs": round(float(np.sqrt(max(between, 0.0))), 3),
        "noise": round(float(noise), 3),
        "fields": round(float(np.sqrt((apart**2).sum() / freedom)), 3),
        "n": len(rows),
    }


def programs(folder: Path) -> pd.DataFrame:
    """US programs with earnings four years out, once where campuses repeat a figure: cip4, level, log, completers."""
    columns = ["opeid6", "cip_code", "credential_level", "control", "completers_count", "earnings_median_4yr"]
    rows = pd.read_parquet(folder / "scorecard" / "value_check.parquet", columns=columns)
    rows = rows[rows["control"] != "Foreign"].dropna(subset=["earnings_median_4yr"])
    rows = rows.drop_duplicates(["opeid6", "cip_code", "credential_level", "earnings_median_4yr"])
    rows = rows.rename(columns={"cip_code": "cip4", "credential_level": "level", "completers_count": "n"})
    return rows.assign(y=np.log(rows["earnings_median_4yr"]))[["cip4", "level", "n", "y"]]


def joined() -> dict[str, dict[str, float]]:
    """What the field's figure and the ladder say of each credential of the case, in dollars a year."""
    found = {}
    for name, cip in CASE.items():
        figure, wage = field_figures().figure(cip, "1"), occupations().wage(cip, None, "1")
        if figure is None or wage is None:
            raise SystemExit(f"expected a figure and a wage for {cip}; there is none")
        found[name] = {"field": figure.median, "ladder": wage.dollars, "lumped": occupations().lumped(cip, None, "1")}
    return found


def faults(figures: dict[str, Any]) -> list[str]:
    """What of the code differs from what was measured."""
    found = []
    for level, near in figures["nearness"].items():
        if near["with_occupations"] < FEWEST_FIELDS:
            continue
        errors, point = near["points"], POINTS[level]
        best = min(CANDIDATES, key=lambda name: errors[name]["rms"])
        if errors[point.name]["rms"] > errors[best]["rms"] + TOLERANCE:
            found.append(f"level {level}: {best} is nearer than {point.name}")
        if abs(errors[point.name]["rms"] - point.error) > TOLERANCE:
            found.append(f"level {level}: error {errors[point.name]['rms']}, not {point.error}")
    for level, measured in figures["spread"].items():
        stated = SPREADS.get(level, USUAL)
        found += [
            f"level {level}: {name} {measured[name]}, not {getattr(stated, name)}"
            for name in ("programs", "noise", "fields")
            if abs(measured[name] - getattr(stated, name)) > TOLERANCE
        ]
    low, high = (figures["joined"][name]["ladder"] for name in CASE)
    return found if high - low > 1_000 else [*found, "nursing assistants and practical nurses are not told apart"]


def show(figures: dict[str, Any]) -> None:
    """Print the three parts."""
    print("1. Scorecard median over a point of wages: ratio, half the fields are off by at most, root mean square log")
    for level, near in figures["nearness"].items():
        print(f"level {level}: {near['with_occupations']} of {near['fields']} fields, {near['clear']} clear")
        for name, errors in near["points"].items():
            clear, chosen = errors["clear"], "  <- used" if POINTS[level].name == name else ""
            print(
                f"  {name:7} ratio {errors['ratio']:.2f}  off {errors['off']:6.1%}  rms {errors['rms']:.2f}"
                f"   clear: ratio {clear['ratio']:.2f}  off {clear['off']:6.1%}  rms {clear['rms']:.2f}{chosen}"
            )
    print("2. Spread of log medians: between programs, noise k of k / n, between fields of a series")
    for level, one in figures["spread"].items():
        stated = SPREADS.get(level, USUAL)
        told = "  ".join(f"{name} {one[name]:.3f} ({getattr(stated, name):.2f})" for name in vars(stated))
        print(f"  level {level}: {told}   {one['n']:,} programs")
    print("3. A field that joins two: dollars a year, by the field's figure and as given")
    for name, one in figures["joined"].items():
        print(f"  {name}: {one['field']:,.0f} -> {one['ladder']:,.0f}")


def main() -> int:
    """Print the figures; exit code 1 where the code differs from them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="certificates, associate and bachelor's alone")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    arguments = parser.parse_args()
    data = Path(os.environ.get("ONWARD_SHARED", ROOT.parent / "shared" / "data"))
    if not (data / "scorecard").is_dir():
        print(f"not proved: no data at {data}; set ONWARD_SHARED to the folder that holds scorecard")
        return int("shared" in os.environ.get("ONWARD_REQUIRE", "").split(","))
    levels, rows = QUICK if arguments.quick else tuple(FITTING), programs(data)
    figures = {
        "nearness": {level: nearness(level) for level in levels},
        "spread": {level: spread(rows, level) for level in levels if level in SPREADS},
        "joined": joined(),
    }
    show(figures)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    wrong = faults(figures)
    print("\n".join(["missed:", *wrong]) if wrong else "met")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
