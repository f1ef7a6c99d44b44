"""Open Badges 3.0 and 2.0 and comprehensive learner records (CLR 2.0) to rows of ``awards``.

A badge is joined to the catalogue by the CTID that its achievement is aligned to. Signatures are not checked.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from onward.data.badges_records import Badge, badges_of
from onward.data.badges_subjects import learner_of
from onward.data.checks import Piece
from onward.data.ctdl.documents import Document, Node, payload, read_document
from onward.data.ctdl.noted import Tally
from onward.data.ctdl.terms import day, identifier, is_ctid, items, local, nodes, number, text
from onward.data.found import Found
from onward.data.problems import Problem
from onward.data.tables import AWARDS

_MARKS = re.compile(
    r"OpenBadgeCredential|AchievementCredential|ClrCredential|w3id\.org/openbadges|imsglobal\.org/spec/ob"
)
_COLUMNS = ("learner_id", "credential_id", "awarded_on", "issuer")
_NO_CREDENTIALS = frozenset(
    {"assessment", "assignment", "course", "competency", "cocurricular", "membership", "communityservice", "fieldwork"}
)
"""Kinds of achievement that are no credential by themselves; aligned to one of the catalogue they still are."""
_AT_WORK = frozenset({"apprenticeshipcertificate", "fieldwork", "communityservice"})
_NOT_CREDENTIALS = frozenset({"cfitem", "cfrubric", "cfrubriccriterion", "cfrubriccriterionlevel", "course"})
_STATUSES = ("Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew")
_AWARDED = ("awardeddate", "validfrom", "issuancedate", "issuedon")
_HEADINGS = {
    "learner_id": "credentialSubject.id",
    "credential_id": "achievement.alignment",
    "awarded_on": "awardedDate",
}
_ELSEWHERE = "of no credential of the catalogue, kept as awards from elsewhere"
_LOOKED_AT = 2**20
Key = tuple[str, str, str]
"""Learner, credential and day of an award."""


@dataclass(frozen=True)
class _Row:
    file: str
    number: int
    key: Key
    issuer: str


def looks_like_badges(content: str | bytes) -> bool:
    """Say whether a file's content is badges or learner records, or a signed token of one.

    >>> looks_like_badges('{"type": ["VerifiableCredential", "OpenBadgeCredential"]}'), looks_like_badges("a,b")
    (True, False)
    """
    start = content[:_LOOKED_AT]
    said = start.decode("utf-8", "replace") if isinstance(start, bytes) else start
    said = said.lstrip("\ufeff \t\r\n")
    if said.startswith(("{", "[", '"')) and _MARKS.search(said):
        return True
    token = payload(said.splitlines()[0]) if said else None
    return isinstance(token, dict) and bool(_MARKS.search(str(token)[:_LOOKED_AT]))


def read_badges(paths: Sequence[Path], *, known: Collection[str] = ()) -> Found:
    """Read the badges of all files to awards; ``known`` holds the ids of the catalogue's credentials.

    A badge of none of them is an award from elsewhere, under its achievement's own id. One that has expired since was
    still earned; one that was revoked was not.
    """
    tally = Tally("badges")
    documents = [read_document(path) for path in paths]
    rows: dict[Key, _Row] = {}
    ids = frozenset(known)
    read = [_read(document, ids, tally, rows) for document in documents]
    pieces = _pieces(rows.values())
    return Found(
        {"awards": pieces} if pieces else {},
        tuple(problem for problems, _ in read for problem in problems),
        tally.lines(),
        {"badges": sum(count for _, count in read), "awards": len(rows)},
        {document.file: document.digest for document in documents if document.digest},
    )


def _read(
    document: Document, known: Collection[str], tally: Tally, rows: dict[Key, "_Row"]
) -> tuple[list[Problem], int]:
    """Add the awards of one file to ``rows``; return what is wrong in it and how many badges it holds."""
    problems = list(document.problems)
    badges = list(badges_of(document.values))
    for badge in badges:
        for award in _awards(document.file, badge, known, tally):
            if isinstance(award, Problem):
                problems.append(award)
            elif award.key in rows:
                tally.add("the same award again, read once")
            else:
                rows[award.key] = award
    if badges:
        tally.add("signatures are not checked, nor lists of revoked badges fetched", document.file)
    elif not document.problems:
        tally.add("files without a badge", document.file)
    return problems, len(badges)


def _awards(file: str, badge: Badge, known: Collection[str], tally: Tally) -> Iterator["_Row | Problem"]:
    """Yield the awards of one badge, one for each subject that has an achievement."""
    if badge.node.get("revoked") is True:
        tally.add("revoked, left out")
        return
    for subject in nodes(badge.node, "credentialsubject"):
        status = _unfinished(subject)
        if status:
            tally.add(f"with the result {status}, which is no award, left out")
            continue
        achievement = next(iter(items(subject, "achievement")), None)
        credential = _credential(achievement, known, tally)
        if credential:
            _note_credit(subject, achievement, tally)
            yield _row(file, badge, subject, credential, tally)


def _row(file: str, badge: Badge, subject: Node, credential: str, tally: Tally) -> "_Row | Problem":
    whose = learner_of(subject, badge.learner)
    if not whose.learner_id:
        remedy = "export the badges with the college's own pseudonym as credentialSubject.id"
        return _problem(
            file, badge, "credentialSubject.id", "an id that no person can be told by", came=whose.came, remedy=remedy
        )
    node = badge.node
    awarded = next(filter(None, (day(node.get(name)) for name in _AWARDED)), None)
    if awarded is None:
        came = "nothing" if not any(node.get(name) for name in _AWARDED) else "something else, not shown"
        remedy = "state the day as YYYY-MM-DD"
        return _problem(file, badge, "awardedDate", "the day it was awarded", came=came, remedy=remedy)
    until = next(filter(None, (day(node.get(name)) for name in ("validuntil", "expirationdate"))), None)
    if until is not None and until < awarded:
        remedy = "correct whichever of the two is wrong"
        return _problem(
            file, badge, "validUntil", "a day on or after awardedDate", came="an earlier one", remedy=remedy
        )
    if until is not None:
        tally.add("with a day on which they expire, which no table holds; they count as earned")
    return _Row(file, badge.number, (whose.learner_id, credential, awarded.isoformat()), _issuer(node))


def _problem(file: str, badge: Badge, column: str, expected: str, *, came: str, remedy: str) -> Problem:
    return Problem(file, column, badge.number, expected, came, remedy, "entry")


def _unfinished(subject: Node) -> str:
    """Return the status that keeps a badge from being an award; empty where it is completed or says nothing."""
    stated = [text(one.get("status")) for one in nodes(subject, "result") if one.get("status")]
    if not stated or any(one.lower() == "completed" for one in stated):
        return ""
    return next((one for one in stated if one in _STATUSES), "unknown")


def _credential(achievement: object, known: Collection[str], tally: Tally) -> str:
    """Return the id of what was earned: of the catalogue where the badge is aligned to it, else the achievement's own.

    A CTID may be a competency's: it is taken without being known only where it is said to be a credential's.
    """
    node = achievement if isinstance(achievement, dict) else {"id": achievement}
    own = identifier(node.get("id"))
    aligned = _aligned(node)
    here = [one for one in dict.fromkeys([*aligned, own]) if one in known]
    if len(here) > 1:
        tally.add("aligned to several credentials of the catalogue, of which the first stands", here[0])
    if here:
        return here[0]
    kind = {local(one) for one in items(node, "achievementtype") if isinstance(one, str)}
    if kind & _NO_CREDENTIALS:
        tally.add("of achievements that are no credentials (courses, assessments and the like), left out")
        return ""
    elsewhere = next((one for one, said in aligned.items() if said), "" if "@" in own else own)
    # An id that an issuer made may hold anything, even a name.
    named = elsewhere if is_ctid(elsewhere) else ""
    tally.add("left out, for want of any id of what was earned" if not elsewhere else _ELSEWHERE, named)
    return elsewhere


def _aligned(achievement: Node) -> dict[str, bool]:
    """Return the CTIDs that an achievement is aligned to, and whether each is said to be a credential's."""
    found: dict[str, bool] = {}
    for one in nodes(achievement, "alignment", "alignments"):
        kind = local(text(one.get("targettype")))
        if kind in _NOT_CREDENTIALS or "competency" in kind:
            continue
        ctids = [identifier(one.get(name)) for name in ("targetcode", "targeturl")]
        for ctid in filter(is_ctid, ctids):
            found[ctid] = found.get(ctid, False) or kind == "credential"
    return found


def _note_credit(subject: Node, achievement: object, tally: Tally) -> None:
    node = achievement if isinstance(achievement, dict) else {}
    earned = number(subject.get("creditsearned")) or number(node.get("creditsavailable"))
    kind = {local(one) for one in items(node, "achievementtype") if isinstance(one, str)}
    if earned and kind & _AT_WORK:
        tally.add("work-based training with credit: give it in experiences as well, with its credits_recommended")
    elif earned:
        tally.add("with credit, which awards do not hold; pathways say what an award is recognised for")


def _issuer(node: Node) -> str:
    issuer = next(iter(items(node, "issuer")), None)
    said = text(issuer.get("name")) or text(issuer.get("id")) if isinstance(issuer, dict) else text(issuer)
    return "" if "@" in said else said


def _pieces(rows: Collection["_Row"]) -> list[Piece]:
    pieces = []
    for file in dict.fromkeys(row.file for row in rows):
        mine = [row for row in rows if row.file == file]
        frame = pd.DataFrame([[*row.key, row.issuer] for row in mine], columns=list(_COLUMNS), dtype="str")
        numbers = np.array([row.number for row in mine], dtype=np.int64)
        pieces.append(Piece(AWARDS, file, frame, numbers, _HEADINGS, {}, {}, whole=True, unit="entry"))
    return pieces
