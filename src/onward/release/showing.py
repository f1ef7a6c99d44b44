"""What a run shows beside its advice: fitted on the calibration split, after the policy is frozen."""

from onward.policy.adviser import Adviser
from onward.policy.ranking import of_choice
from onward.policy.shown import Shown
from onward.release.constrain import Calibration


def fit_shown(adviser: Adviser, calibration: Calibration, *, k: int, lambda_: float) -> Shown:
    """Compare what ranking says with what became of those of the calibration split who chose one of the first ``k``."""
    known = calibration.points["outcome"].notna().to_numpy()
    points, prospects = calibration.points[known], calibration.prospects.rows(known)
    chosen = adviser.catalogue.places(points["credential_id"])
    advised = (adviser.order(prospects, k=k) == chosen[:, None]).any(axis=1)
    p_complete = of_choice(prospects.p_complete, chosen)[advised]
    return Shown.fit(p_complete, points["outcome"].astype(float).to_numpy()[advised], lambda_=lambda_)
