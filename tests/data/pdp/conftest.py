"""Small PDP files: rows by NSC's headers, cleaned as the reader cleans them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from onward.data.pdp.cleaning_texts import cleaned
from onward.data.pdp.columns import COLUMNS, FileKind
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


@pytest.fixture(scope="session")
def cohort_file(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return a builder of cohort files: the cells of each row that differ from those of a usual student."""
    empty = read_cohort(_header(tmp_path_factory.mktemp("pdp"), "cohort"), file="cohort.csv")
    return lambda *rows, file="cohort.csv": _filled(empty, [STUDENT | row for row in rows], file)


@pytest.fixture(scope="session")
def course_file(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return a builder of course files: the cells of each row that differ from those of a usual course."""
    empty = read_course(_header(tmp_path_factory.mktemp("pdp"), "course"), file="course.csv")
    return lambda *rows, file="course.csv": _filled(empty, [COURSE | row for row in rows], file)


def _header(folder: Path, kind: FileKind) -> Path:
    path = folder / f"{kind}.csv"
    pd.DataFrame(columns=[column.heading for column in COLUMNS[kind]]).to_csv(path, index=False)
    return path


def _filled(empty: PdpFile, rows: list[dict[str, Any]], file: str) -> PdpFile:
    """Give ``empty`` the ``rows``, each cell cleaned as the reader does."""
    cells = pd.DataFrame(rows, dtype="str").fillna("")
    known = [column for column in COLUMNS[empty.kind] if column.heading in cells]
    frame = empty.frame.reindex(range(len(rows)))
    told = {column.name: cleaned(cells[column.heading], column)[0].astype(column.dtype) for column in known}
    rows_seen = np.arange(len(rows)) + 2
    return replace(empty, file=file, frame=frame.assign(**told), rows=rows_seen, problems=(), notes=())
