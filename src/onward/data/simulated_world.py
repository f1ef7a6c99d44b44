"""The knobs of the made-up state system, and the strengths that stay fixed."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from onward.errors import SettingsError

COHORT_MONTHS = 6
"""A cohort enters every half year."""
TERM_WEEKS = 26.0
STRETCH = (0.92, 1.25)
"""How long a completed attempt takes, as a share of its planned weeks: uniform between these."""
HIGH_VALUE = 20_000.0
"""Dollars a year above high school from which a credential is one of high value."""
BARRIER_RACE, BARRIER_GENDER = 1.0, 0.5
"""How much of the barrier minoritised learners and women meet; who is both meets the sum."""
PREPARATION_GAP = 0.3
"""How much lower minoritised learners' preparation is on average, in standard deviations."""


@dataclass(frozen=True)
class World:
    """The knobs of a made-up state system.

    learners: how many enter. cohorts: entry dates, half a year apart from first_entry. data_through: last date known.
    steering_race, steering_gender: how strongly past advice kept minoritised learners and women from well-paid
    credentials, as multipliers of the penalty on z(value) in their choice; 0 is none.
    barrier: how much lower, on the probit scale, affected groups' completion of high-value credentials is.
    signal_noise: sd of what is recorded around latent preparation and interest, whose sd is 1; 0 hides nothing.
    overlap: temperature of choice; larger is more overlap.
    limits: share of learners who set limits on what they can be advised; choices and outcomes do not depend on it.

    >>> World(barrier=-1)
    Traceback (most recent call last):
        ...
    onward.errors.SettingsError: barrier: expected a number of at least 0, came -1; set it to 0 or more
    """

    learners: int = 10_000
    first_entry: str = "2012-09-01"
    cohorts: int = 20
    data_through: str = "2024-12-31"
    steering_race: float = 1.0
    steering_gender: float = 0.7
    barrier: float = 0.0
    signal_noise: float = 0.6
    overlap: float = 1.0
    limits: float = 0.0

    def __post_init__(self) -> None:
        for entry in fields(self):
            self._check_number(entry.name, getattr(self, entry.name))
        last = _day("data_through", self.data_through)
        if self.entry_days[-1] > last:
            raise SettingsError(
                f"data_through: expected a date on or after the last cohort's entry, {self.entry_days[-1]}, "
                f"came {last}; set it later, or lower cohorts"
            )

    @property
    def through(self) -> np.datetime64:
        """The last date known."""
        return _day("data_through", self.data_through)

    @property
    def entry_days(self) -> npt.NDArray[np.datetime64]:
        """The entry date of each cohort."""
        first = _day("first_entry", self.first_entry)
        months = first.astype("datetime64[M]") + np.arange(self.cohorts) * COHORT_MONTHS
        into_month = first - first.astype("datetime64[M]").astype("datetime64[D]")
        days: npt.NDArray[np.datetime64] = months.astype("datetime64[D]") + into_month
        return days

    def _check_number(self, name: str, value: object) -> None:
        if name in {"first_entry", "data_through"}:
            return
        if name in {"learners", "cohorts"}:
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise SettingsError(
                    f"{name}: expected a whole number of at least 1, came {value!r}; set it to 1 or more"
                )
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < np.inf:
            raise SettingsError(f"{name}: expected a number of at least 0, came {value!r}; set it to 0 or more")
        elif name == "limits" and value > 0.5:
            raise SettingsError(f"limits: expected a share from 0 to 0.5, came {value!r}; set it there")
        elif name == "overlap" and value == 0:
            raise SettingsError("overlap: expected a number above 0, came 0; set it to 1 for the usual overlap")


def _day(name: str, text: str) -> np.datetime64:
    try:
        return np.datetime64(text, "D")
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{name}: expected a date as YYYY-MM-DD, came {text!r}; write it so") from error
