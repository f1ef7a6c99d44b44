"""Which credentials are open to a learner, within the limits the learner sets, and what would open the rest."""

from datetime import date
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from onward.catalog.catalogue import Catalogue
from onward.data.learner import StrictModel
from onward.data.tables import MODALITIES, SCHEDULES
from onward.history.known import Standing
from onward.history.views import LearnerView
from onward.policy.bounds import Bounds

Bools = npt.NDArray[np.bool_]


class Limits(StrictModel):
    """What the learner will not go beyond. A limit is hard; a fact unknown about a credential breaks none.

    Weeks and cost are what remains for the learner once credit is recognised, not those of the whole credential.
    """

    max_weeks: float | None = Field(None, gt=0, description="most weeks still to go")
    max_cost: float | None = Field(None, ge=0, description="highest net price still to pay, in dollars")
    max_hours_per_week: float | None = Field(None, gt=0, le=112, description="most hours a week")
    modality: tuple[Literal["in_person", "online", "hybrid"], ...] = Field(
        (), max_length=3, description="ways of teaching that suit: in_person, online, hybrid; none given means any"
    )
    schedule: tuple[Literal["day", "evening", "weekend", "any"], ...] = Field(
        (), max_length=4, description="times that suit: day, evening, weekend; none given, or any alone, means any"
    )
    must_stack: bool = Field(False, description="true for only what leads on to a further credential")
    fields: tuple[Annotated[str, Field(pattern=r"^\d{2}$")], ...] = Field(
        (), max_length=60, description="two-digit CIP fields; none given means any"
    )
    starts_by: date | None = Field(None, description="latest start")

    def allow(self, view: LearnerView) -> Bools:
        """Which candidates are within the limits for each learner of ``view``, shape (n, c)."""
        allowed = self._bounds(len(view.points)).allow(view)
        if self.fields:
            allowed &= np.isin(view.catalogue.field.astype(str), self.fields)[None, :]
        if self.starts_by is not None:
            starts = view.catalogue.credentials["starts_on"].to_numpy("datetime64[D]")
            allowed &= ~(starts > np.datetime64(self.starts_by))[None, :]
        return allowed

    def hold(self, *, weeks: float, cost: float) -> bool:
        """Whether so many weeks and dollars still to go are within the limits; nan is not known and breaks none.

        >>> Limits(max_weeks=20).hold(weeks=30.0, cost=0.0), Limits(max_weeks=20).hold(weeks=15.0, cost=float("nan"))
        (False, True)
        """
        most = ((weeks, self.max_weeks), (cost, self.max_cost))
        return not any(limit is not None and left > limit for left, limit in most)

    def _bounds(self, learners: int) -> Bounds:
        """The limits of so many learners who all set these."""
        most = (np.nan if most is None else most for most in (self.max_weeks, self.max_cost, self.max_hours_per_week))
        weeks, cost, hours = (np.full(learners, float(limit)) for limit in most)
        modality, schedule = (
            np.tile([value in wanted for value in values], (learners, 1))
            for values, wanted in ((MODALITIES, self.modality), (SCHEDULES, self.schedule))
        )
        return Bounds(weeks, cost, hours, modality, schedule, np.full(learners, self.must_stack))


def eligible(standing: Standing, catalogue: Catalogue) -> Bools:
    """Which credentials are open, shape (n, c): not held, not under way, and every requirement held."""
    lacking = (~standing.held).astype(float) @ catalogue.pathways.requires.T.astype(float)
    open_to: Bools = ~standing.held & ~standing.current & (lacking == 0.0)
    return open_to


def missing_requirements(held: Bools, catalogue: Catalogue) -> Bools:
    """What one learner, who holds ``held`` of shape (c,), lacks: ``[t, f]`` says that f is still required for t."""
    return np.asarray(catalogue.pathways.requires & ~held[None, :], dtype=bool)
