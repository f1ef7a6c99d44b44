"""The shapes of a report: tables with a row per group, pictures that a table follows, and how figures are looked up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from onward.audit.editions import ADVICE
from onward.audit.groups import INTERSECTION, UNJUDGED, attribute_label, label
from onward.audit.result import Audit
from onward.audit.wording import NONE, WITHHELD, source_name

Row = tuple[str, ...]
BySource = Callable[[str, str], Row]
"""What stands beside a source and a group."""
ByGroup = Callable[[str], Row]
"""What stands beside a group."""
Figures = Any
"""One row of a frame: its columns as attributes."""
CROSSING = " x "
"""What stands in the name of an attribute that crosses two."""
MANY = 12
"""Above so many, withheld groups are counted and not named below a table."""


@dataclass(frozen=True)
class Block:
    """What stands under one row heading: a row, or a row per source."""

    heading: str
    rows: tuple[Row, ...]

    def withheld(self, depth: int) -> bool:
        """Whether nothing is said of it: ``depth`` cells of each row are headings."""
        cells = {cell for row in self.rows for cell in row[depth - 1 :]}
        return WITHHELD in cells and cells <= {WITHHELD, NONE, ""}


@dataclass(frozen=True)
class Table:
    """A table: its first ``depth`` columns are headings of rows, the group and perhaps whose decisions."""

    caption: str
    heads: tuple[str, ...]
    blocks: tuple[Block, ...]
    depth: int = 1

    @property
    def shown(self) -> tuple[Block, ...]:
        """The blocks of which anything is said."""
        return tuple(block for block in self.blocks if not block.withheld(self.depth))

    @property
    def note(self) -> str:
        """Which groups are withheld from it altogether."""
        hidden = [block.heading for block in self.blocks if block.withheld(self.depth)]
        if not hidden:
            return ""
        more = len(hidden) - MANY
        named = "; ".join(hidden[:MANY]) + (f"; and {more} more" if more > 0 else "")
        return f"Withheld from this table: {named}."


@dataclass(frozen=True)
class Picture:
    """A picture, in words as well; the table that follows it holds every figure."""

    label: str
    image: str
    alt: str


@dataclass(frozen=True)
class Part:
    """A heading within a section, with its picture and its tables."""

    title: str
    tables: tuple[Table, ...]
    picture: Picture | None = None


def _order(groups: pd.Series) -> list[str]:
    """Put groups that say nothing of identity last; otherwise keep their order."""
    every = list(dict.fromkeys(groups))
    return sorted(every, key=lambda group: bool(UNJUDGED & set(group.split(":"))))


class LookUp:
    """The figures of an audit, by where they stand."""

    def __init__(self, audit: Audit) -> None:
        """Index every cell and gap once: a page asks for thousands."""
        self.audit = audit
        self._cells = {
            (row.population, row.source, row.attribute, row.group, row.measure): row
            for row in audit.cells.itertuples(index=False)
        }
        self._gaps = {
            (row.source, row.attribute, row.group, row.given, row.measure): row
            for row in audit.gaps.itertuples(index=False)
        }
        pairs = audit.cells[["population", "attribute", "group"]].drop_duplicates()
        self._groups = {
            (str(population), str(attribute)): _order(of["group"])
            for (population, attribute), of in pairs.groupby(["population", "attribute"], sort=False)
        }

    def cell(self, attribute: str, group: str, measure: str, *, source: str = "", population: str = ADVICE) -> Figures:
        """Return a row of cells, or None."""
        return self._cells.get((population, source, attribute, group, measure))

    def gap(
        self, source: str, attribute: str, group: str, measure: str = "value", *, given: str = "stratum"
    ) -> Figures:
        """Return a row of gaps, or None."""
        return self._gaps.get((source, attribute, group, given, measure))

    def n(self, attribute: str, group: str, source: str) -> object:
        """Return how many learners of a source are in a group; paired learners are the same for every source."""
        named = (source,) if self.audit.counted else (source, *self.audit.sources)
        rows = [self.cell(attribute, group, "value", source=name) for name in named]
        found = [row.n for row in rows if row is not None]
        return next((n for n in found if not pd.isna(n)), None if found else 0)

    def groups(self, attribute: str, *, population: str = ADVICE) -> list[str]:
        """Return the groups of an attribute, those that say nothing of identity last.

        Where two attributes cross, groups that say nothing in one of them are left to the files.
        """
        every = self._groups.get((population, attribute), [])
        crossed = any(":" in group for group in every) and CROSSING in attribute
        return [group for group in every if not (crossed and UNJUDGED & set(group.split(":")))]

    def attributes(self, *, population: str) -> list[str]:
        """Return the attributes a population is shown in."""
        return [attribute for name, attribute in self._groups if name == population]

    def populations(self, first: str) -> list[str]:
        """Return the populations whose names begin so, in order."""
        return [name for name in dict.fromkeys(name for name, _ in self._groups) if name.startswith(first)]

    @property
    def primary(self) -> list[str]:
        """The attributes that are judged, and their intersection."""
        held = set(self.audit.gaps["attribute"])
        return [name for name in (*self.audit.plan.attributes, INTERSECTION) if name in held]

    @property
    def further(self) -> list[str]:
        """Every other attribute that gaps are shown in."""
        found = dict.fromkeys(self.audit.gaps["attribute"])
        return [name for name in found if name not in self.primary]

    @property
    def two(self) -> list[str]:
        """What was compared with, where it is there, and what is judged: the two of which every measure is known."""
        plan = self.audit.plan
        return [name for name in (plan.compared_with, plan.judged) if name in self.audit.sources]

    def beside(self, attribute: str) -> list[str]:
        """The sources in a table: all, but for the intersection those that matter to the verdict."""
        kept = {*self.two, "unconstrained", "without_limits"}
        return [name for name in self.audit.sources if attribute != INTERSECTION or name in kept]

    @property
    def drawn(self) -> list[str]:
        """The sources in a picture: of several, the two and one between them."""
        between = [name for name in self.audit.sources if name not in {*self.two, "stretch"}]
        best = [name for name in ("unconstrained", "imitation") if name in between] or between
        return [*self.two[:-1], *best[:1], *self.two[-1:]]

    def evaluated(self, *measures: str) -> list[str]:
        """Return those of the measures that were evaluated."""
        return [name for name in measures if name not in self.audit.not_evaluated]


def lower(attribute: str) -> str:
    """Name an attribute within a sentence or caption.

    >>> lower("race_ethnicity"), lower("pell")
    ('race and ethnicity', 'Pell grant')
    """
    text = attribute_label(attribute)
    return text if text.startswith("Pell") else text[:1].lower() + text[1:]


def by_source(
    look: LookUp,
    attribute: str,
    caption: str,
    heads: Sequence[str],
    cells: BySource,
    *,
    sources: Sequence[str] | None = None,
) -> Table:
    """Return a table with a row per group and source; ``cells(source, group)`` gives what stands beside them."""
    named = look.audit.sources if sources is None else sources
    blocks = [
        Block(label(group), tuple((source_name(source), *cells(source, group)) for source in named))
        for group in look.groups(attribute)
    ]
    return Table(caption, ("Group", "Decisions of", *heads), tuple(blocks), depth=2)


def by_group(
    groups: Sequence[str], caption: str, heads: Sequence[str], cells: ByGroup, *, first: str = "Group"
) -> Table:
    """Return a table with a row per group; ``cells(group)`` gives what stands beside it."""
    blocks = tuple(Block(label(group), (tuple(cells(group)),)) for group in groups)
    return Table(caption, (first, *heads), blocks)
