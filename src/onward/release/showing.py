"""What a run shows beside its advice: fitted on the calibration split, after the policy is frozen."""

from onward.history.decision_points import positions
from onward.policy.adviser import Adviser
from onward.policy.ranking import of_choice
from onward.policy.shown import Shown
from onward.release.histories import Histories, in_part


def fit_shown(adviser: Adviser, histories: Histories, *, k: int, lambda_: float) -> Shown:
    """Compare what ranking says with what became of those of the calibration split who chose one of the first ``k``."""
    points = in_part(histories.starts, "calibration")
    known = points[points["outcome"].notna()].reset_index(drop=True)
    if known.empty:
        return Shown(0.0, 0, lambda_)
    prospects = adviser.prospects(histories.timeline, positions(known, histories.timeline))
    chosen = adviser.catalogue.places(known["credential_id"])
    advised = (adviser.order(prospects, k=k) == chosen[:, None]).any(axis=1)
    p_complete = of_choice(prospects.p_complete, chosen)[advised]
    return Shown.fit(p_complete, known["outcome"].astype(float).to_numpy()[advised], lambda_=lambda_)
