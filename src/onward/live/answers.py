"""From a learner's record and a bundle to an answer: the service and Python call the same functions.

The same learner, bundle, date, limits, weights and length give the same answer, byte for byte.
"""

from datetime import date
from typing import Any

import numpy as np

from onward.catalog.catalogue import Catalogue
from onward.catalog.stacks import Stack, Step, shortest_stack
from onward.data.learner import Learner
from onward.errors import DataError
from onward.history.known import Points
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.history.views import LearnerView, PairView
from onward.live.items import Items, plain
from onward.policy.eligibility import Bools, Limits, missing_requirements
from onward.policy.lists import lists
from onward.policy.prospects import Prospects
from onward.policy.ranking import NONE
from onward.policy.weights import Weights
from onward.release.bundle import Bundle

NOTICE = (
    "These are suggestions for you and an adviser to talk about, not a decision about you. They are worked out from "
    "the facts of your studies in this request and from what happened to earlier learners; they can be wrong for "
    "you. You choose."
)
STRETCH = "It asks more than what comes before. It is an extra, not instead of that; leave it if you like."
NEARLY_OPEN = 3
"""How many credentials that are not open yet are named, with what would open them."""
CIRCLE = "Nothing leads to it: what it requires requires itself in turn. The catalogue has to be corrected."
BEYOND_LIMITS = "With what it requires it is not within the limits that are set."
"""Why no stack to a credential is named."""


def recommend(
    bundle: Bundle,
    learner: Learner,
    *,
    as_of: date,
    k: int,
    limits: Limits | None = None,
    weights: Weights | None = None,
    stretch: bool = True,
) -> dict[str, Any]:
    """Advise one learner: up to ``k`` credentials in order, each with what it takes, what it returns and why.

    Limits are hard; weights say what matters besides pay. Where a field is stated and none of the first is in it, the
    best that is takes the last place. One ``stretch`` may follow, a rung higher, unless it is declined with False.

    Money is dollars, durations weeks, probabilities from 0 to 1. Raises ``DataError`` where the record cannot be read
    by this bundle.
    """
    if k < 1:
        raise DataError(f"expected k of at least 1; got {k}; ask for one credential or more")
    adviser = bundle.adviser
    view, notes = _view(adviser.completion.model.spec, adviser.catalogue, learner, as_of)
    prospects = adviser.prospects(view.timeline, view.points)
    allowed = (limits or Limits()).allow(view)
    within = prospects.within(allowed)
    found = lists(adviser.scores(prospects), within, adviser.rule, view, k=k, weights=weights)
    ranked, supported = found.ranked[0], found.supported[0]
    advised = [int(position) for position in ranked if position != NONE]
    stretched = [int(found.stretch[0])] if stretch and _shown_above_floor(bundle, within, int(found.stretch[0])) else []
    items = Items.of(bundle, learner, view, within).all([*advised, *stretched])
    for item, better in zip(items, [*supported[: len(advised)], *(NONE for _ in stretched)], strict=True):
        item["supported_alternative"] = None if better == NONE else _named(adviser.catalogue, int(better))
    advice = {
        "as_of": as_of.isoformat(),
        "advised": [{"rank": rank} | item for rank, item in enumerate(items[: len(advised)], start=1)],
        "stretch": items[-1] | {"note": STRETCH} if stretched else None,
        "not_yet_open": _nearly_open(view, allowed[0], limits or Limits()),
    }
    return _envelope(bundle, notes) | {"advice": advice, "notice": NOTICE}


def _shown_above_floor(bundle: Bundle, prospects: Prospects, position: int) -> bool:
    """Whether there is a stretch, and the probability that would be shown keeps the floor too."""
    likely = bundle.shown.probability(prospects.p_complete[0, [position]])[0]
    return position != NONE and bool(round(float(likely), 3) >= bundle.adviser.rule.completion_floor)


def persistence(bundle: Bundle, learner: Learner, *, as_of: date, target: str | None = None) -> dict[str, Any]:
    """Predict whether one learner is still enrolled anywhere, or has finished the target, at the bundle's horizon.

    ``target`` is the credential the learner is in; without it, the one attempt under way at ``as_of``.
    """
    catalogue = bundle.adviser.catalogue
    view, notes = _view(bundle.persistence.model.spec, catalogue, learner, as_of)
    position = _target(catalogue, view, target)
    pair = PairView(view, np.zeros(1, dtype=np.int64), np.array([position]))
    probability = float(bundle.persistence.predict(bundle.persistence.model.spec.matrix(pair))[0])
    prediction = {
        "as_of": as_of.isoformat(),
        "target": str(catalogue.ids[position]),
        "horizon_days": bundle.facts["horizon_days"],
        "probability": round(probability, 4),
        "use": "To offer support. Never to rank, deny or withhold a credential.",
    }
    return _envelope(bundle, notes) | {"persistence": prediction}


def _view(spec: FeatureSpec, catalogue: Catalogue, learner: Learner, as_of: date) -> tuple[LearnerView, list[str]]:
    if as_of < learner.entry_date:
        raise DataError("expected as_of on or after entry_date; it is earlier; send the day for which advice is wanted")
    timeline = Timeline.from_records([learner], catalogue)
    notes = [f"{name}: a value not seen in training was treated as missing" for name in spec.unseen(timeline)]
    notes += [f"{name}: left out of this model and not read" for name in spec.unused(timeline)]
    points = Points(np.zeros(1, dtype=np.int64), np.array([as_of], dtype="datetime64[D]"))
    return LearnerView(timeline, points, catalogue), notes


def _envelope(bundle: Bundle, notes: list[str]) -> dict[str, Any]:
    return {
        "model": {
            "name": bundle.facts["name"],
            "version": bundle.version,
            "audit_verdict": bundle.facts["audit_verdict"],
        },
        "unsigned": True,
        "notes": ["Nobody has signed for this model; do not use its answers with learners.", *notes],
    }


def _target(catalogue: Catalogue, view: LearnerView, target: str | None) -> int:
    if target is not None:
        if target not in catalogue.positions:
            raise DataError(
                "expected target to be a credential_id of the catalogue; it is not; "
                "send a credential_id of this catalogue"
            )
        return catalogue.positions[target]
    current = np.flatnonzero(view.standing.current[0])
    if len(current) != 1:
        raise DataError(f"expected one attempt under way at as_of; got {len(current)}; send target, a credential_id")
    return int(current[0])


def _nearly_open(view: LearnerView, allowed: Bools, limits: Limits) -> list[dict[str, Any]]:
    """Credentials that lack requirements, the fewest first and then the most valuable, with the way to them."""
    catalogue, held, current = view.catalogue, view.standing.held[0], view.standing.current[0]
    lacking = missing_requirements(held, catalogue)
    counts = lacking.sum(axis=1)
    closed = np.flatnonzero((counts > 0) & ~held & ~current & allowed)
    order = closed[np.lexsort((closed, -catalogue.value[closed], counts[closed]))][:NEARLY_OPEN]
    names = catalogue.credentials["name"]
    return [
        _named(catalogue, int(t))
        | {"needs": [str(name) for name in names[lacking[t]]]}
        | _way(view, int(t), allowed, limits)
        for t in order
    ]


def _way(view: LearnerView, target: int, allowed: Bools, limits: Limits) -> dict[str, Any]:
    """The shortest stack to ``target`` in steps that are ``allowed``, (c,), with what is left of each, or why not.

    Its steps together, too, are within the weeks and dollars still to go that the learner sets.
    """
    catalogue = view.catalogue

    def stack(may_be: Bools | None) -> Stack | None:
        held, recommended = view.standing.held[0], view.recommended[0]
        return shortest_stack(catalogue, target, held=held, recommended=recommended, allowed=may_be)

    found = stack(allowed)
    if found is None:
        return {"stack": None, "note": CIRCLE if stack(None) is None else BEYOND_LIMITS}
    if not limits.hold(weeks=found.weeks, cost=found.price):
        return {"stack": None, "note": BEYOND_LIMITS}
    steps = [_named(catalogue, step.position) | _left(step) for step in found.steps]
    return {"stack": {"steps": steps} | _left(found), "note": ""}


def _left(of: Step | Stack) -> dict[str, float | None]:
    return {"credits_left": plain(of.credits), "weeks_left": plain(of.weeks), "price_left": plain(of.price)}


def _named(catalogue: Catalogue, position: int) -> dict[str, str]:
    return {"credential_id": str(catalogue.ids[position]), "name": str(catalogue.credentials["name"].iloc[position])}
