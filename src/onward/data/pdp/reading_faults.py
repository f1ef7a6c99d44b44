"""What is wrong in the rows of a PDP file: cells, and what must hold between rows or columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.cells import Fault
from onward.data.pdp.columns import FileKind, PdpColumn
from onward.data.pdp.reading_csv import Coded
from onward.data.pdp.reading_many import MOST, counted, told
from onward.data.problems import NOT_SHOWN, Problem, described

Mask = npt.NDArray[np.bool_]
CREDITS = {
    "course": (("number_of_credits_attempted", "number_of_credits_earned"),),
    "cohort": tuple(
        (f"number_of_credits_attempted_year_{year}", f"number_of_credits_earned_year_{year}") for year in range(1, 5)
    ),
}


@dataclass(frozen=True)
class Sheet:
    """Rows of one file as far as they are read: the values, the row of each, and each column's name in the file."""

    file: str
    kind: FileKind
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    headings: dict[str, str]

    def told(self, name: str, wrong: Mask, expected: str, came: str, remedy: str) -> Iterator[Problem]:
        """Yield the problem of each row that is wrong."""
        heading = self.headings.get(name, name)
        yield from told(self.file, heading, self.rows[wrong], expected, remedy, came=lambda _: came)


def cell_problems(
    file: str, heading: str, column: PdpColumn, coded: Coded, faults: list[Fault], *, rows: npt.NDArray[np.int64]
) -> Iterator[Problem]:
    """Yield what is wrong with the cells of one column, whose distinct texts have ``faults``."""
    for fault in faults:
        places = np.flatnonzero(coded.rows_of(fault.wrong))
        texts = coded.texts.iloc[coded.codes[places[:MOST]]].tolist()
        yield from told(
            file, heading, rows[places], fault.expected, fault.remedy, came=partial(_came_at, texts, column)
        )


def row_problems(sheet: Sheet) -> Iterator[Problem]:
    """Yield what does not hold between the rows of a file, or between two columns of a row."""
    yield from _institutions(sheet)
    if sheet.kind == "cohort":
        yield from _learners(sheet)
    else:
        yield from _credits(sheet)


def row_notes(sheet: Sheet) -> Iterator[str]:
    """Yield what a reader must know of rows that can stand, but may not mean what they say."""
    frame, file = sheet.frame, sheet.file
    if sheet.kind == "course":
        if count := int((frame["course_end_date"] < frame["course_begin_date"]).sum()):
            yield f"{file}: in {counted(count)} the course ends before it begins."
        return
    for attempted, earned in CREDITS["cohort"]:
        if count := int((frame[earned] > frame[attempted]).sum()):
            year = attempted[-1]
            yield f"{file}: in {counted(count)} more credits were earned in year {year} than attempted."
    if count := int((frame["number_of_credits_attempted_year_1"] < 1).sum()):
        yield f"{file}: in {counted(count)} less than one credit was attempted in year 1."


def _institutions(sheet: Sheet) -> Iterator[Problem]:
    came = sheet.frame["institution_id"]
    first = came.dropna().head(1)
    if len(first):
        remedy = "give each institution a file of its own"
        wrong = (came.notna() & (came != first.iloc[0])).to_numpy(bool)
        expected = "one institution in a file"
        yield from sheet.told("institution_id", wrong, expected, "another than in the first row", remedy)


def _learners(sheet: Sheet) -> Iterator[Problem]:
    ids = sheet.frame["student_id"]
    wrong = (ids.duplicated() & ids.notna()).to_numpy(bool)
    remedy = "keep one of the rows"
    yield from sheet.told("student_id", wrong, "each learner once", "an id that stands in a row above", remedy)


def _credits(sheet: Sheet) -> Iterator[Problem]:
    for attempted, earned in CREDITS["course"]:
        wrong = (sheet.frame[earned] > sheet.frame[attempted]).to_numpy(bool)
        expected = f"no more than {sheet.headings.get(attempted, attempted)}"
        yield from sheet.told(earned, wrong, expected, "more", "correct whichever of the two is wrong")


def _came_at(texts: list[str], column: PdpColumn, place: int) -> str:
    text = texts[place]
    if not text:
        return "an empty cell"
    return NOT_SHOWN if column.private else described(text, days=column.kind == "date")
