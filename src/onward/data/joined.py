"""The rows of one table, put together from several files."""

from dataclasses import dataclass

from onward.data.checks import Piece
from onward.data.problems import Problem


@dataclass(frozen=True)
class Joined:
    """The rows of one table from all files, what is wrong in them, and what a reader must know."""

    pieces: list[Piece]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
