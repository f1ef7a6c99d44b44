"""Real learners: how well persistence is told, beside a plain LightGBM, and the gender gap before and after.

The data are looked for in ``ONWARD_SHARED`` or in shared/data beside the repository; without them nothing is proved and
the program says so.
"""

import argparse
import os
import sys
from pathlib import Path

import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from onward.data.mapping import read
from onward.models.skill import Skill, skill
from onward.release.retrain import Candidate, retrain
from onward.settings import load

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "training" / "settings" / "uci697.toml"
LATE = ("Debtor", "Tuition fees up to date", "Scholarship holder")


def plain(raw: pd.DataFrame, columns: list[str]) -> Skill:
    """Skill of LightGBM with its own settings on raw columns, sensitive ones among them, over five folds."""
    model = LGBMClassifier(n_jobs=1, verbose=-1, random_state=0)
    dropout = (raw["Target"] == "Dropout").to_numpy()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    shown = cross_val_predict(model, raw[columns].to_numpy(float), dropout, cv=folds, method="predict_proba")[:, 1]
    return skill(dropout, shown)


def plain_skills(data: Path, learners: pd.Series) -> dict[str, Skill]:
    """The plain model at enrolment, with and without the columns of unknown timing, and after the semester."""
    raw = pd.read_csv(data / "data.csv", sep=";", encoding="utf-8-sig").rename(columns=str.strip)
    raw = raw.iloc[learners.str[1:].astype(int) - 1]
    first = [name for name in raw if "1st sem" in name]
    entry = [name for name in raw if name not in first and "2nd sem" not in name and name != "Target"]
    early = [name for name in entry if name not in LATE]
    return {
        "persistence, at the start": plain(raw, early),
        "persistence with timing-unknown columns, at the start": plain(raw, entry),
        "persistence, after 1 term": plain(raw, early + first),
        "persistence with timing-unknown columns, after 1 term": plain(raw, entry + first),
    }


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
    known = candidate.persistence.points
    print("AUC, dropout against graduation, over five folds of the same students (95% interval). Onward reads nothing")
    print("sensitive; the plain LightGBM beside it reads gender, age, nationality and parents' columns as well")
    compared = plain_skills(data, known.loc[known["terms"] == 0, "learner_id"])
    met = [line(rows.loc[name], name, other) for name, other in compared.items()]
    show_gaps(candidate)
    if arguments.json:
        arguments.json.write_text(candidate.skills.to_json(orient="records", indent=1), encoding="utf-8")
    return 0 if all(met) else 1


def show_gaps(candidate: Candidate) -> None:
    """Print the gender gap before and after, with 95% intervals, and what the constraint costs."""
    gaps = candidate.audit.gaps
    print(f"\nwomen minus men on {candidate.audit.learners:,} locked students: history, then Onward (95% interval)")
    for kind, given in (("nothing", "over all"), ("stratum", f"given {candidate.settings.strata.words}")):
        for measure in ("value", "benefit", "completion"):
            rows = gaps[(gaps["group"] == "woman") & (gaps["given"] == kind) & (gaps["measure"] == measure)]
            told = [interval_of(rows[rows["source"] == source].iloc[0], measure) for source in ("history", "onward")]
            print(f"  {measure} {given}: {told[0]}, then {told[1]}")
    parity = candidate.parity
    if parity is not None:
        print(f"constraint: {parity.words}")
        cost = parity.tried[0].benefit - parity.chosen.benefit
        print(
            f"it costs ${cost:,.0f} of ${parity.tried[0].benefit:,.0f} mean expected benefit on the calibration split"
        )


def interval_of(row: pd.Series, measure: str) -> str:
    """A gap with its interval: dollars, or points of completion."""
    if measure == "completion":
        return f"{100 * row['gap']:+.1f} points ({100 * row['low']:+.1f} to {100 * row['high']:+.1f})"
    return f"${row['gap']:+,.0f} ({row['low']:+,.0f} to {row['high']:+,.0f})"


def line(row: pd.Series, name: str, other: Skill) -> bool:
    """Print one comparison; it is met where Onward is at most 0.02 below the plain model."""
    met = bool(row["auc"] >= other.auc - 0.02)
    interval = f"({row['auc_low']:.3f} to {row['auc_high']:.3f})"
    print(f"{'met   ' if met else 'MISSED'} {name}: {row['auc']:.3f} {interval}, n = {row['n']:,}; plain {other}")
    return met


if __name__ == "__main__":
    sys.exit(main())
