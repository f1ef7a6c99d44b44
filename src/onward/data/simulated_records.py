"""What a made-up state system writes down of its learners: the canonical tables, up to the last date known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.simulated_catalogue import made_up_catalogue
from onward.data.simulated_history import INSTITUTIONS, Attempts, Bools, Days, Places
from onward.data.simulated_offerings import OFFERINGS
from onward.data.simulated_people import GPA_MEAN, GPA_SLOPE, Floats, People
from onward.data.simulated_work import Worked

Texts = npt.NDArray[np.object_]
STAGES = np.array(["eligible", "contacted", "applied", "offered", "enrolled"], object)
CHANNELS = np.array(["adviser", "email", "employer event", "text message"], object)
BROUGHT = (
    "Nursing assistant",
    "Emergency medical technician certification",
    "Construction safety badge",
    "Refrigerant handling certification",
    "Welding certification",
    "Commercial driver licence",
    "Forklift operator badge",
    "IT support microcredential",
    "Food safety badge",
)
"""What a learner may hold on entry."""
BROUGHT_RATE = 0.14
GRADE_NOISE = 0.5
"""Sd of a term's grade around preparation, on preparation's scale."""


@dataclass(frozen=True)
class Brought:
    """What learners bring: the credential held on entry (-1: none) and the day it was awarded, shape (n,)."""

    credential: Places
    awarded: Days

    @property
    def held(self) -> Bools:
        """Shape (n, c)."""
        held: Bools = self.credential[:, None] == np.arange(len(OFFERINGS))
        return held


def draw_brought(people: People, rng: np.random.Generator) -> Brought:
    """Draw credentials held on entry, by chance alone, so that they reveal nothing latent."""
    n = len(people)
    names = [offering.name for offering in OFFERINGS]
    options = np.array([names.index(name) for name in BROUGHT])
    credential = np.where(rng.random(n) < BROUGHT_RATE, options[rng.integers(len(options), size=n)], -1)
    return Brought(credential, people.entry - rng.integers(60, 2400, n).astype("timedelta64[D]"))


def attempts_frame(attempts: Attempts, ids: Texts, through: np.datetime64) -> pd.DataFrame:
    """Return the canonical attempts; one that ends after the last date known is in progress."""
    known = attempts.ended <= through
    ended = np.where(attempts.completed, "completed", np.where(attempts.transferred, "transferred", "stopped"))
    return pd.DataFrame(
        {
            "learner_id": ids[attempts.learner],
            "credential_id": _names()[attempts.credential],
            "started_on": attempts.started,
            "ended_on": np.where(known, attempts.ended, np.datetime64("NaT")),
            "status": np.where(known, ended, "in_progress"),
        }
    )


def awards_frame(attempts: Attempts, brought: Brought, ids: Texts, through: np.datetime64) -> pd.DataFrame:
    """Return the canonical awards: what was brought, then what was completed by the last date known."""
    brings = brought.credential >= 0
    done = attempts.completed & (attempts.ended <= through)
    return pd.DataFrame(
        {
            "learner_id": np.concatenate([ids[brings], ids[attempts.learner[done]]]),
            "credential_id": _names()[np.concatenate([brought.credential[brings], attempts.credential[done]])],
            "awarded_on": np.concatenate([brought.awarded[brings], attempts.ended[done]]),
            "issuer": np.repeat(np.array(["elsewhere", "state college system"], object), [brings.sum(), done.sum()]),
        }
    )


def enrollments_frame(
    attempts: Attempts, people: People, ids: Texts, through: np.datetime64, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the canonical terms of every attempt that end by the last date known.

    The grade of a whole term says something of preparation, with noise; a term left early has none.
    """
    begun = np.minimum(attempts.lived + 1, attempts.terms)
    row = np.repeat(np.arange(len(begun)), begun)
    term = np.arange(len(row)) - np.repeat(np.cumsum(begun) - begun, begun)
    length = (attempts.planned_days / attempts.terms)[row]
    start = attempts.started[row] + _whole_days(term * length)
    end = np.minimum(
        attempts.started[row] + _whole_days((term + 1) * length) - np.timedelta64(1, "D"), attempts.ended[row]
    )
    seen = end <= through
    row, term, start, end = row[seen], term[seen], start[seen], end[seen]
    whole = term < attempts.lived[row]
    chosen = attempts.credential[row]
    credits_ = _column("credits")[chosen] / attempts.terms[row]
    return pd.DataFrame(
        {
            "learner_id": ids[attempts.learner[row]],
            "institution_id": _institutions()[attempts.institution[row]],
            "term_start": start,
            "term_end": end,
            "cip": np.array([offering.cip for offering in OFFERINGS], object)[chosen],
            "credits_attempted": credits_,
            "credits_earned": np.where(whole, credits_, 0.0),
            "gpa": np.where(whole & (credits_ > 0), _grades(people.preparation[attempts.learner[row]], rng), np.nan),
            "modality": made_up_catalogue().credentials["modality"].to_numpy(object)[chosen],
        }
    )


def experiences_frame(attempts: Attempts, worked: Worked, ids: Texts, through: np.datetime64) -> pd.DataFrame:
    """Return the canonical experiences: what was brought, and every apprenticeship."""
    return pd.concat([worked.frame(ids), _apprenticeships(attempts, ids, through)], ignore_index=True)


def offers_frame(attempts: Attempts, ids: Texts, rng: np.random.Generator) -> pd.DataFrame:
    """Return the canonical offers: the stages each went through before the attempt, ``enrolled`` on the day of it."""
    made = np.flatnonzero(attempts.offered >= 0)
    enrolled = (attempts.stage == 3) & (attempts.credential == attempts.offered)
    stages = (attempts.stage + 1 + enrolled)[made]
    row = np.repeat(made, stages)
    stage = np.arange(len(row)) - np.repeat(np.cumsum(stages) - stages, stages)
    return pd.DataFrame(
        {
            "learner_id": ids[attempts.learner[row]],
            "credential_id": _names()[attempts.offered[row]],
            "stage": STAGES[stage],
            "channel": np.repeat(CHANNELS[rng.integers(len(CHANNELS), size=len(made))], stages),
            "on_date": attempts.started[row] - (12 * (4 - stage)).astype("timedelta64[D]"),
        }
    )


def _apprenticeships(attempts: Attempts, ids: Texts, through: np.datetime64) -> pd.DataFrame:
    row = np.flatnonzero(_column("work_based")[attempts.credential])
    chosen, ended = attempts.credential[row], attempts.ended[row]
    return pd.DataFrame(
        {
            "learner_id": ids[attempts.learner[row]],
            "kind": np.full(len(row), "apprenticeship", object),
            "soc": np.array([offering.soc for offering in OFFERINGS], object)[chosen],
            "employer": np.array([offering.partners for offering in OFFERINGS], object)[chosen],
            "started_on": attempts.started[row],
            "ended_on": np.where(ended <= through, ended, np.datetime64("NaT")),
            "credits_recommended": np.full(len(row), np.nan),
        }
    )


def _grades(preparation: Floats, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    heard = preparation + GRADE_NOISE * rng.standard_normal(len(preparation))
    return np.clip(np.round(GPA_MEAN + GPA_SLOPE * heard, 2), 0.0, 4.0)


def _whole_days(days: npt.NDArray[np.float64]) -> npt.NDArray[np.timedelta64]:
    return np.round(days).astype("timedelta64[D]")


def _names() -> Texts:
    return np.array([offering.credential_id for offering in OFFERINGS], object)


def _institutions() -> Texts:
    return np.array([f"college-{number:02d}" for number in range(1, INSTITUTIONS + 1)], object)


def _column(name: str) -> npt.NDArray[np.float64]:
    return np.array([getattr(offering, name) for offering in OFFERINGS])
