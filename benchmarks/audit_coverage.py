"""How often the audit is wrong: false fails, false passes and the coverage of its intervals, beside their goals.

Learners are made up: value is skewed (gamma), its spread differs by group and stratum, strata differ in level and in
who is in them, and some hold a handful of a group. The code under test is the audit's own, from values to verdict.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from onward.audit import AuditPlan
from onward.audit.intervals import gaps, with_intervals
from onward.audit.verdict import judge

RACES = {"a": 0.46, "b": 0.24, "c": 0.18, "d": 0.08, "e": 0.04}
STRATA = 24
LIMIT = 1_500.0


@dataclass(frozen=True)
class Claim:
    """One claim, how often it was seen to break or hold, and how often it may by chance."""

    claim: str
    seen: int
    runs: int
    at_most: int | None = None
    at_least: int | None = None

    @property
    def met(self) -> bool:
        """Whether the count is one that chance allows."""
        return (self.at_most is None or self.seen <= self.at_most) and (
            self.at_least is None or self.seen >= self.at_least
        )

    def line(self) -> str:
        """The claim as a line of the printed table."""
        if self.at_most is None and self.at_least is None:
            return f"        {self.seen:>5} of {self.runs}, no goal            {self.claim}"
        goal = f"at most {self.at_most}" if self.at_most is not None else f"at least {self.at_least}"
        return f"{'met   ' if self.met else 'MISSED'}  {self.seen:>5} of {self.runs}, goal {goal:<13} {self.claim}"


def at_most(claim: str, seen: int, runs: int, rate: float) -> Claim:
    """A rate of at most ``rate``, judged by the count a true rate of ``rate`` exceeds once in a thousand times."""
    return Claim(claim, seen, runs, at_most=int(stats.binom.ppf(0.999, runs, rate)))


def at_least(claim: str, seen: int, runs: int, rate: float) -> Claim:
    """A rate of at least ``rate``, judged likewise."""
    return Claim(claim, seen, runs, at_least=int(stats.binom.ppf(0.001, runs, rate)))


def learners(random: np.random.Generator, n: int) -> pd.DataFrame:
    """Make learners whose groups are spread unevenly over strata; there is no gap inside any stratum."""
    stratum = random.choice(STRATA, n, p=random.dirichlet(np.full(STRATA, 3.0)))
    lean = random.random((STRATA, len(RACES))) + 0.3
    shares = lean * np.array(list(RACES.values()))
    edges = (shares / shares.sum(1, keepdims=True)).cumsum(1)
    group = (random.random(n)[:, None] > edges[stratum]).sum(1).clip(max=len(RACES) - 1)
    spread = 3_000.0 * (1 + 0.2 * group) * (1 + stratum / STRATA)
    value = 300.0 * stratum + spread * (random.gamma(2.0, 1.0, n) - 2.0)
    return pd.DataFrame({"group": np.array(list(RACES))[group], "stratum": stratum, "value": value})


def judged_gaps(people: pd.DataFrame) -> pd.DataFrame:
    """Return the gaps that are judged, given strata, as the audit computes them: groups of a certain size alone."""
    found = gaps(people["value"], people["group"], people["stratum"])
    found = found[found["n"] >= AuditPlan().family_minimum]
    shown = with_intervals(found, family=len(found)).reset_index()
    return shown.assign(attribute="race_ethnicity", comparable=True)


def verdict_of(found: pd.DataFrame, limit: float) -> str:
    """Return the status of the verdict, with history no narrower."""
    return judge(found, limit=limit, wider=(), compared=True, too_small=()).status


def planted(people: pd.DataFrame, gap: float) -> pd.DataFrame:
    """Give group b a gap to everyone else."""
    return people.assign(value=people["value"] + gap * (people["group"] == "b"))


def counted(runs: int, seed: int, trial: Callable[[np.random.Generator], object]) -> int:
    """Count in how many of ``runs`` seeded trials something is true."""
    return sum(bool(trial(np.random.default_rng([seed, run]))) for run in range(runs))


def held(found: pd.DataFrame, group: str, gap: float, low: str, high: str) -> bool:
    """Say whether an interval holds the true gap of a group."""
    row = found.set_index("group").loc[group]
    return bool(row[low] <= gap <= row[high])


def all_held(people: pd.DataFrame) -> bool:
    """Say whether the simultaneous intervals of learners without a gap all hold zero."""
    found = judged_gaps(people)
    return bool(((found["low"] <= 0) & (found["high"] >= 0)).all())


def small_held(people: pd.DataFrame) -> bool:
    """Say whether the 95% interval of the smallest group holds zero, its learners mostly alone in their strata."""
    found = with_intervals(gaps(people["value"], people["group"], people["stratum"]), family=1)
    return held(found.reset_index(), "e", 0.0, "low", "high")


def passes_alone(people: pd.DataFrame) -> bool:
    """Say whether group b would pass if every other gap were inside: the hardest case, for others only hold it back."""
    found = judged_gaps(people)
    return verdict_of(found[found["group"] == "b"], LIMIT) == "pass"


def claims(runs: int, n: int, seed: int) -> list[Claim]:
    """Measure every claim."""
    return [
        at_most(
            "false fail: no gap, judged against a limit of almost nothing",
            counted(runs, seed, lambda r: verdict_of(judged_gaps(learners(r, n)), 1e-9) == "fail"),
            runs,
            0.05,
        ),
        at_most(
            "false fail: a gap as wide as the limit",
            counted(runs, seed + 1, lambda r: verdict_of(judged_gaps(planted(learners(r, n), LIMIT)), LIMIT) == "fail"),
            runs,
            0.05,
        ),
        at_most(
            "false pass: a gap as wide as the limit, every other gap inside",
            counted(runs, seed + 2, lambda r: passes_alone(planted(learners(r, 4 * n), -LIMIT))),
            runs,
            0.05,
        ),
        at_least(
            "coverage: the 90% interval holds the planted gap",
            counted(
                runs,
                seed + 3,
                lambda r: held(judged_gaps(planted(learners(r, n), 900.0)), "b", 900.0, "low90", "high90"),
            ),
            runs,
            0.90,
        ),
        at_least(
            "coverage: the simultaneous 95% intervals all hold, no gap",
            counted(runs, seed + 4, lambda r: all_held(learners(r, n))),
            runs,
            0.95,
        ),
        at_least(
            "coverage: the same with a quarter of the learners",
            counted(runs, seed + 5, lambda r: all_held(learners(r, n // 4))),
            runs,
            0.95,
        ),
        # So small a group is shown and never judged: skewed values need more learners than Student's interval thinks.
        Claim(
            "coverage: the 95% interval of a group of about 20, shown and not judged",
            counted(runs, seed + 6, lambda r: small_held(learners(r, n // 4))),
            runs,
        ),
    ]


def main() -> int:
    """Run, print, keep, and say by the exit code whether every goal was met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="400 runs a claim, within a minute")
    parser.add_argument("--runs", type=int, default=2_000, help="runs a claim (default: %(default)s)")
    parser.add_argument("--learners", type=int, default=2_000, help="learners an audit (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", type=Path, help="where to keep the figures")
    chosen = parser.parse_args()
    started, runs = time.monotonic(), 400 if chosen.quick else chosen.runs
    found = claims(runs, chosen.learners, chosen.seed)
    print("\n".join(claim.line() for claim in found))
    print(
        f"{time.monotonic() - started:.0f} s, seed {chosen.seed}; a goal allows what chance exceeds once in 1,000 times"
    )
    if chosen.json:
        kept = {"seed": chosen.seed, "learners": chosen.learners, "claims": [asdict(c) | {"met": c.met} for c in found]}
        chosen.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0 if all(claim.met for claim in found) else 1


if __name__ == "__main__":
    sys.exit(main())
