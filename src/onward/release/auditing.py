"""An audit asked for by itself: of a run once more, or of anybody's files; reported where it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from onward.audit import Audit, AuditPlan, Editions, write_report
from onward.audit.report import check_apart
from onward.errors import SettingsError
from onward.release.place import check_report_place
from onward.release.plans import plan_of_file
from onward.release.run import audit_again
from onward.release.vendor import audit_files, read_release
from onward.settings import AuditFile, load_audit

REQUIRED = ("groups", "values")


@dataclass(frozen=True)
class Asked:
    """What is asked for: files by the name of their table, and rules, those of ``limit`` and ``minimum_cell`` last."""

    files: Mapping[str, Path | None]
    plan: Path | None = None
    limit: float | None = None
    minimum_cell: int | None = None
    previous: Path | None = None


def audit_again_or_files(what: Path, asked: Asked, *, out: Path | None, restricted: Path | None) -> tuple[Audit, Path]:
    """Audit a run's folder, or a file of decisions; write the report and return the public edition and its page."""
    place = out or (what / "audit" if what.is_dir() else Path("audit"))
    check_report_place(place)
    if restricted is not None:
        check_report_place(restricted, public=False)
        check_apart(place, restricted)
    found = _audit_run(what, asked) if what.is_dir() else _audit_file(what, asked)
    return found.public, write_report(found, place, restricted=restricted)


def _audit_run(run: Path, asked: Asked) -> Editions:
    stray = [name for name, path in {**asked.files, "plan": asked.plan}.items() if path is not None]
    if stray:
        raise SettingsError(
            f"expected no file for an audit of a run, which has its own; got --{', --'.join(stray)}; leave them out, "
            "or name a CSV file of decisions"
        )
    # The run's own report is out already: what it withheld stays withheld.
    own = run / "report" / "audit.json"
    before = asked.previous or (own.parent if own.is_file() else None)
    previous = None if before is None else read_release(before)
    return audit_again(run, limit=asked.limit, minimum_cell=asked.minimum_cell, previous=previous)


def _audit_file(decisions: Path, asked: Asked) -> Editions:
    groups, values = (asked.files.get(name) for name in REQUIRED)
    if groups is None or values is None:
        lacking = " and ".join(f"--{name}" for name in REQUIRED if asked.files.get(name) is None)
        raise SettingsError(
            f"expected {lacking} for an audit of the decisions in {decisions}: who learners are and what credentials "
            "return; add them, or name the folder of a run"
        )
    chosen = AuditFile() if asked.plan is None else load_audit(asked.plan)
    plan = _with_asked(plan_of_file(chosen), asked)
    return audit_files(
        decisions,
        groups=groups,
        values=values,
        others={name: path for name, path in asked.files.items() if name not in REQUIRED},
        plan=plan,
        previous=None if asked.previous is None else read_release(asked.previous),
        named=chosen.judged is not None,
    )


def _with_asked(plan: AuditPlan, asked: Asked) -> AuditPlan:
    """Return the plan with what was asked for besides, and said so; a file of rules may only be made stricter."""
    limit = plan.limit if asked.limit is None else asked.limit
    minimum_cell = plan.minimum_cell if asked.minimum_cell is None else asked.minimum_cell
    if (limit, minimum_cell) == (plan.limit, plan.minimum_cell):
        return plan
    if asked.plan is not None and (limit > plan.limit or minimum_cell < plan.minimum_cell):
        raise SettingsError(
            f"expected rules as strict as those of {asked.plan} (limit {plan.limit:g}, cells of {plan.minimum_cell}), "
            f"which were fixed before results; got limit {limit:g}, cells of {minimum_cell}; change the file, openly"
        )
    said = f"when the audit was asked for: limit ${limit:,.0f}, cells of at least {minimum_cell}"
    return replace(plan, limit=limit, minimum_cell=minimum_cell, about=(("Rules chosen", said), *plan.about))
