"""The tables' declarations as pandera schemas, for frames that did not come through the checks of files."""

import pandas as pd
import pandera.pandas as pa

from onward.data.columns import Column, Table
from onward.data.tables import Tables
from onward.errors import DataError

_WORDS = {"not_nullable": "a value in every row", "multiple_fields_uniqueness": "no two rows with the same key"}


def schema(table: Table) -> pa.DataFrameSchema:
    """Return the pandera schema of ``table``: presence, range, allowed values, form and uniqueness.

    >>> from onward.data.tables import STRATA
    >>> schema(STRATA).unique
    ['learner_id']
    """
    columns = {
        column.name: pa.Column(column.dtype, _checks(column), nullable=not column.required) for column in table.columns
    }
    return pa.DataFrameSchema(columns, unique=list(table.key), strict=False, name=table.name)


def validate(tables: Tables) -> None:
    """Refuse tables that break their declarations, with every column, what was expected and how many rows differ."""
    faults = [fault for table, frame in tables.items() for fault in _faults(table, frame)]
    if faults:
        raise DataError("the tables are not what they must be; mend these and try again:\n" + "\n".join(faults))


def _faults(table: Table, frame: pd.DataFrame) -> list[str]:
    try:
        schema(table).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.fillna({"column": "the rows"})
        counts = cases.groupby(["column", "check"]).size()
        return [
            f"  {table.name}, {column}: expected {_WORDS.get(str(check), check)}; rows that differ: {n}"
            for (column, check), n in counts.items()
        ]
    return []


def _checks(column: Column) -> list[pa.Check]:
    found = [pa.Check.isin(column.values, error=column.expected)] if column.values else []
    if column.form:
        found.append(pa.Check.str_matches(rf"\A(?:{column.form})\Z", error=column.expected))
    if column.low is not None:
        found.append(pa.Check.ge(column.low, error=column.expected))
    if column.high is not None:
        found.append(pa.Check.le(column.high, error=column.expected))
    return found
