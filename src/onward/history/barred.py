"""Which columns no feature and no stratum may read: the sensitive ones, and those a run leaves out."""

from collections.abc import Iterable
from dataclasses import dataclass

from onward.data.columns import EXTRA_PREFIX
from onward.data.learner import NEVER_SENT


@dataclass(frozen=True)
class Barred:
    """Barred columns, by name without the prefix of extras and in lower case; every name no request may hold is one.

    >>> barred = Barred.of(["Shoe_size"])
    >>> barred.bars("x_shoe_size"), barred.bars("x_gender"), barred.bars("prior_gpa")
    (True, True, False)
    """

    names: frozenset[str]

    @classmethod
    def of(cls, *columns: Iterable[str]) -> "Barred":
        """Bar every one of ``columns`` besides the names that no request may hold."""
        return cls(frozenset(bare(name) for group in columns for name in group) | NEVER_SENT)

    def bars(self, *columns: str) -> bool:
        """Whether any of ``columns`` is barred."""
        return any(bare(column) in self.names for column in columns)


def bare(name: str) -> str:
    """The name of a column without the prefix of extras, in lower case."""
    return name.lower().removeprefix(EXTRA_PREFIX)
