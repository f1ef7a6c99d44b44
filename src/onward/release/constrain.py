"""The constraint of a run: directions from the training part, strength from the calibration split.

Group labels go no further than this file.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from onward.audit.groups import UNJUDGED, groups
from onward.catalog.catalogue import Catalogue
from onward.data.worth import benefit
from onward.errors import SettingsError
from onward.history.barred import Barred
from onward.history.decision_points import positions
from onward.history.features import INTEREST
from onward.history.views import LearnerView
from onward.models.choice import Choice
from onward.models.probability import Probability
from onward.policy.adviser import Adviser
from onward.policy.constraint import Constraint, candidate_log_odds
from onward.policy.groups import Groups
from onward.policy.parity import Directions, ParityResult, Split, fit_constraint
from onward.policy.prospects import Prospects
from onward.policy.ranking import NONE, RankingRule
from onward.policy.strata import Strata
from onward.release.histories import Histories, in_part, latest_per_learner
from onward.release.holdout import Part
from onward.settings import PolicySettings, Settings

MOST_LEARNERS = 10_000
"""Learners of the training part from whom directions are fitted, at most; they are drawn by the run's seed."""


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


def without_constraint(
    completion: Probability, choice: Choice, catalogue: Catalogue, strata: Strata, policy: PolicySettings
) -> Adviser:
    """The adviser before any constraint."""
    rule = RankingRule(
        completion_floor=policy.completion_floor,
        overlap_floor=policy.overlap_floor,
        price_share=policy.ranking_price_share,
        caution=policy.ranking_lambda,
    )
    return Adviser(catalogue, completion, choice, rule, strata, Constraint.none(len(catalogue)))


def constrain(
    adviser: Adviser, histories: Histories, demographics: pd.DataFrame, settings: Settings
) -> tuple[Adviser, ParityResult | None]:
    """The adviser under the constraint, and what came of it; None where no mechanism or attribute asks for one."""
    attributes = [name for name, use in settings.sensitive_in_training.items() if use != "audit_only"]
    if settings.parity.mechanism == "none" or not attributes:
        return adviser, None
    part = _Part(adviser, histories, demographics, attributes, settings)
    prospects, labelled = part.of("train", most=MOST_LEARNERS)
    directions = Directions(candidate_log_odds(prospects), prospects.stratum, labelled)
    limits = settings.parity
    split = split_of(adviser, *part.of("calibration"), price_share=settings.audit.price_share)
    result = fit_constraint(split, directions, mechanism=limits.mechanism, limit=limits.limit, floor=limits.floor)
    return replace(adviser, constraint=result.constraint), result


def split_of(adviser: Adviser, prospects: Prospects, labelled: Groups, *, price_share: float) -> Split:
    """The calibration split as a constraint is judged on it."""
    catalogue = adviser.catalogue

    def under(constraint: Constraint) -> Adviser:
        return replace(adviser, constraint=constraint)

    return Split(
        advise=lambda constraint: under(constraint).order(prospects, k=1)[:, 0],
        scores=lambda constraint: under(constraint).scores(prospects),
        value=catalogue.value,
        expected_benefit=benefit(
            prospects.p_complete, catalogue.value, catalogue.cost_of_failing(price_share=price_share)
        ),
        completion=prospects.p_complete,
        stratum=prospects.stratum,
        groups=labelled,
    )


class _Part:
    """Learners of a part at their latest decision point, with their labels."""

    def __init__(
        self,
        adviser: Adviser,
        histories: Histories,
        demographics: pd.DataFrame,
        attributes: list[str],
        settings: Settings,
    ) -> None:
        self._adviser, self._histories, self._demographics = adviser, histories, demographics
        self._attributes, self._settings = attributes, settings

    def of(self, part: Part, *, most: int | None = None) -> tuple[Prospects, Groups]:
        """Prospects and labels of the learners to whom something is open, without those of the pooled stratum.

        Learners of the pooled stratum have only in common that few are like them; the audit compares them with nobody.
        """
        points = latest_per_learner(in_part(self._histories.starts, part))
        if most is not None and len(points) > most:
            drawn = np.random.default_rng(self._histories.seed).permutation(len(points))[:most]
            points = points.iloc[np.sort(drawn)].reset_index(drop=True)
        prospects = self._adviser.prospects(self._histories.timeline, positions(points, self._histories.timeline))
        kept = (self._adviser.order(prospects, k=1)[:, 0] != NONE) & (prospects.stratum != Strata.OTHER)
        return prospects.rows(kept), self._labelled(points["learner_id"][kept])

    def _labelled(self, learners: pd.Series) -> Groups:
        labels = groups(self._demographics, learners=pd.Index(learners), attributes=self._attributes)
        smallest = self._settings.parity.smallest_group
        return Groups({name: labels[name].to_numpy(str) for name in self._attributes}, UNJUDGED, smallest)
