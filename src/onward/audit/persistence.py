"""Whom a persistence prediction misses: calibration, misses, false alarms and flags by group.

A **positive** is a learner who needed support: who did not persist. A positive who is not flagged is **missed** and
goes without a call. Somebody who persisted and is flagged takes the place of another, and may be treated as a failure
to come. A probability shown too high for a group hides its need. A prediction supports; it never ranks, denies or
withholds a credential.

Each rate has its own denominator, and its n counts that denominator: the share missed is a share of positives. Taking
the size of the group for it makes noise look like a finding: .40 against .28 missed, of 100 positives each in groups of
400, is p = .07 and not p = .0003 (see ``two_proportions``).
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from onward.audit.groups import UNJUDGED
from onward.audit.participation import groups_of
from onward.audit.population import Cell, Floats, Population
from onward.audit.shares import Z, share, wilson
from onward.data.tables import SCORES, conform
from onward.errors import DataError, SettingsError

LEVEL = 0.05
FEWEST = 50
"""The least n of a group that is tested. With it a difference of 20 percentage points from many others is found four
times in five: ((z(.975) + z(.8)) / .2)^2 x 1/4 = 49.1, the largest variance of a rate being 1/4. It is the power of one
comparison; correction for several lowers it."""
LEAST_EXPECTED = 5
BINS = 5
SCORED, POSITIVES, NEGATIVES, FLAGGED = "scored", "scored, did not persist", "scored, persisted", "scored, flagged"
RATES = {
    "persisted": SCORED,
    "flagged": SCORED,
    "missed": POSITIVES,
    "flagged_wrongly": NEGATIVES,
    "needed": FLAGGED,
}
"""Each rate with the population whose n it has. ``error``, which has that of ``SCORED``, is a difference."""
MEASURES = ("error", *RATES)
COLUMNS = (
    "attribute",
    "group",
    "measure",
    "n",
    "rate",
    "low",
    "high",
    "others_n",
    "others_rate",
    "difference",
    "diff_low",
    "diff_high",
    "p",
    "adjusted_p",
    "finding",
)
Finding = Literal["higher", "lower", "no difference shown", "too few to test", "not judged"]
Flags = Literal["as given", "at capacity", "none"]


def two_proportions(events1: float, n1: float, events2: float, n2: float, pooled: bool = False) -> tuple[float, float]:
    """Return z and the two-sided p of the difference of two shares, the first less the second.

    ``pooled`` takes one variance from both together, as the score test does, and stays valid where one share is 0 or 1;
    the variance of each alone takes such a share for certain. Where neither varies, equal shares have z = 0 and p = 1.
    Each n counts those the share is a share of: for the share missed, the positives. Raises ValueError where an n is
    below 1 or the events are not between 0 and n.

    >>> z, p = two_proportions(40, 100, 28, 100)
    >>> f"{z:.2f} {p:.3f}"
    '1.81 0.071'
    """
    for events, n in ((events1, n1), (events2, n2)):
        if not (n >= 1 and 0 <= events <= n):
            raise ValueError(f"expected 0 to n events and n of at least 1; came {events} of {n}; count them again")
    first, second, both = events1 / n1, events2 / n2, (events1 + events2) / (n1 + n2)
    if pooled:
        variance = both * (1 - both) * (1 / n1 + 1 / n2)
    else:
        variance = first * (1 - first) / n1 + second * (1 - second) / n2
    if first == second:
        return 0.0, 1.0
    z = (first - second) / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, first - second)
    return z, 2 * float(stats.norm.sf(abs(z)))


def newcombe(
    events1: npt.ArrayLike, n1: npt.ArrayLike, events2: npt.ArrayLike, n2: npt.ArrayLike, *, z: float | Floats = Z
) -> tuple[Floats, Floats]:
    """Return the ends of the interval of the difference of two shares, the first less the second.

    It joins the two Wilson intervals and stays an interval where a share is 0 or 1. Source: Newcombe (1998, Statistics
    in Medicine 17:873-890), method 10.

    >>> low, high = newcombe([56], [70], [48], [80])
    >>> f"{low[0]:.4f} {high[0]:.4f}"
    '0.0524 0.3339'
    """
    first, second = share(events1, n1), share(events2, n2)
    (low1, high1), (low2, high2) = wilson(events1, n1, z=z), wilson(events2, n2, z=z)
    low = first - second - np.hypot(first - low1, high2 - second)
    return low, first - second + np.hypot(high1 - first, second - low2)


def holm(p: Floats) -> Floats:
    """Return p-values corrected for how many there are; a missing one stays missing and does not count.

    Source: Holm (1979, Scandinavian Journal of Statistics 6:65-70).

    >>> holm(np.array([0.04, 0.01, np.nan, 0.03])).round(2).tolist()
    [0.06, 0.03, nan, 0.06]
    """
    order = np.argsort(p)[: np.count_nonzero(~np.isnan(p))]
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)), 1.0)
    return adjusted


def rate_p(events1: float, n1: float, events2: float, n2: float) -> float:
    """Return the p of the difference of two shares, also where one is 0.

    It is the score test's where at least ``LEAST_EXPECTED`` events and others are expected on both sides, and Fisher's
    exact test's otherwise (Cochran 1954, Biometrics 10:417-451).

    >>> round(rate_p(0, 60, 9, 100), 4)
    0.0144
    """
    both = (events1 + events2) / (n1 + n2)
    if min(n1, n2) * min(both, 1 - both) >= LEAST_EXPECTED:
        return two_proportions(events1, n1, events2, n2, pooled=True)[1]
    table = [[round(events1), round(n1 - events1)], [round(events2), round(n2 - events2)]]
    return float(stats.fisher_exact(table).pvalue)


@dataclass(frozen=True)
class Persistence:
    """What a persistence prediction showed, whom it flagged and what happened, by group.

    ``populations`` are those of ``SCORED``, ``POSITIVES``, ``NEGATIVES`` and ``FLAGGED`` that hold anybody, and the
    first alone where there are no flags. Figures, 0 or 1 but for ``shown`` and ``error``: of everyone scored ``shown``
    (the probability of persisting), ``persisted``, ``error`` (shown less persisted: above 0 the prediction was too
    hopeful) and ``flagged``; of the positives ``missed``; of those who persisted ``flagged_wrongly``; of the flagged
    ``needed``. ``compared`` sets each group against everyone else, see ``compare``. ``fifths`` are everyone scored by
    quantile of the probability, with ``shown`` and ``persisted``; ``reliability`` are their means.

    ``flags`` says whence the flags are; ``unknown`` counts learners left out because no outcome of theirs is known
    yet, and ``later`` the rows left out because the same learner has an earlier one with a known outcome.
    """

    populations: tuple[Population, ...]
    compared: pd.DataFrame
    fifths: tuple[Population, ...]
    reliability: pd.DataFrame
    flags: Flags
    unknown: int
    later: int


def regrouped(found: Persistence, who: pd.DataFrame) -> Persistence:
    """Return the same predictions with other groups: ``who`` has a row per learner scored, in their order.

    What the groups show against each other stays as it was found.
    """
    scored = replace(found.populations[0], who=who)
    persisted = scored.figures["persisted"] == 1
    rows = {POSITIVES: ~persisted, NEGATIVES: persisted}
    if "flagged" in scored.figures:
        rows[FLAGGED] = scored.figures["flagged"] == 1
    others = [replace(one, who=who[rows[one.name]].reset_index(drop=True)) for one in found.populations[1:]]
    parts = fifths(scored)
    return replace(found, populations=(scored, *others), fifths=parts, reliability=reliability(parts))


def first_known(scores: pd.DataFrame) -> pd.DataFrame:
    """Return each learner's first row of canonical ``scores`` whose outcome is known, by learner_id.

    Not the latest: whether there is a later one depends on having persisted so far, and who stopped would be counted by
    the one prediction that came before.

    Raises DataError where a learner has two rows of one day, or a row that counts lacks a probability between 0 and 1.

    >>> scores = pd.DataFrame({"learner_id": ["a", "a", "b"], "as_of": ["2023-09-01", "2024-09-01", "2024-09-01"],
    ...     "probability": [0.7, 0.8, 0.6], "outcome": [True, None, None]})
    >>> first_known(conform(scores, SCORES))["probability"].tolist()
    [0.7]
    """
    if scores[["learner_id", "as_of"]].isna().any(axis=None):
        raise DataError("scores has rows without learner_id or as_of; say whose prediction each is, and of which day")
    twice = int(scores.duplicated(["learner_id", "as_of"]).sum())
    if twice:
        raise DataError(f"scores holds {twice} row(s) twice for one learner and day; keep one of each")
    known = scores[scores["outcome"].notna()]
    first = known.sort_values(["learner_id", "as_of"]).drop_duplicates("learner_id")
    wrong = int((~first["probability"].between(0.0, 1.0)).sum())
    if wrong:
        raise DataError(
            f"column probability of scores is missing or not between 0 and 1 in {wrong} row(s); give the probability "
            "of persisting, .85 and not 85"
        )
    return first.reset_index(drop=True)


def lowest(probability: pd.Series, learners: pd.Series, *, capacity: int) -> pd.Series:
    """Say who is among the ``capacity`` lowest probabilities; of equal ones the lower learner_id comes first.

    >>> lowest(pd.Series([0.5, 0.2, 0.5]), pd.Series(["c", "b", "a"]), capacity=2).tolist()
    [False, True, True]
    """
    if capacity < 1:
        raise SettingsError(
            f"capacity is {capacity}; set it to how many learners can be called, 1 or more, or leave it out"
        )
    order = pd.DataFrame({"probability": probability, "learner": learners}).sort_values(["probability", "learner"])
    return pd.Series(probability.index.isin(order.index[:capacity]), index=probability.index)


def _flags(rows: pd.DataFrame, capacity: int | None) -> tuple[pd.Series | None, Flags]:
    given = rows["flagged"].notna()
    if given.all():
        flagged = rows["flagged"].astype(bool)
        return (flagged, "as given") if flagged.any() else (None, "none")
    if given.any():
        raise DataError(
            f"column flagged of scores is missing in {int((~given).sum())} of {len(rows)} rows that count; say of "
            "every learner whether they were flagged, or leave the column out and state the capacity"
        )
    if capacity is None:
        return None, "none"
    return lowest(rows["probability"], rows["learner_id"], capacity=capacity), "at capacity"


def _part(name: str, who: pd.DataFrame, figures: pd.DataFrame, kept: pd.Series | None = None) -> Population:
    rows = pd.Series(True, index=figures.index) if kept is None else kept
    ones = np.ones(int(rows.sum()), dtype=np.int64)
    bounds = {measure: (-1.0 if measure == "error" else 0.0, 1.0) for measure in figures}
    of = figures[rows].astype("float64").reset_index(drop=True)
    return Population(name, who[rows].reset_index(drop=True), ones, of, bounds)


def _populations(rows: pd.DataFrame, flagged: pd.Series | None, who: pd.DataFrame) -> tuple[Population, ...]:
    shown, persisted = rows["probability"], rows["outcome"].astype(bool)
    figures = pd.DataFrame({"shown": shown, "persisted": persisted, "error": shown - persisted})
    if flagged is None:
        return (_part(SCORED, who, figures),)
    parts = (
        _part(SCORED, who, figures.assign(flagged=flagged)),
        _part(POSITIVES, who, pd.DataFrame({"missed": ~flagged}), ~persisted),
        _part(NEGATIVES, who, pd.DataFrame({"flagged_wrongly": flagged}), persisted),
        _part(FLAGGED, who, pd.DataFrame({"needed": ~persisted}), flagged),
    )
    return tuple(part for part in parts if part.learners)


def tallies(of: Population | None, measure: str, cells: pd.MultiIndex) -> pd.DataFrame:
    """Return, for every cell of ``cells``, its n and events and those of everyone else, as others_n and others_events.

    A row of the population counts as often as its ``count``, and not at all where its figure is missing. An empty or
    missing population gives 0 everywhere.
    """
    names = ["n", "events", "others_n", "others_events"]
    if of is None:
        return pd.DataFrame(0.0, index=cells, columns=names)
    figure = of.figures[measure].to_numpy(float)
    counted = np.where(np.isnan(figure), 0.0, of.count)
    sums = pd.DataFrame({"n": counted, "events": counted * np.nan_to_num(figure)})
    by_attribute = {name: sums.groupby(group.to_numpy(), sort=True).sum() for name, group in of.who.items()}
    own = pd.concat(by_attribute, names=["attribute", "group"]).reindex(cells, fill_value=0.0)
    return own.assign(others_n=sums["n"].sum() - own["n"], others_events=sums["events"].sum() - own["events"])


def _rates(found: pd.DataFrame) -> pd.DataFrame:
    counts = [found[name].to_numpy(float) for name in ("events", "n", "others_events", "others_n")]
    low, high = wilson(*counts[:2])
    rate, others = share(*counts[:2]), share(*counts[2:])
    diff_low, diff_high = newcombe(*counts)
    return found.assign(
        rate=rate,
        low=low,
        high=high,
        others_rate=others,
        difference=rate - others,
        diff_low=diff_low,
        diff_high=diff_high,
        p=[rate_p(*row) if row[1] and row[3] else np.nan for row in zip(*counts, strict=True)],
    )


def _where_zero_enters(counts: list[Floats], shift: Floats) -> Floats:
    """Return the p at whose level Newcombe's interval, moved by ``shift``, just reaches 0; found by halving."""
    inside, outside = np.full(shift.shape, 40.0), np.zeros(shift.shape)
    for _ in range(60):
        z = (inside + outside) / 2
        low, high = newcombe(*counts, z=z)
        holds = (low + shift <= 0) & (high + shift >= 0)
        inside, outside = np.where(holds, z, inside), np.where(holds, outside, z)
    return np.asarray(np.where(np.isnan(shift), np.nan, 2 * stats.norm.sf(inside)), dtype=np.float64)


def _errors(shown: pd.DataFrame, persisted: pd.DataFrame) -> pd.DataFrame:
    """Return the error of the probabilities shown, with intervals, from the tallies of what was shown and happened."""
    happened = _rates(persisted)
    mean, others = share(shown["events"], shown["n"]), share(shown["others_events"], shown["others_n"])
    # Less persisted is more error: everything that is known of the share that persisted is turned round.
    counts = [persisted[name].to_numpy(float) for name in ("others_events", "others_n", "events", "n")]
    return happened.assign(
        rate=mean - happened["rate"],
        low=mean - happened["high"],
        high=mean - happened["low"],
        others_rate=others - happened["others_rate"],
        difference=mean - others - happened["difference"],
        diff_low=mean - others - happened["diff_high"],
        diff_high=mean - others - happened["diff_low"],
        p=_where_zero_enters(counts, mean - others),
    )


def _findings(frame: pd.DataFrame) -> npt.NDArray[np.str_]:
    order: tuple[Finding, ...] = ("not judged", "too few to test", "no difference shown", "higher")
    tests = [~frame["judged"], frame["adjusted_p"].isna(), frame["adjusted_p"] >= LEVEL, frame["difference"] > 0]
    otherwise: Finding = "lower"
    return np.select(tests, order, otherwise)


def compare(
    populations: Collection[Population], *, family: Collection[Cell] | None = None, fewest: int = FEWEST
) -> pd.DataFrame:
    """Set each group of ``populations``, as in ``Persistence``, against everyone else.

    Columns, a row per measure, attribute and group: ``n`` (what the rate is a rate of), ``rate`` with its 95% interval
    ``low`` to ``high`` (Wilson's), the same of everyone else as ``others_n`` and ``others_rate``, ``difference`` (group
    less others) with its 95% interval ``diff_low`` to ``diff_high`` (Newcombe's), ``p`` of the two-sided test that
    there is none (see ``rate_p``), ``adjusted_p`` (Holm's over the groups tested, of all attributes, measure by
    measure) and ``finding``: "higher" or "lower" where ``adjusted_p`` is below .05. Intervals are those of one
    comparison: with several, one may lie beside 0 and show nothing.

    Only the groups of ``family`` are judged; all but those of ``UNJUDGED`` where none is given. A group is "too few to
    test" where it or everyone else has an n below ``fewest``: ``p`` is missing, and no difference is said to be absent.

    ``error``, mean shown less the share that persisted, is no rate. Given the probabilities only what happened could
    have been otherwise, so its interval is Wilson's, of the share that persisted, taken from the mean shown; the
    difference's is Newcombe's, likewise, and its p the level at which that just reaches 0. Learners differ in their
    chances, and what happens to them then varies less than if all had the same (Hoeffding 1956, Annals of Mathematical
    Statistics 27:713-721), so these intervals are rather too wide than too narrow.
    """
    named = {population.name: population for population in populations}
    scored = named[SCORED]
    cells = pd.MultiIndex.from_tuples(
        [(str(name), group) for name in scored.who for group in sorted(scored.who[name].unique())],
        names=["attribute", "group"],
    )
    rates = RATES if "flagged" in scored.figures else {"persisted": SCORED}
    found = {measure: _rates(tallies(named.get(name), measure, cells)) for measure, name in rates.items()}
    errors = _errors(tallies(scored, "shown", cells), tallies(scored, "persisted", cells))
    frame = pd.concat({"error": errors} | found, names=["measure"]).reset_index()
    return _judged(frame, family, fewest)[list(COLUMNS)].astype({"n": "int64", "others_n": "int64"})


def _judged(frame: pd.DataFrame, family: Collection[Cell] | None, fewest: int) -> pd.DataFrame:
    if family is None:
        judged = frame["group"].map({name: UNJUDGED.isdisjoint(name.split(":")) for name in frame["group"].unique()})
    else:
        judged = pd.MultiIndex.from_frame(frame[["attribute", "group"]]).isin(list(family))
    tested = judged & (frame["n"] >= fewest) & (frame["others_n"] >= fewest)
    frame = frame.assign(judged=judged, p=frame["p"].where(tested))
    adjusted = frame.groupby("measure")["p"].transform(lambda p: holm(p.to_numpy(float)))
    frame = frame.assign(adjusted_p=adjusted)
    return frame.assign(finding=pd.Series(_findings(frame), index=frame.index, dtype="str"))


def fifth_of(scored: Population) -> npt.NDArray[np.intp]:
    """Return which part by quantile of the probability shown each learner is in, from 0, shape (learners,)."""
    shown = scored.figures["shown"].to_numpy(float)
    limits = np.quantile(shown, np.arange(1, BINS) / BINS)
    return np.asarray(np.unique(np.searchsorted(limits, shown), return_inverse=True)[1])


def fifths(scored: Population) -> tuple[Population, ...]:
    """Return everyone scored by quantile of the probability shown, the lowest fifth first.

    The limits are those of all learners together, so that groups are compared at like probabilities. Equal
    probabilities stay together; where many are equal there are fewer than ``BINS`` parts.

    >>> who, shown = pd.DataFrame({"gender": ["woman"] * 10}), np.linspace(0.05, 0.95, 10)
    >>> figures = pd.DataFrame({"shown": shown, "persisted": 1.0})
    >>> [part.learners for part in fifths(Population("scored", who, np.ones(10, dtype=np.int64), figures, {}))]
    [2, 2, 2, 2, 2]
    """
    place = pd.Series(fifth_of(scored), index=scored.figures.index)
    figures = scored.figures[["shown", "persisted"]]
    return tuple(
        _part(f"{SCORED}, fifth {at + 1}", scored.who, figures, place == at) for at in range(int(place.max()) + 1)
    )


def reliability(parts: Collection[Population]) -> pd.DataFrame:
    """Return what was shown and what happened in each of ``parts``, as ``fifths`` gives them, by group.

    Columns: attribute, group, bin (1 holds the lowest probabilities), n, shown (the mean), happened (the share that
    persisted) with its 95% interval low to high (Wilson's). A group without learners in a bin has no row for it.
    """
    frames = []
    for at, part in enumerate(parts, start=1):
        for attribute, group in part.who.items():
            found = part.figures.assign(n=1.0).groupby(group.to_numpy(), sort=True).sum().rename_axis("group")
            low, high = wilson(found["persisted"], found["n"])
            rates = {"shown": found["shown"] / found["n"], "happened": found["persisted"] / found["n"]}
            frames.append(found.assign(attribute=attribute, bin=at, low=low, high=high, **rates).reset_index())
    columns = ["attribute", "group", "bin", "n", "shown", "happened", "low", "high"]
    frame = pd.concat(frames)[columns].astype({"n": "int64"})
    return frame.sort_values(["attribute", "group", "bin"], ignore_index=True)


def persistence(
    scores: pd.DataFrame | None,
    who: pd.DataFrame,
    *,
    capacity: int | None = None,
    family: Collection[Cell] | None = None,
    fewest: int = FEWEST,
) -> Persistence | None:
    """Return whom a persistence prediction misses and flags, and how far it is off, by group.

    ``scores`` is the canonical table; each learner counts once, with the first prediction whose outcome is known, so
    that a flag raised on a later day does not count. ``who`` has a row per learner, whose id is its index. Flags are
    the column ``flagged`` where it is filled in; else, with ``capacity``, the lowest probabilities of that many of the
    learners audited (see ``lowest``); else there are none to evaluate. For ``family`` and ``fewest`` see ``compare``.

    The answer is None, which is "not evaluated" and never "no difference", where there are no scores or no outcome is
    known. Raises DataError for two predictions of one learner and day, a probability that is missing or not between 0
    and 1, flags that only some have, and a learner whom ``who`` lacks; SettingsError for a capacity below 1.

    >>> scores = pd.DataFrame({"learner_id": list("abcd"), "as_of": "2024-09-01", "probability": [0.2, 0.4, 0.6, 0.9],
    ...     "outcome": [False, True, False, True]})
    >>> who = pd.DataFrame({"gender": ["woman", "woman", "man", "man"]}, index=list("abcd"))
    >>> found = persistence(scores, who, capacity=2)
    >>> found.compared.set_index(["measure", "group"]).loc["missed", ["n", "rate", "finding"]].to_numpy().tolist()
    [[1, 1.0, 'too few to test'], [1, 0.0, 'too few to test']]
    >>> persistence(None, who) is None
    True
    """
    if scores is None or scores.empty:
        return None
    rows = conform(scores, SCORES)
    audited = first_known(rows)
    if audited.empty:
        return None
    flagged, flags = _flags(audited, capacity)
    populations = _populations(audited, flagged, groups_of(who, audited["learner_id"], table="scores"))
    parts = fifths(populations[0])
    return Persistence(
        populations=populations,
        compared=compare(populations, family=family, fewest=fewest),
        fifths=parts,
        reliability=reliability(parts),
        flags=flags,
        unknown=int(rows["learner_id"].nunique()) - len(audited),
        later=int(rows["outcome"].notna().sum()) - len(audited),
    )
