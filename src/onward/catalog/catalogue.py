"""The catalogue: every credential that may be advised, with its edges and its worth, in one fixed order."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.catalog.pathways import Pathways
from onward.data.tables import CREDENTIALS, PATHWAYS, RUNGS, VALUES, conform
from onward.data.worth import cost_of_failing, earnings_premium
from onward.errors import DataError


@dataclass(frozen=True)
class Catalogue:
    """Credentials in one order, with pathways and value.

    ``value`` holds dollars a year, one number per credential, shape (c,); it is never one per group.
    """

    credentials: pd.DataFrame
    pathways: Pathways
    edges: pd.DataFrame
    values: pd.DataFrame
    value: npt.NDArray[np.float64]

    @classmethod
    def of(cls, credentials: pd.DataFrame, pathways: pd.DataFrame, values: pd.DataFrame) -> "Catalogue":
        """Compile canonical frames; refuse a credential without a value, by name."""
        ids = pd.Index(credentials["credential_id"])
        value = earnings_premium(values).reindex(ids)
        without = credentials.loc[value.isna().to_numpy(), "name"].tolist()
        if without:
            raise DataError(
                f"expected a row of values for every credential; {len(without)} lack one ({', '.join(without[:5])}); "
                "add rows to values, or take these credentials out of the catalogue"
            )
        return cls(credentials, Pathways.compile(pathways, ids), pathways, values, value.to_numpy(float))

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

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """A numeric or flag column as floats, missing as nan, shape (c,)."""
        return np.asarray(self.credentials[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan))

    def cost_of_failing(self, *, price_share: float) -> npt.NDArray[np.float64]:
        """Dollars lost by not finishing, shape (c,): ``price_share`` of the net price."""
        return np.asarray(cost_of_failing(self.credentials, price_share=price_share), dtype=float)

    def to_json(self) -> dict[str, Any]:
        """The catalogue as plain JSON values, from which ``from_json`` makes an equal one."""
        frames = {"credentials": self.credentials, "pathways": self.edges, "values": self.values}
        return {name: _rows(frame) for name, frame in frames.items()}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Catalogue":
        """Rebuild what ``to_json`` wrote."""
        tables = (CREDENTIALS, PATHWAYS, VALUES)
        return cls.of(
            *(
                conform(pd.DataFrame(content[table.name], columns=_names(content, table.name, table.names)), table)
                for table in tables
            )
        )


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
