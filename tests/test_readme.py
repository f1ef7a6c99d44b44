"""What the README and the recipes tell a reader to type is typed here."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from onward.data.dictionary import data_dictionary
from onward.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RECIPES = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")


def blocks(text: str, kind: str) -> list[str]:
    """The code blocks of one kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def run(code: str, folder: Path, **environment: str) -> str:
    """Run Python in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_of_the_readme_prints_advice(trained):
    (code,) = blocks(README, "python")
    shutil.copytree(trained.run.folder, trained.runs / "here" / "runs" / "demo", dirs_exist_ok=True)
    printed = run(code, trained.runs / "here")
    assert len(printed.splitlines()) == 3


def test_the_curl_lines_of_the_readme_are_answered(service):
    commands = re.findall(r"^curl .*?'$", "".join(blocks(README, "")), re.DOTALL | re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        words = shlex.split(command.replace("http://", "").replace("localhost:3000", service))
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["unsigned"] is True


def test_every_verb_of_the_readme_exists():
    from onward.cli import app

    verbs = set(
        re.findall(
            r"\bonward (demo|check|train|tune|backtest|compare|audit|promote|score|monitor|desk|serve|forget|schema)\b",
            README,
        )
    )
    assert verbs <= {command.callback.__name__ for command in app.registered_commands}


def test_every_file_the_readme_links_to_exists():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) > 8
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_readme_stays_short():
    assert len(README.splitlines()) <= 90


def test_a_feature_added_by_the_recipe_reaches_the_model(tmp_path):
    (function,) = blocks(RECIPES, "python feature")
    (row,) = blocks(RECIPES, "text row")
    shutil.copytree(ROOT / "src" / "onward", tmp_path / "onward")
    path = tmp_path / "onward" / "history" / "features.py"
    text = path.read_text(encoding="utf-8").replace("def _learner(", f"{function}\n\ndef _learner(", 1)
    head, declared = text.split("FEATURES: tuple[Feature, ...] = (\n")
    path.write_text(f"{head}FEATURES: tuple[Feature, ...] = (\n{row}{declared}", encoding="utf-8")
    (model,) = blocks(RECIPES, "python model")
    printed = run(
        f"{model}\nimport onward\nprint(onward.__file__)\nprint(spec.names)", tmp_path, PYTHONPATH=str(tmp_path)
    )
    assert str(tmp_path) in printed
    assert "online_terms" in printed


def test_a_model_added_by_the_recipe_tells_something(tmp_path):
    (model,) = blocks(RECIPES, "python model")
    auc = float(re.search(r"AUC (0\.\d+)", run(model, tmp_path)).group(1))
    assert auc > 0.55


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("settings.schema.json", lambda: json.dumps(Settings.model_json_schema(), indent=1) + "\n"),
        ("data-dictionary.md", data_dictionary),
    ],
)
def test_the_generated_pages_are_those_of_the_code(name, made):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == made(), "run make docs"
