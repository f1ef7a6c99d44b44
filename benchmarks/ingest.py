"""How long reading and checking a million PDP course rows takes, beside student-success-tool's own reader.

A made-up course file is read by onward and by student-success-tool 0.3.10 in turn, each in a process of its own, the
latter in an environment of its own that this program makes with uv. Seconds are those of reading, without imports;
memory is the most that the process has held. Onward must take at most half the seconds and no more memory, although it
checks more. Both must find the same rows, credits, days and courses, so that neither is quick by leaving something out.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

SEED = 2026
FULL, QUICK = 1_000_000, 100_000
REPEATS = 5
ROWS_A_LEARNER = 10
MOST_OF_THEIRS = 0.5
QUICK_FAILS_ABOVE = 0.75
"""A tenth of the rows takes so few tenths of a second that busy cores move the ratio; the full size judges it."""
THEIR_PACKAGE = "student-success-tool==0.3.10"
TERMS = np.array(["FALL", "WINTER", "SPRING", "SUMMER"])
COMMON = """
import json, resource, sys, time
from pathlib import Path
def peak():
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**30
def tell(began, frame):
    seconds, most = time.perf_counter() - began, peak()
    print(json.dumps({
        "seconds": seconds, "peak": most, "before": before, "rows": len(frame),
        "credits": round(float(frame["number_of_credits_attempted"].sum()), 1),
        "days": int(frame["course_begin_date"].notna().sum()),
        "courses": int(frame["course_name"].nunique()),
    }))
"""
OURS = (
    COMMON
    + """
from onward.data.pdp.reading import read_course
before, began = peak(), time.perf_counter()
read = read_course(Path(sys.argv[1]), file="courses.csv")
if read.problems:
    raise SystemExit(str(read.problems[0]))
tell(began, read.frame)
"""
)
THEIRS = (
    COMMON
    + """
from student_success_tool.dataio.pdp import read_raw_course_data
from student_success_tool.dataio.schemas.pdp import RawPDPCourseDataSchema
before, began = peak(), time.perf_counter()
frame = read_raw_course_data(file_path=sys.argv[1], schema=RawPDPCourseDataSchema, dttm_format="%Y%m%d")
tell(began, frame)
"""
)


def courses(rows: int) -> pd.DataFrame:
    """Make up the course rows of learners, ten of each, in the columns and codes of the PDP."""
    random = np.random.default_rng(SEED)
    learner = np.arange(rows) // ROWS_A_LEARNER
    entered = (2010 + random.integers(0, 10, learner[-1] + 1))[learner]
    year, term = entered + random.integers(0, 4, rows), random.integers(0, 4, rows)
    course, attempted = random.integers(0, 3_000, rows), random.integers(1, 10, rows) / 2
    begins = np.array(["0823", "0104", "0115", "0601"])[term]
    ends = np.array(["1214", "0114", "0510", "0731"])[term]
    day = (year + (term > 0)).astype(str)
    passed, elsewhere = random.random(rows) < 0.75, random.random(rows) < 0.1
    return pd.DataFrame(
        {
            "Student GUID": pd.Series(learner + 10_000_000).astype("str"),
            "Student Age": of_learner(random, learner, ["20 and younger", ">20 - 24", "Older than 24"]),
            "Race": of_learner(random, learner, ["White", "Hispanic", "Black or African American", "Asian"]),
            "Ethnicity": of_learner(random, learner, ["N", "H", "UK"]),
            "Gender": of_learner(random, learner, ["F", "M", "X", "UK"]),
            "Institution ID": "00999900",
            "Cohort": school_year(entered),
            "Cohort Term": of_learner(random, learner, list(TERMS)),
            "Academic Year": school_year(year),
            "Academic Term": TERMS[term],
            "Course Prefix": np.array([f"{chr(65 + at % 26)}{chr(65 + at // 26)}TH" for at in range(60)])[course % 60],
            "Course Number": (100 + course // 10).astype(str),
            "Section ID": (10_000 + np.arange(rows) * 7 % 9_973).astype(str),
            "Course Name": np.array([f"MADE-UP SUBJECT NUMBER {at}" for at in range(3_000)])[course],
            "Course CIP": np.array([f"{1 + at % 54:02d}.{at % 97:02d}01" for at in range(3_000)])[course],
            "Course Type": np.array(["CU", "CG", "CC", "CD", "EL"])[course % 5],
            "Math or English Gateway": np.array(["NA", "M", "E"])[course % 3],
            "Co-requisite Course": np.array(["Y", "N"])[course % 2],
            "Course Begin Date": np.char.add(day, begins),
            "Course End Date": np.char.add(np.where(term == 0, year, year + 1).astype(str), ends),
            "Grade": np.where(passed, random.choice(["1", "2", "3", "4", "P"], rows), "F"),
            "Number of Credits Attempted": attempted,
            "Number of Credits Earned": np.where(passed, attempted, 0.0),
            "Delivery Method": random.choice(["F", "O", "H"], rows),
            "Core Course": np.array(["Y", "N", "N"])[course % 3],
            "Core Course Type": np.array(["", "GENERAL EDUCATION"])[course % 2],
            "Core Competency Completed": np.where(passed, "Y", "N"),
            "Enrolled at Other Institution(s)": np.where(elsewhere, "Y", "N"),
            "Credential Engine Identifier": "",
            "Course Instructor Employment Status": random.choice(["PT", "FT"], rows),
            "Course Instructor Rank": random.integers(1, 8, rows).astype(str),
            "Enrollment Record at Other Institution(s) STATE(s)": np.where(elsewhere, "FL|AL", ""),
            "Enrollment Record at Other Institution(s) CARNEGIE(s)": np.where(elsewhere, "Diverse fields", ""),
            "Enrollment Record at Other Institution(s) LOCALE(s)": np.where(elsewhere, "Urban", ""),
        }
    )


def of_learner(random: np.random.Generator, learner: npt.NDArray[np.int64], among: list[str]) -> npt.NDArray[np.str_]:
    """Draw one of the values for each learner and give it to each of the learner's rows."""
    return np.array(among)[random.integers(0, len(among), learner[-1] + 1)][learner]


def school_year(first: npt.NDArray[np.int64]) -> npt.NDArray[np.str_]:
    """Write years as 2016-17."""
    return np.array([f"{year}-{(year + 1) % 100:02d}" for year in range(2000, 2040)])[first - 2000]


def environment(folder: Path) -> Path | None:
    """Make an environment with student-success-tool, or find it made; None where that cannot be."""
    python = folder / "bin" / "python"
    wanted = ["-c", "import student_success_tool.dataio"]
    if python.is_file() and subprocess.run([python, *wanted], capture_output=True, check=False).returncode == 0:
        return python
    uv = shutil.which("uv") or Path(sys.executable).with_name("uv")
    version = f"{sys.version_info.major}.{min(sys.version_info.minor, 12)}"
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", version, folder],
        [uv, "pip", "install", "--quiet", "--python", python, THEIR_PACKAGE],
        [python, *wanted],
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError:
            return None
        if done.returncode:
            return None
    return python


def run(python: Path | str, program: str, file: Path) -> dict[str, Any]:
    """Run one reading in a process of its own and return what it tells."""
    done = subprocess.run([python, "-W", "ignore", "-c", program, file], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2_000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(rows: int, repeats: int, folder: Path) -> dict[str, Any]:
    """Read the same file in turn by both; each figure is a median of the repeats."""
    theirs = environment(folder)
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "courses.csv"
        courses(rows).to_csv(file, index=False)
        readers = {"ours": (sys.executable, OURS)} | ({"theirs": (theirs, THEIRS)} if theirs else {})
        for python, program in readers.values():
            run(python, program, file)
        found = [{name: run(*reader, file) for name, reader in readers.items()} for _ in range(repeats)]
        size = file.stat().st_size / 1e6
    middle = {name: {what: median(one[name][what] for one in found) for what in found[0][name]} for name in readers}
    return {
        "seed": SEED,
        "rows": rows,
        "megabytes": round(size, 1),
        "repeats": repeats,
        "cores": os.cpu_count(),
        **middle,
    }


def goals(found: dict[str, Any], *, quick: bool) -> Iterator[tuple[str, bool]]:
    """Return every goal in words, and whether it is met; where theirs could not be run, quick has none."""
    if "theirs" not in found:
        if not quick:
            yield f"{THEIR_PACKAGE} measured in the same run", False
        return
    ours, theirs = found["ours"], found["theirs"]
    most = QUICK_FAILS_ABOVE if quick else MOST_OF_THEIRS
    seconds, peak = (ours[what] / theirs[what] for what in ("seconds", "peak"))
    same = all(ours[what] == theirs[what] for what in ("rows", "credits", "days", "courses"))
    yield f"seconds, ours to theirs: {seconds:.2f}, goal at most {MOST_OF_THEIRS:g}", seconds <= most
    yield f"peak memory, ours to theirs: {peak:.2f}, goal at most 1", peak <= 1
    yield f"the same rows, credits, days and courses found: {'yes' if same else 'no'}", same


def lines(found: dict[str, Any]) -> Iterator[str]:
    """Return the figures in words."""
    yield (
        f"{found['rows']:,} course rows of 34 columns, {found['megabytes']:g} MB, seed {SEED}, "
        f"medians of {found['repeats']} runs in turn, {found['cores']} cores"
    )
    for name, words in (("ours", "onward"), ("theirs", THEIR_PACKAGE)):
        if name in found:
            one = found[name]
            yield (
                f"  {words}: {one['seconds']:.2f} s, peak memory {one['peak']:.2f} GB, of which "
                f"{one['before']:.2f} GB before reading"
            )
    if "theirs" not in found:
        yield f"  {THEIR_PACKAGE} could not be installed here, so only onward was measured"


def main() -> int:
    """Measure, print, keep, and say by the exit code whether every goal was met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} rows instead of {FULL:,}")
    parser.add_argument("--json", type=Path, help="where to keep the figures")
    default = Path(__file__).parents[1] / ".venv" / "student-success-tool-0.3.10"
    parser.add_argument("--environment", type=Path, default=default, help=f"folder of {THEIR_PACKAGE}, made if absent")
    chosen = parser.parse_args()
    found = measured(QUICK if chosen.quick else FULL, REPEATS, chosen.environment)
    print("\n".join(lines(found)))
    results = list(goals(found, quick=chosen.quick))
    for words, met in results:
        print(f"{'met   ' if met else 'MISSED'} {words}")
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0 if all(met for _, met in results) else 1


if __name__ == "__main__":
    sys.exit(main())
