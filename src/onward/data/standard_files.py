"""Standard files read, in the order in which one needs another: catalogue, badges, then the PDP's learners."""

from collections.abc import Mapping as Mapped
from pathlib import Path

import pandas as pd

from onward.data.badges import read_badges
from onward.data.checks import Piece
from onward.data.ctdl.reading import read_ctdl
from onward.data.found import Found
from onward.data.joining import joined
from onward.data.pdp.reading import read_cohort, read_course
from onward.data.pdp.tables import to_found
from onward.data.rules import Mapping
from onward.data.standards import StateListRules
from onward.data.state_list import read_state_list
from onward.data.tables import BY_NAME

Pieces = Mapped[str, list[Piece]]


def standard_files(plan: Mapping, folder: Path, own: Pieces) -> Found:
    """Read the standard files of ``folder`` that ``plan`` names; ``own`` is what the college's own files give.

    Badges are joined to the catalogue, and PDP's courses to the catalogue and the awards, whichever file they are from.
    """
    found = _catalogue(plan, folder, own)
    if plan.badges is not None:
        known = frozenset(_texts("credentials", found, own)["credential_id"])
        found |= read_badges([folder / name for name in plan.badges.files], known=known)
    return found | _pdp(plan, folder, found, own)


def _catalogue(plan: Mapping, folder: Path, own: Pieces) -> Found:
    found = Found()
    if plan.state_list is not None:
        found |= _state_list(plan.state_list, folder)
    if plan.ctdl is not None:
        known = frozenset(_texts("credentials", found, own)["credential_id"])
        paths = [folder / name for name in plan.ctdl.files]
        found |= read_ctdl(paths, known=known, as_of=plan.ctdl.as_of)
    return found


def _state_list(rules: StateListRules, folder: Path) -> Found:
    def path(file: str | None) -> Path | None:
        return None if file is None else folder / file

    return read_state_list(
        programs=path(rules.programs),
        outcomes=path(rules.outcomes),
        licences=path(rules.licences),
        industry_credentials=path(rules.industry_credentials),
        degree_types=path(rules.degree_types),
        state=rules.state,
    )


def _pdp(plan: Mapping, folder: Path, found: Found, own: Pieces) -> Found:
    if plan.pdp is None:
        return Found()
    replaced, drop = plan.pseudonyms is not None, plan.pdp.drop
    cohorts = [read_cohort(folder / name, file=name, ids_replaced=replaced, drop=drop) for name in plan.pdp.cohort]
    courses = [read_course(folder / name, file=name, ids_replaced=replaced, drop=drop) for name in plan.pdp.course]
    files = (*cohorts, *courses)
    problems = tuple(problem for file in files for problem in file.problems)
    if problems:
        return Found(problems=problems, digests={file.file: file.digest for file in files})
    awards, credentials = (_texts(name, found, own) for name in ("awards", "credentials"))
    return to_found(
        cohorts,
        courses,
        plan.pdp,
        awards=awards if len(awards) else None,
        credentials=credentials if len(credentials) else None,
    )


def _texts(name: str, found: Found, own: Pieces) -> pd.DataFrame:
    """The rows of a table from all files but the PDP's, as text."""
    pieces = joined(BY_NAME[name], found.pieces.get(name, []), own.get(name, [])).pieces
    columns = list(BY_NAME[name].names)
    if not pieces:
        return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
    return pd.concat([piece.cells.reindex(columns=columns, fill_value="") for piece in pieces], ignore_index=True)
