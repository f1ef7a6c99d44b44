"""Whether what an audit withholds can be worked out: an attacker who knows all that is published tries, and is counted.

The attacker shares no code with what it attacks. It reads the release as anybody can, writes down one whole number of
learners for each smallest group and one sum of each measure beside it, and asks a solver of integer programs (HiGHS)
for the least and the most that any can be, given all that is published at once. A cell is broken where fewer than three
counts are possible or where the possible means lie within a fifth of what a figure can be. Of partly counted measures
it is even told how many learners every published mean counts. Given two releases it also knows that no learner left and
that earlier figures are as they were, and looks for the newcomers.
"""

import argparse
import json
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from onward.audit.groups import EVERYONE, GENDER, INTERSECTION, RACE
from onward.audit.population import Cell, Floats, Population
from onward.audit.suppression import Mask, Release, release_of, withheld

MINIMUM = 10
COUNTS = 3
WIDTH = 0.2
TOTAL: Cell = (EVERYONE, EVERYONE)
GROUPS = {RACE: list("abcdefg"), GENDER: ["woman", "man", "other", "unknown"], "age_band": list("12345")}
GROUPS |= {"pell": ["yes", "no", "unknown"]}
BOUNDS = {"value": (0.0, 60_000.0), "completion": (0.0, 1.0), "referred": (0.0, 1.0), "common": (0.0, 1.0)}
BOUNDS |= {"value without imputed values": (0.0, 60_000.0)}
SUMS = dict(zip(BOUNDS, "abcde", strict=True))
LATER = dict(zip([name for name in BOUNDS if "without" not in name], "fghi", strict=True))
"""The block in which it is summed for newcomers; how many newcomers a partial measure counts is not public."""


@dataclass(frozen=True)
class Kind:
    """What audits of one college are like: its attributes, the shares of its groups, its catalogue."""

    shares: Mapping[str, Floats]
    values: Floats
    rare: float


def kind(random: np.random.Generator) -> Kind:
    """Draw a college: one to four attributes, most with many small groups, race and gender more often than not."""
    names = list(GROUPS)[: random.integers(1, 5)] if random.random() < 0.7 else ["age_band", "pell"]
    shares = {name: random.dirichlet(np.full(len(GROUPS[name]), random.choice([0.3, 0.7, 2.0]))) for name in names}
    values = np.r_[0.0, np.sort(random.uniform(2_000, 60_000, random.integers(3, 8))).round(2)]
    return Kind(shares, values, random.uniform(0.005, 0.05))


def learners(college: Kind, random: np.random.Generator, n: int) -> Population:
    """Make learners with their figures: each credential has one value, and that of some is imputed."""
    who = pd.DataFrame({name: random.choice(GROUPS[name], n, p=share) for name, share in college.shares.items()})
    if {RACE, GENDER} <= set(who):
        who[INTERSECTION] = who[RACE] + ":" + who[GENDER]
    credential = random.choice(len(college.values), n, p=random.dirichlet(np.full(len(college.values), 1.0)))
    value = college.values[credential]
    figures = pd.DataFrame(
        {
            "value": value,
            "completion": random.beta(3, 2, n),
            "referred": (random.random(n) < college.rare).astype(float),
            "common": (random.random(n) < 0.6).astype(float),
            "value without imputed values": np.where(credential == 1, np.nan, value),
        }
    )
    return Population("advice", who, np.ones(n, np.int64), figures, BOUNDS)


def joined(first: Population, more: Population) -> Population:
    """Add later learners to earlier ones."""
    who = pd.concat([first.who, more.who], ignore_index=True)
    figures = pd.concat([first.figures, more.figures], ignore_index=True)
    return Population(first.name, who, np.ones(len(who), np.int64), figures, first.bounds)


def small_or_alike(population: Population, minimum: int) -> Mask:
    """Withhold only what gives itself away: small cells, shared figures, measures that count too few."""
    cells, means = set(), set()
    for cell, rows in rows_of(population).items():
        n, figures = int(rows.sum()), population.figures[rows]
        cells |= {cell} if n < minimum else set()
        for name in figures:
            part = int(figures[name].notna().sum())
            few = 0 < part < minimum or 0 < n - part < minimum
            means |= (
                {(*cell, str(name))} if n >= minimum and (few or figures[name].min() == figures[name].max()) else set()
            )
    return Mask({population.name: frozenset(cells)}, {population.name: frozenset(means)})


def rows_of(population: Population) -> dict[Cell, Any]:
    """Return which learners are in each cell."""
    who = population.who
    groups = {(str(name), str(group)): (who[name] == group).to_numpy() for name in who for group in who[name].unique()}
    return {TOTAL: np.ones(len(who), bool)} | groups


@dataclass(frozen=True)
class Seen:
    """What anybody reads in a release: counts and means, none where withheld; and, more than that, counts of parts."""

    n: dict[Cell, int | None]
    means: dict[tuple[Cell, str], float | None]
    parts: dict[tuple[Cell, str], int]


def seen(population: Population, mask: Mask) -> Seen:
    """Read a release."""
    cells = release_of([population], mask)["populations"][population.name]["cells"]
    n = {(one["attribute"], one["group"]): one["n"] for one in cells}
    means = {((one["attribute"], one["group"]), name): mean for one in cells for name, mean in one["means"].items()}
    counted = {cell: population.figures[rows].notna().sum() for cell, rows in rows_of(population).items()}
    parts = {(cell, name): int(counted[cell][name]) for (cell, name), mean in means.items() if mean is not None}
    return Seen(n, means, parts)


@dataclass(frozen=True)
class Lattice:
    """Smallest groups, and of each cell which of them lie in it."""

    members: dict[Cell, Floats]

    @property
    def size(self) -> int:
        """How many smallest groups there are."""
        return len(self.members[TOTAL])


def lattices(cells: list[Cell]) -> list[Lattice]:
    """Read off the names how cells add up: by the crossing of race and gender, and by each other attribute."""
    names = dict.fromkeys(name for name, _ in cells if name != EVERYONE)
    crossed = {RACE, GENDER, INTERSECTION} if INTERSECTION in names else set()
    found = []
    for finest in [name for name in names if name not in crossed] + ([INTERSECTION] if crossed else []):
        groups = [group for name, group in cells if name == finest]
        members = {(finest, group): np.eye(len(groups))[place] for place, group in enumerate(groups)}
        if finest == INTERSECTION:
            for place, side in enumerate((RACE, GENDER)):
                for name, group in cells:
                    if name == side:
                        members[name, group] = np.array([float(one.split(":")[place] == group) for one in groups])
        found.append(Lattice(members | {TOTAL: np.ones(len(groups))}))
    return found


class Program:
    """An integer program about blocks of unknowns, one unknown of each block for each smallest group."""

    def __init__(self, size: int, blocks: str) -> None:
        self.size, self.blocks = size, blocks
        self.rows: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.found: list[Floats] = []
        # Capital letters are learners, which are whole; the others are sums.
        self.whole = np.repeat([float(block.isupper()) for block in blocks], size)
        self.least = np.zeros(size * len(blocks))

    def of(self, **weights: Floats | float) -> Floats:
        """Return a row: the unknowns of each named block by their weights."""
        row = np.zeros((len(self.blocks), self.size))
        for block, weight in weights.items():
            row[self.blocks.index(block)] += weight
        return row.ravel()

    def hold(self, row: Floats, low: float, high: float) -> None:
        """Keep a row between two figures."""
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)

    def within(self, small: str, large: str) -> None:
        """Keep every unknown of one block at most its fellow of another."""
        for one in np.eye(self.size):
            self.hold(self.of(**{large: one}) - self.of(**{small: one}), 0.0, np.inf)

    def most(self, row: Floats, held: tuple[Floats, float] | None = None) -> tuple[float, Floats] | None:
        """Return the most a row can be and where, None where nothing fits; ``held`` is a row with its figure."""
        rows, low, high = list(self.rows), list(self.low), list(self.high)
        if held:
            rows, low, high = [*rows, held[0]], [*low, held[1]], [*high, held[1]]
        limits = LinearConstraint(np.array(rows), low, high)
        solved = milp(-row, constraints=limits, bounds=Bounds(self.least, np.inf), integrality=self.whole)
        if solved.status == 3:
            return np.inf, row
        if solved.x is None:
            return None
        self.found.append(solved.x)
        return float(row @ solved.x), solved.x

    def possible(self, row: Floats) -> float:
        """Return how many counts of a row are possible: at least so many where that is enough."""
        values = [float(row @ one) for one in self.found]
        if values and max(values) - min(values) >= COUNTS - 0.5:
            return COUNTS
        least, most = self.most(-row), self.most(row)
        if least is None or most is None:
            raise RuntimeError("expected a release that fits its own learners; nothing fits; look at how it is read")
        return most[0] + least[0] + 1 if np.isinf(most[0]) else round(most[0] + least[0]) + 1

    def _largest(self, top: Floats, bottom: Floats) -> float | None:
        """Return the largest ratio, by Dinkelbach's steps (1967): each ratio that is found is raised until none is."""
        ratio = -1.0 if top.min() < 0 else 0.0
        self.hold(bottom, 1.0, np.inf)
        try:
            for _ in range(50):
                found = self.most(top - ratio * bottom)
                if found is None:
                    return None
                if found[0] < 1e-7:
                    break
                ratio = float(top @ found[1]) / float(bottom @ found[1])
        finally:
            del self.rows[-1], self.low[-1], self.high[-1]
        return ratio

    def is_wide(self, top: Floats, bottom: Floats) -> bool:
        """Say whether the ratio of two rows, sum and learners, can be far apart: with few learners, or at all."""
        ratios = [float(top @ one) / float(bottom @ one) for one in self.found if bottom @ one > 0.5]
        if ratios and max(ratios) - min(ratios) >= WIDTH:
            return True
        least = self.most(-bottom)
        for sign in (1.0, -1.0):
            few = max(1, round(-least[0])) if least else 1
            found = self.most(sign * top, (bottom, few))
            ratios += [sign * found[0] / few] if found else []
        if ratios and max(ratios) - min(ratios) >= WIDTH:
            return True
        largest, smallest = self._largest(top, bottom), self._largest(-top, bottom)
        return largest is not None and smallest is not None and largest + smallest >= WIDTH - 1e-6


def scaled(mean: float, name: str) -> tuple[float, float]:
    """Return a published mean and how far it may be rounded, as shares of what a figure can be."""
    low, high = BOUNDS[name]
    half = 0.5 * 10.0 ** -(4 if high - low <= 1 else 2)
    return (mean - low) / (high - low), half / (high - low) + 1e-9


def is_partial(shown: Seen, name: str) -> bool:
    """Say whether a measure is seen to count only some of the learners of some cell."""
    return any(shown.n[cell] != part for (cell, measure), part in shown.parts.items() if measure == name)


def one_release(lattice: Lattice, shown: Seen) -> Program:
    """Write down all that one release says: N learners, P that the one partial measure counts, a to e the sums."""
    program = Program(lattice.size, "NP" + "".join(SUMS.values()))
    program.least[: lattice.size] = 1.0
    program.within("P", "N")
    for cell, inside in lattice.members.items():
        n = shown.n[cell]
        if n is not None:
            program.hold(program.of(N=inside), n, n)
    for name, block in SUMS.items():
        counted = "P" if is_partial(shown, name) else "N"
        program.within(block, counted)
        for cell, inside in lattice.members.items():
            mean = shown.means.get((cell, name))
            if mean is not None:
                share, off = scaled(mean, name)
                part = shown.parts[cell, name]
                program.hold(program.of(**{counted: inside}), part, part)
                program.hold(program.of(**{block: inside}), (share - off) * part, (share + off) * part)
    return program


def broken_in(population: Population, mask: Mask) -> Iterator[str]:
    """Attack one release: give one thing after another that can be worked out."""
    shown = seen(population, mask)
    if shown.n[TOTAL] is None:
        yield from (f"{cell} is shown without its total" for cell, n in shown.n.items() if n is not None)
        return
    plain, name, rows = small_or_alike(population, MINIMUM), population.name, rows_of(population)
    yield from (f"{cell} is shown" for cell in plain.cells(name) if not mask.hides(name, *cell))
    yield from (f"{mean} is shown" for mean in plain.measures(name) if not mask.hides(name, *mean))
    for lattice in lattices(list(shown.n)):
        program = one_release(lattice, shown)
        for cell, inside in lattice.members.items():
            possible = COUNTS if shown.n[cell] is not None else program.possible(program.of(N=inside))
            if possible < COUNTS:
                yield f"{cell} can have {possible} counts"
        for measure in BOUNDS:
            somebody = [cell for cell in lattice.members if population.figures.loc[rows[cell], measure].notna().any()]
            yield from _means_in(program, lattice, shown, measure, somebody)


def _means_in(program: Program, lattice: Lattice, shown: Seen, name: str, somebody: list[Cell]) -> Iterator[str]:
    counted = "P" if is_partial(shown, name) else "N"
    means = {cell: shown.means[cell, name] for cell in somebody}
    if means.get(TOTAL, 0.0) is None:
        yield from (f"{cell} of {name} is shown without its total" for cell, mean in means.items() if mean is not None)
        return
    for cell in [cell for cell, mean in means.items() if mean is None]:
        inside = lattice.members[cell]
        if not program.is_wide(program.of(**{SUMS[name]: inside}), program.of(**{counted: inside})):
            yield f"{cell} has a mean of {name} that is known"


def two_releases(lattice: Lattice, shown: tuple[Seen, Seen]) -> Program:
    """Write down all that two releases say: N earlier learners and M newcomers, small letters sums of either."""
    program = Program(lattice.size, "NM" + "".join(SUMS[name] + block for name, block in LATER.items()))
    before, after = shown
    for cell, inside in lattice.members.items():
        if inside.sum() == 1:
            program.least[inside.argmax()] = float(cell in before.n)
        if cell not in before.n:
            program.hold(program.of(N=inside), 0, 0)
    for one, learners_of in ((before, "N"), (after, "NM")):
        for cell, inside in lattice.members.items():
            n = one.n.get(cell)
            if n is not None:
                program.hold(program.of(**dict.fromkeys(learners_of, inside)), n, n)
            for name in LATER:
                mean = one.means.get((cell, name))
                if n is not None and mean is not None:
                    share, off = scaled(mean, name)
                    blocks = (SUMS[name], LATER[name])[: len(learners_of)]
                    program.hold(program.of(**dict.fromkeys(blocks, inside)), (share - off) * n, (share + off) * n)
    for name, block in LATER.items():
        program.within(SUMS[name], "N")
        program.within(block, "M")
    return program


def broken_between(first: Population, later: Population, masks: tuple[Mask, Mask]) -> Iterator[str]:
    """Attack two successive releases together: the earlier learners of withheld cells, all of them, and newcomers."""
    before, after = seen(first, masks[0]), seen(later, masks[1])
    if after.n[TOTAL] is None:
        return
    size = {cell: int(rows.sum()) for cell, rows in rows_of(first).items()}
    new = {cell: int(rows.sum()) - size.get(cell, 0) for cell, rows in rows_of(later).items()}
    yield from (f"{cell} has {new[cell]} newcomers" for cell, n in after.n.items() if n and 0 < new[cell] < MINIMUM)
    yield from (f"{cell} is shown after all" for cell, n in after.n.items() if n and before.n.get(cell, 0) is None)
    for lattice in lattices(list(after.n)):
        program = two_releases(lattice, (before, after))
        for cell in [cell for cell in lattice.members if after.n[cell] is None]:
            for block in ["M"] * (new[cell] > 0) + ["N"] * (before.n.get(cell, 0) is None):
                possible = program.possible(program.of(**{block: lattice.members[cell]}))
                if possible < COUNTS:
                    yield f"{cell} can have {possible} counts of {block}"
        for name in LATER:
            yield from _means_between(program, lattice, (before, after), name, new)


def _means_between(
    program: Program, lattice: Lattice, shown: tuple[Seen, Seen], name: str, new: Mapping[Cell, int]
) -> Iterator[str]:
    if shown[1].means[TOTAL, name] is None:
        return
    for cell, inside in lattice.members.items():
        newcomers = program.of(**{LATER[name]: inside}), program.of(M=inside)
        earlier = program.of(**{SUMS[name]: inside}), program.of(N=inside)
        if shown[1].means[cell, name] is None and new[cell] and not program.is_wide(*newcomers):
            yield f"newcomers of {cell} have a mean of {name} that is known"
        if shown[0].means.get((cell, name), 0.0) is None and not program.is_wide(*earlier):
            yield f"earlier learners of {cell} have a mean of {name} that is known"


@dataclass(frozen=True)
class Tally:
    """What was found of audits, or of pairs: how many broke, how many hid anything, and how much they hid."""

    runs: int
    broken: int
    hiding: int
    control: int
    withheld: float
    shown: float
    means: float
    primary: float
    examples: tuple[str, ...]


def shares(population: Population, mask: Mask) -> tuple[float, float, float]:
    """Return how many cells are withheld, the share shown of those large enough, and the share shown of their means."""
    sizes = {cell: int(rows.sum()) for cell, rows in rows_of(population).items()}
    hidden, large = mask.cells(population.name), [cell for cell, n in sizes.items() if n >= MINIMUM]
    means = [not mask.hides(population.name, *cell, str(name)) for cell in large for name in population.figures]
    return len(hidden), sum(cell not in hidden for cell in large) / len(large), float(np.mean(means))


def audits(runs: int, seed: int) -> Tally:
    """Attack single audits, and each again with nothing withheld beside what is small or alike."""
    found, control, hiding, kept = [], 0, 0, []
    for run in range(runs):
        random = np.random.default_rng([seed, run])
        population = learners(kind(random), random, int(np.exp(random.uniform(np.log(60), np.log(3_000)))))
        mask, primary = withheld([population], minimum=MINIMUM), small_or_alike(population, MINIMUM)
        if primary.cells(population.name) | primary.measures(population.name):
            hiding += 1
            control += any(broken_in(population, primary))
        found += [f"audit {run}: {broken}" for broken in islice(broken_in(population, mask), 1)]
        kept.append((*shares(population, mask), shares(population, primary)[2]))
    gone, shown, means, primary = np.mean(kept, axis=0).round(4).tolist()
    return Tally(runs, len(found), hiding, control, gone, shown, means, primary, tuple(found[:5]))


def pairs(runs: int, seed: int) -> Tally:
    """Attack successive releases: together, and the later by itself; and again each masked as if it were the first."""
    found, control, hiding, kept = [], 0, 0, []
    for run in range(runs):
        random = np.random.default_rng([seed, 1_000_000 + run])
        college = kind(random)
        first = learners(college, random, int(np.exp(random.uniform(np.log(100), np.log(2_000)))))
        later = joined(first, learners(college, random, int(np.exp(random.uniform(np.log(3), np.log(1_000))))))
        before, alone = withheld([first], minimum=MINIMUM), withheld([later], minimum=MINIMUM)
        mask = withheld([later], minimum=MINIMUM, previous=Release.from_json(release_of([first], before)))
        if before.cells("advice") | alone.cells("advice"):
            hiding += 1
            control += any(broken_between(first, later, (before, alone)))
        found += [f"pair {run}: {broken}" for broken in islice(broken_between(first, later, (before, mask)), 1)]
        kept.append((*shares(later, mask), shares(later, small_or_alike(later, MINIMUM))[2]))
    gone, shown, means, primary = np.mean(kept, axis=0).round(4).tolist()
    return Tally(runs, len(found), hiding, control, gone, shown, means, primary, tuple(found[:5]))


def lines(tally: Tally, what: str, control: str) -> list[tuple[bool, str]]:
    """Return what is printed of a tally, each line with whether its goal is met."""
    able = 2 * tally.control > tally.hiding
    broken = f"{tally.broken:>4} of {tally.runs} {what} broken, goal 0"
    by = f"{tally.control:>4} of {tally.hiding} {what} broken {control}, goal more than half"
    rest = (
        f"{tally.withheld:.1f} cells withheld on average; shown of cells with {MINIMUM} learners or more: "
        f"{tally.shown:.1%}, of their means: {tally.means:.1%} ({tally.primary:.1%} are neither small nor alike)"
    )
    return [(tally.broken == 0, broken), *[(False, f"     {one}") for one in tally.examples], (able, by), (True, rest)]


def main() -> int:
    """Run, print, keep, and say by the exit code whether every goal was met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="30 audits and 10 pairs, within half a minute")
    parser.add_argument("--runs", type=int, default=500, help="audits; a fifth as many pairs (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="drawn anew where none is given, and printed; 2026 with --quick")
    parser.add_argument("--json", type=Path, help="where to keep the figures")
    chosen = parser.parse_args()
    started = time.monotonic()
    drawn = 2026 if chosen.quick else secrets.randbelow(2**32)
    seed = drawn if chosen.seed is None else chosen.seed
    singles = audits(30 if chosen.quick else chosen.runs, seed)
    doubles = pairs(10 if chosen.quick else max(1, chosen.runs // 5), seed)
    printed = lines(singles, "audits", "with nothing withheld beside what is small or alike")
    printed += lines(doubles, "pairs of releases", "with each masked as if it were the only one")
    for met, line in printed:
        print(f"{'met   ' if met else 'MISSED'}  {line}")
    met = all(one for one, _ in printed)
    print(f"{time.monotonic() - started:.0f} s, seed {seed}, at least {MINIMUM} learners to a cell")
    if chosen.json:
        kept = {"seed": seed, "met": met, "audits": asdict(singles), "pairs": asdict(doubles)}
        chosen.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
