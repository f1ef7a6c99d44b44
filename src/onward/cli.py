"""The ``onward`` command: one verb, one line of work. A refusal says what to do and ends with 1, wrong use with 2."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from onward.errors import OnwardError

if TYPE_CHECKING:
    from onward.release.run import Run

app = typer.Typer(
    name="onward",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Advice on a learner's next credential, learned from outcomes, with an audit of who is steered where.",
)
screen = Console(highlight=False, soft_wrap=True)
status = Console(stderr=True, highlight=False, soft_wrap=True)

Runs = Annotated[Path, typer.Option(help="Folder of runs and of the MLflow store.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print for a program to read.")]


def main(arguments: list[str] | None = None) -> None:
    """Run the command; a refusal is printed plainly and ends with exit code 1."""
    try:
        app(args=arguments)
    except OnwardError as refusal:
        status.print(f"onward: {refusal}", style="red", markup=False)
        sys.exit(1)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Say on the error stream what is being done."""
    with status.status("starting") as spinner:

        def say(step: str) -> None:
            spinner.update(step)
            if not status.is_terminal:
                status.print(f"... {step}")

        yield say


@app.command()
def demo(
    runs: Runs = Path("runs"),
    learners: Annotated[int, typer.Option(min=2_000, help="Learners in the made-up state system.")] = 40_000,
) -> None:
    """Try it all on a made-up state system: train, audit, and compare advice with what it would really do.

    Example: onward demo
    """
    demonstration = import_module("onward.training.demo")
    with _progress() as progress:
        run, reckoning, tables = demonstration.demo(runs, learners=learners, progress=progress)
    demonstration.summary(screen, run, reckoning, tables)


@app.command()
def check(
    files: Annotated[Path, typer.Argument(help="Folder of files, or one file alone.")],
    mapping: Annotated[Path | None, typer.Option(help="TOML file that maps them to the canonical tables.")] = None,
    as_json: AsJson = False,
) -> None:
    """List everything that is wrong with files, with file, column, row, and what to do, or what was read of them.

    Knows PDP, CTDL, badges and state lists by their contents, other files by a mapping. Nothing is written.

    Example: onward check college/ --mapping college.toml

    Example: onward check cohort.csv
    """
    from onward.data.problems import ProblemsFound
    from onward.release.checking import check_files
    from onward.screens import check_summary

    try:
        with _progress() as progress:
            progress("checking files")
            checked = check_files(files, mapping=mapping)
    except ProblemsFound as found:
        if not as_json:
            raise
        problems = [asdict(problem) for problem in found.problems]
        screen.print_json(json.dumps({"problems": problems, "read": {}, "notes": [], "pathways": []}))
        sys.exit(1)
    if as_json:
        screen.print_json(json.dumps({"problems": [], **asdict(checked)}))
    else:
        check_summary(screen, checked)


@app.command()
def train(
    settings: Annotated[Path, typer.Argument(help="TOML settings file.")],
    data: Annotated[Path, typer.Option(help="Folder of the files it trains on.")],
    *,
    runs: Runs = Path("runs"),
    store: Annotated[
        str | None, typer.Option(help="MLflow tracking address; SQLite beside the runs without it.")
    ] = None,
    previous: Annotated[Path | None, typer.Option(help="Folder of the last public report on these learners.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train, audit and register a candidate from a settings file.

    Example: onward train training/settings/uci697.toml --data uci697/
    """
    from onward.release.run import train as run_training
    from onward.release.vendor import read_release
    from onward.screens import train_summary

    with _progress() as progress:
        release = None if previous is None else read_release(previous)
        run = run_training(settings, data, runs=runs, store=store, progress=progress, previous=release)
    if as_json:
        screen.print_json(json.dumps(_as_json(run)))
    else:
        train_summary(screen, run)


@app.command()
def audit(
    what: Annotated[Path, typer.Argument(help="Folder of a run, such as runs/demo, or a CSV file of decisions.")],
    *,
    groups: Annotated[
        Path | None, typer.Option(help="Who learners are: learner_id, race_ethnicity, gender, ...")
    ] = None,
    values: Annotated[
        Path | None, typer.Option(help="What credentials return: credential_id, median_earnings, benchmark_earnings.")
    ] = None,
    strata: Annotated[Path | None, typer.Option(help="Who is comparable: learner_id, stratum.")] = None,
    credentials: Annotated[
        Path | None, typer.Option(help="The catalogue: credential_id, award_level, net_price.")
    ] = None,
    pathways: Annotated[Path | None, typer.Option(help="What leads to what: from_id, to_id.")] = None,
    scores: Annotated[Path | None, typer.Option(help="Persistence: learner_id, as_of, probability, outcome.")] = None,
    offers: Annotated[Path | None, typer.Option(help="Outreach: learner_id, credential_id, stage, on_date.")] = None,
    awards: Annotated[Path | None, typer.Option(help="Awards: learner_id, credential_id, awarded_on.")] = None,
    plan: Annotated[Path | None, typer.Option(help="TOML file with the rules, for a file of decisions.")] = None,
    limit: Annotated[float | None, typer.Option(help="Dollars a year; of a run, a tighter limit.")] = None,
    minimum_cell: Annotated[int | None, typer.Option(help="Smallest cell; of a run, a larger one.")] = None,
    previous: Annotated[Path | None, typer.Option(help="Folder of the last public report on these learners.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the public report; RUN/audit or audit without it.")
    ] = None,
    restricted: Annotated[
        Path | None, typer.Option(help="Folder for the officer's edition: nothing withheld, case reviews.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Audit what a run advised once more, under the same rules or stricter ones, or anybody's decisions from files.

    Example: onward audit runs/demo --limit 500

    Example: onward audit decisions.csv --groups demographics.csv --values values.csv --strata strata.csv
    """
    from onward.release.auditing import Asked, audit_again_or_files
    from onward.screens import audit_summary

    files = {
        "groups": groups,
        "values": values,
        "strata": strata,
        "credentials": credentials,
        "pathways": pathways,
        "scores": scores,
        "offers": offers,
        "awards": awards,
    }
    with _progress() as progress:
        progress("auditing")
        asked = Asked(files, plan=plan, limit=limit, minimum_cell=minimum_cell, previous=previous)
        found, report = audit_again_or_files(what, asked, out=out, restricted=restricted)
    if as_json:
        screen.print_json(json.dumps(found.to_json()))
    else:
        audit_summary(screen, found, report)


@app.command()
def serve(
    run: Annotated[Path, typer.Argument(help="Folder of a run, such as runs/demo.")],
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Serve a bundle that nobody has signed.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
) -> None:
    """Serve advice and persistence over HTTP from a run's bundle.

    Example: onward serve runs/demo --unsigned
    """
    from onward.live.serve import serve as run_service

    run_service(run, unsigned=unsigned, host=host, port=port)


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option(help="Folder to write both into; printed without it.")] = None,
) -> None:
    """Print the settings schema and the data dictionary, both made from the code.

    Example: onward schema --out docs
    """
    from onward.data.dictionary import data_dictionary
    from onward.settings import Settings

    settings = json.dumps(Settings.model_json_schema(), indent=1)
    if out is None:
        screen.print(settings, markup=False)
        screen.print(data_dictionary(), markup=False)
        return
    out.mkdir(parents=True, exist_ok=True)
    (out / "settings.schema.json").write_text(settings + "\n", encoding="utf-8")
    (out / "data-dictionary.md").write_text(data_dictionary(), encoding="utf-8")
    screen.print(f"Wrote settings.schema.json and data-dictionary.md in {out}")


def _as_json(run: "Run") -> dict[str, object]:
    return {
        "folder": str(run.folder),
        "bundle": run.bundle_hash,
        "registered": {"name": run.registered.name, "version": run.registered.version, "run_id": run.registered.run_id},
        "verdict": run.candidate.audit.verdict.status,
        "skills": run.candidate.skills.to_dict("records"),
    }
