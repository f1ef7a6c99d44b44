"""What is still possible, for somebody who knows every published figure, of the cells that are withheld.

The cells of an attribute add up to everyone; those of the intersection add up to race and to gender. Such sums are a
network: a cell is an edge, every sum a node into which as many flow as out of it. Counts flow through it, and so do
sums of figures. Because it is a network, the least and the most a count can be are whole numbers, though they come from
linear programs.

Figures are scaled to 0 for the least and 1 for the largest anybody can have, so a sum lies between 0 and the count.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog

from onward.audit.groups import EVERYONE
from onward.audit.population import Cell, Counts, Floats

Bools = npt.NDArray[np.bool_]

TOTAL: Cell = (EVERYONE, EVERYONE)
COUNTS = 3
"""How many counts must be possible of a cell whose count is withheld."""
WIDTH = 0.2
"""How wide the possible means of a withheld cell must be, as a share of what is possible of a single figure."""
BLOCKS = 150
"""How many linear programs are solved as one, for there are many and each is small."""
FORCED = 10.0
"""The price of breaking a sum: above 1, the most that a unit of any flow can be worth."""


@dataclass(frozen=True)
class Network:
    """Cells that add up to one another: edges from the nodes ``tail`` to the nodes ``head``; the first is everyone.

    A node that ``splits`` parts the one cell that comes in; any other gathers cells into the one that goes out.

    >>> gender = Network.of_parts(np.array([1, 2]))
    >>> gender.cells.tolist(), gender.tail.tolist(), gender.head.tolist()
    ([0, 1, 2], [1, 0, 0], [0, 1, 1])
    """

    cells: Counts
    tail: Counts
    head: Counts
    splits: Bools

    @staticmethod
    def of_parts(cells: Counts) -> "Network":
        """Cells of one attribute, as places in a table."""
        parts = np.ones(len(cells), np.int64)
        return Network(np.r_[0, cells], np.r_[1, 0 * parts], np.r_[0, parts], np.array([True, False]))

    @staticmethod
    def of_crossing(rows: Counts, columns: Counts, inner: Counts, *, row: Counts, column: Counts) -> "Network":
        """Cells of two attributes and of their crossing; an inner cell lies in the ``row``-th and ``column``-th."""
        first, second = 2 + np.arange(len(rows)), 2 + len(rows) + np.arange(len(columns))
        tail = np.r_[1, 0 * first, second, first[row]]
        head = np.r_[0, first, 0 * second + 1, second[column]]
        splits = np.r_[True, False, first > 0, second < 0]
        return Network(np.r_[0, rows, columns, inner], tail, head, splits)

    @cached_property
    def incidence(self) -> Floats:
        """A row per node and a column per cell: 1 where it comes in, -1 where it goes out."""
        nodes = np.arange(len(self.splits))[:, None]
        return np.asarray((self.head == nodes).astype(float) - (self.tail == nodes))

    @cached_property
    def parts(self) -> Bools:
        """A row per node and a column per cell: whether the cell is one of the parts of the node's whole."""
        return np.where(self.splits[:, None], self.incidence < 0, self.incidence > 0)

    @cached_property
    def whole(self) -> Counts:
        """The cell whose parts each node joins."""
        return np.asarray((~self.parts & (self.incidence != 0)).argmax(axis=1))


@dataclass(frozen=True)
class Table:
    """The cells of a population: how many learners each holds, how many each measure counts, and their scaled sums.

    ``part``, ``sums`` and ``same``, whether all share one figure, have a row per cell and a column per measure.
    ``least`` is what a listed group holds at least, ``slack`` by how much rounding may keep sums from adding up.
    """

    cells: tuple[Cell, ...]
    measures: tuple[str, ...]
    n: Counts
    part: Counts
    sums: Floats
    networks: tuple[Network, ...]
    same: Bools
    least: int = 1
    slack: float = 1e-6


def nearest(network: Network, guess: Counts, low: Counts, high: Counts) -> Counts | None:
    """Return whole numbers from ``low`` to ``high`` that add up, as near ``guess`` as can be; None if there are none.

    >>> nearest(Network.of_parts(np.array([1, 2])), np.array([9, 4, 5]), np.array([9, 1, 1]), np.array([9, 1, 9]))
    array([9, 1, 8])
    """
    incidence = network.incidence
    start = np.clip(guess, low, high)
    bounds = np.r_[np.c_[0 * low, high - start], np.c_[0 * low, start - low]]
    solved = linprog(
        np.ones(2 * len(low)),
        A_eq=np.c_[incidence, -incidence],
        b_eq=-(incidence @ start),
        bounds=bounds,
        method="highs",
    )
    if solved.status:
        return None
    up, down = np.rint(solved.x).astype(np.int64).reshape(2, -1)
    return np.asarray(start + up - down, dtype=np.int64)


def _farthest(network: Network, low: Floats, high: Floats, target: Counts, slack: float) -> Floats:
    """Return the most by which each block's ``target`` can exceed the truth; missing where nothing adds up."""
    block, edge = np.nonzero((low != 0) | (high != 0))
    blocks, nodes = len(target), len(network.splits)
    flows, sums = len(block), blocks * nodes
    place = np.arange(flows)
    ends = np.r_[block * nodes + network.head[edge], block * nodes + network.tail[edge]]
    signs = np.r_[np.ones(flows), -np.ones(flows)]
    flow = sparse.csr_array((signs, (ends, np.r_[place, place])), shape=(sums, flows))
    one = sparse.eye_array(sums, format="csr")
    aimed = edge == target[block]
    solved = linprog(
        np.r_[-1.0 * aimed, np.full(2 * sums, FORCED)],
        A_eq=sparse.hstack([flow, one, -one], format="csr"),
        b_eq=np.zeros(sums),
        bounds=np.r_[np.c_[low[block, edge], high[block, edge]], np.tile([0, np.inf], (2 * sums, 1))],
        method="highs",
    )
    found = np.zeros(blocks)
    if solved.status:
        return np.full(blocks, np.nan)
    found[block[aimed]] = solved.x[:flows][aimed]
    broken = solved.x[flows:].reshape(2, blocks, nodes).sum(axis=(0, 2))
    return np.where(broken > slack, np.nan, found)


def extremes(network: Network, low: Floats, high: Floats, target: Counts, slack: float = 1e-6) -> tuple[Floats, Floats]:
    """Return how far below and above the truth the cell ``target`` of each row can lie; missing where nothing adds up.

    ``low`` and ``high``, a row per question and a column per cell, say how far each cell can lie from the truth by
    itself: 0 for a published one.

    >>> gender = Network.of_parts(np.array([1, 2, 3]))
    >>> extremes(gender, np.array([[0, -4.0, -2, 0]]), np.array([[0, 1.0, 9, 0]]), np.array([1]))
    (array([-4.]), array([1.]))
    """
    starts = range(0, len(target), BLOCKS)
    pieces = [slice(start, start + BLOCKS) for start in starts]
    most = [_farthest(network, low[at], high[at], target[at], slack) for at in pieces]
    # Below the truth is above it with every sign turned.
    least = [-_farthest(network, -high[at], -low[at], target[at], slack) for at in pieces]
    return np.concatenate([np.zeros(0), *least]), np.concatenate([np.zeros(0), *most])


def possible_counts(network: Network, n: Counts, hidden: Bools, least: int) -> tuple[Counts, Counts]:
    """Return the least and the most learners each cell can hold, given the counts of those that are not ``hidden``.

    >>> gender = Network.of_parts(np.array([1, 2, 3]))
    >>> possible_counts(gender, np.array([20, 12, 3, 5]), np.array([False, False, True, True]), 1)
    (array([20, 12,  1,  1]), array([20, 12,  7,  7]))
    """
    target = np.flatnonzero(hidden)
    low = np.where(hidden, least - n, 0).astype(float) * np.ones((len(target), 1))
    high = np.where(hidden, n[0], 0).astype(float) * np.ones((len(target), 1))
    below, above = extremes(network, low, high, target)
    fewest, most = n.copy(), n.copy()
    fewest[target] += np.rint(np.nan_to_num(below)).astype(np.int64)
    most[target] += np.rint(np.nan_to_num(above)).astype(np.int64)
    return fewest, most


def _widest_way(network: Network, up: Floats, down: Floats, start: int, end: int) -> Floats:
    """Return how much can flow from one node to another by a single way, for every column."""
    width = np.zeros((len(network.splits), up.shape[1]))
    width[start] = np.inf
    edges = np.flatnonzero(((up > 0) | (down > 0)).any(axis=1)).tolist()
    for _ in range(len(width)):
        before = width.copy()
        for edge in edges:
            tail, head = network.tail[edge], network.head[edge]
            width[head] = np.maximum(width[head], np.minimum(width[tail], up[edge]))
            width[tail] = np.maximum(width[tail], np.minimum(width[head], down[edge]))
        if (width == before).all():
            break
    return np.asarray(width[end])


def surely_wide(network: Network, part: Counts, sums: Floats, hidden: Bools) -> Bools:
    """Say of which cells the mean is certainly in doubt, for one way round the network carries doubt enough.

    ``part``, ``sums`` and ``hidden`` have a row per cell of the network and a column per measure. This is quick and
    errs on the side of no; ``wide`` settles the rest.

    >>> gender = Network.of_parts(np.array([1, 2]))
    >>> part, sums = np.array([[20], [10], [10]]), np.array([[9.0], [4.0], [5.0]])
    >>> surely_wide(gender, part, sums, np.array([[False], [True], [True]])).ravel()
    array([ True,  True,  True])
    """
    up, down = np.where(hidden, part - sums, 0.0).clip(min=0.0), np.where(hidden, sums, 0.0).clip(min=0.0)
    # Sums that lie outside their bounds are no world to start from.
    astray = ((sums < -1e-9) | (sums > part + 1e-9)).any(axis=0)
    found: Bools = ~hidden | (part == 0)
    for cell in np.flatnonzero(~found.all(axis=1)):
        aside = np.arange(len(up))[:, None] == cell
        others = np.where(aside, 0.0, up), np.where(aside, 0.0, down)
        more = np.minimum(up[cell], _widest_way(network, *others, int(network.head[cell]), int(network.tail[cell])))
        less = np.minimum(down[cell], _widest_way(network, *others, int(network.tail[cell]), int(network.head[cell])))
        found[cell] |= (more + less >= WIDTH * part[cell]) & ~astray
    return found


def possible_means(
    network: Network, part: Counts, sums: Floats, hidden: Bools, *, target: Counts, slack: float = 1e-6
) -> tuple[Floats, Floats]:
    """Return the least and the largest mean of each row's ``target`` where counts are as in ``part``.

    ``part``, ``sums`` and ``hidden`` have a row per question and a column per cell. ``sums`` need not be possible with
    those counts, but must add up: all else is measured from them. Missing where no sums fit the counts.

    >>> gender = Network.of_parts(np.array([1, 2]))
    >>> possible_means(gender, np.array([[20, 10, 10]]), np.array([[9.0, 4, 5]]), np.array([[False, True, True]]),
    ...                target=np.array([1]))
    (array([0.]), array([0.9]))
    """
    below, above = extremes(network, np.where(hidden, -sums, 0.0), np.where(hidden, part - sums, 0.0), target, slack)
    at = np.arange(len(target)), target
    return (sums[at] + below) / part[at], (sums[at] + above) / part[at]


def _other_counts(network: Network, part: Counts, free: Bools, target: int, *, fewest: int, least: int) -> list[Counts]:
    """Return counts that fit what is published and give ``target`` fewer learners: the fewest, and halfway there."""
    low, high = np.where(free, least, part), np.where(free, part[0], part)
    found = []
    for few in sorted({fewest, (fewest + int(part[target])) // 2} - {int(part[target])}):
        low[target] = high[target] = few
        found.append(nearest(network, part, low, high))
    return [counts for counts in found if counts is not None]


def _worlds(network: Network, part: Counts, uncounted: Bools, cells: Counts, least: int) -> dict[int, list[Counts]]:
    """Return other counts for each of ``cells``, all of them for measures that count as many as ``part``."""
    free = uncounted & (part > 0)
    fewest = possible_counts(network, part, free, least)[0].clip(min=1).tolist()
    return {cell: _other_counts(network, part, free, cell, fewest=fewest[cell], least=least) for cell in cells.tolist()}


def narrow(
    network: Network, part: Counts, sums: Floats, hidden: Bools, uncounted: Bools, *, least: int, slack: float
) -> Bools:
    """Say of which hidden cells too narrow a range of means is possible, by cell and measure.

    With the true counts first, which is enough for small cells; and, where the count is withheld (``uncounted``), with
    others that are as possible, for it may be said of a large cell that it could as well be small.

    >>> gender = Network.of_parts(np.array([1, 2]))
    >>> part, sums = np.array([[504], [4], [500]]), np.array([[90.0], [1.0], [89.0]])
    >>> hidden = np.array([False, True, True])
    >>> narrow(gender, part, sums, hidden[:, None], hidden & False, least=1, slack=1e-6).ravel()
    array([False, False,  True])
    >>> narrow(gender, part, sums, hidden[:, None], hidden, least=1, slack=1e-6).ravel()
    array([False, False, False])
    """
    found = ~surely_wide(network, part, sums, hidden)
    cell, measure = np.nonzero(found)
    if not cell.size:
        return found
    low, high = possible_means(network, part.T[measure], sums.T[measure], hidden.T[measure], target=cell, slack=slack)
    again = np.flatnonzero(~(high - low >= WIDTH) & uncounted[cell])
    questions: list[tuple[int, Counts]] = []
    for counts in np.unique(part[:, measure[again]], axis=1).T:
        alike = again[(part[:, measure[again]] == counts[:, None]).all(axis=0)]
        worlds = _worlds(network, counts, uncounted, np.unique(cell[alike]), least)
        questions += [(place, world) for place in alike.tolist() for world in worlds[int(cell[place])]]
    if questions:
        places = np.array([place for place, _ in questions])
        here, by = cell[places], measure[places]
        world = np.array([counts for _, counts in questions])
        least_means, largest_means = possible_means(network, world, sums.T[by], hidden.T[by], target=here, slack=slack)
        np.fmin.at(low, places, least_means)
        np.fmax.at(high, places, largest_means)
    found[cell, measure] = ~(high - low >= WIDTH)
    return found
