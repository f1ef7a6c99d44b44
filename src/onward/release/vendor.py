"""Anybody's decisions, from files: read, audited, and reported in both editions. It trains nothing and needs no run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from onward.audit import AuditPlan, Editions, Release, audit
from onward.audit.advice import ADVISER
from onward.data import tables
from onward.data.columns import Table
from onward.data.one_table import read_table
from onward.errors import DataError
from onward.release.plans import DEFAULT_SOURCE

NEEDS: Mapping[str, tuple[Table, tuple[str, ...], tuple[str, ...] | None]] = {
    "decisions": (tables.DECISIONS, ("learner_id", "credential_id"), ()),
    "groups": (tables.DEMOGRAPHICS, ("learner_id",), None),
    "values": (tables.VALUES, ("credential_id", "median_earnings", "benchmark_earnings"), None),
    "strata": (tables.STRATA, ("learner_id", "stratum"), None),
    "credentials": (tables.CREDENTIALS, ("credential_id", "award_level"), None),
    "pathways": (tables.PATHWAYS, ("from_id", "to_id"), ()),
    "scores": (tables.SCORES, ("learner_id", "as_of", "probability"), None),
    "offers": (tables.OFFERS, ("learner_id", "stage", "on_date"), ()),
    "awards": (tables.COUNTED_AWARDS, ("learner_id", "credential_id", "awarded_on"), ()),
}
"""Of each file: the table it is, the columns it must have, and what makes a row unique where that differs."""
NOT_SAID = {"basis": "not said", "kind": "Certificate", "name": "", "cip": "99", "weeks": 1.0, "relation": "leads_to"}
"""What stands in for a column that a file does not have; of these, figures rest on the basis alone."""


@dataclass(frozen=True)
class VendorFiles:
    """The tables of an audit as they were read, and the digest of each file by its name."""

    tables: Mapping[str, pd.DataFrame]
    digests: Mapping[str, str]


def read_files(paths: Mapping[str, Path | None]) -> VendorFiles:
    """Read the files of an audit; a table without a file is left out."""
    found, digests = {}, {}
    for name, path in paths.items():
        if path is None:
            continue
        table, needs, key = NEEDS[name]
        frame, digest = read_table(path, table, needs=needs, key=key)
        stand_in = {
            column: value for column, value in NOT_SAID.items() if column in frame and frame[column].isna().all()
        }
        found[name] = frame.assign(**stand_in)
        digests[path.name] = digest
    return VendorFiles(found, digests)


def decisions_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill in what a vendor need not say: rank 1, one source, a decision per learner."""
    filled = frame.assign(
        rank=frame["rank"].fillna(1),
        source=frame["source"].astype("str").fillna(DEFAULT_SOURCE),
        decided_on=frame["decided_on"].fillna(pd.Timestamp(0)),
    )
    return filled.assign(decision_id=filled["decision_id"].fillna(filled["source"] + " " + filled["learner_id"]))


def audit_files(
    decisions: Path,
    *,
    groups: Path,
    values: Path,
    others: Mapping[str, Path | None],
    plan: AuditPlan,
    previous: Release | None = None,
    named: bool = False,
) -> Editions:
    """Audit the decisions in a file; ``others`` are the further files by the name of their table.

    The source that is judged is the plan's where decisions has it or the plan has it ``named``, else the only one.
    """
    files = read_files({"decisions": decisions, "groups": groups, "values": values, **others})
    given = dict(files.tables)
    rows, people = decisions_of(given.pop("decisions")), given.pop("groups")
    held = [name for name in AuditPlan().attributes if people[name].notna().any()]
    if not held:
        raise DataError(
            f"{groups.name}: expected a column {' or '.join(AuditPlan().attributes)} that is filled in; there is none; "
            "without groups nothing can be compared"
        )
    about = (*plan.about, *((f"File {name}", f"SHA-256 {digest}") for name, digest in files.digests.items()))
    stated = replace(plan, attributes=tuple(held), about=about)
    stated = stated if named else _judging(rows["source"], stated)
    return audit(rows, demographics=people, plan=stated, previous=previous, **given)


def _judging(found: pd.Series, plan: AuditPlan) -> AuditPlan:
    """Return the plan with the source that is judged, where the file leaves no doubt which."""
    names = set(found)
    if plan.judged in names:
        return plan
    rest = sorted(names - {plan.compared_with, ADVISER})
    if len(rest) == 1:
        return replace(plan, judged=rest[0])
    if not rest and plan.compared_with in names:
        # What learners chose themselves, with nothing to compare it with.
        return replace(plan, judged=plan.compared_with, compared_with="")
    raise DataError(
        f"expected decisions of source {plan.judged}, which is to be judged; the file has {', '.join(sorted(names))}; "
        "name one as judged in the file of the plan"
    )


def read_release(folder: Path) -> Release:
    """Read what an earlier public report showed, from its folder."""
    path = folder / "audit.json"
    if not path.is_file():
        raise DataError(
            f"expected audit.json of an earlier report in {folder}; there is none; name the report's folder"
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"expected {path} as a report wrote it; {error}; take the report's own folder") from None
    if not isinstance(content, dict) or content.get("edition") != "public" or "release" not in content:
        raise DataError(
            f"expected the public edition of an earlier report in {folder}; that is another; name the public one"
        )
    release = Release.from_json(content["release"])
    if not any(shown.n for shown in release.populations.values()):
        raise DataError(
            f"the report in {folder} showed nothing, because too little had changed; name the last one that showed "
            "figures"
        )
    return release
