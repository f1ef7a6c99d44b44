"""Which credential of the catalogue a course row or a declared program belongs to."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from onward.data.pdp.calendar import UNKNOWN, Ints
from onward.data.pdp.cells import cip_number
from onward.data.pdp.columns import CREDENTIALS_SOUGHT

SOUGHT = tuple(CREDENTIALS_SOUGHT)
LEVELS_SOUGHT = {
    "C1": ("20", "21", "1"),
    "C2": ("2",),
    "C4": ("4",),
    "01": ("20", "21", "1", "2", "4"),
    "A": ("3",),
    "B": ("5",),
    "PB": ("6",),
    "M": ("7",),
    "D": ("17", "19"),
    "FP": ("18",),
    "PC": ("8",),
}
"""Award levels that a credential may have to be what was sought; NC is none."""


@dataclass(frozen=True)
class Programs:
    """The credentials of a catalogue, by CTID and by field and level sought.

    ``by_field`` holds the place of the one credential by a number for its CIP code and a place in SOUGHT; where there
    are several, there is none.
    """

    ids: pd.Index
    by_field: "pd.Series[int]"

    @classmethod
    def of(cls, credentials: pd.DataFrame | None) -> "Programs":
        """Read a catalogue with the columns credential_id, award_level and cip, all text.

        >>> frame = pd.DataFrame({"credential_id": ["a", "b"], "award_level": ["3", "5"], "cip": ["5138", "513801"]})
        >>> Programs.of(frame).of_field(np.array([513800, 513801]), np.array([SOUGHT.index("A")] * 2)).tolist()
        [0, -1]
        """
        empty = pd.DataFrame(columns=["credential_id", "award_level", "cip"], dtype="str")
        frame = (empty if credentials is None else credentials).drop_duplicates("credential_id").reset_index(drop=True)
        codes = {
            level: [SOUGHT.index(code) for code, levels in LEVELS_SOUGHT.items() if level in levels]
            for level in _LEVELS
        }
        pairs = [
            (cip_number(str(cip)), code, place)
            for place, (level, cip) in enumerate(zip(frame["award_level"], frame["cip"], strict=True))
            for code in codes.get(str(level), [])
        ]
        listed = pd.DataFrame(pairs, columns=["cip", "sought", "place"], dtype="int64")
        keys = _key(listed["cip"].to_numpy(np.int64), listed["sought"].to_numpy(np.int64))
        counted = listed["place"].groupby(keys).agg(["first", "size"])
        counted = counted[counted.index >= 0]
        return cls(pd.Index(frame["credential_id"]), counted.loc[counted["size"] == 1, "first"])

    def of_ctid(self, ctid: str) -> int:
        """Return the place of the credential with this id, -1 where the catalogue has none."""
        return int(self.ids.get_indexer([ctid.strip()])[0])

    def of_field(self, cips: Ints, sought: Ints) -> Ints:
        """Return the place of the one credential of each field and level sought, -1 where there is none or several."""
        at = self.by_field.index.get_indexer(_key(cips, sought))
        found: Ints = np.append(self.by_field.to_numpy(np.int64), UNKNOWN)[at]
        return found


def _key(cips: Ints, sought: Ints) -> Ints:
    return np.where((cips < 0) | (sought < 0), UNKNOWN, cips * len(SOUGHT) + sought)


_LEVELS = tuple(dict.fromkeys(level for levels in LEVELS_SOUGHT.values() for level in levels))
