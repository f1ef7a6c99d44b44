"""A made-up state system written the way colleges send it: PDP files, a CTDL catalogue, and files of their own."""

import json
from pathlib import Path

import pandas as pd

from onward.data.ctdl.writing import as_ctdl
from onward.data.simulated_files_mapping import Written, mapping_text
from onward.data.simulated_files_own import (
    write_awards,
    write_intake,
    write_outreach,
    write_schedule,
    write_values,
    write_work,
)
from onward.data.simulated_files_pdp import write_pdp
from onward.data.simulated_files_terms import told_terms
from onward.data.tables import Tables

MAPPING = "college.toml"


def write_as_sent(tables: Tables, folder: Path, *, data_through: pd.Timestamp) -> Path:
    """Write ``tables`` of ``simulate`` into ``folder`` as colleges would send them, and return the mapping's path.

    For each institution a PDP cohort and course file; ``catalogue.jsonld``, in CTDL; ``awards.csv``, ``outreach.csv``
    (a row for each offer, a day for each stage) and ``work_based_learning.csv``; and what the standards have no place
    for in ``intake.csv``, ``schedule.csv``, ``values.csv`` and ``limits.csv``. ``data_through`` is the last date known.

    >>> from tempfile import TemporaryDirectory
    >>> from onward.data.simulated import World, simulate
    >>> world = World(learners=5)
    >>> with TemporaryDirectory() as folder:
    ...     written = write_as_sent(simulate(world, seed=1)[0], Path(folder), data_through=pd.Timestamp(world.through))
    ...     print(written.name)
    college.toml
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = told_terms(tables, data_through)
    cohort, course = write_pdp(tables, told, folder)
    document = as_ctdl(tables.credentials, tables.pathways, tables.values)
    (folder / "catalogue.jsonld").write_text(json.dumps(document, indent=1), encoding="utf-8")
    write_intake(tables, folder / "intake.csv")
    write_awards(tables, folder / "awards.csv")
    write_outreach(tables, folder / "outreach.csv")
    write_work(tables, folder / "work_based_learning.csv")
    schedule = write_schedule(tables, folder / "schedule.csv")
    write_values(tables, folder / "values.csv")
    if len(tables.limits):
        tables.limits.to_csv(folder / "limits.csv", index=False)
    written = Written(cohort, course, told.institutions, schedule, limits=len(tables.limits) > 0)
    mapping = folder / MAPPING
    mapping.write_text(mapping_text(tables, written, data_through.date()), encoding="utf-8")
    return mapping
