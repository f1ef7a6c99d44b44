import numpy as np
import pandas as pd
import pytest

from onward.audit.others import YEARS, others
from onward.audit.persistence import FLAGGED, NEGATIVES, POSITIVES, SCORED
from onward.audit.plan import AuditPlan
from onward.audit.suppression import withheld
from onward.data import tables
from onward.data.tables import conform

N = 3_000


def shaped(name, frame):
    return conform(frame, tables.BY_NAME[name])


@pytest.fixture(scope="module")
def given():
    random = np.random.default_rng(9)
    ids = [f"l{number:04d}" for number in range(N)]
    race = random.choice(
        ["white", "black", "hispanic", "asian", "native_hawaiian_or_pacific_islander"], N, p=[0.5, 0.2, 0.2, 0.09, 0.01]
    )
    people = {"learner_id": ids, "race_ethnicity": race, "gender": random.choice(["woman", "man"], N)}
    stops = random.random(N) < 0.3
    scores = {
        "learner_id": ids,
        "as_of": pd.Timestamp("2024-09-01"),
        "probability": np.clip(0.8 - 0.25 * stops + random.normal(0, 0.15, N), 0.01, 0.99),
        "outcome": ~stops,
    }
    years = pd.to_datetime([f"{year}-06-30" for year in random.integers(2010, 2024, N)])
    awards = {"learner_id": ids, "credential_id": random.choice(["c1", "c2"], N), "awarded_on": years}
    steps = [
        {"learner_id": one, "credential_id": "c1", "stage": stage, "on_date": pd.Timestamp("2024-03-01")}
        for one in ids[:2_000]
        for stage, chance in (("eligible", 1.0), ("contacted", 0.6), ("applied", 0.3), ("enrolled", 0.02))
        if random.random() < chance
    ]
    catalogue = pd.DataFrame(
        {
            "credential_id": ["c1", "c2"],
            "name": "x",
            "kind": "Certificate",
            "cip": "480508",
            "award_level": ["21", "3"],
            "weeks": 30,
            "work_based": [True, False],
        }
    )
    values = pd.DataFrame(
        {
            "credential_id": ["c1", "c2"],
            "median_earnings": [40_000.0, 52_000.0],
            "benchmark_earnings": 36_000.0,
            "basis": "published",
        }
    )
    empty = {name: tables.empty(tables.BY_NAME[name]) for name in ("decisions", "offers", "pathways", "strata")}
    return empty | {
        "demographics": shaped("demographics", pd.DataFrame(people)),
        "scores": shaped("scores", pd.DataFrame(scores)),
        "awards": shaped("awards", pd.DataFrame(awards)),
        "offers": shaped("offers", pd.DataFrame(steps)),
        "credentials": shaped("credentials", catalogue),
        "values": shaped("values", values),
    }


@pytest.fixture(scope="module")
def found(given):
    return others(given, plan=AuditPlan(capacity=200))


def groups_in(beside, population):
    cells = beside.cells
    return set(cells.loc[(cells["population"] == population) & (cells["attribute"] == "race_ethnicity"), "group"])


def test_the_officer_sees_every_group_and_the_public_small_ones_together(found):
    assert "native_hawaiian_or_pacific_islander" in groups_in(found.complete, SCORED)
    assert "native_hawaiian_or_pacific_islander" not in groups_in(found.public, SCORED)
    assert "too_few" in groups_in(found.public, SCORED)


@pytest.mark.parametrize("population", [SCORED, POSITIVES, NEGATIVES, FLAGGED])
def test_every_table_of_persistence_has_the_same_groups_so_that_none_tells_on_another(population, found):
    assert groups_in(found.public, population) == groups_in(found.public, SCORED)


def test_in_public_every_share_of_persistence_rests_on_enough_learners_of_either_outcome(found):
    cells = found.public.cells
    sizes = cells[cells["population"].isin([POSITIVES, NEGATIVES, FLAGGED]) & (cells["attribute"] == "race_ethnicity")]
    assert (sizes["n"] >= 10).all()


def test_when_small_groups_are_together_hardly_anything_is_left_to_withhold(found):
    outcomes = [one for one in found.public.populations if one.name.startswith(SCORED)]
    mask = withheld(outcomes, minimum=10)
    assert not any(mask.cells(one.name) or mask.measures(one.name) for one in outcomes)


def test_a_rare_step_of_outreach_is_still_shown_for_everyone(found):
    programmes = [one for one in found.public.populations if "programmes" in one.name]
    mask = withheld(programmes, minimum=10)
    assert not mask.hides(programmes[0].name, "everyone", "everyone", "enrolled")


def test_a_kind_of_programme_that_says_what_all_say_is_not_said_twice(found):
    assert [one.name for one in found.complete.populations if "programmes" in one.name] == [
        "work-based or partner programmes"
    ]


def test_only_the_latest_years_of_awards_are_shown(found):
    years = [one.name for one in found.public.populations if one.name.startswith("awards")]
    assert years == [f"awards {year}" for year in range(2024 - YEARS, 2024)]


def test_what_no_table_tells_is_named_with_what_it_takes(given):
    nothing = {
        name: frame.head(0) if name in {"scores", "offers", "awards"} else frame for name, frame in given.items()
    }
    found = others(nothing, plan=AuditPlan())
    assert {"persistence", "participation", "earned", "overrides"} <= set(found.not_evaluated)
    assert found.public.cells.empty


def test_without_flags_nobody_is_said_to_be_missed(given):
    found = others(given, plan=AuditPlan())
    assert "flags" in found.not_evaluated
    assert "missed" not in set(found.public.cells["measure"])
