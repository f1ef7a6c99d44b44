"""The pipeline, in reading order: from tables and settings to an audited candidate. It computes; it writes nothing.

Writing, MLflow and the screen are at the edge, in ``release.run``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from onward.audit import Audit, AuditPlan, Editions, Release, audit
from onward.audit.groups import groups
from onward.catalog.pathway_faults import fault_notes
from onward.data.mapping import Source
from onward.data.scorecard import Scorecard
from onward.data.tables import Tables
from onward.errors import DataError, SettingsError
from onward.models.averaging import Distilled
from onward.models.probability import CrossFit
from onward.policy.adviser import Adviser
from onward.policy.parity import ParityResult
from onward.policy.shown import Shown
from onward.policy.support import SupportAudit
from onward.release.completing import fit_completion
from onward.release.constrain import Calibration, constrain, fit_strata, without_constraint
from onward.release.evaluator import second_opinion
from onward.release.floors import Floors, floors
from onward.release.histories import Histories, in_part, latest_per_learner
from onward.release.holdout import Holdout
from onward.release.judge import Judged, judge
from onward.release.limited import limited
from onward.release.plans import plan_of_run
from onward.release.policy_value import PolicyValue, policy_value
from onward.release.proxies import proxy_words
from onward.release.scoring import scores
from onward.release.showing import fit_shown
from onward.release.skills import skill_by_terms, skill_of
from onward.release.supporting import audit_support
from onward.release.valuing import value_words, with_values
from onward.settings import Settings

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Candidate:
    """A trained and audited candidate, before anything of it is written."""

    settings: Settings
    adviser: Adviser
    shown: Shown
    support: SupportAudit
    floors: Floors
    persistence: CrossFit
    distilled: Distilled | None
    parity: ParityResult | None
    judged: Judged
    limited: pd.DataFrame
    value: PolicyValue | None
    audits: Editions
    scores: pd.DataFrame
    skills: pd.DataFrame
    holdout: Holdout

    @property
    def audit(self) -> Audit:
        """The public edition of the audit: the only one that is logged, printed or sent anywhere."""
        return self.audits.public


def retrain(
    source: Source,
    settings: Settings,
    *,
    progress: Progress,
    previous: Release | None = None,
    scorecard: Scorecard | None = None,
) -> Candidate:
    """Train, constrain and audit; the same source, settings and seed give the same candidate.

    ``previous`` is the last public release of an audit on these learners or some of them: what it withheld stays so.
    ``scorecard`` holds what institutions' programs return, for values that the source lacks.
    """
    _check_attempts(source.tables)
    _check_attributes(settings, source.tables)
    settings = _by_nominal_dates(settings, nominal=source.nominal_dates)
    source = with_values(source, settings, scorecard=scorecard)
    faults = fault_notes(source.tables.pathways, source.tables.credentials)
    source = replace(source, notes=(*source.notes, *faults))

    progress("reading histories")
    histories = Histories.of(source.tables, settings)
    strata = fit_strata(histories, settings)
    demographics = source.tables.demographics
    progress("fitting completion")
    completion, distilled = fit_completion(histories, demographics, settings)
    progress("fitting persistence")
    persistence = histories.fit(histories.stays, settings.persistence)
    progress("fitting what was usual")
    choice = histories.fit_choice(settings.choice)
    progress("setting the constraint")
    adviser = without_constraint(completion, choice, histories.catalogue, strata, settings.policy)
    calibration = Calibration.of(adviser, histories)
    adviser, parity = constrain(adviser, calibration, histories, demographics, settings)
    progress("calibrating what is shown")
    shown = fit_shown(adviser, calibration, k=settings.policy.k, lambda_=settings.policy.shown_lambda)
    support = audit_support(completion, strata, histories, demographics, settings)
    progress("judging on locked decision points")
    locked = latest_per_learner(in_part(histories.starts, "test"))
    opinion = second_opinion(locked, histories, settings)
    judged = judge(
        locked,
        timeline=histories.timeline,
        adviser=adviser,
        opinion=opinion,
        k=settings.policy.k,
        limits=source.tables.limits,
    )
    value = policy_value(judged, adviser, settings.data, price_share=settings.audit.price_share)
    skills = _skills(completion, persistence, histories, settings)
    progress("auditing")
    kept = floors(judged, adviser, demographics, settings)
    about = _about(
        settings, histories, judged, parity=parity, distilled=distilled, value=value, kept=kept, support=support
    )
    about = (*about, ("Value", value_words(source.tables, settings)))
    plan = replace(plan_of_run(settings, notes=source.notes), about=about, second_opinion=judged.opinion is not None)
    scored = scores(persistence, histories)
    found = audit_of((judged.decisions(_ids(source)), judged.strata(), scored), source, plan, previous=previous)
    audited = _with_proxies(found, judged, source, settings)
    return Candidate(
        settings,
        adviser,
        shown,
        support,
        kept,
        persistence,
        distilled,
        parity,
        judged,
        limited(judged, source.tables, settings),
        value,
        audited,
        scored,
        skills,
        histories.holdout,
    )


def _by_nominal_dates(settings: Settings, *, nominal: bool) -> Settings:
    if not nominal or settings.holdout.by == "random":
        return settings
    return settings.model_copy(update={"holdout": settings.holdout.model_copy(update={"by": "random"})})


def _about(
    settings: Settings,
    histories: Histories,
    judged: Judged,
    *,
    parity: ParityResult | None,
    distilled: Distilled | None,
    value: PolicyValue | None,
    kept: Floors,
    support: SupportAudit,
) -> tuple[tuple[str, str], ...]:
    """What an officer must know of the run before reading a figure, as label and text."""
    uses = ", ".join(f"{name}: {use.replace('_', ' ')}" for name, use in settings.sensitive_in_training.items())
    minimum, beyond = settings.audit.minimum_cell, judged.none_within_limits
    nothing_open = in_part(histories.starts, "test")["learner_id"].nunique() - len(judged.points) - beyond
    return (
        ("Run", settings.name),
        ("Data", f"through {settings.data.data_through:%Y-%m-%d}"),
        ("Hold-out", histories.holdout.words),
        (
            "Left out",
            f"{_few(nothing_open, minimum)} learners to whom no credential was open{_beyond(beyond, minimum)}",
        ),
        ("Sensitive attributes in training", f"{uses}. None is an input of a served model."),
        *_averaged(distilled),
        ("Constraint", "none" if parity is None else parity.words),
        ("Stretch", f"{judged.stretched:.0%} of lists hold one, higher than what was stated and what comes first"),
        ("Floors", kept.words),
        ("Support", support.words),
        ("Against history", "not said: too few settled decisions" if value is None else value.words),
    )


def _beyond(n: int, minimum: int) -> str:
    """Write how many are left out by their own limits, where there are any."""
    return f", and {_few(n, minimum)} to whom none was within the limits they set" if n else ""


def _few(n: int, minimum: int) -> str:
    """Write a count, but one that is too small to show."""
    return f"fewer than {minimum}" if 0 < n < minimum else f"{n:,}"


def _averaged(distilled: Distilled | None) -> tuple[tuple[str, str], ...]:
    if distilled is None:
        return ()
    shares = ", ".join(f"{name.replace(':', ' ')} {share:.1%}" for name, share in distilled.marginal.items())
    near = (
        f"the served model, which has no group, agrees with the averaged one on the first candidate of "
        f"{distilled.agreement:.0%}; 95 in 100 of its probabilities differ by at most {distilled.difference:.3f}"
    )
    return (("Averaged over", f"{shares}; {near}"),)


def _check_attempts(tables: Tables) -> None:
    ended = tables.attempts["status"].isin(["completed", "stopped", "transferred"])
    if not ended.any():
        raise DataError(
            f"expected attempts that ended, to learn from; of {len(ended):,} attempts none has; add awards (learner, "
            "credential, day), which PDP files do not hold, or attempts of your own; onward check says what was read"
        )


def _check_attributes(settings: Settings, tables: Tables) -> None:
    known = AuditPlan().attributes
    held = [name for name in known if tables.demographics[name].notna().any()]
    silent = [name for name in held if name not in settings.sensitive_in_training]
    if silent:
        raise SettingsError(
            f"sensitive_in_training: expected an entry for {', '.join(silent)}, which demographics holds; say "
            "audit_only, constraint or average, so that nobody leaves it out unsaid"
        )
    unknown = sorted(set(settings.sensitive_in_training) - set(known))
    if unknown:
        raise SettingsError(
            f"sensitive_in_training: expected attributes among {', '.join(known)}; got {', '.join(unknown)}; rename or "
            "remove"
        )


def _skills(completion: CrossFit, persistence: CrossFit, histories: Histories, settings: Settings) -> pd.DataFrame:
    """Skill of both models, and of persistence with the columns of unknown timing, which is never served."""
    found = [
        skill_of("completion", completion, histories.starts, histories.timeline, histories.catalogue),
        skill_by_terms("persistence", persistence, histories.stays, histories.timeline, histories.catalogue),
    ]
    if settings.features.timing_unknown:
        compared = histories.with_timing_unknown(settings).fit(histories.stays, settings.persistence)
        name = "persistence with timing-unknown columns"
        found.append(skill_by_terms(name, compared, histories.stays, histories.timeline, histories.catalogue))
    return pd.concat(found, ignore_index=True)


def _ids(source: Source) -> pd.Index:
    return pd.Index(source.tables.credentials["credential_id"])


def audit_of(
    judged: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    source: Source,
    plan: AuditPlan,
    *,
    previous: Release | None,
) -> Editions:
    """Audit a run's decisions, strata and scores with what the college's tables tell of outreach and awards."""
    (decisions, strata, scored), tables = judged, source.tables
    return audit(
        decisions,
        demographics=tables.demographics,
        values=tables.values,
        credentials=tables.credentials,
        strata=strata,
        pathways=tables.pathways,
        scores=scored,
        offers=tables.offers,
        awards=tables.awards,
        plan=plan,
        previous=previous,
    )


def _with_proxies(found: Editions, judged: Judged, source: Source, settings: Settings) -> Editions:
    """Add what the served scores reveal of the groups that are judged and may be shown."""
    who = groups(
        source.tables.demographics,
        learners=pd.Index(judged.points["learner_id"]),
        attributes=found.public.plan.attributes,
        reporting=found.public.plan.reporting,
    )
    words = proxy_words(judged.prospects.p_complete, who, found.public.family, seed=settings.seed)
    return found.about(("What served scores reveal", words))
