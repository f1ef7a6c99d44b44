"""How long the constraint takes beside fairlearn's ExponentiatedGradient: 200,000 learners, 24 credentials, one run."""

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
from fairlearn.reductions import DemographicParity, ExponentiatedGradient
from scipy.special import expit

from onward.catalog.catalogue import Catalogue
from onward.data.tables import CREDENTIALS, PATHWAYS, VALUES, conform
from onward.models.calibration import log_odds_of
from onward.policy.constraint import Constraint
from onward.policy.groups import Groups
from onward.policy.parity import Directions, Split, fit_constraint
from onward.policy.prospects import Prospects
from onward.policy.ranking import RankingRule

Floats = npt.NDArray[np.float64]
SEED = 2026
FEATURES, STRATA, FULL, QUICK = 12, 24, 200_000, 8_000
CREDENTIALS_OFFERED = 24
CALIBRATION, DIRECTIONS = 0.2, 6_000
"""Of a run's learners: the share on which strengths are set, and how many directions are fitted on."""
LIMIT, BOUND = 1_000.0, 0.02
LEAST_RATIO = 10.0


@dataclass(frozen=True)
class Problem:
    """Made-up learners: ``facts`` (n, features), ``p_complete`` (n, c), who is in the group, the stratum."""

    catalogue: Catalogue
    facts: Floats
    p_complete: Floats
    member: npt.NDArray[np.bool_]
    stratum: npt.NDArray[np.str_]

    @classmethod
    def draw(cls, n: int) -> "Problem":
        """Draw learners some of whose facts go with a group, and completion that depends on the facts."""
        rng = np.random.default_rng(SEED)
        member = rng.random(n) < 0.4
        facts = rng.normal(size=(n, FEATURES)) + 0.6 * member[:, None] * (np.arange(FEATURES) < 3)
        level = np.linspace(2.0, -1.5, CREDENTIALS_OFFERED)
        index = level + facts @ rng.normal(0, 0.5, (FEATURES, CREDENTIALS_OFFERED))
        stratum = np.char.add("s", rng.integers(STRATA, size=n).astype(str))
        return cls(_catalogue(), facts, expit(index), member, stratum)

    def rows(self, kept: npt.NDArray[np.int64]) -> "Problem":
        """Those of the learners at positions ``kept``."""
        return Problem(self.catalogue, self.facts[kept], self.p_complete[kept], self.member[kept], self.stratum[kept])

    @property
    def prospects(self) -> Prospects:
        """Everything open, everything chosen alike before."""
        even = np.full_like(self.p_complete, 1 / CREDENTIALS_OFFERED)
        return Prospects(self.p_complete, even, np.ones_like(even, dtype=bool), self.stratum, np.ones_like(even))

    @property
    def groups(self) -> Groups:
        """Labels of the one attribute."""
        return Groups({"group": np.where(self.member, "member", "other")}, frozenset(), 100)


def _catalogue() -> Catalogue:
    ids = [f"c{number:02d}" for number in range(CREDENTIALS_OFFERED)]
    credentials = pd.DataFrame(
        {"credential_id": ids, "name": ids, "kind": "Certificate", "award_level": "21", "cip": "510000"}
    ).assign(net_price=np.linspace(500, 20_000, CREDENTIALS_OFFERED), weeks=26.0)
    values = pd.DataFrame({"credential_id": ids, "benchmark_earnings": 36_000.0}).assign(
        median_earnings=36_000 + np.linspace(2_000, 50_000, CREDENTIALS_OFFERED), basis="imputed", source="made up"
    )
    edges = pd.DataFrame(columns=list(PATHWAYS.names))
    return Catalogue.of(conform(credentials, CREDENTIALS), conform(edges, PATHWAYS), conform(values, VALUES))


def ours(problem: Problem) -> float:
    """Seconds of fitting the default constraint as a run does."""
    n = len(problem.member)
    drawn = np.random.default_rng(SEED).permutation(n)
    calibration = problem.rows(drawn[: int(CALIBRATION * n)])
    trained = problem.rows(drawn[int(CALIBRATION * n) :][:DIRECTIONS])
    prospects = calibration.prospects
    began = time.perf_counter()
    split = Split(
        advise=lambda constraint: advise(constraint, calibration.catalogue, prospects),
        scores=lambda constraint: constraint.scores(prospects, RULE, calibration.catalogue),
        listed=lambda constraint: calibration.catalogue.value[advise(constraint, calibration.catalogue, prospects)],
        value=calibration.catalogue.value,
        expected_benefit=calibration.p_complete * calibration.catalogue.value,
        completion=calibration.p_complete,
        stratum=calibration.stratum,
        groups=calibration.groups,
    )
    directions = Directions(log_odds_of(trained.p_complete), trained.stratum, trained.groups)
    found = fit_constraint(split, directions, mechanism="erase", limit=LIMIT, floor=0.9)
    seconds = time.perf_counter() - began
    print(f"Onward's constraint: {len(found.tried)} trials, {found.outcome}")
    return seconds


RULE = RankingRule(completion_floor=0.4, overlap_floor=0.0, price_share=0.5, caution=1.1)


def advise(constraint: Constraint, catalogue: Catalogue, prospects: Prospects) -> npt.NDArray[np.int64]:
    """The first choice under a constraint."""
    return RULE.order(constraint.scores(prospects, RULE, catalogue), prospects, k=1)[:, 0]


def reduction(problem: Problem) -> tuple[npt.NDArray[np.int64], float]:
    """Fairlearn's ExponentiatedGradient on a high-value tier, then the best inside it, and how long fitting took."""
    value = problem.catalogue.value
    expected = problem.p_complete * value
    high = value >= np.median(value)
    # What history chose is drawn by expected benefit, with a penalty on value that the group met.
    rng = np.random.default_rng(SEED + 1)
    appeal = expected / 5_000 - problem.member[:, None] * value / 20_000 + rng.gumbel(size=expected.shape)
    tier = high[appeal.argmax(axis=1)].astype(int)
    model = lightgbm.LGBMClassifier(n_estimators=60, num_leaves=15, n_jobs=1, verbose=-1, random_state=0)
    began = time.perf_counter()
    fitted = ExponentiatedGradient(model, DemographicParity(difference_bound=BOUND), max_iter=5)
    fitted.fit(
        problem.facts,
        tier,
        sensitive_features=pd.Series(problem.member.astype(int)),
        control_features=pd.Series(problem.stratum),
    )
    return time.perf_counter() - began


def main() -> int:
    """Fit both as they are used, Onward on the parts of a run that it reads, and print seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} learners instead of {FULL:,}")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    arguments = parser.parse_args()
    problem = Problem.draw(QUICK if arguments.quick else FULL)
    ours_seconds, theirs = ours(problem), reduction(problem)
    ratio, least = theirs / ours_seconds, 1.0 if arguments.quick else LEAST_RATIO
    print(f"{len(problem.member):,} learners, {CREDENTIALS_OFFERED} credentials, {STRATA} strata, seed {SEED}")
    print(f"  Onward's constraint {ours_seconds:.1f} s; ExponentiatedGradient {theirs:.1f} s")
    print("  tracking_lab.py compares what they return")
    print(f"{'met   ' if ratio >= least else 'MISSED'} times faster: {ratio:.1f}, goal at least {least:g}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"onward": ours_seconds, "reduction": theirs}), encoding="utf-8")
    return 0 if ratio >= least else 1


if __name__ == "__main__":
    sys.exit(main())
