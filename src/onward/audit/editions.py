"""Two editions of one audit: the public one, whose cells are withheld once for everything written, and the officer's.

Whatever is said of a withheld cell goes with it: figure, interval, finding, the number of learners needed.
"""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from onward.audit.impact import impact
from onward.audit.others import Beside
from onward.audit.population import Cell, Population
from onward.audit.result import (
    CELL_COLUMNS,
    CELL_FIGURES,
    GAP_COLUMNS,
    GAP_FIGURES,
    IMPACT_FIGURES,
    PART_FIGURES,
    REVEAL_FIGURES,
    Audit,
    Editions,
)
from onward.audit.suppression import Mask, Release, release_of, withheld
from onward.audit.verdict import Verdict

ADVICE = "advice"
"""The population of learners who were advised; with counted rows there is one for each source."""


def editions(complete: Audit, advised: Sequence[Population], beside: Beside, *, previous: Release | None) -> Editions:
    """Return both editions of a complete audit.

    ``advised`` are the populations of the advice, ``beside`` what the public edition shows besides, small groups put
    together. What is still too little in doubt is withheld.
    """
    populations = [*advised, *beside.populations]
    mask = withheld(populations, minimum=complete.plan.minimum_cell, previous=previous)
    hidden = _listed(mask, populations)
    restricted = replace(
        complete,
        cells=complete.cells[CELL_COLUMNS],
        gaps=complete.gaps[GAP_COLUMNS],
        withheld=hidden,
    )
    return Editions(_public(_of_public(complete, beside), mask, hidden, release_of(populations, mask)), restricted)


def _of_public(complete: Audit, beside: Beside) -> Audit:
    """Return the audit with what the public edition shows beside the advice, before anything is withheld."""
    ours = complete.cells[complete.cells["population"] == ADVICE]
    return replace(complete, cells=pd.concat([ours, beside.cells], ignore_index=True), errors=beside.errors)


def _public(complete: Audit, mask: Mask, hidden: pd.DataFrame, release: dict[str, object]) -> Audit:
    judged, minimum = complete.plan.judged, complete.plan.minimum_cell
    gaps, split = complete.gaps, complete.parts
    standing = split["covered"] * split[["attribute", "group"]].apply(tuple, axis=1).map(_sizes(complete))
    shown = {cell for cell in complete.family if not hides(mask, complete, judged, cell, "value")}
    ratio = _masked(complete.impact, _hidden(complete.impact, mask, complete), IMPACT_FIGURES)
    return replace(
        complete,
        edition="public",
        verdict=_shown(complete.verdict, mask, complete),
        family=tuple(cell for cell in complete.family if cell in shown),
        cells=_masked(complete.cells, _hidden(complete.cells, mask, complete), CELL_FIGURES)[CELL_COLUMNS],
        # A gap over fewer learners than may be shown is withheld with the cells, though its group is not.
        gaps=_masked(gaps, _hidden(gaps, mask, complete) | (gaps["overlap"] < minimum), GAP_FIGURES)[GAP_COLUMNS],
        parts=_masked(
            split, _hidden(split.assign(measure="value"), mask, complete) | (standing < minimum), PART_FIGURES
        ),
        impact=pd.concat(
            [
                impact(of.drop(columns=["share", "ratio"]))
                for _, of in ratio.groupby(["source", "attribute"], sort=False)
            ]
        )
        if len(ratio)
        else ratio,
        reveals=_masked(
            complete.reveals, _hidden(complete.reveals.assign(measure="value"), mask, complete), REVEAL_FIGURES
        ),
        errors=_public_errors(complete.errors, mask),
        withheld=hidden,
        left_out=_enough(complete.left_out, minimum),
        without_demographics=_enough(complete.without_demographics, minimum),
        pooled=_enough(complete.pooled, minimum),
        case_review=complete.case_review.head(0),
        value_drivers=complete.value_drivers.head(0),
        composition=complete.composition.head(0),
        release=release,
    )


def hides(mask: Mask, of: Audit, source: str, cell: Cell, measure: str) -> bool:
    """Say whether a figure of a source's advice is withheld."""
    population = f"{ADVICE} of {source}" if of.counted else ADVICE
    return mask.hides(population, *cell, f"{source} {measure}")


def _hidden(frame: pd.DataFrame, mask: Mask, of: Audit) -> pd.Series:
    """Say of each row what is withheld; it is of the advice unless it names another population."""
    population = frame["population"] if "population" in frame else pd.Series(ADVICE, index=frame.index)
    rows = zip(population, frame["source"], frame["attribute"], frame["group"], frame["measure"], strict=True)
    found = [
        hides(mask, of, source, (attribute, group), measure)
        if name == ADVICE
        else mask.hides(name, attribute, group, measure)
        for name, source, attribute, group, measure in rows
    ]
    return pd.Series(found, index=frame.index, dtype=bool)


def _masked(frame: pd.DataFrame, hidden: pd.Series, figures: list[str]) -> pd.DataFrame:
    masked = frame.astype({"n": "Int64"}) if "n" in figures else frame.copy()
    masked[figures] = masked[figures].mask(hidden)
    return masked


def _public_errors(errors: pd.DataFrame, mask: Mask) -> pd.DataFrame:
    """Mask how persistence errs: of a rate whose n or numerator is withheld nothing is said."""
    of = errors[["population", "attribute", "group", "measure"]].itertuples(index=False)
    hidden = pd.Series([mask.hides(*row) for row in of], index=errors.index, dtype=bool)
    masked = errors.astype({name: "Int64" for name in ("n", "others_n") if name in errors})
    figures = [name for name in errors if name not in {"population", "attribute", "group", "measure", "judged"}]
    masked[figures] = masked[figures].mask(hidden)
    return masked


def _sizes(complete: Audit) -> dict[Cell, int]:
    """Return how many learners of the source judged are in each group."""
    rows = complete.cells
    here = (rows["population"] == ADVICE) & (rows["source"] == complete.plan.judged) & (rows["measure"] == "value")
    return {(a, g): n for a, g, n in rows.loc[here, ["attribute", "group", "n"]].itertuples(index=False)}


def _shown(verdict: Verdict, mask: Mask, of: Audit) -> Verdict:
    """Return the verdict without what it says of single withheld groups; the verdict as a whole stands."""

    def stays(cell: Cell) -> bool:
        return not hides(mask, of, of.plan.judged, cell, "value")

    return Verdict(
        verdict.status,
        tuple(finding for finding in verdict.findings if stays((finding.attribute, finding.group))),
        tuple(cell for cell in verdict.wider if stays(cell)),
        verdict.compared,
        tuple(cell for cell in verdict.too_small if stays(cell)),
    )


def _listed(mask: Mask, populations: Sequence[Population]) -> pd.DataFrame:
    """Return what is withheld: population, attribute, group and measure, which is empty where it is every measure."""
    rows = [
        (population.name, *cell, *(() if len(cell) == 3 else ("",)))
        for population in populations
        for cell in (*sorted(mask.cells(population.name)), *sorted(mask.measures(population.name)))
    ]
    return pd.DataFrame(rows, columns=["population", "attribute", "group", "measure"])


def _enough(count: int | None, minimum: int) -> int | None:
    """Return a count that may be shown, else None."""
    return None if count is not None and 0 < count < minimum else count
