"""P(complete): the probability that a learner who starts a credential completes it in time.

Learned from what happened to those who started it, never from who was sent where; no sensitive column is read.
"""

import pandas as pd

from onward.data.tables import Tables
from onward.history.decision_points import started_credentials
from onward.history.outcomes import completed
from onward.settings import DataSettings


def completion_points(tables: Tables, settings: DataSettings) -> pd.DataFrame:
    """Every started credential with its ``outcome``: completed in time, or missing until that is known."""
    points = started_credentials(tables)
    return points.assign(
        outcome=completed(
            points,
            tables,
            data_through=pd.Timestamp(settings.data_through),
            times_length=settings.completion_window,
            still_in_progress=settings.still_in_progress,
        )
    )
