"""One advised credential as an answer shows it: what it takes, what it returns, how sure that is, and why."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from onward.catalog.funding import LOAN_RATE, funding_flags, length_fits, loan_years, yearly_payment
from onward.catalog.ramps import Ramps
from onward.data.learner import Learner
from onward.history.views import LearnerView, PairView
from onward.policy.prospects import Prospects
from onward.policy.reasons import reasons
from onward.policy.shown import evidence
from onward.policy.support import NEEDED, SUPPORT_NEEDED, TOO_FEW
from onward.release.bundle import Bundle

FACTS = (
    *("credential_id", "name", "kind", "award_level", "cip", "provider", "work_based"),
    *("credits", "weeks", "net_price", "hours_per_week", "schedule", "modality", "campus", "starts_on", "seats"),
    "licence_conditions",
)
"""Columns of the catalogue that are shown as they stand; conditions of a licence to everyone, and nobody is asked."""
LENGTHS = ("weeks", "clock_hours", "credits")
FIGURES = {
    "earnings": "median_earnings",
    "high_school_earnings": "benchmark_earnings",
    "earnings_low": "low",
    "earnings_high": "high",
    **{name: name for name in ("basis", "source", "year", "goes_on", "onward_value")},
}
"""What is shown of a credential's value, by the column of values that holds it."""


@dataclass(frozen=True)
class Items:
    """What the items of one learner are made from; ``prospects`` are those within the limits."""

    bundle: Bundle
    goal: str | None
    view: LearnerView
    prospects: Prospects

    @classmethod
    def of(cls, bundle: Bundle, learner: Learner, view: LearnerView, prospects: Prospects) -> "Items":
        """Items for the one learner of ``view`` and ``prospects``."""
        return cls(bundle, learner.goal_cip, view, prospects)

    def all(self, positions: list[int]) -> list[dict[str, Any]]:
        """An item for each position in the catalogue."""
        why = self._reasons(positions)
        return [self._item(position) | {"reasons": told} for position, told in zip(positions, why, strict=True)]

    def _item(self, position: int) -> dict[str, Any]:
        catalogue = self.bundle.adviser.catalogue
        row, value = catalogue.credentials.iloc[position], self._value(position)
        return (
            {name: plain(row[name]) for name in FACTS}
            | {"partners": _listed(row["partners"])}
            | self._remaining(position)
            | self._likely(position)
            | self._on_paths(position)
            | {
                "funding": funding_flags(plain(row["funding"])),
                "workforce_pell": _workforce_pell(row),
                "loan": _loan(row, value["earnings"], rate=self._loan_rate),
                "support_needed": self._support(position),
                "returns_less_than_high_school": bool(value["earnings"] < value["high_school_earnings"]),
                "in_stated_field": None if self.goal is None else bool(catalogue.field[position] == self.goal[:2]),
                "value": value,
            }
        )

    def _value(self, position: int) -> dict[str, Any]:
        """Dollars a year by the yardstick of the run, and the figures behind it."""
        row = self._values.iloc[position]
        a_year = float(self.bundle.adviser.catalogue.value[position])
        return {"a_year": round(a_year, 2)} | {name: plain(row[column]) for name, column in FIGURES.items()}

    @cached_property
    def _values(self) -> pd.DataFrame:
        """The rows of values in the order of the catalogue."""
        catalogue = self.bundle.adviser.catalogue
        return catalogue.values.set_index("credential_id").reindex(catalogue.ids)

    def _remaining(self, position: int) -> dict[str, Any]:
        """What of it the learner brings already, and what is left in credits, weeks and money; None is not known."""
        left = self.view.remaining
        return {
            "recognised_credits": float(left.recognised[0, position]),
            "credits_left": plain(left.credits[0, position]),
            "weeks_left": plain(left.weeks[0, position]),
            "price_left": plain(left.price[0, position]),
        }

    def _on_paths(self, position: int) -> dict[str, Any]:
        """Where it stands on pathways, and what it leads to."""
        catalogue = self.bundle.adviser.catalogue
        leads_to = catalogue.credentials["name"][catalogue.pathways.leads_to[position]]
        return {
            "on_ramp": bool(self._ramps.on_ramp[position]),
            "off_ramp": bool(self._ramps.off_ramp[position]),
            "dead_end": bool(self._ramps.dead_end[position]),
            "leads_to": [str(name) for name in leads_to],
        }

    @property
    def _loan_rate(self) -> float:
        """The interest that the run's settings reckon with."""
        settings = self.bundle.facts.get("settings", {})
        return float(settings.get("value", {}).get("interest_rate", LOAN_RATE))

    @cached_property
    def _ramps(self) -> Ramps:
        return Ramps.of(self.bundle.adviser.catalogue)

    def _likely(self, position: int) -> dict[str, Any]:
        """How likely completing is, its range, and how much history that rests on."""
        shown, floor = self.bundle.shown, self.bundle.adviser.rule.completion_floor
        p_complete, propensity = (m[0, [position]] for m in (self.prospects.p_complete, self.prospects.propensity))
        alone = (self.prospects.propensity[0] > 0).sum() == 1
        # What is open alone would have been chosen whatever it is: that is no evidence of it.
        usual = np.zeros(1) if alone else propensity
        low, high = shown.range(p_complete, usual)
        likely = float(shown.probability(p_complete)[0])
        return {
            "p_complete": round(likely, 3),
            "p_complete_range": {
                "low": round(float(low[0]), 3),
                "high": round(float(high[0]), 3),
                "lambda": shown.lambda_,
            },
            "evidence": evidence(float(usual[0])),
            "below_completion_floor": bool(round(likely, 3) < floor),
        }

    def _support(self, position: int) -> dict[str, Any]:
        """Whether earlier learners in this position fell short of what was expected; None where too few tell."""
        state = str(self.bundle.support.lookup(np.array([position]), self.prospects.stratum)[0])
        needed = None if state == TOO_FEW else state == NEEDED
        return {"needed": needed, "state": state, "note": SUPPORT_NEEDED if needed else ""}

    def _reasons(self, positions: list[int]) -> list[list[str]]:
        if not positions:
            return []
        completion = self.bundle.adviser.completion.model
        candidates = np.flatnonzero(self.prospects.open_to[0])
        pair = PairView(self.view, np.zeros(len(candidates), dtype=np.int64), candidates)
        matrix = completion.spec.matrix(pair)
        rows = [int(np.searchsorted(candidates, position)) for position in positions]
        return reasons(completion.contributions(matrix), matrix, rows, completion.spec)


def _workforce_pell(row: pd.Series) -> dict[str, Any]:
    """Whether the length is that of Workforce Pell, and whether a dated list approves it; None is not known."""
    weeks, clock_hours, credits_ = (np.nan if pd.isna(row[name]) else float(row[name]) for name in LENGTHS)
    listed = plain(row["workforce_pell_list_date"])
    return {
        "length_fits": length_fits(weeks=weeks, clock_hours=clock_hours, credits_=credits_),
        "approved": None if listed is None else plain(row["workforce_pell_approved"]),
        "list_date": listed,
    }


def _loan(row: pd.Series, earnings: float | None, *, rate: float) -> dict[str, Any]:
    """Median debt, what repaying it takes a year, and the share of median earnings that is; None is not known."""
    debt, years = plain(row["median_debt"]), loan_years(str(row["award_level"]))
    payment = None if debt is None else yearly_payment(debt, rate=rate, years=years)
    return {
        "median_debt": debt,
        "years": years,
        "rate": rate,
        "yearly_payment": None if payment is None else round(payment, 2),
        "share_of_earnings": None if payment is None or not earnings else round(payment / earnings, 4),
    }


def plain(value: Any) -> Any:  # noqa: ANN401 - a cell of any column
    """A cell as a plain JSON value; a date is YYYY-MM-DD, missing is None."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _listed(text: Any) -> list[str]:  # noqa: ANN401 - a cell of a text column
    found = plain(text)
    return found.split("|") if found else []
