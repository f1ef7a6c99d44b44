"""MLflow's side of a run: one run holds settings, data digests, metrics, models, bundle and report.

Only this file imports mlflow. Models are logged as LightGBM Boosters, with their requirements named: inferring them
would start another process, and a pickle is never written.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from onward.release.retrain import Candidate

ALIAS = "candidate"
REQUIREMENTS = ["lightgbm>=4.6,<5"]


@dataclass(frozen=True)
class Registered:
    """Where a candidate stands in the registry."""

    run_id: str
    name: str
    version: str
    alias: str


def default_store(runs: Path) -> str:
    """The address of the SQLite store beside the runs."""
    return f"sqlite:///{(runs / 'mlflow.db').resolve()}"


def register(
    candidate: Candidate, folder: Path, *, bundle_hash: str, digests: dict[str, str], runs: Path, store: str | None
) -> Registered:
    """Log the run from ``folder``, which holds bundle and report; its version gets the candidate alias.

    Without ``store`` the tracking store is SQLite beside the ``runs``.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow  # noqa: PLC0415 - seconds to import, and only a run that is logged needs it
    import mlflow.lightgbm  # noqa: PLC0415 - the same

    # MLflow logs every table it makes; what matters of a run is said by the command.
    for logger in ("mlflow", "alembic"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    mlflow.set_tracking_uri(store or default_store(runs))
    name = f"onward-{candidate.settings.name}"
    _experiment(mlflow, name, runs)
    with mlflow.start_run(run_name=candidate.settings.name) as run:
        mlflow.log_params(flattened(candidate.settings.model_dump(mode="json")))
        mlflow.log_dict(digests, "data_digests.json")
        mlflow.log_metrics(metrics(candidate))
        mlflow.set_tags({"bundle": bundle_hash, "verdict": candidate.audit.verdict.status, "unsigned": "true"})
        for part in ("bundle", "report"):
            mlflow.log_artifacts(str(folder / part), part)
        persistence = candidate.persistence.probability.model.booster
        mlflow.lightgbm.log_model(persistence, name="persistence", pip_requirements=REQUIREMENTS)
        completion = candidate.adviser.completion.model.booster
        logged = mlflow.lightgbm.log_model(completion, name="completion", pip_requirements=REQUIREMENTS)
        version = _new_version(mlflow.MlflowClient(), name, logged.model_uri, run.info.run_id, bundle_hash)
        return Registered(run.info.run_id, name, version, ALIAS)


def _new_version(client: Any, name: str, source: str, run_id: str, bundle_hash: str) -> str:  # noqa: ANN401 - untyped
    """Register a version of the model, made on first use, and move the candidate alias to it."""
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    version = str(client.create_model_version(name, source, run_id, tags={"bundle": bundle_hash}).version)
    client.set_registered_model_alias(name, ALIAS, version)
    return version


def _experiment(mlflow: Any, name: str, runs: Path) -> None:  # noqa: ANN401 - the module itself
    """Use the experiment, made on first use with its artifacts beside the runs."""
    if mlflow.get_experiment_by_name(name) is None:
        mlflow.create_experiment(name, artifact_location=(runs / "mlflow-artifacts").resolve().as_uri())
    mlflow.set_experiment(name)


def metrics(candidate: Candidate) -> dict[str, float]:
    """Skill and, for every source, what everyone is advised, under names that MLflow accepts."""
    found: dict[str, float] = {}
    for row in candidate.skills.to_dict("records"):
        key = _key(f"{row['model']} {row['judged_on']}")
        found |= {
            f"{key}.{name}": float(row[name]) for name in ("n", "auc", "auc_low", "auc_high", "brier", "mean_error")
        }
    cells = candidate.audit.cells
    everyone = cells[(cells["attribute"] == "everyone") & (cells["population"] == "advice")]
    for row in everyone.to_dict("records"):
        found[_key(f"{row['source']}.{row['measure']}")] = float(row["mean"])
    if candidate.parity is not None:
        chosen = candidate.parity.chosen
        found |= {"parity.strength": chosen.strength, "parity.bound": chosen.bound}
    if candidate.value is not None:
        for policy, evaluation in candidate.value.evaluations.items():
            found[f"policy.{policy}.dr_less_history"] = evaluation.dr.difference
            found[f"policy.{policy}.effective_n"] = evaluation.effective_n
    return {name: value for name, value in found.items() if pd.notna(value)}


def flattened(settings: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested settings as dotted names.

    >>> flattened({"data": {"mapping": None}, "seed": 1})
    {'data.mapping': 'None', 'seed': '1'}
    """
    found: dict[str, str] = {}
    for name, value in settings.items():
        found |= flattened(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": str(value)}
    return found


def _key(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-/" else "_" for letter in text)
