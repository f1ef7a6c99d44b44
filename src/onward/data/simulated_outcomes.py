"""How likely each learner of a made-up state system is to complete each credential, known to the simulator alone.

P(complete) is probit: Phi(a + b.p + b.u + observed - barrier). With Gaussian latent facts its mean given what is
recorded is then exact in each group: E[Phi(m + s Z)] = Phi(m / sqrt(1 + s^2)).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from onward.data.simulated_catalogue import made_up_catalogue
from onward.data.simulated_offerings import OFFERINGS
from onward.data.simulated_people import (
    COMMUTE,
    INCOME,
    Floats,
    People,
    gender_shares,
    interest_shift,
    is_minoritised,
    race_shares,
)
from onward.data.simulated_world import BARRIER_GENDER, BARRIER_RACE, HIGH_VALUE, PREPARATION_GAP, World

USUAL_HOURS, HOURS_SCALE = 18.0, 8.0
RECOGNITION = 0.5
"""What a whole credential's worth of recognised credit adds, on the probit scale."""
MOST_RECOGNISED = 0.75
CHOOSER_INTEREST, CHOOSER_FIT = 0.9, 0.15
"""Interest, and preparation by rung above the second, of the learner who typically chooses a credential."""
COMPLETION = {
    "20": (0.88, 0.20, 0.30, 0.04),
    "21": (0.79, 0.35, 0.45, 0.10),
    "2": (0.70, 0.45, 0.50, 0.12),
    "4": (0.52, 0.40, 0.55, 0.05),
    "3": (0.45, 0.70, 0.60, 0.20),
    "5": (0.40, 0.90, 0.60, 0.25),
}
"""By award level: how many of those who typically choose it complete, and what a unit of preparation, interest and
hours adds on the probit scale."""


@dataclass(frozen=True)
class Completion:
    """The coefficients of P(complete) of every credential, each of shape (c,)."""

    start: Floats
    preparation: Floats
    interest: Floats
    hours: Floats
    high_value: Floats

    @classmethod
    @cache
    def of_catalogue(cls) -> "Completion":
        """Read the coefficients off the catalogue's award levels."""
        table = np.array([COMPLETION[offering.award_level] for offering in OFFERINGS], np.float32)
        target, preparation, interest, hours = table.T
        catalogue = made_up_catalogue()
        fit = CHOOSER_FIT * (catalogue.rung - 2.0)
        spread = np.sqrt(1.0 + preparation**2 + 0.5 * interest**2)
        start = ndtri(target) * spread - preparation * fit - interest * CHOOSER_INTEREST
        high_value = (catalogue.value >= HIGH_VALUE).astype(np.float32)
        return cls(start.astype(np.float32), preparation, interest, hours, high_value)

    def observed(self, people: People, who: npt.NDArray[np.intp], recognised: Floats) -> Floats:
        """Return the part that is on record: hours, and credit recognised; shape (len(who), c)."""
        hours = (people.hours[who] - USUAL_HOURS) / HOURS_SCALE - people.full_time[who] * 0.5
        index: Floats = self.start + np.outer(hours, self.hours) + RECOGNITION * recognised
        return index


def recognised_share(held: npt.NDArray[np.bool_], recommended: Floats) -> Floats:
    """Return the share of each credential's credits that what is held and worked counts for, shape (n, c).

    ``recommended``: credits that evaluators recommend toward each, shape (n, c).
    """
    credit = np.array([offering.credits for offering in OFFERINGS], np.float32)
    of_work = np.divide(recommended, credit, out=np.zeros_like(recommended), where=credit > 0)
    share: Floats = held.astype(np.float32) @ made_up_catalogue().recognised.T + of_work
    return np.minimum(share, np.float32(MOST_RECOGNISED))


def true_p_complete(world: World, people: People, who: npt.NDArray[np.intp], recognised: Floats) -> Floats:
    """Return P(complete | do(credential)) of every credential for learners ``who``, shape (len(who), c)."""
    model, field = Completion.of_catalogue(), made_up_catalogue().field
    met = world.barrier * (BARRIER_RACE * people.minoritised[who] + BARRIER_GENDER * people.woman[who])
    index = model.observed(people, who, recognised)
    index += np.outer(people.preparation[who], model.preparation)
    index += people.interest[who][:, field] * model.interest
    index -= np.outer(met, model.high_value).astype(np.float32)
    return _phi(index)


def blind_p_complete(world: World, people: People, who: npt.NDArray[np.intp], recognised: Floats) -> Floats:
    """Return E[P(complete) | what is recorded at entry, and credit recognised], shape (len(who), c).

    Group and latent facts are integrated out, each group by how likely it is given the record. What earlier choices,
    grades and completions reveal of the latent facts is not used, so at later attempts the best possible is a little
    above it.
    """
    model, field = Completion.of_catalogue(), made_up_catalogue().field
    kept = 1.0 / (1.0 + world.signal_noise**2)
    spread = np.sqrt(1.0 + (model.preparation**2 + model.interest**2) * (1.0 - kept)).astype(np.float32)
    shared = model.observed(people, who, recognised)
    shared += np.outer(people.grade_signal[who] * kept, model.preparation)
    shared += people.interest_signal[who][:, field] * (kept * model.interest)
    cells = _cells()
    weights = _weights(world, people, who, cells)
    blind = np.zeros_like(shared)
    for cell, weight in zip(cells, weights.T, strict=True):
        prior = (1.0 - kept) * (cell.preparation * model.preparation + cell.interest[field] * model.interest)
        shift = (prior - world.barrier * cell.barrier * model.high_value).astype(np.float32)
        blind += weight[:, None] * _phi((shared + shift) / spread)
    return blind


@dataclass(frozen=True)
class Cell:
    """A combination of race and gender that latent facts, proxies or the barrier depend on, with its share."""

    share: float
    minoritised: int
    barrier: float
    interest: Floats

    @property
    def preparation(self) -> float:
        """Mean latent preparation."""
        return -PREPARATION_GAP * self.minoritised


def _cells() -> list[Cell]:
    race, gender = race_shares(), gender_shares()
    minoritised = sum(share for answer, share in race.items() if is_minoritised(answer)) / sum(race.values())
    genders = {1: gender["woman"], -1: gender["man"], 0: 1.0 - gender["woman"] - gender["man"]}
    shift = interest_shift()
    return [
        Cell(by_race * by_gender, m, BARRIER_RACE * m + BARRIER_GENDER * (sign == 1), sign * shift)
        for m, by_race in ((0, 1.0 - minoritised), (1, minoritised))
        for sign, by_gender in genders.items()
    ]


def _weights(world: World, people: People, who: npt.NDArray[np.intp], cells: list[Cell]) -> Floats:
    """Return P(cell | what is recorded), shape (len(who), cells)."""
    variance = 1.0 + world.signal_noise**2
    columns = []
    for cell in cells:
        off = (people.grade_signal[who] - cell.preparation) ** 2
        off = off + ((people.interest_signal[who] - cell.interest) ** 2).sum(axis=1)
        log = np.log(cell.share) - off / (2 * variance)
        for value, (mean, shift, sd) in ((people.commute, COMMUTE), (people.income, INCOME)):
            log = log - (value[who] - mean - shift * cell.minoritised) ** 2 / (2 * sd**2)
        columns.append(log)
    logs = np.stack(columns, axis=1)
    weights: Floats = np.exp(logs - logs.max(axis=1, keepdims=True)).astype(np.float32)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def _phi(index: Floats) -> Floats:
    probability: Floats = ndtr(index.astype(np.float32, copy=False))
    return probability
