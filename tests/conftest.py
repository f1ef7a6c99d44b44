"""What several tests share: where the real data lie, and what to do when something real is absent."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def _wait_until_ready(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            pytest.fail(f"the service ended before it was ready:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the service was not ready within a minute:\n{log.read_text()}")
