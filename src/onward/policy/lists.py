"""The list that a learner gets: the order of advice, the best inside the stated goal, and one stretch at the end."""

from dataclasses import dataclass

import numpy as np

from onward.history.features import goal_rung
from onward.history.views import LearnerView
from onward.policy.prospects import Bools, Floats, Prospects
from onward.policy.ranking import NONE, Places, RankingRule
from onward.policy.shown import LITTLE
from onward.policy.weights import Weights, in_goal


@dataclass(frozen=True)
class Lists:
    """Lists of ``n`` learners: ``ranked`` positions of shape (n, k), and of shape (n,) the ``stretch``.

    ``supported`` has the shape of ``ranked``: where there is little evidence of learners like this one in an advised
    candidate, the best of those with more; ``NONE`` elsewhere.
    """

    ranked: Places
    stretch: Places
    supported: Places


def lists(
    scores: Floats,
    prospects: Prospects,
    rule: RankingRule,
    view: LearnerView,
    *,
    k: int,
    weights: Weights | None = None,
) -> Lists:
    """Compose the lists from scores of shape (n, c), which ``weights`` reorder between the floors.

    The first places follow the order of advice. Where a field is stated and none of the first ``k`` is in it, the best
    that is in it takes the last place, from k = 2 on and where its benefit is above zero. The stretch stands higher
    than both the stated goal and the first advised, in any field, above both floors and with a benefit above zero; it
    comes after everything else, never instead of the best in the stated field, and need not be shown.
    """
    weighted = (weights or Weights()).apply(scores, view)
    whole = rule.order(scores, prospects, k=max(k, scores.shape[1]), weighted=weighted)
    tier = rule.tiers(scores, prospects)
    wanted = (in_goal(view) > 0) & (tier < 2)
    ranked = _with_best_in_goal(whole, wanted, k)
    left_out = wanted.any(axis=1) & ~_any_in_goal(ranked, wanted)
    rung = view.catalogue.rung
    reached = np.fmax(np.nan_to_num(goal_rung(view), nan=-np.inf), _at(rung, ranked[:, 0]))
    higher = (rung[None, :] > reached[:, None]) & ~left_out[:, None]
    above = (tier == 0) & higher & ~_marked(ranked, scores.shape[1])
    evident = (tier < 2) & (prospects.propensity >= LITTLE)
    return Lists(ranked, _first_of(whole, above), _supported(whole, ranked, prospects, evident))


def _any_in_goal(ranked: Places, wanted: Bools) -> Bools:
    """Whether any of what is ranked is wanted, shape (n,)."""
    found = np.take_along_axis(wanted, np.maximum(ranked, 0), axis=1) & (ranked != NONE)
    return np.asarray(found.any(axis=1))


def _with_best_in_goal(whole: Places, wanted: Bools, k: int) -> Places:
    ranked = whole[:, :k].copy()
    if k < 2:
        return ranked
    best = _first_of(whole, wanted)
    missing = (best != NONE) & ~_any_in_goal(ranked, wanted)
    ranked[missing, -1] = best[missing]
    return ranked


def _supported(whole: Places, ranked: Places, prospects: Prospects, evident: Bools) -> Places:
    best = _first_of(whole, evident)
    usual = np.take_along_axis(prospects.propensity, np.maximum(ranked, 0), axis=1)
    return np.where((ranked != NONE) & (usual < LITTLE), best[:, None], NONE).astype(np.int64)


def _first_of(whole: Places, marked: Bools) -> Places:
    """The first of each row's order that is ``marked``, shape (n,); ``NONE`` where there is none."""
    held = np.take_along_axis(marked, np.maximum(whole, 0), axis=1) & (whole != NONE)
    place = held.argmax(axis=1)
    found = whole[np.arange(len(whole)), place]
    return np.where(held.any(axis=1), found, NONE).astype(np.int64)


def _at(values: Floats, places: Places) -> Floats:
    return np.where(places == NONE, -np.inf, values[np.maximum(places, 0)])


def _marked(places: Places, size: int) -> Bools:
    """Which of ``size`` columns each row names, shape (n, size)."""
    marks = np.zeros((len(places), size + 1), dtype=bool)
    np.put_along_axis(marks, np.where(places == NONE, size, places), values=True, axis=1)
    return marks[:, :size]
