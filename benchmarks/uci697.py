"""Real learners: how well persistence is told at enrolment and after a semester, beside a plain LightGBM.

The data are looked for in ``ONWARD_SHARED`` or in shared/data beside the repository; without them nothing is proved and
the program says so.
"""

import argparse
import os
import sys
from pathlib import Path

import pandas as pd

from onward.data.mapping import read
from onward.release.retrain import retrain
from onward.settings import load

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "training" / "settings" / "uci697.toml"
PLAIN = {
    "persistence, at the start": 0.759,
    "persistence with timing-unknown columns, at the start": 0.829,
    "persistence, after 1 term": 0.913,
}
"""AUC of a plain LightGBM measured before this project on the same students, dropout against graduation."""


def main() -> int:
    """Train on the real students and print cross-fitted skill beside the plain model's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    arguments = parser.parse_args()
    data = Path(os.environ.get("ONWARD_SHARED", ROOT.parent / "shared" / "data")) / "uci697"
    if not data.is_dir():
        print(f"not proved: no data at {data}; set ONWARD_SHARED to the folder that holds uci697")
        return int("shared" in os.environ.get("ONWARD_REQUIRE", "").split(","))
    settings = load(SETTINGS)
    source = read(data, mapping=SETTINGS.parent / str(settings.data.mapping))
    candidate = retrain(source, settings, progress=lambda _: None)
    rows = candidate.skills[candidate.skills["judged_on"] == "cross-fitted"].set_index("model")
    print(
        "AUC, dropout against graduation, cross-fitted on the training learners (95% interval), beside a plain LightGBM"
    )
    met = [line(rows, name, plain) for name, plain in PLAIN.items()]
    if arguments.json:
        arguments.json.write_text(candidate.skills.to_json(orient="records", indent=1), encoding="utf-8")
    return 0 if all(met) else 1


def line(rows: pd.DataFrame, name: str, plain: float) -> bool:
    """Print one comparison; it is met where the plain figure is not above the interval."""
    row = rows.loc[name]
    met = bool(row["auc_high"] >= plain)
    print(
        f"{'met   ' if met else 'MISSED'} {name}: {row['auc']:.3f} ({row['auc_low']:.3f} to {row['auc_high']:.3f}), "
        f"n = {row['n']:,}; plain {plain:.3f}"
    )
    return met


if __name__ == "__main__":
    sys.exit(main())
