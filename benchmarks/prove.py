"""Run every program that proves a claim and keep what each printed in RESULTS.md; exit 1 where a goal is missed."""

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
PROGRAMS = (
    "simulated_speed.py",
    "ingest.py",
    "round_trip.py",
    "fuzz_files.py",
    "value_check.py",
    "audit_coverage.py",
    "audit_speed.py",
    "audit_privacy.py",
    "advice.py",
    "uci697.py",
    "off_policy.py",
    "parity_speed.py",
    "tracking_lab.py",
)
"""The last takes about an hour on two cores, fuzz_files.py half of one, the others together about a quarter."""


def run(program: str, *, quick: bool) -> tuple[int, str, float]:
    """Run one program; return its exit code, what it printed, and its seconds."""
    command = [sys.executable, str(HERE / program), *(["--quick"] if quick else [])]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(
        f"$ {program}{' --quick' if quick else ''}\n{done.stdout}{done.stderr if done.returncode else ''}", flush=True
    )
    return done.returncode, done.stdout, time.perf_counter() - began


def section(program: str, code: int, printed: str, seconds: float) -> str:
    """The figures of one program as a part of the page."""
    word = "every goal met" if code == 0 else "A GOAL WAS MISSED"
    return f"## {program}: {word}\n\n```\n{printed.rstrip()}\n```\n\n{seconds:.0f} seconds.\n"


def report(sections: dict[str, str]) -> str:
    """The page, programs in their order."""
    made = f"Written by `make prove` on Python {platform.python_version()} with {os.cpu_count()} cores."
    head = f"# Results\n\n{made}\nEvery program prints its figures beside its goal; seeds are in the programs.\n"
    return "\n".join([head, *(sections[program] for program in PROGRAMS if program in sections)])


def kept(page: str) -> dict[str, str]:
    """The sections of a page by program."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part[3:].partition(":")[0]: part.rstrip() + "\n" for part in parts}


def main() -> int:
    """Prove every claim, or some; only the full size is written to RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, a minute each at most, nothing written")
    parser.add_argument(
        "--only", nargs="+", choices=PROGRAMS, help="these programs; the page keeps the others' figures"
    )
    arguments = parser.parse_args()
    found = {program: run(program, quick=arguments.quick) for program in arguments.only or PROGRAMS}
    if not arguments.quick:
        before = kept(RESULTS.read_text(encoding="utf-8")) if arguments.only and RESULTS.is_file() else {}
        RESULTS.write_text(
            report(before | {name: section(name, *seen) for name, seen in found.items()}), encoding="utf-8"
        )
    missed = [program for program, (code, _, _) in found.items() if code]
    print(
        f"{len(found) - len(missed)} of {len(found)} programs met every goal"
        + (f"; missed: {', '.join(missed)}" if missed else "")
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
