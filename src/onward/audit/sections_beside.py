"""What stands beside the advice in a report: persistence, participation, awards by year, overrides."""

import pandas as pd

from onward.audit.earned import LENGTHS
from onward.audit.groups import EVERYONE, INTERSECTION, attribute_label, label
from onward.audit.participation import EITHER, MINORITISED_BY_GENDER, PARTNER, STEPS, WORK_BASED
from onward.audit.persistence import RATES, SCORED
from onward.audit.plots import as_image, reliability_plot, years_plot
from onward.audit.result import Audit
from onward.audit.tables_of_report import Block, Figures, LookUp, Part, Picture, Row, Table, by_group, lower
from onward.audit.wording import (
    NONE,
    WITHHELD,
    count,
    ends,
    figure,
    with_interval,
)

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
"""Years of awards in the page."""


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
