"""The catalogue: every credential that may be advised, with its edges and its worth, in one fixed order."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.catalog.pathways import Pathways
from onward.data.tables import CREDENTIALS, PATHWAYS, RUNGS, VALUES, conform
from onward.data.worth import cost_of_failing, value_of
from onward.errors import DataError

RECOGNISED_CAP = 0.75
"""The share of a credential's credits that recognised credit may make up, where a college says nothing else.

A quarter in residence is what accreditors commonly ask for, and the most that colleges which serve the military may ask
for (Department of Defense Instruction 1322.25).
"""
MINOR_GROUP = 3
"""Digits of a SOC code that name its minor group."""


@dataclass(frozen=True)
class Catalogue:
    """Credentials in one order, with pathways and value.

    ``value`` holds dollars a year by the chosen yardstick, one number per credential, shape (c,); never one per group.
    ``recognised_cap`` is the share of a credential's credits that recognised credit may make up, at most.
    """

    credentials: pd.DataFrame
    pathways: Pathways
    edges: pd.DataFrame
    values: pd.DataFrame
    value: npt.NDArray[np.float64]
    recognised_cap: float = RECOGNISED_CAP

    @classmethod
    def of(
        cls,
        credentials: pd.DataFrame,
        pathways: pd.DataFrame,
        values: pd.DataFrame,
        *,
        recognised_cap: float = RECOGNISED_CAP,
    ) -> "Catalogue":
        """Compile canonical frames; refuse a credential without a value, by name."""
        ids = pd.Index(credentials["credential_id"])
        value = value_of(values).reindex(ids)
        without = credentials.loc[value.isna().to_numpy(), "name"].tolist()
        if without:
            raise DataError(
                "expected a row of values, with earnings and what they are set against, for every credential; "
                f"{len(without)} lack one ({', '.join(without[:5])}); add to values, or take these credentials out of "
                "the catalogue"
            )
        compiled = Pathways.compile(pathways, ids)
        return cls(credentials, compiled, pathways, values, value.to_numpy(float), recognised_cap)

    def __len__(self) -> int:
        return len(self.credentials)

    @cached_property
    def ids(self) -> pd.Index:
        """The credential ids, in catalogue order."""
        return pd.Index(self.credentials["credential_id"])

    @cached_property
    def positions(self) -> dict[str, int]:
        """The position of each credential id."""
        return {credential_id: position for position, credential_id in enumerate(self.ids)}

    def places(self, credential_ids: pd.Series) -> npt.NDArray[np.int64]:
        """The position of each of ``credential_ids``; one that is not in the catalogue is refused."""
        places = self.ids.get_indexer(credential_ids).astype(np.int64)
        if (places < 0).any():
            raise DataError(
                f"expected credentials of the catalogue; {int((places < 0).sum())} rows name others; add them to "
                "credentials and values, or remove these rows"
            )
        return np.asarray(places)

    @cached_property
    def rung(self) -> npt.NDArray[np.float64]:
        """How high each credential stands on the ladder of award levels, shape (c,)."""
        return np.asarray(self.credentials["award_level"].map(RUNGS), dtype=float)

    @cached_property
    def field(self) -> npt.NDArray[np.object_]:
        """The two-digit CIP field of each credential, shape (c,)."""
        return np.asarray(self.credentials["cip"].str[:2], dtype=object)

    @cached_property
    def minor_group(self) -> npt.NDArray[np.object_]:
        """The SOC minor group of each credential's occupation, shape (c,); None where it is not known."""
        return minor_groups(np.array([None if pd.isna(code) else code for code in self.credentials["soc"]], object))

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """A numeric or flag column as floats, missing as nan, shape (c,); it is kept, and so cannot be written to."""
        if name not in self._numbers:
            column = np.array(self.credentials[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan))
            column.setflags(write=False)
            self._numbers[name] = column
        return self._numbers[name]

    @cached_property
    def _numbers(self) -> dict[str, npt.NDArray[np.float64]]:
        return {}

    def cost_of_failing(self, *, price_share: float) -> npt.NDArray[np.float64]:
        """Dollars lost by not finishing, shape (c,): ``price_share`` of the net price."""
        return np.asarray(cost_of_failing(self.credentials, price_share=price_share), dtype=float)

    def to_json(self) -> dict[str, Any]:
        """The catalogue as plain JSON values, from which ``from_json`` makes an equal one."""
        frames = {"credentials": self.credentials, "pathways": self.edges, "values": self.values}
        return {name: _rows(frame) for name, frame in frames.items()} | {"recognised_cap": self.recognised_cap}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Catalogue":
        """Rebuild what ``to_json`` wrote."""
        tables = (CREDENTIALS, PATHWAYS, VALUES)
        return cls.of(
            *(
                conform(pd.DataFrame(content[table.name], columns=_names(content, table.name, table.names)), table)
                for table in tables
            ),
            recognised_cap=content["recognised_cap"],
        )


def minor_groups(soc: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """The SOC minor group of each code, same shape; None where a code is missing or too short to name one.

    >>> minor_groups(np.array(["292061", "31", None], dtype=object)).tolist()
    ['292', None, None]
    """
    groups = [None if code is None or len(code) < MINOR_GROUP else code[:MINOR_GROUP] for code in soc]
    return np.array(groups, dtype=object)


def _names(content: dict[str, Any], table: str, declared: tuple[str, ...]) -> list[str]:
    return list(content[table][0]) if content[table] else list(declared)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values: dates as ISO texts, missing as None."""
    plain = frame.copy()
    for name in plain.select_dtypes("datetime"):
        plain[name] = plain[name].dt.strftime("%Y-%m-%d")
    plain = plain.astype(object)
    rows: list[dict[str, Any]] = plain.where(plain.notna(), None).to_dict("records")
    return rows
