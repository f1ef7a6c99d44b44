"""What the record tells of who is in which group: for measuring, and for the bound on advice that sees no label.

Nothing here is ever served.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lab.contrasts import Contrasts, Floats
from lab.records import learner_rows
from lab.world import LabWorld
from onward.audit.groups import GENDER, RACE, groups

STRENGTH, STEPS = 0.1, 1_000
"""Of the logistic regressions: inverse of the penalty, and steps at most."""


def chances(world: LabWorld) -> dict[str, Floats]:
    """P(group | record) of the judged learners, (n,) for every judged group, by logistic regression on the others."""
    points = world.starts.drop_duplicates("learner_id").reset_index(drop=True)
    fitted_on, judged = learner_rows(world, points), learner_rows(world, world.judged)
    labels = groups(world.tables.demographics, learners=pd.Index(points["learner_id"]), attributes=(RACE, GENDER))
    found = {}
    for name in world.groups:
        member = ((labels[RACE] == name) | (labels[GENDER] == name)).to_numpy(bool)
        model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=STEPS))
        found[name] = np.asarray(model.fit(fitted_on, member).predict_proba(judged)[:, 1])
    return found


def expected_contrasts(world: LabWorld) -> Contrasts:
    """The gaps given preparation and goal that are to be expected of advice that reads the record alone.

    ``yardstick.by_prices`` takes them like those by label, and then prices P(group | record). The chances are
    estimates, so this bound is not exact as the one with labels is.
    """
    return Contrasts.within(chances(world), world.stratum)
