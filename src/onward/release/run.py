"""The edge of a training run: reads files, trains, writes the run's folder whole or not at all, and logs it.

A run's folder holds bundle/, report/, decisions.csv, strata.csv, tried.csv and run.json. It holds no demographics: an
audit of the run reads them again from where the college keeps them.
"""

import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from onward.audit import Audit, audit, write_report
from onward.data.mapping import read
from onward.errors import DataError, SettingsError
from onward.release.bundle import Bundle
from onward.release.registry import Registered, default_store, register
from onward.release.retrain import Candidate, Progress, audit_plan, retrain
from onward.settings import Settings, load, parse


@dataclass(frozen=True)
class Run:
    """A finished run: its candidate, its folder, and where it stands in the registry."""

    candidate: Candidate
    folder: Path
    bundle_hash: str
    registered: Registered


def train(settings_path: Path, data: Path, *, runs: Path, store: str | None, progress: Progress) -> Run:
    """Read ``data`` by the settings, train and audit a candidate, write ``runs/<name>`` and register it in MLflow."""
    settings = load(settings_path)
    mapping = None if settings.data.mapping is None else settings_path.parent / settings.data.mapping
    progress("checking files")
    source = read(data, mapping=mapping)
    candidate = retrain(source, settings, progress=progress)
    progress("writing bundle and report")
    runs.mkdir(parents=True, exist_ok=True)
    folder = runs / settings.name
    about = {
        "settings": settings.model_dump(mode="json"),
        "data": str(data.resolve()),
        "mapping": None if mapping is None else str(mapping.resolve()),
        "notes": list(candidate.audit.plan.notes),
        "digests": source.digests,
    }
    bundle_hash = _write(candidate, folder, about)
    progress("logging to MLflow")
    registered = register(
        candidate, folder, bundle_hash=bundle_hash, digests=source.digests, store=store or default_store(runs)
    )
    return Run(candidate, folder, bundle_hash, registered)


def audit_again(run: Path, *, limit: float | None, minimum_cell: int | None) -> Audit:
    """Audit a run's decisions once more, under the plan of its settings or a stricter one, reading the data again."""
    about = _about(run)
    settings = _stricter(parse(about["settings"], name=str(run / "run.json")), limit, minimum_cell)
    source = read(Path(about["data"]), mapping=None if about["mapping"] is None else Path(about["mapping"]))
    if source.digests != about["digests"]:
        raise DataError(
            f"expected the files the run was trained on in {about['data']}; they have changed since; train again, or "
            "put "
            "the files back"
        )
    texts = {"decision_id": str, "learner_id": str, "credential_id": str}
    return audit(
        pd.read_csv(run / "decisions.csv", dtype=texts, parse_dates=["decided_on"]),
        demographics=source.tables.demographics,
        values=source.tables.values,
        credentials=source.tables.credentials,
        strata=pd.read_csv(run / "strata.csv", dtype=str),
        plan=replace(audit_plan(settings, notes=()), notes=tuple(about["notes"])),
    )


def bundle_of(candidate: Candidate, digests: dict[str, str]) -> Bundle:
    """The bundle of a candidate; it holds no date, so that the same data and settings give the same hash."""
    settings = candidate.settings
    facts = {
        "name": settings.name,
        "horizon_days": settings.data.horizon_days,
        "data_digests": digests,
        "settings": settings.model_dump(mode="json"),
        "audit_verdict": candidate.audit.verdict.status,
    }
    return Bundle(candidate.adviser, candidate.persistence.probability, facts)


def _write(candidate: Candidate, folder: Path, about: dict[str, Any]) -> str:
    """Write beside the final place and then move, so that a run that stops half-way leaves the earlier one."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".writing-") as scratch:
        place = Path(scratch) / "run"
        bundle_hash = bundle_of(candidate, about["digests"]).write(place / "bundle")
        write_report(candidate.audit, place / "report")
        candidate.judged.decisions(candidate.adviser.catalogue.ids).to_csv(place / "decisions.csv", index=False)
        candidate.judged.strata().to_csv(place / "strata.csv", index=False)
        candidate.skills.to_csv(place / "skills.csv", index=False)
        if candidate.parity is not None:
            candidate.parity.tried.to_csv(place / "tried.csv", index=False)
        (place / "run.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
        if folder.exists():
            shutil.move(folder, Path(scratch) / "earlier")
        shutil.move(place, folder)
    return bundle_hash


def _about(run: Path) -> dict[str, Any]:
    path = run / "run.json"
    if not path.is_file():
        raise DataError(
            f"expected run.json in {run}; there is none; name a folder that onward train wrote, such as runs/demo"
        )
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _stricter(settings: Settings, limit: float | None, minimum_cell: int | None) -> Settings:
    """The settings under a tighter limit or a larger smallest cell; a laxer one could be chosen after results."""
    if limit is not None and not 0 < limit <= settings.parity.limit:
        raise SettingsError(
            f"expected a limit above 0 and at most {settings.parity.limit:g}, which was fixed before results; got "
            f"{limit:g}"
        )
    if minimum_cell is not None and minimum_cell < settings.audit.minimum_cell:
        raise SettingsError(
            f"expected a smallest cell of at least {settings.audit.minimum_cell}, which the run was published with; "
            "got "
            f"{minimum_cell}"
        )
    parity = settings.parity.model_copy(update={} if limit is None else {"limit": limit})
    chosen = settings.audit.model_copy(update={} if minimum_cell is None else {"minimum_cell": minimum_cell})
    return settings.model_copy(update={"parity": parity, "audit": chosen})
