"""What a mapping file may say: which file and column each canonical column comes from, and how codes are rewritten."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from onward.data.cells import convert
from onward.data.checks import SENSITIVE, is_sensitive, of_learners
from onward.data.columns import EXTRA_PREFIX, Column, Table
from onward.data.combining import How, combinable
from onward.data.completing import COMPLETES
from onward.data.pdp.rules import PdpRules
from onward.data.problems import nearest
from onward.data.pseudonyms import PseudonymRules
from onward.data.standards import GIVES, BadgeRules, CtdlRules, StateListRules
from onward.data.strict import Strict
from onward.data.tables import BY_NAME, INPUTS
from onward.errors import SettingsError

_DAY = date(2019, 11, 23)
"""A day on which a way of writing days is tried."""


def _as_text(value: object) -> object:
    """Write a TOML number, flag or date the way it stands in a CSV file."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | date) else value


def _date_format(value: str) -> str:
    """Refuse a form in which no day can be read."""
    try:
        day = pd.to_datetime(_DAY.strftime(value), format=value)
    except (ValueError, re.error):
        day = None
    if day is None or day.tzinfo is not None or day.year != _DAY.year:
        raise ValueError("write the year as %Y or %y, the month as %m, %b or %B and the day as %d, such as %m/%d/%Y")
    return value


Cell = Annotated[str, BeforeValidator(_as_text)]
DateFormat = Annotated[str, AfterValidator(_date_format)]


class Condition(Strict):
    """A test of each row of the file: one of its columns holds, or does not hold, certain texts."""

    column: str = Field(description="the column of the file")
    equals: tuple[Cell, ...] = Field(default=(), description="true where the cell is one of these")
    not_equals: tuple[Cell, ...] = Field(default=(), description="true where the cell is none of these")

    @model_validator(mode="after")
    def _one_test(self) -> "Condition":
        if bool(self.equals) == bool(self.not_equals):
            raise ValueError("state either equals or not_equals")
        return self

    def holds(self, sheet: pd.DataFrame) -> pd.Series:
        """Say for each row whether the condition holds."""
        cells = sheet[self.column]
        return cells.isin(self.equals) if self.equals else ~cells.isin(self.not_equals)


class Rule(Strict):
    """Where one canonical column comes from; a text alone is the name of a column of the file."""

    column: str | None = Field(default=None, description="a column of the file")
    join: tuple[str, ...] = Field(
        default=(), description="several columns of the file, whose values are joined by |, each once"
    )
    constant: Cell | None = Field(default=None, description="the same value in every row")
    number_rows: str | None = Field(
        default=None, description="make an id: this text and the number of the row, the same in every table of the file"
    )
    recode: dict[str, Cell] = Field(default={}, description='what each text becomes; "" is missing')
    otherwise: Literal["refuse", "keep", "missing"] = Field(
        default="refuse", description="what becomes of a text that recode does not name"
    )
    prefix: str = Field(default="", description="a text put before every value that is not missing")
    date_format: DateFormat | None = Field(default=None, description="how dates are written, such as %m/%d/%Y")
    missing_when: Condition | None = Field(default=None, description="the value is missing where this holds")
    type: Literal["category", "text", "number", "integer", "flag"] | None = Field(
        default=None, description="the kind of an extra (x_) column; other columns have theirs"
    )

    @model_validator(mode="before")
    @classmethod
    def _text_is_a_column(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
        return {"column": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> "Rule":
        made = (self.constant, self.number_rows)
        if bool(self.column) + bool(self.join) + sum(source is not None for source in made) != 1:
            raise ValueError("state exactly one of column, join, constant and number_rows")
        return self

    @property
    def of_file(self) -> tuple[str, ...]:
        """The columns of the file that the value itself comes from."""
        return self.join if self.column is None else (self.column,)

    def sources(self) -> Iterator[str]:
        """Yield the columns of the file that the rule reads."""
        yield from self.of_file
        if self.missing_when is not None:
            yield self.missing_when.column


class Group(Strict):
    """Columns that stand side by side in a wide file and become rows of their own."""

    columns: dict[str, Rule] = Field(description="what these rows have besides the table's own columns")
    only: Condition | None = Field(default=None, description="only the rows for which this holds")
    missing_when: Condition | None = Field(
        default=None, description="what the group takes from the file is missing where this holds"
    )


class FileRules(Strict):
    """One file that gives rows to a table; without columns or unpivot it must have the canonical columns."""

    file: str = Field(description="the name of the file in the data folder")
    drop: tuple[str, ...] = Field(
        default=(), description="columns that are dropped before anything is looked at, such as names of people"
    )
    beside_mapping: bool = Field(default=False, description="the file lies beside the mapping, not in the data folder")
    separator: str = Field(default=",", min_length=1, max_length=1, description="what stands between two cells")
    encoding: Literal["utf-8", "cp1252", "latin-1"] = Field(default="utf-8", description="how the text is encoded")
    decimal: Literal[".", ","] = Field(default=".", description="the decimal sign of its numbers")
    only: Condition | None = Field(default=None, description="only the rows for which this holds")
    columns: dict[str, Rule] = Field(default={}, description="where each canonical column comes from")
    combine: dict[str, How] | None = Field(
        default=None,
        description="rows of the same key become one: for a column sum, mean, least, most or first; others take the "
        "first value that there is",
    )
    unpivot: tuple[Group, ...] = Field(default=(), description="groups of columns, each of which gives rows of its own")

    @property
    def canonical(self) -> bool:
        """The file has the canonical columns as it is."""
        return not self.columns and not self.unpivot

    def groups(self) -> tuple[Group, ...]:
        """Return what each group of rows is made of; a file that is not unpivoted is one group."""
        parts = self.unpivot or (Group(columns={}),)
        return tuple(part.model_copy(update={"columns": {**self.columns, **part.columns}}) for part in parts)


def _listed(value: object) -> object:
    return [value] if isinstance(value, dict) else value


class Mapping(Strict):
    """A mapping file: the standard files of a folder, and for each canonical table the college's own files."""

    nominal_dates: bool = Field(
        default=False, description="dates are stand-ins for an order of events, so a hold-out by time means nothing"
    )
    notes: tuple[str, ...] = Field(default=(), description="what a reader of any result must know of these data")
    pdp: PdpRules | None = Field(default=None, description="cohort and course files of the PDP")
    ctdl: CtdlRules | None = Field(default=None, description="descriptions of credentials in CTDL")
    badges: BadgeRules | None = Field(default=None, description="Open Badges and learner records")
    state_list: StateListRules | None = Field(default=None, description="a state's list of eligible training")
    pseudonyms: PseudonymRules | None = Field(
        default=None, description="ids of learners are replaced by keyed pseudonyms"
    )
    tables: dict[str, Annotated[tuple[FileRules, ...], BeforeValidator(_listed)]] = Field(
        default={}, description="for each table one file, or a list of files whose rows are put together"
    )

    @property
    def standard(self) -> frozenset[str]:
        """The tables to which standard files give rows."""
        return frozenset().union(*(GIVES[name] for name in GIVES if getattr(self, name) is not None))


def load(path: Path) -> Mapping:
    """Read the mapping at ``path``, or refuse it with everything that is wrong in it."""
    try:
        mapping = Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
        faults = list(_faults(mapping))
    except OSError as error:
        raise SettingsError(
            f"expected a mapping file at {path}; it cannot be read ({error.strerror}); correct the path"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{path.name}: expected a TOML file in UTF-8; came: {error}; correct that line") from error
    except ValidationError as error:
        faults = [_validation_fault(detail) for detail in error.errors()]
    if faults:
        raise SettingsError("\n".join(f"{path.name}, {fault}" for fault in faults))
    return mapping


_STANDARDS: tuple[type[Strict], ...] = (PdpRules, CtdlRules, BadgeRules, StateListRules, PseudonymRules)
_MODELS: tuple[type[Strict], ...] = (Mapping, FileRules, Group, Rule, Condition, *_STANDARDS)
_KEYS = tuple(dict.fromkeys(name for model in _MODELS for name in model.model_fields))


def _validation_fault(detail: Any) -> str:  # noqa: ANN401 - pydantic's own record of an error
    place = ".".join(str(part) for part in detail["loc"]) or "the file"
    if detail["type"] == "extra_forbidden":
        key = str(detail["loc"][-1])
        return f"{place}: expected a key that a mapping knows; came {key!r}; {_mean(key, _KEYS)}"
    if detail["type"] == "missing":
        return f"{place}: expected this key; it is absent; add it"
    return f"{place}: {detail['msg'].removeprefix('Value error, ')}; came {str(detail['input'])[:60]!r}; correct it"


def _mean(name: str, names: tuple[str, ...]) -> str:
    near = nearest(name, names)
    return f"did you mean {near}?" if near else f"use one of {', '.join(names)}, or remove it"


def _faults(mapping: Mapping) -> Iterator[str]:
    tables = tuple(table.name for table in INPUTS)
    for name, files in mapping.tables.items():
        if name not in tables:
            yield f"tables.{name}: expected the name of a table; came {name!r}; {_mean(name, tables)}"
            continue
        for file in files:
            completes = name in COMPLETES and name in mapping.standard
            yield from (f"tables.{name}.{fault}" for fault in _file_faults(file, BY_NAME[name], completes=completes))
    for place, name in _named(mapping):
        yield from (f"{place}: {fault}" for fault in _name_faults(name))
    every = [file for files in mapping.tables.values() for file in files]
    places = [{file.file for file in every if file.beside_mapping is beside} for beside in (True, False)]
    for name in sorted(places[0] & places[1]):
        yield f"file {name}: expected it in one place; it is both in the folder and beside the mapping; rename one"
    for table in INPUTS:
        if table.required and not mapping.tables.get(table.name) and table.name not in mapping.standard:
            yield f"tables.{table.name}: expected a file for this table, which every folder must have; add it"


def _named(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Yield every file that the mapping names as a standard file, and where it does."""
    if mapping.pdp is not None:
        yield from (("pdp.cohort", file) for file in mapping.pdp.cohort)
        yield from (("pdp.course", file) for file in mapping.pdp.course)
    for place, rules in (("ctdl.files", mapping.ctdl), ("badges.files", mapping.badges)):
        yield from ((place, file) for file in (rules.files if rules is not None else ()))
    if mapping.state_list is not None:
        yield from ((f"state_list.{what}", file) for what, file in mapping.state_list.files.items())


def _name_faults(file: str) -> Iterator[str]:
    if not file or PurePath(file).name != file or "\\" in file:
        yield f"expected the name of a file; came {file!r}; put the file into the folder and name it alone"


def _file_faults(file: FileRules, table: Table, *, completes: bool) -> Iterator[str]:
    yield from (f"file: {fault}" for fault in _name_faults(file.file))
    for name, how in (file.combine or {}).items():
        yield from (f"combine.{name}: {fault}" for fault in _combine_faults(name, how, table))
    if file.canonical:
        return
    for group in file.groups():
        for name, rule in group.columns.items():
            yield from (f"columns.{name}: {fault}" for fault in _rule_faults(name, rule, table))
        for column in table.columns:
            needed = column.name in table.key if completes else column.required
            if needed and column.name not in group.columns:
                yield f"columns.{column.name}: expected a rule for this column, which {table.name} requires; add one"


def _combine_faults(name: str, how: How, table: Table) -> Iterator[str]:
    if name not in table.names:
        yield f"expected a column of {table.name}; came {name!r}; {_mean(name, table.names)}"
        return
    kind = table.column(name).kind
    if how not in combinable(kind):
        yield f"expected {' or '.join(combinable(kind))}, since the column is a {kind}; came {how!r}; correct it"


def _rule_faults(name: str, rule: Rule, table: Table) -> Iterator[str]:
    known = name in table.names
    if not known and not name.startswith(EXTRA_PREFIX):
        expected = f"a column of {table.name}, or an extra with the prefix {EXTRA_PREFIX}"
        yield f"expected {expected}; came {name!r}; {_mean(name, table.names)}"
    elif not known and of_learners(table) and is_sensitive(table, name):
        yield f"expected an extra that {table.name} may hold; came {name!r}; {SENSITIVE}"
    elif known and rule.type is not None:
        yield f"expected no type, for the column is a {table.column(name).kind}; came {rule.type!r}; remove it"
    elif not known and rule.type is None:
        yield "expected the type of this extra column; it is absent; add type = category, number, integer, flag or text"
    else:
        yield from _value_faults(rule, table.column(name) if known else Column(name, rule.type or "category", ""))


def _value_faults(rule: Rule, column: Column) -> Iterator[str]:
    """Say which values that the mapping itself writes can never stand in the column."""
    written = [value for value in (rule.constant, *rule.recode.values()) if value]
    cells = pd.Series([rule.prefix + value for value in written], dtype="str")
    for fault in convert(cells, column)[1]:
        for value in cells[fault.wrong]:
            yield f"expected {fault.expected}; came {value!r}; correct it in the mapping"
