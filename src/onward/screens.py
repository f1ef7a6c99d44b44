"""What the command prints for people: short tables, where the report is, and what to type next."""

import shutil
import sys
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from onward.audit import Audit
from onward.audit.groups import label
from onward.release.checking import Checked
from onward.release.run import Run

VERDICTS = {
    "pass": "pass: every judged gap lies inside the limit",
    "fail": "fail: a judged gap lies outside the limit",
    "cannot_tell": "cannot tell yet: not every gap is shown to lie inside the limit, and none to lie outside",
    "not_evaluated": "not evaluated: nothing could be judged",
}


def check_summary(screen: Console, checked: Checked) -> None:
    """Print what files hold, what was left out or stands in, and what a catalogue's edges contradict."""
    read = ", ".join(f"{count:,} {name}" for name, count in checked.read.items())
    screen.print(f"No problem found: {read or 'nothing was read'}")
    for title, sentences in (("What to know of it", checked.notes), ("Pathways to look at", checked.pathways)):
        if sentences:
            screen.print(f"\n{title}")
        for sentence in sentences:
            screen.print(f"  - {sentence}", markup=False)


def train_summary(screen: Console, run: Run) -> None:
    """Print skill, the constraint, the audit's verdict, and where everything is."""
    _skills(screen, run.candidate.skills)
    constraint_summary(screen, run)
    audit_summary(screen, run.candidate.audit, run.folder / "report" / "report.html")
    registered = run.registered
    screen.print(
        f"Registered {registered.name} version {registered.version} as {registered.alias}; bundle "
        f"{run.bundle_hash[:12]}"
    )
    next_step(screen, run)


def next_step(screen: Console, run: Run) -> None:
    """Print the command to type next, by the name under which this one was found."""
    called = Path(sys.argv[0])
    name = "onward" if shutil.which("onward") or called.name != "onward" else str(called)
    screen.print(f"\nNext: serve it, and ask it yourself\n  {name} serve {run.folder} --unsigned")


def audit_summary(screen: Console, audit: Audit, report: Path) -> None:
    """Print the headline gaps of every source and the verdict."""
    screen.print(_gaps(audit))
    screen.print(
        f"Verdict on {audit.plan.judged}: {VERDICTS[audit.verdict.status]} (limit ${audit.plan.limit:,.0f} a year)"
    )
    screen.print(f"Report: {report}\n")


def judged_gaps(audit: Audit, source: str) -> pd.DataFrame:
    """The gaps in value, given the strata, of the groups the verdict is on; withheld ones are left out."""
    gaps = audit.gaps
    headline = gaps[(gaps["source"] == source) & (gaps["given"] == "stratum") & (gaps["measure"] == "value")]
    cells = pd.MultiIndex.from_frame(headline[["attribute", "group"]])
    return headline[cells.isin(list(audit.family)) & headline["gap"].notna()]


def _gaps(audit: Audit) -> Table:
    words = audit.plan.control_words
    given = f" given {words}" if words and "strata" not in audit.not_evaluated else ""
    table = Table(title=f"Gap in value{given}: group minus the others, dollars a year (95% interval)")
    for name in ("", "Learners"):
        table.add_column(name, justify="left" if not name else "right")
    sources = [source for source in audit.sources if source != "stretch"]
    for source in sources:
        table.add_column(source, justify="right")
    judged = {source: judged_gaps(audit, source).set_index(["attribute", "group"]) for source in sources}
    for cell in audit.family:
        figures = [_interval(frame.loc[cell]) if cell in frame.index else "withheld" for frame in judged.values()]
        learners = next((f"{frame.loc[cell]['n']:,}" for frame in judged.values() if cell in frame.index), "withheld")
        table.add_row(label(cell[1]), learners, *figures)
    return table


def _interval(row: pd.Series) -> str:
    return f"{dollars(row['gap'])} ({dollars(row['low'])} to {dollars(row['high'])})"


def dollars(amount: float) -> str:
    """An amount with its sign, to the dollar."""
    return f"{'-' if amount < 0 else '+'}${abs(amount):,.0f}"


def _skills(screen: Console, skills: pd.DataFrame) -> None:
    screen.print("\nHow well the models tell what happened (95% interval; every learner once)")
    for model, rows in skills.groupby("model", sort=False):
        screen.print(f"  {model}")
        for row in rows.to_dict("records"):
            auc = f"AUC {row['auc']:.3f} ({row['auc_low']:.3f} to {row['auc_high']:.3f})"
            unknown = f"; {row['not_yet_known']:.0%} of outcomes not yet known" if row["not_yet_known"] else ""
            off = f"shown less happened {row['mean_error']:+.3f}"
            screen.print(f"    {row['judged_on']:12s}  {auc}, {row['n']:,} learners, {off}{unknown}")
    screen.print()


def constraint_summary(screen: Console, run: Run) -> None:
    """Print what was done to scores, and whether the limit was met where the strength was set."""
    parity = run.candidate.parity
    screen.print(f"Constraint: {'none' if parity is None else parity.words}.\n")
