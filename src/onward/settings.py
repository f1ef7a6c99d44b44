"""Strict settings of a training run, and of an audit alone: every field described, nothing guessed, none unknown."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from onward.data.tables import DEMOGRAPHICS
from onward.errors import SettingsError

ALWAYS_SENSITIVE = (*(name for name in DEMOGRAPHICS.names if name != "learner_id"), "age_at_entry")
Share = Annotated[float, Field(gt=0, lt=1)]
Lambda = Annotated[float, Field(ge=1, le=10)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=_Strict)


class DataSettings(_Strict):
    """Which files are read, and how long an outcome takes to be known."""

    mapping: str | None = Field(
        None, description="mapping file, relative to the settings file; none for canonical files"
    )
    data_through: date = Field(description="last day that the data cover; a window that ends later has no outcome yet")
    completion_window: float = Field(
        1.5, gt=0, description="completed in time: within this many times the planned length"
    )
    still_in_progress: Literal["missing", "not_completed"] = Field(
        description="what an attempt is whose window closed while it was in progress"
    )
    horizon_days: int = Field(365, gt=0, description="days from the decision point at which persistence is judged")
    term_gap_days: int = Field(
        150, gt=0, description="a learner between two terms this many days apart is still enrolled"
    )
    after_terms: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        (0, 1, 2), min_length=1, description="persistence decision points: after so many terms of an attempt"
    )


class FeatureSettings(_Strict):
    """What may not be a feature."""

    also_sensitive: tuple[str, ...] = Field(
        (),
        description="columns dropped from features and strata wherever they stand, besides demographics and age",
    )
    timing_unknown: tuple[str, ...] = Field(
        (),
        description="columns that may have been recorded after the decision point: no served model has them, and the "
        "run prints skill with and without them",
    )

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Every column that no feature and no stratum may read because it is sensitive."""
        return (*ALWAYS_SENSITIVE, *self.also_sensitive)


class HoldoutSettings(_Strict):
    """Which decision points are kept from the models."""

    by: Literal["time", "random"] = Field(
        "time", description="by decision date; random (by learner) where dates are nominal"
    )
    calibration_share: Share = Field(
        0.2, description="share of decision points on which the constraint's strength is set"
    )
    test_share: Share = Field(0.25, description="share of decision points, locked, on which everything is judged")

    @model_validator(mode="after")
    def _leaves_training(self) -> "HoldoutSettings":
        if self.calibration_share + self.test_share >= 0.9:
            raise ValueError("expected calibration_share + test_share below 0.9, so that something is left to train on")
        return self


class ModelSettings(_Strict):
    """LightGBM's settings for one model."""

    rounds: int = Field(300, ge=1, le=10_000, description="trees")
    leaves: int = Field(7, ge=2, le=1024, description="leaves of a tree")
    learning_rate: float = Field(0.05, gt=0, le=1, description="weight of each tree")
    smallest_leaf: int = Field(40, ge=1, description="learners in a leaf, at least")
    folds: int = Field(5, ge=2, le=20, description="folds of the cross-fit, by learner")


class PolicySettings(_Strict):
    """How advice is ranked."""

    k: int = Field(5, ge=1, le=50, description="credentials in an advice")
    completion_floor: Share = Field(
        0.4, description="a credential less likely than this to be completed comes after all others"
    )
    overlap_floor: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="a credential that learners like this one chose more rarely than this comes after all others; "
        "above 0 only with erase, because alone it brings back the steering of the past",
    )
    ranking_price_share: float = Field(
        0.5,
        ge=0,
        description="cost of failing in ranking, as a share of the net price left to pay; dearer than the cost that "
        "benefit is judged by, so that advice does not gamble with learners",
    )
    ranking_lambda: Lambda = Field(
        1.1,
        description="ranking counts with the least probability of completing at this Lambda: by how much what history "
        "does not show may have changed the odds of a choice; 1 takes history at its word",
    )
    ranking_doubt: float = Field(
        1.0,
        ge=0,
        description="standard errors of the model's log-odds, by credential, that ranking deducts: the fewer attempts, "
        "and the less the models of the folds agree, the more",
    )
    recognised_cap: float = Field(
        0.75,
        ge=0,
        le=1,
        description="recognised credit (of what is held and of evaluated learning at work) counts for at most this "
        "share of a credential's credits; the rest has to be earned in residence",
    )
    shown_lambda: Lambda = Field(1.5, description="the range shown beside a probability is that at this Lambda")


class ParitySettings(_Strict):
    """The limit on the gap in the value of what is advised, and the mechanism that keeps it."""

    mechanism: Literal["none", "erase", "shrink", "learned"] = Field(
        "erase",
        description="none; erase (what linearly tells a group is erased from the scores, then they are shrunk if still "
        "needed); shrink (toward the stratum mean); learned (a price on how likely the facts make a group: a proxy for "
        "it whenever advice is given, so it has to be chosen by name)",
    )
    limit: float = Field(
        1_000.0, gt=0, description="largest gap, group minus everyone else given the strata, dollars a year"
    )
    floor: float = Field(
        0.97,
        gt=0,
        le=1,
        description="share of expected benefit and of completion without the constraint: a constraint after which any "
        "group is shown to have less is not taken",
    )
    smallest_group: int = Field(
        100,
        ge=2,
        description="groups smaller than this on the calibration split do not bind, and are counted together where "
        "groups are averaged over",
    )


class StrataSettings(_Strict):
    """The control features: learners in one stratum are compared with each other. Never a sensitive column."""

    words: str = Field(min_length=3, description="what the strata hold, in words, for the report")
    bins: dict[str, Annotated[int, Field(ge=2, le=20)]] = Field(
        default_factory=dict, description="numeric learner features, each with a number of bins"
    )
    categories: tuple[str, ...] = Field((), description="categorical learner features")
    smallest: int = Field(50, ge=2, description="a combination with fewer training points joins the stratum other")

    @model_validator(mode="after")
    def _hold_something(self) -> "StrataSettings":
        if not self.bins and not self.categories:
            raise ValueError(
                "expected at least one entry in bins or categories: gaps are judged among comparable learners"
            )
        return self


class AuditSettings(_Strict):
    """What the audit publishes and by what it judges."""

    minimum_cell: int = Field(10, ge=2, description="figures of fewer learners are withheld")
    family_minimum: int = Field(100, ge=2, description="groups of fewer learners are reviewed case by case, not tested")
    power: float = Field(
        0.5,
        gt=0,
        lt=1,
        description="a group is judged where a true gap of zero would be shown inside the limit with this chance; "
        "smaller ones are reviewed case by case",
    )
    further: tuple[str, ...] | None = Field(
        None, description="columns of demographics shown beside race and gender; all that are filled in without it"
    )
    reference: dict[Literal["race_ethnicity", "gender"], str] = Field(
        default_factory=dict,
        description="the group that others of an attribute are set against; everyone else without it",
    )
    reporting: Literal["ipeds_1997", "spd15_2024"] = Field(
        "ipeds_1997", description="standard by which several selections of race and ethnicity are reported as one"
    )
    family_wage: float | None = Field(
        None, gt=0, description="yearly earnings that a family lives on, in dollars; paths to it are not judged without"
    )
    family_wage_words: str = Field("", description="where the family wage comes from")
    capacity: int | None = Field(
        None, ge=1, description="learners that can be called for support: the lowest scores are flagged, for the audit"
    )
    next_audit: date | None = Field(None, description="day the next audit is due")
    price_share: float = Field(
        0.4, ge=0, description="cost of failing by which benefit is judged, as a share of net price"
    )
    caution: str = Field("", description="a sentence for the verdict box, such as that the learners are made up")
    notes: tuple[str, ...] = Field((), description="sentences for the report")

    @model_validator(mode="after")
    def _judged_may_be_shown(self) -> "AuditSettings":
        if self.family_minimum < self.minimum_cell:
            raise ValueError(
                "expected family_minimum at or above minimum_cell: what is too small to show is not judged"
            )
        return self


class AuditFile(AuditSettings):
    """The plan of an audit of anybody's decisions, fixed before its results."""

    limit: float = Field(
        1_000.0, gt=0, description="largest gap, group minus everyone else given the strata, dollars a year"
    )
    judged: str | None = Field(
        None, min_length=1, description="source of the decisions that are judged; the only one there is without it"
    )
    compared_with: str = Field("history", description="source that they are compared with, where there is one")
    control_words: str = Field("", description="what the strata hold, in words, for the report")


class ValueSettings(_Strict):
    """What a credential is worth: where its college does not say, and by what it is judged."""

    complete: Literal["published", "refuse"] = Field(
        "published",
        description="a credential without a four-year value of its own: filled from public figures, or refused",
    )
    state: str | None = Field(
        None,
        pattern=r"^[A-Z]{2}$",
        description="postal code of the state whose high-school earnings values are set against; the nation's without; "
        "where it is said, median debt is filled in from US programs",
    )
    scorecard: str | None = Field(
        None,
        min_length=1,
        description="College Scorecard field-of-study file, .parquet or .csv, relative to the settings file: earnings "
        "and debt by institution, for credentials with a provider_id",
    )
    yardstick: Literal["earnings_premium", "debt_to_earnings", "family_wage", "own"] = Field(
        "earnings_premium",
        description="earnings_premium (over high-school-only workers); debt_to_earnings (that, less a year's payment "
        "on the median debt); family_wage (earnings over audit.family_wage); own (values as the college's table states "
        "them: nothing is filled in or set aside)",
    )
    onward: Literal["shown", "counted"] = Field(
        "shown",
        description="what a credential returns through what it leads to: shown beside its value, or counted in it",
    )
    onward_window_years: float = Field(
        3.0, gt=0, le=10, description="years after completing within which a learner went on"
    )
    discount_rate: float = Field(
        0.03, ge=0, le=0.2, description="by how much a dollar is worth less for every year that going on takes"
    )
    interest_rate: float = Field(0.0639, ge=0, le=0.2, description="yearly interest of the loans that are repaid")


class Settings(_Strict):
    """One training run."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", description="name of the registered model and of the run's folder")
    seed: int = Field(0, ge=0, description="seed of everything random; the same seed and data give the same bundle")
    data: DataSettings
    features: FeatureSettings = FeatureSettings()
    sensitive_in_training: dict[str, Literal["audit_only", "constraint", "average"]] = Field(
        min_length=1,
        description="required, per attribute: audit_only (labels reach the audit alone), constraint (labels also fit "
        "the constraint) or average (labels also train the completion model, which is averaged over one marginal and "
        "distilled into one without them); never an input of a served model",
    )
    holdout: HoldoutSettings = HoldoutSettings()
    completion: ModelSettings = ModelSettings()
    persistence: ModelSettings = ModelSettings(rounds=200, leaves=15)
    choice: ModelSettings = ModelSettings(rounds=200, leaves=15, learning_rate=0.1)
    policy: PolicySettings = PolicySettings()
    strata: StrataSettings
    parity: ParitySettings = ParitySettings()
    audit: AuditSettings = AuditSettings()
    value: ValueSettings = ValueSettings()

    @model_validator(mode="after")
    def _agree_with_each_other(self) -> "Settings":
        erases = self.parity.mechanism == "erase" and set(self.sensitive_in_training.values()) != {"audit_only"}
        if self.policy.overlap_floor > 0 and not erases:
            raise ValueError(
                "expected policy.overlap_floor of 0 unless parity.mechanism is erase and labels of an attribute may "
                "fit it: the steered have overlap only where they were steered, so alone it brings that back"
            )
        if self.parity.smallest_group < self.audit.minimum_cell:
            raise ValueError(
                "expected parity.smallest_group at or above audit.minimum_cell: the shares of averaged groups are "
                "published"
            )
        if self.value.yardstick == "family_wage" and self.audit.family_wage is None:
            raise ValueError("expected audit.family_wage with value.yardstick family_wage: earnings are set against it")
        return self


def load(path: Path) -> Settings:
    """Read a TOML settings file, or refuse it with every fault named."""
    return parse(_toml(path), name=str(path))


def load_audit(path: Path) -> AuditFile:
    """Read the TOML file of an audit's plan, or refuse it with every fault named."""
    return _valid(AuditFile, _toml(path), name=str(path))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"expected a settings file at {path}; there is none; check the path") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"expected {path} to be TOML in UTF-8; {error}; mend that line") from None


def parse(content: dict[str, Any], *, name: str) -> Settings:
    """Validate settings that came from ``name``.

    >>> parse({"name": "demo", "data": {"data_through": date(2024, 12, 31)}}, name="demo.toml")
    Traceback (most recent call last):
    ...
    onward.errors.SettingsError: demo.toml has 3 faults:
      data.still_in_progress: Field required (what an attempt is whose window closed while it was in progress)
      sensitive_in_training: Field required (required, per attribute: audit_only (labels reach the audit alone), \
constraint (labels also fit the constraint) or average (labels also train the completion model, which is averaged over \
one marginal and distilled into one without them); never an input of a served model)
      strata: Field required
    """
    return _valid(Settings, content, name=name)


def _valid(model: type[Model], content: dict[str, Any], *, name: str) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = [
            f"  {'.'.join(map(str, fault['loc'])) or 'settings'}: {fault['msg']}{_meaning(model, fault['loc'])}"
            for fault in error.errors()
        ]
        count = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise SettingsError(f"{name} has {count}:\n" + "\n".join(faults)) from None


def _meaning(model: object, location: tuple[int | str, ...]) -> str:
    field = None
    for part in location:
        fields = getattr(model, "model_fields", {})
        if part not in fields:
            return f" (known here: {', '.join(fields)})" if fields else ""
        field = fields[part]
        model = field.annotation
    return f" ({field.description})" if field is not None and field.description else ""
