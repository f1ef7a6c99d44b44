"""One file checked alone: what it is, how much it holds, and what is wrong in it or was left out."""

from collections.abc import Iterator
from pathlib import Path

from onward.data.checks import row_problems, stacked
from onward.data.found import Found
from onward.data.one_table import read_table
from onward.data.pdp.reading import PdpFile, read_cohort, read_course
from onward.data.problems import Problem, ProblemsFound
from onward.data.reading import readable
from onward.data.recognising import WORDS, kind, standard
from onward.data.standard_files import standard_files
from onward.data.tables import BY_NAME
from onward.errors import DataError


@readable()
def read_alone(path: Path) -> tuple[str, Found]:
    """Read one file by what it is, and return that in words with what it gives; other files are not asked for.

    Every fault is in the one refusal. Ids that only other files could confirm are not checked.

    >>> read_alone(Path("no-such-file.csv"))
    Traceback (most recent call last):
        ...
    onward.errors.DataError: expected a file; there is none at no-such-file.csv; correct the path
    """
    if not path.is_file():
        raise DataError(f"expected a file; there is none at {path}; correct the path")
    what = kind(path)
    if what is None:
        raise DataError(
            f"expected a file of a known kind; {path.name} is none; name it after a table, such as awards.csv, or say "
            f"in a mapping what its columns are. Known by their contents: {', '.join(WORDS.values())}"
        )
    found = _read(path, what)
    problems = [*found.problems, *_of_pieces(found)]
    if problems:
        raise ProblemsFound(dict.fromkeys(problems))
    return WORDS.get(what, f"table {what}"), found


def _read(path: Path, what: str) -> Found:
    if what in BY_NAME:
        table = BY_NAME[what]
        needs = [column.name for column in table.columns if column.required]
        frame, digest = read_table(path, table, needs=needs)
        return Found(counts={what: len(frame)}, digests={path.name: digest})
    if what == "cohort":
        return _of_pdp(read_cohort(path, file=path.name), "students")
    if what == "course":
        return _of_pdp(read_course(path, file=path.name), "course rows")
    return standard_files(standard({what: [path.name]}), path.parent, {})


def _of_pdp(file: PdpFile, rows: str) -> Found:
    digests = {file.file: file.digest}
    return Found(problems=file.problems, notes=file.notes, counts={rows: len(file.frame)}, digests=digests)


def _of_pieces(found: Found) -> Iterator[Problem]:
    for pieces in found.pieces.values():
        stack, problems = stacked(pieces)
        yield from (*problems, *row_problems(stack))
