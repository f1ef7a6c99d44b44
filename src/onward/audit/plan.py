"""What an audit will judge, said before any result is seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from onward.audit.groups import GENDER, RACE, REPORTED, Reporting
from onward.errors import SettingsError


@dataclass(frozen=True)
class AuditPlan:
    """The rules of one audit, fixed before results and printed in words in the report.

    ``limit`` is in dollars a year of mean recommended value, either way. ``attributes`` are those whose groups are
    judged (and crossed), ``further`` are shown; None stands for every other column of demographics. ``reference`` names
    the group that others of an attribute are set against; where it names none, everyone else. A group is judged where
    it has ``family_minimum`` learners and, with a chance of ``power``, a true gap of zero would be shown inside the
    limit; smaller ones get a case review. ``family_wage`` is what a family lives on, dollars a year, in
    ``family_wage_words``; ``capacity`` is how many learners can be called. ``control_words`` says what the strata
    hold. ``about`` says what was audited, as pairs of label and text: run, bundle, data, constraint. ``caution`` is
    what a reader must know before the verdict. ``second_opinion`` says that probabilities of completing come from
    models that had no part in choosing. ``next_audit`` is when the next is due.

    >>> AuditPlan(limit=500.0).judged
    'onward'
    >>> AuditPlan(limit=0.0)
    Traceback (most recent call last):
    ...
    onward.errors.SettingsError: limit is 0.0; set it to a number of dollars above 0
    """

    limit: float = 1_000.0
    minimum_cell: int = 10
    family_minimum: int = 100
    power: float = 0.5
    attributes: tuple[str, ...] = (RACE, GENDER)
    further: tuple[str, ...] | None = None
    reference: Mapping[str, str] = field(default_factory=dict)
    reporting: Reporting = "ipeds_1997"
    judged: str = "onward"
    compared_with: str = "history"
    price_share: float = 0.4
    family_wage: float | None = None
    family_wage_words: str = ""
    capacity: int | None = None
    control_words: str = "preparation and goal"
    notes: tuple[str, ...] = ()
    about: tuple[tuple[str, str], ...] = ()
    caution: str = ""
    second_opinion: bool = False
    next_audit: date | None = None

    def __post_init__(self) -> None:
        if not 0 < self.limit < float("inf"):
            raise SettingsError(f"limit is {self.limit}; set it to a number of dollars above 0")
        if self.minimum_cell < 2:
            raise SettingsError(
                f"minimum_cell is {self.minimum_cell}; set it to 2 or more, so that nobody stands alone"
            )
        if self.family_minimum < self.minimum_cell:
            raise SettingsError(
                f"family_minimum is {self.family_minimum}, below minimum_cell {self.minimum_cell}; a group too small "
                "to be shown cannot be judged"
            )
        if not 0 < self.power < 1:
            raise SettingsError(f"power is {self.power}; set it to a chance between 0 and 1")
        if not self.attributes or set(self.attributes) - {RACE, GENDER}:
            raise SettingsError(f"attributes is {self.attributes}; choose from {RACE} and {GENDER}")
        if self.judged == self.compared_with:
            raise SettingsError(f"judged and compared_with are both {self.judged}; name two sources")
        if self.reporting not in REPORTED:
            raise SettingsError(f"reporting is {self.reporting}; choose from {', '.join(REPORTED)}")
        stray = sorted(set(self.reference) - set(self.attributes))
        if stray:
            raise SettingsError(f"reference names {', '.join(stray)}; name attributes that are judged")
