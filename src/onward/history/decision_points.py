"""When advice was, or could have been, given: a learner and an as-of date, with the credential then chosen."""

import numpy as np
import pandas as pd

from onward.data.tables import Tables
from onward.errors import DataError
from onward.history.known import Points
from onward.history.timeline import Timeline


def started_credentials(tables: Tables) -> pd.DataFrame:
    """One row per started credential: ``learner_id``, ``as_of`` (its first day), ``credential_id`` (the choice).

    In date order. What happened on the as-of day itself is not known at the point, so the choice cannot leak in.
    """
    points = tables.attempts.rename(columns={"started_on": "as_of"})[["learner_id", "as_of", "credential_id"]]
    return points.sort_values(["as_of", "learner_id", "credential_id"], ignore_index=True)


def persistence_points(tables: Tables, *, after_terms: tuple[int, ...]) -> pd.DataFrame:
    """One row per attempt and number of terms since it began, while it lasted.

    Columns ``learner_id``, ``as_of``, ``credential_id`` (the declared target) and ``terms``. With ``terms`` 0 the as-of
    date is the day the attempt started; with k it is the day after its k-th term ended.
    """
    attempts = tables.attempts[["learner_id", "credential_id", "started_on", "ended_on"]]
    at_start = attempts.assign(as_of=attempts["started_on"], terms=0) if 0 in after_terms else attempts.iloc[:0]
    terms = tables.enrollments[["learner_id", "term_start", "term_end"]].merge(attempts, on="learner_id")
    terms = terms[terms["term_start"] >= terms["started_on"]].sort_values(["learner_id", "started_on", "term_start"])
    terms["terms"] = terms.groupby(["learner_id", "credential_id", "started_on"]).cumcount() + 1
    terms["as_of"] = terms["term_end"] + pd.Timedelta(days=1)
    lasting = terms["ended_on"].isna() | (terms["ended_on"] >= terms["as_of"])
    later = terms[terms["terms"].isin(after_terms) & lasting]
    points = pd.concat([at_start, later], ignore_index=True)[["learner_id", "as_of", "credential_id", "terms"]]
    return points.sort_values(["as_of", "learner_id", "credential_id"], ignore_index=True)


def positions(points: pd.DataFrame, timeline: Timeline) -> Points:
    """The decision points as positions in ``timeline``; a learner who is not in it is refused."""
    learners = pd.Index(timeline.learner_ids).get_indexer(points["learner_id"])
    if (learners < 0).any():
        strangers = int((learners < 0).sum())
        raise DataError(
            f"expected learners of the learners table; {strangers} decision points name others; add them to learners, "
            "or remove these rows"
        )
    return Points(learners.astype(np.int64), points["as_of"].to_numpy("datetime64[D]"))
