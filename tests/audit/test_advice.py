import pandas as pd
import pytest

from onward.audit.advice import advice
from onward.audit.plan import AuditPlan
from onward.data import tables
from onward.data.tables import conform
from onward.errors import DataError

PLAN = AuditPlan()


@pytest.fixture
def decisions(world):
    return conform(world["decisions"], tables.DECISIONS)


def test_sources_are_set_side_by_side_learner_by_learner(decisions):
    found = advice(decisions.sample(frac=1, random_state=2), PLAN)
    ids = [rows["learner_id"].tolist() for rows in found.first.values()]
    assert found.sources == ("history", "imitation", "onward")
    assert ids[0] == ids[1] == ids[2]
    assert (found.learners, found.left_out) == (2_000, 0)


def test_only_the_first_rank_is_first_advice(decisions):
    second = decisions.assign(rank=2)
    found = advice(pd.concat([decisions, second]), PLAN)
    assert len(found.first["onward"]) == 2_000
    assert len(found.listed["onward"]) == 4_000


def test_no_decision_at_all_is_refused(decisions):
    with pytest.raises(DataError, match="expected decisions; the table holds no row"):
        advice(decisions.head(0), PLAN)


def test_a_source_without_a_first_rank_is_refused(decisions):
    with pytest.raises(DataError, match="decisions of source history have no row of rank 1; rank from 1"):
        advice(decisions.assign(rank=2), PLAN)


def test_two_decisions_of_one_learner_are_refused(decisions):
    with pytest.raises(DataError, match=r"1 more first-ranked row.* keep one decision per learner"):
        advice(pd.concat([decisions, decisions.head(1).assign(decision_id="again")]), PLAN)


def test_two_rows_for_one_later_rank_are_refused(decisions):
    second = decisions.head(1).assign(rank=2)
    with pytest.raises(DataError, match=r"1 more row\(s\) than learners, sources and ranks; keep one row per rank"):
        advice(pd.concat([decisions, second, second]), PLAN)


def test_a_counted_row_that_stands_twice_is_refused(decisions):
    counted = decisions.assign(count=3)
    with pytest.raises(DataError, match=r"1 counted row\(s\) twice; add up their counts"):
        advice(pd.concat([counted, counted.head(1)]), PLAN)


def test_counted_rows_may_give_one_cell_of_learners_several_credentials(decisions):
    rows = decisions[decisions["source"] == "history"].assign(learner_id="hispanic women", count=2)
    rows = rows.drop_duplicates("credential_id")
    found = advice(rows, AuditPlan(judged="history", compared_with=""))
    assert found.counted
    assert found.learners == 2 * len(rows)


def test_a_probability_that_some_have_and_some_have_not_is_refused(decisions):
    some = decisions.assign(p_complete=decisions["p_complete"].mask(decisions.index < 3))
    with pytest.raises(DataError, match=r"missing in 3 first-ranked row\(s\); predict it .* or leave it out of all"):
        advice(some, PLAN)


def test_sources_without_a_common_learner_are_refused(decisions):
    apart = decisions.assign(learner_id=decisions["source"] + decisions["learner_id"])
    with pytest.raises(DataError, match="no learner has a decision from every source"):
        advice(apart, PLAN)


def test_what_an_adviser_recommended_is_no_source_to_be_compared(decisions):
    changed = decisions[decisions["source"] == "onward"].head(10).assign(source="adviser")
    found = advice(pd.concat([decisions, changed]), PLAN)
    assert "adviser" not in found.sources
    assert found.left_out == 0
