"""The constraint of a run: fitted on the calibration split, with group labels that go no further."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.audit.groups import UNJUDGED, groups
from onward.data.worth import benefit
from onward.errors import SettingsError
from onward.history.barred import Barred
from onward.history.decision_points import positions
from onward.history.features import INTEREST
from onward.history.views import LearnerView
from onward.models.probability import CrossFit
from onward.policy.adviser import Adviser
from onward.policy.parity import Groups, ParityResult, fit_shrinkage, unconstrained
from onward.policy.ranking import NONE, Floats, RankingRule
from onward.policy.strata import Strata
from onward.release.histories import Histories, in_part, latest_per_learner
from onward.settings import Settings


def fit_strata(histories: Histories, settings: Settings) -> Strata:
    """Set the strata on the training part; what serving would refuse, or a model may not read, makes none."""
    wanted = {*settings.strata.bins, *settings.strata.categories}
    unknown = sorted(name for name in wanted if name.startswith(INTEREST) and name not in histories.spec.known_extras)
    if unknown:
        raise SettingsError(
            f"strata: expected stated interests in fields of the catalogue; got {', '.join(unknown)}; remove it"
        )
    training = positions(in_part(histories.starts, "train"), histories.timeline)
    view = LearnerView(histories.timeline, training, histories.catalogue)
    return Strata.fit(view, settings.strata, Barred.of(settings.features.sensitive, settings.features.timing_unknown))


def without_constraint(completion: CrossFit, histories: Histories, strata: Strata, settings: Settings) -> Adviser:
    """The adviser before any constraint."""
    catalogue = histories.catalogue
    rule = RankingRule(settings.policy.completion_floor, settings.policy.ranking_price_share)
    return Adviser(catalogue, completion.probability, rule, strata, unconstrained(len(catalogue)))


def constrain(
    adviser: Adviser, histories: Histories, demographics: pd.DataFrame, settings: Settings
) -> tuple[Adviser, ParityResult | None]:
    """The adviser under the constraint, and what came of it; None where no mechanism or attribute asks for one."""
    attributes = [name for name, use in settings.sensitive_in_training.items() if use == "constraint"]
    if settings.parity.mechanism == "none" or not attributes:
        return adviser, None
    points = latest_per_learner(in_part(histories.starts, "calibration"))
    prospects = adviser.prospects(histories.timeline, positions(points, histories.timeline))
    # Learners of the pooled stratum have only in common that few are like them; the audit compares them with nobody.
    kept = (adviser.order(prospects, k=1)[:, 0] != NONE) & (prospects.stratum != Strata.OTHER)
    points, prospects = points[kept], prospects.rows(kept)
    labels = groups(demographics, learners=pd.Index(points["learner_id"]), attributes=attributes)
    catalogue, limits = adviser.catalogue, settings.parity
    cost = catalogue.cost_of_failing(price_share=settings.audit.price_share)

    def advise(scores: Floats) -> npt.NDArray[np.int64]:
        return adviser.rule.order(scores, prospects.p_complete, prospects.open_to, k=1)[:, 0]

    result = fit_shrinkage(
        prospects.scores,
        advise,
        value=catalogue.value,
        expected_benefit=benefit(prospects.p_complete, catalogue.value, cost),
        completion=prospects.p_complete,
        stratum=prospects.stratum,
        groups=Groups({name: labels[name].to_numpy(str) for name in attributes}, UNJUDGED, limits.smallest_group),
        limit=limits.limit,
        floor=limits.floor,
    )
    return replace(adviser, shrinkage=result.shrinkage), result
