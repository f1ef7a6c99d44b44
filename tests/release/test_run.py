"""The edge of a run: what is on disk and in the registry after it, and after it was broken off."""

import json
import shutil
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from onward.audit import write_report
from onward.data.worth import value_of
from onward.errors import DataError, SettingsError
from onward.history.decision_points import positions
from onward.history.timeline import Timeline
from onward.release.bundle import load
from onward.release.place import check_place, check_report_place, replaced
from onward.release.registry import default_store, flattened
from onward.release.run import audit_again


def test_a_run_holds_bundle_report_and_decisions_and_no_demographics(trained):
    names = {path.name for path in trained.run.folder.iterdir()}
    assert {"bundle", "report", "restricted", "decisions.csv", "strata.csv", "scores.csv", "run.json"} <= names
    told = "".join(path.read_text(errors="replace") for path in trained.run.folder.glob("*.csv"))
    assert not any(word in told for word in ("hispanic", "woman", "white"))


def test_whatever_is_by_group_beside_the_public_report_is_for_officers_alone(trained):
    restricted = trained.run.folder / "restricted"
    assert {"floors.csv", "support.csv", "case_review.csv"} <= {path.name for path in restricted.iterdir()}
    assert restricted.stat().st_mode & 0o077 == 0


def test_the_registry_holds_nothing_of_the_restricted_edition(trained):
    client = mlflow.MlflowClient(tracking_uri=default_store(trained.runs), registry_uri=default_store(trained.runs))
    artifacts = client.list_artifacts(trained.run.registered.run_id)
    assert not any("restricted" in entry.path for entry in artifacts)
    logged = client.list_artifacts(trained.run.registered.run_id, "report")
    assert {Path(entry.path).name for entry in logged} == {
        path.name for path in (trained.run.folder / "report").iterdir()
    }


def test_how_far_the_value_is_from_tipping_is_written_where_there_is_a_value(trained):
    value = trained.run.candidate.value
    place = trained.run.folder / "sensitivity.csv"
    assert place.is_file() is (value is not None)
    if value is not None:
        assert len(pd.read_csv(place)) == len(value.ranges)


def test_nothing_is_left_beside_the_run(trained):
    assert not [path for path in trained.runs.iterdir() if path.name.startswith(".writing")]


def test_a_run_that_breaks_off_while_writing_leaves_the_earlier_one(trained, tmp_path):
    folder = tmp_path / "demo"
    shutil.copytree(trained.run.folder, folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(FileNotFoundError, match="no-such"), replaced(folder) as place:
        (place / "no-such" / "bundle").mkdir()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert list(tmp_path.iterdir()) == [folder]


def test_one_mlflow_run_holds_settings_digests_metrics_models_bundle_and_report(trained):
    client = mlflow.MlflowClient(tracking_uri=default_store(trained.runs), registry_uri=default_store(trained.runs))
    run = client.get_run(trained.run.registered.run_id)
    assert run.data.params["sensitive_in_training.gender"] == "constraint"
    assert run.data.metrics["completion_locked.auc"] > 0.5
    artifacts = {entry.path for entry in client.list_artifacts(run.info.run_id)}
    assert {"bundle", "report", "data_digests.json"} <= artifacts
    models = {model.name for model in client.search_logged_models([run.info.experiment_id])}
    assert models == {"completion", "persistence"}


def test_the_version_is_registered_under_the_candidate_alias(trained):
    client = mlflow.MlflowClient(tracking_uri=default_store(trained.runs), registry_uri=default_store(trained.runs))
    version = client.get_model_version_by_alias("onward-demo", "candidate")
    assert str(version.version) == trained.run.registered.version
    assert version.tags["bundle"] == trained.run.bundle_hash


def test_a_registered_booster_predicts_as_the_bundle_does(trained):
    mlflow.set_tracking_uri(default_store(trained.runs))
    booster = mlflow.lightgbm.load_model("models:/onward-demo@candidate")
    assert booster.model_to_string() == trained.run.candidate.adviser.completion.model.to_text()


def test_no_file_of_the_run_or_its_artifacts_is_a_pickle(trained):
    files = [path for path in trained.runs.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in {".pkl", ".pickle", ".joblib", ".skops"}]


def test_auditing_again_gives_the_same_report(trained, tmp_path):
    found = audit_again(trained.run.folder, limit=None, minimum_cell=None)
    write_report(found, tmp_path)
    first, second = (json.loads((f / "audit.json").read_text()) for f in (trained.run.folder / "report", tmp_path))
    assert second == first


def test_larger_cells_do_not_change_what_credentials_are_worth(trained, tmp_path, monkeypatch):
    run = shutil.copytree(trained.run.folder, tmp_path / "run")
    record = json.loads((run / "run.json").read_text())
    record["settings"]["value"]["onward"] = "counted"
    (run / "run.json").write_text(json.dumps(record))
    monkeypatch.setattr("onward.release.run.audit_of", lambda _, source, *__, **___: value_of(source.tables.values))
    first, again = (audit_again(run, limit=None, minimum_cell=cell) for cell in (None, 100))
    pd.testing.assert_series_equal(first, again)


def test_a_stricter_audit_may_be_asked_for(trained):
    found = audit_again(trained.run.folder, limit=250.0, minimum_cell=40).public
    assert (found.plan.limit, found.plan.minimum_cell) == (250.0, 40)
    shown = found.cells["n"].dropna()
    assert shown.min() >= 40


def test_a_laxer_limit_is_refused(trained):
    with pytest.raises(SettingsError, match="at most 1000, which was fixed before results; got 2000"):
        audit_again(trained.run.folder, limit=2_000.0, minimum_cell=None)


def test_a_smaller_smallest_cell_is_refused(trained):
    with pytest.raises(SettingsError, match="at least 10, which the run was published with; got 3"):
        audit_again(trained.run.folder, limit=None, minimum_cell=3)


def test_an_audit_on_changed_files_is_refused(trained, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(trained.runs / "demo-data", data)
    people = pd.read_csv(data / "demographics.csv", dtype=str)
    people.assign(gender="man").to_csv(data / "demographics.csv", index=False)
    run = tmp_path / "demo"
    shutil.copytree(trained.run.folder, run)
    about = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(about | {"data": str(data)}))
    with pytest.raises(DataError, match="they have changed since; train again, or put the files back"):
        audit_again(run, limit=None, minimum_cell=None)


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"expected run\.json .*; there is none; name a folder that onward train wrote"):
        audit_again(tmp_path, limit=None, minimum_cell=None)


def test_settings_are_flattened_by_dots():
    assert flattened({"a": {"b": {"c": 1}}}) == {"a.b.c": "1"}


def test_the_bundle_that_was_written_advises_what_was_audited(trained):
    adviser = load(trained.run.folder / "bundle").adviser
    timeline = Timeline.from_tables(trained.tables, adviser.catalogue)
    judged = trained.run.candidate.judged
    prospects = adviser.prospects(timeline, positions(judged.points, timeline))
    written = pd.read_csv(trained.run.folder / "decisions.csv", dtype=str, keep_default_na=False)
    first = written[(written["source"] == "onward") & (written["rank"] == "1")]["credential_id"].to_numpy()
    assert (adviser.catalogue.ids[adviser.order(prospects, k=1)[:, 0]].to_numpy() == first).all()
    assert (prospects.stratum == judged.prospects.stratum).all()
    assert len(set(prospects.stratum)) > 3


def test_a_run_does_not_take_the_place_of_somebody_s_files(tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "data.csv").write_text("a")
    with pytest.raises(SettingsError, match="it holds something else; choose another --runs"):
        check_place(tmp_path / "demo", tmp_path / "elsewhere")


@pytest.mark.parametrize(("run", "data"), [("a", "a"), ("a", "a/b"), ("a/b", "a")])
def test_a_run_and_its_data_lie_apart(run, data, tmp_path):
    with pytest.raises(SettingsError, match=r"apart from the data; .* overlap"):
        check_place(tmp_path / run, tmp_path / data)


def test_a_run_killed_between_two_moves_is_put_back_at_the_next_start(tmp_path):
    (tmp_path / ".earlier-demo").mkdir()
    (tmp_path / ".earlier-demo" / "run.json").write_text("{}")
    (tmp_path / ".writing-demo-x").mkdir()
    with pytest.raises(KeyError, match="stopped"), replaced(tmp_path / "demo"):
        raise KeyError("stopped")
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert (tmp_path / "demo" / "run.json").is_file()


def test_an_audit_under_stricter_rules_says_that_it_is_one(trained):
    about = dict(audit_again(trained.run.folder, limit=250.0, minimum_cell=None).public.plan.about)
    assert about["Audited again"].startswith("under stricter rules, chosen after the run's own audit: limit $250")


def test_the_same_audit_again_does_not_claim_other_rules(trained):
    assert "Audited again" not in dict(audit_again(trained.run.folder, limit=None, minimum_cell=None).public.plan.about)


@pytest.mark.parametrize("taken", ["file", "folder"])
def test_a_report_does_not_take_the_place_of_somebody_s_files(taken, tmp_path):
    place = tmp_path / "report"
    if taken == "folder":
        place.mkdir()
    (place / "note.txt" if taken == "folder" else place).write_text("mine")
    with pytest.raises(SettingsError, match="it holds something else; choose another --out"):
        check_report_place(place)


def test_another_run_s_scratch_is_left_alone(tmp_path):
    (tmp_path / ".writing-demo-x-abcd1234").mkdir()
    (tmp_path / ".writing-demo-abcd1234").mkdir()
    with replaced(tmp_path / "demo") as place:
        (place / "run.json").write_text("{}")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".writing-demo-x-abcd1234", "demo"]
