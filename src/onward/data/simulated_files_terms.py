"""Where and under which credential the learners of a made-up state system took their terms, those under way included.

The canonical tables hold terms that are over, without the credential they were taken for; the files of a college tell
of a term from its first day on, and say for which credential it counts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.simulated_history import terms_of
from onward.data.tables import Tables

TERMS = ("FALL", "WINTER", "SPRING", "SUMMER")
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """What the files of colleges tell of terms.

    attempts: the canonical ones with ``place`` (of the institution) added, by learner and start. terms: learner_id,
    place, credential_id, start, end, attempted, earned, gpa, modality, left (on the last day the learner withdrew),
    moved (to another institution) and under_way. institutions: their names in the tables, in order.
    """

    attempts: pd.DataFrame
    terms: pd.DataFrame
    institutions: tuple[str, ...]


def told_terms(tables: Tables, through: pd.Timestamp) -> Told:
    """Join enrolments to the attempts they belong to, and add the terms that are under way on the day ``through``."""
    names = sorted(tables.enrollments["institution_id"].unique()) or ["college-01"]
    names = names if len(names) > 1 else [*names, f"{names[0]}-b"]
    attempts = tables.attempts.sort_values(["learner_id", "started_on"], kind="stable").reset_index(drop=True)
    terms = _of_attempts(tables.enrollments, attempts, names)
    attempts = attempts.assign(place=_places(attempts, terms, len(names)))
    under_way = _under_way(attempts, terms, tables.credentials, through)
    joined = pd.concat([terms, under_way], ignore_index=True)
    facts = attempts.loc[joined["attempt"], ["credential_id", "status", "ended_on", "place"]].reset_index(drop=True)
    left = facts["status"].isin(["stopped", "transferred"]) & (joined["end"] == facts["ended_on"])
    joined = joined.assign(
        credential_id=facts["credential_id"],
        place=facts["place"],
        left=left,
        moved=left & (facts["status"] == "transferred"),
    )
    order = ["learner_id", "start"]
    return Told(attempts, joined.sort_values(order, kind="stable").reset_index(drop=True), tuple(names))


def school_term(days: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first year of the school year and the name of the quarter in which each day lies.

    >>> [part.tolist() for part in school_term(pd.Series(pd.to_datetime(["2016-09-01", "2017-08-31"])))]
    [[2016, 2016], ['FALL', 'SUMMER']]
    """
    months = days.dt.month.to_numpy()
    year = pd.Series(days.dt.year.to_numpy() - (months < 9), index=days.index)
    return year, pd.Series(np.array(TERMS, object)[(months - 9) % 12 // 3], index=days.index, dtype="str")


def _of_attempts(enrollments: pd.DataFrame, attempts: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the enrolments with the place of the attempt, the last that had begun, and of the institution."""
    begun = attempts[["learner_id", "started_on"]].assign(attempt=attempts.index)
    rows = pd.merge_asof(
        enrollments.sort_values("term_start", kind="stable"),
        begun.sort_values("started_on", kind="stable"),
        left_on="term_start",
        right_on="started_on",
        by="learner_id",
    )
    named = {"term_start": "start", "term_end": "end", "credits_attempted": "attempted", "credits_earned": "earned"}
    kept = ["learner_id", "attempt", *named.values(), "gpa", "modality"]
    rows = rows.rename(columns=named)
    at = pd.Index(names).get_indexer(rows["institution_id"])
    return rows[kept].assign(at=at, under_way=False)


def _places(attempts: pd.DataFrame, terms: pd.DataFrame, several: int) -> npt.NDArray[np.int64]:
    """Return where each attempt was made; where no term of it is over, at the last place, or the next after a move."""
    known = terms.groupby("attempt")["at"].first().reindex(attempts.index).to_numpy(float)
    number = attempts.groupby("learner_id").cumcount().to_numpy()
    learner = attempts.groupby("learner_id", sort=False).ngroup().to_numpy()
    moved = (attempts["status"] == "transferred").to_numpy()
    places: npt.NDArray[np.int64] = np.where(np.isnan(known), learner % several, known).astype(np.int64)
    for nth in range(1, int(number.max(initial=0)) + 1):
        rows = np.flatnonzero((number == nth) & np.isnan(known))
        places[rows] = (places[rows - 1] + moved[rows - 1]) % several
    return places


def _under_way(
    attempts: pd.DataFrame, terms: pd.DataFrame, credentials: pd.DataFrame, through: pd.Timestamp
) -> pd.DataFrame:
    """Return the term that each attempt in progress is in on the day ``through``."""
    last = terms.groupby("attempt")["end"].max().reindex(attempts.index)
    rows = attempts.assign(start=(last + _DAY).fillna(attempts["started_on"]), attempt=attempts.index)
    rows = rows[(rows["status"] == "in_progress") & (rows["start"] <= through)]
    entry = credentials.set_index("credential_id").loc[rows["credential_id"]].set_axis(rows.index)
    several = terms_of(entry["weeks"].to_numpy(float))
    planned = rows["start"] + pd.to_timedelta(np.round(entry["weeks"] * 7 / several), unit="D") - _DAY
    return pd.DataFrame(
        {
            "learner_id": rows["learner_id"],
            "attempt": rows["attempt"],
            "start": rows["start"],
            "end": planned.clip(lower=through + _DAY),
            "attempted": entry["credits"].fillna(0.0) / several,
            "earned": np.nan,
            "gpa": np.nan,
            "modality": entry["modality"],
            "under_way": True,
        }
    )
