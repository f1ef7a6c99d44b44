"""Any college's CSV files and a mapping become the canonical tables, or a list of everything that is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from onward.data.applying import pieces
from onward.data.checks import Piece, Stack, reference_problems, row_problems, stacked
from onward.data.problems import Problem, ProblemsFound, nearest
from onward.data.reading import Sheet, read_sheet
from onward.data.rules import FileRules, Mapping, canonical, load
from onward.data.tables import BY_NAME, INPUTS, Tables
from onward.errors import DataError


@dataclass(frozen=True)
class Source:
    """The tables of a folder, what a reader of any result must know of them, and the digest of each file read."""

    tables: Tables
    nominal_dates: bool
    notes: tuple[str, ...]
    digests: dict[str, str]


def read(folder: Path, *, mapping: Path | None) -> Source:
    """Read the files of ``folder`` as ``mapping`` says; without one, each file is a canonical table.

    Every fault of every file is in the one refusal; nothing is half-read.

    >>> read(Path("no-such-folder"), mapping=None)
    Traceback (most recent call last):
        ...
    onward.errors.DataError: expected a folder of CSV files; there is none at no-such-folder; correct the path
    """
    if not folder.is_dir():
        raise DataError(f"expected a folder of CSV files; there is none at {folder}; correct the path")
    plan = load(mapping) if mapping else canonical(folder)
    desk = _Desk(folder, mapping.parent if mapping else folder)
    stacks, problems = _stacks(plan, desk)
    if mapping is None:
        problems = [*_misspelt(folder), *problems]
    if problems:
        raise ProblemsFound(problems)
    tables = Tables(**{name: stack.frame for name, stack in stacks.items()})
    digests = {sheet.file: sheet.digest for sheet in desk.sheets.values() if sheet.digest}
    if mapping:
        digests[mapping.name] = sha256(mapping.read_bytes()).hexdigest()
    return Source(tables, plan.nominal_dates, plan.notes, digests)


@dataclass(frozen=True)
class _Desk:
    """The sheets read so far; a file that several tables need is read once."""

    folder: Path
    beside: Path
    sheets: dict[tuple[Path, str, str], Sheet] = field(default_factory=dict)

    def sheet(self, rules: FileRules) -> Sheet:
        path = (self.beside if rules.beside_mapping else self.folder) / rules.file
        key = (path, rules.separator, rules.encoding)
        if key not in self.sheets:
            self.sheets[key] = read_sheet(path, file=rules.file, separator=rules.separator, encoding=rules.encoding)
        return self.sheets[key]


def _stacks(plan: Mapping, desk: _Desk) -> tuple[dict[str, Stack], list[Problem]]:
    stacks: dict[str, Stack] = {}
    problems: list[Problem] = []
    for name, files in plan.tables.items():
        found: list[Piece] = []
        for rules in files:
            sheet = desk.sheet(rules)
            parts, faults = pieces(BY_NAME[name], rules, sheet)
            found += parts
            problems += [*sheet.problems, *faults]
        if found:
            stacks[name], faults = stacked(found)
            problems += [*faults, *row_problems(stacks[name]), *_without_rows(stacks[name])]
    problems += reference_problems({name: stack for name, stack in stacks.items() if _all_read(name, plan, desk)})
    # A file that gives rows to several tables has each of its faults once.
    return stacks, list(dict.fromkeys(problems))


def _all_read(name: str, plan: Mapping, desk: _Desk) -> bool:
    return all(desk.sheet(rules).cells is not None for rules in plan.tables[name])


def _without_rows(stack: Stack) -> Iterator[Problem]:
    if stack.table.required and stack.whole and stack.frame.empty:
        file = ", ".join(stack.sources)
        yield Problem(file, "", None, f"at least one row, each {stack.table.row}", "no row", "add the rows")


def _misspelt(folder: Path) -> Iterator[Problem]:
    """Find files that nobody would read because their name is nearly that of a table."""
    absent = [table.name for table in INPUTS if not (folder / f"{table.name}.csv").exists()]
    for path in sorted(folder.glob("*.csv")):
        near = nearest(path.stem, absent, cutoff=0.8)
        if near and path.stem not in BY_NAME:
            yield Problem(path.name, "", None, f"{near}.csv", "a name that no table has", f"rename it to {near}.csv")
