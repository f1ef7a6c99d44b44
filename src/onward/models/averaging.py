"""Sensitive attributes in training and in nothing else: averaged over one marginal, then distilled away.

A model that never sees a group lets proxies stand for it. One that sees it, and is averaged over the same P(g) for
everybody, does not have to; what it says of each candidate is then learned by a model that has no group at all, and
only that one is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from onward.catalog.catalogue import Catalogue
from onward.errors import DataError
from onward.history.decision_points import positions
from onward.history.known import Standing
from onward.history.spec import FeatureSpec
from onward.history.timeline import Timeline
from onward.history.views import LearnerView, PairView
from onward.models.boosting import Boosted, Floats, folds
from onward.models.calibration import Platt, log_odds_of
from onward.models.pairs import chosen
from onward.models.probability import (
    CrossFit,
    Probability,
    candidate_scores,
    doubt_of,
    known_outcomes,
    sample,
)
from onward.settings import ModelSettings

OpenTo = Callable[[Standing, Catalogue], npt.NDArray[np.bool_]]
GROUP = "group"
DOUBTED = 100
"""Points at which the models of the folds are compared: each is asked once for every group."""
TAUGHT, COMPARED = 4_000, 500
"""Decision points whose open candidates the distilled model learns from, and others on which it is compared."""


@dataclass(frozen=True)
class Distilled:
    """A model without groups, and how near it comes to the averaged one that it was learned from.

    ``marginal`` is P(g), the same for everybody. ``agreement`` is the share of learners for whom both put the same
    candidate first by probability times value; ``difference`` the 95th percentile of the difference in probability.
    ``fitted`` holds the kept model; its calibration and its out-of-fold probabilities are those of the averaged ones.
    ``averaged`` gives the averaged probability of rows of features; it serves comparison, and nothing keeps it.
    """

    fitted: CrossFit
    marginal: dict[str, float]
    agreement: float
    difference: float
    averaged: Callable[[Floats], Floats]


@dataclass(frozen=True)
class _Teacher:
    model: Boosted
    shares: Floats

    def averaged(self, matrix: Floats) -> Floats:
        """Sum over g of P(g) x P(complete | x, g), shape (rows,): probabilities are averaged, not log-odds."""
        by_group = [share * self._given(matrix, code) for code, share in enumerate(self.shares)]
        return np.asarray(np.sum(by_group, axis=0))

    def drawn(self, matrix: Floats, rng: np.random.Generator) -> Floats:
        """P(complete | x, g) with g drawn from P(g) for each row: its mean is the average, at the cost of one look."""
        return self._given(matrix, rng.choice(len(self.shares), size=len(matrix), p=self.shares))

    def _given(self, matrix: Floats, code: int | npt.NDArray[np.int64]) -> Floats:
        column = np.broadcast_to(np.asarray(code, dtype=float), len(matrix))
        return np.asarray(expit(self.model.log_odds(np.column_stack([matrix, column]))))


def fit_averaged(
    points: pd.DataFrame,
    group: pd.Series,
    *,
    timeline: Timeline,
    catalogue: Catalogue,
    spec: FeatureSpec,
    settings: ModelSettings,
    seed: int,
    smallest: int,
    open_to: OpenTo,
) -> Distilled:
    """Fit on decision points with an ``outcome``; ``group`` holds a label per learner id.

    The distilled model learns from every candidate that ``open_to`` says is open, chosen or not. Groups of fewer than
    ``smallest`` learners are counted together, so that the published marginal tells of nobody. Raises ``DataError``
    where fewer than two groups are left.
    """
    group = _large_enough(group, smallest)
    marginal = _marginal(group, smallest)
    known = known_outcomes(points)
    truth = known["outcome"].astype(float).to_numpy()
    code = pd.Index(marginal.index).get_indexer(known["learner_id"].map(group))
    matrix = chosen(known, timeline, catalogue, spec)
    taught_by = replace(spec, names=(*spec.names, GROUP), categories=spec.categories | {GROUP: tuple(marginal.index)})
    together = np.column_stack([matrix, code.astype(float)])

    def teacher(rows: npt.NDArray[np.bool_]) -> _Teacher:
        return _Teacher(
            Boosted.fit(together[rows], truth[rows], taught_by, settings, seed=seed), marginal.to_numpy(float)
        )

    fold = folds(known["learner_id"].to_numpy(str), settings.folds, seed=seed)
    out_of_fold = np.empty(len(truth))
    parts = []
    for held_out in range(settings.folds):
        inside = fold != held_out
        parts.append(teacher(inside))
        out_of_fold[~inside] = parts[-1].averaged(matrix[~inside])
    everyone = teacher(np.ones(len(truth), dtype=bool))
    calibration = Platt.fit(log_odds_of(out_of_fold), truth)
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(len(points))
    compared = max(1, min(COMPARED, len(points) // 5))
    taught_on, compared_on = (
        _open_pairs(points.iloc[rows], timeline, catalogue, open_to)
        for rows in (drawn[compared : compared + TAUGHT], drawn[:compared])
    )
    lessons = spec.matrix(taught_on)
    soft = everyone.drawn(lessons, rng)
    student = Boosted.fit(lessons, soft, spec, settings, seed=seed, objective="cross_entropy")
    agreement, difference = _compared(everyone, student, compared_on)
    some = sample(known, DOUBTED, seed=seed)
    scores = [log_odds_of(candidate_scores(some, timeline, catalogue, spec, part.averaged)) for part in parts]
    doubt = doubt_of(scores, calibration, catalogue.places(known["credential_id"]), truth)
    fitted = CrossFit(Probability(student, calibration), known, calibration(log_odds_of(out_of_fold)), doubt)
    return Distilled(
        fitted,
        marginal.round(4).to_dict(),
        agreement,
        difference,
        lambda rows: calibration(log_odds_of(everyone.averaged(rows))),
    )


def _compared(teacher: _Teacher, student: Boosted, pairs: PairView) -> tuple[float, float]:
    """Agreement on the first candidate by probability times value, and the 95th percentile of the difference."""
    matrix = student.spec.matrix(pairs)
    taught, learned = teacher.averaged(matrix), np.asarray(expit(student.log_odds(matrix)))
    value = pairs.of_candidate(pairs.learner.catalogue.value)
    first = [pd.Series(p * value).groupby(pairs.point).idxmax().to_numpy() for p in (taught, learned)]
    return float((first[0] == first[1]).mean()), float(np.quantile(np.abs(taught - learned), 0.95))


def _open_pairs(points: pd.DataFrame, timeline: Timeline, catalogue: Catalogue, open_to: OpenTo) -> PairView:
    view = LearnerView(timeline, positions(points, timeline), catalogue)
    point, credential = np.nonzero(open_to(view.standing, catalogue))
    return PairView(view, point, credential)


def _marginal(group: pd.Series, smallest: int) -> pd.Series:
    """P(g) by group, in the order of their names."""
    marginal = group.value_counts(normalize=True).sort_index()
    if len(marginal) < 2:
        raise DataError(
            f"expected two groups of at least {smallest} learners to average over; got {len(marginal)}; set the "
            "attribute to constraint or audit_only, or lower parity.smallest_group"
        )
    return marginal


def _large_enough(group: pd.Series, smallest: int) -> pd.Series:
    """Labels with the small groups counted together, and with the next smallest while these are still too few."""
    counts = group.value_counts(ascending=True)
    before = counts.cumsum() - counts
    pooled = counts.index[(counts < smallest) | ((before > 0) & (before < smallest))]
    return group.mask(group.isin(pooled), "any other")
