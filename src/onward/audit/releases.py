"""What an earlier public release showed, and the newcomers somebody finds who subtracts it from a later one.

An earlier learner is taken to be among the later ones, with the same figures: whoever subtracts can hope for no more.
Then two releases tell what the earlier one tells, and what a release of the newcomers alone would tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from onward.audit.feasible import Bools, Network, Table, nearest
from onward.audit.population import Cell, Counts, Floats
from onward.errors import DataError

ROUNDED = 1e-4
"""How much of a figure's range a published mean may lie off, by rounding."""


@dataclass(frozen=True)
class Shown:
    """What a release showed of one population; what it withheld is listed without its figure.

    ``hidden`` are cells whose count was withheld, ``unseen`` means that were.
    """

    n: Mapping[Cell, int]
    means: Mapping[tuple[Cell, str], float]
    hidden: frozenset[Cell]
    unseen: frozenset[tuple[Cell, str]]


@dataclass(frozen=True)
class Release:
    """What an earlier public release showed, by population.

    >>> cell = {"attribute": "gender", "group": "woman", "n": 40, "means": {"value": None}}
    >>> Release.from_json({"populations": {"advice": {"cells": [cell]}}}).populations["advice"].unseen
    frozenset({(('gender', 'woman'), 'value')})
    """

    populations: Mapping[str, Shown]

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> "Release":
        """Read what ``release_of`` makes; null stands for a figure that was withheld."""
        try:
            return Release({name: _shown(each["cells"]) for name, each in content["populations"].items()})
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(
                "expected a release, {populations: {name: {cells: [{attribute, group, n, means}]}}}; "
                f"what came has {error!s} missing or of another kind; give the release as it was written"
            ) from error


def _shown(cells: list[dict[str, Any]]) -> Shown:
    at = {(str(one["attribute"]), str(one["group"])): one for one in cells}
    means = {(cell, str(name)): mean for cell, one in at.items() for name, mean in one["means"].items()}
    return Shown(
        n={cell: int(one["n"]) for cell, one in at.items() if one["n"] is not None},
        means={key: float(mean) for key, mean in means.items() if mean is not None},
        hidden=frozenset(cell for cell, one in at.items() if one["n"] is None),
        unseen=frozenset(key for key, mean in means.items() if mean is None),
    )


def newcomers(table: Table, shown: Shown, bounds: Mapping[str, tuple[float, float]]) -> Table | None:
    """Return the table of the learners who are in ``table`` and were not in the earlier release.

    Of cells the earlier release withheld it holds some counts and sums that fit. None if learners have left, for then
    nobody can tell newcomers by subtraction. A measure that newcomers alone cannot have changed so was computed anew
    and counts nobody; nor does one that does not count everybody, for how many it counts is not published.
    """
    counts = np.array([-1 if cell in shown.hidden else shown.n.get(cell, 0) for cell in table.cells])
    known = counts >= 0
    listed = {attribute for attribute, _ in (*shown.n, *shown.hidden)}
    networks = tuple(net for net in table.networks if {table.cells[place][0] for place in net.cells} <= listed)
    n = table.n - counts.clip(min=0)
    if not known[0] or (n[known] < 0).any() or _gone(table, shown):
        return None
    for network in networks:
        some = _some_counts(network, n[network.cells], known[network.cells], table.n)
        if some is None:
            return None
        n[network.cells] = some
    sums = np.full(table.sums.shape, np.nan)
    for place, name in enumerate(table.measures):
        low, high = bounds[name]
        means = np.array([shown.means.get((cell, name), np.nan) for cell in table.cells])
        before = np.where(counts == 0, 0.0, (means - low) / (high - low) * counts)
        sums[:, place] = np.where(known, table.sums[:, place] - before, np.nan)
    return _told(replace(table, n=n, networks=networks, least=0), sums, table.n)


def _gone(table: Table, shown: Shown) -> set[Cell]:
    """Return the cells that no longer have a learner, of attributes there still are."""
    attributes = {attribute for attribute, _ in table.cells}
    return {cell for cell in (*shown.n, *shown.hidden) if cell[0] in attributes} - set(table.cells)


def _some_counts(network: Network, n: Counts, known: Bools, later: Counts) -> Counts | None:
    share = n[0] / max(1, later[0])
    most = later[network.cells] - 1
    guess = np.where(known, n, np.ceil(share * most).astype(np.int64))
    return nearest(network, guess, np.where(known, n, 0), np.where(known, n, most))


def _told(table: Table, sums: Floats, later: Counts) -> Table:
    """Complete the newcomers' sums, and leave out the measures of which the difference tells nothing."""
    part = np.repeat(table.n[:, None], len(table.measures), axis=1)
    off = (ROUNDED * later)[:, None]
    possible = np.isnan(sums) | ((sums >= -off) & (sums <= part + off))
    told = (table.part == later[:, None]).all(axis=0) & possible.all(axis=0) & ~np.isnan(sums[0])
    part, sums = np.where(told, part, 0), np.where(told, sums, 0.0)
    same = (part > 0) & ~np.isnan(sums) & ((sums <= off) | (sums >= part - off))
    sums = np.where(np.isnan(sums), np.nan, sums.clip(0.0, part))
    for network in table.networks:
        for place in np.flatnonzero(told):
            sums[network.cells, place] = _some_sums(network, sums[network.cells, place], part[network.cells, place])
    slack = ROUNDED * float(later[0])
    return replace(table, part=part, sums=np.nan_to_num(sums), same=same, slack=slack)


def _some_sums(network: Network, sums: Floats, part: Counts) -> Floats:
    """Fill in what is not known with sums that add up, near to what the mean of all would make them."""
    free = np.isnan(sums)
    filled = np.where(free, part * sums[0] / max(1, part[0]), sums)
    if free.any():
        filled[free] -= np.linalg.lstsq(network.incidence[:, free], network.incidence @ filled, rcond=None)[0]
    return filled
