"""Direct identifiers of people in a PDP file, by the names of its own columns and by what stands in any text of it."""

from collections.abc import Iterator

import pandas as pd

from onward.data.pdp.columns import LEARNER, PdpColumn
from onward.data.pdp.reading_csv import Coded, CodedFile
from onward.data.pdp.reading_header import Matched
from onward.data.privacy import private_kinds, private_problems
from onward.data.problems import Problem

FREE = {"id", "text", "upper", "age"}
"""The kinds of columns in which any text, or nearly any, may stand."""
_BARE = "[0-9]{9,10}"
"""A social security or phone number without signs, or some other number, which the column as a whole decides."""


def private(
    coded: CodedFile, where: Matched, declared: tuple[PdpColumn, ...], *, ids_replaced: bool
) -> Iterator[Problem]:
    """Yield what identifies people; ids of which pseudonyms are made later may be anything.

    Distinct texts are looked at first; only where one of them looks like an identifier are the cells counted.
    """
    free = [
        where.places[one.name]
        for one in declared
        if one.kind in FREE and one.name in where.places and not (ids_replaced and one == LEARNER)
    ]
    texts = [coded.columns[place].texts for place in free]
    if texts and _suspicious(pd.concat(texts, ignore_index=True)):
        for place in free:
            if _suspicious(coded.columns[place].texts):
                yield from private_problems(coded.file, _frame(coded, [place]), coded.rows)
    if where.extras:
        # The column of ids says that the rows are about people; in it nothing is looked for again.
        beside = _frame(coded, list(where.extras.values())).assign(student_id="")
        yield from private_problems(coded.file, beside, coded.rows, skip=["student_id"])


def _suspicious(texts: pd.Series) -> bool:
    return bool(private_kinds(texts, bare_numbers=False)) or bool(texts.str.fullmatch(_BARE).any())


def _frame(coded: CodedFile, places: list[int]) -> pd.DataFrame:
    return pd.DataFrame({coded.header[place]: _cells(coded.columns[place]) for place in places})


def _cells(coded: Coded) -> pd.Series:
    return coded.texts.take(coded.codes).reset_index(drop=True)
