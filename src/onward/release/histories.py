"""What a run learns from: decision points with their outcomes, divided once, and the features that models may read."""

from dataclasses import dataclass, replace
from difflib import get_close_matches

import pandas as pd

from onward.catalog.catalogue import Catalogue
from onward.data.columns import EXTRA_PREFIX
from onward.data.schema import validate
from onward.data.tables import DEMOGRAPHICS, Tables
from onward.errors import SettingsError
from onward.history.features import FEATURES
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.models.averaging import Distilled, fit_averaged
from onward.models.choice import Choice, fit_choice
from onward.models.completion import completion_points
from onward.models.persistence import labelled_persistence_points
from onward.models.probability import CrossFit, cross_fit
from onward.policy.eligibility import eligible
from onward.release.holdout import Holdout, Part
from onward.settings import DataSettings, ModelSettings, Settings

BARRABLE = frozenset().union(*(feature.reads for feature in FEATURES)) | set(DEMOGRAPHICS.names) | {"age_at_entry"}
"""Columns besides extras whose barring takes features away, or that no feature reads in any case."""
FARTHEST = pd.Timedelta(days=730)
"""How far after the latest date in the data their end may be stated."""


@dataclass(frozen=True)
class Histories:
    """Decision points of a run: ``starts`` of credentials and ``stays`` in them, each with ``outcome`` and ``part``."""

    timeline: Timeline
    catalogue: Catalogue
    spec: FeatureSpec
    starts: pd.DataFrame
    stays: pd.DataFrame
    holdout: Holdout
    seed: int

    @classmethod
    def of(cls, tables: Tables, settings: Settings) -> "Histories":
        """Read outcomes and divide the points; sensitive columns and those of unknown timing are no features."""
        validate(tables)
        _check_end(tables, settings.data)
        cap = settings.policy.recognised_cap
        catalogue = Catalogue.of(tables.credentials, tables.pathways, tables.values, recognised_cap=cap)
        timeline = Timeline.from_tables(tables, catalogue)
        starts = completion_points(tables, settings.data)
        stays = labelled_persistence_points(tables, settings.data)
        holdout = Holdout.divide(starts, settings.holdout, seed=settings.seed)
        features = settings.features
        _check_columns(tables, (*features.also_sensitive, *features.timing_unknown))
        spec = FeatureSpec.fit(timeline, catalogue, sensitive=features.sensitive, left_out=features.timing_unknown)
        starts, stays = (points.assign(part=holdout.part_of(points)) for points in (starts, stays))
        return cls(timeline, catalogue, spec, starts, stays, holdout, settings.seed)

    def with_timing_unknown(self, settings: Settings) -> "Histories":
        """The same with the columns of unknown timing among the features, for comparison only."""
        spec = FeatureSpec.fit(self.timeline, self.catalogue, sensitive=settings.features.sensitive)
        return replace(self, spec=spec)

    def fit(self, points: pd.DataFrame, settings: ModelSettings) -> CrossFit:
        """Cross-fit a calibrated probability on the training part of ``points``."""
        return cross_fit(
            in_part(points, "train"),
            timeline=self.timeline,
            catalogue=self.catalogue,
            spec=self.spec,
            settings=settings,
            seed=self.seed,
        )

    def fit_averaged(self, group: pd.Series, settings: ModelSettings, *, smallest: int) -> Distilled:
        """Fit completion with ``group``, a label per learner id, average it away, and distil."""
        return fit_averaged(
            in_part(self.starts, "train"),
            group,
            timeline=self.timeline,
            catalogue=self.catalogue,
            spec=self.spec,
            settings=settings,
            seed=self.seed,
            smallest=smallest,
            open_to=eligible,
        )

    def fit_choice(self, settings: ModelSettings) -> Choice:
        """Fit what was usual, which is also the imitation baseline, on the training part of the starts."""
        return fit_choice(
            in_part(self.starts, "train"),
            timeline=self.timeline,
            catalogue=self.catalogue,
            spec=self.spec,
            settings=settings,
            seed=self.seed,
        )


def _check_columns(tables: Tables, names: tuple[str, ...]) -> None:
    """Refuse a name that bars nothing: a misspelt one would let the real column in."""
    columns = {column for _, frame in tables.items() for column in frame.columns}
    for name in names:
        if name not in columns:
            near = get_close_matches(name, columns, n=1)
            meant = f"did you mean {near[0]}?" if near else "correct or remove it"
            raise SettingsError(f"features: expected the name of a column; no table has {name}; {meant}")
        if name not in BARRABLE and not name.startswith(EXTRA_PREFIX):
            raise SettingsError(
                f"features: expected a column that can be left out by itself (extras, {', '.join(sorted(BARRABLE))}); "
                f"{name} is part of several features; remove it here, and leave what depends on it out of the files"
            )


def _check_end(tables: Tables, settings: DataSettings) -> None:
    """Refuse an end of the data far from the latest date in it: windows would close on nothing."""
    histories = (tables.attempts, tables.enrollments, tables.awards)
    days = pd.concat([frame[name] for frame in histories for name in frame.select_dtypes("datetime")])
    stated, latest = pd.Timestamp(settings.data_through), days.max()
    if stated < days.min() or stated > latest + FARTHEST:
        raise SettingsError(
            f"data.data_through: expected the last day that the data cover; got {stated:%Y-%m-%d}, and the latest date "
            f"in them is {latest:%Y-%m-%d}; correct it"
        )


def in_part(points: pd.DataFrame, part: Part) -> pd.DataFrame:
    """The points of one part, numbered anew."""
    return points[points["part"] == part].reset_index(drop=True)


def latest_per_learner(points: pd.DataFrame) -> pd.DataFrame:
    """The latest of each learner's points, so that every learner counts once."""
    return points.sort_values(["as_of", "learner_id"]).drop_duplicates("learner_id", keep="last").reset_index(drop=True)
