"""What was advised, in figures: face value, expected benefit, probability of completing, and a second yardstick.

A figure may rest on the values of credentials, which are known within a range: its **shares** say on which, and how
much. Whatever a college has not said (a price, a pathway, a wage to live on) is not evaluated and not assumed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from onward.audit.advice import Advice, Places
from onward.audit.plan import AuditPlan
from onward.audit.population import Floats
from onward.data import worth
from onward.data.problems import some
from onward.data.tables import RUNGS
from onward.errors import DataError

MEASURES = ("value", "benefit", "completion")
"""The three that stand side by side: tilting everyone to the top meets any limit on the first and lowers the others."""
YARDSTICK = ("level", "stacking")
SHARES = ("above_median", "fails_premium", "dead_end", "family_wage")
CHANCE = frozenset({"completion", *SHARES})
"""Measures that lie between 0 and 1."""
LAST_RUNG_OF_A_CERTIFICATE = RUNGS["4"]


def look_up(advised: pd.Series, figures: pd.Series, *, table: str) -> pd.Series:
    """Return the figure of each advised credential, refusing one that has none.

    >>> look_up(pd.Series(["c1"]), pd.Series({"c2": 1.0}), table="values")
    Traceback (most recent call last):
    ...
    onward.errors.DataError: table values has no figure for advised credential(s) c1; add them
    """
    if not figures.index.is_unique:
        raise DataError(f"table {table} holds a credential twice; keep one row for each")
    found = advised.map(figures)
    if found.isna().any():
        missing = some(advised[found.isna()])
        raise DataError(f"table {table} has no figure for advised credential(s) {missing}; add them")
    return found


@dataclass(frozen=True)
class Worth:
    """What each advised credential is worth, a row per credential in ``ids``: whatever is known of it, as columns.

    Always ``value`` and ``error`` (one standard deviation); ``cost`` of failing, ``level`` (rung), ``stacking``
    (credits recognised toward another), ``not_imputed``, ``fails_premium``, ``dead_end`` and ``family_wage`` where the
    tables say enough.
    """

    ids: pd.Index
    of: pd.DataFrame

    def column(self, name: str) -> Floats:
        """One figure of every credential, shape (credentials,)."""
        return np.asarray(self.of[name], dtype=np.float64)


def worth_of(
    advised: list[str],
    *,
    values: pd.DataFrame,
    credentials: pd.DataFrame | None,
    pathways: pd.DataFrame,
    plan: AuditPlan,
) -> Worth:
    """Look up every advised credential in the tables, refusing one without a value."""
    names = pd.Series(advised)
    ours = values.set_index("credential_id")
    columns: dict[str, pd.Series] = {
        "value": look_up(names, worth.value_of(values), table="values"),
        "error": names.map(worth.value_error(values)),
    }
    premium = look_up(names, worth.earnings_premium(values), table="values")
    columns["fails_premium"] = (premium <= 0).astype(float)
    imputed = names.map(ours["basis"] == "imputed").astype(bool)
    if imputed.any() and not imputed.all():
        columns["not_imputed"] = columns["value"].where(~imputed)
    if plan.family_wage is not None:
        columns["family_wage"] = _reaches(names, ours["median_earnings"], pathways, plan.family_wage)
    if credentials is not None:
        cost = worth.cost_of_failing(credentials, price_share=plan.price_share)
        columns["cost"] = look_up(names, cost, table="credentials")
        columns["level"] = names.map(credentials.set_index("credential_id")["award_level"].map(RUNGS)).astype(float)
        if len(pathways):
            columns["stacking"] = _stacking(names, pathways)
            onward = names.isin(pathways["from_id"])
            short = columns["level"] <= LAST_RUNG_OF_A_CERTIFICATE
            columns["dead_end"] = (short & ~onward).astype(float)
    return Worth(pd.Index(advised), pd.DataFrame(columns))


def _stacking(names: pd.Series, pathways: pd.DataFrame) -> pd.Series:
    """Return the most credits of another credential that each is recognised for."""
    most = pathways.groupby("from_id")["credits_recognised"].max()
    return names.map(most).fillna(0.0).astype(float)


def _reaches(names: pd.Series, earnings: pd.Series, pathways: pd.DataFrame, wage: float) -> pd.Series:
    """Say of each credential whether it, or anything it leads on to, has median earnings of at least ``wage``."""
    there = set(earnings.index[earnings >= wage])
    edges = [*zip(pathways["from_id"], pathways["to_id"], strict=True)]
    while True:
        more = {start for start, end in edges if end in there} - there
        if not more:
            return names.isin(there).astype(float)
        there |= more


@dataclass(frozen=True)
class Shares:
    """On which values figures rest: figure of ``row`` holds ``weight`` x the value of ``credential``, a pair each."""

    row: Places
    credential: Places
    weight: Floats


@dataclass(frozen=True)
class Measured:
    """The figures of one source: rows as in its first advice, a column per measure, and the values they rest on."""

    figures: pd.DataFrame
    shares: Mapping[str, Shares]


def measure(source: str, advised: Advice, of: Worth, plan: AuditPlan) -> Measured:
    """Measure the advice of one source: in full where it is judged or compared with, else in the first three measures.

    ``above_median`` is over the median of the source's own learners.
    """
    rows = advised.first[source]
    place = of.ids.get_indexer(rows["credential_id"])
    value = of.column("value")[place]
    figures, shares = _three(rows, place, value, of)
    if source in {plan.judged, plan.compared_with}:
        figures |= {name: of.column(name)[place] for name in (*YARDSTICK, *SHARES, "not_imputed") if name in of.of}
        figures["above_median"] = (value > weighted_median(value, advised.count(source))).astype(float)
        if "not_imputed" in figures:
            shares["not_imputed"] = shares["value"]
        exposed = None if advised.counted else _exposure(advised.listed[source], rows, of)
        if exposed is not None:
            figures["exposure"], shares["exposure"] = exposed
    return Measured(pd.DataFrame(figures), shares)


def _three(rows: pd.DataFrame, place: Places, value: Floats, of: Worth) -> tuple[dict[str, Floats], dict[str, Shares]]:
    """Return the three measures that stand side by side, as far as the tables say, and the values they rest on."""
    every = np.arange(len(rows))
    figures, shares = {"value": value}, {"value": Shares(every, place, np.ones(len(rows)))}
    chance = rows["p_complete"].to_numpy(float)
    if not np.isnan(chance).any():
        if "cost" in of.of:
            figures["benefit"] = worth.benefit(chance, value, of.column("cost")[place])
            shares["benefit"] = Shares(every, place, chance)
        figures["completion"] = chance
    return figures, shares


def weighted_median(values: Floats, count: "np.typing.NDArray[np.int64]") -> float:
    """Return the median where each value stands ``count`` times.

    >>> weighted_median(np.array([1.0, 5.0, 9.0]), np.array([1, 1, 5]))
    9.0
    """
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(count[order])
    return float(values[order][np.searchsorted(upto, upto[-1] / 2)])


def _exposure(listed: pd.DataFrame, first: pd.DataFrame, of: Worth) -> tuple[Floats, Shares] | None:
    """Return the mean value over each learner's list, weighted by exposure, where any list is longer than one.

    A place counts 1 / log2(1 + rank): the discount of Jarvelin and Kekalainen (2002, ACM TOIS 20:422-446), here for how
    much of the reader's attention it gets.
    """
    if len(listed) == len(first):
        return None
    row = pd.Index(first["learner_id"]).get_indexer(listed["learner_id"])
    weight = 1.0 / np.log2(1.0 + listed["rank"].to_numpy(float))
    weight /= np.bincount(row, weight, minlength=len(first))[row]
    credential = of.ids.get_indexer(listed["credential_id"])
    exposed = np.bincount(row, weight * of.column("value")[credential], minlength=len(first)).astype(np.float64)
    return exposed, Shares(row, credential, weight)


def bounds_of(measure_name: str, of: Worth) -> tuple[float, float]:
    """Return the least and the largest that a figure can be, as the catalogue tells anybody."""
    if measure_name in CHANCE:
        return 0.0, 1.0
    if measure_name in YARDSTICK:
        column = of.column(measure_name)
        return float(column.min()), float(column.max())
    value = of.column("value")
    low = min(value.min(), -of.column("cost").max()) if measure_name == "benefit" else value.min()
    return float(low), float(value.max())
