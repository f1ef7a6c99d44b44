"""What the persistence model says of the locked decision points, as canonical scores for the audit."""

import pandas as pd

from onward.models.pairs import chosen
from onward.models.probability import CrossFit
from onward.release.histories import Histories, in_part


def scores(persistence: CrossFit, histories: Histories) -> pd.DataFrame:
    """Return learner_id, as_of, target, probability of persisting and outcome of every locked point."""
    locked = in_part(histories.stays, "test")
    spec = persistence.probability.model.spec
    shown = persistence.probability.predict(chosen(locked, histories.timeline, histories.catalogue, spec))
    return pd.DataFrame(
        {
            "learner_id": locked["learner_id"],
            "as_of": locked["as_of"],
            "target": locked["credential_id"],
            "probability": shown,
            "outcome": locked["outcome"].astype("boolean"),
        }
    )
