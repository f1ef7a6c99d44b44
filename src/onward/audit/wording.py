"""The figures and findings of an audit in words a reader who is no statistician can check."""

from typing import Any, cast

import pandas as pd

from onward.audit.groups import attribute_label, label, subject
from onward.audit.population import Cell
from onward.audit.result import Audit, Valuation
from onward.audit.verdict import Finding, Outcome, Status

WITHHELD = "withheld"
NONE = "none"
NO_INTERVAL = "no interval"
MOST_NAMED = 6
"""Publications named in the page."""
MINUS = "\N{MINUS SIGN}"
DOLLARS = frozenset({"value", "benefit", "not_imputed", "exposure", "change", "value_change"})
RUNGS, CREDITS = "level", "stacking"
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
    "unconstrained": ("Without the constraint", "what would be advised if no constraint held groups together"),
    "without_limits": (
        "Without limits",
        "what Onward would advise if no learner had set limits on weeks, cost or times",
    ),
    "onward": ("Onward", "what Onward advises"),
    "stretch": ("Stretch", "the stretch at the end of Onward's list, or its first place where there is none"),
    "adviser": ("Advisers", "what advisers recommended in the end"),
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

Figures = Any
"""One row of a frame: its columns as attributes."""


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
    """Write a figure of a measure: dollars, a rung, credits or percent; a difference of percents is in points.

    >>> figure(0.6213, "completion"), figure(0.031, "completion", difference=True), figure(2.345, "level")
    ('62.1%', '3.1', '2.35')
    """
    if measure in DOLLARS:
        return dollars(amount)
    places, scale, unit = {RUNGS: (2, 1, ""), CREDITS: (1, 1, "")}.get(measure, (1, 100, "" if difference else "%"))
    text = f"{abs(amount) * scale:,.{places}f}"
    return f"{MINUS if amount < 0 and float(text.replace(',', '')) else ''}{text}{unit}"


def _is_share(measure: str) -> bool:
    return measure not in {*DOLLARS, RUNGS, CREDITS, "error"}


def ends(low: float, high: float, measure: str, *, difference: bool = False) -> str:
    """Write the ends of an interval; that of a share stays between 0% and 100%, and one without width is none.

    >>> ends(-0.02, 0.31, "completion"), ends(0.0, 0.0, "flagged"), ends(1.0, 2.0, "value")
    ('0.0% to 31.0%', 'no interval', '$1 to $2')
    """
    if pd.isna(low) or (low == high and _is_share(measure)):
        return NO_INTERVAL
    if _is_share(measure) or measure == "error":
        low, high = max(low, -1.0 if difference else 0.0), min(high, 1.0)
    return " to ".join(figure(end, measure, difference=difference) for end in (low, high))


def with_interval(
    row: Figures | None,
    name: str = "mean",
    *,
    measure: str = "",
    difference: bool = False,
    low: str = "low",
    high: str = "high",
) -> str:
    """Write a figure of a row with its interval, or say that it is withheld, or that there is none."""
    if row is None:
        return NONE
    middle = getattr(row, name)
    if pd.isna(middle):
        return WITHHELD if pd.isna(getattr(row, "n", None)) else NONE
    kind = measure or row.measure
    text = figure(middle, kind, difference=difference)
    return f"{text} ({ends(getattr(row, low), getattr(row, high), kind, difference=difference)})"


def count(n: object) -> str:
    """Write a count, or say that it is withheld."""
    return WITHHELD if n is None or pd.isna(cast("float", n)) else f"{int(cast('float', n)):,}"


def few(n: int | None, *, minimum: int) -> str:
    """Write a count, or below which number it is.

    >>> few(1234, minimum=10), few(None, minimum=10)
    ('1,234', 'fewer than 10')
    """
    return f"fewer than {minimum}" if n is None else f"{n:,}"


def decided(outcome: Outcome) -> str:
    """Write a finding with its shape, and with the interval that decides it where one does.

    >>> decided("inside"), decided("cannot_tell")
    ('■ inside by the 90% interval', '○ cannot tell yet')
    """
    symbol, words = OUTCOMES[outcome]
    return f"{symbol} {DECIDED_BY.get(outcome, words)}"


BETTER_VALUES = "better values would tell, not more learners"


def needed(finding: Finding, row: Figures, *, limit: float) -> str:
    """Say how many of the group would show a gap of zero inside the limit, or what would tell instead."""
    if finding.outcome != "cannot_tell":
        return ""
    if pd.isna(row.gap):
        return WITHHELD
    if abs(row.gap) > limit:
        return "more learners would more likely show it outside"
    if finding.needed is None:
        return BETTER_VALUES if finding.by_values else "not known: there is no interval"
    near = "enough for a true gap of zero; this estimate is near the limit"
    return f"about {finding.needed:,}" if finding.needed > row.n else near


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


def alike(audit: Audit) -> str:
    """Say what compared learners have in common, or nothing where nobody was compared with learners alike."""
    return "" if "strata" in audit.not_evaluated else audit.plan.control_words


def among(audit: Audit) -> str:
    """Say among whom a gap is taken, as a sentence begins."""
    return f"Among learners with the same {alike(audit)}" if alike(audit) else "Over all learners"


def other_side(audit: Audit, attribute: str) -> str:
    """Say whom groups of an attribute are set against."""
    named = audit.plan.reference.get(attribute)
    return subject(named) if named else "everyone else"


def sides(audit: Audit) -> str:
    """Say whom the groups of all judged attributes are set against."""
    return " or ".join(sorted({other_side(audit, name) for name in audit.plan.attributes}))


def judged_gap(audit: Audit, attribute: str, group: str) -> Figures:
    """Return the row of the gap that is judged for a group."""
    gaps = audit.gaps
    here = (gaps["attribute"] == attribute) & (gaps["group"] == group) & (gaps["given"] == "stratum")
    ours = here & (gaps["source"] == audit.plan.judged) & (gaps["measure"] == "value")
    return next(gaps[ours].itertuples(index=False))


def leading(audit: Audit) -> Finding | None:
    """Return the finding to open with: of those that decide, the one whose gap may be widest.

    A group that has less comes before one that has more. A watched group decides only where it lies outside.
    """
    order = ("outside", "cannot_tell", "inside")
    decide = [f for f in audit.verdict.findings if f.outcome == "outside" or not f.watched]
    shown = [finding for finding in decide or audit.verdict.findings if finding.outcome in order]
    first = min((order.index(finding.outcome) for finding in shown), default=0)
    rows = [(judged_gap(audit, f.attribute, f.group), f) for f in shown if f.outcome == order[first]]
    rows = [(row, finding) for row, finding in rows if pd.notna(row.gap)]
    widest = max(rows, key=lambda pair: (pair[0].gap < 0, max(abs(pair[0].low), abs(pair[0].high))), default=None)
    return widest[1] if widest else None


def chosen(audit: Audit) -> bool:
    """Whether what is judged is what learners chose or earned, and not advice."""
    return audit.plan.judged == "history"


def opening(audit: Audit) -> str:
    """Return the sentence of the decision box, without the result."""
    finding = leading(audit)
    limit = f"Our limit is ${audit.plan.limit:,.0f}."
    if finding is None:
        return f"No gap could be judged and shown. {limit}"
    row = judged_gap(audit, finding.attribute, finding.group)
    low, high, level = (row.low90, row.high90, 90) if finding.outcome == "inside" else (row.low, row.high, 95)
    did = "came to" if chosen(audit) else "were advised toward"
    return (
        f"{among(audit)}, {subject(finding.group)} {did} credentials worth {_amount(row.gap)} than "
        f"{other_side(audit, finding.attribute)} ({likely_between(low, high)}, by the {level}% interval). {limit}"
    )


def names(cells: "tuple[Cell, ...] | list[Cell]") -> str:
    """Name the groups of cells, as a list in a sentence."""
    return ", ".join(label(group) for _, group in cells)


def tally(audit: Audit) -> str:
    """Say how many judged gaps came out which way, counting those that are shown."""
    outcomes = [finding.outcome for finding in audit.verdict.findings]
    parts = [f"{outcomes.count(key)} {words}" for key, (_, words) in OUTCOMES.items() if key in outcomes]
    tested = audit.verdict.tested
    hidden = tested - len(outcomes)
    parts += [f"{hidden} judged but withheld here"] if hidden else []
    if not parts:
        return "No group was large enough to be judged."
    return f"{tested} {'gap was' if tested == 1 else 'gaps were'} judged: {', '.join(parts)}."


def values_alone(audit: Audit) -> list[Cell]:
    """Return the judged groups of whom no number of learners would tell, as the values are too uncertain."""
    return [(finding.attribute, finding.group) for finding in audit.verdict.findings if finding.by_values]


def watched(audit: Audit) -> list[Cell]:
    """Return the groups that can fail an audit and are too small to pass."""
    return [(finding.attribute, finding.group) for finding in audit.verdict.findings if finding.watched]


def reasons(audit: Audit) -> list[str]:
    """Say what the verdict rests on besides the opening sentence."""
    verdict, plan = audit.verdict, audit.plan
    found = [tally(audit)]
    if verdict.status == "fail" and all(finding.outcome != "outside" for finding in verdict.findings):
        found.append("The gap that lies outside the limit belongs to a group whose figures are withheld here.")
    found += [f"{reservation}. So this cannot pass." for reservation in verdict.reservations]
    if not verdict.compared:
        found.append(
            f"Not evaluated: whether the gap over all learners has grown; "
            f"{audit.not_evaluated.get('comparison', 'there is nothing to compare with')}. So this cannot pass: "
            "what learners have in common may itself carry the gap."
        )
    if verdict.wider:
        found.append(
            f"Over all learners, the gap is wider than under {source_name(plan.compared_with)} for "
            f"{names(verdict.wider)}. That never passes, whatever the gap among comparable learners."
        )
    elif verdict.compared and verdict.status != "not_evaluated" and len(verdict.findings) == len(audit.family):
        found.append(
            f"Over all learners, no judged gap is shown to be wider than under {source_name(plan.compared_with)}."
        )
    if short := values_alone(audit):
        found.append(
            f"For {names(short)} the values of the credentials are too uncertain: better values would tell, "
            "not more learners."
        )
    if audit.pooled != 0 and any(finding.outcome == "not_comparable" for finding in verdict.findings):
        found.append(pooled(audit))
    if verdict.too_small:
        found.append(
            f"Too small to be shown inside the limit: {names(verdict.too_small)}. They are not passed; each is owed a "
            "case review, learner by learner."
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
    if audit.pooled == 0:
        return ""
    number = few(audit.pooled, minimum=audit.plan.minimum_cell)
    of_all = f" ({share(audit.pooled, audit.learners)} of all)" if audit.pooled and not audit.everyone_withheld else ""
    return (
        f"{number[:1].upper()}{number[1:]} {'learner is' if audit.pooled == 1 else 'learners are'} put together as "
        f"\N{LEFT DOUBLE QUOTATION MARK}other\N{RIGHT DOUBLE QUOTATION MARK}{of_all}: too few share their "
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


def publications(sources: "tuple[str, ...]") -> str:
    """Name the publications, each once, with how many entries of it are used where there are several.

    Entries are of one publication where they begin alike, up to a comma, or else end alike, after a full stop.

    >>> publications(("OEWS 2025, cooks", "OEWS 2025, guards", "Scorecard, release of June"))
    'OEWS 2025 (2 entries); Scorecard, release of June'
    """
    begun = _together(sources, [source.partition(", ")[0] for source in sources])
    if len(begun) > MOST_NAMED:
        begun = _together(sources, [source.partition(". ")[2] or source for source in sources])
    more = len(begun) - MOST_NAMED
    return "; ".join(begun[:MOST_NAMED]) + (f"; and {more} more, in column source of values" if more > 0 else "")


def _together(entries: "tuple[str, ...]", keys: list[str]) -> list[str]:
    """Name entries by what they have in common, or in full where nothing else has the same."""
    found: dict[str, list[str]] = {}
    for entry, key in zip(entries, keys, strict=True):
        found.setdefault(key, []).append(entry)
    return [of[0] if len(of) == 1 else f"{key} ({len(of):,} entries)" for key, of in found.items()]


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


def family_rule(audit: Audit) -> str:
    """Say which groups are judged, and what became of the others."""
    plan = audit.plan
    attributes = " and ".join(attribute_label(name).lower() for name in plan.attributes)
    return (
        f"A group is judged, by {attributes}, where it has at least {plan.family_minimum:,} learners and enough of "
        f"them beside the others: an effective number of {audit.needed:,}. With it a true gap of zero would be shown "
        f"inside the limit {plan.power:.0%} of the time, by what chance in who the learners are does to values that "
        f"vary by {dollars(audit.spread)}{' within strata' if alike(audit) else ''}. This was fixed by numbers of "
        "learners and by how values vary over all of them together, before any group's result was seen. A group "
        f"of {plan.family_minimum:,} or more that falls short of that is watched: its gap is tested and can fail the "
        "audit, but it is too small to be shown inside the limit, so it neither passes nor blocks a pass. It and every "
        "smaller group are owed a case review: each of its learners' advice beside that of similar learners, accepted "
        "in writing. It is never a pass. Learners whose group is not known, who declined to state it or are "
        "nonresident are shown, not judged."
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
    compared = source_name(plan.compared_with) if plan.compared_with in audit.sources else "nothing"
    of = source_meaning(plan.judged) if chosen(audit) else f"the first advice of {source_name(plan.judged)}"
    return [
        f"Judged: {of}; compared with: {compared}.",
        (
            f"The limit is ${plan.limit:,.0f} a year of mean face value, in either direction, between a group and "
            f"{sides(audit)}{f' with the same {alike(audit)}' if alike(audit) else ''}. Expected "
            "benefit and completion are shown, not judged."
        ),
        family_rule(audit),
        (
            "Pass: the 90% interval of every judged gap lies inside the limit. Fail: the 95% interval of any, widened "
            "so that it holds for all judged gaps at once, lies wholly outside. Otherwise: cannot tell yet."
        ),
        (
            f"Each 95% interval of a gap is made at {1 - audit.level:.2%}, so that all judged ones hold at once with a "
            "chance of 95%. Intervals of gaps in dollars hold both chance in who the learners are and the values' own "
            "uncertainty, which all groups share; every other interval holds chance alone."
        ),
        "A gap over all learners that is wider than the one compared with, by more than chance, never passes.",
        *([price] if "benefit" not in audit.not_evaluated else []),
        f"Cells of fewer than {plan.minimum_cell} learners are withheld from the public edition.",
    ]
