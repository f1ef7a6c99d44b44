"""Which features a model was fitted with: their order and their categories, the same in training and in serving."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from onward.catalog.catalogue import Catalogue
from onward.data.columns import EXTRA_PREFIX
from onward.errors import DataError
from onward.history.barred import Barred
from onward.history.features import FEATURES, INTEREST, Feature
from onward.history.timeline import Array, Timeline, numbers
from onward.history.views import Floats, LearnerView, PairView

DECLARED = {feature.name: feature for feature in FEATURES}


@dataclass(frozen=True)
class FeatureSpec:
    """The features of a model, in order; ``categories`` holds the known values of each that has them.

    ``left_out`` are extras of the training data that the run keeps from its models; they may be sent and are not read.

    It is written into the bundle, and the matrix it makes in serving has the columns that it made in training.
    """

    names: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]
    extras: dict[str, Literal["number", "category"]]
    left_out: tuple[str, ...] = ()

    @classmethod
    def fit(
        cls, timeline: Timeline, catalogue: Catalogue, *, sensitive: Iterable[str], left_out: Iterable[str] = ()
    ) -> "FeatureSpec":
        """Take every declared feature and every extra column that neither is nor reads one sensitive or left out.

        A column is barred with and without the prefix of extras; so is every name that no request may hold.
        """
        barred = Barred.of(sensitive, left_out)
        found = timeline.events["enrollments"].columns | timeline.facts
        extras: dict[str, Literal["number", "category"]] = {
            name: "category" if values.dtype == object else "number"
            for name, values in sorted(found.items())
            if name.startswith(EXTRA_PREFIX) and not name.startswith(INTEREST) and not barred.bars(name)
        }
        _check_names(extras)
        interests = [name for name in timeline.facts if name.startswith(INTEREST)]
        without = {"stated_interest"} if not interests or barred.bars(*interests) else set()
        names = [
            name for name, feature in DECLARED.items() if not barred.bars(name, *feature.reads) and name not in without
        ]
        categories = {
            "goal_field": _vocabulary(cip[:2] for cip in timeline.facts["goal_cip"] if cip is not None),
            "credential": tuple(catalogue.ids),
            "field": _vocabulary(catalogue.field),
        } | {name: _vocabulary(found[name]) for name, kind in extras.items() if kind == "category"}
        kept = {name: categories[name] for name in (*names, *extras) if name in categories}
        open_to_all = Barred.of(sensitive)
        ignored = [name for name in sorted(found) if name.startswith(EXTRA_PREFIX) and name not in extras]
        unused = (name for name in ignored if not name.startswith(INTEREST) and not open_to_all.bars(name))
        return cls((*names, *extras), kept, extras, tuple(unused))

    @cached_property
    def categorical(self) -> list[int]:
        """Positions of the categorical columns."""
        return [position for position, name in enumerate(self.names) if name in self.categories]

    def matrix(self, view: PairView) -> Floats:
        """The features of the pairs, shape (m, features): categories as codes; missing and unseen as nan."""
        columns = np.empty((len(view.point), len(self.names)))
        for position, name in enumerate(self.names):
            columns[:, position] = self._column(view, name)
        return columns

    def unseen(self, timeline: Timeline) -> list[str]:
        """Names of extras whose values were not seen in training; the matrix holds them as missing.

        An extra that the model does not know at all is refused.
        """
        found = timeline.events["enrollments"].columns | timeline.facts
        unknown = sorted(
            name for name in found if name.startswith(EXTRA_PREFIX) and name not in self.known_extras | {*self.left_out}
        )
        if unknown:
            raise DataError(
                f"expected extras among {', '.join(sorted(self.known_extras)) or 'none'}; got {len(unknown)} not among "
                "them; remove what the model does not know, or train with it"
            )
        return [
            name
            for name in sorted(self.known_extras & set(found))
            if not _all_known(found[name], self.categories.get(name))
        ]

    def unused(self, timeline: Timeline) -> list[str]:
        """Names of extras that were sent and that the run left out of its models."""
        found = timeline.events["enrollments"].columns | timeline.facts
        return [name for name in self.left_out if name in found]

    @cached_property
    def known_extras(self) -> frozenset[str]:
        """Every extra that may be sent: those used, and the stated interests where they are used."""
        fields = self.categories["field"] if "stated_interest" in self.names else ()
        return frozenset(self.extras) | {INTEREST + field for field in fields}

    def _column(self, view: PairView, name: str) -> Floats:
        if name in self.extras:
            return view.of_learner(self._encoded(name, _extra(view.learner, name, self.extras[name])))
        feature: Feature = DECLARED[name]
        if feature.scope == "learner":
            return view.of_learner(self._encoded(name, feature.compute(view.learner)))
        if feature.scope == "credential":
            return view.of_candidate(self._encoded(name, feature.compute(view.learner.catalogue)))
        return feature.compute(view)

    def _encoded(self, name: str, values: Array) -> Floats:
        if name not in self.categories:
            return values
        positions = {value: float(position) for position, value in enumerate(self.categories[name])}
        return np.array([positions.get(value, np.nan) for value in values], dtype=float)


def _extra(view: LearnerView, name: str, kind: str) -> Array:
    if name in view.timeline.facts:
        values = view.fact(name)
    elif name in view.timeline.events["enrollments"].columns:
        values = view.terms.last(name)
    else:
        values = np.full(len(view.points), None, dtype=object)
    return values if kind == "category" else numbers(values)


def _all_known(values: Array, vocabulary: tuple[str, ...] | None) -> bool:
    if vocabulary is None:
        return not any(isinstance(value, str) for value in values)
    return {value for value in values if value is not None and value == value} <= set(vocabulary)  # noqa: PLR0124 - nan


def _check_names(extras: Iterable[str]) -> None:
    wrong = [name for name in extras if not name.isidentifier()]
    if wrong:
        raise DataError(
            f"expected names of extras made of letters, digits and _, which a model's text can hold; got "
            f"{', '.join(map(repr, wrong))}; rename them"
        )


def _vocabulary(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value is not None}))
