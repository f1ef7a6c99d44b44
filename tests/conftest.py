"""What several tests share: where the real data lie, and what to do when something real is absent."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[1]


def absent(what: str, why: str) -> None:
    """Skip the test, or fail it where ``ONWARD_REQUIRE`` names what is absent."""
    if what in os.environ.get("ONWARD_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here: {why}")
    pytest.skip(why)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real data, beside the repository or named by ``ONWARD_SHARED``."""
    folder = Path(os.environ.get("ONWARD_SHARED", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        absent("shared", f"no folder of real data at {folder}; set ONWARD_SHARED to one")
    return folder


@dataclass(frozen=True)
class Trained:
    """One small demo, whole: its folder of runs, the run, what it would really do, and the tables it saw."""

    runs: Path
    run: Any
    reckoning: Any
    tables: Any


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Simulate 2,500 learners, train, audit and register in an MLflow store on SQLite, once for the session."""
    from onward.training.demo import demo

    runs = tmp_path_factory.mktemp("runs")
    run, reckoning, tables = demo(runs, learners=2_500, progress=lambda _: None)
    return Trained(runs, run, reckoning, tables)


@pytest.fixture(scope="session")
def service(trained: Trained) -> Iterator[str]:
    """Serve the small demo's bundle in a process of its own and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = trained.runs / "service.log"
    command = [sys.executable, "-m", "onward", "serve", str(trained.run.folder), "--unsigned", "--port", str(port)]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_ready(address, process, log)
            yield address
        finally:
            os.killpg(process.pid, 15)
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start a headless Chromium, the system's own."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        absent("browser", "no Chromium on this system; install the package chromium")
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=quiet)
        yield started
        started.close()


def _wait_until_ready(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            pytest.fail(f"the service ended before it was ready:\n{log.read_text()}")
        try:
            if httpx.get(f"{address}/readyz", timeout=1).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the service was not ready within a minute:\n{log.read_text()}")


@dataclass(frozen=True)
class Small:
    """What a tiny run stands on: tables of made-up learners, what is read from them, and points with outcomes."""

    tables: Any
    catalogue: Any
    timeline: Any
    spec: Any
    starts: Any
    stays: Any
    settings: Any


@pytest.fixture(scope="session")
def small() -> Small:
    """Simulate 1,500 learners and read them as training does, with settings for models of 20 trees."""
    from onward.catalog.catalogue import Catalogue
    from onward.data.simulated import World, simulate
    from onward.history.spec import FeatureSpec
    from onward.history.timeline import Timeline
    from onward.models.completion import completion_points
    from onward.models.persistence import labelled_persistence_points
    from onward.settings import ALWAYS_SENSITIVE, DataSettings, ModelSettings

    tables, _ = simulate(World(learners=1_500, cohorts=12), seed=1)
    catalogue = Catalogue.of(tables.credentials, tables.pathways, tables.values)
    timeline = Timeline.from_tables(tables, catalogue)
    data = DataSettings(data_through="2024-12-31", still_in_progress="not_completed")
    return Small(
        tables,
        catalogue,
        timeline,
        FeatureSpec.fit(timeline, catalogue, sensitive=ALWAYS_SENSITIVE),
        completion_points(tables, data),
        labelled_persistence_points(tables, data),
        ModelSettings(rounds=20, folds=2),
    )


@pytest.fixture(scope="session")
def small_models(small: Small) -> Any:
    """Fit tiny models of completion, choice and persistence, by those names."""
    from types import SimpleNamespace

    from onward.models.choice import fit_choice
    from onward.models.probability import cross_fit

    fit = {"timeline": small.timeline, "catalogue": small.catalogue, "spec": small.spec, "settings": small.settings}
    sharper = small.settings.model_copy(update={"rounds": 40, "learning_rate": 0.3})
    return SimpleNamespace(
        completion=cross_fit(small.starts, seed=3, **fit),
        choice=fit_choice(small.starts, seed=3, **fit | {"settings": sharper}),
        persistence=cross_fit(small.stays, seed=3, **fit),
    )


@pytest.fixture(scope="session")
def small_adviser(small: Small, small_models: Any) -> Any:
    """Put tiny models, strata and a rule together, without a constraint."""
    from onward.history.barred import Barred
    from onward.history.decision_points import positions
    from onward.history.views import LearnerView
    from onward.policy.adviser import Adviser
    from onward.policy.constraint import Constraint
    from onward.policy.ranking import RankingRule
    from onward.policy.strata import Strata
    from onward.settings import StrataSettings

    view = LearnerView(small.timeline, positions(small.starts, small.timeline), small.catalogue)
    strata = Strata.fit(
        view,
        StrataSettings(words="preparation and goal", bins={"prior_gpa": 2}, categories=("goal_field",)),
        Barred.of(),
    )
    rule = RankingRule(completion_floor=0.4, overlap_floor=0.0, price_share=0.5, caution=1.2)
    nothing = Constraint.none(len(small.catalogue))
    return Adviser(small.catalogue, small_models.completion.probability, small_models.choice, rule, strata, nothing)


@pytest.fixture(scope="session")
def small_bundle(small: Small, small_models: Any, small_adviser: Any) -> Any:
    """Erase, price, shrink, shift and mark where support is needed: everything a bundle holds, unwritten."""
    import dataclasses

    import numpy as np

    from onward.policy.constraint import Constraint
    from onward.policy.erasure import Erasure
    from onward.policy.price import Price
    from onward.policy.shown import Shown
    from onward.policy.shrinkage import Shrinkage
    from onward.policy.stratum_means import StratumMeans
    from onward.policy.support import SupportTable
    from onward.release.bundle import Bundle

    rng, size = np.random.default_rng(0), len(small.catalogue)
    names = (*small_adviser.strata.names, small_adviser.strata.OTHER)

    def usual(middle: float, spread: float) -> StratumMeans:
        return StratumMeans(names, rng.normal(middle, spread, (len(names), size)))

    constraint = Constraint(
        Erasure(0.5, usual(0.5, 0.3), rng.normal(0, 0.02, (size, size))),
        Price(np.array([0.1]), usual(0.5, 0.3), rng.normal(0, 0.01, (size, 1))),
        Shrinkage(0.5, usual(10_000, 3_000)),
    )
    states = ("needed", "not seen", "too few to say")
    support = SupportTable(
        tuple(states[at % 3] for at in range(size)),
        {(at, names[at % len(names)]): states[(at + 1) % 3] for at in range(0, size, 2)},
    )
    return Bundle(
        dataclasses.replace(small_adviser, constraint=constraint),
        Shown(-0.2, 400, 1.5),
        support,
        small_models.persistence.probability,
        {"name": "small", "horizon_days": 365, "audit_verdict": "cannot tell yet"},
    )
