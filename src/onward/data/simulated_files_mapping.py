"""The mapping file that reads the files of a made-up state system back, as a college would write it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from onward.data.columns import EXTRA_PREFIX
from onward.data.simulated_files_own import CREDENTIAL, STAGES, STUDENT, heading, intake_columns
from onward.data.simulated_files_people import opeid
from onward.data.tables import EXPERIENCES, Tables

LEFT_AFTER_DAYS = 90
"""In the made-up system nobody pauses: terms follow each other, and who stops stays away for at least 120 days."""


@dataclass(frozen=True)
class Written:
    """The files that were written, and what the mapping must know of them."""

    cohort: Sequence[str]
    course: Sequence[str]
    institutions: Sequence[str]
    schedule: Sequence[str]
    limits: bool


def mapping_text(tables: Tables, written: Written, through: date) -> str:
    """Return the TOML of the mapping.

    >>> files = Written(["a.csv"], ["b.csv"], ["college-01"], [], limits=False)
    >>> mapping_text(Tables(), files, date(2024, 12, 31)).splitlines()[1]
    '[pdp]'
    """
    lines = [
        "# The files of a made-up state system, as its colleges would send them.",
        *_pdp(written, through),
        *_own_tables(tables, written),
    ]
    return "\n".join(lines) + "\n"


def _pdp(written: Written, through: date) -> Iterator[str]:
    yield "[pdp]"
    yield f"cohort = {_listed(written.cohort)}"
    yield f"course = {_listed(written.course)}"
    yield f"data_through = {through.isoformat()}"
    yield f"left_after_days = {LEFT_AFTER_DAYS}"
    yield "extras = []"
    yield "[pdp.institutions]"
    yield from (f'{opeid(place)} = "{name}"' for place, name in enumerate(written.institutions))
    yield ""
    yield "[ctdl]"
    yield 'files = ["catalogue.jsonld"]'


def _own_tables(tables: Tables, written: Written) -> Iterator[str]:
    learners, demographics = intake_columns(tables)
    yield from _table("learners", "intake.csv", {"learner_id": STUDENT}, learners, tables.learners)
    yield from _table("demographics", "intake.csv", {"learner_id": STUDENT}, demographics, tables.demographics)
    ids = {"learner_id": STUDENT, "credential_id": CREDENTIAL}
    issued = {"awarded_on": "AwardDate", "issuer": "Issuer"}
    yield from _table("awards", "awards.csv", ids | issued, [], tables.awards)
    work = [name for name in EXPERIENCES.names if name != "learner_id"]
    yield from _table("experiences", "work_based_learning.csv", {"learner_id": STUDENT}, work, tables.experiences)
    yield from _table("offers", "outreach.csv", ids | {"channel": "Channel"}, [], tables.offers)
    yield from _stages()
    schedule = {"credential_id": CREDENTIAL}
    yield from _table("credentials", "schedule.csv", schedule, written.schedule, tables.credentials)
    values = [name for name in tables.values if name != "credential_id"]
    yield from _table("values", "values.csv", {"credential_id": "CredentialId"}, values, tables.values)
    if written.limits:
        yield from ("", "[tables.limits]", 'file = "limits.csv"')


def _table(table: str, file: str, named: dict[str, str], others: Sequence[str], frame: pd.DataFrame) -> Iterator[str]:
    yield from ("", f"[tables.{table}]", f'file = "{file}"', f"[tables.{table}.columns]")
    for name, column in (named | {name: heading(name) for name in others}).items():
        yield f"{name} = {_rule(name, column, frame)}"


def _rule(name: str, column: str, frame: pd.DataFrame) -> str:
    if name in frame and pd.api.types.is_datetime64_any_dtype(frame[name]):
        return f'{{ column = "{column}", date_format = "%m/%d/%Y" }}'
    if not name.startswith(EXTRA_PREFIX):
        return f'"{column}"'
    number = pd.api.types.is_numeric_dtype(frame[name])
    return f'{{ column = "{column}", type = "{"number" if number else "category"}" }}'


def _stages() -> Iterator[str]:
    for stage, column in STAGES.items():
        yield from ("", "[[tables.offers.unpivot]]", f'only = {{ column = "{column}", not_equals = [""] }}')
        yield "[tables.offers.unpivot.columns]"
        yield f'stage = {{ constant = "{stage}" }}'
        yield f'on_date = {{ column = "{column}", date_format = "%m/%d/%Y" }}'


def _listed(names: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
