"""The prediction service. ``onward serve RUN --unsigned`` starts it; ``ONWARD_BUNDLE`` names the bundle it serves."""

import os
import re
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import bentoml

from onward.data.learner import Learner
from onward.errors import DataError, NotServableError
from onward.live.answers import persistence, recommend
from onward.policy.eligibility import Limits
from onward.policy.weights import Weights
from onward.release.bundle import load

from .gate import LOGGED, NOTE, UNLOGGED, Gate
from .payloads import PersistenceRequest, RecommendRequest

TAKES = {"/v1/recommend": RecommendRequest, "/v1/persistence": PersistenceRequest}
"""Each endpoint's path, with the model of what it takes."""
UNSIGNED = "ONWARD_UNSIGNED"
BUNDLE = "ONWARD_BUNDLE"


@bentoml.service(
    name="onward",
    workers=1,
    traffic={"timeout": 10},
    metrics={"enabled": True},
    logging={"access": {"enabled": False}},  # the gate logs, and only what it knows
)
class Advice:
    """Advice on a learner's next credential, and persistence, from one bundle."""

    def __init__(self) -> None:
        if os.environ.get(UNSIGNED) != "yes":
            raise NotServableError(
                "expected a bundle that an officer has signed; none is signed yet; start it with onward serve RUN "
                "--unsigned, and every answer will say so"
            )
        self.bundle = load(Path(os.environ[BUNDLE]))

    def __metrics__(self, content: str) -> str:
        """BentoML's metrics, less those of paths that are not ours: such a path is a text that someone sent."""
        return "".join(line for line in content.splitlines(keepends=True) if _counts_our_paths(line))

    @bentoml.api(route="/v1/recommend", input_spec=RecommendRequest)
    async def recommend(
        self,
        ctx: bentoml.Context,
        *,
        learner: Learner,
        as_of: date,
        k: int,
        limits: Limits,
        weights: Weights,
        stretch: bool,
    ) -> dict[str, Any]:
        """Advise one learner: up to k credentials in order, each with what it takes, what it returns and why."""
        wishes: dict[str, Any] = {"limits": limits, "weights": weights, "stretch": stretch}
        return _answer(ctx, lambda: recommend(self.bundle, learner, as_of=as_of, k=k, **wishes))

    @bentoml.api(route="/v1/persistence", input_spec=PersistenceRequest)
    async def persistence(
        self, ctx: bentoml.Context, learner: Learner, as_of: date, target: str | None
    ) -> dict[str, Any]:
        """Predict whether one learner persists; to offer support, never to rank, deny or withhold a credential."""
        return _answer(ctx, lambda: persistence(self.bundle, learner, as_of=as_of, target=target))


Advice.add_asgi_middleware(Gate, takes=TAKES)  # type: ignore[attr-defined] # the decorator made it a Service


def _answer(ctx: bentoml.Context, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer, or a 400 that says what to mend; neither its text nor the log holds a value that was sent."""
    try:
        return work()
    except DataError as refusal:
        ctx.response.status_code = 400
        ctx.request.scope[NOTE] = type(refusal).__name__
        return {"error": str(refusal), "detail": []}
    except Exception as failure:  # noqa: BLE001 - BentoML would log its text, which may hold a value that was sent
        ctx.response.status_code = 500
        place = traceback.extract_tb(failure.__traceback__)[-1]
        ctx.request.scope[NOTE] = f"{type(failure).__name__} at {Path(place.filename).name}:{place.lineno}"
        return {"error": "the service failed on this request; tell whoever runs it when you sent it", "detail": []}


def _counts_our_paths(line: str) -> bool:
    endpoint = re.search(r'endpoint="((?:[^"\\]|\\.)*)"', line)
    return endpoint is None or endpoint[1] in {*TAKES, *LOGGED, *UNLOGGED}
