"""What stands in the sections of a report: tables and pictures; the words around them are in the templates."""

import pandas as pd

from onward.audit.groups import EVERYONE, GENDER, INTERSECTION, RACE, UNJUDGED, attribute_label, label
from onward.audit.impact import FOUR_FIFTHS, LEAST_SHARE
from onward.audit.plots import as_image, gap_plot
from onward.audit.result import Audit
from onward.audit.tables_of_report import Block, Figures, LookUp, Part, Picture, Row, Table, by_group, by_source, lower
from onward.audit.wording import (
    NONE,
    WITHHELD,
    alike,
    count,
    decided,
    dollars,
    ends,
    figure,
    judged_gap,
    needed,
    sides,
    source_name,
    with_interval,
)

THREE = ("value", "benefit", "completion")
SHORT_NAMES = {
    "value": "Face value a year",
    "benefit": "Expected benefit",
    "completion": "Likely to complete",
    "level": "Level, in rungs",
    "stacking": "Credits that stack",
    "exposure": "Whole list, by exposure",
    "not_imputed": "Face value, none imputed",
    "dead_end": "Dead end",
    "fails_premium": "Fails premium test",
    "family_wage": "Path to family wage",
}
PART_NAMES = {
    "goal": "Goal",
    "readiness": "Readiness",
    "eligibility": "What is open",
    "unexplained": "Not explained",
}
DRAWN = 24
"""Groups in one picture; the table that follows has all."""
SHEET = 200
"""Learners of a group in the page of the restricted edition; every one is in case_review.csv."""


def judged(audit: Audit) -> Table:
    """Return a row per judged gap: learners, gap with both intervals, what makes it wide, finding, what would tell."""
    heads = (
        "Group",
        "Learners",
        "Gap (90% interval)",
        "95% interval, all gaps at once",
        "One standard deviation: chance in who the learners are",
        "One standard deviation: the values\N{RIGHT SINGLE QUOTATION MARK} own uncertainty",
        "Finding",
        "Learners of the group needed to show it inside",
    )
    shared = f" with the same {alike(audit)}" if alike(audit) else ""
    caption = (
        f"Judged gaps: {source_name(audit.plan.judged)}, face value a year of what is advised, a group minus "
        f"{sides(audit)}{shared}"
    )
    return Table(caption, heads, tuple(_judged_block(audit, *cell) for cell in audit.family))


def _judged_block(audit: Audit, attribute: str, group: str) -> Block:
    row = judged_gap(audit, attribute, group)
    finding = next((f for f in audit.verdict.findings if (f.attribute, f.group) == (attribute, group)), None)
    held = pd.isna(row.gap)
    cells = (
        count(row.n),
        with_interval(row, "gap", difference=True, low="low90", high="high90"),
        WITHHELD if held else ends(row.low, row.high, "value", difference=True),
        WITHHELD if pd.isna(row.sampling) else dollars(row.sampling),
        WITHHELD if pd.isna(row.values) else _by_values(audit, row.values),
        decided(finding.outcome) + "; watched" * finding.watched if finding else WITHHELD,
        needed(finding, row, limit=audit.plan.limit) if finding else WITHHELD,
    )
    return Block(label(group), (cells,))


def _by_values(audit: Audit, error: float) -> str:
    nothing_known = audit.valuation.without_range == audit.valuation.credentials
    return "not known: no value has a range" if nothing_known else dollars(error)


def value_drivers(audit: Audit) -> Table | None:
    """Return the credentials whose uncertain values move each judged gap most; the restricted edition alone has any."""
    frame = audit.value_drivers
    if frame.empty:
        return None
    moved = [
        (str(group), [f"{row.credential_id}: {dollars(row.dollars)}" for row in of.itertuples(index=False)])
        for (_, group), of in frame.groupby(["attribute", "group"], sort=False)
    ]
    most = max(len(texts) for _, texts in moved)
    blocks = [Block(label(group), ((*texts, *[NONE] * (most - len(texts))),)) for group, texts in moved]
    caption = "The credentials whose uncertain values move a gap most: by how much, for one standard deviation"
    return Table(caption, ("Group", *(f"Place {place}" for place in range(1, most + 1))), tuple(blocks))


def headline(look: LookUp) -> list[Part]:
    """Return the gaps among comparable learners: a picture and a table for each judged attribute and the crossing."""
    measures = look.evaluated(*THREE)
    heads = [SHORT_NAMES[name] + (", points" if name == "completion" else "") for name in measures]
    found = []
    for attribute in look.primary:

        def cells(source: str, group: str, attribute: str = attribute) -> Row:
            rows = {name: look.gap(source, attribute, group, name) for name in measures}
            gaps = (with_interval(row, "gap", difference=True) for row in rows.values())
            return (count(look.n(attribute, group, source)), *gaps, _covered(rows["value"]))

        caption = f"Gaps {_among(look.audit)} by {lower(attribute)}"
        table = by_source(look, attribute, caption, ["Learners", *heads, "Comparable share"], cells)
        found.append(Part(attribute_label(attribute), (table,), _gap_picture(look, attribute)))
    return found


def _among(audit: Audit) -> str:
    return "among comparable learners" if alike(audit) else "over all learners"


def _covered(row: Figures) -> str:
    if row is None or pd.isna(row.covered):
        return WITHHELD
    return f"{row.covered:.0%}" + ("" if row.comparable else ", not comparable")


def _gap_picture(look: LookUp, attribute: str) -> Picture | None:
    audit, gaps = look.audit, look.audit.gaps
    here = (gaps["attribute"] == attribute) & (gaps["given"] == "stratum") & (gaps["measure"] == "value")
    sources = look.drawn if attribute != INTERSECTION else look.two
    shown = gaps[here & gaps["low"].notna() & gaps["comparable"] & gaps["source"].isin(sources)]
    if shown.empty:
        return None
    shown = _most(shown.astype({"n": "float64"}), look.groups(attribute))
    if shown.empty:
        return None
    image = as_image(gap_plot(shown, names={name: source_name(name) for name in sources}, limit=audit.plan.limit))
    return Picture(f"Picture of the gaps by {lower(attribute)}", image, _gap_words(audit, attribute, shown))


def _most(rows: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """Keep the groups with the most learners, in their order."""
    sizes = rows.groupby("group")["n"].max().sort_values(ascending=False, kind="stable")
    kept = [group for group in order if group in set(sizes.index[:DRAWN])]
    place = {group: at for at, group in enumerate(kept)}
    return rows[rows["group"].isin(kept)].sort_values("group", key=lambda column: column.map(place), kind="stable")


def _gap_words(audit: Audit, attribute: str, shown: pd.DataFrame) -> str:
    ours = shown[shown["source"] == audit.plan.judged]
    texts = [f"{label(row.group)} {with_interval(row, 'gap', difference=True)}" for row in ours.itertuples(index=False)]
    return (
        f"Gaps in face value {_among(audit)} by {lower(attribute)}, with intervals; the limit is "
        f"${audit.plan.limit:,.0f} either way. {source_name(audit.plan.judged)}: {'; '.join(texts)}. "
        "The table that follows holds every figure."
    )


def three_gaps(look: LookUp) -> list[Part]:
    """Return the gap in face value over all learners, given preparation, and given all that is held alike."""
    audit = look.audit
    kinds = {"nothing": "Over all learners"}
    if not alike(audit) and "preparation" in audit.not_evaluated:
        return []
    if "preparation" not in audit.not_evaluated:
        kinds["preparation"] = "Given preparation"
    if alike(audit):
        kinds["stratum"] = f"Given {alike(audit)}"
    found = []
    for attribute in look.primary:

        def cells(source: str, group: str, attribute: str = attribute) -> Row:
            rows = (look.gap(source, attribute, group, given=kind) for kind in kinds)
            return (
                count(look.n(attribute, group, source)),
                *(with_interval(row, "gap", difference=True) for row in rows),
            )

        caption = f"Gap in face value a year, by what learners have in common: {lower(attribute)}"
        heads = ["Learners", *kinds.values()]
        table = by_source(look, attribute, caption, heads, cells, sources=look.beside(attribute))
        split = _split(look, attribute)
        found.append(Part(attribute_label(attribute), (table, *([split] if split else []))))
    return found


def _split(look: LookUp, attribute: str) -> Table | None:
    frame = look.audit.parts
    here = frame[frame["attribute"] == attribute]
    if here.empty:
        return None
    names = [name for name in PART_NAMES if name in set(here["part"])]
    rows = {(row.source, row.group, row.part): row for row in here.itertuples(index=False)}

    def cells(source: str, group: str) -> Row:
        whole = with_interval(look.gap(source, attribute, group, given="nothing"), "gap", difference=True)
        return (whole, *(_amount(rows.get((source, group, name))) for name in names), _stands(rows, source, group))

    heads = ["Over all learners", *(PART_NAMES[name] for name in names), "Stands beside others alike in all"]
    caption = f"What the gap over all learners consists of: {lower(attribute)}"
    return by_source(look, attribute, caption, heads, cells, sources=look.two)


def _amount(row: Figures) -> str:
    """Write a part of a gap; a part is missing where it is withheld, or where nobody is alike."""
    if row is None or pd.isna(row.amount):
        return WITHHELD if row is None or pd.isna(row.covered) else NONE
    return f"{dollars(row.amount)} ({ends(row.low, row.high, 'value', difference=True)})"


def _stands(rows: dict[tuple[str, str, str], Figures], source: str, group: str) -> str:
    row = rows.get((source, group, "unexplained"))
    return WITHHELD if row is None or pd.isna(row.covered) else f"{row.covered:.0%}"


def levels(look: LookUp) -> list[Part]:
    """Return the means of every source, and what separates the judged one from those it is set beside."""
    audit = look.audit
    measures = look.evaluated(*THREE)
    beside = [
        name
        for name in dict.fromkeys((audit.plan.compared_with, "unconstrained", "without_limits"))
        if name in audit.sources and name != audit.plan.judged
    ]
    found = []
    for attribute in (EVERYONE, *look.primary):
        blocks = [
            Block(
                label(group),
                (
                    *(_level_row(look, source, attribute, group, measures) for source in look.beside(attribute)),
                    *(_less_row(look, other, attribute, group, measures) for other in beside),
                ),
            )
            for group in look.groups(attribute)
        ]
        heads = ("Group", "Decisions of", "Learners", *(SHORT_NAMES[name] for name in measures))
        table = Table(f"Mean of what is advised: {lower(attribute)}", heads, tuple(blocks), depth=2)
        found.append(Part(attribute_label(attribute), (table,)))
    return found


def _level_row(look: LookUp, source: str, attribute: str, group: str, measures: list[str]) -> Row:
    rows = (look.cell(attribute, group, name, source=source) for name in measures)
    return (source_name(source), count(look.n(attribute, group, source)), *map(with_interval, rows))


def _less_row(look: LookUp, other: str, attribute: str, group: str, measures: list[str]) -> Row:
    ours = look.audit.plan.judged
    cells = []
    for name in measures:
        after = look.cell(attribute, group, name, source=ours)
        before = look.cell(attribute, group, name, source=other)
        cells.append(_moved(before, after, name))
    return (f"{source_name(ours)} less {source_name(other)}", "", *cells)


def _moved(before: Figures, after: Figures, measure: str) -> str:
    """Write by how much a mean differs, with its sign; points for shares."""
    if before is None or after is None:
        return NONE
    if pd.isna(before.mean) or pd.isna(after.mean):
        return WITHHELD if pd.isna(before.n) or pd.isna(after.n) else NONE
    text = figure(after.mean - before.mean, measure, difference=True)
    sign = "+" if text.strip("$0.,") and after.mean > before.mean else ""
    return f"{sign}{text}" + (" points" if measure == "completion" else "")


def mean_and_gap(look: LookUp, measures: tuple[str, ...], caption: str) -> list[Part]:
    """Return mean and gap among comparable learners of some measures, for what is judged and compared with."""
    held = look.evaluated(*measures)
    if not held:
        return []
    heads = ["Learners"]
    for name in held:
        unit = "" if name in {"level", "stacking", "exposure", "not_imputed"} else ", points"
        heads += [SHORT_NAMES[name], f"{SHORT_NAMES[name]}: gap{unit}"]
    found = []
    for attribute in look.primary:

        def cells(source: str, group: str, attribute: str = attribute) -> Row:
            texts = [count(look.n(attribute, group, source))]
            for name in held:
                texts.append(with_interval(look.cell(attribute, group, name, source=source)))
                texts.append(with_interval(look.gap(source, attribute, group, name), "gap", difference=True))
            return tuple(texts)

        table = by_source(look, attribute, f"{caption}: {lower(attribute)}", heads, cells, sources=look.two)
        found.append(Part(attribute_label(attribute), (table,)))
    return found


def impact_ratios(look: LookUp) -> list[Part]:
    """Return the impact ratios in the layout of Local Law 144: by sex, by race, and by both together."""
    frame = look.audit.impact
    rows = {(row.source, row.attribute, row.group): row for row in frame.itertuples(index=False)}
    found = []
    for attribute in (name for name in (GENDER, RACE, INTERSECTION) if name in look.primary):

        def cells(source: str, group: str, attribute: str = attribute) -> Row:
            row = rows.get((source, attribute, group))
            if row is None:
                return (NONE,) * 5
            held = pd.isna(row.n)
            share = WITHHELD if held or pd.isna(row.share) else f"{row.share:.1%}"
            ratio = WITHHELD if held else (NONE if pd.isna(row.ratio) else f"{row.ratio:.2f}")
            selected = with_interval(row, measure="above_median")
            return (count(look.n(attribute, group, source)), share, selected, ratio, _ratio_note(row, group))

        heads = ["Learners", "Share of all", "Selected", "Impact ratio", "Note"]
        table = by_source(look, attribute, f"Impact ratios: {lower(attribute)}", heads, cells, sources=look.two)
        found.append(Part(attribute_label(attribute), (table,)))
    return found


def _ratio_note(row: Figures, group: str) -> str:
    if pd.isna(row.n):
        return ""
    if UNJUDGED & set(group.split(":")):
        return "left out: says nothing of identity"
    if row.share < LEAST_SHARE:
        return f"left out: below {LEAST_SHARE:.0%} of learners"
    return "below four fifths" if row.ratio < FOUR_FIFTHS else ""


def strata(look: LookUp) -> Table | None:
    """Return how many learners stand in each stratum, and the mean value of what each source advised them."""
    groups = look.groups("stratum")
    if not alike(look.audit) or not groups:
        return None
    audit = look.audit

    def cells(group: str) -> Row:
        means = (with_interval(look.cell("stratum", group, "value", source=source)) for source in audit.sources)
        return (count(look.n("stratum", group, audit.plan.judged)), *means)

    heads = ("Learners", *(source_name(source) for source in audit.sources))
    return by_group(groups, "Mean face value of what is advised, stratum by stratum", heads, cells, first="Stratum")


def further(look: LookUp) -> list[Part]:
    """Return a compact table for every further attribute."""
    measures = look.evaluated(*THREE)
    kinds = {"nothing": "Gap over all learners"}
    if alike(look.audit):
        kinds["stratum"] = f"Gap given {alike(look.audit)}"
    found = []
    for attribute in (name for name in look.further if len(look.groups(name)) > 1):

        def cells(source: str, group: str, attribute: str = attribute) -> Row:
            means = (_mean(look.cell(attribute, group, name, source=source)) for name in measures)
            gaps = (look.gap(source, attribute, group, given=kind) for kind in kinds)
            return (
                count(look.n(attribute, group, source)),
                *means,
                *(with_interval(row, "gap", difference=True) for row in gaps),
            )

        heads = ["Learners", *(SHORT_NAMES[name] for name in measures), *kinds.values()]
        table = by_source(look, attribute, f"By {lower(attribute)}", heads, cells, sources=look.two)
        found.append(Part(attribute_label(attribute), (table,)))
    return found


def alike_in(look: LookUp) -> str:
    """Name the further attributes in which all learners are of one group, so that there is nothing to compare."""
    return ", ".join(attribute_label(name) for name in look.further if len(look.groups(name)) == 1)


def _mean(row: Figures) -> str:
    return with_interval(row).partition(" (")[0]


def proxies(look: LookUp) -> list[Part]:
    """Return how far the value of what is advised gives away a group, for every source."""
    rows = {(row.source, row.attribute, row.group): row for row in look.audit.reveals.itertuples(index=False)}
    found = []
    for attribute in look.audit.plan.attributes:

        def cells(group: str, attribute: str = attribute) -> Row:
            return tuple(_auc(rows.get((source, attribute, group))) for source in look.audit.sources)

        heads = [source_name(source) for source in look.audit.sources]
        caption = f"How well the value of what is advised tells who belongs to a group, AUC: {lower(attribute)}"
        found.append(Part(attribute_label(attribute), (by_group(look.groups(attribute), caption, heads, cells),)))
    return found


def _auc(row: Figures) -> str:
    if row is None or pd.isna(row.n):
        return WITHHELD
    if pd.isna(row.auc):
        return NONE
    return f"{row.auc:.2f}" + ("" if pd.isna(row.low) else f" ({row.low:.2f} to {row.high:.2f})")


def withheld(audit: Audit) -> Table | None:
    """Return how much is withheld of each population; the list itself is in withheld.csv."""
    frame = audit.withheld
    if frame.empty:
        return None
    kind = frame["population"].str.replace(r"^awards \d+$", "awards by year", regex=True)
    kind = kind.str.replace(r"^(scored), fifth \d+$", "scored, by fifth", regex=True)
    blocks = []
    for name, of in frame.groupby(kind, sort=False):
        whole = of[of["measure"] == ""]
        groups = [f"{label(group)} ({lower(attribute)})" for attribute, group in dict.fromkeys(_cells(whole))]
        blocks.append(Block(str(name), ((f"{len(whole):,}", f"{len(of) - len(whole):,}", _some(groups)),)))
    heads = ("About whom", "Groups withheld", "Single figures withheld besides", "The groups")
    return Table("What is withheld", heads, tuple(blocks))


def _cells(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return [(str(row.attribute), str(row.group)) for row in frame.itertuples(index=False)]


def _some(texts: list[str], *, many: int = 15) -> str:
    return "; ".join(texts[:many]) + (f"; and {len(texts) - many} more" if len(texts) > many else "")


def case_sheets(audit: Audit) -> list[Part]:
    """Return a sheet per group that is too small to test, a row per learner; the restricted edition alone has any."""
    found = []
    for (attribute, group), of in audit.case_review.groupby(["attribute", "group"], sort=False):
        name = f"{label(str(group))} ({lower(str(attribute))})"
        heads = (
            "Learner",
            "Stratum",
            "Advised",
            "Value",
            "Similar learners",
            "Their mean value",
            "Most advised to them",
            "Difference",
        )
        blocks = [_case(row) for row in of.head(SHEET).itertuples(index=False)]
        more = f", the {SHEET} with the widest shortfall of {len(of):,} learners" if len(of) > SHEET else ""
        found.append(Part(name, (Table(f"Case review: {name}{more}", heads, tuple(blocks)),)))
    return found


def _case(row: Figures) -> Block:
    similar = pd.notna(row.similar_mean_value)
    cells = (
        str(row.stratum),
        str(row.advised),
        dollars(row.value),
        f"{row.similar_learners:,}",
        dollars(row.similar_mean_value) if similar else NONE,
        str(row.similar_most_advised) if similar else NONE,
        dollars(row.difference) if similar else "a person has to judge",
    )
    return Block(str(row.learner_id), (cells,))


def unknown(look: LookUp) -> list[tuple[str, str]]:
    """Return, by attribute, how many learners' group is not known."""
    found = []
    for attribute in look.audit.plan.attributes:
        row = look.cell(attribute, "unknown", "value", source=look.audit.plan.judged)
        found.append((attribute_label(attribute), "0" if row is None else count(row.n)))
    return found
