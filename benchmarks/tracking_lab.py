"""The tracking lab: what kinds of advice do in made-up worlds whose truth is known, with and without tracking."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from lab.baselines import NAMES, advise_all
from lab.columns import Reference, at, judge
from lab.ours import OnwardIn, Ours
from lab.world import LabWorld, build
from lab.yardstick import ceiling, oracle

STEERING = (0.0, 0.5, 1.0)
CHEAP = ("history", "popularity")
SLOW_SEEDS = 1
"""What takes long (trained baselines, the averaged model) is fitted on so many seeds of the worlds with steering 1."""
SERVED = "served"
LAMBDAS_COVERED = 0.9
GAPS = ("gap", "gap_preparation", "gap_preparation_goal", "gap_benefit")
"""The three gaps of value, and that of benefit given preparation and goal."""
HARMED = ("black", "hispanic", "american_indian_or_alaska_native", "woman")
"""Groups whom history steered toward lower value in these worlds."""


@dataclass(frozen=True)
class Job:
    """One world at one seed; ``slow`` says whether the slow policies are fitted too."""

    steering: float
    barrier: bool
    hidden: bool
    seed: int
    learners: int
    judged: int
    slow: bool

    @property
    def world(self) -> str:
        """The world in words."""
        facts = "hidden" if self.hidden else "measured"
        return f"steering {self.steering:g}, {'barrier' if self.barrier else 'no barrier'}, {facts}"


def run(job: Job) -> list[dict[str, object]]:
    """One row of columns per policy."""
    world = build(job.steering, job.barrier, job.hidden, job.seed, learners=job.learners, judged=job.judged)
    known = Reference.of(world)
    rows = []
    for name, choice, shown, more in _policies(world, job):
        figures = judge(world, choice, shown, reference=known)
        place = {"world": job.world, "seed": job.seed, "policy": name, "hidden": job.hidden, "barrier": job.barrier}
        rows.append(place | figures | more)
    return rows


def _policies(world: LabWorld, job: Job) -> Iterator[tuple[str, np.ndarray, np.ndarray | None, dict[str, object]]]:
    yield "ceiling", ceiling(world), world.blind, {}
    yield "oracle", oracle(world), None, {}
    for name, found in advise_all(world, only=NAMES if job.slow else CHEAP).items():
        yield name, found.choice, found.shown, {"seconds": found.seconds}
    onward = OnwardIn(world)
    for name, ours in onward.policies(slow=job.slow):
        yield name, ours.choice, ours.shown, _more(world, onward, ours)


def _more(world: LabWorld, onward: OnwardIn, ours: Ours) -> dict[str, object]:
    """What only Onward's policies have: the range's cover, what came of the limit, the stretch, seconds."""
    true = at(world.p, ours.choice)
    covered = [
        ours.low[inside].mean() <= true[inside].mean() <= ours.high[inside].mean() for inside in world.groups.values()
    ]
    stretch = {
        f"stretch_value:{name}": world.value[ours.stretch][inside].mean() for name, inside in world.groups.items()
    }
    return {
        "covered_groups": float(np.mean(covered)),
        "range_width": float((ours.high - ours.low).mean()),
        "met": float(ours.outcome == "met"),
        "seconds": ours.seconds,
        "fit_seconds": onward.fit_seconds,
        "stretched": float((ours.stretch != ours.choice).mean()),
        "stretch_completion": float(at(world.p, ours.stretch).mean()),
        **stretch,
    }


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Means over seeds, a row per world and policy; gaps and optimism as the widest over judged groups."""
    rows = found.assign(
        widest_gap=_widest(found, "gap_preparation_goal:"),
        widest_latents=_widest(found, "gap_latents:"),
        highest_optimism=found.filter(regex=r"^optimism:").max(axis=1),
        worse_more=found["worse"] - found["ceiling_worse"],
        gap_women=found.get("gap_preparation_goal:woman"),
        gap_hispanic=found.get("gap_preparation_goal:hispanic"),
        gap_black=found.get("gap_preparation_goal:black"),
    )
    shown = [
        "share_of_oracle",
        "share_of_ceiling",
        "share_at_same_gap",
        "completion",
        "ceiling_completion_more",
        "worse",
        "worse_more",
        "in_goal_field",
        "gap_women",
        "gap_hispanic",
        "gap_black",
        "widest_gap",
        "widest_latents",
        "auc_woman",
        "auc_minoritised",
        "optimism",
        "highest_optimism",
        "covered_groups",
        "met",
        "seconds",
    ]
    return rows.groupby(["world", "policy"], sort=False)[[name for name in shown if name in rows]].mean()


def _widest(found: pd.DataFrame, prefix: str) -> pd.Series:
    return found.filter(regex=f"^{prefix}").abs().max(axis=1)


def show(table: pd.DataFrame, found: pd.DataFrame) -> None:
    """Print every world's table, and the paired difference of each policy to the served one."""
    names = {
        "share_of_oracle": "oracle",
        "share_of_ceiling": "ceiling",
        "share_at_same_gap": "same gap",
        "completion": "compl",
        "worse": "worse",
        "in_goal_field": "goal",
        "gap_women": "women",
        "gap_hispanic": "Hispanic",
        "gap_black": "Black",
        "widest_latents": "latents",
        "auc_woman": "aucW",
        "auc_minoritised": "aucM",
        "optimism": "opt",
        "highest_optimism": "optmax",
        "met": "met",
        "seconds": "s",
    }
    for world, rows in table.groupby("world", sort=False):
        seeds = found[found["world"] == world].groupby("policy")["seed"].nunique()
        print(f"\n{world}")
        print(f"  {'':20s}" + "".join(f"{short:>9s}" for short in names.values()) + "  seeds  less served (sd)")
        for (_, policy), row in rows.iterrows():
            cells = "".join(_cell(name, row.get(name, np.nan)) for name in names)
            print(f"  {policy:20s}{cells}  {seeds[policy]:5d}  {_paired(found, str(world), str(policy))}")
        print(f"  served, by group: {_by_group(found[(found['world'] == world) & (found['policy'] == SERVED)])}")


def _by_group(served: pd.DataFrame) -> str:
    """Of every judged group: share worse off, optimism, and the three gaps and that in benefit, means over seeds."""
    means = served.mean(numeric_only=True)
    told = []
    for name in [column.partition(":")[2] for column in served.filter(regex="^worse:")]:
        gaps = "/".join(f"{means[f'{kind}:{name}']:,.0f}" for kind in GAPS)
        told.append(f"{name} worse {means[f'worse:{name}']:.3f}, shown {means[f'optimism:{name}']:+.3f}, gaps {gaps}")
    return "; ".join(told)


def _cell(name: str, figure: float) -> str:
    if pd.isna(figure):
        return f"{'':>9s}"
    whole = name.startswith(("gap", "widest"))
    return f"{figure:9,.0f}" if whole else f"{figure:9.3f}" if name != "seconds" else f"{figure:9.1f}"


def _paired(found: pd.DataFrame, world: str, policy: str) -> str:
    shares = found[found["world"] == world].pivot_table(index="seed", columns="policy", values="share_of_ceiling")
    difference = (shares[policy] - shares[SERVED]).dropna()
    if policy == SERVED:
        return ""
    spread = f" ({difference.std(ddof=0):.3f})" if len(difference) > 1 else ""
    return f"{difference.mean():+.3f}{spread}"


def claims(found: pd.DataFrame) -> list[tuple[str, float, float, str]]:
    """What the served default is held to: words, what was seen, the goal, and whether at least or at most."""
    served = found[found["policy"] == SERVED]
    rows = []
    for (hidden, barrier), part in served.groupby(["hidden", "barrier"]):
        least = 0.97 if not hidden else 0.95 if barrier else 0.96
        world = f"{'hidden' if hidden else 'measured'}, {'barrier' if barrier else 'no barrier'}"
        by_world = part.groupby("world")
        rows += [
            (f"{world}: share at the same gap", by_world["share_at_same_gap"].mean().min(), least, "at least"),
            (
                f"{world}: completion below the ceiling's",
                by_world["ceiling_completion_more"].mean().max(),
                0.02,
                "at most",
            ),
            (f"{world}: worse off, more than the ceiling", _worse_more(by_world), 0.03, "at most"),
            (f"{world}: gap beyond structural and chance, $", _beyond_floors(part), 0.0, "at most"),
            (f"{world}: share of runs whose limit was met", part["met"].mean(), 1.0, "at least"),
        ]
        rows.append(
            (
                f"{world}: range covers the truth, of groups x worlds",
                part["covered_groups"].mean(),
                LAMBDAS_COVERED,
                "at least",
            )
            if hidden
            else (f"{world}: optimism at the advised, worst group", _optimism(part), 0.03, "at most")
        )
    rows.append(
        (
            "constraint over completion fit, seconds",
            float((served["seconds"] / served["fit_seconds"]).median()),
            1.5,
            "at most",
        )
    )
    rows += _of_groups(served, found)
    if "reduction" in set(found["policy"]):
        both = found.pivot_table(index=["world", "seed"], columns="policy", values="share_at_same_gap").dropna()
        rows.append(
            (
                "share: served less ExponentiatedGradient",
                float((both[SERVED] - both["reduction"]).mean()),
                0.0,
                "at least",
            )
        )
    return rows


def _of_groups(served: pd.DataFrame, found: pd.DataFrame) -> list[tuple[str, float, float, str]]:
    """Claims on single groups, and on the bound that no policy from the record may pass."""
    blind = found[~found["policy"].isin(["oracle", "history"])]
    rows = [
        ("gap given true latent facts beyond chance, no barrier, $", _beyond_chance(served), 0.0, "at most"),
        ("worse off, minoritised group or women beyond overall and interval", _worse_in_group(served), 0.0, "at most"),
        ("share at the same gap, mean of the best policy of any world", _highest_share(blind), 1.0, "at most"),
    ]
    if "benefit_of:woman" in found:
        free = found[found["policy"] == "blind, care"].set_index(["world", "seed"]).filter(regex="^benefit_of:")
        kept = served.set_index(["world", "seed"]).filter(regex="^benefit_of:")
        lost = ((kept - free) / free).groupby("world").mean().min().min()
        rows.append(("benefit of any group, change by the constraint", float(lost), -0.03, "at least"))
    return rows


def _beyond_chance(served: pd.DataFrame) -> float:
    """How far the widest gap given true latent facts exceeds what chance gives, mean over seeds, worst world."""
    part = served[~served["barrier"]]
    names = [name.partition(":")[2] for name in part.filter(regex=r"^gap_latents:")]
    beyond = pd.DataFrame({name: part[f"gap_latents:{name}"].abs() - part[f"by_chance:{name}"] for name in names})
    return float(beyond.groupby(part["world"]).mean().max().max())


def _worse_in_group(served: pd.DataFrame) -> float:
    """By how much a group's share worse off exceeds everybody's and its 95% interval, mean over seeds, worst world."""
    names = [name for name in HARMED if f"worse:{name}" in served]
    beyond = pd.DataFrame(
        {name: served[f"worse:{name}"] - served["worse"] - 1.96 * served[f"worse_error:{name}"] for name in names}
    )
    return float(beyond.groupby(served["world"]).mean().max().max())


def _highest_share(blind: pd.DataFrame) -> float:
    return float(blind.groupby(["world", "policy"])["share_at_same_gap"].mean().max())


def _worse_more(by_world: "pd.core.groupby.DataFrameGroupBy") -> float:
    return float((by_world["worse"].mean() - by_world["ceiling_worse"].mean()).max())


def _optimism(part: pd.DataFrame) -> float:
    return float(part.filter(regex=r"^optimism:").groupby(part["world"]).mean().max().max())


def _beyond_floors(part: pd.DataFrame) -> float:
    """By how much the widest gap of any group exceeds its structural floor and chance, mean over seeds, worst world."""
    groups = [name.partition(":")[2] for name in part.filter(regex=r"^gap_preparation_goal:")]
    beyond = pd.DataFrame(
        {
            name: part[f"gap_preparation_goal:{name}"].abs()
            - part[f"structural:{name}"].abs()
            - part[f"by_chance:{name}"]
            for name in groups
        }
    )
    return float(beyond.groupby(part["world"]).mean().max().max())


def jobs(arguments: argparse.Namespace) -> list[Job]:
    """The worlds and seeds to run, slow policies on the first seeds."""
    if arguments.quick:
        return [Job(1.0, True, True, 0, 4_000, 1_500, slow=False)]
    worlds = product(STEERING, (False, True), (False, True))
    every = [(seed, *world) for seed, world in product(range(arguments.seeds), worlds)]
    return [
        Job(s, b, h, seed, 30_000, arguments.judged, slow=s == 1.0 and seed < SLOW_SEEDS) for seed, s, b, h in every
    ]


def run_all(arguments: argparse.Namespace) -> pd.DataFrame:
    """Run every job, some at once; figures are kept as they come, so that a run that is stopped loses one world."""
    rows: list[dict[str, object]] = []
    with ProcessPoolExecutor(arguments.processes) as pool:
        for done in pool.map(run, jobs(arguments)):
            rows += done
            if arguments.json:
                pd.DataFrame(rows).to_json(arguments.json, orient="records")
            print(".", end="", file=sys.stderr, flush=True)
    return pd.DataFrame(rows)


def main() -> int:
    """Run the worlds, print figures beside goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small world instead of twelve")
    parser.add_argument("--seeds", type=int, default=10, help="seeds of every world")
    parser.add_argument("--judged", type=int, default=5_000, help="learners by whose truth advice is judged")
    parser.add_argument("--processes", type=int, default=2, help="worlds at once")
    parser.add_argument("--json", type=Path, help="keep the figures in this file, world by world")
    parser.add_argument("--read", type=Path, help="run nothing; print the figures that --json kept in this file")
    arguments = parser.parse_args()
    began = time.perf_counter()
    found = pd.read_json(arguments.read) if arguments.read else run_all(arguments)
    show(summary(found), found)
    judged = [] if arguments.quick else claims(found)
    print()
    for claim, seen, goal, side in judged:
        kept = seen >= goal if side == "at least" else seen <= goal
        print(f"{'met   ' if kept else 'MISSED'} {claim}: {seen:,.3f}, goal {side} {goal:,.2f}")
    if arguments.quick:
        judged = [("quick: care returns more than none", _quick(found), 0.0, "at least")]
        print(f"{judged[0][0]}: {judged[0][1]:+.3f}, goal at least 0")
    print(f"{time.perf_counter() - began:.0f} s")
    return 0 if all(seen >= goal if side == "at least" else seen <= goal for _, seen, goal, side in judged) else 1


def _quick(found: pd.DataFrame) -> float:
    shares = found.set_index("policy")["share_of_ceiling"]
    return float(shares["blind, care"] - shares["blind"])


if __name__ == "__main__":
    sys.exit(main())
