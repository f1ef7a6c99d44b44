"""What a credential is worth and what an attempt at it may return: the three formulas, shared by advice and audit."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

Dollars = TypeVar("Dollars", pd.Series, npt.NDArray[np.float64])


def earnings_premium(values: pd.DataFrame) -> pd.Series:
    """Yearly dollars above high-school-only workers, by credential; the form of the federal earnings-premium test.

    Source: 34 CFR 668.402 compares the median earnings of completers with those of working adults who have only a
    high-school diploma. It describes completers who are counted; it is not the effect of the credential.

    >>> earnings_premium(pd.DataFrame({"credential_id": ["c1"], "median_earnings": [50_000.0],
    ...     "benchmark_earnings": [36_000.0]})).to_dict()
    {'c1': 14000.0}
    """
    premium = values["median_earnings"] - values["benchmark_earnings"]
    return pd.Series(
        premium.to_numpy(float), index=pd.Index(values["credential_id"], name="credential_id"), name="value"
    )


def cost_of_failing(credentials: pd.DataFrame, *, price_share: float) -> pd.Series:
    """Dollars lost by starting a credential and not finishing it: a share of its net price (unknown counts as 0).

    >>> cost_of_failing(pd.DataFrame({"credential_id": ["c1"], "net_price": [4_000.0]}), price_share=0.4).to_dict()
    {'c1': 1600.0}
    """
    cost = credentials["net_price"].fillna(0.0) * price_share
    return pd.Series(
        cost.to_numpy(float), index=pd.Index(credentials["credential_id"], name="credential_id"), name="cost_of_failing"
    )


def benefit(p_complete: Dollars, value: Dollars, cost: Dollars) -> Dollars:
    """Expected dollars of the first year after the attempt: P(complete) x value less P(not) x cost of failing.

    >>> benefit(np.array([0.5]), np.array([14_000.0]), np.array([1_600.0])).tolist()
    [6200.0]
    """
    return p_complete * value - (1.0 - p_complete) * cost
