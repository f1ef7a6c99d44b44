"""From a learner's record and a bundle to an answer: the service and Python call the same functions.

The same learner, bundle, date and limits give the same answer, byte for byte.
"""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from onward.catalog.catalogue import Catalogue
from onward.data.learner import Learner
from onward.errors import DataError
from onward.history.known import Points, Standing
from onward.history.timeline import Timeline
from onward.history.views import LearnerView, PairView
from onward.models.probability import Probability
from onward.policy.eligibility import Bools, Limits, missing_requirements
from onward.policy.ranking import NONE
from onward.policy.reasons import reasons
from onward.release.bundle import Bundle

NOTICE = (
    "These are suggestions for you and an adviser to talk about, not a decision about you. They are worked out from "
    "the facts of your studies in this request and from what happened to earlier learners; they can be wrong for "
    "you. You choose."
)
NEARLY_OPEN = 3
"""How many credentials that are not open yet are named, with what would open them."""


def recommend(bundle: Bundle, learner: Learner, *, as_of: date, k: int, limits: Limits | None = None) -> dict[str, Any]:
    """Advise one learner: up to ``k`` credentials in order, each with what it takes, what it returns and why.

    Money is dollars, durations weeks, probabilities from 0 to 1. Raises ``DataError`` where the record cannot be read
    by this bundle.
    """
    if k < 1:
        raise DataError(f"expected k of at least 1; got {k}; ask for one credential or more")
    adviser = bundle.adviser
    catalogue = adviser.catalogue
    view, notes = _view(bundle.adviser.completion, catalogue, learner, as_of)
    prospects = adviser.prospects(view.timeline, view.points)
    allowed = (limits or Limits()).allow(catalogue)
    order = adviser.order(prospects, k=k, allowed=allowed)[0]
    advised = [int(position) for position in order if position != NONE]
    why = _reasons(adviser.completion, view, prospects.open_to[0] & allowed, advised)
    held, floor = view.standing.held[0], adviser.rule.completion_floor
    items = [
        _item(catalogue, position, held=held, p_complete=float(likely), floor=floor, goal=learner.goal_cip)
        | {"rank": rank, "reasons": sentences}
        for rank, (position, likely, sentences) in enumerate(
            zip(advised, prospects.p_complete[0, advised], why, strict=True), start=1
        )
    ]
    advice = {
        "as_of": as_of.isoformat(),
        "advised": items,
        "not_yet_open": _nearly_open(catalogue, view.standing, allowed),
    }
    return _envelope(bundle, notes) | {"advice": advice, "notice": NOTICE}


def persistence(bundle: Bundle, learner: Learner, *, as_of: date, target: str | None = None) -> dict[str, Any]:
    """Predict whether one learner is still enrolled anywhere, or has finished the target, at the bundle's horizon.

    ``target`` is the credential the learner is in; without it, the one attempt under way at ``as_of``.
    """
    catalogue = bundle.adviser.catalogue
    view, notes = _view(bundle.persistence, catalogue, learner, as_of)
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


def _view(model: Probability, catalogue: Catalogue, learner: Learner, as_of: date) -> tuple[LearnerView, list[str]]:
    if as_of < learner.entry_date:
        raise DataError("expected as_of on or after entry_date; it is earlier; send the day for which advice is wanted")
    timeline = Timeline.from_records([learner], catalogue)
    spec = model.model.spec
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


def _reasons(completion: Probability, view: LearnerView, open_to: Bools, advised: list[int]) -> list[list[str]]:
    if not advised:
        return []
    candidates = np.flatnonzero(open_to)
    pair = PairView(view, np.zeros(len(candidates), dtype=np.int64), candidates)
    matrix = completion.model.spec.matrix(pair)
    rows = [int(np.searchsorted(candidates, position)) for position in advised]
    return reasons(completion.model.contributions(matrix), matrix, rows, completion.model.spec)


def _item(
    catalogue: Catalogue, position: int, *, held: Bools, p_complete: float, floor: float, goal: str | None
) -> dict[str, Any]:
    row = catalogue.credentials.iloc[position]
    facts = ("credential_id", "name", "kind", "award_level", "cip", "provider", "weeks", "hours_per_week", "net_price")
    recognised = float(catalogue.pathways.recognised[position] @ held.astype(float))
    return {name: _plain(row[name]) for name in facts} | {
        "partners": _listed(row["partners"]),
        "funding": _listed(row["funding"]),
        "work_based": _plain(row["work_based"]),
        "p_complete": round(p_complete, 3),
        "below_completion_floor": p_complete < floor,
        "returns_less_than_high_school": bool(catalogue.value[position] < 0),
        "in_stated_field": None if goal is None else bool(catalogue.field[position] == goal[:2]),
        "dead_end": bool(catalogue.pathways.dead_ends[position]),
        "value": _value(catalogue, position),
        "recognised_credits": round(recognised, 1),
        "leads_to": [str(name) for name in catalogue.credentials["name"][catalogue.pathways.leads_to[position]]],
    }


def _value(catalogue: Catalogue, position: int) -> dict[str, Any]:
    row = catalogue.values.set_index("credential_id").loc[catalogue.ids[position]]
    facts = {
        "earnings": "median_earnings",
        "high_school_earnings": "benchmark_earnings",
        "earnings_low": "low",
        "earnings_high": "high",
        **{name: name for name in ("basis", "source", "year")},
    }
    return {"a_year": round(float(catalogue.value[position]), 2)} | {
        name: _plain(row[column]) for name, column in facts.items()
    }


def _nearly_open(catalogue: Catalogue, standing: Standing, allowed: Bools) -> list[dict[str, Any]]:
    """Credentials that lack requirements, the fewest first and then the most valuable, with what is lacking."""
    held, current = standing.held[0], standing.current[0]
    lacking = missing_requirements(held, catalogue)
    counts = lacking.sum(axis=1)
    closed = np.flatnonzero((counts > 0) & ~held & ~current & allowed)
    order = closed[np.lexsort((closed, -catalogue.value[closed], counts[closed]))][:NEARLY_OPEN]
    names = catalogue.credentials["name"]
    return [
        {
            "credential_id": str(catalogue.ids[t]),
            "name": str(names.iloc[t]),
            "needs": [str(name) for name in names[lacking[t]]],
        }
        for t in order
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of any column
    if value is None or pd.isna(value):
        return None
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _listed(text: Any) -> list[str]:  # noqa: ANN401 - a cell of a text column
    plain = _plain(text)
    return plain.split("|") if plain else []
