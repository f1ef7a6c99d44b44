"""The demo: a made-up state system whose truth is known, so that advice can be judged by what it would really do."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rich.console import Console
from rich.table import Table

from onward.data.simulated import Truth, World, simulate
from onward.data.tables import Tables, write
from onward.data.worth import benefit
from onward.errors import SettingsError
from onward.live.answers import recommend
from onward.policy.ranking import NONE, of_choice
from onward.release.bundle import load
from onward.release.place import check_place
from onward.release.record import record_of
from onward.release.retrain import Candidate, Progress
from onward.release.run import Run, train
from onward.screens import audit_summary, constraint_summary, dollars, next_step

SETTINGS = Path(__file__).parent / "settings" / "demo.toml"
SEED = 11
MADE = "MADE-UP.txt"
"""Marks a folder whose files the demo wrote and may write again."""
WORLD = World(learners=20_000, cohorts=12)
SOURCES = ("history", "imitation", "onward")


@dataclass(frozen=True)
class Reckoning:
    """What each source's first choice would really do: one row per source.

    ``benefit`` in dollars, ``share`` of what is reachable without seeing groups or latents, ``completion`` the true
    probability, ``worse`` the share of learners whose true benefit is below that of their own choice.
    """

    table: pd.DataFrame
    learners: int


def demo(runs: Path, *, learners: int, progress: Progress) -> tuple[Run, Reckoning, Tables]:
    """Simulate, train, audit, and compare with the truth."""
    data = runs / "demo-data"
    _check_free(data)
    check_place(runs / "demo", data)
    progress("simulating a state system")
    tables, truth = simulate(replace(WORLD, learners=learners), seed=SEED)
    write(tables, data)
    (data / MADE).write_text("Files of a made-up state system, written by onward demo.\n", encoding="utf-8")
    run = train(SETTINGS, data, runs=runs, store=None, progress=progress)
    return run, reckon(run.candidate, truth), tables


def _check_free(data: Path) -> None:
    """Refuse to write the made-up files over anything that an earlier demo did not make."""
    if data.is_dir() and any(data.iterdir()) and not (data / MADE).is_file():
        raise SettingsError(
            f"expected {data} to be free or to hold an earlier demo's files; it holds others; choose another --runs"
        )


def reckon(candidate: Candidate, truth: Truth) -> Reckoning:
    """Look up the truth of what each source advised on the locked decision points."""
    judged, catalogue = candidate.judged, candidate.adviser.catalogue
    row = _rows_of(judged.points, truth)
    cost = catalogue.cost_of_failing(price_share=candidate.settings.audit.price_share)
    real = benefit(truth.p_complete[row].astype(float), catalogue.value, cost)
    blind = benefit(truth.blind_p_complete[row].astype(float), catalogue.value, cost)
    reachable = of_choice(real, np.argmax(np.where(truth.eligible[row], blind, -np.inf), axis=1)).mean()
    own = of_choice(real, judged.choices["history"][:, 0])
    found = []
    for source in SOURCES:
        choice = judged.choices[source][:, 0]
        returned = of_choice(real, choice)
        found.append(
            {
                "source": source,
                "value": float(catalogue.value[choice].mean()),
                "benefit": float(returned.mean()),
                "share": float(returned.mean() / reachable),
                "completion": float(of_choice(truth.p_complete[row].astype(float), choice).mean()),
                "worse": float((returned < own - 1e-9).mean()),
            }
        )
    return Reckoning(pd.DataFrame(found).set_index("source"), len(judged.points))


def _rows_of(points: pd.DataFrame, truth: Truth) -> npt.NDArray[np.int64]:
    keys = ["learner_id", "as_of", "credential_id"]
    index = pd.MultiIndex.from_frame(truth.decision_points[keys])
    return np.asarray(index.get_indexer(pd.MultiIndex.from_frame(points[keys])), dtype=np.int64)


def summary(screen: Console, run: Run, reckoning: Reckoning, tables: Tables) -> None:
    """Print what history, imitation and Onward advise, what it would really do, and one learner's advice."""
    screen.print(f"\n{reckoning.learners:,} made-up learners at decision points kept from training.\n")
    screen.print(_what_it_does(reckoning))
    screen.print(
        "Reachable: the most that advice could return without seeing groups or anything unrecorded. Worse off: "
        "learners\n"
        "whose true expected benefit is below that of the credential they chose themselves.\n"
    )
    constraint_summary(screen, run)
    audit_summary(screen, run.candidate.audit, run.folder / "report" / "report.html")
    _one_learner(screen, run, tables)
    next_step(screen, run)


def _what_it_does(reckoning: Reckoning) -> Table:
    table = Table(title="What the first choice would really do")
    for name in ("", "Benefit, of reachable", "True completion", "Worse off"):
        table.add_column(name, justify="left" if not name else "right")
    for source, row in reckoning.table.iterrows():
        table.add_row(str(source), f"{row['share']:.1%}", f"{row['completion']:.1%}", f"{row['worse']:.1%}")
    return table


def _one_learner(screen: Console, run: Run, tables: Tables) -> None:
    """Print the advice for the first of the locked learners who have the longest list."""
    judged = run.candidate.judged
    first = int((judged.choices["onward"] != NONE).sum(axis=1).argmax())
    point = judged.points.iloc[first]
    learner = record_of(tables, str(point["learner_id"]), before=point["as_of"])
    answer = recommend(load(run.folder / "bundle"), learner, as_of=point["as_of"].date(), k=3)
    screen.print(f"Advice for learner {learner.learner_id} on {point['as_of']:%Y-%m-%d}")
    stretch = answer["advice"]["stretch"]
    for item in [*answer["advice"]["advised"], *([stretch | {"rank": "stretch"}] if stretch else [])]:
        field = " (the field they stated)" if item["in_stated_field"] else ""
        price = "price unknown" if item["net_price"] is None else f"${item['net_price']:,.0f}"
        pay = f"{dollars(item['value']['a_year'])} a year over high-school pay"
        screen.print(
            f"  {item['rank']}. {item['name']}{field}: {item['weeks']:g} weeks, {price}; likely to complete "
            f"{item['p_complete']:.0%} ({_range(item)}); {pay}"
        )
        for sentence in item["reasons"]:
            screen.print(f"       {sentence}")


def _range(item: dict[str, Any]) -> str:
    within = item["p_complete_range"]
    return f"{within['low']:.0%} to {within['high']:.0%} at Lambda {within['lambda']:g}"
