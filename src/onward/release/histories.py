"""What a run learns from: decision points with their outcomes, divided once, and the features that models may read."""

from dataclasses import dataclass, replace
from difflib import get_close_matches

import pandas as pd

from onward.catalog.catalogue import Catalogue
from onward.data.schema import validate
from onward.data.tables import Tables
from onward.errors import SettingsError
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.models.boosting import Boosted
from onward.models.choice import fit_choice
from onward.models.completion import completion_points
from onward.models.persistence import labelled_persistence_points
from onward.models.probability import CrossFit, cross_fit
from onward.release.holdout import Holdout, Part
from onward.settings import ModelSettings, Settings


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
        catalogue = Catalogue.of(tables.credentials, tables.pathways, tables.values)
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

    def fit_choice(self, settings: ModelSettings) -> Boosted:
        """Fit the imitation baseline on the training part of the starts."""
        return fit_choice(
            in_part(self.starts, "train"),
            timeline=self.timeline,
            catalogue=self.catalogue,
            spec=self.spec,
            settings=settings,
            seed=self.seed,
        )


def _check_columns(tables: Tables, names: tuple[str, ...]) -> None:
    """Refuse the name of a column that is nowhere: a misspelt one would let the real one in."""
    columns = {column for _, frame in tables.items() for column in frame.columns}
    unknown = [name for name in names if name not in columns]
    if unknown:
        near = {name: get_close_matches(name, columns, n=1) for name in unknown}
        meant = ", ".join(f"{name} (did you mean {found[0]}?)" if found else name for name, found in near.items())
        raise SettingsError(
            f"features: expected names of columns in also_sensitive and timing_unknown; no table has {meant}; "
            "correct or remove it"
        )


def in_part(points: pd.DataFrame, part: Part) -> pd.DataFrame:
    """The points of one part, numbered anew."""
    return points[points["part"] == part].reset_index(drop=True)


def latest_per_learner(points: pd.DataFrame) -> pd.DataFrame:
    """The latest of each learner's points, so that every learner counts once."""
    return points.sort_values(["as_of", "learner_id"]).drop_duplicates("learner_id", keep="last").reset_index(drop=True)
