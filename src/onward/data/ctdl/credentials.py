"""Entries of a catalogue to rows of ``credentials``: what they state, what stands in, and what is left out."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from onward.data.ctdl import offering
from onward.data.ctdl.codes import cips, socs
from onward.data.ctdl.costs import price
from onward.data.ctdl.credits import MOST_CREDITS, Amount, required
from onward.data.ctdl.documents import Node
from onward.data.ctdl.durations import WEEKS_A_YEAR, Length, duration
from onward.data.ctdl.entries import Entry, Index, class_of, conditions
from onward.data.ctdl.levels import NOT_ADVISED, is_credential, kind_of, level, stated_level
from onward.data.ctdl.noted import Tally
from onward.data.ctdl.terms import is_ctid, items, text, words, written

Cells = dict[str, str]
CREDITS_A_YEAR = 30
"""Semester credits that a full-time learner takes in a year of 52 weeks."""
HOURS_A_WEEK = 24
"""Clock hours a week of a full-time learner (34 CFR 668.2)."""
_MOST = {"credits": MOST_CREDITS, "clock_hours": 20_000.0, "weeks": 1_000.0, "net_price": 1_000_000.0}
_LEAST_WEEKS = 0.1
_PROGRAMS = frozenset({"learningprogram", "learningopportunityprofile", "learningopportunity"})
_TAUGHT = (
    "instructionalprogramtype",
    "cip_codes",
    "occupationtype",
    "onet_codes",
    "estimatedduration",
    "estimatedcost",
    "learningdeliverytype",
    "deliverytype",
    "scheduletimingtype",
    "learningmethodtype",
    "availableat",
    "creditvalue",
)
_CIP_MISSING = (
    "left out, for want of a CIP code, without which it can be neither valued nor compared; "
    "add instructionalProgramType, or a file of your own with the credential_id and its cip"
)
_WEEKS_MISSING = (
    "left out, for want of a duration, credits or clock hours; add estimatedDuration, or a file of your own with the "
    "credential_id and its weeks"
)
_LEVEL_MISSING = "left out, because nothing tells its award level; add estimatedDuration or audienceLevelType"


@dataclass(frozen=True)
class Reader:
    """What is needed to read one entry after another: all entries, the ids of other files, the day, the remarks."""

    index: Index
    known: Collection[str]
    as_of: date | None
    tally: Tally

    def cells(self, entry: Entry) -> Cells | None:
        """Return the row of ``entry``, or None where it is no credential that can be used, which is then remarked."""
        kind = kind_of(entry.kind, entry.node)
        if kind is None:
            if entry.kind in NOT_ADVISED:
                self.tally.add("left out, since no adult is advised into it", entry.id)
            elif is_credential(entry.kind):
                self.tally.add("left out, since its class does not say what kind of credential it is", entry.id)
            return None
        if not entry.id or entry.id.startswith("_:"):
            self.tally.add("left out, for want of a CTID or an @id")
            return None
        ended = self._ended(entry)
        if ended:
            self.tally.add(f"left out, since its status is {ended}", entry.id)
            return None
        reader = replace(self, tally=Tally(self.tally.standard))
        cells = reader.row(entry, kind)
        if not self._complete(cells, entry.id):
            return None
        # Of what is left out only the reason is worth a remark.
        self.tally.update(reader.tally)
        if not is_ctid(entry.id):
            self.tally.add("without a CTID, so that its address is its credential_id", entry.id)
        return cells

    def _ended(self, entry: Entry) -> str:
        """Return the status that keeps an entry from being advised; empty where it is active or has none."""
        stated = [words(one) for one in items(entry.node, "credentialstatustype", "lifecyclestatustype")]
        ended = (one[0] for one in stated if one and "active" not in one)
        word = next(ended, "")
        known = {
            "deprecated",
            "superseded",
            "suspended",
            "probationary",
            "ceased",
            "developing",
            "proposed",
            "teachout",
        }
        return word if word in known or not word else "not Active"

    def row(self, entry: Entry, kind: str) -> Cells:
        """Return what ``entry`` states, column by column; what is missing is empty."""
        node = self._taught(entry)
        length, amount = self._length(entry.id, node), self._amount(entry.id, node)
        if amount.clock_hours is None and length.hours is not None:
            amount = Amount(amount.credits, length.hours, amount.several, amount.unknown)
        figures = self._figures(entry.id, length.weeks, amount)
        cip, soc = cips(node), socs(node)
        self._several(entry.id, cip, soc)
        rung = level(entry.kind, kind, node, weeks=length.weeks, amount=amount)
        if rung and rung != stated_level(node) and not kind.endswith("Degree"):
            self.tally.add("with an award level told from its length, work or audience, since none is stated", entry.id)
        name, public_id = offering.provider(self.index, entry.node)
        return {
            "credential_id": entry.id,
            "name": text(entry.node.get("name")),
            "kind": kind,
            "award_level": rung,
            "cip": cip[0] if cip else "",
            "soc": soc[0] if soc else "",
            **figures,
            "net_price": self._price(entry.id, node),
            "provider": name,
            "provider_id": public_id,
            "work_based": offering.work_based(node, kind),
            "noncredit": offering.noncredit(node),
            "funding": self._funding(entry.id, node),
            "modality": self._modality(entry.id, node),
            "schedule": offering.schedule(node),
            "campus": offering.campus(self.index, node),
            "licence_conditions": offering.licence_conditions(self.index, entry.node) if kind == "License" else "",
        }

    def _taught(self, entry: Entry) -> Node:
        """Return the entry with what only the one program that it requires says of how it is taught."""
        targets = [
            target
            for profile in conditions(self.index, entry.node, "requires")
            for target in self.index.all(items(profile, "targetlearningopportunity"))
            if class_of(target) in _PROGRAMS
        ]
        if len(targets) != 1:
            return entry.node
        (program,) = targets
        told = {name: program[name] for name in _TAUGHT if name in program and not items(entry.node, name)}
        if told:
            self.tally.add("told in part by the one program that it requires", entry.id)
        return {**entry.node, **told}

    def _length(self, which: str, node: Node) -> Length:
        length, several = duration(node)
        if several:
            self.tally.add("with several durations, of which the full-time or else the first stands", which)
        if length.longest:
            self.tally.add("with a duration from one length to another, of which the longest stands", which)
        return length

    def _amount(self, which: str, node: Node) -> Amount:
        amount = required(self.index, node)
        if amount.several:
            self.tally.add("with several amounts of credit required, of which the greatest stands", which)
        if amount.unknown:
            self.tally.add("with an amount of credit in a unit that is not stated, left out", which)
        return amount

    def _figures(self, which: str, weeks: float | None, amount: Amount) -> Cells:
        if weeks is None and amount.clock_hours:
            weeks = round(amount.clock_hours / HOURS_A_WEEK, 1)
            self.tally.add(f"without a duration: weeks are its clock hours at {HOURS_A_WEEK} a week", which)
        elif weeks is None and amount.credits:
            weeks = round(amount.credits / CREDITS_A_YEAR * WEEKS_A_YEAR, 1)
            self.tally.add(f"without a duration: weeks are its credits at {CREDITS_A_YEAR} a year", which)
        figures = {"credits": amount.credits, "clock_hours": amount.clock_hours, "weeks": weeks}
        return {name: self._within(which, name, figure) for name, figure in figures.items()}

    def _within(self, which: str, name: str, figure: float | None) -> str:
        if figure is None:
            return ""
        if figure < (_LEAST_WEEKS if name == "weeks" else 0) or figure > _MOST[name]:
            self.tally.add(f"with {name} beyond what can be, left empty", which)
            return ""
        return written(figure)

    def _price(self, which: str, node: Node) -> str:
        found = price(node, self.as_of)
        if found.why_not:
            self.tally.add(f"with net_price left empty, since it states {found.why_not}", which)
        if found.dollars is None:
            return ""
        self.tally.add(
            "with a price before grants, which stands for net_price until a file of yours states that", which
        )
        return self._within(which, "net_price", found.dollars)

    def _modality(self, which: str, node: Node) -> str:
        ways = offering.modalities(node)
        if len(ways) > 1:
            self.tally.add("taught in several ways, of which modality holds one only, so left empty", which)
        return next(iter(ways)) if len(ways) == 1 else ""

    def _funding(self, which: str, node: Node) -> str:
        codes, others = offering.funding(self.index, node)
        if others:
            self.tally.add("with financial assistance that is none of the kinds of funding, left out", which)
        return codes

    def _several(self, which: str, cip: list[str], soc: list[str]) -> None:
        if len(cip) > 1:
            self.tally.add("with several CIP codes, of which the first stands", which)
        if len(soc) > 1:
            self.tally.add("with several occupations, of which the first stands", which)

    def _complete(self, cells: Cells, which: str) -> bool:
        missing = [name for name in ("name", "cip", "weeks", "award_level") if not cells[name]]
        if not missing:
            return True
        if which in self.known:
            self.tally.add("lacking what only your own file can tell", which)
            return True
        reasons = {"name": "left out, for want of a name", "cip": _CIP_MISSING, "weeks": _WEEKS_MISSING}
        self.tally.add(reasons.get(missing[0], _LEVEL_MISSING), which)
        return False
