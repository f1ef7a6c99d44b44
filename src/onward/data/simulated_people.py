"""The learners of a made-up state system: who they are, what they are like, and what is recorded of it at entry."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from onward.data.published import published
from onward.data.simulated_offerings import FIELDS
from onward.data.simulated_world import PREPARATION_GAP, World

Floats = npt.NDArray[np.float32]
MINORITISED = ("black", "hispanic", "american_indian_or_alaska_native", "native_hawaiian_or_pacific_islander")
RACE_ANSWERS = {
    "hispanic": {"hispanic": 0.55, "hispanic|white": 0.38, "hispanic|black": 0.07},
    "two_or_more": {
        "black|white": 0.32,
        "american_indian_or_alaska_native|white": 0.26,
        "asian|white": 0.24,
        "middle_eastern_or_north_african|white": 0.08,
        "native_hawaiian_or_pacific_islander|white": 0.05,
        "asian|black": 0.05,
    },
}
"""How a reported class is answered where learners select all that apply; these shares are made up."""
GENDERS = ("woman", "man", "nonbinary_or_other", "declined", "unknown")
OTHER_GENDERS = (0.012, 0.010, 0.008)
"""Made-up shares of the answers the awards survey does not have."""
AGES = {"under_18": (16, 18), "18_to_24": (18, 25), "25_to_39": (25, 40), "40_and_over": (40, 66)}
HOURS_OF_WORK = {"none": 26.0, "part_time": 19.0, "full_time": 12.0}
GPA_MEAN, GPA_SLOPE = 2.8, 0.3
"""Grades are linear in the signal of preparation; the bounds of the scale lie four standard deviations away."""
COMMUTE = (30.0, 4.0, 7.0)
INCOME = (64.0, -9.0, 15.0)
"""Mean, shift of minoritised learners and sd of two recorded proxies that no outcome depends on."""


@dataclass(frozen=True)
class People:
    """The ``n`` learners; latent facts beside recorded ones.

    race: answers; minoritised, woman, man: 0 or 1; preparation: latent, shape (n,); interest: latent, (n, fields).
    hours: study hours a week; full_time: 0 or 1; commute, income: proxies; grade_signal and interest_signal: what is
    recorded of the latent facts, on their scale; entry: dates.
    """

    race: npt.NDArray[np.object_]
    gender: npt.NDArray[np.object_]
    minoritised: Floats
    woman: Floats
    man: Floats
    age: Floats
    employment: npt.NDArray[np.object_]
    hours: Floats
    full_time: Floats
    preparation: Floats
    interest: Floats
    commute: Floats
    income: Floats
    gpa: Floats
    interest_signal: Floats
    entry: npt.NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.age)

    @property
    def grade_signal(self) -> Floats:
        """What the recorded grade says of preparation, on its scale."""
        return ((self.gpa - GPA_MEAN) / GPA_SLOPE).astype(np.float32)


def race_shares() -> dict[str, float]:
    """Share of each answer to the question on race and ethnicity; sums to 1."""
    answers = {}
    for reported, share in published().shares("race").items():
        for answer, part in RACE_ANSWERS.get(reported, {reported: 1.0}).items():
            answers[answer] = share * part
    return answers


def gender_shares() -> dict[str, float]:
    """Share of each answer to the question on gender; sums to 1."""
    sexes = published().shares("sex")
    both = 1.0 - sum(OTHER_GENDERS)
    return dict(zip(GENDERS, (sexes["woman"] * both, sexes["man"] * both, *OTHER_GENDERS), strict=True))


def is_minoritised(answer: str) -> bool:
    """Say whether any selection is of a minoritised group.

    >>> is_minoritised("asian|black"), is_minoritised("white")
    (True, False)
    """
    return not set(MINORITISED).isdisjoint(answer.split("|"))


def interest_shift() -> Floats:
    """Mean interest of women in each field, in standard deviations; men's is the opposite. Shape (fields,).

    Half the distance, on the probit scale, between the share of women among a field's awards and among all.
    """
    women = published().share_of_women()
    fields = women.reindex([broad for _, broad in FIELDS.values()]).to_numpy(float)
    shift: Floats = ((ndtri(fields) - ndtri(women["all"])) / 2).astype(np.float32)
    return shift


def draw_people(world: World, rng: np.random.Generator) -> People:
    """Draw the learners of ``world``; its steering, barrier and overlap do not change who they are."""
    n, fields = world.learners, len(FIELDS)
    race, gender = _answers(race_shares(), n, rng), _answers(gender_shares(), n, rng)
    minoritised = pd.Series(race).map({answer: is_minoritised(answer) for answer in race_shares()}).to_numpy(np.float32)
    woman, man = (gender == "woman").astype(np.float32), (gender == "man").astype(np.float32)
    employment = _answers({"none": 0.30, "part_time": 0.36, "full_time": 0.34}, n, rng)
    preparation = rng.standard_normal(n, np.float32) - np.float32(PREPARATION_GAP) * minoritised
    interest = rng.standard_normal((n, fields), np.float32) + np.outer(woman - man, interest_shift())
    noise = np.float32(world.signal_noise)
    heard = preparation + noise * rng.standard_normal(n, np.float32)
    return People(
        race=race,
        gender=gender,
        minoritised=minoritised,
        woman=woman,
        man=man,
        age=_ages(n, rng),
        employment=employment,
        hours=_study_hours(employment, rng),
        full_time=(employment == "full_time").astype(np.float32),
        preparation=preparation,
        interest=interest,
        commute=_proxy(COMMUTE, minoritised, rng),
        income=_proxy(INCOME, minoritised, rng),
        gpa=np.clip(GPA_MEAN + GPA_SLOPE * heard, 0.0, 4.0).astype(np.float32),
        interest_signal=interest + noise * rng.standard_normal((n, fields), np.float32),
        entry=world.entry_days[rng.integers(world.cohorts, size=n)],
    )


def learners_frame(people: People, ids: npt.NDArray[np.object_]) -> pd.DataFrame:
    """Return the canonical learners; what is derived from recorded signals holds nothing more than they do."""
    stated = people.interest_signal.argmax(axis=1)
    return pd.DataFrame(
        {
            "learner_id": ids,
            "entry_date": people.entry,
            "age_at_entry": _decimals(people.age, 1),
            "prior_gpa": _decimals(people.gpa, 3),
            "math_ready": people.gpa >= 2.75,
            "english_ready": people.gpa >= 2.55,
            "goal_cip": np.array([cip for cip, _ in FIELDS.values()], object)[stated],
            "goal_level": goal_level(people),
            "employment": people.employment,
            "hours_per_week": people.hours.astype(float),
            **{
                f"x_interest_{cip}": _decimals(people.interest_signal[:, k], 3)
                for k, (cip, _) in enumerate(FIELDS.values())
            },
            "x_commute_minutes": _decimals(people.commute, 1),
            "x_neighbourhood_income": _decimals(people.income, 1),
        }
    )


def goal_level(people: People) -> npt.NDArray[np.object_]:
    """Return the award level each learner says they want: higher with better grades and more hours to study."""
    reach = people.grade_signal + (people.hours - 18.0) / 16.0
    levels = np.array(["20", "21", "3", "5"], object)
    stated: npt.NDArray[np.object_] = levels[np.digitize(reach, (-1.0, 0.0, 1.0))]
    return stated


def demographics_frame(people: People, ids: npt.NDArray[np.object_], rng: np.random.Generator) -> pd.DataFrame:
    """Return the canonical demographics; the flags go modestly with race and with neighbourhood income."""
    n = len(people)
    poorer = (people.income < 58).astype(np.float32)
    pell = rng.random(n) < 0.24 + 0.14 * people.minoritised + 0.22 * poorer
    return pd.DataFrame(
        {
            "learner_id": ids,
            "race_ethnicity": people.race,
            "gender": people.gender,
            "gender_imputed": np.zeros(n, bool),
            "age_band": np.array(list(AGES), object)[np.digitize(people.age, (18, 25, 40))],
            "disability": rng.random(n) < 0.11,
            "first_generation": rng.random(n) < 0.36 + 0.16 * people.minoritised,
            "pell": pell,
            "part_time": (people.hours < 15) ^ (rng.random(n) < 0.08),
            "single_parent": rng.random(n) < 0.03 + 0.09 * people.woman,
            "english_learner": rng.random(n) < 0.03 + 0.05 * people.minoritised,
            "economically_disadvantaged": pell | (rng.random(n) < 0.06),
        }
    )


def _decimals(numbers: Floats, places: int) -> npt.NDArray[np.float64]:
    return np.round(numbers.astype(float), places)


def _answers(shares: dict[str, float], n: int, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    edges = np.cumsum(list(shares.values()))
    drawn = np.searchsorted(edges, rng.random(n) * edges[-1], side="right")
    answers: npt.NDArray[np.object_] = np.array(list(shares), object)[drawn]
    return answers


def _ages(n: int, rng: np.random.Generator) -> Floats:
    shares = published().shares("age").reindex(list(AGES))
    bounds = np.array(list(AGES.values()), np.float32)
    low, high = bounds[np.searchsorted(shares.cumsum().to_numpy(float), rng.random(n)).clip(0, len(AGES) - 1)].T
    # Drawn a little below the upper bound, so that rounding never moves an age into the next band.
    ages: Floats = np.floor((low + (high - low) * rng.random(n, np.float32) * np.float32(0.999)) * 10) / 10
    return ages


def _study_hours(employment: npt.NDArray[np.object_], rng: np.random.Generator) -> Floats:
    mean = pd.Series(employment).map(HOURS_OF_WORK).to_numpy(np.float32)
    hours: Floats = np.clip(np.round(mean + 6 * rng.standard_normal(len(mean), np.float32)), 3, 60)
    return hours


def _proxy(shape: tuple[float, float, float], minoritised: Floats, rng: np.random.Generator) -> Floats:
    mean, shift, sd = shape
    return (mean + shift * minoritised + sd * rng.standard_normal(len(minoritised), np.float32)).astype(np.float32)
