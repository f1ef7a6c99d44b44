"""P(persist): the probability that a learner is still enrolled anywhere, or has finished, at the horizon.

Persistence supports a learner; it never ranks, denies or withholds a credential.
"""

import pandas as pd

from onward.data.tables import Tables
from onward.history.decision_points import persistence_points
from onward.history.outcomes import persisted
from onward.settings import DataSettings


def labelled_persistence_points(tables: Tables, settings: DataSettings) -> pd.DataFrame:
    """Every persistence point with its ``outcome``: persisted, or missing until that is known."""
    points = persistence_points(tables, after_terms=settings.after_terms)
    return points.assign(
        outcome=persisted(
            points,
            tables,
            data_through=pd.Timestamp(settings.data_through),
            horizon=pd.Timedelta(days=settings.horizon_days),
            term_gap=pd.Timedelta(days=settings.term_gap_days),
        )
    )
