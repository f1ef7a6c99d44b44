"""A small world of learners, credentials and decisions from three sources."""

import numpy as np
import pandas as pd
import pytest

from onward.audit import AuditPlan, audit

CREDENTIALS = 16
RACES = ["white", "black", "hispanic", "asian", "native_hawaiian_or_pacific_islander", "black|white", None]
RACE_SHARES = [0.42, 0.24, 0.2, 0.08, 0.004, 0.036, 0.02]
GENDERS = ["woman", "man", "nonbinary_or_other", None]
GENDER_SHARES = [0.55, 0.42, 0.01, 0.02]
STEERING = {"history": 2.0, "imitation": 1.8, "onward": 0.2}


def advice(source, steps, chance):
    """One learner's advice a row."""
    learners = [f"pseudonym-{i:05d}" for i in range(len(steps))]
    return pd.DataFrame(
        {
            "decision_id": [f"{source}-{i}" for i in range(len(steps))],
            "learner_id": learners,
            "decided_on": pd.Timestamp("2024-09-01"),
            "rank": 1,
            "credential_id": [f"c{k:02d}" for k in np.clip(np.round(steps), 0, CREDENTIALS - 1).astype(int)],
            "p_complete": chance,
            "source": source,
        }
    )


def catalogue(random):
    """The credentials and what they return."""
    ids = [f"c{k:02d}" for k in range(CREDENTIALS)]
    credentials = pd.DataFrame(
        {
            "credential_id": ids,
            "name": ids,
            "kind": "Certificate",
            "award_level": "21",
            "cip": "480508",
            "weeks": 30,
            "net_price": random.uniform(500, 9000, CREDENTIALS),
        }
    )
    worth = np.sort(random.normal(8_000, 6_000, CREDENTIALS))
    values = pd.DataFrame(
        {
            "credential_id": ids,
            "median_earnings": 36_000 + worth,
            "benchmark_earnings": 36_000.0,
            "basis": ["imputed", *["published"] * (CREDENTIALS - 1)],
            "source": "College Scorecard",
        }
    )
    return credentials, values


def make_world(*, n, seed):
    """What ``audit`` takes, besides the plan; the last five learners have no demographics."""
    random = np.random.default_rng(seed)
    race, gender = random.choice(RACES, n, p=RACE_SHARES), random.choice(GENDERS, n, p=GENDER_SHARES)
    stratum, lower = random.integers(0, 6, n), np.isin(race, ["black", "hispanic"]) * 1.0 + (gender == "woman")
    credentials, values = catalogue(random)
    rows = [
        advice(source, stratum + 5 - steering * lower + random.normal(0, 3, n), random.uniform(0.2, 0.95, n))
        for source, steering in STEERING.items()
    ]
    learners = [f"pseudonym-{i:05d}" for i in range(n)]
    demographics = pd.DataFrame({"learner_id": learners, "race_ethnicity": race, "gender": gender}).iloc[:-5]
    strata = pd.DataFrame({"learner_id": learners, "stratum": [f"s{code}" for code in stratum]})
    return {
        "decisions": pd.concat(rows, ignore_index=True),
        "demographics": demographics,
        "values": values,
        "credentials": credentials,
        "strata": strata,
    }


@pytest.fixture(scope="session")
def made_world():
    return make_world(n=2_000, seed=11)


@pytest.fixture(scope="session")
def plan():
    return AuditPlan(notes=("Earnings are those of United States workers.",))


@pytest.fixture(scope="session")
def editions(made_world, plan):
    return audit(**made_world, plan=plan)


@pytest.fixture(scope="session")
def found(editions):
    return editions.public


@pytest.fixture
def world(made_world):
    return {name: frame.copy() for name, frame in made_world.items()}
