"""Imports run one way: the table below says which stage may use which, and the checks are themselves checked."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "onward"
PROGRAMS = {"training": ROOT / "training", "serving": ROOT / "serving"}

LINE = ("data", "catalog", "history", "models", "policy", "release", "live")
BEFORE = {stage: set(LINE[: place + 1]) for place, stage in enumerate(LINE)}
ALLOWED = BEFORE | {
    # The audit must be able to judge any vendor's decisions, so it knows nothing of how ours are made.
    "audit": {"data", "audit"},
    "release": BEFORE["release"] | {"audit", "settings"},
    "live": BEFORE["live"] | {"audit", "settings"},
    "models": BEFORE["models"] | {"settings"},
    "policy": BEFORE["policy"] | {"settings"},
    "errors": set(),
    # The default of `sensitive` is every column of demographics. Writing the names out a second time would let a new
    # column of the table miss the list; so the settings may read the declaration of the tables, and no more of data.
    "settings": {"data.tables"},
    "storage": set(),
    "screens": {*LINE, "audit", "settings", "screens"},
    "cli": {*LINE, "audit", "settings", "screens", "storage"},
    "__main__": {"cli"},
    "__init__": {*LINE, "audit"},
}
"""Each stage, and single file, with the stages it may import; ``errors`` is open to all."""
JOINS_POLICY_AND_AUDIT = {"cli", "screens", "release", "live", "__init__"}
IMPORTS_MLFLOW = {"release/registry.py"}
PRINTS = {"cli.py", "screens.py"}


def imported(tree: ast.Module) -> Iterator[str]:
    """Every imported name, absolute, whether at the top or inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def own(tree: ast.Module) -> set[str]:
    """Own modules that are imported, without the name of the package: ``data.tables.LEARNERS``."""
    return {name.removeprefix("onward.") for name in imported(tree) if name.startswith("onward.")}


def stage_of(relative: str) -> str:
    """Return the folder of a file, or the file's own name where it stands at the top."""
    return Path(relative).parts[0].removesuffix(".py")


def wrong_imports(relative: str, text: str) -> set[str]:
    stage = stage_of(relative)
    allowed = {*ALLOWED[stage], "errors"}
    names = own(ast.parse(text))
    return {name for name in names if not any(f"{name}.".startswith(f"{one}.") for one in allowed)}


def relative_imports(text: str) -> set[str]:
    return {name for name in imported(ast.parse(text)) if name.startswith(".")}


def uses_mlflow(text: str) -> bool:
    return any(name.split(".")[0] == "mlflow" for name in imported(ast.parse(text)))


def uses_programs(text: str) -> set[str]:
    return {name for name in own(ast.parse(text)) if name.split(".")[0] in PROGRAMS}


def prints(text: str) -> bool:
    calls = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    names = {ast.unparse(call) for call in calls}
    return bool(names & {"print", "sys.stdout.write", "sys.stderr.write"})


def not_relative(program: str, text: str) -> set[str]:
    """Imports of the program's own package by its full name, or under the name of its folder."""
    names = {f"{name}." for name in imported(ast.parse(text))}
    return {name for name in names if name.startswith((f"onward.{program}.", f"{program}."))}


def texts(folder: Path) -> dict[str, str]:
    files = sorted(folder.rglob("*.py"))
    return {str(file.relative_to(folder)): file.read_text(encoding="utf-8") for file in files}


SOURCES = texts(SOURCE)
every_file = pytest.mark.parametrize("relative", SOURCES)


@every_file
def test_a_stage_imports_only_the_stages_the_table_allows(relative):
    assert not wrong_imports(relative, SOURCES[relative])


@every_file
def test_imports_name_their_stage_in_full(relative):
    assert not relative_imports(SOURCES[relative])


@every_file
def test_only_the_registry_imports_mlflow(relative):
    assert relative in IMPORTS_MLFLOW or not uses_mlflow(SOURCES[relative])


@every_file
def test_the_library_imports_no_program_but_by_its_name_in_a_text(relative):
    assert not uses_programs(SOURCES[relative])


@every_file
def test_only_the_screen_prints(relative):
    assert relative in PRINTS or not prints(SOURCES[relative])


def test_every_stage_of_the_source_stands_in_the_table():
    assert {stage_of(relative) for relative in SOURCES} <= set(ALLOWED)


def test_only_the_named_stages_may_join_policy_and_audit():
    assert {stage for stage, allowed in ALLOWED.items() if {"policy", "audit"} <= allowed} == JOINS_POLICY_AND_AUDIT


@pytest.mark.parametrize(
    ("program", "relative"), [(name, file) for name, folder in PROGRAMS.items() for file in texts(folder)]
)
def test_a_program_imports_its_own_package_relatively(program, relative):
    assert not not_relative(program, texts(PROGRAMS[program])[relative])


@pytest.mark.parametrize(
    ("relative", "line"),
    [
        ("data/tables.py", "from onward.history.spec import FeatureSpec"),
        ("audit/report.py", "import onward.policy.parity"),
        ("audit/report.py", "from onward import policy"),
        ("history/features.py", "def f():\n    from onward.models import choice"),
        ("policy/parity.py", "from onward.audit.groups import groups"),
        ("settings.py", "from onward.data.simulated import World"),
        ("errors.py", "from onward.data.tables import LEARNERS"),
        ("catalog/pathways.py", "from onward.settings import Settings"),
    ],
)
def test_an_import_against_the_table_is_found(tmp_path, relative, line):
    planted = tmp_path / relative
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(f"{line}\n")
    assert wrong_imports(relative, texts(tmp_path)[relative])


@pytest.mark.parametrize(
    "line", ["import mlflow", "from mlflow.lightgbm import log_model", "import mlflow.pyfunc as m"]
)
def test_a_planted_import_of_mlflow_is_found(line):
    assert uses_mlflow(line)


@pytest.mark.parametrize("line", ["from onward.serving import service", "import onward.training.demo"])
def test_a_planted_import_of_a_program_is_found(line):
    assert uses_programs(line)


@pytest.mark.parametrize("line", ["print(1)", "def f():\n    import sys\n    sys.stdout.write('x')"])
def test_a_planted_print_is_found(line):
    assert prints(line)


@pytest.mark.parametrize("line", ["from onward.serving.payloads import X", "from onward.serving import payloads"])
def test_a_planted_absolute_import_inside_a_program_is_found(line):
    assert not_relative("serving", line)


def test_a_planted_relative_import_in_the_library_is_found():
    assert relative_imports("from .. import data")
