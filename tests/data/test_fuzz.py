"""A small part of benchmarks/fuzz_files.py: what mutated files of every format do to what reads them."""

import sys
from pathlib import Path

import numpy as np
import pytest

from onward.errors import DataError

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import fuzz_files
from fuzz_files import CLEAR, MUTATIONS, Format, formats, fuzz, lines, misbehaviour, mutated, planted

FORMATS = formats()


@pytest.mark.parametrize("name", FORMATS)
def test_the_files_that_are_mutated_are_valid(tmp_path, name):
    assert misbehaviour(FORMATS[name], FORMATS[name].files, tmp_path)[0] == "clean"


def test_no_mutated_file_breaks_a_reader_changes_the_folder_or_has_a_planted_value_repeated():
    tallies = fuzz(120, seed=5, only=FORMATS)
    assert {name: tally.examples for name, tally in tallies.items() if tally.failed} == {}
    assert all(tally.findings > 0 for tally in tallies.values())


def test_a_run_is_the_same_for_the_same_seed():
    one = FORMATS["CTDL"]
    assert mutated(one, np.random.default_rng([1, 2])) == mutated(one, np.random.default_rng([1, 2]))


@pytest.mark.parametrize("change", MUTATIONS)
def test_every_mutation_takes_any_bytes(change):
    for seed, data in enumerate([b"", b"\n", b"{", b"[]", b"a", b"\xff,\xfe\n;", *FORMATS["badges"].files.values()]):
        assert isinstance(change(data, np.random.default_rng(seed)), bytes)


def test_a_value_is_planted_in_a_cell_or_in_the_headings():
    cells = planted(b"a,b\nc,d\n", np.random.default_rng(0), CLEAR[:1])
    headings = planted(b"a,b\nc,d\n", np.random.default_rng(0), CLEAR[:1], heading=True)
    assert (b"a,b\n" in cells, cells.count(CLEAR[0].encode())) == (True, 1)
    assert (b"c,d\n" in headings, headings.count(CLEAR[0].encode())) == (True, 1)
    assert CLEAR[0].encode() in planted(b'{"a": [1]}', np.random.default_rng(0), CLEAR[:1])


def faulty(reads):
    return Format({"a.csv": b"a\n1\n"}, reads, refuses=False)


def raises(error):
    def reading(_):
        raise error

    return reading


def writes(folder):
    (folder / "half.csv").write_text("a")
    return []


def prints(_):
    print("zq7fuzz@planted.example")  # noqa: T201 - what a reader must not do
    return []


@pytest.mark.parametrize(
    ("reads", "told"),
    [
        (lambda _: [], "clean"),
        (lambda _: ["a.csv: expected a number; came 'x'"], "findings"),
        (raises(DataError("no")), "findings"),
        (raises(KeyError("a")), "KeyError in test_fuzz.py, line"),
        (raises(RecursionError()), "RecursionError in test_fuzz.py, line"),
        (lambda _: ["came 'Plantina'"], "a planted value in a message"),
        (prints, "a planted value in a message"),
        (raises(DataError("came 219-09-9177")), "a planted value in a message"),
        (writes, "the folder is not as it was"),
    ],
)
def test_what_a_reader_does_wrong_is_seen(tmp_path, reads, told):
    assert misbehaviour(faulty(reads), faulty(reads).files, tmp_path)[0].startswith(told)


def test_a_reader_that_takes_too_long_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz_files, "SLOWEST", -1.0)
    assert misbehaviour(faulty(lambda _: []), {}, tmp_path)[0] == "more than -1 seconds"


def test_a_failure_misses_the_goal_and_is_shown_with_its_run():
    [tally] = fuzz(3, seed=1, only={"faulty": faulty(raises(KeyError("a")))}).values()
    printed = lines("faulty", tally)
    assert [met for met, _ in printed] == [False, False]
    assert "3 of 3 mutated faulty files failed, goal 0" in printed[0][1]
    assert "run 0" in printed[1][1]
