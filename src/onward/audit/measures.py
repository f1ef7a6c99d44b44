"""What each learner was advised, in three measures: face value, expected benefit, probability of completing."""

import pandas as pd

from onward.data import worth
from onward.errors import DataError

MEASURES = ("value", "benefit", "completion")


def _some(ids: pd.Series) -> str:
    names = sorted(ids.astype(str).unique())
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def first_advice(decisions: pd.DataFrame) -> pd.DataFrame:
    """Return the first-ranked rows, refusing a learner who has two from one source.

    Two decisions of one learner are not two learners: counted as such they would make every interval too narrow.
    """
    first = decisions[decisions["rank"] == 1]
    twice = int(first.duplicated(["source", "learner_id"]).sum())
    if twice:
        raise DataError(
            f"decisions holds {twice} more first-ranked row(s) than learners and sources; keep one decision per "
            "learner and source, for instance the latest"
        )
    if (first["count"].fillna(1) != 1).any():
        raise DataError("column count of decisions holds numbers above 1; give one row per learner")
    missing = int(first["p_complete"].isna().sum())
    if missing:
        raise DataError(
            f"column p_complete of decisions is missing in {missing} first-ranked row(s); "
            "predict it with one model for every source"
        )
    return first


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
        missing = _some(advised[found.isna()])
        raise DataError(f"table {table} has no figure for advised credential(s) {missing}; add them")
    return found


def learner_measures(
    decisions: pd.DataFrame, *, values: pd.DataFrame, credentials: pd.DataFrame, price_share: float
) -> pd.DataFrame:
    """Return one row per learner and source with the three measures of the first advice."""
    first = first_advice(decisions)
    value = look_up(first["credential_id"], worth.earnings_premium(values), table="values")
    failing = worth.cost_of_failing(credentials, price_share=price_share)
    cost = look_up(first["credential_id"], failing, table="credentials")
    completion = first["p_complete"].astype(float)
    return pd.DataFrame(
        {
            "source": first["source"],
            "learner_id": first["learner_id"],
            "value": value,
            "benefit": worth.benefit(completion, value, cost),
            "completion": completion,
        }
    )


def shared_learners(measured: pd.DataFrame) -> pd.Index:
    """Return the learners who have a decision from every source: sources are compared on the same people."""
    sources = measured["source"].nunique()
    seen = measured.groupby("learner_id")["source"].nunique()
    learners = seen.index[seen == sources]
    if learners.empty:
        raise DataError("no learner has a decision from every source; give the sources decisions on the same learners")
    return pd.Index(sorted(learners), name="learner_id")
