"""Which cells are withheld, so that no published figure gives away a learner.

A cell is withheld where it holds too few learners or where all its learners share one figure, whose mean would then be
everybody's. Others are withheld with it (complementary suppression) so that it cannot be had by subtraction: groups add
up to everyone, and the cells of the intersection add up to the groups. One mask serves every measure, source and file.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from onward.audit.groups import EVERYONE, INTERSECTION

Cell = tuple[str, str]
TOTAL: Cell = (EVERYONE, EVERYONE)


@dataclass(frozen=True)
class Lattice:
    """Every cell of an audit with its learners' count, and which cells add up to which."""

    n: dict[Cell, int]
    parts: dict[tuple[Cell, str], tuple[Cell, ...]]
    members: pd.DataFrame
    """A row per cell, a column per smallest cell: 1 where the second lies in the first."""


def lattice(groups: pd.DataFrame) -> Lattice:
    """Read the cells and sums off the learners' groups.

    >>> sums = lattice(pd.DataFrame({"gender": ["woman", "woman", "man"]}))
    >>> sums.n[("gender", "woman")], sums.parts[TOTAL, "gender"]
    (2, (('gender', 'man'), ('gender', 'woman')))
    """
    single = [name for name in groups.columns if name != INTERSECTION]
    parts = {(TOTAL, name): tuple((name, group) for group in sorted(groups[name].unique())) for name in single}
    if INTERSECTION in groups:
        for name in single:
            for group, rows in groups.groupby(name, sort=True):
                cells = sorted(rows[INTERSECTION].unique())
                parts[(name, str(group)), INTERSECTION] = tuple((INTERSECTION, cell) for cell in cells)
    finest = groups[INTERSECTION if INTERSECTION in groups else single[0]]
    members = {TOTAL: pd.Series(1.0, index=sorted(finest.unique()))}
    for name in groups.columns:
        table = pd.crosstab(finest, groups[name]).clip(upper=1).astype(float)
        members |= {(name, str(group)): table[group] for group in table.columns}
    counts = {(str(name), str(group)): int(n) for name in groups for group, n in groups[name].value_counts().items()}
    return Lattice({TOTAL: len(groups), **counts}, parts, pd.DataFrame(members).T.fillna(0.0))


def homogeneous(figures: pd.DataFrame, groups: pd.DataFrame) -> set[Cell]:
    """Return the cells in which some column of ``figures`` is the same for every learner."""
    found = {TOTAL} if (figures.min() == figures.max()).any() else set()
    for name in groups.columns:
        by_group = figures.groupby(groups[name])
        same = (by_group.min() == by_group.max()).any(axis=1)
        found |= {(str(name), str(group)) for group in same.index[same]}
    return found


def _smallest(cells: set[Cell], n: dict[Cell, int]) -> set[Cell]:
    return {min(cells, key=lambda cell: (n[cell], cell))} if cells else set()


def _by_sums(sums: Lattice, hidden: set[Cell], minimum: int) -> set[Cell]:
    """Withhold until each published sum hides none of its parts or at least two that hold ``minimum`` together."""
    found = set(hidden)
    for (whole, _), parts in sums.parts.items():
        inside = set(parts) & found
        if whole in found:
            # A group whose parts are all published is published.
            found |= set(parts)
        elif inside and (len(inside) < 2 or sum(sums.n[part] for part in inside) < minimum):
            found |= _smallest(set(parts) - found, sums.n) or {whole}
    return found


def recoverable(sums: Lattice, hidden: set[Cell]) -> list[Cell]:
    """Return the withheld cells that are sums and differences of published ones, the smallest first."""
    shown = sums.members.loc[[cell not in hidden for cell in sums.members.index]].to_numpy()
    found = []
    for cell in sorted(hidden, key=lambda cell: (sums.n[cell], cell)):
        target = sums.members.loc[[cell]].to_numpy()[0]
        fit = shown.T @ np.linalg.lstsq(shown.T, target, rcond=None)[0] if len(shown) else np.zeros_like(target)
        if np.abs(fit - target).max() < 1e-8:
            found.append(cell)
    return found


def _by_algebra(sums: Lattice, hidden: set[Cell]) -> set[Cell]:
    """Withhold one published cell beside the smallest that is still recoverable."""
    for cell in recoverable(sums, hidden):
        beside = {part for parts in sums.parts.values() if cell in parts for part in parts} - hidden
        return hidden | (_smallest(beside, sums.n) or _smallest(set(sums.n) - hidden, sums.n))
    return hidden


def withheld(groups: pd.DataFrame, figures: pd.DataFrame, *, minimum: int) -> set[Cell]:
    """Return the cells to withhold, as (attribute, group).

    >>> who = pd.DataFrame({"gender": ["woman"] * 40 + ["man"] * 30 + ["declined"] * 4})
    >>> sorted(withheld(who, pd.DataFrame({"value": range(74)}), minimum=10))
    [('gender', 'declined'), ('gender', 'man')]
    """
    sums = lattice(groups)
    hidden = {cell for cell, n in sums.n.items() if n < minimum} | homogeneous(figures, groups)
    while True:
        more = _by_sums(sums, hidden, minimum)
        more = more if more != hidden else _by_algebra(sums, hidden)
        if more == hidden:
            return hidden
        hidden = more
