"""How completion is fitted: blind, or with the attributes that settings average, which no kept model ever sees."""

import pandas as pd

from onward.audit.groups import groups
from onward.models.averaging import Distilled
from onward.models.probability import CrossFit
from onward.release.histories import Histories, in_part
from onward.settings import Settings


def fit_completion(
    histories: Histories, demographics: pd.DataFrame, settings: Settings
) -> tuple[CrossFit, Distilled | None]:
    """The completion model of a run, and how it was distilled where an attribute is averaged."""
    averaged = [name for name, use in settings.sensitive_in_training.items() if use == "average"]
    if not averaged:
        return histories.fit(histories.starts, settings.completion), None
    learners = pd.Index(in_part(histories.starts, "train")["learner_id"].unique())
    labels = groups(demographics, learners=learners, attributes=averaged)
    joint = labels[averaged].agg(":".join, axis=1)
    distilled = histories.fit_averaged(joint, settings.completion, smallest=settings.parity.smallest_group)
    return distilled.fitted, distilled
