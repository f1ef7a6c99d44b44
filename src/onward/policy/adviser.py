"""The policy as a whole: from what is known of learners to ordered advice. Evaluation and serving call the same one."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onward.catalog.catalogue import Catalogue
from onward.history.known import Points
from onward.history.timeline import Timeline
from onward.history.views import LearnerView
from onward.models.choice import Choice
from onward.models.pairs import every_candidate
from onward.models.probability import Probability
from onward.policy.constraint import Constraint
from onward.policy.eligibility import eligible
from onward.policy.prospects import Floats, Prospects
from onward.policy.ranking import RankingRule
from onward.policy.strata import Strata


@dataclass(frozen=True)
class Adviser:
    """What is likely, what was usual, and a rule for turning both into advice. It reads no sensitive column."""

    catalogue: Catalogue
    completion: Probability
    choice: Choice
    rule: RankingRule
    strata: Strata
    constraint: Constraint

    def prospects(self, timeline: Timeline, points: Points) -> Prospects:
        """Look at every candidate for every point; any subset of points gives those rows of the whole."""
        view = LearnerView(timeline, points, self.catalogue)
        open_to = eligible(view.standing, self.catalogue)
        return Prospects(
            self.p_complete(timeline, points),
            self.choice.propensity(self._every(timeline, points, self.choice), open_to),
            open_to,
            self.strata.assign(view),
            view.remaining.share,
        )

    def p_complete(self, timeline: Timeline, points: Points) -> Floats:
        """How likely every candidate is to be completed, shape (n, c)."""
        return self._every(timeline, points, self.completion)

    def scores(self, prospects: Prospects) -> Floats:
        """What candidates are ranked by, shape (n, c), in dollars."""
        return self.constraint.scores(prospects, self.rule, self.catalogue)

    def order(self, prospects: Prospects, *, k: int) -> npt.NDArray[np.int64]:
        """Positions of the first ``k`` credentials, shape (n, k)."""
        return self.rule.order(self.scores(prospects), prospects, k=k)

    def _every(self, timeline: Timeline, points: Points, of: Probability | Choice) -> Floats:
        return every_candidate(timeline, points, self.catalogue, of.model.spec, of.predict)
