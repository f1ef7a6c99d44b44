"""Two editions of one audit: the public one, whose cells are withheld once for everything written, and the officer's.

Whatever is said of a withheld cell goes with it: figure, interval, finding, the number of learners needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from onward.audit.collapsed import Together
from onward.audit.groups import UNKNOWN
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
from onward.errors import DataError

ADVICE = "advice"
"""The population of learners who were advised; with counted rows there is one for each source."""


@dataclass(frozen=True)
class Hidden:
    """What the public edition does not show: cells the mask withholds, and cells that are put together with others."""

    mask: Mask
    together: Together
    counted: bool

    def advice(self, source: str, cell: Cell, measure: str) -> bool:
        """Say whether a figure of a source's advice is withheld."""
        return self.hides(f"{ADVICE} of {source}" if self.counted else ADVICE, cell, f"{source} {measure}")

    def hides(self, population: str, cell: Cell, measure: str) -> bool:
        """Say whether a figure of a population is withheld."""
        return cell in self.together.get(population, ()) or self.mask.hides(population, *cell, measure)


def editions(
    complete: Audit,
    beside: Beside,
    populations: Sequence[Population],
    together: Together,
    *,
    previous: Release | None,
) -> Editions:
    """Return both editions of a complete audit.

    ``beside`` is what the public edition shows beside the advice, ``populations`` all that its tables are made of, with
    the cells that are put ``together``. What is still too little in doubt is withheld.
    """
    if previous is not None:
        _check_same(previous, populations)
    mask = withheld(populations, minimum=complete.plan.minimum_cell, previous=previous)
    listed = _listed(mask, together, populations)
    restricted = replace(
        complete,
        cells=complete.cells[CELL_COLUMNS],
        gaps=complete.gaps[GAP_COLUMNS],
        withheld=listed,
    )
    hidden = Hidden(mask, together, complete.counted)
    released = _with_together(release_of(populations, mask), together)
    return Editions(_public(_of_public(complete, beside), hidden, listed, released), restricted)


def _check_same(previous: Release, populations: Sequence[Population]) -> None:
    """Refuse an earlier release that says nothing of these sources: what it withheld could not be kept back."""
    for population in populations:
        if not population.name.startswith(ADVICE):
            continue
        shown = previous.populations.get(population.name)
        before = set() if shown is None else {name for _, name in (*shown.means, *shown.unseen)}
        if not before & set(population.figures):
            raise DataError(
                "expected an earlier report on the same sources; it has none of "
                f"{', '.join(map(str, population.figures.columns[:3]))} ...; name the sources as they were named then"
            )


def _with_together(release: dict[str, Any], together: Together) -> dict[str, Any]:
    """Note in a release the cells that are put together: the next release must not show them alone."""
    for name, cells in together.items():
        release["populations"][name]["cells"] += [
            {"attribute": attribute, "group": group, "n": None, "means": {}} for attribute, group in sorted(cells)
        ]
    return release


def _of_public(complete: Audit, beside: Beside) -> Audit:
    """Return the audit with what the public edition shows beside the advice, before anything is withheld."""
    ours = complete.cells[complete.cells["population"] == ADVICE]
    return replace(complete, cells=pd.concat([ours, beside.cells], ignore_index=True), errors=beside.errors)


def _public(complete: Audit, hidden: Hidden, listed: pd.DataFrame, release: dict[str, Any]) -> Audit:
    minimum = complete.plan.minimum_cell
    gaps, split = complete.gaps, complete.parts
    beside = [complete.plan.reference.get(name, "") for name in gaps["attribute"]]
    of_reference = _of_advice(gaps.assign(group=beside), hidden)
    unknown = any(hidden.advice(complete.plan.judged, (name, UNKNOWN), "value") for name in complete.plan.attributes)
    standing = split["covered"] * split[["attribute", "group"]].apply(tuple, axis=1).map(_sizes(complete))
    of_value = [_of_advice(frame.assign(measure="value"), hidden) for frame in (split, complete.reveals)]
    return replace(
        complete,
        edition="public",
        verdict=_shown(complete, hidden),
        family=tuple(cell for cell in complete.family if not hidden.advice(complete.plan.judged, cell, "value")),
        cells=_masked(complete.cells, _of_cells(complete.cells, hidden), CELL_FIGURES)[CELL_COLUMNS],
        # A gap over fewer learners than may be shown is withheld with the cells, though its group is not.
        gaps=_masked(gaps, _of_advice(gaps, hidden) | of_reference | (gaps["overlap"] < minimum), GAP_FIGURES)[
            GAP_COLUMNS
        ],
        parts=_masked(split, of_value[0] | (standing < minimum), PART_FIGURES),
        impact=_public_impact(complete.impact, hidden),
        reveals=_masked(complete.reveals, of_value[1], REVEAL_FIGURES),
        errors=_public_errors(complete.errors, hidden),
        withheld=listed,
        left_out=_enough(complete.left_out, minimum),
        without_demographics=None if unknown else _enough(complete.without_demographics, minimum),
        pooled=_enough(complete.pooled, minimum),
        case_review=complete.case_review.head(0),
        value_drivers=complete.value_drivers.head(0),
        composition=complete.composition.head(0),
        release=release,
    )


def _public_impact(impact: pd.DataFrame, hidden: Hidden) -> pd.DataFrame:
    """Mask impact ratios; where the group with the highest rate is withheld, so is every ratio to it."""
    gone = _of_advice(impact, hidden)
    best = gone & (impact["ratio"] == 1)
    unknown = best.groupby([impact["source"], impact["attribute"]], sort=False).transform("any")
    masked = _masked(impact, gone, IMPACT_FIGURES)
    return masked.assign(ratio=masked["ratio"].mask(unknown))


def _of_advice(frame: pd.DataFrame, hidden: Hidden) -> pd.Series:
    """Say of each row of the advice (source, attribute, group, measure) whether it is withheld."""
    rows = frame[["source", "attribute", "group", "measure"]].itertuples(index=False)
    found = [hidden.advice(source, (attribute, group), measure) for source, attribute, group, measure in rows]
    return pd.Series(found, index=frame.index, dtype=bool)


def _of_cells(cells: pd.DataFrame, hidden: Hidden) -> pd.Series:
    """Say of each row of the cells whether it is withheld."""
    ours = cells["population"] == ADVICE
    rows = cells.loc[~ours, ["population", "attribute", "group", "measure"]].itertuples(index=False)
    rest = [hidden.hides(name, (attribute, group), measure) for name, attribute, group, measure in rows]
    return pd.concat([_of_advice(cells[ours], hidden), pd.Series(rest, index=cells.index[~ours], dtype=bool)])


def _masked(frame: pd.DataFrame, hidden: pd.Series, figures: list[str]) -> pd.DataFrame:
    masked = frame.astype({"n": "Int64"}) if "n" in figures else frame.copy()
    masked[figures] = masked[figures].mask(hidden)
    return masked


def _public_errors(errors: pd.DataFrame, hidden: Hidden) -> pd.DataFrame:
    """Mask how persistence errs: of a rate whose n or numerator is withheld nothing is said."""
    rows = errors[["population", "attribute", "group", "measure"]].itertuples(index=False)
    found = [hidden.hides(name, (attribute, group), measure) for name, attribute, group, measure in rows]
    masked = errors.astype({name: "Int64" for name in ("n", "others_n") if name in errors})
    figures = [name for name in errors if name not in {"population", "attribute", "group", "measure", "judged"}]
    masked[figures] = masked[figures].mask(pd.Series(found, index=errors.index, dtype=bool))
    return masked


def _sizes(complete: Audit) -> dict[Cell, int]:
    """Return how many learners of the source judged are in each group."""
    rows = complete.cells
    here = (rows["population"] == ADVICE) & (rows["source"] == complete.plan.judged) & (rows["measure"] == "value")
    return {(a, g): n for a, g, n in rows.loc[here, ["attribute", "group", "n"]].itertuples(index=False)}


def _shown(complete: Audit, hidden: Hidden) -> Verdict:
    """Return the verdict without what it says of single withheld groups; the verdict as a whole stands."""
    verdict = complete.verdict

    def stays(cell: Cell) -> bool:
        return not hidden.advice(complete.plan.judged, cell, "value")

    return Verdict(
        verdict.status,
        tuple(finding for finding in verdict.findings if stays((finding.attribute, finding.group))),
        tuple(cell for cell in verdict.wider if stays(cell)),
        verdict.compared,
        tuple(cell for cell in verdict.too_small if stays(cell)),
        verdict.reservations,
        verdict.tested,
    )


def _listed(mask: Mask, together: Together, populations: Sequence[Population]) -> pd.DataFrame:
    """Return what is withheld: population, attribute, group and measure, which is empty where it is every measure."""
    rows = []
    for name in (population.name for population in populations):
        whole = sorted({*mask.cells(name), *together.get(name, ())})
        rows += [(name, *cell, "") for cell in whole] + [(name, *cell) for cell in sorted(mask.measures(name))]
    return pd.DataFrame(rows, columns=["population", "attribute", "group", "measure"])


def _enough(count: int | None, minimum: int) -> int | None:
    """Return a count that may be shown, else None."""
    return None if count is not None and 0 < count < minimum else count
