"""Which counts and means are withheld, so that no published figure gives away a learner.

A count is withheld where it is small, and with it every mean. A mean is withheld where all learners share one figure,
for it would be everybody's, or where it counts too few. Others are withheld with them (complementary suppression) until
somebody who knows all that is published, and what a figure can be at all, is left in doubt about every withheld cell:
at least three counts are possible, and means over a fifth of the range. What cannot be kept in doubt otherwise is
withheld altogether, everyone included. An earlier release counts as published too.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from onward.audit.feasible import COUNTS, TOTAL, WIDTH, Bools, Network, Table, narrow, possible_counts
from onward.audit.groups import GENDER, INTERSECTION, RACE
from onward.audit.population import Cell, Counts, Floats, Population
from onward.audit.releases import Release, Shown, newcomers
from onward.errors import DataError

__all__ = ["TOTAL", "Mask", "Release", "release_of", "withheld"]

Narrow = Callable[[Bools, Counts], Bools]
"""Which cells are too little in doubt, by cell and column, given what is hidden in some of the columns."""


@dataclass(frozen=True)
class Mask:
    """What is withheld of each population: ``counts``, each with all its means, and ``means`` alone.

    >>> mask = Mask({"advice": frozenset({("gender", "declined")})}, {})
    >>> mask.hides("advice", "gender", "declined", "value"), mask.hides("advice", "gender", "woman")
    (True, False)
    """

    counts: Mapping[str, frozenset[Cell]]
    means: Mapping[str, frozenset[tuple[str, str, str]]]

    def hides(self, population: str, attribute: str, group: str, measure: str | None = None) -> bool:
        """Say whether a mean is withheld, or the count where no measure is given."""
        return (attribute, group) in self.cells(population) or (attribute, group, measure) in self.measures(population)

    def cells(self, population: str) -> frozenset[Cell]:
        """Return the cells whose count is withheld; a population the mask was not made for is refused, not shown."""
        if population not in self.counts:
            raise DataError(
                f"expected one of the populations {', '.join(self.counts) or '(none)'}, which the mask was made for; "
                f"{population} came; make the mask with it"
            )
        return self.counts[population]

    def measures(self, population: str) -> frozenset[tuple[str, str, str]]:
        """Return the means withheld of cells whose count is shown, as (attribute, group, measure)."""
        return self.means.get(population, frozenset())


def _open(population: Population) -> tuple[tuple[str, ...], Floats]:
    """Return the measures with a figure to guess, and their figures scaled to 0 for the least and 1 for the largest."""
    names = [str(name) for name in population.figures]
    absent = [name for name in names if name not in population.bounds]
    if absent:
        raise DataError(
            f"expected bounds of every measure; {', '.join(absent)} have none; say what their figures can be"
        )
    names = [name for name in names if population.bounds[name][0] < population.bounds[name][1]]
    low, high = np.array([population.bounds[name] for name in names], float).reshape(-1, 2).T
    scaled = (population.figures[names].to_numpy(dtype=float) - low) / (high - low)
    outside = [
        name for name, column in zip(names, scaled.T, strict=True) if ((column < -1e-9) | (column > 1 + 1e-9)).any()
    ]
    if outside:
        raise DataError(
            f"expected figures within their bounds; {', '.join(outside)} of {population.name} go beyond; "
            "give the least and the largest a figure can be"
        )
    return tuple(names), scaled.clip(0.0, 1.0)


def _networks(codes: Mapping[str, Counts], first: Mapping[str, int]) -> tuple[Network, ...]:
    """Return how the cells add up: race, gender and their intersection together, any other attribute by itself."""
    at = {name: first[name] + np.arange(codes[name].max(initial=-1) + 1) for name in codes}
    crossed = (RACE, GENDER, INTERSECTION) if INTERSECTION in codes else ()
    found = [Network.of_parts(at[name]) for name in codes if name not in crossed]
    if crossed:
        _, rows = np.unique(codes[INTERSECTION], return_index=True)
        row, column = codes[RACE][rows], codes[GENDER][rows]
        found.append(Network.of_crossing(at[RACE], at[GENDER], at[INTERSECTION], row=row, column=column))
    return tuple(found)


def _same(scaled: Floats, places: Counts, sums: Floats, squares: Floats, part: Counts) -> Bools:
    """Say where all learners share one figure: as the squares suggest, and as the figures then confirm."""
    likely = (part > 0) & (squares - sums**2 / part.clip(min=1) < 1e-6 * part)
    for cell in np.flatnonzero(likely.any(axis=1)):
        figures = scaled[np.ix_((places == cell).any(axis=1), likely[cell])]
        likely[cell, likely[cell]] = np.nanmin(figures, axis=0) == np.nanmax(figures, axis=0)
    return np.asarray(likely)


def table_of(population: Population) -> Table:
    """Count and add up the learners of every cell.

    >>> who = pd.DataFrame({"gender": ["woman", "woman", "man"]})
    >>> found = table_of(Population("a", who, np.ones(3, int), pd.DataFrame({"v": [0, 5, 5]}), {"v": (0, 10)}))
    >>> found.cells, found.n.tolist(), found.sums.ravel().tolist()
    ((('everyone', 'everyone'), ('gender', 'man'), ('gender', 'woman')), [3, 1, 2], [1.0, 0.5, 0.5])
    """
    measures, scaled = _open(population)
    codes, cells, first = {}, [TOTAL], {}
    for name in population.who:
        code, groups = pd.factorize(population.who[name].astype("str"), sort=True)
        codes[str(name)], first[str(name)] = np.asarray(code, np.int64), len(cells)
        cells += [(str(name), str(group)) for group in groups]
    places = np.column_stack([0 * population.count, *(first[name] + code for name, code in codes.items())])
    starts = np.arange(0, places.size + 1, places.shape[1])
    weights = np.repeat(population.count.astype(float), places.shape[1])
    member = sparse.csr_array((weights, places.ravel(), starts), shape=(len(places), len(cells))).T
    counted = ~np.isnan(scaled)
    filled = np.ascontiguousarray(np.where(counted, scaled, 0.0))
    n = np.rint(member @ np.ones(len(places))).astype(np.int64)
    part = np.repeat(n[:, None], len(measures), axis=1)
    some = np.flatnonzero(~counted.all(axis=0))
    part[:, some] = np.rint(member @ counted[:, some].astype(float)).astype(np.int64)
    sums = member @ filled
    same = _same(scaled, places, sums, member @ filled**2, part)
    return Table(tuple(cells), measures, n, part, sums, _networks(codes, first), same)


def _cheapest(network: Network, n: Counts, hidden: Bools, among: Bools) -> int:
    """Return which published cell to withhold next: the smallest, with the one that it would take beside it.

    Any other where none of ``among`` is left, and everyone, in the first place, last of all.
    """
    rest = ~hidden & (np.arange(len(n)) > 0)
    among = among & rest if (among & rest).any() else rest
    if not among.any():
        return 0
    ends = np.abs(network.incidence) > 0
    touched = (ends & hidden).any(axis=1)
    cost = []
    for cell in np.flatnonzero(among).tolist():
        untouched = np.flatnonzero(ends[:, cell] & ~touched)
        others = [n[ends[node] & rest & (np.arange(len(n)) != cell)].min(initial=n[0]) for node in untouched]
        cost.append((n[cell] == 0, int(n[cell]) + sum(map(int, others)), cell))
    return min(cost)[2]


def _beside(network: Network, n: Counts, hidden: Bools, doubtless: Bools) -> int:
    """Return what to withhold beside the smallest cell too little in doubt: in a sum that hides it alone, if any."""
    cells = np.flatnonzero(doubtless)
    ends = np.abs(network.incidence) > 0
    around = ends[:, int(cells[n[cells].argmin()])]
    alone = around & ((ends & hidden).sum(axis=1) == 1)
    return _cheapest(network, n, hidden, np.asarray(ends[alone if alone.any() else around].any(axis=0)))


def _short(network: Network, n: Counts, hidden: Bools, minimum: int) -> Bools:
    """Say which published wholes hide one part alone, or parts that hold too few together, by node and column."""
    parts = network.parts.astype(int)
    inside, together = parts @ hidden, parts @ np.where(hidden, n, 0)
    return np.asarray(~hidden[network.whole] & (together > 0) & ((inside == 1) | (together < minimum)))


def _another_part(network: Network, n: Counts, hidden: Bools, node: int) -> int:
    """Return what to withhold where a sum is short: another of its parts, or the whole."""
    parts = network.parts[node]
    return _cheapest(network, n, hidden, parts) if (parts & ~hidden).any() else int(network.whole[node])


def _closed(network: Network, n: Counts, hidden: Bools, minimum: int, *, is_narrow: Narrow, lost: Bools) -> Bools:
    """Withhold more, in every column by itself, until published sums hide enough and nothing hidden is narrow.

    ``n`` and ``hidden`` have a row per cell of the network. ``lost`` are cells nothing but withholding all can help.
    """
    hidden = hidden.copy()
    hidden[0] |= (lost & hidden).any(axis=0)
    columns = np.flatnonzero(hidden.any(axis=0) & ~hidden[0])
    while columns.size:
        before = hidden.copy()
        short = _short(network, n[:, columns], hidden[:, columns], minimum)
        for column, nodes in zip(columns[short.any(axis=0)], short.T[short.any(axis=0)], strict=True):
            hidden[_another_part(network, n[:, column], hidden[:, column], int(nodes.argmax())), column] = True
        even = columns[~short.any(axis=0)]
        for column, doubtless in zip(even, is_narrow(hidden[:, even], even).T, strict=True):
            if doubtless.any():
                hidden[_beside(network, n[:, column], hidden[:, column], doubtless), column] = True
        hidden[0] |= (lost & hidden).any(axis=0)
        columns = np.flatnonzero((hidden != before).any(axis=0) & ~hidden[0])
    return hidden


def _with_counts(table: Table, hidden: Bools, *, minimum: int) -> Bools:
    """Withhold counts until every withheld one is in doubt."""
    found = hidden.copy()
    for network in table.networks:
        at = network.cells
        n = table.n[at][:, None]
        is_narrow = partial(_narrow_counts, network, table.n[at], table.least)
        closed = _closed(network, n, found[at][:, None], minimum, is_narrow=is_narrow, lost=np.zeros(n.shape, bool))
        found[at] = closed[:, 0]
    return np.asarray(found | found[0])


def _narrow_counts(network: Network, n: Counts, least: int, hidden: Bools, columns: Counts) -> Bools:
    if not columns.size:
        return hidden
    fewest, most = possible_counts(network, n, hidden[:, 0], least)
    return np.asarray(hidden[:, 0] & (most > 0) & (most - fewest + 1 < COUNTS))[:, None]


def _with_means(table: Table, hidden: Bools, *, uncounted: Bools, minimum: int) -> Bools:
    """Withhold means, measure by measure, until every withheld one is in doubt."""
    found = hidden.copy()
    for network in table.networks:
        at = network.cells
        is_narrow = partial(_narrow_means, table, network, uncounted[at])
        lost = _lost(table.part[at], table.sums[at]) & ~uncounted[at][:, None]
        found[at] = _closed(network, table.part[at], found[at], minimum, is_narrow=is_narrow, lost=lost)
    return np.asarray(found | found[0])


def _narrow_means(table: Table, network: Network, uncounted: Bools, hidden: Bools, columns: Counts) -> Bools:
    part, sums = table.part[network.cells][:, columns], table.sums[network.cells][:, columns]
    return narrow(network, part, sums, hidden, uncounted, least=table.least, slack=table.slack)


def _lost(part: Counts, sums: Floats) -> Bools:
    """Say of which cells of known count the mean could not be in doubt even if only everyone's were published."""
    most, least = np.minimum(part, sums[0]), np.maximum(0.0, sums[0] - (part[0] - part))
    return np.asarray(most - least < WIDTH * part)


def _until_still(step: Callable[[Table, Bools], Bools], tables: Sequence[Table], hidden: Bools) -> Bools:
    while True:
        before = hidden
        for table in tables:
            hidden = step(table, hidden)
        if (hidden == before).all():
            return hidden


def _given_away(table: Table, minimum: int, tied: Collection[str]) -> tuple[Bools, Bools]:
    """Return the counts, and the means, that give a learner away by themselves.

    Where all of a cell have one figure of a measure that is ``tied``, the cell goes with its count and every measure.
    """
    rest = table.n[:, None] - table.part
    few = ((table.part > 0) & (table.part < minimum)) | ((rest > 0) & (rest < minimum))
    of = np.array([name in tied for name in table.measures], bool)
    whole = (table.same[:, of] & ~table.same[0, of]).any(axis=1)
    return (table.n < minimum) | whole, table.same | few


def _kept_back(table: Table, shown: Shown, minimum: int) -> tuple[Bools, Bools]:
    """Return the counts and means an earlier release withheld, and the counts that changed by too few since."""
    change = np.array([abs(int(n) - shown.n.get(cell, n)) for cell, n in zip(table.cells, table.n, strict=True)])
    counts = np.array([cell in shown.hidden for cell in table.cells]) | ((change > 0) & (change < minimum))
    means = [(cell, name) in shown.unseen for cell in table.cells for name in table.measures]
    return counts, np.array(means, bool).reshape(table.part.shape)


def _hidden(population: Population, shown: Shown | None, minimum: int) -> tuple[Table, Bools, Bools]:
    """Return the table of a population with the counts and the means of it that are withheld."""
    table = table_of(population)
    tables = [table]
    counts, means = _given_away(table, minimum, population.tied)
    if shown is not None:
        counts, means = (a | b for a, b in zip((counts, means), _kept_back(table, shown, minimum), strict=True))
        more = newcomers(table, shown, population.bounds)
        if more is not None:
            tables.append(more)
            means |= more.same
    counts = _until_still(partial(_with_counts, minimum=minimum), tables, counts | counts[0])
    means = counts[:, None] | means | means[0]
    return table, counts, _until_still(partial(_with_means, uncounted=counts, minimum=minimum), tables, means)


def withheld(populations: Sequence[Population], *, minimum: int, previous: Release | None = None) -> Mask:
    """Return which counts and means to withhold of every population.

    >>> who = pd.DataFrame({"gender": ["woman"] * 40 + ["man"] * 30 + ["declined"] * 4})
    >>> value = pd.DataFrame({"value": range(74)})
    >>> mask = withheld([Population("a", who, np.ones(74, int), value, {"value": (0, 74)})], minimum=10)
    >>> sorted(mask.cells("a"))
    [('gender', 'declined'), ('gender', 'man')]
    """
    cells, alone = {}, {}
    for population in populations:
        shown = previous.populations.get(population.name) if previous else None
        table, counts, means = _hidden(population, shown, minimum)
        cells[population.name] = frozenset(cell for cell, gone in zip(table.cells, counts, strict=True) if gone)
        alone[population.name] = frozenset(
            (*table.cells[cell], table.measures[measure])
            for cell, measure in zip(*np.nonzero(means & ~counts[:, None]), strict=True)
        )
    return Mask(cells, alone)


def release_of(populations: Sequence[Population], mask: Mask) -> dict[str, Any]:
    """Return what is shown, as ``Release.from_json`` reads it: null where a figure is withheld.

    Means are rounded as they are published: shares to four decimals, others to cents. A measure that counts nobody of a
    cell is left out there, unless the count is withheld; one that can be but one thing is no figure of anybody.
    """
    return {"populations": {one.name: {"cells": _cells_shown(one, mask)} for one in populations}}


def _cells_shown(population: Population, mask: Mask) -> list[dict[str, Any]]:
    table = table_of(population)
    found = []
    for place, cell in enumerate(table.cells):
        means: dict[str, float | None] = {}
        for name, part, total in zip(table.measures, table.part[place], table.sums[place], strict=True):
            low, high = population.bounds[name]
            if mask.hides(population.name, *cell, name):
                means[name] = None
            elif part:
                means[name] = round(float(low + (high - low) * total / part), 4 if high - low <= 1 else 2)
        n = None if mask.hides(population.name, *cell) else int(table.n[place])
        found.append({"attribute": cell[0], "group": cell[1], "n": n, "means": means})
    return found
