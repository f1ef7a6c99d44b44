"""Where advisers depart from the advice, for whom, and in which direction of value.

Advice that is alike for all may still be passed on unalike. A group whose advice is more often changed for a credential
of lower value is tracked by what it hears in the end, whatever the computed advice shows. A change is not an error: the
adviser may know what the records do not. What is looked at is whether changes fall on groups alike.
"""

import numpy as np
import pandas as pd

from onward.audit.participation import groups_of
from onward.audit.population import Population
from onward.data import worth
from onward.data.problems import some
from onward.data.tables import DECISIONS, VALUES, conform
from onward.errors import DataError

MEASURES = ("changed", "raised", "lowered", "value_change")


def _first(decisions: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return the first-ranked rows of ``source``: learner_id, credential_id and count."""
    rows = decisions[(decisions["source"] == source) & (decisions["rank"] == 1)]
    nobody = int(rows[["learner_id", "credential_id"]].isna().any(axis=1).sum())
    if nobody:
        raise DataError(f"decisions of source {source} lack the learner or the credential in {nobody} row(s); add them")
    return rows[["learner_id", "credential_id"]].assign(count=rows["count"].fillna(1).astype("int64"))


def _check_once(rows: pd.DataFrame, source: str) -> None:
    twice = int(rows["learner_id"].duplicated().sum())
    if twice:
        raise DataError(
            f"decisions of source {source} hold {twice} more first-ranked row(s) than learners; keep one decision per "
            "learner and source, for instance the latest"
        )


def _pairs(decisions: pd.DataFrame, advised: str, adviser: str) -> pd.DataFrame | None:
    """Return both first recommendations of every learner who has both; None where rows are counted and do not pair."""
    ours, theirs = _first(decisions, advised), _first(decisions, adviser)
    counted = bool((ours["count"] > 1).any() or (theirs["count"] > 1).any())
    if counted and (ours["learner_id"].duplicated().any() or theirs["learner_id"].duplicated().any()):
        return None
    _check_once(ours, advised)
    _check_once(theirs, adviser)
    both = ours.merge(theirs, on="learner_id", suffixes=("", "_adviser")).sort_values("learner_id", ignore_index=True)
    if both.empty:
        raise DataError(
            f"no learner has a first recommendation from {advised} and one from {adviser}; give both on the same "
            "learners, under the same pseudonyms"
        )
    return both if (both["count"] == both["count_adviser"]).all() else None


def _value(recommended: pd.Series, premium: pd.Series) -> pd.Series:
    found = recommended.map(premium)
    if found.isna().any():
        absent = some(recommended[found.isna()])
        raise DataError(f"table values has no figure for recommended credential(s) {absent}; add them")
    return found.astype("float64")


def overrides(
    decisions: pd.DataFrame | None,
    values: pd.DataFrame,
    who: pd.DataFrame,
    *,
    advised: str = "onward",
    adviser: str = "adviser",
) -> Population | None:
    """Return the learners who have both the advice and what an adviser recommended in the end.

    The figures compare the first ranks: ``changed`` is 1 where they differ, ``raised`` and ``lowered`` 1 where the
    adviser's has the higher and the lower value, and ``value_change`` is the adviser's value less the advised one's, in
    dollars a year, 0 where nothing changed. A change between credentials of one value is neither raised nor lowered.

    ``decisions`` and ``values`` are canonical tables; ``who`` has a row per learner, whose id is its index. A row may
    stand for several like learners. Where advisers record only what they change, everyone here was changed: have them
    record what they confirm, too. The answer is None, which is "not evaluated", where the source ``adviser`` has no
    rows, or where counted rows do not say which advice was changed. Raises DataError for a learner with two first
    recommendations of one source, sources that share no learner, and a recommended credential without a value.

    >>> decisions = pd.DataFrame({"decision_id": list("wxyz"), "learner_id": list("aabb"), "decided_on": "2024-09-01",
    ...     "rank": 1, "credential_id": ["c2", "c1", "c1", "c1"], "source": ["onward", "adviser"] * 2})
    >>> values = pd.DataFrame({"credential_id": ["c1", "c2"], "median_earnings": [40_000, 46_000],
    ...     "benchmark_earnings": 36_000, "basis": "published"})
    >>> who = pd.DataFrame({"gender": ["woman", "man"]}, index=["a", "b"])
    >>> overrides(decisions, values, who).figures.loc[0].to_dict()
    {'changed': 1.0, 'raised': 0.0, 'lowered': 1.0, 'value_change': -6000.0}
    """
    if decisions is None or decisions.empty:
        return None
    rows = conform(decisions, DECISIONS)
    sources = set(rows["source"].dropna())
    if adviser not in sources:
        return None
    if advised not in sources:
        raise DataError(f"decisions has no rows of source {advised}; it has {', '.join(sorted(sources))}")
    both = _pairs(rows, advised, adviser)
    if both is None:
        return None
    premium = worth.value_of(conform(values, VALUES))
    if not premium.index.is_unique:
        raise DataError("table values holds a credential twice; keep one row for each")
    before, after = _value(both["credential_id"], premium), _value(both["credential_id_adviser"], premium)
    figures = pd.DataFrame(
        {
            "changed": both["credential_id"] != both["credential_id_adviser"],
            "raised": after > before,
            "lowered": after < before,
            "value_change": after - before,
        }
    ).astype("float64")
    widest = float(premium.max() - premium.min())
    bounds = dict.fromkeys(MEASURES[:3], (0.0, 1.0)) | {"value_change": (-widest, widest)}
    groups = groups_of(who, both["learner_id"], table="decisions")
    return Population("overrides", groups, both["count"].to_numpy(np.int64), figures, bounds)
