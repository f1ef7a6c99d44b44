"""Tables that give each other's cells away are withheld together.

How many were missed follows from how many were flagged, how many of those rightly and how many did not persist; a fifth
follows from the others and the whole. So what is withheld of a group in one of these tables is withheld in all.
"""

from collections.abc import Mapping, Sequence

from onward.audit.persistence import FLAGGED, NEGATIVES, POSITIVES, SCORED
from onward.audit.population import Cell, Population
from onward.audit.suppression import Mask, Release, withheld

Withheld = Mapping[str, frozenset[tuple[str, ...]]]
"""What is to be withheld of each population: (attribute, group) with its count, or (attribute, group, measure)."""
OUTCOMES = {
    SCORED: ("persisted", "error", "flagged"),
    POSITIVES: ("missed",),
    NEGATIVES: ("flagged_wrongly",),
    FLAGGED: ("needed",),
}
FIFTH = f"{SCORED}, fifth "


def withheld_together(populations: Sequence[Population], *, minimum: int, previous: Release | None = None) -> Mask:
    """Return which counts and means to withhold of every population, linked tables together."""
    also: Withheld = {}
    while True:
        mask = withheld(populations, minimum=minimum, previous=previous, also=also)
        more = _spread(mask, populations)
        if all(more.get(name, frozenset()) <= also.get(name, frozenset()) for name in more):
            return mask
        also = {name: more.get(name, frozenset()) | also.get(name, frozenset()) for name in {*more, *also}}


def _touched(mask: Mask, names: Sequence[str]) -> set[Cell]:
    """Return the cells of which anything but what was shown as a probability is withheld in any of the populations."""
    counts = {cell for name in names for cell in mask.cells(name)}
    return counts | {(a, g) for name in names for a, g, measure in mask.measures(name) if measure != "shown"}


def _spread(mask: Mask, populations: Sequence[Population]) -> Withheld:
    held = {population.name: population for population in populations}
    outcomes = [name for name in OUTCOMES if name in held]
    fifths = [name for name in held if name.startswith(FIFTH)]
    hidden = _touched(mask, outcomes)
    in_fifths = _touched(mask, fifths) | {(a, g) for name in fifths for a, g, _ in mask.measures(name)}
    found: dict[str, frozenset[tuple[str, ...]]] = {
        name: frozenset((*cell, measure) for cell in hidden for measure in OUTCOMES[name]) for name in outcomes
    }
    return found | dict.fromkeys(fifths, frozenset(hidden | in_fifths))
