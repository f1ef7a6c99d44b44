"""Onward: advice on a learner's next credential, learned from outcomes, with an audit of who is steered where.

A **learner** starts a **credential** (an attempt), completes or stops it, and earns an **award**. **Advice** orders
the credentials open to a learner at a **decision point** by **benefit**: P(complete) x value less the cost of failing.
**Value** is what a credential returns a year, one number per credential, never per group. **Tracking** is advising a
group into credentials of lower value than comparable learners; **advice parity** is a limit on that gap, no more. A
**run** of ``train`` ends in a **bundle**, which answers, and an **audit**, which an officer reads.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onward.data.learner import Learner
    from onward.data.mapping import read
    from onward.data.simulated import World, simulate
    from onward.data.tables import Tables
    from onward.live.answers import persistence, recommend
    from onward.policy.eligibility import Limits
    from onward.release.bundle import load
    from onward.release.run import train

_HOMES = {
    "Learner": "onward.data.learner",
    "Limits": "onward.policy.eligibility",
    "Tables": "onward.data.tables",
    "World": "onward.data.simulated",
    "load": "onward.release.bundle",
    "persistence": "onward.live.answers",
    "read": "onward.data.mapping",
    "recommend": "onward.live.answers",
    "simulate": "onward.data.simulated",
    "train": "onward.release.run",
}
__all__ = [
    "Learner",
    "Limits",
    "Tables",
    "World",
    "load",
    "persistence",
    "read",
    "recommend",
    "simulate",
    "train",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Import a public name when it is first asked for: all of them together take seconds."""
    if name not in _HOMES:
        raise AttributeError(f"module onward has no {name}; it has {', '.join(__all__)}")
    from importlib import import_module  # noqa: PLC0415 - the same

    return getattr(import_module(_HOMES[name]), name)
