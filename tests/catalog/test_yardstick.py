"""By what a credential is judged, against results by hand."""

import pandas as pd
import pytest

from onward.catalog.yardstick import by_yardstick, passes_debt_test, payments
from onward.errors import SettingsError

VALUES = pd.DataFrame(
    {"credential_id": ["a", "b"], "median_earnings": [50_000.0, 60_000.0], "benchmark_earnings": 36e3}
)
CREDENTIALS = pd.DataFrame(
    {"credential_id": ["b", "a"], "award_level": ["5", "2"], "median_debt": [None, 12_000.0]}
).astype({"median_debt": float})


def judged(yardstick, **changes):
    given = {"interest_rate": 0.0, "family_wage": None} | changes
    return by_yardstick(VALUES, CREDENTIALS, yardstick=yardstick, **given).to_dict()


@pytest.mark.parametrize("yardstick", ["earnings_premium", "own"])
def test_the_premium_is_earnings_less_the_benchmark(yardstick):
    assert judged(yardstick) == {"a": 14_000.0, "b": 24_000.0}


def test_debt_takes_a_years_payment_and_counts_as_none_where_it_is_not_known():
    assert judged("debt_to_earnings") == {"a": 12_800.0, "b": 24_000.0}  # 12,000 over 10 years


def test_interest_makes_the_payment_dearer():
    monthly = 0.06 / 12
    yearly = 12 * 12_000 * monthly / (1 - (1 + monthly) ** -120)
    assert payments(CREDENTIALS, interest_rate=0.06)["a"] == pytest.approx(yearly)
    assert judged("debt_to_earnings", interest_rate=0.06)["a"] == pytest.approx(14_000 - yearly)


def test_no_debt_asks_for_no_payment():
    none = CREDENTIALS.assign(median_debt=0.0)
    assert payments(none, interest_rate=0.06).tolist() == [0.0, 0.0]


def test_the_family_wage_stands_in_place_of_the_benchmark():
    assert judged("family_wage", family_wage=51_000.0) == {"a": -1_000.0, "b": 9_000.0}


def test_without_a_family_wage_it_cannot_be_a_yardstick():
    with pytest.raises(SettingsError, match=r"expected audit\.family_wage"):
        judged("family_wage")


@pytest.mark.parametrize(("debt", "passes"), [(40_000.0, True), (40_001.0, False)])
def test_the_debt_test_allows_eight_per_cent_of_earnings(debt, passes):
    owing = CREDENTIALS.assign(median_debt=[None, debt])  # of 50,000: 4,000 a year over 10 years without interest
    found = passes_debt_test(VALUES, owing, interest_rate=0.0)
    assert found["a"] == passes
    assert pd.isna(found["b"])
