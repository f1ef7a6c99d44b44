"""What a credential returns through what it leads to: how often completers went on, times what that returned."""

import pandas as pd

YEAR = 365.25
PRIOR = 10.0
"""Completers whose going on is taken to be the usual share: those of a credential count beside them."""


def onward_value(
    value: pd.Series,
    edges: pd.DataFrame,
    awards: pd.DataFrame,
    *,
    known_before: pd.Timestamp,
    window_years: float,
    discount_rate: float,
    fewest: int,
) -> pd.DataFrame:
    """Per credential of ``value`` (dollars a year, by id): ``goes_on``, ``onward_value`` and ``n``.

    Of a credential c's completers, those count whose ``window_years`` had passed before ``known_before``. One of them
    went on to d where they completed d, which c leads to, after c and within the window; whoever went on to several
    counts once, for the one that returned most beyond c. With K_d of n gone on to d after T_d years on average, m
    credentials that c leads to and p the usual share who go on,

        P_d = (K_d + PRIOR p / m) / (n + PRIOR)
        goes_on = sum of P_d;  onward_value = sum of P_d x max(0, value_d - value_c) / (1 + discount_rate) ^ T_d

    Nothing awarded on ``known_before`` or later is read. Both are missing where fewer than ``fewest`` completers count,
    and 0 where c leads to nothing.
    """
    leads = _leads(edges, value.index)
    first = awards[awards["awarded_on"] < known_before].groupby(["learner_id", "credential_id"])["awarded_on"].min()
    first = first.reset_index()
    window = pd.Timedelta(days=window_years * YEAR)
    closed = first[(first["awarded_on"] + window < known_before) & first["credential_id"].isin(value.index)]
    n = closed["credential_id"].value_counts().reindex(value.index, fill_value=0)
    steps = _steps(closed, first, leads, window=window)
    steps = _best(steps.assign(gain=_gain(steps, value) / (1 + discount_rate) ** steps["years"]))
    onward = leads["from_id"].unique()
    usual = len(steps) / n[onward].sum() if n[onward].sum() else 0.0
    shares = _shares(leads, steps, n, usual=usual)
    shares = shares.assign(returned=shares["share"] * _gain(shares, value) / (1 + discount_rate) ** shares["years"])
    found = shares.groupby("from_id")[["share", "returned"]].sum().reindex(value.index, fill_value=0.0)
    found = found.set_axis(["goes_on", "onward_value"], axis=1)
    few = (n < fewest) & n.index.isin(onward)
    return found.mask(few).round({"goes_on": 3, "onward_value": 2}).assign(n=n)


def _leads(edges: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    """Each pair of credentials of which one leads to the other, once, whatever the relation says it by."""
    pairs = edges[["from_id", "to_id"]].drop_duplicates()
    inside = pairs["from_id"].isin(ids) & pairs["to_id"].isin(ids) & (pairs["from_id"] != pairs["to_id"])
    return pairs[inside].sort_values(["from_id", "to_id"], ignore_index=True)


def _steps(closed: pd.DataFrame, first: pd.DataFrame, leads: pd.DataFrame, *, window: pd.Timedelta) -> pd.DataFrame:
    """Every step of a completer from one credential to another within the window, with the years between."""
    begun = closed.rename(columns={"credential_id": "from_id", "awarded_on": "began"}).merge(leads, on="from_id")
    both = begun.merge(first.rename(columns={"credential_id": "to_id"}), on=["learner_id", "to_id"])
    waited = both["awarded_on"] - both["began"]
    return both.assign(years=waited / pd.Timedelta(days=YEAR))[(waited > pd.Timedelta(0)) & (waited <= window)]


def _best(steps: pd.DataFrame) -> pd.DataFrame:
    """One step per completer: the one that returned most, then the earliest."""
    order = steps.sort_values(["gain", "years", "to_id"], ascending=[False, True, True])
    return order.drop_duplicates(["learner_id", "from_id"])


def _gain(pairs: pd.DataFrame, value: pd.Series) -> pd.Series:
    start, end = (value.reindex(pairs[name]).to_numpy(float) for name in ("from_id", "to_id"))
    return pd.Series(end - start, index=pairs.index).clip(lower=0.0)


def _shares(leads: pd.DataFrame, steps: pd.DataFrame, n: pd.Series, *, usual: float) -> pd.DataFrame:
    """The ``share`` of completers who took each pair, after how many ``years``; the usual number where nobody did."""
    taken = steps.groupby(["from_id", "to_id"])["years"].agg(["size", "mean"]).reset_index()
    pairs = leads.merge(taken, on=["from_id", "to_id"], how="left")
    ways = pairs.groupby("from_id")["to_id"].transform("size")
    counted = n.reindex(pairs["from_id"]).to_numpy(float)
    share = (pairs["size"].fillna(0.0) + PRIOR * usual / ways) / (counted + PRIOR)
    usual_years = float(steps["years"].mean()) if len(steps) else 0.0
    return pairs.assign(share=share, years=pairs["mean"].fillna(usual_years).astype(float))
