"""What is wrong in a folder of files, one fault at a time, so that whoever sent the files can mend them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from onward.errors import DataError

NOT_SHOWN = "a value that is not shown, because it may be about a person"
LISTED = 50
SHOWN_CHARACTERS = 40
_SHOWN_ROWS = 5
# An address or nine digits in a column of numbers or dates is somebody's, put into the wrong column; so is what is left
# of a telephone number.
_PERSONAL = re.compile(r"^(?!\d{4}-\d\d-\d\d).*(?:@|(?:\d[ .()-]*){9}|\d{3}[-. ]\d{4}(?!\d))")
# Longer numbers may be telephone numbers or the numbers of students.
_SHORT_NUMBER = re.compile(r"[+-]?[$€£]?\d{1,6}(?:[.,]\d{1,6})?%?")
_DIGITS_AND_SIGNS = re.compile(r"[\d.,:/()+ -]*\d[\d.,:/()+ -]*")
_DAY = re.compile(
    r"(?:(?:19|20)\d{6}|\d{4}([-/.])\d\d?\1\d\d?|\d\d?([-/.])\d\d?\2(?:\d{4}|\d\d)"
    r"|\d\d?[- ](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[- ](?:\d{4}|\d\d))"
    r"(?:[T ]\d\d?:\d\d(?::\d\d(?:\.\d{1,6})?)?Z?)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Problem:
    """One fault: where it stands, what was expected, what came and what to do.

    ``row`` is the row a person sees in the file, the header being row 1; of a file without rows, ``unit`` says what is
    counted.

    >>> print(Problem("awards.csv", "awarded_on", 7, "a date as YYYY-MM-DD", "'May'", "write the day in full"))
    awards.csv, column awarded_on, row 7: expected a date as YYYY-MM-DD; came 'May'; write the day in full
    """

    file: str
    column: str
    row: int | None
    expected: str
    came: str
    remedy: str
    unit: str = "row"

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        row = f", {self.unit} {self.row}" if self.row is not None else ""
        return f"{self.file}{column}{row}: expected {self.expected}; came {self.came}; {self.remedy}"


class ProblemsFound(DataError):  # noqa: N818 - what it holds says more than Error would
    """Files cannot be read as they are; ``problems`` holds every fault found in all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(listing(self.problems))


def listing(problems: Sequence[Problem]) -> str:
    """List ``problems``, one line for each kind of fault in a column, with the rows of the others like it.

    >>> days = [Problem("a.csv", "day", row, "a date", "'x'", "mend it") for row in (2, 5)]
    >>> print(listing(days))
    2 problems in 1 file; nothing was read.
    a.csv, column day, row 2: expected a date; came 'x'; mend it (and 1 more like it: row 5)
    """
    groups: dict[tuple[str, str, str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.file, problem.column, problem.expected, problem.remedy), []).append(problem)
    files = len({problem.file for problem in problems})
    head = f"{_count(len(problems), 'problem')} in {_count(files, 'file')}; nothing was read."
    lines = [_line(group) for group in groups.values()]
    more = [f"and {_count(len(lines) - LISTED, 'more kind')} of problem"] if len(lines) > LISTED else []
    return "\n".join([head, *lines[:LISTED], *more])


def shown(text: str) -> str:
    """Quote ``text``, cut to 40 characters; one that looks like a person's address or number is not shown.

    >>> shown("thirty"), shown("123-45-6789") == NOT_SHOWN
    ("'thirty'", True)
    """
    if _PERSONAL.search(text):
        return NOT_SHOWN
    return repr(text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…")


def described(text: str, *, days: bool) -> str:
    """Quote ``text`` only where it cannot be a person's: a short number, or a day where ``days`` belong.

    >>> described("2023-02-30", days=True), described("7.5", days=False), described("John Smith", days=False)
    ("'2023-02-30'", "'7.5'", 'a text of 10 characters, not shown')
    """
    if _DAY.fullmatch(text):
        return shown(text) if days else "a date, not shown"
    if _SHORT_NUMBER.fullmatch(text):
        return shown(text)
    what = "number" if _DIGITS_AND_SIGNS.fullmatch(text) else "text"
    return f"a {what} of {_count(len(text), 'character')}, not shown"


def some(ids: Iterable[object]) -> str:
    """Name a few of many ids, each once.

    >>> some(["c2", "c1", "c2"]), some(range(7))
    ('c1, c2', '0, 1, 2, 3, 4 and 2 more')
    """
    names = sorted({str(one) for one in ids})
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def nearest(name: str, names: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the one of ``names`` that is spelt most like ``name``, whatever its case, or none.

    >>> nearest("learner id", ["learner_id", "cip"])
    'learner_id'
    """
    by_key = {key.casefold(): key for key in names}
    found = get_close_matches(name.casefold(), by_key, n=1, cutoff=cutoff)
    return by_key[found[0]] if found else None


def _line(group: list[Problem]) -> str:
    others = [str(problem.row) for problem in group[1:] if problem.row is not None]
    if len(group) == 1:
        return str(group[0])
    rows = ", ".join(others[:_SHOWN_ROWS]) + (", …" if len(others) > _SHOWN_ROWS else "")
    unit = group[0].unit
    where = f": {unit if len(others) == 1 else unit + 's'} {rows}" if others else ""
    return f"{group[0]} (and {len(group) - 1:,} more like it{where})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
