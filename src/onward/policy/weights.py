"""What matters to a learner besides pay: weights that a learner may set, turned into the same dollars as the score."""

from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from onward.catalog.catalogue import Catalogue
from onward.data.learner import StrictModel
from onward.history.features import goal_field
from onward.history.views import LearnerView
from onward.policy.prospects import Floats

Weight = Annotated[float, Field(ge=0, le=10)]


class Weights(StrictModel):
    """How much each thing counts, from 0 (not at all) to 10; by default pay alone, with 1.

    One unit of any of them weighs as much as one unit of pay: a spread (standard deviation over the catalogue) more
    pay, fewer weeks or a lower price; a credential that fits the hours, or the stated field, against one that does not.
    Weeks and price are what is left of them for the learner.
    """

    pay: Weight = Field(1.0, description="what the credential returns, by how likely it is to be completed")
    time: Weight = Field(0.0, description="fewer weeks left")
    cost: Weight = Field(0.0, description="a lower net price left to pay")
    schedule: Weight = Field(0.0, description="hours a week that fit those the learner has")
    field: Weight = Field(0.0, description="the field the learner wants")

    @model_validator(mode="after")
    def _count_something(self) -> "Weights":
        if not any((self.pay, self.time, self.cost, self.schedule, self.field)):
            raise ValueError("expected a weight above 0; with none nothing is better than anything else")
        return self

    def apply(self, scores: Floats, view: LearnerView) -> Floats:
        """Weighted scores, shape (n, c), in dollars; with the default they are ``scores``, unchanged."""
        if self == Weights():
            return scores
        catalogue = view.catalogue
        dollars = float(np.std(catalogue.value)) or 1.0
        shorter = -_spreads(catalogue, "weeks", view.remaining.weeks)
        cheaper = -_spreads(catalogue, "net_price", view.remaining.price)
        added = self.time * shorter + self.cost * cheaper
        added = added + self.schedule * fits_hours(view) + self.field * in_goal(view)
        return np.asarray(self.pay * scores + dollars * added)


def in_goal(view: LearnerView) -> Floats:
    """1 where a candidate is in the field the learner states, shape (n, c); 0 everywhere where none is stated."""
    stated = goal_field(view)
    return np.asarray(stated[:, None] == view.catalogue.field[None, :], dtype=float)


def fits_hours(view: LearnerView) -> Floats:
    """1 where a candidate's hours a week are within the learner's, 0.5 where either is unknown, shape (n, c)."""
    spare = view.fact("hours_per_week")[:, None] - view.catalogue.numbers("hours_per_week")[None, :]
    return np.where(np.isnan(spare), 0.5, (spare >= 0).astype(float))


def _spreads(catalogue: Catalogue, name: str, left: Floats) -> Floats:
    """What is left, (n, c), in standard deviations above the column's mean; what is unknown counts as the mean."""
    column = catalogue.numbers(name)
    if np.isnan(column).all() or not np.nanstd(column):
        return np.zeros(left.shape)
    return np.asarray(np.nan_to_num((left - np.nanmean(column)) / np.nanstd(column)))
