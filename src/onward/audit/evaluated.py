"""What could be evaluated and what could not: absent evidence is named, and is never a pass."""

import pandas as pd

from onward.audit.advice import Advice
from onward.audit.family import Family
from onward.audit.groups import GENDER, RACE, attribute_label
from onward.audit.intervals import COMPARABLE_SHARE
from onward.audit.plan import AuditPlan
from onward.audit.sides import ALL_TOGETHER, Side
from onward.errors import DataError


def not_evaluated(advised: Advice, ours: Side, plan: AuditPlan) -> dict[str, str]:
    """Return, by the name of each part of the audit that cannot be evaluated, what would be needed."""
    held = set(ours.measured.figures.columns)
    reasons = {
        "completion": "the decisions hold no probability of completing (column p_complete)",
        "benefit": "it takes a probability of completing (p_complete) and the catalogue with prices (credentials)",
        "exposure": "the decisions hold no list beyond the first rank, or are counted rows",
        "level": "it takes the catalogue with award levels (credentials)",
        "stacking": "it takes the catalogue (credentials) and what leads to what (pathways)",
        "dead_end": "it takes the catalogue (credentials) and what leads to what (pathways)",
        "family_wage": "no wage that a family lives on is set (family_wage)",
        "not_imputed": "no advised value is imputed, or all are, so leaving imputed ones out changes nothing or all",
    }
    found = {name: why for name, why in reasons.items() if name not in held}
    if plan.compared_with not in advised.sources:
        beside = f"of source {plan.compared_with}" if plan.compared_with else "of another source"
        found["comparison"] = f"there are no decisions {beside} to compare with"
    if ours.strata["stratum"].eq(ALL_TOGETHER).all():
        found["strata"] = "no strata were given: nobody is compared with learners of like preparation and goal"
    if not any(kind == "preparation" for _, kind in ours.cells):
        found["preparation"] = "the strata do not say which part of them is preparation (column readiness)"
    if ours.strata[["goal", "readiness", "eligibility"]].isna().any().all():
        found["parts"] = "the strata do not say what in them is goal, readiness and eligibility"
    elif plan.reference:
        found["parts"] = "a group of reference is named, and parts are set against everyone else"
    return found


def reservations(advised: Advice, ours: Side, judged: Family, *, without_demographics: int) -> tuple[str, ...]:
    """Say what was not looked at, in sentences without a full stop, so that nothing about it may read as a pass."""
    found = []
    if ours.strata["stratum"].eq(ALL_TOGETHER).all():
        found.append(
            "Not evaluated: gaps among comparable learners; no strata were given, so nobody is compared with learners "
            "of like preparation and goal"
        )
    tested = {name for name, _ in judged.tested}
    found += [
        f"Not evaluated: {attribute_label(name).lower()}; no group of it is known and large enough to test"
        for name in (RACE, GENDER)
        if name not in tested
    ]
    everyone = advised.learners + advised.left_out
    if advised.learners < COMPARABLE_SHARE * everyone:
        found.append(
            f"Only {advised.learners / everyone:.0%} of the learners have a decision from every source: what is said "
            "of them is not said of all"
        )
    known = 1 - without_demographics / advised.learners
    if known < COMPARABLE_SHARE:
        found.append(f"Demographics say something of only {known:.0%} of the learners: most groups are not seen whole")
    return tuple(found)


def without_demographics(advised: Advice, people: pd.DataFrame, plan: AuditPlan) -> int:
    """Count the learners judged of whom demographics say nothing; DataError where that is all of them."""
    rows = advised.first[plan.judged]
    unknown = ~rows["learner_id"].isin(people["learner_id"])
    if len(people) and unknown.all():
        raise DataError(
            "none of the learners of decisions is in demographics; use the same learner_id in both, or nobody can be "
            "counted with a group"
        )
    return int(rows.loc[unknown, "count"].sum())
