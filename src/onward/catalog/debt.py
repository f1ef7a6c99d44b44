"""What completers who borrowed owe, where the college does not say: the institution's program, else field and level."""

import pandas as pd

from onward.catalog.field_figures import FieldFigures, field_figures
from onward.catalog.value import BY_OCCUPATION
from onward.data.scorecard import BY_AWARD_LEVEL, Scorecard


def debt_of(
    credentials: pd.DataFrame, *, scorecard: Scorecard | None = None, fields: FieldFigures | None = None
) -> pd.DataFrame:
    """Median debt in dollars and its ``basis`` (stated, institution, field), in the order of ``credentials``.

    Both are missing where nothing is known, and left so for what federal loans do not reach: certificates under 12
    weeks and what is taught outside credit.

    >>> one = pd.DataFrame({"award_level": ["3"], "cip": ["513801"], "provider_id": [None], "noncredit": [False],
    ...     "median_debt": [None]})
    >>> debt_of(one).to_dict("records")
    [{'median_debt': 15000.0, 'basis': 'field'}]
    """
    rows = [_debt(credential, scorecard, fields or field_figures()) for _, credential in credentials.iterrows()]
    frame = pd.DataFrame(rows, columns=["median_debt", "basis"], index=credentials.index)
    return frame.astype({"median_debt": float})


def _debt(credential: pd.Series, scorecard: Scorecard | None, fields: FieldFigures) -> tuple[float | None, str | None]:
    if pd.notna(credential["median_debt"]):
        return float(credential["median_debt"]), "stated"
    noncredit = pd.notna(credential["noncredit"]) and bool(credential["noncredit"])
    if noncredit or credential["award_level"] == BY_OCCUPATION:
        return None, None
    cip, level = str(credential["cip"]), BY_AWARD_LEVEL[credential["award_level"]]
    own = None if scorecard is None else scorecard.find(credential["provider_id"], cip, level)
    if own is not None and pd.notna(own["debt"]):
        return float(own["debt"]), "institution"
    debt = fields.debt(cip, level)
    return debt, None if debt is None else "field"
