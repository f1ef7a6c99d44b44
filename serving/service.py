"""The prediction service. ``onward serve RUN --unsigned`` starts it; ``ONWARD_BUNDLE`` names the bundle it serves."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import bentoml

from onward.data.learner import Learner
from onward.errors import DataError, NotServableError
from onward.live.answers import persistence, recommend
from onward.policy.eligibility import Limits
from onward.release.bundle import load

from .payloads import PersistenceRequest, RecommendRequest

UNSIGNED = "ONWARD_UNSIGNED"
BUNDLE = "ONWARD_BUNDLE"


@bentoml.service(name="onward", workers=1, traffic={"timeout": 10}, metrics={"enabled": True})
class Advice:
    """Advice on a learner's next credential, and persistence, from one bundle."""

    def __init__(self) -> None:
        if os.environ.get(UNSIGNED) != "yes":
            raise NotServableError(
                "expected a bundle that an officer has signed; none is signed yet; start it with onward serve RUN "
                "--unsigned, "
                "and every answer will say so"
            )
        self.bundle = load(Path(os.environ[BUNDLE]))

    @bentoml.api(route="/v1/recommend", input_spec=RecommendRequest)
    async def recommend(
        self, ctx: bentoml.Context, learner: Learner, as_of: date, k: int, limits: Limits
    ) -> dict[str, Any]:
        """Advise one learner: up to k credentials in order, each with what it takes, what it returns and why."""
        return _answer(ctx, lambda: recommend(self.bundle, learner, as_of=as_of, k=k, limits=limits))

    @bentoml.api(route="/v1/persistence", input_spec=PersistenceRequest)
    async def persistence(
        self, ctx: bentoml.Context, learner: Learner, as_of: date, target: str | None
    ) -> dict[str, Any]:
        """Predict whether one learner persists; to offer support, never to rank, deny or withhold a credential."""
        return _answer(ctx, lambda: persistence(self.bundle, learner, as_of=as_of, target=target))


def _answer(ctx: bentoml.Context, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer, or a 400 that says what to mend; its text never holds a value that was sent."""
    try:
        return work()
    except DataError as refusal:
        ctx.response.status_code = 400
        return {"error": str(refusal)}
