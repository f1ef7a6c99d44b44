"""The plan of an audit, as settings state it: of a run, or of anybody's files."""

from dataclasses import replace

from onward.audit import AuditPlan
from onward.settings import AuditFile, AuditSettings, Settings

DEFAULT_SOURCE = "vendor"
"""The source of decisions that name none."""


def plan_of_run(settings: Settings, *, notes: tuple[str, ...]) -> AuditPlan:
    """Return the plan of a run's audit."""
    return replace(
        _plan(settings.audit),
        limit=settings.parity.limit,
        attributes=tuple(settings.sensitive_in_training),
        control_words=settings.strata.words,
        notes=(*notes, *settings.audit.notes),
    )


def plan_of_file(chosen: AuditFile) -> AuditPlan:
    """Return the plan of an audit of anybody's decisions.

    >>> plan_of_file(AuditFile(limit=500.0)).judged
    'vendor'
    """
    return replace(
        _plan(chosen),
        limit=chosen.limit,
        judged=chosen.judged or DEFAULT_SOURCE,
        # What is judged is not compared with itself.
        compared_with="" if chosen.compared_with == chosen.judged else chosen.compared_with,
        control_words=chosen.control_words,
        notes=chosen.notes,
    )


def _plan(chosen: AuditSettings) -> AuditPlan:
    return AuditPlan(
        minimum_cell=chosen.minimum_cell,
        family_minimum=chosen.family_minimum,
        power=chosen.power,
        further=chosen.further,
        reference={str(name): group for name, group in chosen.reference.items()},
        reporting=chosen.reporting,
        price_share=chosen.price_share,
        family_wage=chosen.family_wage,
        family_wage_words=chosen.family_wage_words,
        capacity=chosen.capacity,
        next_audit=chosen.next_audit,
        caution=chosen.caution,
    )
