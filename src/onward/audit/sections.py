"""What stands in each section of a report: the tables and pictures; the words around them are in the templates."""

import pandas as pd

from onward.audit.earned import LENGTHS
from onward.audit.groups import EVERYONE, GENDER, INTERSECTION, RACE, UNJUDGED, attribute_label, label
from onward.audit.impact import FOUR_FIFTHS, LEAST_SHARE
from onward.audit.participation import EITHER, MINORITISED_BY_GENDER, PARTNER, STEPS, WORK_BASED
from onward.audit.persistence import RATES, SCORED
from onward.audit.plots import as_image, gap_plot, reliability_plot, years_plot
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
RATE_NAMES = {
    "flagged": "Flagged",
    "error": "Shown less happened, points",
    "missed": "Missed, of those who did not persist",
    "flagged_wrongly": "Flagged, of those who persisted",
    "needed": "Did not persist, of those flagged",
}
STEP_NAMES = {name: f"{name[:1].upper()}{name[1:]}" for name in STEPS}
PROGRAMMES = (EITHER, WORK_BASED, PARTNER)
LENGTH_NAMES = {"short": "Short", "middle": "Middle", "long": "Long"}
LATEST = 10
"""Years of awards in the page; every year is in cells.csv."""
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
        for name in dict.fromkeys((audit.plan.compared_with, "unconstrained"))
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


def persistence(look: LookUp) -> list[Part]:
    """Return how a persistence prediction errs, group by group: a table per judged attribute, and one of all others."""
    frame = look.audit.errors
    if frame.empty:
        return []
    rows = {(row.attribute, row.group, row.measure): row for row in frame.itertuples(index=False)}
    measures = [name for name in RATE_NAMES if name in set(frame["measure"])]
    heads = ("Group", "Learners scored", *(RATE_NAMES[name] for name in measures))

    def block(attribute: str, group: str, heading: str) -> Block:
        scored = look.cell(attribute, group, "persisted", population=SCORED)
        rates = (_rate(rows.get((attribute, group, name)), name) for name in measures)
        return Block(heading, ((count(None if scored is None else scored.n), *rates),))

    def table(attributes: list[str], title: str, *, named: bool) -> Table:
        cells = [(name, group) for name in attributes for group in look.groups(name, population=SCORED)]
        blocks = [block(*cell, f"{attribute_label(cell[0])}: " * named + label(cell[1])) for cell in cells]
        return Table(f"How the persistence prediction errs: {title}", heads, tuple(blocks))

    held = [name for name in look.attributes(population=SCORED) if name != EVERYONE]
    first = [name for name in held if name in {*look.audit.plan.attributes, INTERSECTION}]
    rest = [name for name in held if name not in first and len(look.groups(name, population=SCORED)) > 1]
    found = [Part(attribute_label(name), (table([name], lower(name), named=False),)) for name in first]
    return [*found, *([Part("Further groups", (table(rest, "further groups", named=True),))] if rest else [])]


def _rate(row: Figures, measure: str) -> str:
    """Write a rate with its interval, of how many, and whether it was shown to differ from everyone else's."""
    if row is None or pd.isna(row.n):
        return WITHHELD
    if pd.isna(row.rate):
        return NONE
    text = f"{figure(row.rate, measure, difference=measure == 'error')} ({_rate_ends(row, measure)})"
    text += "" if RATES.get(measure, SCORED) == SCORED else f" of {row.n:,}"
    finding = {"higher": "; ▲ higher than others", "lower": "; ▼ lower than others"}.get(row.finding, "")
    return text + (finding or ("; too few to test" if row.finding == "too few to test" else ""))


def _rate_ends(row: Figures, measure: str) -> str:
    return ends(row.low, row.high, measure, difference=measure == "error")


def persistence_findings(audit: Audit) -> list[str]:
    """Say, rate by rate, which groups differ from everyone else after correction for how many were tested."""
    found = []
    for measure, name in RATE_NAMES.items():
        of = audit.errors[audit.errors["measure"] == measure]
        tested = of[of["adjusted_p"].notna()]
        if of.empty:
            continue
        differ = tested[tested["finding"].isin(["higher", "lower"])]
        texts = [_difference(row, measure) for row in differ.itertuples(index=False)]
        few = int((of["finding"] == "too few to test").sum())
        said = "; ".join(texts) if texts else "no group is shown to differ from everyone else"
        if tested.empty:
            said = "not evaluated, as no group has enough learners to test"
        found.append(f"{name}: {said}. Groups tested: {len(tested)}; too few to test: {few}.")
    return found


def _difference(row: Figures, measure: str) -> str:
    points = figure(row.difference, measure, difference=True)
    between = ends(row.diff_low, row.diff_high, measure, difference=True)
    return (
        f"{label(row.group)} ({lower(row.attribute)}) {row.finding} by {points} points ({between}), "
        f"p = {row.adjusted_p:.3f} after correction"
    )


def reliability(look: LookUp) -> list[Part]:
    """Return what was shown and what happened, by fifth of the probability: a picture and a table per attribute."""
    fifths = look.populations(f"{SCORED}, fifth ")
    found = []
    for attribute in (name for name in look.audit.plan.attributes if fifths):
        groups = look.groups(attribute, population=SCORED)

        def cells(group: str, attribute: str = attribute) -> Row:
            return tuple(_fifth(look, name, attribute, group) for name in fifths)

        heads = [f"Fifth {place}{_which(place, len(fifths))}" for place in range(1, len(fifths) + 1)]
        caption = f"Persistence, shown and happened, by fifth of the probability shown: {lower(attribute)}"
        table = by_group(groups, caption, heads, cells)
        picture = _reliability_picture(look, attribute, groups, fifths)
        found.append(Part(attribute_label(attribute), (table,), picture))
    return found


def _which(place: int, many: int) -> str:
    return {1: ", lowest shown", many: ", highest shown"}.get(place, "")


def _fifth(look: LookUp, population: str, attribute: str, group: str) -> str:
    shown = look.cell(attribute, group, "shown", population=population)
    happened = look.cell(attribute, group, "persisted", population=population)
    if shown is None or happened is None:
        return NONE
    if pd.isna(shown.mean) or pd.isna(happened.mean):
        return WITHHELD
    return f"{shown.mean:.0%} shown; {with_interval(happened)} happened; {happened.n:,} learners"


def _reliability_picture(look: LookUp, attribute: str, groups: list[str], fifths: list[str]) -> Picture | None:
    rows = []
    for group in groups:
        for population in fifths:
            shown = look.cell(attribute, group, "shown", population=population)
            happened = look.cell(attribute, group, "persisted", population=population)
            if shown is not None and happened is not None and not pd.isna(shown.mean) and not pd.isna(happened.low):
                rows.append((group, shown.mean, happened.mean, max(happened.low, 0.0), min(happened.high, 1.0)))
    if not rows:
        return None
    frame = pd.DataFrame(rows, columns=["group", "shown", "happened", "low", "high"])
    frame["off"] = (frame["shown"] - frame["happened"]).abs()
    worst = frame.groupby("group", sort=False)["off"].max()
    texts = "; ".join(f"{label(str(group))} {off * 100:.0f}" for group, off in worst.items())
    alt = (
        f"Share that persisted against the probability shown, by fifth, a panel for each group, by {lower(attribute)}. "
        f"Farthest from what was shown in any fifth, in points: {texts}. The table that follows holds every figure."
    )
    return Picture(f"Picture of reliability by {lower(attribute)}", as_image(reliability_plot(frame)), alt)


def participation(look: LookUp) -> list[Part]:
    """Return how far outreach went with eligible learners, for each kind of programme."""
    found = []
    for name in (name for name in PROGRAMMES if look.groups(EVERYONE, population=name)):
        held = look.attributes(population=name)
        tables = [
            _steps(look, name, attribute)
            for attribute in (EVERYONE, MINORITISED_BY_GENDER, *look.audit.plan.attributes, INTERSECTION)
            if attribute in held
        ]
        found.append(Part(f"{name[:1].upper()}{name[1:]}", tuple(tables)))
    return found


def _steps(look: LookUp, population: str, attribute: str) -> Table:
    def cells(group: str) -> Row:
        rows = [look.cell(attribute, group, step, population=population) for step in STEPS]
        return (count(next((row.n for row in rows if row is not None and not pd.isna(row.n)), None)), *map(_of, rows))

    caption = f"How far outreach went, {population}: {lower(attribute)}"
    heads = ["Eligible", *STEP_NAMES.values()]
    return by_group(look.groups(attribute, population=population), caption, heads, cells)


def _of(row: Figures) -> str:
    return with_interval(row)


def earned(look: LookUp) -> list[Part]:
    """Return who earned short, middle and long credentials, year by year: lines and a table per attribute."""
    years = look.populations("awards ")[-LATEST:]
    found = []
    for attribute in (EVERYONE, *look.audit.plan.attributes) if years else ():
        groups = list(dict.fromkeys(group for year in years for group in look.groups(attribute, population=year)))
        valued = any(look.cell(attribute, group, "value", population=y) is not None for y in years for group in groups)
        heads = ("Group", "Year", "Learners", *LENGTH_NAMES.values(), *(["Mean value"] if valued else []))
        measures = (*LENGTHS, *(["value"] if valued else []))
        blocks = [Block(label(group), _years(look, years, attribute, group, measures)) for group in groups]
        caption = f"Who earned short, middle and long credentials, by year: {lower(attribute)}"
        table = Table(caption, heads, tuple(blocks), depth=2)
        found.append(Part(attribute_label(attribute), (table,), _lines(look, years, attribute, groups)))
    return found


def _years(look: LookUp, years: list[str], attribute: str, group: str, measures: tuple[str, ...]) -> tuple[Row, ...]:
    found = []
    for year in years:
        rows = [look.cell(attribute, group, name, population=year) for name in measures]
        if all(row is None for row in rows):
            continue
        n = next((row.n for row in rows if row is not None and not pd.isna(row.n)), None)
        found.append((year.removeprefix("awards "), count(n), *map(_of, rows)))
    return _runs(found)


def _runs(rows: list[Row]) -> tuple[Row, ...]:
    """Join years that follow each other and are withheld alike."""
    found: list[Row] = []
    since = ""
    for row in rows:
        held = set(row[1:]) <= {WITHHELD, NONE}
        if held and found and set(found[-1][1:]) <= {WITHHELD, NONE}:
            since = since or found[-1][0]
            found[-1] = (f"{since} to {row[0]}", *row[1:])
        else:
            found.append(row)
            since = ""
    return tuple(found)


def _lines(look: LookUp, years: list[str], attribute: str, groups: list[str]) -> Picture | None:
    rows = []
    for group in groups:
        for year in years:
            found = [look.cell(attribute, group, name, population=year) for name in LENGTHS]
            means = [float("nan") if row is None or pd.isna(row.mean) else float(row.mean) for row in found]
            rows.append((group, int(year.removeprefix("awards ")), *means))
    frame = pd.DataFrame(rows, columns=["group", "year", *LENGTHS]).dropna(subset=list(LENGTHS), how="all")
    if frame.empty or frame["year"].nunique() < 2:
        return None
    alt = (
        f"Share of learners who earned short, middle and long credentials, by year, a panel for each group, by "
        f"{lower(attribute)}. {_turned(frame)} The table that follows holds every figure."
    )
    image = as_image(years_plot(frame, names=LENGTH_NAMES))
    return Picture(f"Picture of what was earned by year: {lower(attribute)}", image, alt)


def _turned(frame: pd.DataFrame) -> str:
    """Say of each group how the share with a short credential went from the first year shown to the last."""
    texts = []
    for group, of in frame.dropna(subset=["short"]).groupby("group", sort=False):
        first, last = of.iloc[0], of.iloc[-1]
        before, after = (f"{year['short']:.0%} in {year['year']:.0f}" for year in (first, last))
        texts.append(f"{label(str(group))} {before} to {after}")
    return f"Short credentials: {'; '.join(texts)}."


def overrides(look: LookUp) -> list[Part]:
    """Return where advisers depart from the advice, for whom and in which direction."""
    name = "overrides"
    held = look.attributes(population=name)
    heads = ["Learners", "Changed", "To a higher value", "To a lower value", "Mean change in value"]
    found = []
    for attribute in (EVERYONE, *look.audit.plan.attributes, INTERSECTION):
        if attribute not in held:
            continue

        def cells(group: str, attribute: str = attribute) -> Row:
            measures = ("changed", "raised", "lowered", "value_change")
            rows = [look.cell(attribute, group, measure, population=name) for measure in measures]
            n = next((row.n for row in rows if row is not None and not pd.isna(row.n)), None)
            return (count(n), *map(_of, rows))

        caption = f"Where advisers depart from the advice: {lower(attribute)}"
        table = by_group(look.groups(attribute, population=name), caption, heads, cells)
        found.append(Part(attribute_label(attribute), (table,)))
    return found


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
