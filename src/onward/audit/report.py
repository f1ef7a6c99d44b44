"""The audit as files: a page for people, JSON and CSV for programs, all masked alike."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import pandas as pd

from onward.audit import wording
from onward.audit.figures import Audit, rounded
from onward.audit.groups import ATTRIBUTE_LABELS, EVERYONE, label
from onward.audit.measures import MEASURES
from onward.audit.plots import as_image, gap_plot

Row = tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A table's group with a row per source: what stands under one row heading."""

    heading: str
    rows: tuple[Row, ...]

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows, or one for every source where all are withheld."""
        if len(self.rows) > 1 and all(set(row[1:]) == {wording.WITHHELD} for row in self.rows):
            return (("Every source", *self.rows[0][1:]),)
        return self.rows


@dataclass(frozen=True)
class Section:
    """The tables and picture of one attribute."""

    title: str
    blocks: tuple[Block, ...]
    image: str = ""
    alt: str = ""


def _attributes(audit: Audit) -> list[str]:
    return list(dict.fromkeys(audit.gaps["attribute"]))


def _groups(frame: pd.DataFrame, attribute: str) -> list[str]:
    return list(dict.fromkeys(frame.loc[frame["attribute"] == attribute, "group"]))


def _by_measure(frame: pd.DataFrame, source: str, attribute: str, group: str) -> dict[str, "pd.Series"]:
    here = (frame["source"] == source) & (frame["attribute"] == attribute) & (frame["group"] == group)
    return {row["measure"]: row for _, row in frame[here].iterrows()}


def _share(row: "pd.Series") -> str:
    if pd.isna(row["covered"]):
        return wording.WITHHELD
    return f"{row['covered']:.0%}" + ("" if row["comparable"] else ", not comparable")


def _level_row(rows: dict[str, "pd.Series"], source: str) -> Row:
    figures = (wording.with_interval(rows[measure], "mean") for measure in MEASURES)
    return (wording.source_name(source), wording.count(rows["value"]["n"]), *figures)


def _gap_row(rows: dict[str, "pd.Series"], source: str) -> Row:
    figures = (wording.with_interval(rows[measure], "gap", difference=True) for measure in MEASURES)
    return (wording.source_name(source), wording.count(rows["value"]["n"]), *figures, _share(rows["value"]))


def _beside_row(over_all: "pd.Series", given: "pd.Series", source: str) -> Row:
    gaps = (wording.with_interval(row, "gap", difference=True) for row in (over_all, given))
    return (wording.source_name(source), wording.count(over_all["n"]), *gaps)


def levels(audit: Audit) -> tuple[Section, ...]:
    """Return the three measures side by side, for everyone and by attribute."""
    sections = []
    for attribute in [EVERYONE, *_attributes(audit)]:
        blocks = tuple(
            Block(
                label(group),
                tuple(_level_row(_by_measure(audit.cells, s, attribute, group), s) for s in audit.sources),
            )
            for group in _groups(audit.cells, attribute)
        )
        sections.append(Section(ATTRIBUTE_LABELS[attribute], blocks))
    return tuple(sections)


def _alt(audit: Audit, attribute: str, shown: pd.DataFrame) -> str:
    ours = shown[shown["source"] == audit.plan.judged]
    texts = [
        f"{label(row['group'])} {wording.with_interval(row, 'gap', difference=True)}" for _, row in ours.iterrows()
    ]
    return (
        f"Gaps in face value among comparable learners by {ATTRIBUTE_LABELS[attribute].lower()}, with intervals; the "
        f"limit is ${audit.plan.limit:,.0f} either way. {wording.source_name(audit.plan.judged)}: {'; '.join(texts)}. "
        "The table that follows holds every figure."
    )


def _picture(audit: Audit, attribute: str) -> tuple[str, str]:
    gaps = audit.gaps
    here = (gaps["attribute"] == attribute) & gaps["conditional"] & (gaps["measure"] == "value")
    shown = gaps[here & gaps["low"].notna() & gaps["comparable"]]
    if shown.empty:
        return "", ""
    names = {source: wording.source_name(source) for source in audit.sources}
    figures = shown.astype({"n": "float64"})
    return as_image(gap_plot(figures, names=names, limit=audit.plan.limit)), _alt(audit, attribute, shown)


def headline(audit: Audit) -> tuple[Section, ...]:
    """Return the gaps among comparable learners: a picture and a table for each attribute."""
    sections = []
    given = audit.gaps[audit.gaps["conditional"]]
    for attribute in _attributes(audit):
        blocks = tuple(
            Block(label(group), tuple(_gap_row(_by_measure(given, s, attribute, group), s) for s in audit.sources))
            for group in _groups(given, attribute)
        )
        sections.append(Section(ATTRIBUTE_LABELS[attribute], blocks, *_picture(audit, attribute)))
    return tuple(sections)


def side_by_side(audit: Audit) -> tuple[Section, ...]:
    """Return the gap in face value over all learners next to the one among comparable learners."""
    value = audit.gaps[audit.gaps["measure"] == "value"]
    over_all, given = value[~value["conditional"]], value[value["conditional"]]
    sections = []
    for attribute in _attributes(audit):
        blocks = tuple(
            Block(
                label(group),
                tuple(
                    _beside_row(
                        _by_measure(over_all, s, attribute, group)["value"],
                        _by_measure(given, s, attribute, group)["value"],
                        s,
                    )
                    for s in audit.sources
                ),
            )
            for group in _groups(value, attribute)
        )
        sections.append(Section(ATTRIBUTE_LABELS[attribute], blocks))
    return tuple(sections)


def judged(audit: Audit) -> list[Row]:
    """Return a row for each judged gap: group, n, gap with both intervals, finding, what more learners would tell."""
    rows: list[Row] = []
    for attribute, group in audit.family:
        row = wording.judged_gap(audit, attribute, group)
        finding = next((f for f in audit.verdict.findings if (f.attribute, f.group) == (attribute, group)), None)
        decided = wording.decided(finding.outcome) if finding else wording.WITHHELD
        figures = (
            wording.with_interval(row, "gap", difference=True, low="low90", high="high90"),
            wording.with_interval(row, "gap", difference=True).partition(" (")[2].rstrip(")") or wording.WITHHELD,
        )
        needed = wording.needed(finding, row, limit=audit.plan.limit) if finding else wording.WITHHELD
        rows.append((label(group), wording.count(row["n"]), *figures, decided, needed))
    return rows


def page(audit: Audit) -> str:
    """Return the report as one HTML page that asks the network for nothing."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("onward.audit"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"label": label}
    return environment.get_template("report.html.j2").render(
        audit=audit,
        plan=audit.plan,
        valuation=audit.valuation,
        verdict=wording.STATUSES[audit.verdict.status],
        opening=wording.opening(audit),
        reasons=wording.reasons(audit),
        rules=wording.rules(audit),
        bases=wording.bases(audit.valuation),
        pooled=wording.pooled(audit),
        leaning=wording.leaning(audit),
        judged=judged(audit),
        headline=headline(audit),
        levels=levels(audit),
        side_by_side=side_by_side(audit),
        withheld=_withheld(audit),
        unknown=_unknown(audit),
        judged_name=wording.source_name(audit.plan.judged),
        sources=[wording.source_meaning(source) for source in audit.sources],
        measures=[wording.MEASURE_NAMES[measure] for measure in MEASURES],
    )


def _withheld(audit: Audit) -> list[tuple[str, str]]:
    pairs = audit.withheld.groupby("attribute", sort=False)["group"].apply(list)
    return [(ATTRIBUTE_LABELS[str(name)], "; ".join(map(label, found))) for name, found in pairs.items()]


def _unknown(audit: Audit) -> list[tuple[str, str]]:
    """Return, by attribute, how many learners' group is not known."""
    cells = audit.cells
    here = (cells["group"] == "unknown") & (cells["measure"] == "value") & (cells["source"] == audit.plan.judged)
    known = {row["attribute"]: wording.count(row["n"]) for _, row in cells[here].iterrows()}
    return [(ATTRIBUTE_LABELS[name], known.get(name, "0")) for name in audit.plan.attributes]


def write_report(audit: Audit, folder: Path) -> Path:
    """Write report.html, audit.json, cells.csv and gaps.csv into ``folder`` and return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(audit.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
    _write(folder / "audit.json", [text, ""])
    _write(folder / "cells.csv", [rounded(audit.cells).to_csv(index=False, lineterminator="\n")])
    _write(folder / "gaps.csv", [rounded(audit.gaps).to_csv(index=False, lineterminator="\n")])
    target = folder / "report.html"
    _write(target, [page(audit), ""])
    return target


def _write(path: Path, lines: Sequence[str]) -> None:
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
