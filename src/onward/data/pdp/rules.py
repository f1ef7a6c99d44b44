"""What a mapping file may say of PDP files: which they are, and the choices that no file makes."""

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from onward.data.strict import Strict

Term = Literal["FALL", "WINTER", "SPRING", "SUMMER"]
MonthDay = Annotated[str, StringConstraints(pattern=r"^(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])$")]
Opeid = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
Extra = Literal[
    "enrollment_type",
    "dual_and_summer_enrollment",
    "reading_placement",
    "gateway_math_status",
    "gateway_english_status",
    "first_gen",
    "naspa_first_generation",
    "military_status",
    "incarcerated_status",
]
"""What may become an extra: nothing that derives from what came later, no free text, no code of unread meaning."""
TERM_STARTS: dict[Term, str] = {"FALL": "08-25", "WINTER": "01-02", "SPRING": "01-15", "SUMMER": "06-01"}
TERM_ENDS: dict[Term, str] = {"FALL": "12-15", "WINTER": "01-14", "SPRING": "05-15", "SUMMER": "08-10"}


class PdpRules(Strict):
    """Cohort and course files of the Postsecondary Data Partnership, of one institution or of several.

    >>> rules = PdpRules(cohort=("cohort.csv",), term_starts={"FALL": "09-01"})
    >>> rules.starts["FALL"], rules.starts["SPRING"]
    ('09-01', '01-15')
    """

    cohort: tuple[str, ...] = Field(min_length=1, description="cohort files in the data folder")
    course: tuple[str, ...] = Field(
        default=(), description="course files in the data folder; without any, terms are the cohort files' years"
    )
    drop: tuple[str, ...] = Field(
        default=(), description="columns that are dropped before anything is looked at, such as names of people"
    )
    pre_cohort_courses: Literal["drop", "keep"] = Field(
        default="drop", description="what becomes of courses taken before the learner's cohort begins"
    )
    term_starts: dict[Term, MonthDay] = Field(
        default={},
        description="first day of a term as MM-DD where the files have no day; FALL 08-25, WINTER 01-02 (a session in "
        "January), SPRING 01-15 and SUMMER 06-01 if not stated",
    )
    term_ends: dict[Term, MonthDay] = Field(
        default={},
        description="last day of a term as MM-DD where the files have no day; FALL 12-15, WINTER 01-14, SPRING 05-15 "
        "and SUMMER 08-10 if not stated",
    )
    left_after_days: int = Field(
        default=365,
        ge=1,
        description="a learner without a course for more than so many days has left the program; a later course in it "
        "starts it again",
    )
    award_within_days: int = Field(
        default=180, ge=0, description="an award belongs to courses that ended at most so many days before it"
    )
    data_through: date | None = Field(
        default=None,
        description="last day that the files tell of; if not stated, for each institution the last day of a term with "
        "grades",
    )
    institutions: dict[Opeid, str] = Field(
        default={}, description="what an institution is called in the tables, by its OPEID of eight digits"
    )
    extras: tuple[Extra, ...] = Field(
        default=(
            "enrollment_type",
            "dual_and_summer_enrollment",
            "reading_placement",
            "first_gen",
            "naspa_first_generation",
            "military_status",
            "incarcerated_status",
        ),
        description="columns of the cohort file that become extras, of learners or, where sensitive, of demographics; "
        "gateway status may be named where it is known at entry",
    )

    @property
    def starts(self) -> dict[Term, str]:
        """First day of every term as MM-DD, stated or usual."""
        return TERM_STARTS | self.term_starts

    @property
    def ends(self) -> dict[Term, str]:
        """Last day of every term as MM-DD, stated or usual."""
        return TERM_ENDS | self.term_ends


SENSITIVE_EXTRAS: frozenset[str] = frozenset(get_args(Extra)[5:])
"""Extras that stand in demographics."""
