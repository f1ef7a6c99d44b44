"""How long simultaneous intervals take on a million learners, beside a bootstrap row by row and beside fairlearn's.

Three ways to 1,000 resamples of the gaps of 24 groups in 12 strata: draws from the gaps' covariance, as the audit does
it; every learner's influence weighted by a normal of its own, row by row, which must give the same quantile; and the
bootstrap of fairlearn's MetricFrame with control features. Apart from them, one whole audit and its peak memory.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt
import pandas as pd
from fairlearn.metrics import MetricFrame
from scipy import stats
from threadpoolctl import threadpool_limits

from onward.audit import AuditPlan, audit
from onward.audit.comparison import Estimator, all_gaps, cells_of
from onward.audit.intervals import contrast, moments
from onward.audit.measures import Measured
from onward.audit.simultaneous import influence, simultaneous_level

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]

SEED = 2026
FULL, QUICK = 1_000_000, 100_000
GROUPS, STRATA, RESAMPLES, CREDENTIALS = 24, 12, 1_000, 40
BLOCK = 2_000
"""Learners of a block whose normals are held at once, per core: 8 MB."""
CORES = 2
MOST_SECONDS, LEAST_RATIO = 20.0, 500.0
THEIR_ROWS, THEIR_RESAMPLES = 20_000, 20
MANY_DRAWS = 20_000
"""As many as an audit draws."""
APART = 3.3
"""Standard errors that chance exceeds once in a thousand times."""
ATTRIBUTE = "group"
CREDENTIAL_IDS = np.array([f"c{code:02d}" for code in range(CREDENTIALS)])


@dataclass(frozen=True)
class Learners:
    """Made-up learners: who they are, their strata, and a skewed figure whose spread differs by group."""

    who: pd.DataFrame
    strata: pd.DataFrame
    value: Floats

    @classmethod
    def draw(cls, n: int) -> "Learners":
        """Draw groups of sizes from small to large."""
        random = np.random.default_rng(SEED)
        sizes = np.geomspace(1, 12, GROUPS)
        group, stratum = random.choice(GROUPS, n, p=sizes / sizes.sum()), random.integers(STRATA, size=n)
        names, places = (np.array([f"{kind}{code:02d}" for code in range(24)]) for kind in "gs")
        value = 500.0 * stratum + 200.0 * (20 + group) * random.gamma(2.0, 1.0, n)
        strata = pd.DataFrame({"stratum": places[stratum]}, dtype="str").assign(readiness=None)
        return cls(pd.DataFrame({ATTRIBUTE: names[group]}, dtype="str"), strata, value)

    def head(self, n: int) -> "Learners":
        """Return the first of them."""
        return Learners(self.who.head(n), self.strata.head(n), self.value[:n])


@dataclass(frozen=True)
class Simultaneous:
    """The gaps of all groups with simultaneous intervals, what they were made with, and the seconds it took."""

    estimator: Estimator
    found: pd.DataFrame
    covariance: Floats
    level: float
    seconds: float
    drawing: float


def simultaneous(people: Learners) -> Simultaneous:
    """Estimate all gaps, their covariance and the level of 1,000 draws from it, as the audit does, from the tables."""
    began = time.perf_counter()
    cells = cells_of(people.who, people.strata, np.ones(len(people.value)), given=("stratum",))
    measured = Measured(pd.DataFrame({"value": people.value}), {})
    estimator = Estimator(measured, cells, np.zeros(CREDENTIALS), {})
    members = [(ATTRIBUTE, name) for name in cells[ATTRIBUTE, "stratum"].groups]
    covariance = estimator.covariance(members, "value", "stratum")
    drawn = time.perf_counter()
    level = simultaneous_level(covariance, draws=RESAMPLES)
    drawing = time.perf_counter() - drawn
    found = all_gaps(estimator, level=level)
    return Simultaneous(estimator, found, covariance, level, time.perf_counter() - began, drawing)


def influences(estimator: Estimator) -> Singles:
    """Return by how much every learner moves every gap, in standard errors, shape (learners, groups)."""
    cells = estimator.cells[ATTRIBUTE, "stratum"]
    values = estimator.measured.figures["value"].to_numpy()
    found = contrast(moments(values, cells), cells.alike)
    moved = np.empty((len(values), GROUPS), dtype=np.float32)
    for place in range(GROUPS):
        one = influence(values, cells, found, place)
        moved[:, place] = one / np.sqrt((one**2).sum())
    return moved


def resampled(moved: Singles, stream: np.random.SeedSequence) -> Singles:
    """Weigh every learner by a standard normal of its own in every resample and add up, shape (resamples, groups)."""
    random = np.random.Generator(np.random.SFC64(stream))
    weights = np.empty((RESAMPLES, BLOCK), dtype=np.float32)
    total = np.zeros((RESAMPLES, moved.shape[1]), dtype=np.float32)
    for part in blocks(moved):
        if len(part) < BLOCK:
            weights = np.empty((RESAMPLES, len(part)), dtype=np.float32)
        random.standard_normal(dtype=np.float32, out=weights)
        total += weights @ part
    return total


def blocks(moved: Singles) -> Iterator[Singles]:
    """Return some rows after the other."""
    return (moved[at : at + BLOCK] for at in range(0, len(moved), BLOCK))


def row_by_row(estimator: Estimator) -> tuple[Singles, float]:
    """Return the deviations of all gaps in every resample, shape (resamples, groups), and the seconds it took."""
    began = time.perf_counter()
    moved = influences(estimator)
    streams = np.random.SeedSequence(SEED).spawn(CORES)
    with threadpool_limits(limits=1), ThreadPoolExecutor(CORES) as pool:
        total = sum(pool.map(resampled, np.array_split(moved, CORES), streams))
    return np.asarray(total), time.perf_counter() - began


def quantile_with_error(widest: Floats) -> tuple[float, float]:
    """Return the 95% quantile of the widest deviations and its standard error, from the order statistics about it."""
    at = np.sort(widest)
    half = 1.96 * np.sqrt(len(at) * 0.95 * 0.05)
    low, high = (at[round(len(at) * 0.95 + side * half)] for side in (-1, 1))
    return float(np.quantile(at, 0.95)), float(high - low) / (2 * 1.96)


def fairlearns(people: Learners, resamples: int) -> float:
    """Return fairlearn's nanoseconds per row and resample of means by group and stratum; the frame itself is one."""
    began = time.perf_counter()
    MetricFrame(
        metrics=lambda _, predicted: float(np.mean(predicted)),
        y_true=people.value,
        y_pred=people.value,
        sensitive_features=people.who[ATTRIBUTE],
        control_features=people.strata["stratum"],
        n_boot=resamples,
        ci_quantiles=[0.025, 0.975],
        random_state=SEED,
    )
    return (time.perf_counter() - began) * 1e9 / (len(people.value) * (resamples + 1))


def named(letter: str, codes: Codes) -> "pd.Series[str]":
    """Return names made of a letter and a code."""
    return pd.Series(np.char.add(letter, codes.astype(str)), dtype="str")


def decisions_of(random: np.random.Generator, learner: "pd.Series[str]", goal: Codes, source: str) -> pd.DataFrame:
    """Advise every learner by goal and chance."""
    n = len(learner)
    place = np.clip(8 * goal + random.normal(6, 5, n), 0, CREDENTIALS - 1).astype(int)
    frame = pd.DataFrame({"decision_id": learner, "learner_id": learner, "credential_id": CREDENTIAL_IDS[place]})
    chance = random.uniform(0.3, 0.9, n)
    return frame.assign(decided_on=pd.Timestamp("2026-09-01"), rank=1, p_complete=chance, source=source)


def catalogue() -> dict[str, pd.DataFrame]:
    """Make credentials, their values and what leads to what."""
    ids = pd.DataFrame({"credential_id": CREDENTIAL_IDS})
    earned = 38_000.0 + 900.0 * np.arange(CREDENTIALS)
    price = np.linspace(500, 9_000, CREDENTIALS)
    edges = pd.DataFrame({"from_id": CREDENTIAL_IDS[:-1], "to_id": CREDENTIAL_IDS[1:]})
    return {
        "credentials": ids.assign(
            name="made up", kind="Certificate", award_level="21", cip="510000", weeks=26.0, net_price=price
        ),
        "values": ids.assign(
            median_earnings=earned,
            benchmark_earnings=36_000.0,
            low=earned - 4_000,
            high=earned + 4_000,
            n=60.0,
            basis="published",
            source="made up",
        ),
        "pathways": edges.assign(relation="leads_to", credits_recognised=6.0),
    }


def tables_of(n: int) -> dict[str, pd.DataFrame]:
    """Make the tables of an audit: two sources, race and gender, strata with their parts, and the catalogue."""
    random = np.random.default_rng(SEED)
    learner = named("p", np.arange(n))
    goal, readiness = random.integers(4, size=n), random.integers(3, size=n)
    race = random.choice(["white", "black", "hispanic", "asian"], n, p=[0.45, 0.25, 0.2, 0.1])
    strata = pd.DataFrame({"learner_id": learner, "goal": named("g", goal), "readiness": named("r", readiness)})
    return catalogue() | {
        "decisions": pd.concat(
            [decisions_of(random, learner, goal, source) for source in ("history", "onward")], ignore_index=True
        ),
        "demographics": pd.DataFrame(
            {"learner_id": learner, "race_ethnicity": race, "gender": random.choice(["woman", "man"], n)}
        ),
        "strata": strata.assign(stratum=strata["goal"] + " | " + strata["readiness"], eligibility="all"),
    }


def whole_audit(n: int) -> dict[str, float]:
    """Return the seconds of a whole audit of two sources, and the most memory the program has held, in gigabytes."""
    tables = tables_of(n)
    before = peak()
    began = time.perf_counter()
    audit(**tables, plan=AuditPlan(further=()))
    return {"audit_seconds": time.perf_counter() - began, "audit_peak": peak(), "audit_peak_before": before}


def peak() -> float:
    """Return the most memory this program has held so far, in gigabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def measured(n: int, repeats: int) -> dict[str, float]:
    """Measure everything in one run; seconds are medians of the repeats. The whole audit comes first, for its peak."""
    found = whole_audit(n)
    people = Learners.draw(n)
    ours = [simultaneous(people) for _ in range(repeats)]
    rows = [row_by_row(ours[0].estimator) for _ in range(repeats)]
    theirs = [fairlearns(people.head(THEIR_ROWS), THEIR_RESAMPLES) for _ in range(repeats)]
    quantile, error = quantile_with_error(np.abs(rows[0][0]).max(axis=1).astype(np.float64))
    return found | {
        "learners": n,
        "seconds": median(one.seconds for one in ours),
        "drawing": median(one.drawing for one in ours),
        "rows_seconds": median(seconds for _, seconds in rows),
        "theirs": median(theirs),
        "theirs_large": fairlearns(people.head(10 * THEIR_ROWS), 1),
        "level": ours[0].level,
        "quantile_drawn": quantile_of(simultaneous_level(ours[0].covariance, draws=MANY_DRAWS)),
        "quantile_rows": quantile,
        "quantile_error": error,
    }


def quantile_of(level: float) -> float:
    """Return how many standard errors an interval of this level reaches to either side."""
    return float(stats.norm.isf(level / 2))


def goals(found: dict[str, float]) -> list[tuple[str, bool]]:
    """Return every goal in words, and whether it is met."""
    per_row = 1e9 / (found["learners"] * RESAMPLES)
    by_draws = found["theirs"] / (found["seconds"] * per_row)
    total = found["seconds"] + found["rows_seconds"]
    apart = abs(found["quantile_drawn"] - found["quantile_rows"])
    allowed = APART * found["quantile_error"]
    return [
        (f"seconds, both ways together: {total:.1f}, goal under {MOST_SECONDS:g}", total < MOST_SECONDS),
        (f"times faster per row and resample: {by_draws:,.0f}, goal at least {LEAST_RATIO:g}", by_draws >= LEAST_RATIO),
        (
            f"the two quantiles lie {apart:.3f} apart, goal at most {APART:g} standard errors, {allowed:.3f}",
            apart <= allowed,
        ),
    ]


def lines(found: dict[str, float]) -> Iterator[str]:
    """Return the figures in words."""
    per_row = 1e9 / (found["learners"] * RESAMPLES)
    draws, rows = found["seconds"] * per_row, found["rows_seconds"] * per_row
    theirs, large = found["theirs"], found["theirs_large"]
    yield f"{found['learners']:,} learners, {GROUPS} groups, {STRATA} strata, {RESAMPLES:,} resamples, seed {SEED}"
    yield (
        f"  gaps, covariance and level by draws from it: {found['seconds']:.2f} s (of these drawing "
        f"{found['drawing']:.3f} s), {draws:.2f} ns per row and resample; level {found['level']:.5f}"
    )
    yield f"  a normal for every row and resample: {found['rows_seconds']:.2f} s, {rows:.2f} ns"
    yield f"  MetricFrame, {THEIR_ROWS:,} rows, {THEIR_RESAMPLES} resamples: {theirs:,.0f} ns"
    yield f"  times faster, row by row: {theirs / rows:,.0f}"
    yield (
        f"  MetricFrame, {10 * THEIR_ROWS:,} rows, where its work per cell weighs less: {large:,.0f} ns; times faster: "
        f"by draws {large / draws:,.0f}, row by row {large / rows:,.0f}"
    )
    yield (
        f"  95 of 100 resamples stay within, standard errors: {found['quantile_drawn']:.3f} by {MANY_DRAWS:,} draws, "
        f"{found['quantile_rows']:.3f} row by row"
    )
    yield (
        f"  a whole audit by race and gender, two sources: {found['audit_seconds']:.1f} s, peak memory "
        f"{found['audit_peak']:.2f} GB, of which {found['audit_peak_before']:.2f} GB before it began"
    )


def main() -> int:
    """Measure, print, keep, and say by the exit code whether every goal was met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} learners instead of {FULL:,}")
    parser.add_argument("--json", type=Path, help="where to keep the figures")
    chosen = parser.parse_args()
    found = measured(QUICK, 1) if chosen.quick else measured(FULL, 3)
    print("\n".join(lines(found)))
    for words, met in goals(found):
        print(f"{'met   ' if met else 'MISSED'} {words}")
    if chosen.json:
        chosen.json.write_text(json.dumps({"seed": SEED, **found}, indent=1) + "\n", encoding="utf-8")
    return 0 if all(met for _, met in goals(found)) else 1


if __name__ == "__main__":
    sys.exit(main())
