"""One learner's rows as one nested record: the same type in Python, over HTTP and in a JSON line.

The record holds facts of a learner's studies and nothing sensitive; a sensitive field is refused by its name alone.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from onward.data.columns import EXTRA_PREFIX, Table
from onward.data.tables import ATTEMPTS, AWARDS, DEMOGRAPHICS, ENROLLMENTS, EXPERIENCES, LEARNERS

NEVER_SENT = frozenset(
    {name for name in DEMOGRAPHICS.names if name != "learner_id"}
    | {"age", "age_at_entry", "birth_date", "birthdate", "date_of_birth", "dob"}
    | {"race", "ethnicity", "sex", "gender_identity", "sexual_orientation", "religion", "nationality", "citizenship"}
    | {"name", "first_name", "last_name", "email", "phone", "address", "postcode", "zip", "zip_code", "ssn"}
)
"""Names of sensitive fields and direct identifiers that no request may hold."""
CODES = frozenset({"goal_cip", "cip", "soc"})
"""Columns that hold a CIP or SOC code."""
HIGHEST = 1e7
"""The highest number of a column that declares no bound of its own."""
Extra = Annotated[float, Field(ge=-HIGHEST, le=HIGHEST)] | str | bool | None
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def sensitive_names(names: Iterable[Any]) -> list[str]:
    """Those of ``names`` that are sensitive, one spelling of each, with or without the prefix of extras.

    >>> sensitive_names(["Gender", "x_pell", "GENDER", "prior_gpa"])
    ['GENDER', 'x_pell']
    """
    spelt = {name.lower(): name for name in sorted(map(str, names), reverse=True)}
    return sorted(name for low, name in spelt.items() if low.removeprefix(EXTRA_PREFIX) in NEVER_SENT)


def _described(table: Table, name: str) -> dict[str, Any]:
    column = table.column(name)
    described: dict[str, Any] = {"description": f"{column.meaning}; {column.expected}"}
    if column.values:
        described["json_schema_extra"] = {
            "enum": [*column.values, None] if not column.required else list(column.values)
        }
    if name in CODES:
        described["pattern"] = "^[0-9]{2,7}$"
    if column.kind in {"number", "integer"}:
        described["le"] = HIGHEST if column.high is None else column.high
    return described | ({"ge": column.low} if column.low is not None else {})


def _needed(table: Table, name: str) -> Any:  # noqa: ANN401 - pydantic's Field is typed Any on purpose
    return Field(**_described(table, name))


def _optional(table: Table, name: str) -> Any:  # noqa: ANN401 - the same
    return Field(default=None, **_described(table, name))


def _refuse_sensitive(names: Iterable[Any]) -> None:
    sensitive = sensitive_names(names)
    if sensitive:
        raise PydanticCustomError(
            "sensitive_field",
            "{fields} is sensitive and never an input; remove it. Advice does not use it",
            {"fields": ", ".join(sensitive)},
        )


def _is_day(value: Any) -> bool:  # noqa: ANN401 - whatever came over the wire
    if isinstance(value, str):
        return _DAY.fullmatch(value) is not None
    return isinstance(value, date) and not isinstance(value, datetime)


class StrictModel(BaseModel):
    """A model that refuses unknown fields, and sensitive ones by name; no message repeats a value.

    A date is YYYY-MM-DD, never a timestamp; a number is a number, never true, false or a text; a flag is true or false.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False, str_max_length=2_000
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_sensitive(cls, data: Any) -> Any:  # noqa: ANN401 - whatever came over the wire
        if isinstance(data, dict):
            _refuse_sensitive(data)
        return data

    @field_validator("*", mode="before")
    @classmethod
    def _of_its_kind(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - whatever came over the wire
        annotation = cls.model_fields[str(info.field_name)].annotation
        kinds = set(get_args(annotation)) or {annotation}
        if value is None:
            return value
        if date in kinds and not _is_day(value):
            raise PydanticCustomError("not_a_day", "expected a date as YYYY-MM-DD")
        if kinds & {float, int} and isinstance(value, (bool, str)):
            raise PydanticCustomError("not_a_number", "expected a number, without quotation marks")
        if bool in kinds and isinstance(value, (int, float, str)) and not isinstance(value, bool):
            raise PydanticCustomError("not_a_flag", "expected true or false, without quotation marks")
        return value


class _Row(StrictModel):
    table: ClassVar[Table]

    @field_validator("*", mode="after", check_fields=False)
    @classmethod
    def _allowed(cls, value: Any, info: Any) -> Any:  # noqa: ANN401 - any column's value
        if info.field_name in cls.table.names and value is not None:
            column = cls.table.column(info.field_name)
            if column.values and value not in column.values:
                raise PydanticCustomError("not_allowed", "expected {expected}", {"expected": column.expected})
        return value

    @model_validator(mode="after")
    def _in_order(self) -> "_Row":
        for before, after in self.table.in_order:
            first, last = getattr(self, before), getattr(self, after)
            if first is not None and last is not None and last < first:
                raise PydanticCustomError(
                    "out_of_order",
                    "expected {after} on or after {before}; correct whichever is wrong",
                    {"after": after, "before": before},
                )
        if self.table.ended_unless is not None:
            column, still_open, end = self.table.ended_unless
            if (getattr(self, column) == still_open) != (getattr(self, end) is None):
                raise PydanticCustomError(
                    "not_ended",
                    "expected {end} exactly where {column} is not {still_open}; correct whichever is wrong",
                    {"end": end, "column": column, "still_open": still_open},
                )
        return self


class _RowWithExtras(_Row):
    extras: dict[str, Extra] = Field(
        default_factory=dict,
        max_length=200,
        description=f"the institution's own columns, each name beginning with {EXTRA_PREFIX}",
    )

    @field_validator("extras", mode="before")
    @classmethod
    def _named_as_extras(cls, extras: Any) -> Any:  # noqa: ANN401 - whatever came over the wire
        if isinstance(extras, dict):
            _refuse_sensitive(extras)
            wrong = sum(not str(name).startswith(EXTRA_PREFIX) for name in extras)
            if wrong:
                raise PydanticCustomError(
                    "extra_name",
                    "expected names beginning with x_; rename the rest, {wrong} in all",
                    {"wrong": wrong},
                )
        return extras


class Enrollment(_RowWithExtras):
    """A term."""

    table = ENROLLMENTS
    institution_id: str = _needed(ENROLLMENTS, "institution_id")
    term_start: date = _needed(ENROLLMENTS, "term_start")
    term_end: date = _needed(ENROLLMENTS, "term_end")
    cip: str | None = _optional(ENROLLMENTS, "cip")
    credits_attempted: float | None = _optional(ENROLLMENTS, "credits_attempted")
    credits_earned: float | None = _optional(ENROLLMENTS, "credits_earned")
    gpa: float | None = _optional(ENROLLMENTS, "gpa")
    modality: str | None = _optional(ENROLLMENTS, "modality")


class Attempt(_Row):
    """A started credential."""

    table = ATTEMPTS
    credential_id: str = _needed(ATTEMPTS, "credential_id")
    started_on: date = _needed(ATTEMPTS, "started_on")
    ended_on: date | None = _optional(ATTEMPTS, "ended_on")
    status: str = _needed(ATTEMPTS, "status")


class Award(_Row):
    """An earned credential."""

    table = AWARDS
    credential_id: str = _needed(AWARDS, "credential_id")
    awarded_on: date = _needed(AWARDS, "awarded_on")
    issuer: str | None = _optional(AWARDS, "issuer")


class Experience(_Row):
    """A spell of work-based learning."""

    table = EXPERIENCES
    kind: str = _needed(EXPERIENCES, "kind")
    soc: str | None = _optional(EXPERIENCES, "soc")
    employer: str | None = _optional(EXPERIENCES, "employer")
    started_on: date = _needed(EXPERIENCES, "started_on")
    ended_on: date | None = _optional(EXPERIENCES, "ended_on")
    credits_recommended: float | None = _optional(EXPERIENCES, "credits_recommended")


class Learner(_RowWithExtras):
    """A learner: the facts of entry and all that has happened since.

    >>> Learner(learner_id="a1", entry_date="2024-09-02", prior_gpa=3.1).prior_gpa
    3.1
    >>> Learner(learner_id="a1", entry_date="2024-09-02", gender="woman")
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Learner
      gender is sensitive and never an input; remove it. Advice does not use it [type=sensitive_field]
    """

    table = LEARNERS
    learner_id: str = Field(min_length=1, max_length=200, description=LEARNERS.column("learner_id").meaning)
    entry_date: date = _needed(LEARNERS, "entry_date")
    prior_gpa: float | None = _optional(LEARNERS, "prior_gpa")
    math_ready: bool | None = _optional(LEARNERS, "math_ready")
    english_ready: bool | None = _optional(LEARNERS, "english_ready")
    goal_cip: str | None = _optional(LEARNERS, "goal_cip")
    goal_level: str | None = _optional(LEARNERS, "goal_level")
    employment: str | None = _optional(LEARNERS, "employment")
    hours_per_week: float | None = _optional(LEARNERS, "hours_per_week")
    enrollments: list[Enrollment] = Field(default_factory=list, max_length=200)
    attempts: list[Attempt] = Field(default_factory=list, max_length=200)
    awards: list[Award] = Field(default_factory=list, max_length=200)
    experiences: list[Experience] = Field(default_factory=list, max_length=200)


NESTED = {"enrollments": ENROLLMENTS, "attempts": ATTEMPTS, "awards": AWARDS, "experiences": EXPERIENCES}
"""The lists of a record, each with the table whose rows it holds."""
