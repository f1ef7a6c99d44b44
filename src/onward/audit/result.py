"""What an audit found, as values: frames of figures, a verdict, and what could not be evaluated and why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import pandas as pd

from onward.audit.plan import AuditPlan
from onward.audit.population import Cell
from onward.audit.verdict import Verdict

CELL_FIGURES = ["n", "mean", "low", "high"]
CELL_COLUMNS = ["population", "source", "attribute", "group", "measure", *CELL_FIGURES]
GAP_FIGURES = ["n", "gap", "low90", "high90", "low", "high", "sampling", "values", "covered"]
GAP_COLUMNS = ["source", "attribute", "group", "given", "measure", *GAP_FIGURES, "comparable"]
PART_FIGURES = ["amount", "low", "high", "covered"]
IMPACT_FIGURES = ["n", "share", "mean", "low", "high", "ratio"]
REVEAL_FIGURES = ["n", "auc", "low", "high"]
FRAMES = ("cells", "gaps", "parts", "impact", "reveals", "errors", "withheld")
"""The frames of an audit that are written, each as a CSV file of its name."""
COARSE = frozenset({"value", "benefit", "not_imputed", "exposure", "change", "stacking", "level"})
"""Measures written to two places; all others are shares or chances and are written to four."""
Edition = Literal["public", "restricted"]


@dataclass(frozen=True)
class Valuation:
    """Where the values come from: counts of the catalogue's credentials.

    ``by_another_yardstick`` are those whose value is another than earnings above the benchmark.
    """

    credentials: int
    without_value: int
    without_price: int
    below_benchmark: int
    without_range: int
    basis: dict[str, int]
    sources: tuple[str, ...]
    by_another_yardstick: int = 0


@dataclass(frozen=True)
class Audit:
    """The figures and the verdict of one edition; in the public one whatever is withheld is already missing.

    ``family`` are the gaps that were to be tested, of groups that have the ``needed`` effective n for values that vary
    by ``spread`` dollars and of those that are watched (see ``Finding``); ``level`` is that of each 95% interval which
    makes all of theirs hold at once. ``left_out`` counts learners who lack a decision from some source, ``pooled``
    those in the stratum of unlike learners, ``strata`` all other strata, ``without_demographics`` those of whom
    demographics say nothing; counts too small to show are None in the public edition. ``not_evaluated`` says what could
    not be, and why. ``case_review`` holds a row per learner of groups too small to test, ``value_drivers`` the
    credentials whose uncertain values move judged gaps most, ``composition`` who is in each stratum, by group: all
    three in the restricted edition alone. ``release`` is what
    the next release must not contradict.
    """

    edition: Edition
    plan: AuditPlan
    verdict: Verdict
    family: tuple[Cell, ...]
    needed: int
    spread: float
    level: float
    sources: tuple[str, ...]
    counted: bool
    cells: pd.DataFrame
    gaps: pd.DataFrame
    parts: pd.DataFrame
    impact: pd.DataFrame
    reveals: pd.DataFrame
    errors: pd.DataFrame
    withheld: pd.DataFrame
    learners: int
    left_out: int | None
    without_demographics: int | None
    strata: int
    pooled: int | None
    valuation: Valuation
    not_evaluated: Mapping[str, str]
    case_review: pd.DataFrame
    value_drivers: pd.DataFrame
    composition: pd.DataFrame
    release: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the audit as plain values, rounded and masked as in every other file of this edition."""
        return {
            "format": 2,
            "edition": self.edition,
            "plan": _plain(asdict(self.plan)),
            "verdict": asdict(self.verdict),
            "family": [list(cell) for cell in self.family],
            "needed": self.needed,
            "spread": round(self.spread, 2),
            "level": round(self.level, 5),
            "sources": list(self.sources),
            "counted": self.counted,
            "learners": None if self.everyone_withheld else self.learners,
            "left_out": self.left_out,
            "without_demographics": self.without_demographics,
            "strata": self.strata,
            "pooled": self.pooled,
            "valuation": asdict(self.valuation),
            "not_evaluated": dict(self.not_evaluated),
            **{name: records(rounded(getattr(self, name))) for name in FRAMES},
            "release": self.release,
        }

    @property
    def everyone_withheld(self) -> bool:
        """Whether even the number of all learners is withheld."""
        everyone = self.cells[(self.cells["attribute"] == "everyone") & (self.cells["population"] == "advice")]
        return bool(everyone["n"].isna().all()) and len(everyone) > 0


@dataclass(frozen=True)
class Editions:
    """An audit for everybody, and the same with nothing withheld for the officer who signs."""

    public: Audit
    restricted: Audit

    def about(self, *pairs: tuple[str, str]) -> "Editions":
        """Return both editions with more said of what was audited, as pairs of label and text."""
        return Editions(
            *(
                replace(of, plan=replace(of.plan, about=(*of.plan.about, *pairs)))
                for of in (self.public, self.restricted)
            )
        )


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Round figures as they are written: dollars to the cent, shares and chances to four places.

    >>> rounded(pd.DataFrame({"measure": ["value", "completion"], "mean": [1.239, 0.12345]}))["mean"].tolist()
    [1.24, 0.1234]
    """
    figures = frame.select_dtypes("float64").columns
    if not len(figures) or frame.empty:
        return frame
    fine = ~frame["measure"].isin(COARSE) if "measure" in frame else pd.Series("amount" not in frame, index=frame.index)
    values = frame[figures]
    return frame.assign(**dict(values.round(2).mask(fine, values.round(4)).items())).assign(
        **{name: values[name].round(4) for name in figures.intersection(["covered", "share", "ratio", "auc", "p"])}
    )


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain values; missing is None."""
    return [
        {str(name): None if pd.isna(cell) else cell for name, cell in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def _plain(plan: dict[str, Any]) -> dict[str, Any]:
    due = plan["next_audit"]
    return plan | {"reference": dict(plan["reference"]), "next_audit": None if due is None else due.isoformat()}
