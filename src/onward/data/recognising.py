"""Files known by their names or their contents, so that a folder of standard files needs no mapping."""

from collections.abc import Callable
from pathlib import Path

from onward.data import state_list
from onward.data.badges import looks_like_badges
from onward.data.ctdl.reading import looks_like_ctdl
from onward.data.pdp.reading import kind_of
from onward.data.pdp.reading_csv import head_of
from onward.data.pdp.rules import PdpRules
from onward.data.rules import FileRules, Mapping
from onward.data.standards import BadgeRules, CtdlRules, StateListRules
from onward.data.tables import INPUTS

JSON = frozenset({".json", ".jsonld", ".jsonl", ".ndjson", ".jwt", ".jws"})
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
    kinds: dict[str, list[str]] = {}
    for path in sorted(folder.iterdir()):
        found = kind(path) if path.is_file() else None
        if found is not None:
            kinds.setdefault(found, []).append(path.name)
    plan = standard(kinds)
    needed = {table.name for table in INPUTS if table.required and table.name not in plan.standard}
    here = [name for name in (table.name for table in INPUTS) if name in kinds or name in needed]
    return plan.model_copy(update={"tables": {name: (FileRules(file=f"{name}.csv"),) for name in here}})


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
    if looks_like_badges(start):
        return "badges"
    return "ctdl" if looks_like_ctdl(start) else None
