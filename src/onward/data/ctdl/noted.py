"""What a reader of a catalogue must know, counted, with a few of the entries it is about."""

from dataclasses import dataclass, field

from onward.data.ctdl.terms import is_ctid
from onward.data.problems import shown, some


@dataclass(frozen=True)
class Tally:
    """Remarks about entries, each with the entries it is about.

    >>> tally = Tally("CTDL")
    >>> tally.add("left out, for want of a CIP code", "ce-c10b5c40-9b1e-4c0a-8a3c-0f4f1c1e7a01")
    >>> tally.lines()
    ('CTDL: left out, for want of a CIP code: 1 (ce-c10b5c40-9b1e-4c0a-8a3c-0f4f1c1e7a01)',)
    """

    standard: str
    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, which: str = "", times: int = 1) -> None:
        """Count ``what`` once more, or ``times``; ``which`` names the entry where naming it cannot name a person."""
        self.found.setdefault(what, []).extend([which] * times)

    def update(self, other: "Tally") -> None:
        """Take over what another tally counted."""
        for what, which in other.found.items():
            self.found.setdefault(what, []).extend(which)

    def lines(self) -> tuple[str, ...]:
        """Return one line for each remark."""
        return tuple(f"{self.standard}: {what}: {len(which):,}{_few(which)}" for what, which in self.found.items())


def _few(which: list[str]) -> str:
    named = [one if is_ctid(one) else shown(one) for one in which if one]
    return f" ({some(named)})" if named else ""
