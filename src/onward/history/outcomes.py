"""What happened after each decision point.

An outcome is known only once its whole window lies inside the data. Until then it is missing, never False.
"""

from typing import Literal

import pandas as pd

from onward.data.tables import RUNGS, Tables

StillInProgress = Literal["missing", "not_completed"]


def completed(
    points: pd.DataFrame,
    tables: Tables,
    *,
    data_through: pd.Timestamp,
    times_length: float,
    still_in_progress: StillInProgress,
) -> pd.Series:
    """Say which started credentials were completed within ``times_length`` times their planned length.

    1.5 is the federal graduation-rate window (150% of normal time, 34 CFR 668.45). An attempt that is still in progress
    when its window closes counts as ``still_in_progress`` says.

    >>> day = pd.Timestamp
    >>> tables = Tables(
    ...     credentials=pd.DataFrame({"credential_id": ["c"], "name": ["C"], "kind": ["Certificate"],
    ...         "award_level": ["21"], "cip": ["51"], "weeks": [10.0]}),
    ...     attempts=pd.DataFrame({"learner_id": ["ann", "bo", "cy"], "credential_id": ["c"] * 3,
    ...         "started_on": [day("2024-01-08"), day("2024-01-08"), day("2024-11-04")],
    ...         "ended_on": [day("2024-03-18"), day("2024-02-01"), day("2024-12-20")],
    ...         "status": ["completed", "stopped", "completed"]}))
    >>> points = tables.attempts.rename(columns={"started_on": "as_of"})
    >>> completed(points, tables, data_through=day("2025-01-01"), times_length=1.5,
    ...     still_in_progress="missing").tolist()
    [True, False, <NA>]
    """
    attempts = tables.attempts.rename(columns={"started_on": "as_of"})
    joined = points[["learner_id", "as_of", "credential_id"]].merge(
        attempts[["learner_id", "as_of", "credential_id", "ended_on", "status"]], how="left"
    )
    weeks = joined["credential_id"].map(tables.credentials.set_index("credential_id")["weeks"])
    window_end = joined["as_of"] + pd.to_timedelta(weeks * 7 * times_length, unit="D")
    outcome = ((joined["status"] == "completed") & (joined["ended_on"] <= window_end)).astype("boolean")
    if still_in_progress == "missing":
        outcome = outcome.mask(joined["status"] == "in_progress")
    known = joined["status"].notna() & ~((joined["status"] == "completed") & joined["ended_on"].isna())
    # A completion seen early is masked too: keeping only the early yes would overstate completion.
    return outcome.where(known & (window_end <= data_through)).set_axis(points.index).rename("completed")


def persisted(
    points: pd.DataFrame, tables: Tables, *, data_through: pd.Timestamp, horizon: pd.Timedelta, term_gap: pd.Timedelta
) -> pd.Series:
    """Say who, at ``horizon`` after the point, was enrolled anywhere or had finished the declared target or higher.

    A learner counts as enrolled when a term was under way at the horizon, or ended less than ``term_gap`` before it.
    Where the institution's own record says the target is still in progress but no term shows it, the outcome is
    missing: the record is not yet closed.
    """
    end = points["as_of"] + horizon
    outcome = (_finished(points, tables, end) | _enrolled(points, tables, end, term_gap)).astype("boolean")
    return outcome.mask(~outcome & _open(points, tables, end)).mask(end > data_through).rename("persisted")


def _finished(points: pd.DataFrame, tables: Tables, end: pd.Series) -> pd.Series:
    rung = tables.credentials.set_index("credential_id")["award_level"].map(RUNGS)
    completed_on = tables.attempts.loc[
        tables.attempts["status"] == "completed", ["learner_id", "credential_id", "ended_on"]
    ]
    awarded_on = tables.awards[["learner_id", "credential_id", "awarded_on"]].rename(columns={"awarded_on": "ended_on"})
    joined = _with_point(points, end, pd.concat([completed_on, awarded_on], ignore_index=True))
    high_enough = joined["credential_id_event"].map(rung) >= joined["credential_id"].map(rung)
    within = (joined["ended_on"] >= joined["as_of"]) & (joined["ended_on"] <= joined["end"])
    return _any(points, joined[within & high_enough])


def _enrolled(points: pd.DataFrame, tables: Tables, end: pd.Series, term_gap: pd.Timedelta) -> pd.Series:
    joined = _with_point(points, end, tables.enrollments)
    return _any(
        points, joined[(joined["term_start"] <= joined["end"]) & (joined["term_end"] + term_gap > joined["end"])]
    )


def _open(points: pd.DataFrame, tables: Tables, end: pd.Series) -> pd.Series:
    joined = _with_point(points, end, tables.attempts[tables.attempts["status"] == "in_progress"])
    same = joined["credential_id_event"] == joined["credential_id"]
    return _any(points, joined[same & (joined["started_on"] <= joined["end"])])


def _with_point(points: pd.DataFrame, end: pd.Series, events: pd.DataFrame) -> pd.DataFrame:
    asked = points[["learner_id", "as_of", "credential_id"]].assign(end=end, point=points.index)
    return asked.merge(events, on="learner_id", suffixes=("", "_event"))


def _any(points: pd.DataFrame, joined: pd.DataFrame) -> pd.Series:
    return points.index.to_series().isin(joined["point"])
