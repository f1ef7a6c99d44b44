"""Two learners whose licence, and training at work that was evaluated, change what remains and so what is advised.

One holds the certification by which a state licenses emergency medical technicians, and was trained by an ambulance
service; the other holds a practical nurse's licence, was trained by a hospital, and has sixty weeks. An evaluator
recommends 12 credits for the training of each.
"""

from dataclasses import replace
from datetime import date

import pytest

from onward.data.learner import Learner
from onward.live.answers import recommend
from onward.policy.eligibility import Limits
from onward.release.bundle import load

DAY = date(2024, 9, 2)
FACTS = {
    "entry_date": "2024-01-08",
    "goal_cip": "510000",
    "goal_level": "3",
    "prior_gpa": 2.9,
    "math_ready": True,
    "english_ready": True,
    "hours_per_week": 24,
}
MEDIC, NURSE = "Paramedic associate", "Nursing associate"
TECHNICIAN = ("Emergency medical technician certification",)
PRACTICAL = ("Practical nursing", "Practical nurse licence")


@pytest.fixture(scope="module")
def bundle(trained):
    return load(trained.run.folder / "bundle")


def person(bundle, held, soc, *, evaluated) -> Learner:
    ids = dict(zip(bundle.adviser.catalogue.credentials["name"], bundle.adviser.catalogue.ids, strict=True))
    training = {"kind": "job", "soc": soc, "started_on": "2023-01-10", "ended_on": "2023-11-30"}
    return Learner(
        learner_id="ann",
        **FACTS,
        awards=[{"credential_id": ids[name], "awarded_on": "2022-05-20"} for name in held],
        experiences=[training | {"credits_recommended": 12.0 if evaluated else None}],
    )


def listed(bundle, learner, **limits) -> dict[str, dict]:
    """What is advised by name, in order."""
    answer = recommend(bundle, learner, as_of=DAY, k=50, limits=Limits(**limits))
    return {item["name"]: item for item in answer["advice"]["advised"]}


def left(item) -> tuple[float, ...]:
    return item["recognised_credits"], item["credits_left"], item["weeks_left"], item["price_left"]


def technician(bundle, *, evaluated) -> dict[str, dict]:
    return listed(bundle, person(bundle, TECHNICIAN, "292042", evaluated=evaluated))


def nurse(bundle, *, evaluated, **limits) -> dict[str, dict]:
    return listed(bundle, person(bundle, PRACTICAL, "291141", evaluated=evaluated), **limits)


def recognising_nothing(bundle):
    """The same advice at a college that recognises no credit."""
    return replace(
        bundle, adviser=replace(bundle.adviser, catalogue=replace(bundle.adviser.catalogue, recognised_cap=0.0))
    )


def test_the_certification_and_the_evaluated_training_leave_less_to_do(bundle):
    assert left(technician(bundle, evaluated=False)[MEDIC]) == (10.0, 52.0, 87.226, 7_212.9)
    assert left(technician(bundle, evaluated=True)[MEDIC]) == (22.0, 40.0, 67.097, 5_548.39)


def test_with_less_to_do_it_comes_earlier(bundle):
    without, with_it = (list(technician(bundle, evaluated=evaluated)) for evaluated in (False, True))
    assert with_it.index(MEDIC) < without.index(MEDIC)


def test_the_recognised_credit_is_the_reason(bundle):
    told = technician(bundle, evaluated=True)[MEDIC]["reasons"]
    assert "What you hold, or have learned at work, already counts toward it." in told


def test_where_a_college_recognises_nothing_the_training_changes_no_place(bundle):
    strict = recognising_nothing(bundle)
    without, with_it = (technician(strict, evaluated=evaluated) for evaluated in (False, True))
    assert list(without) == list(with_it)
    assert left(with_it[MEDIC]) == (0.0, 62.0, 104.0, 8_600.0)


def test_the_licensed_nurse_s_way_fits_her_sixty_weeks_once_her_training_counts(bundle):
    assert NURSE not in nurse(bundle, evaluated=False, max_weeks=60)
    advised = nurse(bundle, evaluated=True, max_weeks=60)
    assert next(iter(advised)) == NURSE
    assert left(advised[NURSE]) == (32.0, 30.0, 50.323, 4_741.94)


def test_without_the_licence_the_training_alone_is_not_enough(bundle):
    alone = listed(bundle, person(bundle, (), "291141", evaluated=True), max_weeks=60)
    assert NURSE not in alone


def test_training_that_is_still_running_counts_for_nothing_yet(bundle):
    learner = person(bundle, PRACTICAL, "291141", evaluated=True)
    running = learner.model_copy(
        update={"experiences": [spell.model_copy(update={"ended_on": None}) for spell in learner.experiences]}
    )
    assert left(listed(bundle, running)[NURSE])[0] == 20.0


def test_the_stack_to_what_is_not_open_yet_starts_from_what_counts(bundle):
    answer = recommend(bundle, person(bundle, PRACTICAL, "291141", evaluated=True), as_of=DAY, k=1)
    (licence,) = [item for item in answer["advice"]["not_yet_open"] if item["name"] == "Registered nurse licence"]
    assert [step["name"] for step in licence["stack"]["steps"]] == [NURSE, "Registered nurse licence"]
    assert licence["stack"]["weeks_left"] == 58.323
    assert licence["stack"]["price_left"] == 5_221.94
