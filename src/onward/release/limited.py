"""Who sets limits, and to whom their own limits leave nothing, group by group: for officers alone.

The audit compares advice within limits and without them, among learners who are advised something; whoever is left
nothing is in no figure of it.
"""

import pandas as pd

from onward.audit.groups import groups
from onward.data.tables import Tables
from onward.release.judge import Judged
from onward.settings import Settings

COLUMNS = ["attribute", "group", "learners", "set_limits", "left_nothing"]


def limited(judged: Judged, tables: Tables, settings: Settings) -> pd.DataFrame:
    """Count learners at locked decision points to whom something is open; a row per attribute and group.

    Columns ``attribute``, ``group``, ``learners``, of whom ``set_limits``, of whom ``left_nothing`` that is open within
    them. Nothing is withheld: it is never to be public, where the rest would give a withheld count away.
    """
    learners = pd.Index([*judged.points["learner_id"], *judged.beyond_limits], name="learner_id")
    marks = pd.DataFrame(
        {
            "learners": 1,
            "set_limits": learners.isin(tables.limits["learner_id"]).astype(int),
            "left_nothing": learners.isin(judged.beyond_limits).astype(int),
        },
        index=learners,
    )
    labels = groups(
        tables.demographics,
        learners=learners,
        attributes=list(settings.sensitive_in_training),
        reporting=settings.audit.reporting,
    )
    found = [
        marks.groupby(labels[attribute].rename("group")).sum().reset_index().assign(attribute=attribute)
        for attribute in labels
    ]
    return pd.concat(found, ignore_index=True)[COLUMNS]
