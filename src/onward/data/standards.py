"""The standard files that may stand beside a college's own: how a mapping names them, and what each gives."""

from datetime import date

from pydantic import Field, model_validator

from onward.data.strict import Strict

GIVES = {
    "pdp": frozenset({"learners", "demographics", "enrollments", "attempts"}),
    "ctdl": frozenset({"credentials", "pathways", "values"}),
    "state_list": frozenset({"credentials", "values"}),
    "badges": frozenset({"awards"}),
}
"""The canonical tables to which each standard gives rows, by its name in a mapping."""


class CtdlRules(Strict):
    """Descriptions of credentials in the Credential Transparency Description Language."""

    files: tuple[str, ...] = Field(min_length=1, description="JSON or JSON-LD files in the data folder")
    as_of: date | None = Field(default=None, description="transfer values not in force on this day are left out")


class BadgeRules(Strict):
    """Open Badges 3.0 and Comprehensive Learner Records 2.0."""

    files: tuple[str, ...] = Field(min_length=1, description="JSON files in the data folder")


class StateListRules(Strict):
    """A state's list of eligible training in New Jersey's layout: files in the data folder, as many as there are.

    >>> StateListRules(programs="etpl.csv").files
    {'programs': 'etpl.csv'}
    """

    programs: str | None = Field(default=None, description="the programs of the list, which become credentials")
    outcomes: str | None = Field(default=None, description="employment and wages by provider and field")
    licences: str | None = Field(default=None, description="the state's licences, with their occupations")
    industry_credentials: str | None = Field(default=None, description="industry credentials, for reference")
    degree_types: str | None = Field(default=None, description="types of degree, for reference")
    state: str = Field(default="New Jersey", min_length=1, description="the state, as sources of values name it")

    @model_validator(mode="after")
    def _some_file(self) -> "StateListRules":
        if not self.files:
            raise ValueError("state at least one of programs, outcomes, licences, industry_credentials, degree_types")
        return self

    @property
    def files(self) -> dict[str, str]:
        """What each named file is."""
        named = self.model_dump(exclude={"state"})
        return {name: file for name, file in named.items() if file is not None}
