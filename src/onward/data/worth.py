"""What a credential is worth and what an attempt at it may return: the formulas, shared by advice and audit."""

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


def value_of(values: pd.DataFrame) -> pd.Series:
    """Yearly dollars by which a credential is ranked and judged: by the chosen yardstick, else the earnings premium.

    >>> rows = pd.DataFrame({"credential_id": ["c1"], "median_earnings": [50_000.0], "benchmark_earnings": [36_000.0]})
    >>> value_of(rows).to_dict(), value_of(rows.assign(chosen_value=[-1_000.0])).to_dict()
    ({'c1': 14000.0}, {'c1': -1000.0})
    """
    premium = earnings_premium(values)
    if "chosen_value" not in values:
        return premium
    return pd.Series(values["chosen_value"].to_numpy(float), index=premium.index, name="value").fillna(premium)


MIDDLE_HALF, NEARLY_ALL = 2 * 0.674490, 2 * 1.959964
"""Standard deviations between the quartiles of a normal, and between the ends that hold 95 in 100."""
MEDIAN_ERROR = 1.253314
"""Standard error of a median of many over that of their mean, for a normal: the root of pi / 2."""
STANDS_FOR_ITSELF = ("published", "state_list")


def value_error(values: pd.DataFrame) -> pd.Series:
    """Dollars by which a credential's value may be off, one standard deviation, by credential.

    The spread is that of a normal with ``low`` and ``high`` as its quartiles; with basis occupation, where they are the
    ends between which the median is thought to lie, as the ends of 95 in 100. A figure that is published for the
    credential, or for its field and level, is the median of ``n`` and may be off by that median's standard error; one
    that stands in for another (an occupation's wage, an imputed figure, or a count that is missing) by the whole
    spread. Where ``low`` or ``high`` is missing the error is 0: it is not known.

    >>> value_error(pd.DataFrame({"credential_id": ["c1", "c2", "c3"], "low": 40_000.0, "high": 60_000.0,
    ...     "basis": ["imputed", "published", "occupation"], "n": [None, 100.0, None]})).round().to_dict()
    {'c1': 14826.0, 'c2': 1858.0, 'c3': 5102.0}
    """
    width = (values["high"] - values["low"]).astype(float).fillna(0.0).clip(lower=0.0).to_numpy()
    spread = width / np.where(values["basis"] == "occupation", NEARLY_ALL, MIDDLE_HALF)
    n = values["n"].astype(float).to_numpy()
    itself = values["basis"].isin(STANDS_FOR_ITSELF).to_numpy() & (n >= 1)
    error = np.where(itself, MEDIAN_ERROR * spread / np.sqrt(np.where(itself, n, 1.0)), spread)
    return pd.Series(error, index=pd.Index(values["credential_id"], name="credential_id"), name="value_error")


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
