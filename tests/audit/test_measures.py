import numpy as np
import pandas as pd
import pytest

from onward.audit.advice import advice
from onward.audit.measures import bounds_of, measure, weighted_median, worth_of
from onward.audit.plan import AuditPlan
from onward.data import tables
from onward.data.tables import conform
from onward.errors import DataError

PLAN = AuditPlan(family_wage=50_000.0)
NONE = conform(pd.DataFrame({"from_id": [], "to_id": [], "relation": []}), tables.PATHWAYS)


@pytest.fixture
def decisions(world):
    return conform(world["decisions"], tables.DECISIONS)


@pytest.fixture
def catalogue(world):
    values, credentials = conform(world["values"], tables.VALUES), conform(world["credentials"], tables.CREDENTIALS)
    return {"values": values, "credentials": credentials, "pathways": NONE, "plan": PLAN}


def edges(*pairs, credits_recognised=None):
    frame = pd.DataFrame(pairs, columns=["from_id", "to_id"])
    return conform(frame.assign(relation="leads_to", credits_recognised=credits_recognised), tables.PATHWAYS)


def test_an_advised_credential_without_a_value_is_refused_by_name(catalogue):
    values = catalogue["values"][catalogue["values"]["credential_id"] != "c05"]
    with pytest.raises(DataError, match=r"table values has no figure for advised credential\(s\) c05; add them"):
        worth_of(["c04", "c05"], **(catalogue | {"values": values}))


def test_a_credential_with_two_values_is_refused(catalogue):
    twice = pd.concat([catalogue["values"], catalogue["values"].head(1)])
    with pytest.raises(DataError, match="table values holds a credential twice"):
        worth_of(["c04"], **(catalogue | {"values": twice}))


def test_an_advised_credential_that_the_catalogue_lacks_is_refused(catalogue):
    fewer = catalogue["credentials"].iloc[1:]
    with pytest.raises(DataError, match=r"table credentials has no figure for advised credential\(s\) c00"):
        worth_of(["c00", "c01"], **(catalogue | {"credentials": fewer}))


def test_benefit_is_what_value_and_cost_are_expected_to_be(decisions, catalogue):
    advised = advice(decisions, PLAN)
    of = worth_of(advised.credentials, **catalogue)
    found = measure("onward", advised, of, PLAN)
    row, figures = advised.first["onward"].iloc[0], found.figures.iloc[0]
    price = catalogue["credentials"].set_index("credential_id")["net_price"][row["credential_id"]]
    p = row["p_complete"]
    assert figures["benefit"] == pytest.approx(p * figures["value"] - (1 - p) * 0.4 * price)


def test_without_probabilities_benefit_and_completion_are_not_measured(decisions, catalogue):
    advised = advice(decisions.assign(p_complete=np.nan), PLAN)
    found = measure("onward", advised, worth_of(advised.credentials, **catalogue), PLAN)
    assert not {"benefit", "completion"} & set(found.figures)


def test_without_a_catalogue_there_is_no_cost_and_no_level(decisions, catalogue):
    advised = advice(decisions, PLAN)
    of = worth_of(advised.credentials, **(catalogue | {"credentials": None}))
    found = measure("onward", advised, of, PLAN)
    assert {"value", "completion", "fails_premium"} <= set(found.figures)
    assert not {"benefit", "level", "dead_end"} & set(found.figures)


def test_a_short_credential_that_leads_nowhere_is_a_dead_end(catalogue):
    of = worth_of(["c00", "c01"], **(catalogue | {"pathways": edges(("c00", "c05"))}))
    assert of.column("dead_end").tolist() == [0.0, 1.0]


def test_a_degree_that_leads_nowhere_is_no_dead_end(catalogue):
    degrees = catalogue["credentials"].assign(award_level="3")
    of = worth_of(["c00"], **(catalogue | {"credentials": degrees, "pathways": edges(("c03", "c04"))}))
    assert of.column("dead_end").tolist() == [0.0]


def test_a_path_to_a_family_wage_may_take_several_steps(catalogue):
    values = catalogue["values"].assign(median_earnings=40_000.0)
    values.loc[values["credential_id"] == "c09", "median_earnings"] = 52_000.0
    steps = edges(("c01", "c02"), ("c02", "c09"), ("c04", "c03"))
    of = worth_of(["c01", "c04", "c09"], **(catalogue | {"values": values, "pathways": steps}))
    assert of.column("family_wage").tolist() == [1.0, 0.0, 1.0]


def test_credits_that_stack_are_the_most_that_any_other_credential_recognises(catalogue):
    steps = edges(("c01", "c02"), ("c01", "c03"), credits_recognised=[12.0, 30.0])
    of = worth_of(["c01", "c02"], **(catalogue | {"pathways": steps}))
    assert of.column("stacking").tolist() == [30.0, 0.0]


def test_value_without_imputed_ones_leaves_out_who_was_advised_one(decisions, catalogue):
    advised = advice(decisions, PLAN)
    found = measure("onward", advised, worth_of(advised.credentials, **catalogue), PLAN).figures
    imputed = (advised.first["onward"]["credential_id"] == "c00").to_numpy()
    assert imputed.any()
    assert found["not_imputed"].isna().to_numpy().tolist() == imputed.tolist()


def test_a_credential_that_pays_no_more_than_high_school_fails_the_premium(catalogue):
    level = catalogue["values"].assign(median_earnings=36_000.0)
    assert worth_of(["c03"], **(catalogue | {"values": level})).column("fails_premium").tolist() == [1.0]


def test_exposure_weighs_each_place_of_a_list_by_the_attention_it_gets(catalogue):
    listed = pd.DataFrame(
        {"learner_id": "a", "rank": [1, 2], "credential_id": ["c02", "c07"], "source": "onward", "p_complete": 0.5}
    ).assign(decision_id="1", decided_on=pd.Timestamp("2024-09-01"))
    advised = advice(conform(listed, tables.DECISIONS), PLAN)
    of = worth_of(advised.credentials, **catalogue)
    found = measure("onward", advised, of, PLAN)
    value, second = dict(zip(of.ids, of.column("value"), strict=True)), 1 / np.log2(3)
    by_hand = (value["c02"] + second * value["c07"]) / (1 + second)
    assert found.figures["exposure"].item() == pytest.approx(by_hand)
    assert found.shares["exposure"].weight.sum() == pytest.approx(1.0)


def test_a_median_of_counted_rows_is_that_of_the_learners_they_stand_for():
    values, count = np.array([5.0, 1.0, 9.0]), np.array([2, 4, 1])
    assert weighted_median(values, count) == np.median(np.repeat(values, count))


def test_bounds_are_what_the_catalogue_tells_anybody(catalogue):
    of = worth_of(["c01", "c09"], **catalogue)
    assert bounds_of("completion", of) == (0.0, 1.0)
    assert bounds_of("value", of) == (of.column("value").min(), of.column("value").max())
    assert bounds_of("benefit", of)[0] <= -of.column("cost").max()
