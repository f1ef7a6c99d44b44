"""One file as one table, for files that come alone and say less than a college's own: a vendor's decisions, say."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pandas as pd

from onward.data.applying import pieces
from onward.data.checks import row_problems, stacked
from onward.data.columns import Table
from onward.data.problems import Problem, ProblemsFound
from onward.data.reading import read_sheet
from onward.data.rules import FileRules
from onward.data.screening import screened
from onward.data.tables import conform


def read_table(
    path: Path, table: Table, *, needs: Collection[str], key: tuple[str, ...] | None = None
) -> tuple[pd.DataFrame, str]:
    """Read the file at ``path`` as ``table``, of which only the columns ``needs`` must be there, and return its digest.

    Every fault is in the one refusal. ``key`` replaces the columns that make a row unique; empty asks for nothing.
    """
    asked = tuple(replace(column, required=column.name in needs) for column in table.columns)
    loose = replace(table, columns=asked, key=table.key if key is None else key)
    sheet = screened(read_sheet(path, file=path.name), ids_replaced=True)
    parts, faults = pieces(loose, FileRules(file=path.name), sheet)
    problems = [*sheet.problems, *faults]
    if problems or not parts:
        raise ProblemsFound(problems)
    stack, faults = stacked(parts)
    problems += [*faults, *row_problems(stack)]
    if not problems and stack.frame.empty:
        problems.append(Problem(path.name, "", None, f"at least one row, each {table.row}", "no row", "add the rows"))
    if problems:
        raise ProblemsFound(problems)
    return conform(stack.frame, loose), str(sheet.digest)
