import pandas as pd
import pytest

from onward.audit.measures import first_advice, learner_measures, shared_learners
from onward.data import tables
from onward.data.tables import conform
from onward.errors import DataError


@pytest.fixture
def decisions(world):
    return conform(world["decisions"], tables.DECISIONS)


def test_only_the_first_rank_counts(decisions):
    second = decisions.assign(rank=2)
    assert len(first_advice(pd.concat([decisions, second]))) == len(decisions)


def test_two_decisions_of_one_learner_are_refused(decisions):
    with pytest.raises(DataError, match=r"1 more first-ranked row.* keep one decision per learner"):
        first_advice(pd.concat([decisions, decisions.head(1).assign(decision_id="again")]))


def test_a_row_that_stands_for_several_learners_is_refused(decisions):
    with pytest.raises(DataError, match="count of decisions holds numbers above 1; give one row per learner"):
        first_advice(decisions.assign(count=3))


def test_a_missing_probability_is_refused(decisions):
    with pytest.raises(DataError, match="p_complete of decisions is missing in 6000 first-ranked"):
        first_advice(decisions.assign(p_complete=None))


def test_an_advised_credential_without_a_value_is_refused_by_name(world, decisions):
    values = world["values"][world["values"]["credential_id"] != "c05"]
    with pytest.raises(DataError, match=r"table values has no figure for advised credential\(s\) c05; add them"):
        learner_measures(decisions, values=values, credentials=world["credentials"], price_share=0.4)


def test_a_credential_with_two_values_is_refused(world, decisions):
    twice = pd.concat([world["values"], world["values"].head(1)])
    with pytest.raises(DataError, match="table values holds a credential twice"):
        learner_measures(decisions, values=twice, credentials=world["credentials"], price_share=0.4)


def test_benefit_is_what_value_and_cost_are_expected_to_be(world, decisions):
    found = learner_measures(decisions, values=world["values"], credentials=world["credentials"], price_share=0.4)
    row, advised = found.iloc[0], decisions.iloc[0]
    price = world["credentials"].set_index("credential_id")["net_price"][advised["credential_id"]]
    p = advised["p_complete"]
    assert row["benefit"] == pytest.approx(p * row["value"] - (1 - p) * 0.4 * price)


def test_sources_without_a_common_learner_are_refused():
    apart = pd.DataFrame({"source": ["history", "onward"], "learner_id": ["a", "b"]})
    with pytest.raises(DataError, match="no learner has a decision from every source"):
        shared_learners(apart)
