"""How often off-policy intervals hold the true value, in made-up worlds where confounders are recorded or hidden.

Learners, choices and outcomes are drawn anew for every log, each learner at the first decision point alone. Both
models, of choice and of completion, are estimated on a log of their own, anew for every 500 logs; neither is told any
truth. The choice model is a conditional logit, the form of the simulator's own choice; the completion model is a logit
where the simulator's is a probit. The choice model knows the groups, as history did; the completion model does not.

The goal is that coverage is shown to be .93 or more: the one-sided 95% lower bound of it (Clopper and Pearson 1934).
500 logs would miss it about every other time where the true coverage is .95, so 3,000 are drawn. A quick run cannot
show it and asks for less: that the upper bound of coverage is not below .93.
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import log_softmax
from scipy.stats import beta
from sklearn.linear_model import LogisticRegression

from onward.data.simulated import World
from onward.data.simulated_catalogue import made_up_catalogue
from onward.data.simulated_history import Attempts, live, open_credentials
from onward.data.simulated_offerings import OFFERINGS
from onward.data.simulated_outcomes import recognised_share
from onward.data.simulated_people import People, draw_people, goal_level
from onward.data.simulated_records import draw_brought
from onward.data.worth import benefit, cost_of_failing
from onward.policy.evaluation import Estimate, Logged, deterministic, evaluate, mixed, softened
from onward.policy.prospects import Bools, Floats
from onward.policy.ranking import of_choice
from onward.policy.sensitivity import sensitivity

MEASURED = World(steering_race=1.0, steering_gender=0.7, barrier=0.0, signal_noise=0.0)
HIDDEN = World(steering_race=1.0, steering_gender=0.7, barrier=0.0, signal_noise=0.6)
FITTED_ON, LEARNERS, AT_ONCE, PER_FIT = 60_000, 4_000, 10, 500
TEMPERATURE, SHARE, PRICE_SHARE = 3_000.0, 0.5, 0.4
GOAL, CONFIDENCE = 0.93, 0.95
RIDGE = 1e-5
"""Pull of the choice model's coefficients toward 0, a learner: for credentials that hardly anyone chose."""
ENDS = {"value": ("low", "high"), "difference": ("difference_low", "difference_high")}
"""Where the ends of an interval of either quantity stand."""
ESTIMATORS = ("ips", "snips", "dm", "dr", "sndr")
LEVELS, LEVEL = np.unique([offering.award_level for offering in OFFERINGS], return_inverse=True)
VALUE = made_up_catalogue().value.astype(float)
COST = cost_of_failing(made_up_catalogue().credentials, price_share=PRICE_SHARE).to_numpy(float)


@dataclass(frozen=True)
class Log:
    """What is on record of ``n`` learners at their first decision; ``true_reward`` is what the simulator alone knows.

    facts: of a learner, (n, facts). pulls: of a learner and a credential, what draws one to the other, (pulls, n, c).
    drivers: the same, what completion goes by, (drivers, n, c). reward in dollars (n,), true_reward likewise (n, c).
    """

    facts: Floats
    pulls: Floats
    drivers: Floats
    open_to: Bools
    choice: npt.NDArray[np.int64]
    completed: Bools
    reward: Floats
    true_reward: Floats


def draw_log(world: World, n: int, rng: np.random.Generator) -> Log:
    """Draw learners and let them choose and attempt once: the data end on the day they enter."""
    first = replace(world, learners=n, cohorts=1, data_through=world.first_entry)
    people = draw_people(first, rng)
    held = draw_brought(people, rng).held
    attempts = live(first, people, held, no_work(held), rng)
    return recorded(people, held, attempts)


def no_work(held: Bools) -> npt.NDArray[np.float32]:
    """Credit recommended for work: none, for nobody in these logs has any."""
    return np.zeros(held.shape, np.float32)


def recorded(people: People, held: Bools, attempts: Attempts) -> Log:
    """What is on record, from the signals of latent facts and never from the facts."""
    grade, hours = people.grade_signal, (people.hours - 18.0) / 8.0
    interest = people.interest_signal[:, made_up_catalogue().field]
    every = np.ones((1, len(OFFERINGS)))
    drivers = (grade[:, None] * every, interest, hours[:, None] * every, people.full_time[:, None] * every)
    return Log(
        facts=np.column_stack([grade, hours, people.minoritised, people.woman]).astype(float),
        pulls=np.stack([interest, *stated(people), in_hand(attempts)]).astype(float),
        drivers=np.stack([*drivers, recognised_share(held, no_work(held))]).astype(float),
        open_to=open_credentials(held),
        choice=attempts.credential.astype(np.int64),
        completed=attempts.completed,
        reward=np.where(attempts.completed, VALUE[attempts.credential], -COST[attempts.credential]),
        true_reward=benefit(attempts.p_complete.astype(float), VALUE, COST),
    )


def stated(people: People) -> tuple[Bools, Bools]:
    """Which credentials are of the level, and of the field, that a learner says they want."""
    field = people.interest_signal.argmax(axis=1)[:, None] == made_up_catalogue().field
    return goal_level(people)[:, None] == LEVELS[LEVEL], field


def in_hand(attempts: Attempts) -> Bools:
    """Which credential a learner has an offer of in hand, (n, c)."""
    offered = attempts.offered[:, None] == np.arange(len(OFFERINGS))
    return offered & (attempts.stage == 3)[:, None]


@dataclass(frozen=True)
class Models:
    """The two models, both estimated: what history chooses, and who completes."""

    by_fact: Floats
    by_pull: Floats
    completing: Floats

    @classmethod
    def fit(cls, log: Log) -> "Models":
        """Fit both on one log."""
        by_fact, by_pull = fit_choice(log)
        return cls(by_fact, by_pull, fit_completion(log))

    def propensity(self, log: Log) -> Floats:
        """Chance that history chose each credential, (n, c)."""
        return np.asarray(np.exp(log_chances(log, self.by_fact, self.by_pull)))

    def expected(self, log: Log) -> Floats:
        """Expected reward of each credential in dollars, (n, c)."""
        start, slopes = self.completing[: len(OFFERINGS)], self.completing[len(OFFERINGS) :].reshape(-1, len(LEVELS))
        index = start + np.einsum("knc,kc->nc", log.drivers, slopes[:, LEVEL])
        return benefit(1.0 / (1.0 + np.exp(-index)), VALUE, COST)


def log_chances(log: Log, by_fact: Floats, by_pull: Floats) -> Floats:
    """Log of the conditional logit's chances; a slope per credential for facts, one for all for pulls."""
    appeal = by_fact[0] + log.facts @ by_fact[1:] + np.tensordot(by_pull, log.pulls, axes=1)
    return np.asarray(log_softmax(np.where(log.open_to, appeal, -np.inf), axis=1))


def fit_choice(log: Log) -> tuple[Floats, Floats]:
    """Estimate the conditional logit by its likelihood (McFadden 1974), with a very small ridge."""
    n, facts = log.facts.shape
    shape = (facts + 1, len(OFFERINGS))
    with_one = np.column_stack([np.ones(n), log.facts])

    def loss(given: Floats) -> tuple[float, Floats]:
        by_fact, by_pull = given[: np.prod(shape)].reshape(shape), given[np.prod(shape) :]
        logs = log_chances(log, by_fact, by_pull)
        off = np.exp(logs)
        off[np.arange(n), log.choice] -= 1.0
        slope = np.concatenate([(with_one.T @ off).ravel(), np.tensordot(log.pulls, off, axes=2)])
        return RIDGE * given @ given - of_choice(logs, log.choice).mean(), 2 * RIDGE * given + slope / n

    found = minimize(loss, np.zeros(np.prod(shape) + len(log.pulls)), jac=True, method="L-BFGS-B").x
    return found[: np.prod(shape)].reshape(shape), found[np.prod(shape) :]


def fit_completion(log: Log) -> Floats:
    """Estimate a logit of completing: an intercept for each credential, slopes for each award level."""
    chosen = log.drivers[:, np.arange(len(log.choice)), log.choice]
    level = (LEVEL[log.choice][:, None] == np.arange(len(LEVELS))).astype(float)
    design = np.column_stack([deterministic(log.choice, len(OFFERINGS)), *(level * one[:, None] for one in chosen)])
    model = LogisticRegression(C=100.0, fit_intercept=False, max_iter=1_000)
    return np.asarray(model.fit(design, log.completed).coef_[0])


def policies(propensity: Floats, expected: Floats, open_to: Bools) -> dict[str, Floats]:
    """What is evaluated: advice softened in dollars, and the best advice followed by half while half choose as ever."""
    best = np.where(open_to, expected, -np.inf).argmax(axis=1)
    return {
        "soft": softened(expected, open_to, TEMPERATURE),
        "mixed": mixed(deterministic(best, expected.shape[1]), propensity, SHARE),
    }


def coverage(world: World, runs: int, rng: np.random.Generator, *, fitted_on: int, bounded: bool) -> pd.DataFrame:
    """One row for every estimate of every log, beside the true ``true_value`` and ``true_difference``."""
    sizes = [min(PER_FIT, runs - begun) for begun in range(0, runs, PER_FIT)]
    parts = [logs(world, Models.fit(draw_log(world, fitted_on, rng)), size, rng, bounded=bounded) for size in sizes]
    return pd.concat(parts, ignore_index=True)


def logs(world: World, models: Models, runs: int, rng: np.random.Generator, *, bounded: bool) -> pd.DataFrame:
    """Evaluate the policies of one fit on ``runs`` logs; what is true are means over the learners of all of them."""
    rows, truths = [], []
    for _ in range(runs // AT_ONCE):
        log = draw_log(world, LEARNERS * AT_ONCE, rng)
        propensity, expected = models.propensity(log), models.expected(log)
        own = of_choice(log.true_reward, log.choice).mean()
        for policy, chances in policies(propensity, expected, log.open_to).items():
            value = (chances * log.true_reward).sum(axis=1).mean()
            truths.append({"policy": policy, "true_value": value, "true_difference": value - own})
            for at in range(0, len(log.choice), LEARNERS):
                part = slice(at, at + LEARNERS)
                logged = Logged(log.choice[part], log.reward[part], propensity[part], expected[part])
                rows += [row | {"policy": policy} for row in estimated(logged, chances[part], bounded=bounded)]
    return pd.DataFrame(rows).merge(pd.DataFrame(truths).groupby("policy").mean(), on="policy")


def estimated(logged: Logged, policy: Floats, *, bounded: bool) -> list[dict[str, object]]:
    """One row for each estimator and, where ``bounded``, for each Lambda; an interval not shown has missing ends."""
    found = evaluate(logged, policy)
    shared = {"effective_n": found.effective_n, "rare_share": found.rare_share}
    rows = [shared | estimate_row(name, getattr(found, name)) for name in ESTIMATORS]
    return rows + [shared | row for row in bound_rows(logged, policy)] if bounded else rows


def estimate_row(name: str, found: Estimate) -> dict[str, object]:
    """An estimate as a row."""
    low, high = found.interval or (np.nan, np.nan)
    less, more = found.difference_interval or (np.nan, np.nan)
    ends = {"low": low, "high": high, "difference_low": less, "difference_high": more}
    return {"estimator": name, "value": found.value, "difference": found.difference} | ends


def bound_rows(logged: Logged, policy: Floats) -> list[dict[str, object]]:
    """The range at each Lambda as a row; the ends of its difference have their sampling margins."""
    rows: list[dict[str, object]] = []
    for name, augmented in (("snips", False), ("sndr", True)):
        for found in sensitivity(logged, policy, augmented=augmented):
            less, more = found.limits or (np.nan, np.nan)
            ends = {"low": found.low, "high": found.high, "difference_low": less, "difference_high": more}
            rows.append({"estimator": f"{name} x{found.lambda_:g}"} | ends)
    return rows


@dataclass(frozen=True)
class Held:
    """How many of ``shown`` intervals held the truth, with the Clopper-Pearson bounds of that share."""

    held: int
    shown: int

    @classmethod
    def of(cls, rows: pd.DataFrame, quantity: str) -> "Held":
        """Count the intervals of ``value`` or ``difference``."""
        truth, (low, high) = rows[f"true_{quantity}"], (rows[end] for end in ENDS[quantity])
        return cls(int(((low <= truth) & (truth <= high)).sum()), int(low.notna().sum()))

    @property
    def least(self) -> float:
        """One-sided 95% lower bound."""
        return float(beta.ppf(1 - CONFIDENCE, self.held, self.shown - self.held + 1)) if self.held else 0.0

    @property
    def most(self) -> float:
        """One-sided 95% upper bound."""
        missed = self.shown - self.held
        return float(beta.ppf(CONFIDENCE, self.held + 1, missed)) if missed else 1.0

    def __str__(self) -> str:
        return f"{self.held / self.shown:.3f}"


def table(found: pd.DataFrame) -> str:
    """Bias, coverage and mean half-width of every estimator and range, in dollars; "-" where there is none."""
    lines = [
        f"  {'':19}  {'bias':>7}  {'value held, +-':>15}  {'difference held, +-':>19}  {'shown above history':>19}"
    ]
    for (policy, name), rows in found.groupby(["policy", "estimator"], sort=False):
        cells = [bias(rows), *(held_within(rows, quantity) for quantity in ENDS)]
        above = f"{(rows['difference_low'] > 0).mean():.2f}" if rows["difference_low"].notna().any() else "-"
        lines.append(f"  {policy:6} {name:12}  {cells[0]:>7}  {cells[1]:>15}  {cells[2]:>19}  {above:>19}")
    return "\n".join(lines)


def bias(rows: pd.DataFrame) -> str:
    """Mean of the estimate less the truth."""
    off = (rows["value"] - rows["true_value"]).mean()
    return f"{off:+,.0f}" if np.isfinite(off) else "-"


def held_within(rows: pd.DataFrame, quantity: str) -> str:
    """How often an interval or range held the truth, and its mean half-width; a single point has neither."""
    half = (rows[ENDS[quantity][1]] - rows[ENDS[quantity][0]]).mean() / 2
    return f"{Held.of(rows, quantity)} {half:8,.0f}" if half > 1e-6 else "-"


def heading(name: str, found: pd.DataFrame, runs: int) -> str:
    """What was run, what is true of each policy, and how far its weights go."""
    lines = [f"{name}: {runs:,} logs of {LEARNERS:,} learners"]
    for policy, rows in found[found["estimator"] == "dr"].groupby("policy", sort=False):
        true, more = rows["true_value"].mean(), rows["true_difference"].mean()
        worth, rare, shown = rows["effective_n"].median(), rows["rare_share"].mean(), rows["low"].notna().mean()
        lines += [
            f"  {policy}: truly ${true:,.0f}, {more:+,.0f} on history; weights worth {worth:,.0f} learners;",
            f"    {rare:.0%} of what it advises had a chance below 1%; intervals shown for {shown:.1%} of logs",
        ]
    return "\n".join(lines)


def claims(found: pd.DataFrame, *, quick: bool) -> list[dict[str, object]]:
    """The claim on the doubly robust interval, for each policy, its value and its difference to history."""
    judged = []
    for policy, rows in found[found["estimator"] == "dr"].groupby("policy", sort=False):
        for quantity in ("value", "difference"):
            held = Held.of(rows, quantity)
            bound = held.most if quick else held.least
            claim = f"coverage of DR's 95% interval of the {quantity}, {policy} policy"
            met = held.shown > 0 and bound >= GOAL
            judged.append({"claim": claim, "held": held.held, "shown": held.shown, "bound": bound, "met": met})
    return judged


def line(claim: dict[str, object], *, quick: bool) -> str:
    """A claim as a line."""
    which = "upper" if quick else "lower"
    seen = f"{claim['held']:,} of {claim['shown']:,}, {which} bound {claim['bound']:.4f}, goal at least {GOAL}"
    return f"{'met   ' if claim['met'] else 'MISSED'}  {seen}  {claim['claim']}"


def means(found: pd.DataFrame) -> list[dict[str, object]]:
    """Mean over logs of every column, for each policy and estimator; None where there is nothing to average."""
    each = found.groupby(["policy", "estimator"], sort=False).mean().reset_index()
    rows: list[dict[str, object]] = json.loads(each.to_json(orient="records"))
    return rows


def main() -> int:
    """Run both worlds, print figures beside goals, and say by the exit code whether every goal was met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="60 logs and a lesser goal, within 20 seconds")
    parser.add_argument("--runs", type=int, default=3_000, help="logs, in tens (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", type=Path, help="where to keep the figures")
    chosen = parser.parse_args()
    started, quick = time.monotonic(), chosen.quick
    runs, hidden_runs, fitted_on = (60, 20, 20_000) if quick else (chosen.runs, PER_FIT, FITTED_ON)
    of_measured, of_hidden = np.random.default_rng(chosen.seed).spawn(2)
    measured = coverage(MEASURED, runs, of_measured, fitted_on=fitted_on, bounded=False)
    print(heading("confounders recorded", measured, runs), table(measured), sep="\n", flush=True)
    hidden = coverage(HIDDEN, hidden_runs, of_hidden, fitted_on=fitted_on, bounded=True)
    print(heading("confounders hidden, no goal", hidden, hidden_runs), table(hidden), sep="\n")
    judged = claims(measured, quick=quick)
    print("\n".join(line(claim, quick=quick) for claim in judged))
    print("figures in dollars; snips x2: its range at a Lambda of 2, the difference's with sampling margins")
    print(f"{time.monotonic() - started:.0f} s, seed {chosen.seed}")
    if chosen.json:
        figures = {"recorded": means(measured), "hidden": means(hidden)}
        kept = {"seed": chosen.seed, "learners": LEARNERS, "claims": judged, "means": figures}
        chosen.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0 if all(claim["met"] for claim in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
