"""How long making up a state system takes, and how much memory: 100,000 learners in about 10 seconds."""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

from onward.data.simulated import World, simulate

GOAL_SECONDS, LIMIT_SECONDS, GOAL_GIGABYTES = 10.0, 15.0, 4.0
FULL, QUICK = 100_000, 10_000


def measure(learners: int) -> dict[str, float]:
    """Simulate once, after a small run that loads what is loaded once."""
    simulate(World(learners=100), seed=0)
    began = time.perf_counter()
    tables, truth = simulate(World(learners=learners), seed=1)
    seconds = time.perf_counter() - began
    # Linux counts the peak in kilobytes, macOS in bytes.
    unit = 1e9 if sys.platform == "darwin" else 1e6
    return {
        "learners": learners,
        "attempts": len(tables.attempts),
        "terms": len(tables.enrollments),
        "known_probabilities": truth.p_complete.size,
        "seconds": round(seconds, 2),
        "goal_seconds": GOAL_SECONDS * learners / FULL,
        "limit_seconds": LIMIT_SECONDS * learners / FULL,
        "peak_gigabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 2),
        "goal_gigabytes": GOAL_GIGABYTES,
    }


def main() -> int:
    """Print the figures beside the goal; exit code 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} learners instead of {FULL:,}")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    arguments = parser.parse_args()
    figures = measure(QUICK if arguments.quick else FULL)
    print(f"{figures['learners']:,} learners, {figures['attempts']:,} attempts, {figures['terms']:,} terms")
    print(f"seconds         {figures['seconds']:6.2f}   goal about {figures['goal_seconds']:g}")
    print(f"peak gigabytes  {figures['peak_gigabytes']:6.2f}   goal below {figures['goal_gigabytes']:g}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    met = figures["seconds"] <= figures["limit_seconds"] and figures["peak_gigabytes"] <= GOAL_GIGABYTES
    print("met" if met else "missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
