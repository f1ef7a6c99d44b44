"""What advice would really do: history, imitation and Onward in made-up state systems whose truth is known."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from onward.training.demo import SETTINGS, WORLD, reckon

from onward.audit import audit
from onward.data.mapping import Source
from onward.data.simulated import Truth, simulate
from onward.data.tables import Tables
from onward.policy.constraint import Constraint
from onward.release.retrain import Candidate, retrain
from onward.screens import judged_gaps
from onward.settings import load

FULL_SEEDS, QUICK_SEEDS = range(10), range(1)
FULL_LEARNERS, QUICK_LEARNERS = 30_000, 8_000


def one(seed: int, learners: int) -> pd.DataFrame:
    """One row per source in one made-up system, Onward with and without the constraint."""
    tables, truth = simulate(replace(WORLD, learners=learners), seed=seed)
    settings = load(SETTINGS).model_copy(update={"seed": seed})
    candidate = retrain(Source(tables, nominal_dates=False, notes=(), digests={}), settings, progress=lambda _: None)
    found = pd.concat(
        [described(candidate, truth, "erase"), described(without_constraint(candidate, tables), truth, "none")]
    )
    return found.assign(seed=seed, met=candidate.parity is not None and candidate.parity.outcome == "met").reset_index()


def described(candidate: Candidate, truth: Truth, mechanism: str) -> pd.DataFrame:
    """What each source would really do, and its widest judged gap."""
    found = reckon(candidate, truth).table
    return found.assign(widest_gap=[widest(candidate, source) for source in found.index], mechanism=mechanism)


def without_constraint(candidate: Candidate, tables: Tables) -> Candidate:
    """The same candidate with nothing constrained, audited under the same plan."""
    adviser = replace(candidate.adviser, constraint=Constraint.none(len(candidate.adviser.catalogue)))
    judged = candidate.judged
    onward = adviser.order(judged.prospects, k=1)
    judged = replace(judged, choices=judged.choices | {"onward": onward})
    audited = audit(
        judged.decisions(adviser.catalogue.ids),
        demographics=tables.demographics,
        values=tables.values,
        credentials=tables.credentials,
        strata=judged.strata(),
        plan=candidate.audit.plan,
    )
    return replace(candidate, adviser=adviser, judged=judged, audits=audited)


def widest(candidate: Candidate, source: str) -> float:
    """The widest gap of a source that has to be inside for a pass, in dollars a year, without its sign."""
    small = {finding.group for finding in candidate.audit.verdict.findings if finding.watched}
    gaps = judged_gaps(candidate.audit, source)
    return float(gaps.loc[~gaps["group"].isin(small), "gap"].abs().max())


def show(found: pd.DataFrame) -> None:
    """Print means over seeds, with the standard deviation between seeds where there are several."""
    columns = ["share", "completion", "worse", "widest_gap"]
    print(
        "mean over seeds (standard deviation): share of the reachable benefit, true completion, share worse off than by"
    )
    print("their own choice, widest judged gap in $ a year")
    for (mechanism, source), rows in found.groupby(["mechanism", "source"]):
        if source != "onward" and mechanism != "erase":
            continue
        name = f"{source}, {mechanism}" if source == "onward" else source
        figures = "  ".join(f"{rows[c].mean():.3f} ({rows[c].std(ddof=0):.3f})" for c in columns[:3])
        print(f"  {name:16s} {figures}  {rows['widest_gap'].mean():6,.0f} ({rows['widest_gap'].std(ddof=0):,.0f})")
    onward = found[(found["source"] == "onward") & (found["mechanism"] == "erase")]
    print(f"limit met where the strength was set: {int(onward['met'].sum())} of {len(onward)}")


def claims(found: pd.DataFrame) -> list[tuple[str, float, float]]:
    """Each claim with what was seen (mean paired difference over seeds) and the least that meets it."""
    measured = ["share", "completion", "widest_gap"]
    kept = found[found["mechanism"] == "erase"].pivot_table(index="seed", columns="source", values=measured)
    share, completion, gap = (kept[name] for name in measured)
    return [
        (
            "share of the reachable benefit: Onward less imitation",
            float((share["onward"] - share["imitation"]).mean()),
            0.10,
        ),
        ("true completion: Onward less history", float((completion["onward"] - completion["history"]).mean()), -0.02),
        ("widest gap in $: history less Onward", float((gap["history"] - gap["onward"]).mean()), 1_000.0),
    ]


def main() -> int:
    """Run the systems, print figures beside goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small system instead of ten")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    arguments = parser.parse_args()
    seeds = QUICK_SEEDS if arguments.quick else FULL_SEEDS
    learners = QUICK_LEARNERS if arguments.quick else FULL_LEARNERS
    print(f"{len(seeds)} systems of {learners:,} learners, seeds {seeds.start} to {seeds.stop - 1}")
    found = pd.concat([one(seed, learners) for seed in seeds], ignore_index=True)
    show(found)
    judged = claims(found)
    for claim, seen, least in judged:
        print(f"{'met   ' if seen >= least else 'MISSED'} {claim}: {seen:,.3f}, goal at least {least:,.2f}")
    if arguments.json:
        arguments.json.write_text(found.to_json(orient="records", indent=1), encoding="utf-8")
    return 0 if all(np.isfinite(seen) and seen >= least for _, seen, least in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
