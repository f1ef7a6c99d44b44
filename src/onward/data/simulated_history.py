"""What the learners of a made-up state system chose, and what became of it: attempts, one after the other."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from onward.data.simulated_catalogue import made_up_catalogue
from onward.data.simulated_offerings import FIELDS, OFFERINGS
from onward.data.simulated_outcomes import blind_p_complete, recognised_share, true_p_complete
from onward.data.simulated_people import Floats, People, goal_level
from onward.data.simulated_world import STRETCH, TERM_WEEKS, World

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Days = npt.NDArray[np.datetime64]
MOST_ATTEMPTS = 3
BASE_APPEAL = {"20": -0.4, "21": 0.2, "2": 0.1, "4": 0.0, "3": 0.4, "5": -0.1}
"""How usual each award level is, whatever the learner is like."""
WELL_KNOWN = {
    "Nursing associate": 1.0,
    "Practical nursing": 0.8,
    "Commercial driver licence": 0.7,
    "Electrician apprenticeship": 0.7,
    "Industrial mechanic apprenticeship": 0.4,
}
"""Made-up appeal of credentials that everyone has heard of."""
INTEREST, FIT, GOAL_LEVEL, GOAL_FIELD, PAY, STEERING = 1.3, 0.35, 0.5, 0.3, 0.5, 0.45
"""What a unit of interest, preparation by rung, the stated level and field, and pay (a standard deviation of value) add
to appeal; STEERING is what a steering of 1 takes from pay's."""
FOLLOWS, NEEDED, OFFERED, STEPS_DOWN = 1.6, 2.0, 0.7, -1.5
"""What a pathway from the last award, one that asks for it, an offer in hand, and a rung below what is held in the
field, add to appeal."""
OFFER_RATE, STAGE_RATE = 0.22, 0.6
TRANSFER_RATE = 0.12
"""Share of those who leave that leave for another institution."""
RETURNS = {"completed": (0.55, 30, 160), "stopped": (0.28, 120, 400), "transferred": (0.60, 30, 120)}
"""How many start again after each end; least gap and mean of what is added to it, in days."""
INSTITUTIONS = 12
"""Colleges in the system; one per learner until they transfer."""
SMALLEST_CHANCE = 1e-6
"""Chances are kept this far from 0 and 1, so that a hazard can be taken to a power and back."""


@dataclass(frozen=True)
class Attempts:
    """The ``a`` attempts, one row each; what has a column per credential has shape (a, c).

    ended: the day it ends, known or not; planned_days: what completing takes; lived: whole terms survived, at most
    ``terms``; offered: the credential offered beforehand, -1 for none; stage: how far that offer went, 0 to 3.
    """

    learner: Places
    credential: Places
    started: Days
    ended: Days
    planned_days: npt.NDArray[np.float64]
    terms: npt.NDArray[np.int64]
    lived: npt.NDArray[np.int64]
    transferred: Bools
    institution: npt.NDArray[np.int64]
    offered: Places
    stage: npt.NDArray[np.int64]
    stop_hazard: Floats
    p_complete: Floats
    blind_p_complete: Floats
    eligible: Bools

    @property
    def completed(self) -> Bools:
        """Whether it ends in completion, known or not."""
        return self.lived >= self.terms

    def in_order(self) -> "Attempts":
        """Return the attempts by start, then by learner."""
        order = np.lexsort((self.learner, self.started))
        return Attempts(*(getattr(self, entry.name)[order] for entry in fields(self)))


@dataclass(frozen=True)
class Standing:
    """Where learners ``who`` stand as they choose: what they bring and hold, when, last award (-1: none), and where."""

    who: Places
    held: Bools
    recommended: Floats
    start: Days
    last: Places
    institution: npt.NDArray[np.int64]


def terms_of(weeks: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return how many terms of half a year a credential takes.

    >>> terms_of(np.array([6.0, 26.0, 34.0, 104.0])).tolist()
    [1, 1, 2, 4]
    """
    return np.maximum(np.ceil(weeks / TERM_WEEKS), 1).astype(np.int64)


def live(world: World, people: People, held: Bools, recommended: Floats, rng: np.random.Generator) -> Attempts:
    """Let the learners choose and attempt, up to three times; ``held`` (n, c), what they bring, is left unchanged.

    ``recommended``, shape (n, c): credits toward each credential for work before entry.
    """
    held, who, start = held.copy(), np.arange(len(people)), people.entry
    last = np.full(len(people), -1)
    institution = rng.integers(INSTITUTIONS, size=len(people))
    rounds = []
    for _ in range(MOST_ATTEMPTS):
        now = Standing(who, held[who], recommended[who], start, last[who], institution[who])
        tried = _attempt(world, people, now, rng)
        rounds.append(tried)
        done = tried.completed & (tried.ended <= world.through)
        held[who[done], tried.credential[done]] = True
        last[who[done]] = tried.credential[done]
        moved = tried.transferred
        institution[who[moved]] = (institution[who[moved]] + 1) % INSTITUTIONS
        who, start = _starting_again(world, tried, rng)
    return _joined(rounds).in_order()


def open_credentials(held: Bools) -> Bools:
    """Return what is open to learners who hold ``held``, shape (n, c): not yet awarded, every requirement held."""
    requires = made_up_catalogue().requires
    met = held.astype(np.float32) @ requires.T.astype(np.float32) == requires.sum(axis=1)
    opened: Bools = met & ~held
    return opened


def _attempt(world: World, people: People, now: Standing, rng: np.random.Generator) -> Attempts:
    who, held = now.who, now.held
    eligible, recognised = open_credentials(held), recognised_share(held, now.recommended)
    offered, stage = _offers(eligible, rng)
    appeal = _appeal(world, people, who) + _pull_of_history(held, now.last, offered, stage)
    gumbel = -np.log(rng.standard_exponential(appeal.shape, np.float32) + np.float32(1e-30))
    chosen = np.where(eligible, appeal / np.float32(world.overlap) + gumbel, -np.inf).argmax(axis=1)
    p_complete = true_p_complete(world, people, who, recognised)
    weeks = made_up_catalogue().weeks[chosen]
    terms, planned = terms_of(weeks), weeks * 7 * rng.uniform(*STRETCH, len(who))
    hazard = stop_hazard(p_complete[np.arange(len(who)), chosen], terms)
    lived = _terms_lived(hazard, terms, rng)
    return Attempts(
        learner=who,
        credential=chosen,
        started=now.start,
        ended=now.start + _days_until_end(planned, terms, lived, rng),
        planned_days=planned,
        terms=terms,
        lived=lived,
        transferred=(lived < terms) & (rng.random(len(who)) < TRANSFER_RATE),
        institution=now.institution,
        offered=offered,
        stage=stage,
        stop_hazard=hazard,
        p_complete=p_complete,
        blind_p_complete=blind_p_complete(world, people, who, recognised),
        eligible=eligible,
    )


def stop_hazard(p_complete: Floats, terms: npt.NDArray[np.int64]) -> Floats:
    """Return the chance of stopping in any one term: what makes surviving every term as likely as completing.

    >>> float(stop_hazard(np.array([0.25], np.float32), np.array([2]))[0])
    0.5
    """
    kept = np.clip(p_complete.astype(float), SMALLEST_CHANCE, 1.0 - SMALLEST_CHANCE) ** (1.0 / terms)
    hazard: Floats = (1.0 - kept).astype(np.float32)
    return hazard


def _appeal(world: World, people: People, who: Places) -> Floats:
    """Return how much each credential draws each learner, less the steering that keeps a group from what pays."""
    catalogue = made_up_catalogue()
    pay = (catalogue.value - catalogue.value.mean()) / catalogue.value.std()
    level = np.array([offering.award_level for offering in OFFERINGS], object)
    appeal = INTEREST * people.interest[who][:, catalogue.field]
    usual = [BASE_APPEAL[offering.award_level] + WELL_KNOWN.get(offering.name, 0.0) for offering in OFFERINGS]
    appeal += np.array(usual, np.float32)
    appeal += np.outer(FIT * people.preparation[who], catalogue.rung - 3.0)
    kept_from = world.steering_race * people.minoritised[who] + world.steering_gender * people.woman[who]
    appeal += np.outer(PAY - STEERING * kept_from, pay).astype(np.float32)
    appeal += GOAL_LEVEL * (goal_level(people)[who][:, None] == level)
    appeal += GOAL_FIELD * (people.interest_signal[who].argmax(axis=1)[:, None] == catalogue.field)
    return appeal.astype(np.float32, copy=False)


def _pull_of_history(held: Bools, last: Places, offered: Places, stage: npt.NDArray[np.int64]) -> Floats:
    catalogue = made_up_catalogue()
    after = (last >= 0)[:, None]
    follows, needs = catalogue.leads_to[last] & after, catalogue.requires.T[last] & after
    columns = np.arange(len(catalogue))
    invited = (offered[:, None] == columns) & (stage == 3)[:, None]
    in_field = np.equal.outer(np.arange(len(FIELDS)), catalogue.field)
    reached = np.stack([(held * (catalogue.rung * row).astype(np.float32)).max(axis=1) for row in in_field], axis=1)
    down = catalogue.rung < reached[:, catalogue.field]
    down &= ~catalogue.requires.any(axis=1)
    pull: Floats = (FOLLOWS * follows + NEEDED * needs + OFFERED * invited + STEPS_DOWN * down).astype(np.float32)
    return pull


def _offers(eligible: Bools, rng: np.random.Generator) -> tuple[Places, npt.NDArray[np.int64]]:
    """Offer some learners a credential made with an employer: which (-1: none) and how far it went; by chance alone."""
    n = len(eligible)
    draw = rng.random(eligible.shape, np.float32) * (eligible & made_up_catalogue().partnered)
    offered = np.where((rng.random(n) < OFFER_RATE) & (draw.max(axis=1) > 0), draw.argmax(axis=1), -1)
    return offered, np.minimum(rng.geometric(1.0 - STAGE_RATE, n) - 1, 3)


def _terms_lived(hazard: Floats, terms: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    survived = np.log(1.0 - rng.random(len(terms))) / np.log1p(-hazard.astype(float))
    lived: npt.NDArray[np.int64] = np.minimum(survived, terms).astype(np.int64)
    return lived


def _days_until_end(
    planned: npt.NDArray[np.float64],
    terms: npt.NDArray[np.int64],
    lived: npt.NDArray[np.int64],
    rng: np.random.Generator,
) -> npt.NDArray[np.timedelta64]:
    part = np.where(lived < terms, rng.uniform(0.2, 0.95, len(terms)), 0.0)
    return np.round((lived + part) * planned / terms).astype("timedelta64[D]")


def _starting_again(world: World, tried: Attempts, rng: np.random.Generator) -> tuple[Places, Days]:
    kind = np.where(tried.completed, 0, np.where(tried.transferred, 2, 1))
    rate, least, mean = np.array(list(RETURNS.values())).T[:, kind]
    gap = np.round(least + mean * rng.standard_exponential(len(kind))).astype("timedelta64[D]")
    again = tried.ended + gap
    chosen = (rng.random(len(kind)) < rate) & (again <= world.through)
    return tried.learner[chosen], again[chosen]


def _joined(rounds: list[Attempts]) -> Attempts:
    return Attempts(*(np.concatenate([getattr(part, entry.name) for part in rounds]) for entry in fields(Attempts)))
