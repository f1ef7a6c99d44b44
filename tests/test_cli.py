"""The command: exit codes, refusals and what is printed for people and for programs."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from onward.cli import app, main
from onward.data.tables import write


@pytest.fixture
def onward(capsys):
    """Run the command in this process; return exit code, output and errors."""

    def run(*arguments):
        code = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def faulty(trained, tmp_path):
    """A folder with a missing column, a wrong type, a duplicate id and an impossible date."""
    write(trained.tables, tmp_path)
    learners = pd.read_csv(tmp_path / "learners.csv", dtype=str, keep_default_na=False)
    learners.loc[4, "learner_id"] = learners.loc[2, "learner_id"]
    learners.loc[7, "entry_date"] = "2023-02-30"
    learners.loc[9, "prior_gpa"] = "three"
    learners.to_csv(tmp_path / "learners.csv", index=False)
    catalogue = pd.read_csv(tmp_path / "credentials.csv", dtype=str, keep_default_na=False)
    catalogue.drop(columns="weeks").to_csv(tmp_path / "credentials.csv", index=False)
    return tmp_path


@pytest.mark.parametrize("verb", sorted(command.callback.__name__ for command in app.registered_commands))
def test_every_verb_has_help_with_an_example(onward, verb):
    code, out, _ = onward(verb, "--help")
    assert code == 0
    assert f"Example: onward {verb}" in " ".join(out.split())


def test_help_answers_without_importing_the_models():
    code = "import sys; from onward.cli import main\ntry: main(['--help'])\nfinally: print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not any(f"'{name}'" in done.stdout for name in ("pandas", "lightgbm", "mlflow", "sklearn", "bentoml"))


def test_check_lists_every_fault_with_file_column_and_row_and_ends_with_1(onward, faulty):
    before = sorted(path.name for path in faulty.iterdir())
    code, _, err = onward("check", faulty)
    text = " ".join(err.split())
    assert code == 1
    assert "credentials.csv, column weeks" in text
    assert "learners.csv, column learner_id, row 6" in text
    assert "learners.csv, column entry_date, row 9" in text
    assert "learners.csv, column prior_gpa, row 11" in text
    assert text.count("expected") >= 4
    assert sorted(path.name for path in faulty.iterdir()) == before


def test_check_tells_a_program_the_same(onward, faulty):
    code, out, _ = onward("check", faulty, "--json")
    problems = json.loads(out)["problems"]
    assert code == 1
    assert {"file", "column", "row", "expected", "came", "remedy"} <= set(problems[0])
    assert {problem["column"] for problem in problems} >= {"weeks", "learner_id", "entry_date", "prior_gpa"}


def test_check_says_how_much_it_read(onward, trained):
    code, out, _ = onward("check", trained.runs / "demo-data")
    assert (code, "2,500 learners" in out) == (0, True)


def test_serving_an_unsigned_bundle_needs_to_be_asked_for(onward, trained):
    code, _, err = onward("serve", trained.run.folder)
    assert (code, "add --unsigned: every answer will say that nobody signed for it" in " ".join(err.split())) == (
        1,
        True,
    )


def test_serving_a_folder_without_a_bundle_is_refused(onward, tmp_path):
    code, _, err = onward("serve", tmp_path, "--unsigned")
    assert (code, "name the folder that training wrote" in " ".join(err.split())) == (1, True)


def test_audit_prints_verdict_and_report(onward, trained, tmp_path):
    code, out, _ = onward("audit", trained.run.folder, "--out", tmp_path)
    assert (code, "Verdict on onward:" in out, (tmp_path / "report.html").is_file()) == (0, True, True)


def test_audit_tells_a_program_the_verdict(onward, trained, tmp_path):
    code, out, _ = onward("audit", trained.run.folder, "--out", tmp_path, "--json")
    assert (code, json.loads(out)["verdict"]["status"]) == (0, trained.run.candidate.audit.verdict.status)


def test_a_missing_settings_file_is_a_refusal(onward, tmp_path):
    code, _, err = onward("train", tmp_path / "none.toml", "--data", tmp_path)
    assert (code, "check the path" in " ".join(err.split())) == (1, True)


def test_wrong_use_ends_with_2(onward):
    assert onward("train")[0] == 2


def test_schema_is_json_and_a_dictionary(onward, tmp_path):
    code, _, _ = onward("schema", "--out", tmp_path)
    assert (code, "properties" in json.loads((tmp_path / "settings.schema.json").read_text())) == (0, True)
    assert "learner_id" in (tmp_path / "data-dictionary.md").read_text()
