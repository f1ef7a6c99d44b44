"""Which credentials are open to a learner, within the limits the learner sets, and what would open the rest."""

from datetime import date
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from onward.catalog.catalogue import Catalogue
from onward.data.learner import StrictModel
from onward.history.known import Standing

Bools = npt.NDArray[np.bool_]


class Limits(StrictModel):
    """What the learner will not go beyond. A limit is hard; a fact unknown about a credential breaks none."""

    weeks_at_most: float | None = Field(None, gt=0, description="longest credential, in weeks")
    price_at_most: float | None = Field(None, ge=0, description="highest net price, in dollars")
    hours_per_week_at_most: float | None = Field(None, gt=0, le=112, description="most hours a week")
    fields: tuple[Annotated[str, Field(pattern=r"^\d{2}$")], ...] = Field(
        (), max_length=60, description="two-digit CIP fields; none given means any"
    )
    schedules: tuple[Literal["day", "evening", "weekend", "any"], ...] = Field(
        (), max_length=4, description="day, evening, weekend; none given means any"
    )
    modalities: tuple[Literal["in_person", "online", "hybrid"], ...] = Field(
        (), max_length=3, description="in_person, online, hybrid; none given means any"
    )
    starts_by: date | None = Field(None, description="latest start")

    def allow(self, catalogue: Catalogue) -> Bools:
        """Which credentials of the catalogue are within the limits, shape (c,)."""
        at_most = {
            "weeks": self.weeks_at_most,
            "net_price": self.price_at_most,
            "hours_per_week": self.hours_per_week_at_most,
        }
        allowed = np.ones(len(catalogue), dtype=bool)
        for name, limit in at_most.items():
            if limit is not None:
                allowed &= ~(catalogue.numbers(name) > limit)
        if self.fields:
            allowed &= np.isin(catalogue.field.astype(str), self.fields)
        allowed &= _among(catalogue, "schedule", (*self.schedules, "any") if self.schedules else ())
        allowed &= _among(catalogue, "modality", self.modalities)
        if self.starts_by is not None:
            allowed &= ~(catalogue.credentials["starts_on"].to_numpy("datetime64[D]") > np.datetime64(self.starts_by))
        return allowed


def _among(catalogue: Catalogue, name: str, wanted: tuple[str, ...]) -> Bools:
    if not wanted:
        return np.ones(len(catalogue), dtype=bool)
    column = catalogue.credentials[name]
    return np.asarray((column.isin(wanted) | column.isna()).to_numpy(), dtype=bool)


def eligible(standing: Standing, catalogue: Catalogue) -> Bools:
    """Which credentials are open, shape (n, c): not held, not under way, and every requirement held."""
    lacking = (~standing.held).astype(float) @ catalogue.pathways.requires.T.astype(float)
    open_to: Bools = ~standing.held & ~standing.current & (lacking == 0.0)
    return open_to


def missing_requirements(held: Bools, catalogue: Catalogue) -> Bools:
    """What one learner, who holds ``held`` of shape (c,), lacks: ``[t, f]`` says that f is still required for t."""
    return np.asarray(catalogue.pathways.requires & ~held[None, :], dtype=bool)
