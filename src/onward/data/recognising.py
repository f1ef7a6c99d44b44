"""Files known by their names or their contents, so that a folder of standard files needs no mapping."""

from collections.abc import Callable, Iterator
from pathlib import Path

from onward.data import state_list
from onward.data.badges import looks_like_badges
from onward.data.ctdl.reading import looks_like_ctdl
from onward.data.pdp.reading import kind_of
from onward.data.pdp.reading_csv import head_of
from onward.data.pdp.rules import PdpRules
from onward.data.problems import Problem
from onward.data.rules import FileRules, Mapping
from onward.data.standards import BadgeRules, CtdlRules, StateListRules
from onward.data.tables import INPUTS

JSON = frozenset({".json", ".jsonld", ".jsonl", ".ndjson", ".jwt", ".jws"})
_DATA = JSON | {".csv", ".tsv", ".xls", ".xlsx", ".zip"}
WORDS = {
    "cohort": "PDP cohort file",
    "course": "PDP course file",
    "ctdl": "CTDL",
    "badges": "badges or learner records",
    "programs": "state list: programs",
    "outcomes": "state list: outcomes",
    "licences": "state list: licences",
    "industry_credentials": "state list: industry credentials",
    "degree_types": "state list: degree types",
}
"""What each kind of standard file is called on the screen."""
_LISTS: dict[str, Callable[[tuple[str, ...]], bool]] = {
    "outcomes": state_list.looks_like_outcomes,
    "programs": state_list.looks_like_programs,
    "industry_credentials": state_list.looks_like_industry_credentials,
    "licences": state_list.looks_like_licences,
    "degree_types": state_list.looks_like_degree_types,
}
_TABLES = frozenset(table.name for table in INPUTS)
_START = 2**20


def kind(path: Path) -> str | None:
    """Return what a file is: the name of a table, a key of ``WORDS``, or none where it is not known.

    >>> kind(Path("college/awards.csv"))
    'awards'
    """
    suffix = path.suffix.lower()
    if suffix == ".csv" and path.stem in _TABLES:
        return path.stem
    if suffix in JSON:
        return _kind_of_json(path)
    if suffix == ".csv":
        header = head_of(path)
        listed = (name for name, looks in _LISTS.items() if looks(header))
        return kind_of(header) or next(listed, None)
    return None


def recognised(folder: Path) -> Mapping:
    """Return the mapping of a folder whose files are tables by their names, or standard files by their contents.

    A table that every folder must have is asked for by its own name where no standard file gives it.
    """
    kinds = _kinds(folder)
    plan = standard(kinds)
    tables = {
        table.name: tuple(FileRules(file=file) for file in kinds.get(table.name, [f"{table.name}.csv"]))
        for table in INPUTS
        if table.name in kinds or (table.required and table.name not in plan.standard)
    }
    return plan.model_copy(update={"tables": tables})


def passed_over(folder: Path) -> tuple[list[Problem], list[str]]:
    """Return what must be said of the files of a folder without a mapping that nobody reads, as problems or notes.

    A file of no known kind is a problem where a table that every folder must have is in no file: it may be that one.
    """
    kinds = _kinds(folder)
    problems = [*_without_cohort(kinds), *_several_lists(kinds)]
    plan = recognised(folder)
    lacking = any(not (folder / rules.file).is_file() for files in plan.tables.values() for rules in files)
    unknown = kinds.get("", [])
    if lacking:
        remedy = "name it after a table, such as awards.csv, or say in a mapping what its columns are"
        problems += [Problem(name, "", None, "a file of a known kind", "none of them", remedy) for name in unknown]
        return problems, []
    return problems, [f"{name}: of no known kind, so it was not read" for name in unknown]


def _kinds(folder: Path) -> dict[str, list[str]]:
    """Return the names of the files of each kind; under "" those that look like data and are of none."""
    kinds: dict[str, list[str]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file():
            found = kind(path)
            if found is not None or path.suffix.lower() in _DATA:
                kinds.setdefault(found or "", []).append(path.name)
    return kinds


def _without_cohort(kinds: dict[str, list[str]]) -> Iterator[Problem]:
    if "cohort" not in kinds:
        for name in kinds.get("course", ()):
            remedy = "add the cohort file that came with it, or take this one out of the folder"
            yield Problem(name, "", None, "a PDP cohort file beside it, which names its learners", "none", remedy)


def _several_lists(kinds: dict[str, list[str]]) -> Iterator[Problem]:
    for which in _LISTS:
        for name in kinds.get(which, [])[1:]:
            remedy = "put the two together, or name one of them in a mapping"
            came = f"a second one beside {kinds[which][0]}"
            yield Problem(name, "", None, f"one file of a {WORDS[which].replace(':', ',')}", came, remedy)


def standard(kinds: dict[str, list[str]]) -> Mapping:
    """Return the mapping that names standard files by their kinds; of a state's list, the first of each.

    >>> standard({"ctdl": ["catalogue.jsonld"]}).ctdl.files
    ('catalogue.jsonld',)
    """
    cohorts, courses = tuple(kinds.get("cohort", ())), tuple(kinds.get("course", ()))
    lists = {name: kinds[name][0] for name in _LISTS if name in kinds}
    return Mapping(
        pdp=PdpRules(cohort=cohorts, course=courses) if cohorts else None,
        ctdl=CtdlRules(files=tuple(kinds["ctdl"])) if "ctdl" in kinds else None,
        badges=BadgeRules(files=tuple(kinds["badges"])) if "badges" in kinds else None,
        state_list=StateListRules(**lists) if lists else None,
    )


def _kind_of_json(path: Path) -> str | None:
    with path.open("rb") as opened:
        start = opened.read(_START)
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        start = start.decode("utf-16", "replace").encode()
    if looks_like_badges(start):
        return "badges"
    return "ctdl" if looks_like_ctdl(start) else None
