import numpy as np
import pandas as pd
import pytest

from onward.audit import AuditPlan, audit
from onward.audit.comparison import Estimator, all_gaps, all_means, cells_of, difference
from onward.audit.intervals import gaps
from onward.audit.measures import Measured, Shares

CREDENTIALS = 8
ERROR = np.linspace(200.0, 3_000.0, CREDENTIALS)
WORTH = 2_000.0 * np.arange(CREDENTIALS)


@pytest.fixture
def who():
    random = np.random.default_rng(21)
    n = 2_000
    race, gender = random.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1]), random.choice(["man", "woman"], n)
    return pd.DataFrame({"race_ethnicity": race, "gender": gender}, dtype="str")


@pytest.fixture
def strata(who):
    codes = np.random.default_rng(22).integers(0, 4, len(who)).astype(str)
    return pd.DataFrame({"stratum": codes, "readiness": np.where(codes < "2", "ready", "not ready")}, dtype="str")


def advised(who, seed, steer):
    """The credential that each learner is advised: women lower ones, by ``steer``."""
    random = np.random.default_rng(seed)
    lower = steer * (who["gender"] == "woman").to_numpy()
    return np.clip(np.round(random.normal(4, 2, len(who)) - lower), 0, CREDENTIALS - 1).astype(int)


def by_value(place):
    every = np.arange(len(place))
    return Measured(pd.DataFrame({"value": WORTH[place]}), {"value": Shares(every, place, np.ones(len(place)))})


def estimator(measured, who, strata, *, error=ERROR, reference=None):
    return Estimator(measured, cells_of(who, strata, np.ones(len(who))), error, reference or {})


def test_without_errors_of_values_a_gap_is_that_of_chance_alone(who, strata):
    measured = by_value(advised(who, 1, 1.0))
    found = estimator(measured, who, strata, error=np.zeros(CREDENTIALS)).gaps("value", "gender", "stratum")
    alone = gaps(measured.figures["value"], who["gender"], strata["stratum"]).reset_index()
    pd.testing.assert_frame_equal(found[["n", "gap", "error", "freedom"]], alone[["n", "gap", "error", "freedom"]])
    assert (found["values"] == 0).all()
    assert found["sampling"].tolist() == found["error"].tolist()


def test_the_error_of_values_joins_that_of_chance_as_the_root_of_squares(who, strata):
    found = estimator(by_value(advised(who, 1, 1.0)), who, strata).gaps("value", "gender", "stratum")
    assert (found["values"] > 0).all()
    assert found["error"].to_numpy() == pytest.approx(np.hypot(found["sampling"], found["values"]))


def test_the_error_of_values_equals_that_across_drawn_values(who, strata):
    place, random = advised(who, 1, 1.0), np.random.default_rng(2)
    found = estimator(by_value(place), who, strata).gaps("value", "race_ethnicity", "stratum")
    drawn = [
        gaps(pd.Series(random.normal(WORTH, ERROR)[place]), who["race_ethnicity"], strata["stratum"])["gap"]
        for _ in range(800)
    ]
    assert found["values"].to_numpy() == pytest.approx(np.std(drawn, axis=0, ddof=1), rel=4 / np.sqrt(2 * 800))


def test_groups_that_are_advised_just_the_same_share_the_error_of_values_and_it_cancels(who, strata):
    cell = who["gender"] + who["race_ethnicity"] + strata["stratum"]
    alike = (who.groupby(cell).cumcount() % CREDENTIALS).to_numpy()
    errors = [
        estimator(by_value(place), who, strata).gaps("value", "gender", "stratum")["values"][0]
        for place in (alike, advised(who, 1, 1.0))
    ]
    assert errors[0] < errors[1] / 5


def test_the_covariance_of_gaps_has_their_squared_errors_on_its_diagonal(who, strata):
    at = estimator(by_value(advised(who, 1, 1.0)), who, strata)
    members = [("race_ethnicity", name) for name in "abc"] + [("gender", "man"), ("gender", "woman")]
    found = np.sqrt(np.diag(at.covariance(members, "value", "stratum")))
    errors = [at.gaps("value", name, "stratum")["error"] for name in ("race_ethnicity", "gender")]
    assert found == pytest.approx(np.concatenate(errors), rel=0.01)


def test_the_group_of_reference_has_no_gap_and_the_others_are_set_against_it(who, strata):
    measured = by_value(advised(who, 1, 1.0))
    at = estimator(measured, who, strata, reference={"race_ethnicity": "a"})
    found = at.gaps("value", "race_ethnicity", "stratum").set_index("group")["gap"]
    alone = gaps(measured.figures["value"], who["race_ethnicity"], strata["stratum"], reference="a")["gap"]
    assert np.isnan(found["a"])
    assert found[["b", "c"]].to_dict() == alone[["b", "c"]].to_dict()


def test_a_learner_without_a_figure_counts_neither_in_the_gap_nor_in_its_errors(who, strata):
    place = advised(who, 1, 1.0)
    kept = place != 0
    measured = by_value(place)
    without = Measured(measured.figures.where(kept[:, None]), measured.shares)
    found = estimator(without, who, strata).gaps("value", "gender", "stratum")
    few = estimator(by_value(place[kept]), who[kept].reset_index(drop=True), strata[kept].reset_index(drop=True)).gaps(
        "value", "gender", "stratum"
    )
    pd.testing.assert_frame_equal(found, few)


def test_a_change_rests_on_the_values_of_both_credentials(who, strata):
    before, after = advised(who, 1, 1.0), advised(who, 2, 0.0)
    moved = difference(by_value(before), by_value(after), "value", -1)
    weights = estimator(moved, who, strata).value_weights("value", "gender", "nothing")
    ends = [
        estimator(by_value(place), who, strata).value_weights("value", "gender", "nothing") for place in (before, after)
    ]
    assert weights == pytest.approx(ends[1] - ends[0])


def test_advice_that_did_not_change_has_a_change_of_zero_without_error(who, strata):
    same = by_value(advised(who, 1, 1.0))
    found = estimator(difference(same, same, "value", -1), who, strata).gaps("value", "gender", "nothing")
    assert found[["gap", "error"]].to_numpy() == pytest.approx(0.0)


def test_gaps_are_shown_over_all_learners_given_preparation_and_given_strata(who, strata):
    measured = by_value(advised(who, 1, 1.0))
    shares = measured.figures.assign(above_median=1.0 * (measured.figures["value"] > 7_000))
    found = all_gaps(estimator(Measured(shares, measured.shares), who, strata), level=0.01)
    shown = found.groupby("measure")["given"].unique().map(sorted).to_dict()
    assert shown == {"value": ["nothing", "preparation", "stratum"], "above_median": ["nothing", "stratum"]}


def test_a_group_few_of_whom_stand_beside_others_is_not_comparable(who, strata):
    apart = strata["stratum"].mask((who["race_ethnicity"] == "c") & (strata["stratum"] < "2"), "only c")
    measured = by_value(advised(who, 1, 1.0))
    found = all_gaps(estimator(measured, who, strata.assign(stratum=apart)), level=0.05)
    comparable = found[found["given"] == "stratum"].set_index("group")["comparable"]
    assert comparable.to_dict() == {"a": True, "b": True, "c": False, "man": True, "woman": True}


def test_the_interval_of_a_chance_stays_between_zero_and_one(who, strata):
    rare = pd.DataFrame({"completion": (np.arange(len(who)) % 400 == 0).astype(float)})
    found = all_means(Measured(rare, {}), cells_of(who, strata, np.ones(len(who))))
    assert found["low"].min() == 0.0
    assert found["group"].iloc[0] == "everyone"


NURSE = {"credential_id": "practical nurse", "cip": "513901"}
ASSISTANT = {"credential_id": "nursing assistant", "cip": "513902"}


def steered(n, seed):
    """Learners alike in all, and what they are advised: women the nursing assistant far more often than men."""
    random = np.random.default_rng(seed)
    woman = random.random(n) < 0.6
    assistant = random.random(n) < np.where(woman, 0.7, 0.2)
    learners = [f"p{number:04d}" for number in range(n)]
    advice = np.where(assistant, ASSISTANT["credential_id"], NURSE["credential_id"])
    rows = pd.DataFrame({"decision_id": learners, "learner_id": learners, "credential_id": advice})
    rows = rows.assign(decided_on=pd.Timestamp("2026-09-01"), rank=1)
    decisions = pd.concat([rows.assign(source=source) for source in ("history", "onward")], ignore_index=True)
    gender = np.where(woman, "woman", "man")
    return decisions, pd.DataFrame({"learner_id": learners, "race_ethnicity": "white", "gender": gender})


def audited(nurse, assistant, *, n=4_000):
    """Audit the steering where the two credentials are held to be worth so much."""
    decisions, demographics = steered(n, 23)
    catalogue = pd.DataFrame([NURSE, ASSISTANT]).assign(kind="Certificate", award_level="2", weeks=40.0)
    values = pd.DataFrame({"credential_id": catalogue["credential_id"], "median_earnings": [nurse, assistant]})
    found = audit(
        decisions,
        demographics=demographics,
        values=values.assign(benchmark_earnings=36_000.0, basis="published", source="College Scorecard"),
        credentials=catalogue.assign(name=catalogue["credential_id"]),
        plan=AuditPlan(attributes=("gender",)),
    ).restricted
    primary = (
        (found.gaps["source"] == "onward") & (found.gaps["measure"] == "value") & (found.gaps["given"] == "stratum")
    )
    return found, found.gaps[primary].set_index("group").loc["woman"]


def test_women_steered_from_nurse_to_nursing_assistant_are_found_where_each_has_its_own_value():
    found, women = audited(nurse=64_400.0, assistant=42_260.0)
    assert women["gap"] == pytest.approx(0.5 * (42_260 - 64_400), rel=0.1)
    assert women["high"] < -found.plan.limit
    assert found.verdict.status == "fail"


def test_the_same_steering_fails_among_learners_too_few_to_show_that_there_is_none():
    found, women = audited(nurse=64_400.0, assistant=42_260.0, n=1_000)
    assert women["n"] < found.needed
    assert found.verdict.status == "fail"


def test_the_same_steering_is_hidden_where_both_carry_the_value_of_their_field_51_39():
    found, women = audited(nurse=55_411.0, assistant=55_411.0)
    assert (women["gap"], women["low"], women["high"]) == (0.0, 0.0, 0.0)
    assert {finding.outcome for finding in found.verdict.findings} == {"inside"}
