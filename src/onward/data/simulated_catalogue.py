"""The catalogue of a made-up state system, as canonical frames and as arrays; every return is a published figure."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from onward.data.published import Published, published
from onward.data.simulated_offerings import FIELDS, LEADS_TO, OFFERINGS, RECOGNISED, REQUIRES, Offering
from onward.data.tables import CREDENTIALS, PATHWAYS, RUNGS, VALUES, conform
from onward.data.worth import earnings_premium

WAGE_POINTS = ("pct10", "pct25", "median", "pct75", "pct90")


@dataclass(frozen=True)
class MadeUpCatalogue:
    """The canonical frames with the same facts as arrays over the ``c`` credentials.

    ``value`` and ``price`` hold dollars; ``weeks`` and ``rung`` one number each; ``field`` the position in FIELDS;
    ``requires[t, f]`` what must be held, ``leads_to[f, t]`` what follows, ``recognised[t, f]`` the share of t's
    credits that f counts for; ``partnered`` what is taught at work or with an employer.
    """

    credentials: pd.DataFrame
    pathways: pd.DataFrame
    values: pd.DataFrame
    value: npt.NDArray[np.float32]
    weeks: npt.NDArray[np.float64]
    rung: npt.NDArray[np.float32]
    field: npt.NDArray[np.intp]
    requires: npt.NDArray[np.bool_]
    leads_to: npt.NDArray[np.bool_]
    recognised: npt.NDArray[np.float32]
    partnered: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.credentials)


@cache
def made_up_catalogue() -> MadeUpCatalogue:
    """Build the catalogue; its frames are shared, so copy before changing one.

    >>> catalogue = made_up_catalogue()
    >>> len(catalogue), int((~catalogue.leads_to.any(axis=1)).sum())
    (44, 21)
    """
    values = _values(published())
    requires, leads_to = _edges(REQUIRES), _edges((*LEADS_TO, *REQUIRES, *((a, b) for a, b, _ in RECOGNISED))).T
    return MadeUpCatalogue(
        credentials=_credentials(),
        pathways=_pathways(),
        values=values,
        value=earnings_premium(values).to_numpy(np.float32),
        weeks=np.array([offering.weeks for offering in OFFERINGS]),
        rung=np.array([RUNGS[offering.award_level] for offering in OFFERINGS], np.float32),
        field=np.array([list(FIELDS).index(offering.field) for offering in OFFERINGS]),
        requires=requires,
        leads_to=leads_to,
        recognised=_recognised_shares(),
        partnered=np.array([bool(offering.partners) or offering.work_based for offering in OFFERINGS]),
    )


def _position(name: str) -> int:
    return next(position for position, offering in enumerate(OFFERINGS) if offering.name == name)


def _edges(pairs: tuple[tuple[str, str], ...]) -> npt.NDArray[np.bool_]:
    """Return ``matrix[to, from]``."""
    matrix = np.zeros((len(OFFERINGS), len(OFFERINGS)), bool)
    for start, end in pairs:
        matrix[_position(end), _position(start)] = True
    return matrix


def _recognised_shares() -> npt.NDArray[np.float32]:
    shares = np.zeros((len(OFFERINGS), len(OFFERINGS)), np.float32)
    for start, end, credit in RECOGNISED:
        target = _position(end)
        shares[target, _position(start)] = credit / OFFERINGS[target].credits
    return shares


def _credentials() -> pd.DataFrame:
    rows = [
        {
            **{
                name: getattr(offering, name) for name in ("credential_id", "name", "kind", "award_level", "cip", "soc")
            },
            **{name: getattr(offering, name) for name in ("credits", "weeks", "net_price", "work_based")},
            "clock_hours": offering.weeks * _hours_a_week(offering),
            "provider": "employers and colleges together" if offering.work_based else "state college system",
            "partners": offering.partners or None,
            "noncredit": offering.credits == 0,
            "funding": _funding(offering),
            "modality": _modality(offering),
            "schedule": "evening" if offering.award_level == "21" else "any" if offering.award_level == "20" else "day",
            "hours_per_week": _hours_a_week(offering),
            "licence_conditions": offering.licence_conditions or None,
        }
        for offering in OFFERINGS
    ]
    return conform(pd.DataFrame(rows), CREDENTIALS)


def _hours_a_week(offering: Offering) -> float:
    return {"20": 8.0, "21": 16.0, "2": 22.0, "4": 40.0, "3": 24.0, "5": 28.0}[offering.award_level]


def _modality(offering: Offering) -> str:
    if offering.field in {"computing", "business"}:
        return "online"
    return "hybrid" if offering.field == "education" else "in_person"


def _funding(offering: Offering) -> str:
    if offering.work_based:
        return "employer"
    return "wioa" if offering.award_level == "20" else "pell|wioa"


def _pathways() -> pd.DataFrame:
    rows: list[tuple[str, str, str, float | None]] = [
        *((start, end, "requires", None) for start, end in REQUIRES),
        *((start, end, "leads_to", None) for start, end in LEADS_TO),
        *((start, end, "recognised_for", credit) for start, end, credit in RECOGNISED),
    ]
    ids = {offering.name: offering.credential_id for offering in OFFERINGS}
    frame = pd.DataFrame(
        {
            "from_id": [ids[start] for start, *_ in rows],
            "to_id": [ids[row[1]] for row in rows],
            "relation": [row[2] for row in rows],
            "credits_recognised": pd.array([row[3] for row in rows], dtype="Float64").to_numpy(float, na_value=np.nan),
        }
    )
    return conform(frame, PATHWAYS)


def _values(figures: Published) -> pd.DataFrame:
    programs = figures.earnings.set_index(["cip4", "award_level"])
    wages = figures.wages.set_index("soc")
    rows = [
        _by_program(offering, programs) if offering.pay == "program" else _by_wage(offering, wages)
        for offering in OFFERINGS
    ]
    frame = pd.DataFrame(rows).assign(benchmark_earnings=figures.high_school)
    return conform(frame, VALUES)


def _by_program(offering: Offering, programs: pd.DataFrame) -> dict[str, object]:
    # The Scorecard has one level for undergraduate certificates of every length.
    level = offering.award_level if offering.award_level in {"3", "5"} else "21"
    row = programs.loc[(offering.cip[:4], level)]
    return {
        "credential_id": offering.credential_id,
        "median_earnings": row["median"],
        "n": row["programs"],
        "horizon_years": 4,
        "basis": "published",
        "source": "College Scorecard, field of study, release of 2026-06-10, via Truewise (CC BY 4.0)",
        "year": 2026,
        "low": row["p25"],
        "high": row["p75"],
    }


def _by_wage(offering: Offering, wages: pd.DataFrame) -> dict[str, object]:
    """Return a point of the occupation's wages, between its neighbouring points."""
    row, place = wages.loc[offering.soc], WAGE_POINTS.index(offering.pay)
    return {
        "credential_id": offering.credential_id,
        "median_earnings": row[offering.pay],
        "horizon_years": 0,
        "basis": "occupation",
        "source": f"BLS OEWS May 2025, {row['title']}, {offering.pay} of wages",
        "year": 2025,
        "low": row[WAGE_POINTS[max(place - 1, 0)]],
        "high": row[WAGE_POINTS[place + 1]],
    }
