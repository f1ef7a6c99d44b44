"""Where completion is overstated: credentials and strata in which a group completes less often than was predicted.

Where barriers, not ability, lower completion, a model that sees no group overstates completion for those who meet the
barrier. Offline, with group labels, out-of-fold probabilities are compared with what happened; serving then looks up
credential and stratum and never a group. A shortfall says nothing of its cause: facts nobody recorded look the same.

Every group of every cell, and of every credential over all strata, is one test. Together they are held to a false
discovery rate (Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57:289-300). Groups share learners, so its 5% is meant,
not proved; in made-up systems where nothing falls short something was marked in 2 of 60 runs. A rule against any single
false mark, such as Holm's, would miss more, and what is missed is promised to learners too highly.

Cells are thin: judged by themselves alone, few that fall short would show it. So what a cell leaves undecided for a
group is answered by the credential over all strata, unless the cell itself rules a shortfall out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from onward.errors import DataError, NotServableError, SettingsError

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Verdicts = dict[tuple[str, str], int]
"""Of each attribute and group: 1 where support is needed, -1 where that is ruled out, 0 where neither."""
State = Literal["needed", "not seen", "too few to say"]
NEEDED: State = "needed"
NOT_SEEN: State = "not seen"
"""Every group large enough to test is shown to fall short by less than the limit; nothing is said of the others."""
TOO_FEW: State = "too few to say"
"""Neither is shown: never to be read as an absence of barriers."""
SUPPORT_NEEDED = (
    "Some learners in a position like yours have completed this less often than their preparation suggests, so the "
    "likelihood shown may be too high. Before you start, ask which support is in place."
)
"""What a learner reads beside a credential where support is needed."""
ALL_STRATA = "all strata"
"""In place of a stratum: a credential with its strata taken together."""
CELL = ["credential", "stratum", "attribute", "group"]


@dataclass(frozen=True)
class SupportTable:
    """What is known of each credential, shape (c,), and of the cells (credential, stratum) where that differs.

    It holds no group, no count and no estimate.

    >>> table = SupportTable(("needed", "too few to say"), {(0, "low"): "not seen"})
    >>> table.lookup(np.array([0, 0, 1]), np.array(["low", "high", "low"])).tolist()
    ['not seen', 'needed', 'too few to say']
    >>> table.lookup(np.array([2]), np.array(["low"]))
    Traceback (most recent call last):
        ...
    onward.errors.DataError: credential: expected positions from 0 to 1; got 2; use positions of this table's catalogue
    """

    over_all: tuple[State, ...]
    cells: Mapping[tuple[int, str], State]

    @classmethod
    def fit(
        cls,
        *,
        p_complete: Floats,
        completed: Array,
        credential: Array,
        stratum: Array,
        labels: Mapping[str, Array],
        unjudged: frozenset[str],
        credentials: int,
        learner: Array,
        smallest: int = 30,
        shortfall: float = 0.05,
        confidence: float = 0.95,
    ) -> "SupportAudit":
        """Compare ``p_complete``, out of fold, with ``completed``, 0 or 1, over attempts; every array has shape (m,).

        ``credential`` holds positions in a catalogue of ``credentials``, ``labels`` one group per attempt for every
        attribute. Groups in ``unjudged`` and those of fewer than ``smallest`` learners are not tested.

        Support is needed where a group's mean probability less its share of completions is at least ``shortfall`` and
        above zero at a false discovery rate of 1 - ``confidence``. It is ruled out where the one-sided upper bound, at
        ``confidence``, is below ``shortfall``. A group that its cell leaves undecided, being too few, is judged by its
        credential over all strata.
        """
        _check_options(smallest, shortfall, confidence)
        attempts = _checked(
            credentials,
            p_complete=p_complete,
            completed=completed,
            credential=credential,
            stratum=stratum,
            learner=learner,
            **{f"labels {name}": label for name, label in labels.items()},
        )
        rows = _judged(_estimates(attempts, labels, unjudged, smallest), shortfall, confidence)
        return SupportAudit(cls(*_states(rows, credentials)), rows)

    def lookup(self, credential: Array, stratum: Array) -> npt.NDArray[np.str_]:
        """The state of each pair, shape (m,); a stratum that was not seen has that of its credential."""
        _check_shapes(credential=credential, stratum=stratum)
        _check_positions(credential, len(self.over_all))
        found = [
            self.cells.get((int(c), str(s)), self.over_all[int(c)]) for c, s in zip(credential, stratum, strict=True)
        ]
        return np.array(found, dtype=str)

    def to_json(self) -> dict[str, Any]:
        """Plain values for the bundle, in one order."""
        cells = [[*cell, state] for cell, state in sorted(self.cells.items())]
        return {"over_all": list(self.over_all), "cells": cells}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "SupportTable":
        """Read what ``to_json`` wrote; refuse what it cannot have written."""
        over_all = tuple(content["over_all"])
        cells = {(int(credential), str(stratum)): state for credential, stratum, state in content["cells"]}
        stray = sorted({*map(str, over_all), *map(str, cells.values())} - set(get_args(State)))
        if stray:
            raise NotServableError(
                f"support: expected the states {', '.join(get_args(State))}; got {', '.join(stray)}; "
                "train again with this version of Onward"
            )
        return cls(over_all, cells)


@dataclass(frozen=True)
class SupportAudit:
    """The table, which is served, and the rows it came from, which stay offline: they name groups.

    ``rows`` has one row per test: ``credential`` (position), ``stratum`` (or ``ALL_STRATA``), ``attribute``, ``group``,
    ``n`` (learners), ``shortfall`` (mean probability less share completed), its standard ``error``, ``p_value``
    (one-sided, before the rule for many tests), ``needed``, ``ruled_out``. What is too small to be tested has no row.
    """

    table: SupportTable
    rows: pd.DataFrame

    @property
    def words(self) -> str:
        """What was found, in a sentence; it names no group."""
        if self.rows.empty:
            return "not evaluated; no group has enough learners in any credential"
        found = self.rows[self.rows["needed"]]
        if found.empty:
            return f"none of {len(self.rows)} tests shows completion overstated for a group, which rules nothing out"
        return (
            f"completion is overstated for some group in {found['credential'].nunique()} credentials, by "
            f"{len(found)} of {len(self.rows)} tests; answers say there that support is needed"
        )


def _estimates(
    attempts: pd.DataFrame, labels: Mapping[str, Array], unjudged: frozenset[str], smallest: int
) -> pd.DataFrame:
    """Every group of at least ``smallest`` learners, in every cell and over all strata of every credential."""
    parts = [attempts[:0].assign(attribute="", group="")]
    for attribute, label in labels.items():
        names = np.asarray(label, dtype=str)
        silent = [name for name in np.unique(names) if not unjudged.isdisjoint(name.split(":"))]
        known = attempts.assign(attribute=attribute, group=names)[~np.isin(names, silent)]
        parts += [known, known.assign(stratum=ALL_STRATA)]
    found = _shortfalls(pd.concat(parts, ignore_index=True))
    return found[found["n"] >= smallest].reset_index(drop=True)


def _shortfalls(attempts: pd.DataFrame) -> pd.DataFrame:
    """The mean shortfall of every credential, stratum and group, with its error when learners, not attempts, are drawn.

    The variance is the larger of the cluster-robust one, G / (G - 1) x the sum of squares of learners' totals about the
    mean (Liang and Zeger 1986, Biometrika 73:13-22), and that of Bernoulli draws with these probabilities, each
    learner's all alike: thirty learners of whom nobody completes show no variance of their own.
    """
    learners = attempts.groupby([*CELL, "learner"])[["gap", "deviation", "attempts"]].sum().reset_index()
    sums = learners.groupby(CELL)[["gap", "attempts"]].transform("sum")
    learners["square"] = (learners["gap"] - learners["attempts"] * sums["gap"] / sums["attempts"]) ** 2
    learners["bernoulli"] = learners["deviation"] ** 2
    found = learners.groupby(CELL)[["gap", "bernoulli", "attempts", "square"]].sum()
    found["n"] = learners.groupby(CELL).size()
    variance = np.maximum(found["square"] * found["n"] / (found["n"] - 1).clip(lower=1), found["bernoulli"])
    found["shortfall"], found["error"] = found["gap"] / found["attempts"], np.sqrt(variance) / found["attempts"]
    return found[["n", "shortfall", "error"]].reset_index()


def _judged(rows: pd.DataFrame, shortfall: float, confidence: float) -> pd.DataFrame:
    """Add to every row its one-sided p-value (Student's t, learners less one), and what was decided."""
    freedom, error = rows["n"] - 1, rows["error"].clip(lower=np.finfo(float).tiny)
    p_value = stats.t.sf(rows["shortfall"] / error, freedom)
    adjusted = stats.false_discovery_control(p_value) if len(rows) else p_value
    upper = rows["shortfall"] + stats.t.ppf(confidence, freedom) * rows["error"]
    return rows.assign(
        p_value=p_value,
        needed=(rows["shortfall"] >= shortfall) & (adjusted <= 1 - confidence),
        ruled_out=upper < shortfall,
    )


def _states(rows: pd.DataFrame, credentials: int) -> tuple[tuple[State, ...], dict[tuple[int, str], State]]:
    """The state of every credential, and of those tested cells where it differs."""
    verdicts: dict[tuple[int, str], Verdicts] = {}
    for row in rows.itertuples(index=False):
        verdict = int(row.needed) - int(row.ruled_out)
        verdicts.setdefault((int(row.credential), str(row.stratum)), {})[row.attribute, row.group] = verdict
    over_all = [verdicts.pop((position, ALL_STRATA), {}) for position in range(credentials)]
    known = tuple(_state(found.values()) for found in over_all)
    cells = {cell: _state(_filled(found, over_all[cell[0]])) for cell, found in verdicts.items()}
    return known, {cell: state for cell, state in cells.items() if state != known[cell[0]]}


def _filled(cell: Verdicts, over_all: Verdicts) -> list[int]:
    """The verdict on every group of the credential: the cell's own where it decides, otherwise that over all strata."""
    return [cell.get(group, 0) or verdict for group, verdict in over_all.items()]


def _state(verdicts: Collection[int]) -> State:
    if 1 in verdicts:
        return NEEDED
    return NOT_SEEN if verdicts and 0 not in verdicts else TOO_FEW


def _checked(credentials: int, **columns: Array) -> pd.DataFrame:
    """The attempts as one frame, refused where a column is not what it must be."""
    _check_shapes(**columns)
    p_complete, completed = columns["p_complete"], columns["completed"]
    if not ((p_complete >= 0) & (p_complete <= 1)).all():
        raise DataError("p_complete: expected numbers from 0 to 1; got others or missing ones; pass probabilities")
    if not np.isin(completed, (0, 1)).all():
        raise DataError(
            "completed: expected 0 or 1; got others or missing ones; leave out attempts whose outcome is not known"
        )
    _check_positions(columns["credential"], credentials)
    if ALL_STRATA in columns["stratum"]:
        raise DataError(f"stratum: expected names other than {ALL_STRATA}, which has its own meaning; rename it")
    frame = pd.DataFrame({name: columns[name] for name in ("credential", "stratum", "learner")})
    return frame.assign(gap=p_complete - completed, deviation=np.sqrt(p_complete * (1 - p_complete)), attempts=1)


def _check_options(smallest: int, shortfall: float, confidence: float) -> None:
    if smallest < 2:
        raise SettingsError(f"smallest: expected 2 learners or more; got {smallest}; one learner has no error")
    for name, share in (("shortfall", shortfall), ("confidence", confidence)):
        if not 0 < share < 1:
            raise SettingsError(f"{name}: expected a share between 0 and 1; got {share}; 0.05 means five in a hundred")


def _check_shapes(**arrays: Array) -> None:
    shapes = {name: np.shape(array) for name, array in arrays.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        got = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise DataError(f"expected arrays of one shape (m,), one entry per attempt; got {got}; align them first")


def _check_positions(credential: Array, credentials: int) -> None:
    stray = credential[(credential < 0) | (credential >= credentials)]
    if len(stray):
        raise DataError(
            f"credential: expected positions from 0 to {credentials - 1}; got {stray[0]}; use positions of this "
            "table's catalogue"
        )
