"""The canonical tables: the one place where column names are born.

A table is declared once, as data. The frames' checks, the record of one learner, the data dictionary and the
service's schema are all read from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import pandas as pd

from onward.data.columns import DIGITS, EXTRA_PREFIX, Column, Table
from onward.errors import DataError

LEVELS = ("20", "21", "1", "2", "3", "4", "5", "6", "7", "8", "17", "18", "19")
"""IPEDS award levels: 20 certificate under 12 weeks, 21 of 12 weeks to a year, 1 under a year (before 2019-20),
2 of one to two years, 3 associate, 4 certificate of two to four years, 5 bachelor's, 6 post-baccalaureate certificate,
7 master's, 8 post-master's certificate, 17 to 19 doctor's."""
RUNGS = {"20": 1, "21": 2, "1": 2, "2": 3, "4": 4, "3": 5, "5": 6, "6": 7, "7": 8, "8": 9, "17": 10, "18": 10, "19": 10}
"""The award levels in the order in which they stack; the codes themselves are not in order."""

RACES = (
    "american_indian_or_alaska_native",
    "asian",
    "black",
    "hispanic",
    "middle_eastern_or_north_african",
    "native_hawaiian_or_pacific_islander",
    "white",
    "two_or_more",
    "nonresident",
    "unknown",
)
GENDERS = ("woman", "man", "nonbinary_or_other", "declined", "unknown")
KINDS = (
    "Badge",
    "MicroCredential",
    "Certificate",
    "CertificateOfCompletion",
    "Certification",
    "License",
    "ApprenticeshipCertificate",
    "AssociateDegree",
    "BachelorDegree",
    "MasterDegree",
    "DoctoralDegree",
)
FUNDING = ("pell", "wioa", "perkins", "employer", "gi_bill", "state_grant")
"""What may pay for a credential. ``wioa``: on the state's list of eligible training; Workforce Pell is apart."""
MODALITIES = ("in_person", "online", "hybrid")
SCHEDULES = ("day", "evening", "weekend", "any")
STATUSES = ("completed", "stopped", "transferred", "in_progress")


def _id(name: str, meaning: str, *, references: str = "", required: bool = True) -> Column:
    return Column(name, "id", meaning, required=required, references=references)


_LEARNER = _id(
    "learner_id", "the learner's pseudonym; never a name or a number issued by a government", references="learners"
)
_CREDENTIAL = _id("credential_id", "the credential", references="credentials")
_PERKINS = (
    ("single_parent", "a single parent, pregnant women included"),
    ("out_of_workforce", "out of the workforce"),
    ("english_learner", "learning English"),
    ("homeless", "homeless"),
    ("foster_youth", "in, or aged out of, foster care"),
    ("military_parent", "has a parent on active duty"),
    ("non_traditional_field", "preparing for a field that is non-traditional for their gender"),
    ("economically_disadvantaged", "economically disadvantaged"),
)

LEARNERS = Table(
    "learners",
    "a learner",
    (
        _id("learner_id", "the learner's pseudonym; never a name or a number issued by a government"),
        Column("entry_date", "date", "first day at the institution", required=True),
        Column("age_at_entry", "number", "age in years on the entry date", low=10, high=110),
        Column("prior_gpa", "number", "grade before entry, on one scale for the whole file", low=0),
        Column("math_ready", "flag", "placed into college-level mathematics"),
        Column("english_ready", "flag", "placed into college-level English"),
        Column("goal_cip", "category", "field the learner says they want: CIP code", pattern=DIGITS),
        Column("goal_level", "category", "award level the learner says they want", values=LEVELS),
        Column("employment", "category", "work at entry", values=("none", "part_time", "full_time")),
        Column("hours_per_week", "number", "hours a week the learner can study", low=0, high=112),
    ),
    ("learner_id",),
    required=True,
)
DEMOGRAPHICS = Table(
    "demographics",
    "a learner",
    (
        _LEARNER,
        Column("race_ethnicity", "text", "every selection the learner made", joined=RACES),
        Column("gender", "category", "gender as the learner states it", values=GENDERS),
        Column("gender_imputed", "flag", "gender was filled in by someone other than the learner"),
        Column("age_band", "category", "age band as the institution reports it"),
        Column("disability", "flag", "reports a disability"),
        Column("first_generation", "flag", "first in the family to attend college"),
        Column("pell", "flag", "receives a Pell grant"),
        Column("part_time", "flag", "enrols part-time"),
        *(Column(name, "flag", f"Perkins special population: {meaning}") for name, meaning in _PERKINS),
    ),
    ("learner_id",),
)
ENROLLMENTS = Table(
    "enrollments",
    "a learner's term at an institution",
    (
        _LEARNER,
        _id("institution_id", "where the term was taken"),
        Column("term_start", "date", "first day of the term", required=True),
        Column("term_end", "date", "last day of the term", required=True),
        Column("cip", "category", "field studied: CIP code", pattern=DIGITS),
        Column("credits_attempted", "number", "credits attempted in the term", low=0),
        Column("credits_earned", "number", "credits earned in the term", low=0),
        Column("gpa", "number", "grade of the term, on one scale for the whole file", low=0),
        Column("modality", "category", "how the term was taught", values=MODALITIES),
    ),
    ("learner_id", "institution_id", "term_start"),
    in_order=(("term_start", "term_end"),),
)
ATTEMPTS = Table(
    "attempts",
    "a started credential",
    (
        _LEARNER,
        _CREDENTIAL,
        Column("started_on", "date", "day the learner started", required=True),
        Column("ended_on", "date", "day it was completed, stopped or left; missing while in progress"),
        Column("status", "category", "how it stands at the end of the data", required=True, values=STATUSES),
    ),
    ("learner_id", "credential_id", "started_on"),
    in_order=(("started_on", "ended_on"),),
    ended_unless=("status", "in_progress", "ended_on"),
)
AWARDS = Table(
    "awards",
    "an earned credential",
    (
        _LEARNER,
        _id("credential_id", "the credential; one from elsewhere may be absent from the catalogue"),
        Column("awarded_on", "date", "day it was awarded", required=True),
        Column("issuer", "text", "who awarded it"),
    ),
    ("learner_id", "credential_id", "awarded_on"),
)
COUNTED_AWARDS = replace(
    AWARDS, columns=(*AWARDS.columns, Column("count", "integer", "how many awards the row stands for", low=1))
)
"""Awards as an audit may be given them: rows of like awards, each with its count."""
EXPERIENCES = Table(
    "experiences",
    "a spell of work-based learning",
    (
        _LEARNER,
        Column(
            "kind",
            "category",
            "what it was",
            required=True,
            values=("job", "internship", "apprenticeship", "military", "volunteer"),
        ),
        Column("soc", "category", "occupation: SOC code", pattern=DIGITS),
        Column("employer", "text", "with whom"),
        Column("started_on", "date", "first day", required=True),
        Column("ended_on", "date", "last day; missing while it lasts"),
        Column("credits_recommended", "number", "credits an evaluator recommends for it", low=0),
    ),
    ("learner_id", "kind", "started_on"),
    in_order=(("started_on", "ended_on"),),
)
OFFERS = Table(
    "offers",
    "a step of outreach",
    (
        _LEARNER,
        _id("credential_id", "the credential offered", references="credentials", required=False),
        Column("experience", "text", "the work-based learning offered"),
        Column(
            "stage",
            "category",
            "how far it went",
            required=True,
            values=("eligible", "contacted", "applied", "offered", "enrolled"),
        ),
        Column("channel", "category", "through what it came"),
        Column("on_date", "date", "when", required=True),
    ),
    ("learner_id", "credential_id", "experience", "stage", "on_date"),
)
LIMITS = Table(
    "limits",
    "the limits a learner set",
    (
        _LEARNER,
        Column("max_weeks", "number", "most weeks still to go", low=0.1),
        Column("max_cost", "number", "highest net price still to pay, in dollars", low=0),
        Column("max_hours_per_week", "number", "most hours a week", low=0.1, high=112),
        Column("modality", "text", "ways of teaching the learner can take part in", joined=MODALITIES),
        Column("schedule", "text", "times the learner can take part at", joined=SCHEDULES),
        Column("must_stack", "flag", "only what leads on to a further credential"),
    ),
    ("learner_id",),
)
CREDENTIALS = Table(
    "credentials",
    "a catalogue entry",
    (
        _id("credential_id", "the credential; its CTID where there is one"),
        Column("name", "text", "what it is called", required=True),
        Column("kind", "category", "CTDL class", required=True, values=KINDS),
        Column("award_level", "category", "IPEDS award level", required=True, values=LEVELS),
        Column("cip", "category", "field: CIP code, six digits where known", required=True, pattern=DIGITS),
        Column("soc", "category", "occupation it leads to: SOC code", pattern=DIGITS),
        Column("credits", "number", "credits it takes", low=0),
        Column("clock_hours", "number", "clock hours it takes", low=0),
        Column("weeks", "number", "weeks it takes at the pace it is planned for", required=True, low=0.1),
        Column("net_price", "number", "what a learner pays for the whole of it, after grants, in dollars", low=0),
        Column("provider", "text", "who teaches it"),
        Column("partners", "text", "employers it is made with, joined by |"),
        Column("work_based", "flag", "learning takes place at work"),
        Column("noncredit", "flag", "taught outside credit"),
        Column("funding", "text", "what may pay for it", joined=FUNDING),
        Column("modality", "category", "how it is taught", values=MODALITIES),
        Column("schedule", "category", "when it is taught", values=SCHEDULES),
        Column("hours_per_week", "number", "hours a week it takes", low=0, high=112),
        Column("campus", "text", "where it is taught"),
        Column("starts_on", "date", "next start"),
        Column("seats", "integer", "places", low=0),
        Column("licence_conditions", "text", "what a licensing board asks besides"),
        _id(
            "provider_id",
            "the provider's id in published figures: IPEDS UNITID, six-digit OPEID, or that of a state's list",
            required=False,
        ),
        Column("median_debt", "number", "median debt of completers who borrowed for it, in dollars", low=0),
        Column("workforce_pell_approved", "flag", "approved for Workforce Pell by the list of the day beside it"),
        Column("workforce_pell_list_date", "date", "day of the list that says whether it is approved"),
    ),
    ("credential_id",),
    required=True,
)
PATHWAYS = Table(
    "pathways",
    "an edge between two credentials",
    (
        _id("from_id", "the credential that is held first", references="credentials"),
        _id("to_id", "the credential that it counts toward", references="credentials"),
        Column(
            "relation",
            "category",
            "to_id requires from_id; from_id leads to to_id; or from_id is recognised for credit in to_id",
            required=True,
            values=("requires", "leads_to", "recognised_for"),
        ),
        Column("credits_recognised", "number", "credits of to_id that from_id counts for", low=0),
    ),
    ("from_id", "to_id", "relation"),
)
VALUES = Table(
    "values",
    "what a credential returns a year",
    (
        _CREDENTIAL,
        Column(
            "median_earnings",
            "number",
            "median yearly earnings of completers in dollars; with basis occupation, a point of its wages",
            required=True,
            low=0,
        ),
        Column(
            "benchmark_earnings",
            "number",
            "median yearly earnings of high-school-only workers, in dollars; that of the state or nation where missing",
            low=0,
        ),
        Column("n", "number", "programs or completers behind the median", low=0),
        Column("horizon_years", "number", "years between completing and earning", low=0),
        Column(
            "basis",
            "category",
            "where it comes from",
            required=True,
            values=("published", "state_list", "occupation", "imputed"),
        ),
        Column("source", "text", "the publication"),
        Column("year", "integer", "year of the publication", low=1900, high=2100),
        Column(
            "low",
            "number",
            "lower quartile of the medians behind it; with basis occupation, the least the median may be, in dollars",
            low=0,
        ),
        Column(
            "high",
            "number",
            "upper quartile of the medians behind it; with basis occupation, the most the median may be, in dollars",
            low=0,
        ),
        Column(
            "goes_on", "number", "share of earlier completers who went on to complete what it leads to", low=0, high=1
        ),
        Column(
            "onward_value",
            "number",
            "dollars a year that going on added on average to what it returns itself, discounted",
            low=0,
        ),
        Column(
            "chosen_value",
            "number",
            "dollars a year that rank and are judged, where a run's settings choose another yardstick than earnings "
            "above the benchmark",
        ),
    ),
    ("credential_id",),
)
DECISIONS = Table(
    "decisions",
    "one rank of one advice",
    (
        _id("decision_id", "the advice"),
        _id("learner_id", "the learner advised"),
        Column("decided_on", "date", "as-of date of the advice", required=True),
        Column("rank", "integer", "1 is first", required=True, low=1),
        _id("credential_id", "what was advised"),
        Column("p_complete", "number", "probability of completing, as shown", low=0, high=1),
        Column("source", "category", "whose decision", required=True),
        Column("count", "integer", "how many learners the row stands for", low=1),
    ),
    ("source", "decision_id", "rank"),
)
SCORES = Table(
    "scores",
    "a persistence prediction",
    (
        _id("learner_id", "the learner"),
        Column("as_of", "date", "day of the prediction", required=True),
        _id("target", "the credential the learner is in", required=False),
        Column("probability", "number", "probability of persisting", required=True, low=0, high=1),
        Column("flagged", "flag", "was flagged for support"),
        Column("outcome", "flag", "persisted; missing until the whole window is in the data"),
    ),
    ("learner_id", "as_of"),
)
STRATA = Table(
    "strata",
    "a learner's stratum",
    (
        _id("learner_id", "the learner"),
        Column("stratum", "category", "combination of control features", required=True),
        Column("goal", "category", "what the learner states they want, of what the stratum holds"),
        Column("readiness", "category", "how the learner is prepared, of what the stratum holds"),
        Column("eligibility", "category", "what is open to the learner, in classes"),
    ),
    ("learner_id",),
)

INPUTS = (
    LEARNERS,
    DEMOGRAPHICS,
    ENROLLMENTS,
    ATTEMPTS,
    AWARDS,
    EXPERIENCES,
    OFFERS,
    LIMITS,
    CREDENTIALS,
    PATHWAYS,
    VALUES,
)
OUTPUTS = (DECISIONS, SCORES, STRATA)
BY_NAME = {table.name: table for table in (*INPUTS, *OUTPUTS)}


def empty(table: Table) -> pd.DataFrame:
    """Return a frame of ``table`` with its columns and dtypes and no row."""
    return pd.DataFrame({column.name: pd.Series(dtype=column.dtype) for column in table.columns})


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give ``frame`` the columns and dtypes of ``table``, extras behind; absent optional columns are missing.

    >>> conform(pd.DataFrame({"learner_id": ["a"], "stratum": ["low"]}), STRATA).columns.tolist()
    ['learner_id', 'stratum', 'goal', 'readiness', 'eligibility']
    """
    unknown = [name for name in frame.columns if name not in table.names and not str(name).startswith(EXTRA_PREFIX)]
    if unknown:
        raise DataError(
            f"table {table.name} has unknown column(s) {', '.join(map(str, unknown))}; rename each to one of "
            f"{', '.join(table.names)}, or prefix it with {EXTRA_PREFIX}"
        )
    absent = [column.name for column in table.columns if column.required and column.name not in frame.columns]
    if absent:
        raise DataError(f"table {table.name} lacks the required column(s) {', '.join(absent)}; add them")
    shaped = {
        column.name: frame[column.name].astype(column.dtype)
        if column.name in frame.columns
        else pd.Series(pd.NA if column.kind in {"integer", "flag"} else None, index=frame.index, dtype=column.dtype)
        for column in table.columns
    }
    extras = {name: frame[name] for name in frame.columns if name not in table.names}
    return pd.DataFrame({**shaped, **extras}, index=frame.index).reset_index(drop=True)


@dataclass(frozen=True)
class Tables:
    """The canonical tables of one institution or system, each a frame; an absent one is empty.

    >>> catalogue = pd.DataFrame({"credential_id": ["c1"], "name": ["Welding"], "kind": ["Certificate"],
    ...     "award_level": ["21"], "cip": ["480508"], "weeks": [30]})
    >>> Tables(credentials=catalogue).credentials["weeks"].tolist()
    [30.0]
    """

    learners: pd.DataFrame = field(default_factory=lambda: empty(LEARNERS))
    demographics: pd.DataFrame = field(default_factory=lambda: empty(DEMOGRAPHICS))
    enrollments: pd.DataFrame = field(default_factory=lambda: empty(ENROLLMENTS))
    attempts: pd.DataFrame = field(default_factory=lambda: empty(ATTEMPTS))
    awards: pd.DataFrame = field(default_factory=lambda: empty(AWARDS))
    experiences: pd.DataFrame = field(default_factory=lambda: empty(EXPERIENCES))
    offers: pd.DataFrame = field(default_factory=lambda: empty(OFFERS))
    limits: pd.DataFrame = field(default_factory=lambda: empty(LIMITS))
    credentials: pd.DataFrame = field(default_factory=lambda: empty(CREDENTIALS))
    pathways: pd.DataFrame = field(default_factory=lambda: empty(PATHWAYS))
    values: pd.DataFrame = field(default_factory=lambda: empty(VALUES))

    def __post_init__(self) -> None:
        for table, frame in self.items():
            object.__setattr__(self, table.name, conform(frame, table))

    def items(self) -> Iterator[tuple[Table, pd.DataFrame]]:
        """Yield each table's declaration with its frame."""
        for entry in fields(self):
            yield BY_NAME[entry.name], getattr(self, entry.name)


def write(tables: Tables, folder: Path) -> None:
    """Write each table that has rows as ``<name>.csv`` into ``folder``; a missing value is an empty cell."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, frame in tables.items():
        if len(frame):
            frame.to_csv(folder / f"{table.name}.csv", index=False, date_format="%Y-%m-%d")
