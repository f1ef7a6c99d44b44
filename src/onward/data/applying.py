"""A mapping's rules applied to one sheet: its rows under the canonical names, still as text."""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from onward.data.cells import Fault, Mask
from onward.data.checks import SENSITIVE, Piece, is_sensitive, of_learners
from onward.data.columns import EXTRA_PREFIX, Kind, Table
from onward.data.headings import identifies
from onward.data.problems import Problem, nearest
from onward.data.reading import Sheet
from onward.data.rules import FileRules, Group, Rule

_DIGITS = 6
_NUMBERS = ("number", "integer")
# What people's names are hardly ever written like in a file.
_PLAIN = re.compile(r"[a-z0-9_]*|[A-Z]{1,4}")


def pieces(
    table: Table, rules: FileRules, sheet: Sheet, *, completes: bool = False
) -> tuple[list[Piece], list[Problem]]:
    """Return the rows of ``table`` that ``sheet`` gives, group by group, and what is wrong with its columns.

    Of a file that ``completes`` the rows of a standard file only the key is asked for.
    """
    if sheet.cells is None:
        return [], []
    if rules.canonical:
        needs = table.key if completes else tuple(column.name for column in table.columns if column.required)
        return _canonical(table, rules, sheet, sheet.cells, needs)
    found: list[Piece] = []
    problems: list[Problem] = []
    for group in rules.groups():
        tests = [test for test in (rules.only, group.only) if test is not None]
        used = [name for rule in group.columns.values() for name in rule.sources()]
        needed = [test.column for test in tests] + ([group.missing_when.column] if group.missing_when else [])
        problems += _heading_problems(sheet, [*used, *needed])
        cells = sheet.cells.loc[:, ~sheet.cells.columns.duplicated()]
        if set(needed) <= set(cells):
            kept = np.ones(len(cells), bool)
            for test in tests:
                kept &= test.holds(cells).to_numpy(bool)
            found.append(_mapped(table, rules, group, sheet=sheet, cells=cells, kept=kept))
    return found, problems


def _canonical(
    table: Table, rules: FileRules, sheet: Sheet, cells: pd.DataFrame, needs: tuple[str, ...]
) -> tuple[list[Piece], list[Problem]]:
    if not set(table.names) & set(cells):
        # The first line may be a person's row, so it is not repeated.
        came, remedy = "none of its columns", "put a first line with the names of the columns on top, or use a mapping"
        return [], [Problem(sheet.file, "", 1, f"the columns of {table.name}", came, remedy)]
    tested = [rules.only.column] if rules.only else []
    ours = [name for name in dict.fromkeys(cells) if name in table.names or _may_be_extra(table, name)]
    unknown = [name for name in dict.fromkeys(cells) if name not in (*ours, *tested)]
    problems = _heading_problems(sheet, [*needs, *ours, *tested])
    problems += [_unknown(table, sheet, name) for name in unknown]
    unique = cells.loc[:, ~cells.columns.duplicated()]
    kept = np.ones(len(unique), bool)
    if rules.only and rules.only.column in unique:
        kept = rules.only.holds(unique).to_numpy(bool)
    frame = unique.loc[kept, ours].reset_index(drop=True)
    for name in ours:
        if rules.decimal == "," and name in table.names and table.column(name).kind in _NUMBERS:
            frame[name] = frame[name].str.replace(",", ".")
    return [Piece(table, sheet.file, frame, sheet.rows[kept], {}, {}, {}, sheet.whole, combine=rules.combine)], problems


def _may_be_extra(table: Table, name: str) -> bool:
    return name.startswith(EXTRA_PREFIX) and not (of_learners(table) and is_sensitive(table, name))


def _mapped(table: Table, rules: FileRules, group: Group, *, sheet: Sheet, cells: pd.DataFrame, kept: Mask) -> Piece:
    columns: dict[str, pd.Series] = {}
    refused: dict[str, Fault] = {}
    usable = {name: rule for name, rule in group.columns.items() if set(rule.sources()) <= set(cells)}
    kinds: dict[str, Kind] = {name: rule.type or table.column(name).kind for name, rule in usable.items()}
    for name, rule in usable.items():
        text, fault = _written(rule, sheet, cells)
        if rules.decimal == "," and kinds[name] in _NUMBERS:
            text = text.str.replace(",", ".")
        columns[name] = text.mask(_blanked(rule, group, cells), "")[kept].reset_index(drop=True)
        if fault is not None:
            refused[name] = Fault(fault.wrong[kept], fault.expected, fault.remedy)
    headings = {name: ", ".join(rule.of_file) for name, rule in usable.items() if rule.of_file}
    frame = pd.DataFrame(columns, index=pd.RangeIndex(int(kept.sum())))
    rows = sheet.rows[kept]
    return Piece(table, sheet.file, frame, rows, headings, kinds, refused, sheet.whole, combine=rules.combine)


def _written(rule: Rule, sheet: Sheet, cells: pd.DataFrame) -> tuple[pd.Series, Fault | None]:
    """Return the text that ``rule`` makes of each row, and the texts it refuses, which are left as they came."""
    if rule.number_rows is not None:
        # The first row below the header is number 1, in every table made from the file.
        numbers = pd.Series(sheet.rows - 1).astype("str").str.zfill(_DIGITS)
        return rule.number_rows + numbers, None
    if rule.constant is not None:
        return pd.Series(rule.constant, index=cells.index, dtype="str"), None
    if rule.join:
        return _joined(rule, cells)
    text, fault = cells[str(rule.column)], None
    if rule.recode:
        text, fault = _recoded(rule, text)
    elif rule.date_format:
        text, fault = _dated(rule.date_format, text)
    return text.where(text == "", rule.prefix + text) if rule.prefix else text, fault


def _joined(rule: Rule, cells: pd.DataFrame) -> tuple[pd.Series, Fault | None]:
    """Return what several columns say, each rewritten by itself and each value once; a value may hold ``|`` itself."""
    told = [_recoded(rule, cells[name]) if rule.recode else (cells[name], None) for name in rule.join]
    whole = told[0][0].str.cat([text for text, _ in told[1:]], sep="|") if told[1:] else told[0][0]
    parts = {text: "|".join(dict.fromkeys(part for part in text.split("|") if part)) for text in whole.unique()}
    faults = [fault for _, fault in told if fault is not None]
    text = whole.map(parts).astype("str")
    if not faults:
        return text, None
    return text, Fault(np.logical_or.reduce([fault.wrong for fault in faults]), faults[0].expected, faults[0].remedy)


def _recoded(rule: Rule, text: pd.Series) -> tuple[pd.Series, Fault | None]:
    named = text.isin(rule.recode)
    recoded = text.where(~named, text.map(rule.recode).astype("str"))
    others = (~named & (text != "")).to_numpy(bool)
    if rule.otherwise == "keep":
        return recoded, None
    if rule.otherwise == "missing":
        return recoded.mask(others, ""), None
    codes = ", ".join(code or "an empty cell" for code in rule.recode)
    return recoded, Fault(others, f"one of {codes}", "correct the cell, or name its code in the mapping")


def _dated(date_format: str, text: pd.Series) -> tuple[pd.Series, Fault]:
    days = pd.to_datetime(text, format=date_format, errors="coerce")
    odd = (days.isna() & (text != "")).to_numpy(bool)
    written = days.dt.strftime("%Y-%m-%d").astype("str").where(days.notna(), text)
    return written, Fault(odd, f"a day that exists, written as {date_format}", "correct the day, or leave it empty")


def _blanked(rule: Rule, group: Group, cells: pd.DataFrame) -> Mask:
    tests = [rule.missing_when, group.missing_when if rule.column is not None else None]
    blank = np.zeros(len(cells), bool)
    for test in tests:
        if test is not None:
            blank |= test.holds(cells).to_numpy(bool)
    return blank


def _heading_problems(sheet: Sheet, used: Iterable[str]) -> list[Problem]:
    return [problem for name in dict.fromkeys(used) for problem in _heading_problem(sheet, name)]


def _heading_problem(sheet: Sheet, name: str) -> Iterator[Problem]:
    headings = list(sheet.cells) if sheet.cells is not None else []
    if headings.count(name) > 1:
        remedy = "rename or remove all but one of them"
        yield Problem(sheet.file, name, 1, "each column once", f"{headings.count(name)} columns of this name", remedy)
    if name not in headings:
        # A column of names or births is nobody's entry date, however alike the two are spelt.
        near = nearest(name, headings if identifies(name) else [other for other in headings if not identifies(other)])
        came = f"no such column; the nearest is {near}" if near else "no such column"
        yield Problem(
            sheet.file,
            name,
            1,
            f"a column {name}",
            came,
            f"add it, or rename {near or 'the one that holds it'} to {name}",
        )


def _unknown(table: Table, sheet: Sheet, name: str) -> Problem:
    near = nearest(name, table.names)
    column, came = name, "an unknown column" if name else "a column without a name"
    if near and near == "_".join(name.lower().replace("-", " ").split()):
        remedy = f"rename it to {near}"
    elif is_sensitive(table, name) or identifies(name):
        remedy = SENSITIVE
    elif near:
        remedy = f"rename it to {near}"
    elif of_learners(table) and not _PLAIN.fullmatch(name):
        # A first line that is a person's row, or has a name in it by mistake, is not repeated.
        column = str(sheet.header.index(name) + 1)
        came = "an unknown column, its heading not shown, because it may be about a person"
        remedy = f"remove it, or keep it as an extra named in small letters, {EXTRA_PREFIX} first"
    else:
        remedy = f"remove it, or keep it as an extra named {EXTRA_PREFIX}{name}"
    return Problem(sheet.file, column, 1, f"only columns of {table.name}", came, remedy)
