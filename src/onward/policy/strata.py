"""Strata: learners of like preparation and goal, who are compared with each other.

A stratum is read from features that serving has, never from a sensitive one.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onward.errors import SettingsError
from onward.history.barred import Barred
from onward.history.features import FEATURES
from onward.history.timeline import Array, numbers
from onward.history.views import Floats, LearnerView
from onward.settings import StrataSettings

GOAL = "goal_"
"""What a feature's name begins with that tells what the learner states they want."""
LEARNER_FEATURES = {feature.name: feature for feature in FEATURES if feature.scope == "learner"}


@dataclass(frozen=True)
class Strata:
    """The rule that puts a learner in a stratum: inner bin edges of numeric features, and categorical features.

    ``names`` are the strata seen when the rule was fitted; any other combination falls into ``OTHER``.
    """

    edges: tuple[tuple[str, tuple[float, ...]], ...]
    categories: tuple[str, ...]
    names: tuple[str, ...]
    OTHER = "other"

    @classmethod
    def fit(cls, view: LearnerView, settings: StrataSettings, barred: Barred) -> "Strata":
        """Set bin edges at quantiles; a combination with fewer learners than the settings say joins ``OTHER``."""
        _check_open(settings, barred)
        unknown = sorted({*settings.bins, *settings.categories} - _available(view))
        if unknown:
            raise SettingsError(
                f"strata: expected learner features or extras ({', '.join(sorted(_available(view)))}); "
                f"got {', '.join(unknown)}; rename or remove"
            )
        edges = tuple((name, _quantiles(_numbers(view, name), bins)) for name, bins in settings.bins.items())
        unnamed = cls(edges, settings.categories, ())
        found, counts = np.unique(unnamed._labels(view), return_counts=True)
        return cls(edges, settings.categories, tuple(found[counts >= settings.smallest]))

    def assign(self, view: LearnerView) -> npt.NDArray[np.str_]:
        """The stratum of each point, shape (n,)."""
        labels = self._labels(view)
        return np.where(np.isin(labels, self.names), labels, self.OTHER)

    def goal(self, view: LearnerView) -> npt.NDArray[np.str_] | None:
        """The part of each point's stratum that is the learner's stated goal, shape (n,); None where none is in it."""
        return _joined([part for name, part in self._parts(view) if name.startswith(GOAL)])

    def readiness(self, view: LearnerView) -> npt.NDArray[np.str_] | None:
        """The part of each point's stratum that is preparation, shape (n,); None where none is in it."""
        return _joined([part for name, part in self._parts(view) if not name.startswith(GOAL)])

    def _labels(self, view: LearnerView) -> npt.NDArray[np.str_]:
        joined = _joined([part for _, part in self._parts(view)])
        return np.full(len(view.points), "", dtype=str) if joined is None else joined

    def _parts(self, view: LearnerView) -> list[tuple[str, npt.NDArray[np.str_]]]:
        binned = [(name, _binned(_values(view, name), edges, name)) for name, edges in self.edges]
        stated = [
            (name, np.array([f"{name} {_stated(value)}" for value in _values(view, name)])) for name in self.categories
        ]
        return binned + stated


def _joined(parts: list[npt.NDArray[np.str_]]) -> npt.NDArray[np.str_] | None:
    if not parts:
        return None
    joined = parts[0]
    for part in parts[1:]:
        joined = np.char.add(np.char.add(joined, ", "), part)
    return joined.astype(str)


def _check_open(settings: StrataSettings, barred: Barred) -> None:
    wrong = []
    for name in (*settings.bins, *settings.categories):
        reads = LEARNER_FEATURES[name].reads if name in LEARNER_FEATURES else frozenset[str]()
        if barred.bars(name, *reads):
            wrong.append(name)
    if wrong:
        raise SettingsError(
            f"strata: expected columns that a served model may read; {', '.join(wrong)} is sensitive, or left out by "
            "timing_unknown; remove it"
        )


def _numbers(view: LearnerView, name: str) -> Floats:
    values = numbers(_values(view, name))
    if np.isnan(values).all():
        raise SettingsError(
            f"strata.bins: expected {name} to hold numbers; it holds none; move it to categories, or remove it"
        )
    return values


def _available(view: LearnerView) -> set[str]:
    return set(LEARNER_FEATURES) | {name for name in view.timeline.facts if name.startswith("x_")}


def _values(view: LearnerView, name: str) -> Array:
    if name in LEARNER_FEATURES:
        return LEARNER_FEATURES[name].compute(view)
    if name in view.timeline.facts:
        return view.fact(name)
    return np.full(len(view.points), None, dtype=object)


def _stated(value: Any) -> str:  # noqa: ANN401 - a text or a number
    if value is None or value != value:  # noqa: PLR0124 - nan
        return "not stated"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _quantiles(values: Floats, bins: int) -> tuple[float, ...]:
    inner = np.nanquantile(values, np.linspace(0, 1, bins + 1)[1:-1])
    # A value on an edge falls below it, so an edge at the largest value would split nothing.
    return tuple(float(edge) for edge in np.unique(inner) if edge < np.nanmax(values))


def _binned(values: Array, edges: tuple[float, ...], name: str) -> npt.NDArray[np.str_]:
    held = numbers(values)
    texts = [
        f"{name} unknown" if np.isnan(number) else f"{name} {position + 1} of {len(edges) + 1}"
        for number, position in zip(held, np.searchsorted(edges, held, side="left"), strict=True)
    ]
    return np.array(texts)
