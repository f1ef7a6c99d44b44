"""Run every program that proves a claim and keep what each printed in RESULTS.md; exit 1 where a goal is missed."""

import argparse
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = ("simulated_speed.py", "audit_coverage.py", "advice.py", "uci697.py")


def run(program: str, *, quick: bool) -> tuple[int, str, float]:
    """Run one program; return its exit code, what it printed, and its seconds."""
    command = [sys.executable, str(HERE / program), *(["--quick"] if quick else [])]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(
        f"$ {program}{' --quick' if quick else ''}\n{done.stdout}{done.stderr if done.returncode else ''}", flush=True
    )
    return done.returncode, done.stdout, time.perf_counter() - began


def report(found: dict[str, tuple[int, str, float]]) -> str:
    """Return the figures as a page."""
    made = f"Written by `make prove` on Python {platform.python_version()} with {os.cpu_count()} cores."
    parts = ["# Results", "", made, "Every program prints its figures beside its goal; seeds are in the programs."]
    for program, (code, printed, seconds) in found.items():
        word = "every goal met" if code == 0 else "A GOAL WAS MISSED"
        parts += ["", f"## {program}: {word}", "", "```", printed.rstrip(), "```", "", f"{seconds:.0f} seconds."]
    return "\n".join(parts) + "\n"


def main() -> int:
    """Prove every claim; only the full size is written to RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, a minute each at most, nothing written")
    arguments = parser.parse_args()
    found = {program: run(program, quick=arguments.quick) for program in PROGRAMS}
    if not arguments.quick:
        (HERE / "RESULTS.md").write_text(report(found), encoding="utf-8")
    missed = [program for program, (code, _, _) in found.items() if code]
    print(
        f"{len(found) - len(missed)} of {len(found)} programs met every goal"
        + (f"; missed: {', '.join(missed)}" if missed else "")
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
