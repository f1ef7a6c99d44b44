"""What each endpoint takes: one model per endpoint, unknown fields refused, sensitive ones by name."""

from datetime import date

from pydantic import Field

from onward.data.learner import Learner, StrictModel
from onward.policy.eligibility import Limits
from onward.policy.weights import Weights


class RecommendRequest(StrictModel):
    """A learner's record, the day for which advice is wanted, and what the learner will not go beyond."""

    learner: Learner = Field(description="facts of the learner's studies; nothing sensitive")
    as_of: date = Field(
        description="the day for which advice is wanted; what is dated on it or later is not used; YYYY-MM-DD"
    )
    k: int = Field(5, ge=1, le=50, description="how many credentials, at most; from 1 to 50")
    limits: Limits = Field(Limits(), description="what the learner will not go beyond")
    weights: Weights = Field(Weights(), description="what matters to the learner besides pay")
    stretch: bool = Field(True, description="false where the learner declines the extra step further")


class PersistenceRequest(StrictModel):
    """A learner's record, the day of the prediction, and the credential the learner is in."""

    learner: Learner = Field(description="facts of the learner's studies; nothing sensitive")
    as_of: date = Field(description="the day of the prediction; what is dated on it or later is not used; YYYY-MM-DD")
    target: str | None = Field(None, description="credential_id the learner is in; without it, the one under way")
