"""Where support is needed: the offline audit of calibration, of which only a table without groups is served."""

import pandas as pd

from onward.audit.groups import UNJUDGED, groups
from onward.history.decision_points import positions
from onward.history.views import LearnerView
from onward.models.probability import CrossFit
from onward.policy.strata import Strata
from onward.policy.support import SupportAudit, SupportTable
from onward.release.histories import Histories
from onward.settings import Settings


def audit_support(
    completion: CrossFit, strata: Strata, histories: Histories, demographics: pd.DataFrame, settings: Settings
) -> SupportAudit:
    """Compare out-of-fold probabilities with what happened, for the groups whose labels may fit the constraint.

    An attribute that is ``audit_only`` reaches nothing that is served, and so is not compared here.
    """
    attributes = [name for name, use in settings.sensitive_in_training.items() if use != "audit_only"]
    points, catalogue = completion.points, histories.catalogue
    view = LearnerView(histories.timeline, positions(points, histories.timeline), catalogue)
    learners = points["learner_id"]
    labels = groups(demographics, learners=pd.Index(learners.unique()), attributes=attributes) if attributes else {}
    return SupportTable.fit(
        p_complete=completion.out_of_fold,
        completed=points["outcome"].astype(int).to_numpy(),
        credential=catalogue.places(points["credential_id"]),
        stratum=strata.assign(view),
        labels={name: learners.map(labels[name]).to_numpy(str) for name in labels},
        unjudged=UNJUDGED,
        credentials=len(catalogue),
        learner=learners.to_numpy(str),
    )
