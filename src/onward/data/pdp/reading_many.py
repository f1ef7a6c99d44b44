"""A fault that many rows of a file share: the first are told one by one, of the others their number."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from onward.data.problems import Problem

MOST = 1_000
"""Rows of one fault in a column that are told one by one, so that a broken file fills no memory."""


def told(
    file: str, heading: str, rows: npt.NDArray[np.int64], expected: str, remedy: str, *, came: Callable[[int], str]
) -> Iterator[Problem]:
    """Yield the problem of each of ``rows``, of which ``came`` says what stands in the nth, as long as they are few.

    >>> [last.came for last in told("a.csv", "day", np.arange(1_500), "a day", "mend it", came=lambda _: "none")][-1]
    'the same in 500 more, 1,500 rows in all'
    """
    for place, row in enumerate(rows[:MOST].tolist()):
        yield Problem(file, heading, row, expected, came(place), remedy)
    if len(rows) > MOST:
        rest = f"the same in {len(rows) - MOST:,} more, {counted(len(rows))} in all"
        yield Problem(file, heading, None, expected, rest, remedy)


def counted(rows: int) -> str:
    """Say how many rows.

    >>> counted(1), counted(1_200)
    ('1 row', '1,200 rows')
    """
    return f"{rows:,} row{'' if rows == 1 else 's'}"
