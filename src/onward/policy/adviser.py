"""The policy as a whole: from what is known of learners to ordered advice. Evaluation and serving call the same one."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onward.catalog.catalogue import Catalogue
from onward.history.known import Points
from onward.history.timeline import Timeline
from onward.history.views import LearnerView
from onward.models.pairs import every_candidate
from onward.models.probability import Probability
from onward.policy.eligibility import eligible
from onward.policy.parity import Labels, Shrinkage
from onward.policy.ranking import Bools, Floats, RankingRule
from onward.policy.strata import Strata


@dataclass(frozen=True)
class Prospects:
    """What lies open to learners at ``n`` points: probability, score, eligibility of ``c`` candidates, and the stratum.

    ``p_complete``, ``scores`` and ``open_to`` have shape (n, c), ``stratum`` (n,). ``scores`` are dollars of expected
    benefit as ranking counts them, before any constraint.
    """

    p_complete: Floats
    scores: Floats
    open_to: Bools
    stratum: Labels

    def rows(self, kept: Bools) -> "Prospects":
        """Those of the points that ``kept``, shape (n,), marks."""
        return Prospects(self.p_complete[kept], self.scores[kept], self.open_to[kept], self.stratum[kept])


@dataclass(frozen=True)
class Adviser:
    """A completion model and a rule for turning it into advice. It reads no sensitive column."""

    catalogue: Catalogue
    completion: Probability
    rule: RankingRule
    strata: Strata
    shrinkage: Shrinkage

    def prospects(self, timeline: Timeline, points: Points) -> Prospects:
        """Score every candidate for every point; any subset of points gives those rows of the whole."""
        view = LearnerView(timeline, points, self.catalogue)
        p_complete = every_candidate(
            timeline, points, self.catalogue, self.completion.model.spec, self.completion.predict
        )
        cost = self.catalogue.cost_of_failing(price_share=self.rule.price_share)
        return Prospects(
            p_complete,
            self.rule.scores(p_complete, self.catalogue.value, cost),
            eligible(view.standing, self.catalogue),
            self.strata.assign(view),
        )

    def order(self, prospects: Prospects, *, k: int, allowed: Bools | None = None) -> npt.NDArray[np.int64]:
        """Positions of the first ``k`` credentials, shape (n, k); ``allowed``, shape (c,), is within limits."""
        open_to = prospects.open_to if allowed is None else prospects.open_to & allowed
        scores = self.shrinkage.apply(prospects.scores, prospects.stratum)
        return self.rule.order(scores, prospects.p_complete, open_to, k=k)
