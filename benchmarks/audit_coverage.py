"""How often the audit is wrong: false fails, false passes and the coverage of its intervals, beside their goals.

Learners are made up: value is skewed (gamma), its spread differs by group and stratum, strata differ in level and in
who is in them, groups differ in size by more than ten times, and two attributes share their learners. The code under
test is the audit's own, from who is judged to the verdict; what the true gaps are is computed apart from it.
"""

import argparse
import json
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from fairlearn.metrics import MetricFrame
from scipy import stats

from onward.audit import AuditPlan
from onward.audit.comparison import Estimator, all_gaps, cells_of
from onward.audit.family import family, spread_within
from onward.audit.figures import in_cells
from onward.audit.impact import FOUR_FIFTHS, impact
from onward.audit.intervals import with_intervals
from onward.audit.measures import Measured, Shares
from onward.audit.simultaneous import simultaneous_level
from onward.audit.verdict import judge

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Seen = Mapping[str, float]
Trial = Callable[[np.random.Generator], Seen]

RACES = {"a": 0.46, "b": 0.24, "c": 0.18, "d": 0.08, "e": 0.04}
GENDERS = ("man", "woman")
RACE_MOVED = list(RACES).index("b")
STRATA = 24
LIMIT = 1_000.0
PLAN = AuditPlan(limit=LIMIT)
NOTHING = 1e-9
"""A limit of almost nothing: any simultaneous interval that excludes zero fails it."""
QUICK_SEED = 2026
RESAMPLES = 100
CREDENTIALS = 12


@dataclass(frozen=True)
class Claim:
    """One claim, how often it was seen to break or hold, and how often it may by chance."""

    claim: str
    seen: int
    runs: int
    at_most: int | None = None
    at_least: int | None = None

    @property
    def met(self) -> bool:
        """Whether the count is one that chance allows."""
        return (self.at_most is None or self.seen <= self.at_most) and (
            self.at_least is None or self.seen >= self.at_least
        )

    def line(self) -> str:
        """The claim as a line of the printed table."""
        if self.at_most is None and self.at_least is None:
            return f"        {self.seen:>5} of {self.runs}, no goal            {self.claim}"
        goal = f"at most {self.at_most}" if self.at_most is not None else f"at least {self.at_least}"
        return f"{'met   ' if self.met else 'MISSED'}  {self.seen:>5} of {self.runs}, goal {goal:<13} {self.claim}"


@dataclass(frozen=True)
class Figure:
    """A mean over all runs, without a goal."""

    claim: str
    mean: float
    met: bool = True

    def line(self) -> str:
        """The figure as a line of the printed table."""
        return f"        {self.mean:>8.3f}, no goal              {self.claim}"


def at_most(claim: str, seen: float, runs: int, rate: float) -> Claim:
    """A rate of at most ``rate``, judged by the count a true rate of ``rate`` exceeds once in a thousand times."""
    return Claim(claim, round(seen), runs, at_most=int(stats.binom.ppf(0.999, runs, rate)))


def at_least(claim: str, seen: float, runs: int, rate: float) -> Claim:
    """A rate of at least ``rate``, judged likewise."""
    return Claim(claim, round(seen), runs, at_least=int(stats.binom.ppf(0.001, runs, rate)))


def shown(claim: str, seen: float, runs: int) -> Claim:
    """A count without a goal."""
    return Claim(claim, round(seen), runs)


@dataclass(frozen=True)
class People:
    """Made-up learners: codes of race, gender and stratum, and each one's figure and its expectation, shape (n,).

    ``spread`` is the standard deviation of each figure, or 1. ``shares`` says on which credentials' values the figures
    rest, where they rest on any.
    """

    race: Codes
    gender: Codes
    stratum: Codes
    expected: Floats
    value: Floats
    shares: Mapping[str, Shares] = field(default_factory=dict)
    spread: Floats | float = 1.0

    @property
    def who(self) -> pd.DataFrame:
        """The two attributes by name."""
        race, gender = np.array(list(RACES))[self.race], np.array(GENDERS)[self.gender]
        return pd.DataFrame({"race_ethnicity": race, "gender": gender}, dtype="str")

    @property
    def strata(self) -> pd.DataFrame:
        """Strata as the audit takes them."""
        names = np.array([f"s{code}" for code in range(STRATA)])
        return pd.DataFrame({"stratum": names[self.stratum]}, dtype="str").assign(readiness=None)

    def with_gap(self, *, race: Mapping[str, float], woman: float = 0.0) -> "People":
        """Add dollars to everyone of a race, and to women."""
        by_race = np.array([race.get(name, 0.0) for name in RACES])
        more = by_race[self.race] + woman * (self.gender == GENDERS.index("woman"))
        return replace(self, expected=self.expected + more, value=self.value + more)


def who_is_where(random: np.random.Generator, n: int) -> tuple[Codes, Codes, Codes]:
    """Spread race and gender unevenly over strata of unlike size; return race, gender and stratum."""
    stratum = random.choice(STRATA, n, p=random.dirichlet(np.full(STRATA, 3.0)))
    shares = (random.random((STRATA, len(RACES))) + 0.3) * np.array(list(RACES.values()))
    edges = (shares / shares.sum(1, keepdims=True)).cumsum(1)
    race = (random.random(n)[:, None] > edges[stratum]).sum(1).clip(max=len(RACES) - 1)
    woman = random.random(n) < random.uniform(0.3, 0.8, STRATA)[stratum]
    return race, woman.astype(np.intp), stratum


def learners(random: np.random.Generator, n: int) -> People:
    """Make learners among whom there is no gap inside any stratum."""
    race, gender, stratum = who_is_where(random, n)
    spread = 2_000.0 * (1 + 0.2 * race) * (1.2 - 0.3 * gender) * (1 + stratum / STRATA)
    level = 300.0 * stratum.astype(np.float64)
    return People(race, gender, stratum, level, level + spread * (random.gamma(2.0, 1.0, n) - 2.0), spread=spread)


def judged_gaps(people: People, value_error: Floats | None = None) -> tuple[pd.DataFrame, float]:
    """Return the gaps that are tested, with their intervals, and the level of these, all as the audit does it."""
    error = np.zeros(CREDENTIALS) if value_error is None else value_error
    who, strata, count = people.who, people.strata, np.ones(len(people.value))
    spread = spread_within(people.value, strata["stratum"], count)
    fixed = family(who, count, spread=spread, plan=PLAN)
    measured = Measured(pd.DataFrame({"value": people.value}), people.shares)
    estimator = Estimator(measured, cells_of(who, strata, count, given=("stratum",)), error, {})
    level = simultaneous_level(estimator.covariance(fixed.tested, "value", "stratum"))
    found = all_gaps(estimator, level=level)
    found = found.assign(watched=in_cells(found, fixed.watched))
    return found[in_cells(found, fixed.tested)], level


def verdict_of(found: pd.DataFrame, limit: float) -> str:
    """Return the status of the verdict, with history no narrower."""
    watched = tuple(found.loc[found["watched"], ["attribute", "group"]].itertuples(index=False, name=None))
    return judge(found, limit=limit, wider=(), compared=True, too_small=(), watched=watched).status


def true_gap(inside: npt.NDArray[np.bool_], people: People) -> float:
    """Return what a group's gap is expected to be, given who is in which stratum: by the formula, not by the audit."""
    own, other = (np.bincount(people.stratum[side], minlength=STRATA) for side in (inside, ~inside))
    both = (own > 0) & (other > 0)
    sums = [np.bincount(people.stratum[side], people.expected[side], STRATA)[both] for side in (inside, ~inside)]
    own, other = own[both], other[both]
    return float(np.average(sums[0] / own - sums[1] / other, weights=own * other / (own + other)))


def true_gaps(people: People, found: pd.DataFrame) -> Floats:
    """Return the true gap of every row of ``found``."""
    who = people.who
    rows = zip(found["attribute"], found["group"], strict=True)
    return np.array([true_gap((who[attribute] == group).to_numpy(), people) for attribute, group in rows])


def all_hold(found: pd.DataFrame, truth: Floats | float) -> bool:
    """Say whether every simultaneous interval holds its true gap."""
    return bool(((found["low"] <= truth) & (found["high"] >= truth)).all())


def widths(found: pd.DataFrame) -> "pd.Series[float]":
    """Return how wide every simultaneous interval is."""
    return found["high"] - found["low"]


def row(found: pd.DataFrame, group: str) -> "pd.Series[float]":
    """Return the judged gap of one group."""
    return found[found["group"] == group].iloc[0]


def no_disparity(random: np.random.Generator, n: int) -> Seen:
    """Audit learners without a gap, beside the two rules of thumb on the same learners.

    For these, level and spread are taken out as well, so that groups differ in nothing at all.
    """
    people = learners(random, n)
    found, level = judged_gaps(people)
    each = with_intervals(found, level=0.05 / len(found))
    noise = (people.value - people.expected) / people.spread
    group = people.race * len(GENDERS) + people.gender
    return {
        "fail": verdict_of(found, NOTHING) == "fail",
        "bonferroni fail": verdict_of(each, NOTHING) == "fail",
        "width": float((widths(found) / widths(each)).mean()),
        "tested": len(found),
        "level": level * len(found),
        "max-min": widest_difference_interval(noise, group, drawn(random, n))[0] > 0,
        "four-fifths": four_fifths_fires(noise, group),
    }


def drawn(random: np.random.Generator, n: int) -> Codes:
    """Draw rows with replacement, shape (resamples, rows)."""
    return random.integers(n, size=(RESAMPLES, n))


def widest_difference_interval(values: Floats, group: Codes, rows: Codes) -> Floats:
    """Return the 95% percentile interval of the largest group mean less the smallest, as MetricFrame's bootstrap."""
    resamples, n = rows.shape
    times = np.bincount((rows + np.arange(resamples)[:, None] * n).ravel(), minlength=resamples * n)
    member = (group[:, None] == np.unique(group)).astype(float)
    counts, sums = np.hsplit(
        times.reshape(resamples, n).astype(float) @ np.hstack([member, member * values[:, None]]), 2
    )
    means = sums / counts
    return np.asarray(np.quantile(means.max(1) - means.min(1), [0.025, 0.975]))


def fairlearns_interval(values: Floats, group: Codes, seed: int) -> Floats:
    """Return the same from fairlearn."""
    frame = MetricFrame(
        metrics=lambda _, predicted: float(np.mean(predicted)),
        y_true=values,
        y_pred=values,
        sensitive_features=group,
        n_boot=RESAMPLES,
        ci_quantiles=[0.025, 0.975],
        random_state=seed,
    )
    return np.array(frame.difference_ci(), dtype=float)


def distance_from_fairlearn(seed: int) -> float:
    """Return by how many dollars the two intervals differ on the rows that fairlearn itself draws."""
    people = learners(np.random.default_rng(seed), 500)
    group = people.race * len(GENDERS) + people.gender
    seeds = np.random.default_rng(seed).integers(0, np.iinfo(np.uint32).max, RESAMPLES, dtype=np.uint32)
    index = pd.Series(range(500))
    rows = np.stack([index.sample(frac=1, replace=True, random_state=each).to_numpy() for each in seeds])
    ours = widest_difference_interval(people.value, group, rows)
    return float(np.abs(ours - fairlearns_interval(people.value, group, seed)).max())


def four_fifths_fires(values: Floats, group: Codes) -> bool:
    """Say whether any group's share above the median is below four fifths of the highest share."""
    above = pd.Series(values > np.median(values)).groupby(group).agg(["size", "mean"])
    rows = pd.DataFrame({"group": above.index.astype("str"), "n": above["size"].array, "mean": above["mean"].array})
    return bool((impact(rows)["ratio"] < FOUR_FIFTHS).any())


def planted(random: np.random.Generator, n: int) -> Seen:
    """Audit learners with gaps in two races and between genders."""
    people = learners(random, n).with_gap(race={"b": -900.0, "d": 700.0}, woman=-500.0)
    found, _ = judged_gaps(people)
    each = with_intervals(found, level=0.05 / len(found))
    truth = true_gaps(people, found)
    first = row(found.assign(truth=truth), "b")
    return {
        "all hold": all_hold(found, truth),
        "bonferroni": all_hold(each, truth),
        "90%": first["low90"] <= first["truth"] <= first["high90"],
    }


def at_the_limit(random: np.random.Generator, n: int) -> Seen:
    """Audit learners of whom one race has a gap as wide as the limit.

    It passes alone where every other gap lies inside: the hardest case, for others only hold it back.
    """
    people = learners(random, n).with_gap(race={"b": random.choice([-1.0, 1.0]) * LIMIT})
    found, _ = judged_gaps(people)
    return {
        "fail": verdict_of(found, LIMIT) == "fail",
        "pass": verdict_of(found, LIMIT) == "pass",
        "passes alone": verdict_of(found[found["group"] == "b"], LIMIT) == "pass",
    }


@dataclass(frozen=True)
class Advised:
    """Learners advised credentials unevenly, and by how much the published value of each credential may be off."""

    people: People
    error: Floats

    @classmethod
    def draw(cls, random: np.random.Generator, n: int) -> "Advised":
        """Draw advice, and the true values from around the published ones."""
        race, gender, stratum = who_is_where(random, n)
        published = 1_500.0 * np.arange(CREDENTIALS) + random.normal(0, 1_000, CREDENTIALS)
        error = random.uniform(500, 6_000, CREDENTIALS)
        lean = np.array([0.0, -1.2, -0.4, 0.6, 0.0])
        centre = 2.0 + 8.0 * stratum / STRATA + lean[race] - 0.5 * gender
        chance = np.exp(-0.5 * ((np.arange(CREDENTIALS) - centre[:, None]) / 2.5) ** 2)
        edges = (chance / chance.sum(1, keepdims=True)).cumsum(1)
        place = (random.random(n)[:, None] > edges).sum(1).clip(max=CREDENTIALS - 1)
        expected = (np.diff(edges, axis=1, prepend=0.0) @ random.normal(published, error)).astype(np.float64)
        shares = {"value": Shares(np.arange(n), place, np.ones(n))}
        return cls(People(race, gender, stratum, expected, published[place], shares), error)


def values_uncertain(random: np.random.Generator, n: int) -> Seen:
    """Audit advice whose credentials are worth something else than what is published.

    The same learners are audited again with one race's gap in true values moved to the limit.
    """
    advised = Advised.draw(random, n)
    found, _ = judged_gaps(advised.people, advised.error)
    without, _ = judged_gaps(advised.people)
    truth = true_gaps(advised.people, found)
    short = random.choice([-1.0, 1.0]) * LIMIT - true_gap(advised.people.race == RACE_MOVED, advised.people)
    moved = advised.people.with_gap(race={"b": short})
    limit, blind = judged_gaps(moved, advised.error)[0], judged_gaps(moved)[0]
    return {
        "passes alone": verdict_of(limit[limit["group"] == "b"], LIMIT) == "pass",
        "passes alone without": verdict_of(blind[blind["group"] == "b"], LIMIT) == "pass",
        "with": all_hold(found, truth),
        "without": all_hold(without, truth),
        "share": float((found["values"] ** 2 / found["error"] ** 2).mean()),
    }


def alone(random: np.random.Generator, n: int) -> Seen:
    """Set the smallest group, most of whose learners are alone in their strata, against everyone else."""
    people = learners(random, n)
    measured = Measured(pd.DataFrame({"value": people.value}), {})
    cells = cells_of(people.who, people.strata, np.ones(n), given=("stratum",))
    found = all_gaps(Estimator(measured, cells, np.zeros(CREDENTIALS), {}), level=0.05)
    return {"holds": all_hold(found[found["group"] == "e"], 0.0)}


def totals(trial: Trial, runs: int, seed: int, number: int) -> Seen:
    """Add up what every seeded run of a trial saw."""
    seen = pd.DataFrame([trial(np.random.default_rng([seed, number, run])) for run in range(runs)])
    return {str(name): float(total) for name, total in seen.astype(float).sum().items()}


def claims(runs: int, n: int, seed: int) -> list[Claim | Figure]:
    """Measure every claim."""
    few = n // 4
    null = totals(lambda r: no_disparity(r, n), runs, seed, 0)
    quarter = totals(lambda r: no_disparity(r, few), runs, seed, 1)
    gap = totals(lambda r: planted(r, n), runs, seed, 2)
    limit = totals(lambda r: at_the_limit(r, n), runs, seed, 3)
    worth = totals(lambda r: values_uncertain(r, n), runs, seed, 4)
    small = totals(lambda r: alone(r, n // 12), runs, seed, 5)
    return [
        at_most("no disparity: any simultaneous interval excludes zero", null["fail"], runs, 0.05),
        at_most(f"the same with a quarter of the learners, {few:,}", quarter["fail"], runs, 0.05),
        at_most("a gap as wide as the limit: fails", limit["fail"], runs, 0.05),
        at_most("a gap as wide as the limit: passes, every other gap inside", limit["passes alone"], runs, 0.05),
        at_least("planted gaps: the simultaneous intervals hold all true gaps", gap["all hold"], runs, 0.95),
        at_least("planted gaps: the 90% interval of one group holds", gap["90%"], runs, 0.90),
        at_least("values uncertain: intervals with their error hold all true gaps", worth["with"], runs, 0.95),
        at_most(
            "values uncertain, a gap as wide as the limit: passes, every other gap inside",
            worth["passes alone"],
            runs,
            0.05,
        ),
        shown("the same, their error left out", worth["passes alone without"], runs),
        shown("values uncertain: intervals without their error hold all true gaps", worth["without"], runs),
        Figure("values uncertain: share of a gap's variance that is theirs", worth["share"] / runs),
        shown("a gap as wide as the limit: passes, other gaps as they fall", limit["pass"], runs),
        shown("no disparity, Bonferroni: any interval excludes zero", null["bonferroni fail"], runs),
        shown("planted gaps, Bonferroni: the intervals hold all true gaps", gap["bonferroni"], runs),
        Figure("width of a simultaneous interval over Bonferroni's", null["width"] / runs),
        Figure("gaps tested", null["tested"] / runs),
        Figure("gaps tested, a quarter of the learners", quarter["tested"] / runs),
        shown("no disparity: the interval of the widest difference excludes zero", null["max-min"], runs),
        shown("the same with a quarter of the learners", quarter["max-min"], runs),
        shown("no disparity: the four-fifths rule fires", null["four-fifths"], runs),
        shown("the same with a quarter of the learners", quarter["four-fifths"], runs),
        # So small a group is shown and never judged: skewed values need more learners than Student's interval thinks.
        shown("the 95% interval of a group of about 20 holds, shown and not judged", small["holds"], runs),
    ]


def seed_of(chosen: argparse.Namespace) -> int:
    """Return the seed that was asked for, a fixed one in a quick run, and one never seen before otherwise."""
    if chosen.seed is not None:
        return int(chosen.seed)
    return QUICK_SEED if chosen.quick else secrets.randbits(32)


def main() -> int:
    """Run, print, keep, and say by the exit code whether every goal was met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="60 runs a claim, within 20 seconds")
    parser.add_argument("--runs", type=int, default=1_000, help="runs a claim (default: %(default)s)")
    parser.add_argument("--learners", type=int, default=6_000, help="learners an audit (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="drawn anew where none is given, and printed")
    parser.add_argument("--json", type=Path, help="where to keep the figures")
    chosen = parser.parse_args()
    started, runs, seed = time.monotonic(), 60 if chosen.quick else chosen.runs, seed_of(chosen)
    print(f"{runs:,} audits a claim of {chosen.learners:,} learners, {STRATA} strata, seed {seed}", flush=True)
    apart = distance_from_fairlearn(seed)
    found = claims(runs, chosen.learners, seed)
    print("\n".join(claim.line() for claim in found))
    print(f"the widest difference's interval lies ${apart:.1e} from MetricFrame's on the same resamples")
    print(f"{time.monotonic() - started:.0f} s; a goal allows what chance exceeds once in 1,000 times")
    if chosen.json:
        kept = {"seed": seed, "learners": chosen.learners, "claims": [asdict(c) | {"met": c.met} for c in found]}
        chosen.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0 if all(claim.met for claim in found) and apart < 1e-6 else 1


if __name__ == "__main__":
    sys.exit(main())
