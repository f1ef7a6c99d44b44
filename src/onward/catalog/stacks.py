"""The shortest stack to a target: from what a learner holds, which credentials in which order, and what they take."""

from dataclasses import dataclass, field, replace
from heapq import nsmallest
from operator import itemgetter

import numpy as np

from onward.catalog.catalogue import Catalogue
from onward.catalog.pathways import Bools, Floats, Pathways, Positions
from onward.catalog.remaining import Remaining

MOST_STONES = 10
"""Stepping stones that are tried beside what is required."""
MOST_SETS = 300
"""Sets of so many steps behind that are followed further, the cheapest: every set of ten stones is among them."""


@dataclass(frozen=True)
class Step:
    """One credential of a stack: its position, and what remains of it when it is begun; nan is not known."""

    position: int
    weeks: float
    credits: float
    price: float


@dataclass(frozen=True)
class Stack:
    """The steps to a target, in order, each with what remains of it once the steps before are held.

    ``weeks``, ``credits`` and ``price`` are sums over the steps, taken one after the other; nan where one of them is
    not known.
    """

    steps: tuple[Step, ...]

    @property
    def weeks(self) -> float:
        """Weeks to the target."""
        return round(sum(step.weeks for step in self.steps), 3)

    @property
    def credits(self) -> float:
        """Credits to the target."""
        return round(sum(step.credits for step in self.steps), 3)

    @property
    def price(self) -> float:
        """Dollars to the target."""
        return round(sum(step.price for step in self.steps), 3)


def shortest_stack(
    catalogue: Catalogue,
    target: int,
    *,
    held: Bools,
    recommended: Floats | None = None,
    allowed: Bools | None = None,
) -> Stack | None:
    """Find the stack to the credential at ``target`` that takes the fewest weeks; None where there is none.

    ``held``, ``recommended`` (credits for evaluated learning at work) and ``allowed`` (what may be a step) have shape
    (c,). Every requirement is met before what requires it. A stepping stone that nothing requires is taken only where
    what it is recognised for saves more weeks than it takes. Among stacks of as many weeks the one of fewer steps, then
    the cheaper, then that of credentials earlier in the catalogue is taken; an unknown price counts as 0 in this.

    The search is exact over what is required and the ``MOST_STONES`` stones that save most, as long as no more than
    ``MOST_SETS`` sets of equally many steps have to be compared; beyond that the stack is one of the shortest. Where
    requirements require each other in a circle, or one of them is not allowed, there is no stack.

    >>> from onward.data.simulated_catalogue import made_up_catalogue
    >>> made = made_up_catalogue()
    >>> catalogue = Catalogue.of(made.credentials, made.pathways, made.values)
    >>> names = catalogue.credentials["name"].tolist()
    >>> stack = shortest_stack(catalogue, names.index("Registered nurse licence"), held=np.zeros(len(names), bool))
    >>> [(names[step.position], step.weeks) for step in stack.steps]
    [('Nursing assistant', 8.0), ('Nursing associate', 95.613), ('Registered nurse licence', 8.0)]
    """
    if held[target]:
        return Stack(())
    needed = _required(catalogue.pathways, target, held)
    steps = np.array(sorted(needed | _stones(catalogue, needed, held, allowed)), dtype=np.int64)
    search = _Search.of(catalogue, steps, np.isin(steps, sorted(needed)), held, recommended)
    may_be = np.ones(len(steps), dtype=bool) if allowed is None else allowed[steps]
    found = search.shortest(int(np.flatnonzero(steps == target)[0]), may_be)
    return None if found is None else Stack(found)


def _required(pathways: Pathways, target: int, held: Bools) -> set[int]:
    """The target and everything it requires, however far back, that is not held."""
    found, waiting = set[int](), [target]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(np.flatnonzero(pathways.requires[one] & ~held).tolist())
    return found


def _stones(catalogue: Catalogue, needed: set[int], held: Bools, allowed: Bools | None) -> set[int]:
    """Credentials that nothing in ``needed`` requires and that may shorten the way, with what they require.

    A stone saves at most its recognised share of the weeks of what it counts toward; one that takes longer by itself,
    even with all that may be recognised in it, cannot shorten anything.
    """
    pathways, weeks = catalogue.pathways, catalogue.numbers("weeks")
    a_credit = np.nan_to_num(weeks / np.fmax(catalogue.numbers("credits"), 1.0))
    least = weeks * (1.0 - catalogue.recognised_cap)
    usable = ~held if allowed is None else ~held & allowed
    stones, reached = dict[int, float](), set(needed)
    while True:
        rows = sorted(reached)
        gain = a_credit[rows] @ pathways.recognised[rows] - least
        more = [int(at) for at in np.flatnonzero(usable & (gain > 0)) if at not in reached]
        if not more:
            break
        stones |= {at: float(gain[at]) for at in more}
        reached = reached.union(*(_required(pathways, at, held) for at in more))
    kept = sorted(stones, key=lambda at: (-stones[at], at))[:MOST_STONES]
    return set[int]().union(*(_required(pathways, at, held) for at in kept)) - needed


@dataclass(frozen=True)
class _Search:
    """A walk over sets of ``k`` possible steps: what each takes depends on which are behind, whatever their order.

    ``catalogue`` holds the steps, then what is held already and counts toward one of them; ``recommended`` has its
    length. ``sure`` marks steps that have to be taken and that no other shortens, shape (k,): they are taken as soon as
    they are open, and nothing else is tried in their place.
    """

    catalogue: Catalogue
    steps: Positions
    sure: Bools
    recommended: Floats

    @classmethod
    def of(
        cls, catalogue: Catalogue, steps: Positions, needed: Bools, held: Bools, recommended: Floats | None
    ) -> "_Search":
        behind = np.flatnonzero(held & (catalogue.pathways.recognised[steps] > 0).any(axis=0))
        inside = np.concatenate([steps, behind])
        part = replace(
            catalogue,
            credentials=catalogue.credentials.iloc[inside],
            pathways=catalogue.pathways.among(inside),
            value=catalogue.value[inside],
        )
        shortened = (part.pathways.recognised[: len(steps), : len(steps)] > 0).any(axis=1)
        credits_ = np.zeros(len(inside)) if recommended is None else recommended[inside]
        return cls(part, steps, needed & ~shortened, credits_)

    def shortest(self, target: int, allowed: Bools) -> tuple[Step, ...] | None:
        """The steps of the cheapest way to the step at ``target``, where only what is ``allowed``, (k,), is one."""
        states, best = {0: _Way((0, 0, 0))}, None
        while states:
            states, ended = self._next(states, target, allowed)
            best = min([way for way in (best, *ended) if way is not None], default=None)
            shorter = ((done, way) for done, way in states.items() if best is None or way < best)
            states = dict(nsmallest(MOST_SETS, shorter, key=itemgetter(1)))
        return None if best is None else best.steps

    def _next(self, states: dict[int, "_Way"], target: int, allowed: Bools) -> tuple[dict[int, "_Way"], list["_Way"]]:
        """The best way to each set of one step more, and those that have reached the target."""
        size = len(self.steps)
        masks = list(states)
        done = np.array([[mask >> at & 1 for at in range(size)] for mask in masks], dtype=bool)
        left = self._left(done)
        lacking = (~done).astype(float) @ self.catalogue.pathways.requires[:size, :size].T.astype(float)
        open_to = ~done & (lacking == 0.0) & allowed
        at_once = open_to & self.sure
        open_to &= ~at_once.any(axis=1, keepdims=True) | (at_once & (at_once.cumsum(axis=1) == 1))
        found, ended = dict[int, _Way](), list[_Way]()
        for row, at in np.argwhere(open_to).tolist():
            step = Step(int(self.steps[at]), *(float(amount[row, at]) for amount in left))
            way = states[masks[row]].then(step)
            if at == target:
                ended.append(way)
            else:
                mask = masks[row] | 1 << at
                found[mask] = min(way, found.get(mask, way))
        return found, ended

    def _left(self, done: Bools) -> tuple[Floats, Floats, Floats]:
        """Weeks, credits and price left of every step at each set of steps behind, each of shape (sets, k)."""
        size = len(self.steps)
        held = np.ones((len(done), len(self.catalogue)), dtype=bool)
        held[:, :size] = done
        left = Remaining.of(held, np.tile(self.recommended, (len(done), 1)), self.catalogue)
        return left.weeks[:, :size], left.credits[:, :size], left.price[:, :size]


@dataclass(frozen=True, order=True)
class _Way:
    """What a way takes so far (weeks in thousandths, steps, dollars in thousandths), its positions, and its steps."""

    cost: tuple[int, int, int]
    positions: tuple[int, ...] = ()
    steps: tuple[Step, ...] = field(default=(), compare=False)

    def then(self, step: Step) -> "_Way":
        weeks, count, price = self.cost
        price += round(float(np.nan_to_num(step.price)) * 1_000)
        cost = (weeks + round(step.weeks * 1_000), count + 1, price)
        return _Way(cost, (*self.positions, step.position), (*self.steps, step))
