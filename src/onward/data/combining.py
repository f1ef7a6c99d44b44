"""Rows of a file that are finer than those of a table, such as courses of a term, put together into one each."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.columns import Kind

How = Literal["sum", "mean", "least", "most", "first"]
_WAYS: dict[How, str] = {"mean": "mean", "least": "min", "most": "max", "first": "first"}


def combinable(kind: Kind) -> tuple[How, ...]:
    """Return the ways in which values of a kind can become one; a sum or a mean of codes or days is none.

    >>> combinable("integer"), combinable("text")
    (('sum', 'least', 'most', 'first'), ('first',))
    """
    if kind == "number":
        return ("sum", "mean", "least", "most", "first")
    if kind == "integer":
        return ("sum", "least", "most", "first")
    return ("least", "most", "first") if kind in {"date", "flag"} else ("first",)


def combined(
    frame: pd.DataFrame, rows: npt.NDArray[np.int64], *, key: tuple[str, ...], how: Mapping[str, How]
) -> tuple[pd.DataFrame, npt.NDArray[np.int64], npt.NDArray[np.intp]]:
    """Put rows of the same ``key`` together: columns as ``how`` says, others by the first value that is not missing.

    Returns the frame, the row of the file at which each of its rows begins, and the positions of those. What has no
    value in any row stays missing; a row whose key is incomplete stays alone.

    >>> courses = pd.DataFrame({"learner_id": ["a", "a"], "term_start": ["2024", "2024"], "credits": [3.0, 4.0]})
    >>> whole, *_ = combined(courses, np.array([2, 3]), key=("learner_id", "term_start"), how={"credits": "sum"})
    >>> whole["credits"].tolist()
    [7.0]
    """
    given = frame[list(key)]
    group = given.groupby(list(key), sort=False, dropna=False).ngroup().to_numpy()
    group = np.where(given.isna().any(axis=1), group.max(initial=0) + 1 + np.arange(len(frame)), group)
    group = pd.factorize(group)[0]
    first = np.flatnonzero(~pd.Series(group).duplicated().to_numpy())
    grouped = frame.groupby(group, sort=False)
    whole = grouped.first()
    for name, way in how.items():
        if name in frame:
            # A sum of nothing is missing, not zero.
            whole[name] = grouped[name].sum(min_count=1) if way == "sum" else grouped[name].agg(_WAYS[way])
    typed = {name: whole[name].astype(frame[name].dtype) for name in frame}
    return pd.DataFrame(typed).reset_index(drop=True), rows[first], first
