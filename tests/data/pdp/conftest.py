"""Small PDP files: rows by NSC's headers, written as CSV and read by the reader."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from onward.data.pdp.columns import COLUMNS
from onward.data.pdp.reading import PdpFile, read_cohort, read_course

Build = Callable[..., PdpFile]
STUDENT = {
    "Student GUID": "a",
    "Institution ID": "00123400",
    "Cohort": "2020-21",
    "Cohort Term": "FALL",
    "Enrollment Type": "FIRST-TIME",
    "Retention": "1",
    "Persistence": "1",
    "Years of Last Enrollment at cohort institution": "1",
    "Years of Last Enrollment at other institution": "0",
}
COURSE = {
    "Student GUID": "a",
    "Institution ID": "00123400",
    "Cohort": "2020-21",
    "Cohort Term": "FALL",
    "Academic Year": "2020-21",
    "Academic Term": "FALL",
    "Course Prefix": "ENG",
    "Course Number": "101",
    "Section ID": "1",
    "Course Begin Date": "20200831",
    "Course End Date": "20201218",
    "Grade": "3",
    "Number of Credits Attempted": "3",
    "Number of Credits Earned": "3",
    "Delivery Method": "F",
}


@pytest.fixture
def cohort_file(tmp_path: Path) -> Build:
    """Return a builder of cohort files: the cells of each row that differ from those of a usual student."""

    def build(*rows: dict[str, Any], file: str = "cohort.csv") -> PdpFile:
        return read_cohort(_written(tmp_path / file, "cohort", [STUDENT | row for row in rows]), file=file)

    return build


@pytest.fixture
def course_file(tmp_path: Path) -> Build:
    """Return a builder of course files: the cells of each row that differ from those of a usual course."""

    def build(*rows: dict[str, Any], file: str = "course.csv") -> PdpFile:
        return read_course(_written(tmp_path / file, "course", [COURSE | row for row in rows]), file=file)

    return build


def _written(path: Path, kind: str, rows: list[dict[str, Any]]) -> Path:
    columns = [column.heading for column in COLUMNS[kind]]
    pd.DataFrame(rows, columns=columns, dtype="str").to_csv(path, index=False)
    return path
