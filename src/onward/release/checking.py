"""What `onward check` says of files: how much they hold, what was left out, and what a catalogue's edges contradict."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from onward.catalog.pathway_faults import pathway_faults
from onward.data.mapping import read
from onward.data.one_file import read_alone
from onward.data.recognising import WORDS, kind


@dataclass(frozen=True)
class Checked:
    """Files without a problem: how many of what they hold, and sentences for whoever sent them."""

    read: dict[str, int]
    notes: tuple[str, ...]
    pathways: tuple[str, ...]


def check_files(files: Path, *, mapping: Path | None) -> Checked:
    """Read a folder by ``mapping`` or by what its files are, or one file alone; every problem is in the one refusal."""
    if files.is_file() and mapping is None:
        what, found = read_alone(files)
        return Checked(found.counts, (f"{files.name}: {what}", *found.notes), ())
    source = read(files, mapping=mapping)
    rows = {table.name: len(frame) for table, frame in source.tables.items() if len(frame)}
    besides = {what: count for what, count in source.counts.items() if what not in rows and count}
    faults = pathway_faults(source.tables.pathways, source.tables.credentials)
    known = _recognised(files, source.digests) if mapping is None else ()
    return Checked(rows | besides, (*known, *source.notes), tuple(str(fault) for fault in faults))


def _recognised(folder: Path, names: Iterable[str]) -> Iterator[str]:
    """Say what each standard file was recognised as; a file with the name of a table needs no word."""
    for name in names:
        what = kind(folder / name)
        if what in WORDS:
            yield f"{name}: {WORDS[what]}"
