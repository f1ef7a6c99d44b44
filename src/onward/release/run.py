"""The edge of a training run: reads files, trains, writes the run's folder whole or not at all, and logs it.

A run's folder holds bundle/, report/ (the public edition of the audit), decisions.csv, strata.csv, scores.csv and
run.json, and restricted/, for officers alone: the edition with nothing withheld, and every other table by group. It
holds no demographics: an audit of the run reads them again from where the college keeps them.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from onward.audit import Editions, Release, write_report
from onward.data.mapping import Source, read
from onward.data.scorecard import Scorecard
from onward.errors import DataError, SettingsError
from onward.release.bundle import Bundle
from onward.release.place import RECORD, check_place, replaced
from onward.release.plans import plan_of_run
from onward.release.registry import Registered, register
from onward.release.retrain import Candidate, Progress, audit_of, retrain
from onward.release.valuing import scorecard_of, with_values
from onward.settings import Settings, load, parse


@dataclass(frozen=True)
class Run:
    """A finished run: its candidate, its folder, and where it stands in the registry."""

    candidate: Candidate
    folder: Path
    bundle_hash: str
    registered: Registered


def train(
    settings_path: Path,
    data: Path,
    *,
    runs: Path,
    store: str | None,
    progress: Progress,
    previous: Release | None = None,
) -> Run:
    """Read ``data`` by the settings, train and audit a candidate, register it in MLflow and write ``runs/<name>``.

    What stood at ``runs/<name>`` is an earlier run and is replaced once everything else is done. ``previous`` is the
    last public release of the audit.
    """
    settings = load(settings_path)
    folder = runs / settings.name
    check_place(folder, data)
    mapping = None if settings.data.mapping is None else settings_path.parent / settings.data.mapping
    progress("checking files")
    scorecard = scorecard_of(settings, settings_path.parent)
    source = _with_digest(read(data, mapping=mapping), scorecard)
    candidate = retrain(source, settings, progress=progress, previous=previous, scorecard=scorecard)
    with replaced(folder) as place:
        progress("writing bundle and report")
        bundle_hash = write(candidate, place, source=source, data=data, mapping=mapping, beside=settings_path.parent)
        progress("logging to MLflow")
        registered = register(candidate, place, bundle_hash=bundle_hash, digests=source.digests, runs=runs, store=store)
    return Run(candidate, folder, bundle_hash, registered)


def audit_again(
    run: Path, *, limit: float | None, minimum_cell: int | None, previous: Release | None = None
) -> Editions:
    """Audit a run's decisions once more, under the plan of its settings or a stricter one, reading the data again."""
    record = _record(run)
    trained_with = parse(record["settings"], name=str(run / RECORD))
    settings = _stricter(trained_with, limit, minimum_cell)
    scorecard = scorecard_of(trained_with, Path(record.get("beside", ".")))
    read_again = read(Path(record["data"]), mapping=None if record["mapping"] is None else Path(record["mapping"]))
    source = _with_digest(read_again, scorecard)
    if source.digests != record["digests"]:
        raise DataError(
            f"expected the files the run was trained on in {record['data']}; they have changed since; train again, or "
            "put the files back"
        )
    about = tuple((str(label), str(text)) for label, text in record["about"])
    if limit is not None or minimum_cell is not None:
        rules = f"limit ${settings.parity.limit:,.0f}, cells of at least {settings.audit.minimum_cell}"
        about = (("Audited again", f"under stricter rules, chosen after the run's own audit: {rules}"), *about)
    plan = replace(
        plan_of_run(settings, notes=()),
        notes=tuple(record["notes"]),
        about=about,
        second_opinion=record.get("second_opinion", False),
    )
    strata = pd.read_csv(run / "strata.csv", dtype=str, keep_default_na=False)
    judged = _read_decisions(run / "decisions.csv"), strata, _read_scores(run / "scores.csv")
    # Values as the run had them: what was advised by them is not judged by others because cells are larger now.
    return audit_of(judged, with_values(source, trained_with, scorecard=scorecard), plan, previous=previous)


def _with_digest(source: Source, scorecard: Scorecard | None) -> Source:
    """The source with the digest of the Scorecard file among those of the files read."""
    if scorecard is None:
        return source
    return replace(source, digests=source.digests | {scorecard.name: scorecard.digest})


def bundle_of(candidate: Candidate, digests: dict[str, str]) -> Bundle:
    """The bundle of a candidate; it holds no date, so that the same data and settings give the same hash."""
    settings = candidate.settings
    facts = {
        "name": settings.name,
        "horizon_days": settings.data.horizon_days,
        "data_digests": digests,
        "settings": settings.model_dump(mode="json"),
        "audit_verdict": candidate.audit.verdict.status,
        "averaged_over": {} if candidate.distilled is None else candidate.distilled.marginal,
    }
    return Bundle(candidate.adviser, candidate.shown, candidate.support.table, candidate.persistence.probability, facts)


def write(
    candidate: Candidate, place: Path, *, source: Source, data: Path, mapping: Path | None, beside: Path = Path()
) -> str:
    """Write everything of a run into ``place`` and return the hash of its bundle.

    ``beside`` is the folder of the settings file, from which the settings name other files.
    """
    bundle_hash = bundle_of(candidate, source.digests).write(place / "bundle")
    audits = candidate.audits.about(
        ("Bundle", bundle_hash), *((f"File {name}", f"SHA-256 {digest}") for name, digest in source.digests.items())
    )
    about = audits.public.plan.about
    restricted = place / "restricted"
    write_report(audits, place / "report", restricted=restricted)
    candidate.judged.decisions(candidate.adviser.catalogue.ids).to_csv(place / "decisions.csv", index=False)
    candidate.judged.strata().to_csv(place / "strata.csv", index=False)
    candidate.scores.to_csv(place / "scores.csv", index=False)
    candidate.skills.to_csv(place / "skills.csv", index=False)
    if candidate.value is not None:
        candidate.value.table().to_csv(place / "policy_value.csv", index=False)
        candidate.value.sensitivity_table().to_csv(place / "sensitivity.csv", index=False)
    tables = {"floors": candidate.floors.judged, "support": candidate.support.rows}
    if len(source.tables.limits):
        tables["limits"] = candidate.limited
    if candidate.parity is not None:
        tables["tried"] = candidate.parity.table()
    for name, rows in tables.items():
        path = restricted / f"{name}.csv"
        path.touch(mode=0o600)
        rows.to_csv(path, index=False)
    record = {
        "settings": candidate.settings.model_dump(mode="json"),
        "data": str(data.resolve()),
        "mapping": None if mapping is None else str(mapping.resolve()),
        "beside": str(beside.resolve()),
        "notes": candidate.audit.plan.notes,
        "about": about,
        "digests": source.digests,
        "second_opinion": candidate.judged.opinion is not None,
    }
    (place / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
    return bundle_hash


def _record(run: Path) -> dict[str, Any]:
    path = run / RECORD
    if not path.is_file():
        raise DataError(
            f"expected {RECORD} in {run}; there is none; name a folder that onward train wrote, such as runs/demo"
        )
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _read_decisions(path: Path) -> pd.DataFrame:
    """The decisions as they were written; an id that reads NA is an id."""
    texts = pd.read_csv(path, dtype=str, keep_default_na=False)
    numbers = {"rank": int, "count": int, "p_complete": float}
    return texts.astype(numbers).assign(decided_on=pd.to_datetime(texts["decided_on"]))


def _read_scores(path: Path) -> pd.DataFrame:
    """The scores as they were written; an outcome that is not known yet stays missing."""
    texts = pd.read_csv(path, dtype=str, keep_default_na=False)
    outcome = texts["outcome"].map({"True": True, "False": False}).astype("boolean")
    shaped = texts.astype({"probability": float}).assign(as_of=pd.to_datetime(texts["as_of"]), outcome=outcome)
    return shaped.assign(target=texts["target"].replace("", None))


def _stricter(settings: Settings, limit: float | None, minimum_cell: int | None) -> Settings:
    """The settings under a tighter limit or a larger smallest cell; a laxer one could be chosen after results."""
    if limit is not None and not 0 < limit <= settings.parity.limit:
        raise SettingsError(
            f"expected a limit above 0 and at most {settings.parity.limit:g}, which was fixed before results; "
            f"got {limit:g}"
        )
    if minimum_cell is not None and minimum_cell < settings.audit.minimum_cell:
        raise SettingsError(
            f"expected a smallest cell of at least {settings.audit.minimum_cell}, which the run was published "
            f"with; got {minimum_cell}"
        )
    parity = settings.parity.model_copy(update={} if limit is None else {"limit": limit})
    chosen = settings.audit.model_copy(update={} if minimum_cell is None else {"minimum_cell": minimum_cell})
    return settings.model_copy(update={"parity": parity, "audit": chosen})
