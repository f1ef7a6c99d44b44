"""What an audit will judge, said before any result is seen."""

from dataclasses import dataclass

from onward.audit.groups import GENDER, RACE
from onward.errors import SettingsError


@dataclass(frozen=True)
class AuditPlan:
    """The rules of one audit, fixed before results and printed in words in the report.

    ``limit`` is in dollars a year of mean recommended value. ``family_minimum`` is the smallest group that is judged;
    smaller ones get a case review. ``control_words`` says what the strata hold. ``about`` says what was audited, as
    pairs of label and text: run, bundle, data, constraint. ``caution`` is what a reader must know before
    the verdict. ``second_opinion`` says that probabilities of completing come from models that had no part in choosing.

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
    attributes: tuple[str, ...] = (RACE, GENDER)
    judged: str = "onward"
    compared_with: str = "history"
    price_share: float = 0.4
    control_words: str = "preparation and goal"
    notes: tuple[str, ...] = ()
    about: tuple[tuple[str, str], ...] = ()
    caution: str = ""
    second_opinion: bool = False

    def __post_init__(self) -> None:
        if not self.limit > 0:
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
        if not self.attributes or set(self.attributes) - {RACE, GENDER}:
            raise SettingsError(f"attributes is {self.attributes}; choose from {RACE} and {GENDER}")
        if self.judged == self.compared_with:
            raise SettingsError(f"judged and compared_with are both {self.judged}; name two sources")
