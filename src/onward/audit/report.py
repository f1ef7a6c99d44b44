"""The audit as files: a page for people, JSON and CSV for programs; an edition for all and one for the officer."""

import getpass
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2

from onward.audit import sections, sections_beside, wording
from onward.audit.earned import COUNTED as EARNED_COUNTED
from onward.audit.groups import INTERSECTION
from onward.audit.participation import COUNTED as PARTICIPATION_COUNTED
from onward.audit.result import FRAMES, Audit, Editions, rounded
from onward.audit.tables_of_report import LookUp
from onward.errors import SettingsError

REPORT, ACCESS_LOG = "report.html", "access.log"
OFFICERS_FRAMES = ("case_review", "value_drivers", "composition")
"""The frames that the restricted edition alone holds."""
SECTIONS = {
    "does": "What this says and what it does not",
    "audited": "What was audited",
    "value": "How value is set",
    "rests": "What the verdict rests on",
    "gaps": "Gaps among comparable learners",
    "three": "Three gaps side by side",
    "levels": "Level and cost",
    "yardstick": "A second yardstick",
    "shares": "Dead ends, low returns and a wage to live on",
    "impact": "Impact ratios",
    "strata": "Within strata",
    "further": "Further groups of learners",
    "persistence": "Persistence",
    "participation": "Who takes part in work-based and partner programmes",
    "earned": "Who earned what, by year",
    "overrides": "Where advisers depart from the advice",
    "proxies": "What the advice gives away",
    "withheld": "What is withheld",
    "cases": "Case reviews",
    "limits": "Limits",
    "reading": "How to read this",
}
"""The sections of the page after the verdict, in their order."""
NOT_EVALUATED = {
    "completion": "likely to complete",
    "benefit": "expected benefit",
    "exposure": "the whole list, weighted by exposure",
    "level": "level",
    "stacking": "credits that stack",
    "dead_end": "dead ends",
    "fails_premium": "failing the earnings-premium test",
    "family_wage": "on a path to a family-sustaining wage",
    "not_imputed": "face value without imputed ones",
    "comparison": "what the advice is compared with",
    "strata": "gaps among comparable learners",
    "preparation": "the gap given preparation alone",
    "parts": "what the gap over all learners consists of",
    "persistence": "persistence",
    "flags": "flags, misses and false alarms",
    "participation": "participation",
    "earned": "what was earned by year",
    "overrides": "overrides",
}
"""What each part that may be missing is called in the page."""


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("onward.audit"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def page(audit: Audit) -> str:
    """Return the report of one edition as one HTML page that asks the network for nothing."""
    look = LookUp(audit)
    return _environment().get_template("report.html.j2").render(**_words(audit, look), **_tables(audit, look))


def _words(audit: Audit, look: LookUp) -> dict[str, Any]:
    titles = SECTIONS if wording.alike(audit) else SECTIONS | {"gaps": "Gaps over all learners"}
    drawn, two = ([wording.source_name(name) for name in names] for names in (look.drawn, look.two))
    crossed = two if INTERSECTION in look.primary else []
    return {
        "audit": audit,
        "plan": audit.plan,
        "valuation": audit.valuation,
        "sections": titles,
        "not_evaluated_names": NOT_EVALUATED,
        "verdict": wording.STATUSES[audit.verdict.status],
        "opening": wording.opening(audit),
        "chosen": wording.chosen(audit),
        "reasons": wording.reasons(audit),
        "rules": wording.rules(audit),
        "bases": wording.bases(audit.valuation),
        "publications": wording.publications(audit.valuation.sources),
        "pooled": wording.pooled(audit),
        "leaning": wording.leaning(audit),
        "alike": wording.alike(audit),
        "sides": wording.sides(audit),
        "few": lambda n: wording.few(n, minimum=audit.plan.minimum_cell),
        "values_alone": wording.names(wording.values_alone(audit)),
        "too_small": wording.names(audit.verdict.too_small),
        "judged_name": wording.source_name(audit.plan.judged),
        "sources": [wording.source_meaning(source) for source in audit.sources],
        "drawn": drawn,
        "two": two,
        "crossed": crossed,
        "participation_counted": PARTICIPATION_COUNTED,
        "earned_counted": EARNED_COUNTED,
        "latest": sections_beside.LATEST,
        "files": [f"{name}.csv" for name in _frames(audit)],
    }


def _tables(audit: Audit, look: LookUp) -> dict[str, Any]:
    return {
        "judged": sections.judged(audit),
        "drivers": sections.value_drivers(audit),
        "headline": sections.headline(look),
        "three_gaps": sections.three_gaps(look),
        "levels": sections.levels(look),
        "yardstick": sections.mean_and_gap(look, ("level", "stacking"), "Level and credits that stack"),
        "second_value": sections.mean_and_gap(look, ("exposure", "not_imputed"), "Value, looked at twice"),
        "shares": sections.mean_and_gap(
            look, ("dead_end", "fails_premium", "family_wage"), "Shares of what is advised"
        ),
        "impact": sections.impact_ratios(look),
        "strata": sections.strata(look),
        "further": sections.further(look),
        "alike_in": sections.alike_in(look),
        "persistence": sections_beside.persistence(look),
        "persistence_findings": sections_beside.persistence_findings(audit),
        "reliability": sections_beside.reliability(look),
        "participation": sections_beside.participation(look),
        "earned": sections_beside.earned(look),
        "overrides": sections_beside.overrides(look),
        "proxies": sections.proxies(look),
        "withheld": sections.withheld(audit),
        "unknown": sections.unknown(look),
        "cases": sections.case_sheets(audit),
    }


def _frames(audit: Audit) -> tuple[str, ...]:
    return FRAMES if audit.edition == "public" else (*FRAMES, *OFFICERS_FRAMES)


def _files(audit: Audit) -> dict[str, str]:
    """Return the text of every file of one edition, by name."""
    kept = json.dumps(audit.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
    tables = {
        f"{name}.csv": rounded(getattr(audit, name)).to_csv(index=False, lineterminator="\n") for name in _frames(audit)
    }
    return {REPORT: f"{page(audit)}\n", "audit.json": f"{kept}\n", **tables}


def write_report(editions: Editions, folder: Path, *, restricted: Path | None = None) -> Path:
    """Write the public edition into ``folder`` and return the page's path: report.html, audit.json and CSV files.

    Where ``restricted`` is given, the restricted edition goes into that folder, with the case-review sheets, readable
    by its owner alone; its access.log says when it was written, by whom, and which page. It must lie apart from
    ``folder``, so that who passes the one on does not pass on the other. Raises SettingsError where it does not.
    """
    if restricted is not None:
        check_apart(folder, restricted)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _files(editions.public).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    if restricted is not None:
        _write_restricted(editions.restricted, restricted)
    return folder / REPORT


def check_apart(folder: Path, restricted: Path) -> None:
    """Refuse a place for the restricted edition that is, holds or lies in that of the public one."""
    public, private = folder.resolve(), restricted.resolve()
    if public == private or public in private.parents or private in public.parents:
        raise SettingsError(
            f"the restricted edition is to be written into {restricted} and the public one into {folder}; set them to "
            "two folders of which neither lies within the other"
        )


def _write_restricted(audit: Audit, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    files = _files(audit)
    for name, text in files.items():
        _write_private(folder / name, text)
    digest = hashlib.sha256(files[REPORT].encode()).hexdigest()
    written = datetime.now(UTC).isoformat(timespec="seconds")
    _write_private(folder / ACCESS_LOG, f"{written} {_user()} {digest}\n", add=True)


def _write_private(path: Path, text: str, *, add: bool = False) -> None:
    """Write a file that its owner alone may read, from its first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_APPEND if add else os.O_TRUNC), 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        path.chmod(0o600)
        file.write(text)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
