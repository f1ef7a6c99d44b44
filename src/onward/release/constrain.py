"""The constraint of a run: directions from the training part, strength from the calibration split.

Group labels go no further than this file.
"""

from dataclasses import dataclass, replace

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
from onward.models.calibration import log_odds_of
from onward.models.choice import Choice
from onward.models.probability import CrossFit
from onward.policy.adviser import Adviser
from onward.policy.constraint import Constraint
from onward.policy.groups import Groups
from onward.policy.parity import Directions, ParityResult, Split, fit_constraint
from onward.policy.prospects import Floats, Labels, Prospects
from onward.policy.ranking import RankingRule, mean_listed
from onward.policy.strata import Strata
from onward.release.histories import Histories, in_part, latest_per_learner
from onward.settings import PolicySettings, Settings

MOST_LEARNERS = 6_000
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
    completion: CrossFit, choice: Choice, catalogue: Catalogue, strata: Strata, policy: PolicySettings
) -> Adviser:
    """The adviser before any constraint."""
    rule = RankingRule(
        completion_floor=policy.completion_floor,
        overlap_floor=policy.overlap_floor,
        price_share=policy.ranking_price_share,
        caution=policy.ranking_lambda,
        doubt=tuple(round(float(error), 4) for error in policy.ranking_doubt * completion.doubt),
    )
    return Adviser(catalogue, completion.probability, choice, rule, strata, Constraint.none(len(catalogue)))


@dataclass(frozen=True)
class Calibration:
    """The calibration part as an adviser sees it: every decision point, and what lies open there."""

    points: pd.DataFrame
    prospects: Prospects

    @classmethod
    def of(cls, adviser: Adviser, histories: Histories) -> "Calibration":
        """Look at every decision point of the part once; the constraint and what is shown both read it."""
        points = in_part(histories.starts, "calibration")
        return cls(points, adviser.prospects(histories.timeline, positions(points, histories.timeline)))

    def latest(self) -> "Calibration":
        """The latest point of every learner to whom something is open, without the pooled stratum.

        Learners of the pooled stratum have only in common that few are like them; the audit compares them with nobody.
        """
        last = latest_per_learner(self.points.reset_index(names="row"))["row"].to_numpy()
        prospects = self.prospects.rows(last)
        kept = prospects.open_to.any(axis=1) & (prospects.stratum != Strata.OTHER)
        return Calibration(self.points.iloc[last[kept]].reset_index(drop=True), prospects.rows(kept))


def constrain(
    adviser: Adviser,
    calibration: Calibration,
    histories: Histories,
    demographics: pd.DataFrame,
    settings: Settings,
    *,
    compare: bool = True,
) -> tuple[Adviser, ParityResult | None]:
    """The adviser under the constraint, and what came of it; None where no mechanism or attribute asks for one.

    Where the limit is not met, ``compare`` tries the other mechanisms too, to say what each reaches and costs.
    """
    attributes = [name for name, use in settings.sensitive_in_training.items() if use != "audit_only"]
    if settings.parity.mechanism == "none" or not attributes:
        return adviser, None
    limits, latest = settings.parity, calibration.latest()

    def labelled(points: pd.DataFrame) -> Groups:
        labels = groups(demographics, learners=pd.Index(points["learner_id"]), attributes=attributes)
        return Groups({name: labels[name].to_numpy(str) for name in attributes}, UNJUDGED, limits.smallest_group)

    trained_on = _drawn(latest_per_learner(in_part(histories.starts, "train")), histories.seed)
    directions = Directions(*_log_odds(adviser, trained_on, histories), labelled(trained_on))
    split = split_of(
        adviser, latest.prospects, labelled(latest.points), price_share=settings.audit.price_share, k=settings.policy.k
    )
    result = fit_constraint(
        split,
        directions,
        mechanism=limits.mechanism,
        limit=limits.limit,
        floor=limits.floor,
        compare=compare,
    )
    return _never_overlap_alone(replace(adviser, constraint=result.constraint)), result


def _never_overlap_alone(adviser: Adviser) -> Adviser:
    """Where nothing is erased there is no floor on overlap: alone it brings back the steering of the past."""
    if adviser.constraint.erasure.strength > 0:
        return adviser
    return replace(adviser, rule=replace(adviser.rule, overlap_floor=0.0))


def split_of(adviser: Adviser, prospects: Prospects, labelled: Groups, *, price_share: float, k: int) -> Split:
    """The calibration split as a constraint is judged on it, with lists of ``k``."""
    catalogue = adviser.catalogue

    def under(constraint: Constraint) -> Adviser:
        return replace(adviser, constraint=constraint)

    return Split(
        advise=lambda constraint: under(constraint).order(prospects, k=1)[:, 0],
        scores=lambda constraint: under(constraint).scores(prospects),
        listed=lambda constraint: mean_listed(under(constraint).order(prospects, k=k), catalogue.value),
        value=catalogue.value,
        expected_benefit=benefit(
            prospects.p_complete, catalogue.value, prospects.cost_of_failing(catalogue, price_share=price_share)
        ),
        completion=prospects.p_complete,
        stratum=prospects.stratum,
        groups=labelled,
    )


def _drawn(points: pd.DataFrame, seed: int) -> pd.DataFrame:
    if len(points) <= MOST_LEARNERS:
        return points
    drawn = np.random.default_rng(seed).permutation(len(points))[:MOST_LEARNERS]
    return points.iloc[np.sort(drawn)].reset_index(drop=True)


def _log_odds(adviser: Adviser, points: pd.DataFrame, histories: Histories) -> tuple[Floats, Labels]:
    """The log-odds of completing every candidate, and the stratum, at the points."""
    at = positions(points, histories.timeline)
    stratum = adviser.strata.assign(LearnerView(histories.timeline, at, adviser.catalogue))
    return log_odds_of(adviser.p_complete(histories.timeline, at)), stratum
