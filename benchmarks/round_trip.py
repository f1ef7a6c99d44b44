"""A made-up system writes itself the way colleges send files; reading them back gives equal tables and equal training.

Two folders of the same learners: one of canonical files, one of PDP, CTDL, awards, outreach and own files with their
mapping. Every table that is read must be equal, row for row once sorted by its key, and a run on either must choose the
same models, advise the same and come to the same verdict.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from onward.training.demo import SETTINGS

from onward.data.mapping import Source, read
from onward.data.simulated import World, simulate
from onward.data.simulated_files import write_as_sent
from onward.data.tables import write
from onward.release.bundle import FILES
from onward.release.run import Run, train

SEED = 2026
LEARNERS, QUICK = 20_000, 3_000
SMALLER = "".join(f"\n[{model}]\nrounds = 40\nfolds = 3\n" for model in ("completion", "persistence", "choice"))


def unequal(one: Source, other: Source) -> dict[str, tuple[int, int]]:
    """Tables that differ, with the rows of both."""
    found = {}
    for (table, frame), (_, told) in zip(one.tables.items(), other.tables.items(), strict=True):
        key = list(table.key)
        same = frame.sort_values(key, ignore_index=True).equals(told.sort_values(key, ignore_index=True)[list(frame)])
        if not same or set(frame) != set(told):
            found[table.name] = (len(frame), len(told))
    return found


def run_on(folder: Path, mapping: Path | None, place: Path, *, quick: bool) -> Run:
    """Train by the demo's settings on ``folder``."""
    text = SETTINGS.read_text(encoding="utf-8") + (SMALLER if quick else "")
    if mapping is not None:
        text = text.replace("[data]", f'[data]\nmapping = "{mapping}"')
    place.mkdir()
    settings = place / "settings.toml"
    settings.write_text(text, encoding="utf-8")
    return train(settings, folder, runs=place / "runs", store=None, progress=lambda _: None)


def differing(one: Run, other: Run) -> list[str]:
    """What the two runs do not have in common."""
    names = [name for name in FILES if content(one, name) != content(other, name)]
    advised = [
        pd.read_csv(run.folder / "decisions.csv").sort_values(["source", "learner_id", "rank"]) for run in (one, other)
    ]
    told = [frame.drop(columns="decision_id").reset_index(drop=True) for frame in advised]
    names += [] if told[0].equals(told[1]) else ["decisions.csv"]
    verdicts = [run.candidate.audit.verdict.status for run in (one, other)]
    return names + ([] if verdicts[0] == verdicts[1] else ["verdict"])


def content(run: Run, name: str) -> object:
    """One file of a run's bundle; rows of the catalogue's tables in one order, which the files need not keep."""
    text = (run.folder / "bundle" / name).read_text(encoding="utf-8")
    if name != "catalogue.json":
        return text
    parts = json.loads(text)
    return {name: sorted(map(json.dumps, part)) if isinstance(part, list) else part for name, part in parts.items()}


def main() -> int:
    """Print what is equal, with seconds; 1 where something is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} learners and smaller models")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    world = World(learners=QUICK if asked.quick else LEARNERS, cohorts=12, limits=0.2)
    tables, _ = simulate(world, seed=asked.seed)
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        write(tables, place / "canonical")
        began = time.perf_counter()
        mapping = write_as_sent(tables, place / "sent", data_through=pd.Timestamp(world.through))
        wrote = time.perf_counter()
        sent = read(place / "sent", mapping=mapping)
        took = {"write": wrote - began, "read": time.perf_counter() - wrote}
        wrong = unequal(read(place / "canonical", mapping=None), sent)
        runs = [
            run_on(place / "canonical", None, place / "one", quick=asked.quick),
            run_on(place / "sent", mapping, place / "two", quick=asked.quick),
        ]
        apart = differing(*runs)
    rows = {table.name: len(frame) for table, frame in sent.tables.items() if len(frame)}
    held = ", ".join(f"{count:,} {name}" for name, count in rows.items())
    print(f"seed {asked.seed}: {held}")
    courses, seconds = sent.counts.get("course rows", 0), took["read"]
    print(f"{courses:,} course rows; written in {took['write']:.1f} s, read in {seconds:.1f} s")
    print(f"tables that differ: {wrong or 'none'}   (goal: none)")
    print(f"parts of the runs that differ: {apart or 'none'}   (goal: none)")
    if asked.json:
        asked.json.write_text(
            json.dumps({"rows": rows, "seconds": took, "tables": wrong, "runs": apart}), encoding="utf-8"
        )
    return int(bool(wrong or apart))


if __name__ == "__main__":
    sys.exit(main())
