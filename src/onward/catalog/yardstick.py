"""By what a credential is judged: dollars a year, one number per credential, never one per group."""

from typing import Literal

import numpy as np
import pandas as pd

from onward.catalog.funding import loan_years, yearly_payment
from onward.data.worth import earnings_premium
from onward.errors import SettingsError

Yardstick = Literal["earnings_premium", "debt_to_earnings", "family_wage", "own"]
WORDS: dict[Yardstick, str] = {
    "earnings_premium": "median earnings less those of high-school-only workers",
    "debt_to_earnings": "median earnings less those of high-school-only workers and less a year's payment on the "
    "median debt",
    "family_wage": "median earnings less the family wage",
    "own": "median earnings less the benchmark, both as the college's own table states them",
}
MOST_OF_EARNINGS = 0.08
"""Share of median earnings that a year's payment may take: the annual debt-to-earnings rate of 34 CFR 668.402."""


def by_yardstick(
    values: pd.DataFrame,
    credentials: pd.DataFrame,
    *,
    yardstick: Yardstick,
    interest_rate: float,
    family_wage: float | None,
) -> pd.Series:
    """Dollars a year by credential: earnings less what they are set against, which the yardstick says.

    Debt that is not known counts as none.

    >>> values = pd.DataFrame({"credential_id": ["c1"], "median_earnings": [50_000.0], "benchmark_earnings": 36_000.0})
    >>> credentials = pd.DataFrame({"credential_id": ["c1"], "award_level": ["3"], "median_debt": [10_000.0]})
    >>> for name in ("earnings_premium", "debt_to_earnings", "family_wage"):
    ...     by_yardstick(values, credentials, yardstick=name, interest_rate=0.06, family_wage=51_000.0).round().tolist()
    [14000.0]
    [12668.0]
    [-1000.0]
    """
    premium = earnings_premium(values)
    if yardstick == "debt_to_earnings":
        return premium - payments(credentials, interest_rate=interest_rate).reindex(premium.index).fillna(0.0)
    if yardstick == "family_wage":
        if family_wage is None:
            raise SettingsError(
                "value.yardstick: expected audit.family_wage with family_wage; there is none; state it, in dollars"
            )
        return pd.Series(values["median_earnings"].to_numpy(float) - family_wage, premium.index, name="value")
    return premium


def payments(credentials: pd.DataFrame, *, interest_rate: float) -> pd.Series:
    """Dollars a year that repay the median debt of each credential, over the years of its level; missing where unknown.

    Source: 34 CFR 668.403 (see ``funding.loan_years``).
    """
    years = credentials["award_level"].map(loan_years).to_numpy(float)
    debt = credentials["median_debt"].to_numpy(float)
    paid = [
        yearly_payment(owed, rate=interest_rate, years=over) if owed > 0 else owed
        for owed, over in zip(debt, years, strict=True)
    ]
    return pd.Series(paid, index=pd.Index(credentials["credential_id"], name="credential_id"), dtype=float)


def passes_debt_test(values: pd.DataFrame, credentials: pd.DataFrame, *, interest_rate: float) -> pd.Series:
    """Whether a year's payment takes at most 8% of median earnings, by credential; missing where debt is not known.

    One half of the federal test of 2023: a program also passed by discretionary earnings (34 CFR 668.402).

    >>> values = pd.DataFrame({"credential_id": ["c1"], "median_earnings": [20_000.0]})
    >>> credentials = pd.DataFrame({"credential_id": ["c1"], "award_level": ["3"], "median_debt": [15_000.0]})
    >>> passes_debt_test(values, credentials, interest_rate=0.06).to_dict()
    {'c1': False}
    """
    earnings = values.set_index("credential_id")["median_earnings"].astype(float)
    share = payments(credentials, interest_rate=interest_rate).reindex(earnings.index) / earnings
    passes = pd.Series(np.where(share.isna(), None, share <= MOST_OF_EARNINGS), index=earnings.index)
    return passes.astype("boolean").rename("passes_debt_test")
