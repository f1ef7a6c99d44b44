import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from onward.data.worth import benefit, cost_of_failing, earnings_premium

dollars = st.floats(0, 100_000)
share = st.floats(0, 1)


@given(share, dollars, dollars)
def test_benefit_lies_between_the_cost_of_failing_and_the_value(p, value, cost):
    assert -cost - 1e-6 <= benefit(np.array([p]), np.array([value]), np.array([cost]))[0] <= value + 1e-6


def test_benefit_of_a_sure_completion_is_the_value():
    assert benefit(np.array([1.0]), np.array([9_000.0]), np.array([500.0])).tolist() == [9_000.0]


def test_benefit_of_a_sure_failure_is_its_cost():
    assert benefit(np.array([0.0]), np.array([9_000.0]), np.array([500.0])).tolist() == [-500.0]


def test_a_credential_that_pays_less_than_high_school_has_a_negative_value():
    values = pd.DataFrame({"credential_id": ["c"], "median_earnings": [30_000.0], "benchmark_earnings": [36_000.0]})
    assert earnings_premium(values)["c"] == -6_000.0


def test_an_unknown_price_costs_nothing():
    assert cost_of_failing(pd.DataFrame({"credential_id": ["c"], "net_price": [None]}), price_share=1.0)["c"] == 0.0
