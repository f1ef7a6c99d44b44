"""Sheets for groups too small to test: each learner's advice beside that of similar learners. For officers alone."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.audit.population import Cell

COLUMNS = [
    "attribute",
    "group",
    "learner_id",
    "stratum",
    "advised",
    "value",
    "similar_learners",
    "similar_mean_value",
    "similar_most_advised",
    "difference",
]


def case_review(
    first: pd.DataFrame, value: pd.Series, who: pd.DataFrame, stratum: pd.Series, groups: tuple[Cell, ...]
) -> pd.DataFrame:
    """Return a row for each learner of the groups, the widest shortfall first: what they and similar learners got.

    ``first`` holds learner_id and credential_id, ``value`` dollars a year, ``who`` groups and ``stratum`` strata, all
    in the same order. Similar are learners of the same stratum who are not of the group; where there is none the
    comparison is missing, and a person has to judge.
    """
    rows = pd.DataFrame(
        {
            "learner_id": first["learner_id"].to_numpy(),
            "stratum": stratum.to_numpy(),
            "advised": first["credential_id"].to_numpy(),
            "value": value.to_numpy(float),
        }
    )
    sheets = [
        _sheet(rows, (who[attribute] == group).to_numpy(bool)).assign(attribute=attribute, group=group)
        for attribute, group in groups
    ]
    return pd.concat(sheets, ignore_index=True)[COLUMNS] if sheets else pd.DataFrame(columns=COLUMNS)


def _sheet(rows: pd.DataFrame, inside: npt.NDArray[np.bool_]) -> pd.DataFrame:
    similar = rows[~inside].groupby("stratum")
    beside = pd.DataFrame(
        {
            "similar_learners": similar.size(),
            "similar_mean_value": similar["value"].mean(),
            "similar_most_advised": similar["advised"].agg(lambda ids: ids.mode().iloc[0]),
        }
    )
    found = rows[inside].join(beside, on="stratum")
    found["similar_learners"] = found["similar_learners"].fillna(0).astype(int)
    found["difference"] = found["value"] - found["similar_mean_value"]
    return found.sort_values(["difference", "learner_id"], na_position="last")
