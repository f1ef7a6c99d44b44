"""What PDP and CTDL have no place for, as files of a college's own layouts: intake, awards, outreach, and the rest."""

from pathlib import Path

import pandas as pd

from onward.data.columns import EXTRA_PREFIX
from onward.data.simulated_files_people import race_told
from onward.data.tables import OFFERS, Tables

STUDENT, CREDENTIAL = "StudentID", "CTID"
US_DAY = "%m/%d/%Y"
STAGES = {stage: f"{stage.title()}On" for stage in OFFERS.column("stage").values}
LEARNERS_TOLD = ("learner_id", "entry_date", "math_ready", "english_ready")
"""Columns of learners that PDP files tell."""
DEMOGRAPHICS_TOLD = ("learner_id", "gender", "disability", "first_generation", "pell", "part_time")
"""Columns of demographics that PDP files tell."""
CREDENTIALS_UNTOLD = (
    "net_price",
    "partners",
    "hours_per_week",
    "starts_on",
    "seats",
    "median_debt",
    "workforce_pell_approved",
    "workforce_pell_list_date",
)
"""Columns of credentials that CTDL has no place for."""
VALUES_TOLD = ("median_earnings", "n", "horizon_years", "basis", "source", "year", "low", "high")
"""Columns of values that CTDL tells of published figures."""


def heading(column: str) -> str:
    """Return what a college might call a column.

    >>> heading("hours_per_week"), heading("x_interest_51")
    ('HoursPerWeek', 'Interest51')
    """
    return "".join(word[:1].upper() + word[1:] for word in column.removeprefix(EXTRA_PREFIX).split("_"))


def intake_columns(tables: Tables) -> tuple[list[str], list[str]]:
    """Return the columns of learners and of demographics that stand in the intake file."""
    learners = [name for name in tables.learners if name not in LEARNERS_TOLD and tables.learners[name].notna().any()]
    people = tables.demographics
    return learners, [name for name in people if name not in DEMOGRAPHICS_TOLD and people[name].notna().any()]


def write_intake(tables: Tables, path: Path) -> None:
    """Write what a college asks at intake; races only where PDP cannot tell them all."""
    learners, demographics = intake_columns(tables)
    people = tables.demographics.set_index("learner_id").reindex(tables.learners["learner_id"]).reset_index(drop=True)
    races = people["race_ethnicity"]
    people = people.assign(race_ethnicity=races.where(races != race_told(races)))
    frame = pd.concat([tables.learners[["learner_id", *learners]], people[demographics]], axis=1)
    frame = frame.rename(columns={name: heading(name) for name in frame} | {"learner_id": STUDENT})
    _write(frame, path)


def write_awards(tables: Tables, path: Path) -> None:
    """Write a row for each award: who, what, when, and by whom."""
    named = {"learner_id": STUDENT, "credential_id": CREDENTIAL, "awarded_on": "AwardDate", "issuer": "Issuer"}
    _write(tables.awards[list(named)].rename(columns=named), path)


def write_outreach(tables: Tables, path: Path) -> None:
    """Write a row for each offer, with a day for each stage it went through."""
    offers = tables.offers.reset_index(drop=True)
    keys = ["learner_id", "credential_id", "channel"]
    place = offers["stage"].map({stage: number for number, stage in enumerate(STAGES)})
    offers = offers.assign(place=place).sort_values([*keys, "on_date", "place"], kind="stable")
    # An offer begins anew with each stage that is not later than the one before it.
    again = offers["place"] <= offers.groupby(keys, dropna=False)["place"].shift().fillna(-1)
    offers = offers.assign(offer=again.groupby([offers[name] for name in keys], dropna=False).cumsum())
    wide = offers.pivot_table("on_date", [*keys, "offer"], "stage", aggfunc="first").reset_index()
    wide = wide.rename(columns={"learner_id": STUDENT, "credential_id": CREDENTIAL, "channel": "Channel", **STAGES})
    columns = [STUDENT, CREDENTIAL, "Channel", *STAGES.values()]
    _write(wide.reindex(columns=columns), path)


def write_work(tables: Tables, path: Path) -> None:
    """Write a row for each spell of work-based learning."""
    frame = tables.experiences
    _write(frame.rename(columns={name: heading(name) for name in frame} | {"learner_id": STUDENT}), path)


def write_schedule(tables: Tables, path: Path) -> list[str]:
    """Write what CTDL has no place for, and return which columns there are."""
    names = [name for name in CREDENTIALS_UNTOLD if tables.credentials[name].notna().any()]
    frame = tables.credentials[["credential_id", *names]]
    _write(frame.rename(columns={name: heading(name) for name in names} | {"credential_id": CREDENTIAL}), path)
    return names


def write_values(tables: Tables, path: Path) -> None:
    """Write the values that are not published figures, and of those that are what CTDL has no place for."""
    published = tables.values["basis"] == "published"
    frame = tables.values.assign(**{name: tables.values[name].mask(published) for name in VALUES_TOLD})
    _write(frame.rename(columns={name: heading(name) for name in frame}), path)


def _write(frame: pd.DataFrame, path: Path) -> None:
    days = frame.select_dtypes("datetime")
    texts = {name: days[name].dt.strftime(US_DAY) for name in days}
    frame.assign(**texts).to_csv(path, index=False)
