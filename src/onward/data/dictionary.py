"""The data dictionary, written from the declarations of the tables."""

from onward.data.columns import Column, Table
from onward.data.tables import INPUTS, OUTPUTS

_HEAD = "| column | kind | required | expected | meaning |\n|---|---|---|---|---|"


def data_dictionary() -> str:
    """Return the data dictionary as Markdown: what a row is and what each column means, table by table.

    >>> print(data_dictionary().splitlines()[0])
    # Data dictionary
    """
    intro = (
        "Each table is a CSV file in UTF-8 named after it. An empty cell is missing; a column whose name begins with "
        "`x_` is an extra of the institution and becomes a feature."
    )
    parts = ["# Data dictionary", intro, "## What is read", *map(_section, INPUTS)]
    return "\n\n".join([*parts, "## What is written", *map(_section, OUTPUTS)]) + "\n"


def _section(table: Table) -> str:
    need = " Required." if table.required else ""
    text = f"### {table.name}\n\nOne row is {table.row}.{need} Unique by {', '.join(table.key)}."
    order = "".join(f" {after} is never before {before}." for before, after in table.in_order)
    if table.ended_unless is not None:
        column, still_open, end = table.ended_unless
        order += f" {end} is empty exactly where {column} is {still_open}."
    return "\n".join([text + order, "", _HEAD, *map(_row, table.columns)])


def _row(column: Column) -> str:
    refers = f" (in {column.references})" if column.references else ""
    cells = (column.name, column.kind, "yes" if column.required else "", column.expected + refers, column.meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
