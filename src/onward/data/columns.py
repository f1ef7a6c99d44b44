"""What a column and a table are: the vocabulary in which ``tables`` declares them."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "category", "date", "number", "integer", "flag"]
DTYPES: dict[Kind, str] = {
    "id": "str",
    "text": "str",
    "category": "str",
    "date": "datetime64[us]",
    "number": "float64",
    "integer": "Int64",
    "flag": "boolean",
}
EXTRA_PREFIX = "x_"
DIGITS = "[0-9]+"
_PATTERNS = {DIGITS: "a code of digits alone, such as 513801"}


@dataclass(frozen=True)
class Column:
    """One column: its kind, what it means, and which values it may hold.

    The whole of a text fits ``pattern``, or is one or more of ``joined`` with a bar between them.

    >>> Column("cip", "category", "field", pattern=DIGITS).expected
    'a code of digits alone, such as 513801'
    >>> Column("tags", "text", "tags", joined=("a", "b")).form
    '(?:a|b)(?:[|](?:a|b))*'
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    references: str = ""
    pattern: str = ""
    joined: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.pattern and self.pattern not in _PATTERNS:
            raise ValueError(f"the pattern {self.pattern} of column {self.name} has no words; give it some")

    @property
    def form(self) -> str:
        """The regular expression that the whole of every text fits; empty where any text may stand."""
        if not self.joined:
            return self.pattern
        one = "(?:" + "|".join(map(re.escape, self.joined)) + ")"
        return f"{one}(?:[|]{one})*"

    @property
    def dtype(self) -> str:
        """The pandas dtype of the column."""
        return DTYPES[self.kind]

    @property
    def expected(self) -> str:
        """What a value must be, in words, for messages and for the data dictionary."""
        if self.values:
            return "one of " + ", ".join(self.values)
        if self.joined:
            return f"one or more of {', '.join(self.joined)}, joined by |"
        if self.pattern:
            return _PATTERNS[self.pattern]
        words = {"date": "a date as YYYY-MM-DD", "flag": "true or false", "integer": "a whole number"}
        text = words.get(self.kind, "a number" if self.kind == "number" else "a text")
        if self.low is not None and self.high is not None:
            return f"{text} from {self.low:g} to {self.high:g}"
        return f"{text} of at least {self.low:g}" if self.low is not None else text


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, which of them make a row unique, and which dates must be in order.

    ``ended_unless`` names a column, the value of it that means still open, and the date that must stand otherwise.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False
    in_order: tuple[tuple[str, str], ...] = ()
    ended_unless: tuple[str, str, str] | None = None

    def column(self, name: str) -> Column:
        """Return the column called ``name``."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)
