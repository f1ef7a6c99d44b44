"""A sheet looked through for what identifies people, before anything else is done with it."""

from collections.abc import Collection
from dataclasses import replace

from onward.data.headings import identifying_header, is_learner_id
from onward.data.privacy import heading_is_private, private_problems
from onward.data.reading import Sheet


def screened(sheet: Sheet, *, drop: Collection[str] = (), ids_replaced: bool) -> Sheet:
    """Return ``sheet`` without the columns to ``drop``, and with what identifies people in the rest as its problems.

    Where pseudonyms are made of ids (``ids_replaced``), those may be anything.
    """
    if sheet.cells is None:
        return sheet
    cells = sheet.cells.drop(columns=[name for name in drop if name in sheet.cells])
    ids = [str(name) for name in cells if ids_replaced and is_learner_id(str(name))]
    found = private_problems(sheet.file, cells, sheet.rows, skip=ids)
    # What is refused by its heading is told once, and not again as a column that no table has.
    told = [name for name in cells if found and (identifying_header(name) is not None or heading_is_private(name))]
    return replace(sheet, cells=cells.drop(columns=told), problems=(*sheet.problems, *found))
