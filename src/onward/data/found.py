"""What a standard file gives: rows of the canonical tables, what is wrong in it, and what a reader must know of it."""

from dataclasses import dataclass, field

from onward.data.checks import Piece
from onward.data.problems import Problem


@dataclass(frozen=True)
class Found:
    """The rows of one or several standard files, still as text, table by table.

    ``problems`` keep the files from being read; ``notes`` do not: they say what was left out or stands in for
    something else, and every result that rests on the files repeats them. ``counts`` says how many of what was read, in
    the words of the format; ``digests`` is the SHA-256 of each file.
    """

    pieces: dict[str, list[Piece]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def __or__(self, other: "Found") -> "Found":
        """Both together; counts add up."""
        names = dict.fromkeys((*self.pieces, *other.pieces))
        counted = dict.fromkeys((*self.counts, *other.counts))
        return Found(
            {name: [*self.pieces.get(name, []), *other.pieces.get(name, [])] for name in names},
            (*self.problems, *other.problems),
            tuple(dict.fromkeys((*self.notes, *other.notes))),
            {name: self.counts.get(name, 0) + other.counts.get(name, 0) for name in counted},
            self.digests | other.digests,
        )
