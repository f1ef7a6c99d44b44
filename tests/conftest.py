"""What several tests share: where the real data lie, and what to do when something real is absent."""

import os
from pathlib import Path

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
