"""What the persistence model says of the locked decision points, as canonical scores for the audit."""

import pandas as pd

from onward.models.pairs import chosen
from onward.models.probability import CrossFit
from onward.release.histories import Histories, in_part


def scores(persistence: CrossFit, histories: Histories) -> pd.DataFrame:
    """Return learner_id, as_of, target, probability of persisting and outcome: a row per learner with a locked point.

    It is each learner's first locked point, at the start of an attempt where there is such a point: whether there are
    later ones depends on having persisted so far.
    """
    locked = in_part(histories.stays, "test").sort_values(["terms", "as_of", "learner_id", "credential_id"])
    first = locked.drop_duplicates("learner_id").reset_index(drop=True)
    spec = persistence.probability.model.spec
    shown = persistence.probability.predict(chosen(first, histories.timeline, histories.catalogue, spec))
    return pd.DataFrame(
        {
            "learner_id": first["learner_id"],
            "as_of": first["as_of"],
            "target": first["credential_id"],
            "probability": shown,
            "outcome": first["outcome"].astype("boolean"),
        }
    )
