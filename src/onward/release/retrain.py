"""The pipeline, in reading order: from tables and settings to an audited candidate. It computes; it writes nothing.

Writing, MLflow and the screen are at the edge, in ``release.run``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.audit import Audit, AuditPlan, audit
from onward.audit.groups import UNJUDGED, groups
from onward.catalog.catalogue import Catalogue
from onward.data.mapping import Source
from onward.data.tables import Tables
from onward.data.worth import benefit
from onward.errors import SettingsError
from onward.history.decision_points import positions
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.history.views import LearnerView
from onward.models.choice import fit_choice
from onward.models.completion import completion_points
from onward.models.persistence import labelled_persistence_points
from onward.models.probability import CrossFit, cross_fit
from onward.policy.adviser import Adviser
from onward.policy.parity import Groups, ParityResult, fit_shrinkage, unconstrained
from onward.policy.ranking import Floats, RankingRule
from onward.policy.strata import Strata
from onward.release.holdout import Holdout
from onward.release.judge import Judged, judge, latest_per_learner
from onward.release.skills import skill_by_terms, skill_of
from onward.settings import Settings

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Candidate:
    """A trained and audited candidate, before anything of it is written."""

    settings: Settings
    adviser: Adviser
    persistence: CrossFit
    parity: ParityResult | None
    judged: Judged
    audit: Audit
    skills: pd.DataFrame
    holdout: Holdout


def retrain(source: Source, settings: Settings, *, progress: Progress) -> Candidate:
    """Train, constrain and audit; the same source, settings and seed give the same candidate."""
    tables, seed = source.tables, settings.seed
    settings = _by_nominal_dates(settings, nominal=source.nominal_dates)
    _check_attributes(settings)

    progress("reading histories")
    catalogue = Catalogue.of(tables.credentials, tables.pathways, tables.values)
    timeline = Timeline.from_tables(tables, catalogue)
    starts = completion_points(tables, settings.data)
    stays = labelled_persistence_points(tables, settings.data)
    holdout = Holdout.divide(starts, settings.holdout, seed=seed)
    starts = starts.assign(part=holdout.part_of(starts))
    stays = stays.assign(part=holdout.part_of(stays))
    fit: dict[str, Any] = {"timeline": timeline, "catalogue": catalogue, "seed": seed}
    spec = FeatureSpec.fit(
        timeline, catalogue, sensitive=settings.features.sensitive, left_out=settings.features.timing_unknown
    )

    progress("fitting completion")
    completion = cross_fit(_train(starts), spec=spec, settings=settings.completion, **fit)
    progress("fitting persistence")
    persistence = cross_fit(_train(stays), spec=spec, settings=settings.persistence, **fit)
    progress("fitting the imitation baseline")
    choice = fit_choice(_train(starts), spec=spec, settings=settings.choice, **fit)

    progress("setting the constraint")
    everyone = LearnerView(timeline, positions(_train(starts), timeline), catalogue)
    adviser = _unconstrained_adviser(completion, everyone, settings)
    parity = _constrain(adviser, starts, timeline, tables, settings)
    if parity is not None:
        adviser = _with(adviser, parity)

    progress("judging on locked decision points")
    locked = latest_per_learner(starts[starts["part"] == "test"])
    judged = judge(locked, timeline=timeline, adviser=adviser, choice=choice, k=settings.policy.k)
    skills = pd.concat(
        [
            skill_of("completion", completion, starts, timeline, catalogue),
            skill_by_terms("persistence", persistence, stays, timeline, catalogue),
            *_with_timing_unknown(stays, settings, fit),
        ],
        ignore_index=True,
    )

    progress("auditing")
    return Candidate(
        settings,
        adviser,
        persistence,
        parity,
        judged,
        _audit(judged, tables, settings, source, holdout),
        skills,
        holdout,
    )


def _by_nominal_dates(settings: Settings, *, nominal: bool) -> Settings:
    if not nominal or settings.holdout.by == "random":
        return settings
    return settings.model_copy(update={"holdout": settings.holdout.model_copy(update={"by": "random"})})


def _check_attributes(settings: Settings) -> None:
    unknown = sorted(set(settings.sensitive_in_training) - set(AuditPlan().attributes))
    if unknown:
        raise SettingsError(
            f"sensitive_in_training: expected attributes among {', '.join(AuditPlan().attributes)}; got "
            f"{', '.join(unknown)}; "
            "rename or remove"
        )


def _train(points: pd.DataFrame) -> pd.DataFrame:
    return points[points["part"] == "train"].reset_index(drop=True)


def _unconstrained_adviser(completion: CrossFit, view: LearnerView, settings: Settings) -> Adviser:
    policy = settings.policy
    rule = RankingRule(policy.completion_floor, policy.ranking_price_share)
    strata = Strata.fit(view, settings.strata)
    return Adviser(view.catalogue, completion.probability, rule, strata, unconstrained(len(view.catalogue)))


def _constrain(
    adviser: Adviser, starts: pd.DataFrame, timeline: Timeline, tables: Tables, settings: Settings
) -> ParityResult | None:
    """Fit the shrinkage on the calibration split; None where no mechanism or no attribute asks for it."""
    attributes = [name for name, use in settings.sensitive_in_training.items() if use == "constraint"]
    if settings.parity.mechanism == "none" or not attributes:
        return None
    points = latest_per_learner(starts[starts["part"] == "calibration"])
    prospects = adviser.prospects(timeline, positions(points, timeline))
    labels = groups(tables.demographics, learners=pd.Index(points["learner_id"]), attributes=attributes)
    catalogue = adviser.catalogue
    cost = catalogue.cost_of_failing(price_share=settings.audit.price_share)

    def advise(scores: Floats) -> npt.NDArray[np.int64]:
        return adviser.rule.order(scores, prospects.p_complete, prospects.open_to, k=1)[:, 0]

    return fit_shrinkage(
        prospects.scores,
        advise,
        value=catalogue.value,
        expected_benefit=benefit(prospects.p_complete, catalogue.value, cost),
        stratum=prospects.stratum,
        groups=Groups(
            {name: labels[name].to_numpy(str) for name in attributes}, UNJUDGED, settings.parity.smallest_group
        ),
        limit=settings.parity.limit,
        benefit_floor=settings.parity.benefit_floor,
    )


def _with(adviser: Adviser, parity: ParityResult) -> Adviser:
    return Adviser(adviser.catalogue, adviser.completion, adviser.rule, adviser.strata, parity.shrinkage)


def _with_timing_unknown(stays: pd.DataFrame, settings: Settings, fit: dict[str, Any]) -> list[pd.DataFrame]:
    """Skill of a persistence model that also reads columns whose timing is unknown; it is never served."""
    if not settings.features.timing_unknown:
        return []
    spec = FeatureSpec.fit(fit["timeline"], fit["catalogue"], sensitive=settings.features.sensitive)
    compared = cross_fit(_train(stays), spec=spec, settings=settings.persistence, **fit)
    name = "persistence with timing-unknown columns"
    return [skill_by_terms(name, compared, stays, fit["timeline"], fit["catalogue"])]


def _audit(judged: Judged, tables: Tables, settings: Settings, source: Source, holdout: Holdout) -> Audit:
    catalogue_ids = pd.Index(tables.credentials["credential_id"])
    return audit(
        judged.decisions(catalogue_ids),
        demographics=tables.demographics,
        values=tables.values,
        credentials=tables.credentials,
        strata=judged.strata(),
        plan=audit_plan(settings, notes=(holdout.words, *source.notes)),
    )


def audit_plan(settings: Settings, *, notes: tuple[str, ...]) -> AuditPlan:
    """The audit's plan as the settings state it."""
    chosen = settings.audit
    return AuditPlan(
        limit=settings.parity.limit,
        minimum_cell=chosen.minimum_cell,
        family_minimum=chosen.family_minimum,
        attributes=tuple(settings.sensitive_in_training),
        price_share=chosen.price_share,
        control_words=settings.strata.words,
        notes=(*notes, *chosen.notes),
    )
