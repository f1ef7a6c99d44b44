"""The figures and findings of an audit in words a reader who is no statistician can check."""

import pandas as pd

from onward.audit.figures import Audit, Valuation
from onward.audit.groups import ATTRIBUTE_LABELS, label, subject
from onward.audit.verdict import Finding, Outcome, Status

WITHHELD = "withheld"
MINUS = "\N{MINUS SIGN}"
MEASURE_NAMES = {
    "value": "Face value",
    "benefit": "Expected benefit, the model's estimate",
    "completion": "Likely to complete, the model's estimate",
}
BASES = {
    "published": (
        "Published",
        "the published median yearly earnings of completers of the credential, or of its field and level",
    ),
    "state_list": ("State list", "the yearly earnings that a state's list gives for the credential"),
    "occupation": (
        "Occupation",
        "a percentile or the median of the yearly wages of everyone in an occupation, whatever credential they hold",
    ),
    "imputed": (
        "Imputed",
        "a figure filled in from elsewhere, or from too few programs, as no sound one is published for the credential",
    ),
}
SOURCES = {
    "history": ("History", "what learners chose"),
    "imitation": ("Imitation", "what a model advises that imitates history"),
    "onward": ("Onward", "what Onward advises"),
    "stretch": ("Stretch", "the stretch at the end of Onward's list, or its first place where there is none"),
}
# A shape beside every word, so that nothing hangs on colour.
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "inside": ("■", "inside the limit"),
    "outside": ("▲", "outside the limit"),
    "cannot_tell": ("○", "cannot tell yet"),
    "not_comparable": ("\N{EN DASH}", "not comparable"),
}
STATUSES: dict[Status, tuple[str, str]] = {
    "pass": ("■", "pass"),
    "fail": ("▲", "fail"),
    "cannot_tell": ("○", "cannot tell yet"),
    "not_evaluated": ("\N{EN DASH}", "not evaluated"),
}
DECIDED_BY: dict[Outcome, str] = {"inside": "inside by the 90% interval", "outside": "outside by the 95% interval"}


def source_name(source: str) -> str:
    """Name whose decisions these are; a source we do not know keeps its own name."""
    return SOURCES.get(source, (source, ""))[0]


def source_meaning(source: str) -> str:
    """Say whose decisions these are."""
    name, meaning = SOURCES.get(source, (source, ""))
    return f"{name} ({meaning})" if meaning else name


def dollars(amount: float) -> str:
    r"""Write dollars with a true minus sign.

    >>> dollars(-1234.4) == "\N{MINUS SIGN}$1,234"
    True
    """
    return f"{MINUS if round(amount) < 0 else ''}${abs(amount):,.0f}"


def figure(amount: float, measure: str, *, difference: bool = False) -> str:
    """Write a figure of a measure: dollars, or percent; a difference of percents is in points.

    >>> figure(0.6213, "completion"), figure(0.031, "completion", difference=True)
    ('62.1%', '3.1')
    """
    if measure != "completion":
        return dollars(amount)
    text = f"{abs(amount) * 100:.1f}"
    sign = MINUS if amount < 0 and text != "0.0" else ""
    return f"{sign}{text}" if difference else f"{sign}{text}%"


def with_interval(
    row: "pd.Series", name: str, *, difference: bool = False, low: str = "low", high: str = "high"
) -> str:
    """Write a figure with its interval, or say that it is withheld."""
    if pd.isna(row[name]):
        return WITHHELD if pd.isna(row["n"]) else "none"
    middle, ends = row[name], (row[low], row[high])
    text = figure(middle, row["measure"], difference=difference)
    if pd.isna(ends[0]):
        return f"{text} (no interval)"
    return f"{text} ({' to '.join(figure(end, row['measure'], difference=difference) for end in ends)})"


def count(n: object) -> str:
    """Write a count, or say that it is withheld."""
    return WITHHELD if pd.isna(n) else f"{n:,}"


def decided(outcome: Outcome) -> str:
    """Write a finding with its shape, and with the interval that decides it where one does.

    >>> decided("inside"), decided("cannot_tell")
    ('■ inside by the 90% interval', '○ cannot tell yet')
    """
    symbol, words = OUTCOMES[outcome]
    return f"{symbol} {DECIDED_BY.get(outcome, words)}"


def needed(finding: Finding, row: "pd.Series", *, limit: float) -> str:
    """Say how many of the group would show a gap of zero inside the limit, or what more of them would rather show.

    >>> woman = Finding("gender", "woman", "cannot_tell", 300)
    >>> needed(woman, pd.Series({"n": 900, "gap": -800.0}), limit=1_000)
    'enough for a true gap of zero; this estimate is near the limit'
    """
    if finding.outcome != "cannot_tell":
        return ""
    if pd.isna(row["gap"]):
        return WITHHELD
    if abs(row["gap"]) > limit:
        return "more learners would more likely show it outside"
    if finding.needed is None:
        return "not known: there is no interval"
    if finding.needed > row["n"]:
        return f"about {finding.needed:,}"
    return "enough for a true gap of zero; this estimate is near the limit"


def _amount(gap: float) -> str:
    return f"${abs(gap):,.0f} a year {'less' if gap < 0 else 'more'}"


def likely_between(low: float, high: float) -> str:
    """Write an interval of a gap as less or more.

    >>> likely_between(-860.0, -420.0), likely_between(-100.0, 300.0)
    ('likely between $420 and $860 less', 'likely between $100 less and $300 more')
    """
    if high <= 0:
        return f"likely between ${-high:,.0f} and ${-low:,.0f} less"
    if low >= 0:
        return f"likely between ${low:,.0f} and ${high:,.0f} more"
    return f"likely between ${-low:,.0f} less and ${high:,.0f} more"


def judged_gap(audit: Audit, attribute: str, group: str) -> "pd.Series":
    """Return the row of the gap that is judged for a group."""
    gaps = audit.gaps
    here = (gaps["attribute"] == attribute) & (gaps["group"] == group) & gaps["conditional"]
    return gaps[here & (gaps["source"] == audit.plan.judged) & (gaps["measure"] == "value")].iloc[0]


def leading(audit: Audit) -> Finding | None:
    """Return the finding to open with: of those that decide, the one whose gap may be widest."""
    order = ("outside", "cannot_tell", "inside")
    shown = [finding for finding in audit.verdict.findings if finding.outcome in order]
    first = min((order.index(finding.outcome) for finding in shown), default=0)
    rows = [(judged_gap(audit, f.attribute, f.group), f) for f in shown if f.outcome == order[first]]
    rows = [(row, finding) for row, finding in rows if pd.notna(row["gap"])]
    widest = max(rows, key=lambda pair: max(abs(pair[0]["low"]), abs(pair[0]["high"])), default=None)
    return widest[1] if widest else None


def opening(audit: Audit) -> str:
    """Return the sentence of the decision box, without the verdict."""
    finding = leading(audit)
    limit = f"Our limit is ${audit.plan.limit:,.0f}."
    if finding is None:
        return f"No gap could be judged and shown. {limit}"
    row = judged_gap(audit, finding.attribute, finding.group)
    low, high, level = ("low90", "high90", 90) if finding.outcome == "inside" else ("low", "high", 95)
    likely = f"{likely_between(row[low], row[high])}, by the {level}% interval"
    return (
        f"Among learners with the same {audit.plan.control_words}, {subject(finding.group)} were advised toward "
        f"credentials worth {_amount(row['gap'])} than everyone else ({likely}). {limit}"
    )


def _names(cells: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(label(group) for _, group in cells)


def tally(audit: Audit) -> str:
    """Say how many judged gaps came out which way, counting those that are shown."""
    outcomes = [finding.outcome for finding in audit.verdict.findings]
    parts = [f"{outcomes.count(key)} {words}" for key, (_, words) in OUTCOMES.items() if key in outcomes]
    hidden = len(audit.family) - len(outcomes)
    parts += [f"{hidden} judged but withheld here"] if hidden else []
    if not parts:
        return "No group was large enough to be judged."
    noun = "gap was" if len(audit.family) == 1 else "gaps were"
    return f"{len(audit.family)} {noun} judged: {', '.join(parts)}."


def reasons(audit: Audit) -> list[str]:
    """Say what the verdict rests on besides the opening sentence."""
    verdict, plan = audit.verdict, audit.plan
    found = [tally(audit)]
    if verdict.status == "fail" and all(finding.outcome != "outside" for finding in verdict.findings):
        found.append("The gap that lies outside the limit belongs to a group whose figures are withheld here.")
    if not verdict.compared:
        found.append(
            f"There are no decisions of source {plan.compared_with} to compare with, so this cannot pass: the groups "
            "of comparable learners may themselves carry the gap."
        )
    if verdict.wider:
        found.append(
            f"Over all learners, the gap is wider than under {source_name(plan.compared_with)} for "
            f"{_names(verdict.wider)}. That never passes, whatever the gap among comparable learners."
        )
    elif verdict.compared and verdict.status != "not_evaluated" and len(verdict.findings) == len(audit.family):
        found.append(
            f"Over all learners, no judged gap is shown to be wider than under {source_name(plan.compared_with)}."
        )
    if audit.pooled and any(finding.outcome == "not_comparable" for finding in verdict.findings):
        found.append(pooled(audit))
    if verdict.too_small:
        found.append(
            f"Too small to test (fewer than {plan.family_minimum}): {_names(verdict.too_small)}. They are not passed; "
            "each is owed a case review, learner by learner."
        )
    return found


def share(part: int, whole: int) -> str:
    """Write a share so that some is never none.

    >>> share(300, 1000), share(1, 9000), share(0, 9000)
    ('30.0%', 'less than 0.1%', '0.0%')
    """
    return "less than 0.1%" if 0 < part < 0.0005 * whole else f"{part / whole:.1%}"


def pooled(audit: Audit) -> str:
    """Say how many learners stand in the stratum of unlike ones, or nothing where none does."""
    if not audit.pooled:
        return ""
    learners = "learner is" if audit.pooled == 1 else "learners are"
    return (
        f"{audit.pooled:,} {learners} put together as \N{LEFT DOUBLE QUOTATION MARK}other"
        f"\N{RIGHT DOUBLE QUOTATION MARK} ({share(audit.pooled, audit.learners)} of all): too few share their "
        f"{audit.plan.control_words}. They are not alike, so they count in no gap among comparable learners, only in "
        "those over all learners."
    )


def bases(valuation: Valuation) -> list[tuple[str, str]]:
    """Say of each basis what its values are and how many credentials have it."""
    found = []
    for basis, n in valuation.basis.items():
        name, meaning = BASES.get(basis, (basis, "what the figure is, the table does not say"))
        found.append((name, f"{n:,} credential{'' if n == 1 else 's'}: {meaning}"))
    return found


def leaning(audit: Audit) -> str:
    """Say which way the estimates of completion lean, and for whose decisions most."""
    if audit.plan.second_opinion:
        return (
            "Expected benefit and likely to complete are estimates, not what happened. They come from models fitted on "
            "other decisions, which had no part in choosing, so no source is flattered by having chosen what these "
            "models overrate. What no record shows may still make them too high or too low. The verdict rests on face "
            "value only."
        )
    ours = "onward" in audit.sources
    whose = "for Onward, whose advice the same model chose" if ours else "for decisions that the same model chose"
    return (
        "Expected benefit and likely to complete are the model's own estimates, not what happened. Choosing by an "
        f"estimate favours the credentials where it errs upward. So both lean upward, most {whose}, and flatter "
        f"{'Onward' if ours else 'those'} beside other sources. The verdict rests on face value only."
    )


def rules(audit: Audit) -> list[str]:
    """Say the plan in words."""
    plan, valuation = audit.plan, audit.valuation
    price = f"Failing to complete costs {plan.price_share:.0%} of a credential's net price."
    if valuation.without_price:
        price += (
            f" Without a price, and so counted as $0: {valuation.without_price:,} of the catalogue's "
            f"{valuation.credentials:,} credentials."
        )
    attributes = " and ".join(ATTRIBUTE_LABELS[name].lower() for name in plan.attributes)
    return [
        f"Judged: the first advice of {source_name(plan.judged)}; compared with: {source_name(plan.compared_with)}.",
        (
            f"The limit is ${plan.limit:,.0f} a year of mean face value, in either direction, between a group and "
            f"everyone else with the same {plan.control_words}. Expected benefit and completion are shown, not judged."
        ),
        (
            f"Every group of at least {plan.family_minimum} learners is judged, by {attributes}. Learners whose group "
            "is not known, who declined to state it or are nonresident are shown, not judged."
        ),
        (
            "Pass: the 90% interval of every judged gap lies inside the limit. Fail: the 95% interval of any, widened "
            "so that it holds for all judged gaps at once, lies wholly outside. Otherwise: cannot tell yet."
        ),
        "A gap over all learners that is wider than the one compared with, by more than chance, never passes.",
        price,
        f"Cells of fewer than {plan.minimum_cell} learners are withheld.",
    ]
