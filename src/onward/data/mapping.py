"""A college's files, standard ones and its own, become the canonical tables, or a list of everything that is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from onward.data.applying import pieces
from onward.data.checks import Piece, Stack, reference_problems, row_problems, stacked
from onward.data.columns import Table
from onward.data.completing import COMPLETES
from onward.data.found import Found
from onward.data.joined import Joined
from onward.data.joining import joined, of_learners_known
from onward.data.problems import Problem, ProblemsFound, nearest
from onward.data.pseudonyms import Pseudonyms
from onward.data.reading import Sheet, read_sheet, readable
from onward.data.recognising import passed_over, recognised
from onward.data.rules import FileRules, Mapping, load
from onward.data.screening import screened
from onward.data.standard_files import standard_files
from onward.data.tables import BY_NAME, INPUTS, Tables
from onward.errors import DataError


@dataclass(frozen=True)
class Source:
    """The tables of a folder, what a reader of any result must know of them, and the digest of each file read.

    ``counts`` says how many of what standard files hold, in their own words.
    """

    tables: Tables
    nominal_dates: bool
    notes: tuple[str, ...]
    digests: dict[str, str]
    counts: dict[str, int] = field(default_factory=dict)


@readable()
def read(folder: Path, *, mapping: Path | None) -> Source:
    """Read the files of ``folder`` as ``mapping`` says; without one, each file is known by its name or its contents.

    Every fault of every file is in the one refusal; nothing is half-read.

    >>> read(Path("no-such-folder"), mapping=None)
    Traceback (most recent call last):
        ...
    onward.errors.DataError: expected a folder of files; there is none at no-such-folder; correct the path
    """
    if not folder.is_dir():
        raise DataError(f"expected a folder of files; there is none at {folder}; correct the path")
    plan = load(mapping) if mapping else recognised(folder)
    beside = mapping.parent if mapping else folder
    desk = _Desk(folder, beside, Pseudonyms.load(plan.pseudonyms, beside) if plan.pseudonyms else None)
    own, problems = _own(plan, desk)
    told = standard_files(plan, folder, own)
    stacks, faults, notes = _stacks(plan, desk, own, told)
    if mapping is None:
        unread, left = passed_over(folder)
        problems = [*_misspelt(folder), *unread, *problems]
        notes += left
    problems += [*told.problems, *faults]
    if problems:
        # A file that gives rows to several tables has each of its faults once.
        raise ProblemsFound(dict.fromkeys(problems))
    tables = Tables(**{name: stack.frame for name, stack in stacks.items()})
    digests = {sheet.file: sheet.digest for sheet in desk.sheets.values() if sheet.digest} | told.digests
    if mapping:
        digests[mapping.name] = sha256(mapping.read_bytes()).hexdigest()
    return Source(tables, plan.nominal_dates, (*plan.notes, *told.notes, *notes), digests, told.counts)


@dataclass(frozen=True)
class _Desk:
    """The sheets read so far; a file that several tables need is read once."""

    folder: Path
    beside: Path
    pseudonyms: Pseudonyms | None
    sheets: dict[tuple[object, ...], Sheet] = field(default_factory=dict)

    def sheet(self, rules: FileRules) -> Sheet:
        path = (self.beside if rules.beside_mapping else self.folder) / rules.file
        key = (path, rules.separator, rules.encoding, rules.drop)
        if key not in self.sheets:
            sheet = read_sheet(path, file=rules.file, separator=rules.separator, encoding=rules.encoding)
            self.sheets[key] = screened(sheet, drop=rules.drop, ids_replaced=self.pseudonyms is not None)
        return self.sheets[key]


def _own(plan: Mapping, desk: _Desk) -> tuple[dict[str, list[Piece]], list[Problem]]:
    """Rows of the college's own files, table by table."""
    own: dict[str, list[Piece]] = {}
    problems: list[Problem] = []
    for name, files in plan.tables.items():
        for rules in files:
            sheet = desk.sheet(rules)
            completes = name in COMPLETES and name in plan.standard
            parts, faults = pieces(BY_NAME[name], rules, sheet, completes=completes)
            own.setdefault(name, []).extend(parts)
            problems += [*sheet.problems, *faults]
    return own, problems


def _stacks(
    plan: Mapping, desk: _Desk, own: dict[str, list[Piece]], told: Found
) -> tuple[dict[str, Stack], list[Problem], list[str]]:
    stacks: dict[str, Stack] = {}
    problems: list[Problem] = []
    notes: list[str] = []
    for table, both in _joined(plan, own, told):
        problems += both.problems
        notes += both.notes
        if both.pieces:
            stacks[table.name], faults = stacked([_under_pseudonym(piece, desk.pseudonyms) for piece in both.pieces])
            problems += [*faults, *row_problems(stacks[table.name]), *_without_rows(stacks[table.name])]
        elif table.required and table.name in plan.standard and not told.problems and table.name not in plan.tables:
            problems.append(_not_given(table, told))
    unread = plan.standard if told.problems else frozenset()
    whole = {name: stack for name, stack in stacks.items() if name not in unread and _all_read(name, plan, desk)}
    return stacks, [*problems, *reference_problems(whole)], notes


def _joined(plan: Mapping, own: dict[str, list[Piece]], told: Found) -> Iterator[tuple[Table, Joined]]:
    """Yield each table with its rows from all files; with PDP files, those about their learners alone."""
    learners: frozenset[str] = frozenset()
    for table in INPUTS:
        both = joined(table, told.pieces.get(table.name, []), own.get(table.name, []))
        if table.name == "learners":
            ids = [piece.cells["learner_id"] for piece in both.pieces if "learner_id" in piece.cells]
            learners = frozenset().union(*ids)
        elif plan.pdp is not None and learners:
            here = of_learners_known(table, both.pieces, learners)
            both = replace(here, problems=both.problems, notes=(*both.notes, *here.notes))
        yield table, both


def _under_pseudonym(piece: Piece, pseudonyms: Pseudonyms | None) -> Piece:
    if pseudonyms is None or "learner_id" not in piece.cells:
        return piece
    return replace(piece, cells=piece.cells.assign(learner_id=pseudonyms.of(piece.cells["learner_id"])))


def _all_read(name: str, plan: Mapping, desk: _Desk) -> bool:
    return all(desk.sheet(rules).cells is not None for rules in plan.tables.get(name, ()))


def _without_rows(stack: Stack) -> Iterator[Problem]:
    if stack.table.required and stack.whole and stack.frame.empty:
        file = ", ".join(stack.sources)
        yield Problem(file, "", None, f"at least one row, each {stack.table.row}", "no row", "add the rows")


def _not_given(table: Table, told: Found) -> Problem:
    """Say that standard files give no row of a table that every folder must have."""
    file = ", ".join(told.digests)
    remedy = f"see what onward check says of each file alone, or add {table.name}.csv"
    return Problem(file, "", None, f"at least one row of {table.name}, each {table.row}", "none", remedy)


def _misspelt(folder: Path) -> Iterator[Problem]:
    """Find files that nobody would read because their name is nearly that of a table."""
    stems = {path.stem for path in folder.iterdir() if path.suffix.lower() == ".csv"}
    absent = [table.name for table in INPUTS if table.name not in stems]
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv"):
        near = nearest(path.stem, absent, cutoff=0.8)
        if near and path.stem not in BY_NAME:
            yield Problem(path.name, "", None, f"{near}.csv", "a name that no table has", f"rename it to {near}.csv")
