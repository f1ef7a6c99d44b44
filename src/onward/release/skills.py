"""How well the models tell what happened: on the locked points, and cross-fitted on those they were trained on."""

from dataclasses import asdict, replace
from typing import Any

import pandas as pd

from onward.catalog.catalogue import Catalogue
from onward.history.timeline import Timeline
from onward.models.pairs import chosen
from onward.models.probability import CrossFit
from onward.models.skill import skill
from onward.release.histories import latest_per_learner

SMALLEST = 30
"""Skill is not judged on fewer known outcomes than this, nor where fewer than five of either kind are among them."""


def skill_of(
    name: str, fitted: CrossFit, points: pd.DataFrame, timeline: Timeline, catalogue: Catalogue
) -> pd.DataFrame:
    """One row per evaluation: ``model``, ``judged_on`` (cross-fitted or locked), and the figures of ``Skill``.

    Every learner counts once, with the latest point whose outcome is known. ``not_yet_known`` is the share of locked
    points whose outcome is not: they are mostly those of long credentials.
    """
    locked = points[points["part"] == "test"]
    known = latest_per_learner(locked[locked["outcome"].notna()])
    last = latest_per_learner(fitted.points.assign(shown=fitted.out_of_fold))
    judged = {"cross-fitted": (last["outcome"], last["shown"].to_numpy())}
    if len(known):
        spec = fitted.probability.model.spec
        judged["locked"] = (known["outcome"], fitted.probability.predict(chosen(known, timeline, catalogue, spec)))
    rows = [_row(name, on, outcome, probability) for on, (outcome, probability) in judged.items()]
    unknown = {"cross-fitted": 0.0, "locked": float(locked["outcome"].isna().mean()) if len(locked) else 0.0}
    return pd.DataFrame([row | {"not_yet_known": unknown[row["judged_on"]]} for row in rows if row])


def skill_by_terms(
    name: str, fitted: CrossFit, points: pd.DataFrame, timeline: Timeline, catalogue: Catalogue
) -> pd.DataFrame:
    """The same for persistence, apart for each number of terms since the attempt began."""
    frames = []
    for terms in sorted(points["terms"].unique()):
        inside = (fitted.points["terms"] == terms).to_numpy()
        part = replace(fitted, points=fitted.points[inside], out_of_fold=fitted.out_of_fold[inside])
        when = "at the start" if terms == 0 else f"after {terms} term{'s' if terms > 1 else ''}"
        found = skill_of(f"{name}, {when}", part, points[points["terms"] == terms], timeline, catalogue)
        frames.append(found)
    return pd.concat(frames, ignore_index=True)


def _row(name: str, judged_on: str, outcome: pd.Series, probability: Any) -> dict[str, Any]:  # noqa: ANN401 - an array
    truth = outcome.astype(float).to_numpy()
    if len(truth) < SMALLEST or min(truth.sum(), (1 - truth).sum()) < 5:
        return {}
    return {"model": name, "judged_on": judged_on} | asdict(skill(truth, probability))
