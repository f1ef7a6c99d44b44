"""The folder of a run: replaced whole or not at all, and never where somebody's files lie."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from onward.errors import SettingsError

RECORD = "run.json"
REPORT = "report.html"


def check_place(folder: Path, data: Path) -> None:
    """Refuse a place that holds anything but an earlier run, or that is, holds or lies in the data."""
    here, there = folder.resolve(), data.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise SettingsError(
            f"expected a place for the run apart from the data; {folder} and {data} overlap; choose another --runs"
        )
    if folder.exists() and not (folder / RECORD).is_file():
        raise SettingsError(
            f"expected {folder} to be free or to hold an earlier run; it holds something else; choose another --runs, "
            "or move it away"
        )


def check_report_place(folder: Path, *, public: bool = True) -> None:
    """Refuse a place for a report that is a file, or holds anything but an earlier report.

    A public report does not go where an officer's edition lies: its case reviews would stay beside it.
    """
    if public and (folder / "access.log").exists():
        raise SettingsError(f"{folder} holds an officer's edition; choose another --out for the public report")
    if folder.exists() and not (folder.is_dir() and (not any(folder.iterdir()) or (folder / REPORT).is_file())):
        raise SettingsError(
            f"expected {folder} to be free, empty or to hold an earlier report; it holds something else; choose "
            "another --out"
        )


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """A scratch folder beside ``folder`` that takes its place when the work in it is done, and else leaves no trace.

    Between the two renames at the end the earlier run lies beside its place, and the next start puts it back.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    earlier = folder.with_name(f".earlier-{folder.name}")
    _settle(folder, earlier)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".writing-{folder.name}-") as scratch:
        place = Path(scratch) / folder.name
        place.mkdir()
        yield place
        if folder.exists():
            os.replace(folder, earlier)  # noqa: PTH105 - the same call for both moves
        try:
            os.replace(place, folder)  # noqa: PTH105 - the same
        except OSError:
            _settle(folder, earlier)
            raise
        shutil.rmtree(earlier, ignore_errors=True)


def _settle(folder: Path, earlier: Path) -> None:
    """Finish what a run that was killed left: put the earlier run back, or clear it away."""
    if earlier.exists() and not folder.exists():
        earlier.rename(folder)
    shutil.rmtree(earlier, ignore_errors=True)
    scratch = re.compile(rf"\.writing-{re.escape(folder.name)}-[a-z0-9_]+")
    for left in folder.parent.iterdir():
        if scratch.fullmatch(left.name):
            shutil.rmtree(left, ignore_errors=True)
