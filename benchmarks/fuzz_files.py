"""Whether files that colleges send can break what reads them: small valid files of every format, mutated and read.

Each run takes one format's files, changes them at random (bytes flipped, lines and columns dropped, doubled and
swapped, cut, in a wrong encoding, with NULs, huge numbers, deep or odd JSON) and plants values that are a made-up
person's in cells of some. Three things must hold of every run: the answer is a list of findings or a clean load, never
another exception and never after more than ten seconds; the folder is as it was; and no message, warning, log or output
repeats any part of a planted value. Planted values alone, in files that are otherwise valid, show whether they are
refused.
"""

import argparse
import contextlib
import copy
import io
import json
import logging
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from onward.data.badges import read_badges
from onward.data.checks import Piece, row_problems, stacked
from onward.data.ctdl.reading import read_ctdl
from onward.data.found import Found
from onward.data.mapping import read
from onward.data.pdp.columns import COLUMNS, FileKind
from onward.data.pdp.reading import read_cohort, read_course
from onward.data.state_list import read_state_list
from onward.errors import OnwardError

SLOWEST = 10.0
CLEAR = ("zq7fuzz@planted.example", "219-09-9177", "(212) 555-0177")
"""Planted values that are known by their form, wherever they stand."""
NAMES = ("Zqxfuzz, Plantina", "Plantina Zqxfuzz")
"""Names, which nothing tells from other words: planted only in cells of files about people."""
TRACES = ("zq7fuzz", "planted.example", "219-09-9177", "219099177", "555-0177", "5550177", "zqxfuzz", "plantina")
ODD_VALUES: tuple[object, ...] = (
    *(None, True, -1, 10**400, 1e308, "", [], {}, [[]], {"": {}}, "P" * 5_000, "@id", {"@id": 3}),
    *({"@value": []}, {"en": ["a", 1]}, [None, [None]], "ceterms:"),
)
"""What stands where a reader of JSON expects something else."""
Files = Mapping[str, bytes]
Random = np.random.Generator
CTID = "ce-00000000-0000-4000-8000-00000000000{}"
MAPPING = """notes = ["made up"]
[tables.learners]
file = "wide.csv"
separator = ";"
[tables.learners.columns]
learner_id = "ID"
entry_date = { column = "Start", date_format = "%d/%m/%Y" }
prior_gpa = "Grade"
math_ready = { column = "Placed", recode = { Y = true, N = false } }
x_city = { column = "City", type = "category" }
[[tables.attempts]]
file = "wide.csv"
separator = ";"
only = { column = "Program", not_equals = [""] }
[tables.attempts.columns]
learner_id = "ID"
credential_id = { column = "Program", prefix = "p-" }
started_on = { column = "Start", date_format = "%d/%m/%Y" }
status = { constant = "in_progress" }
[tables.credentials]
file = "credentials.csv"
beside_mapping = true
"""
CREDENTIALS = """credential_id,name,kind,award_level,cip,weeks,net_price,funding
{}weld,Welding,Certificate,21,480508,30,900,
"""
LEARNERS = """learner_id,entry_date,age_at_entry,x_note
ann,2023-09-01,31,a
bo,2023-09-01,,b
cy,2022-01-10,44,
"""
ATTEMPTS = """learner_id,credential_id,started_on,ended_on,status
ann,weld,2023-09-01,2024-05-30,completed
bo,weld,2023-09-01,,in_progress
"""
AWARDS = """learner_id,credential_id,awarded_on,issuer
g1,weld,2020-05-30,a college
"""
WIDE = """ID;Start;Grade;Placed;City;Program
s1;01/09/2023;3.5;Y;Faro;weld
s2;31/08/2023;;N;;
s3;02/01/2024;2;N;Faro;weld
"""
PROGRAMS = """PROVIDERID,PROGRAMID,OFFICIALNAME,CIPCODE,TUITION,FEES,TOTALCLOCKHOURS,CALENDARLENGTHID,CONTACTNAME
6,901,Nursing,513901,4000,100,1200,7,a
7,902,Welding,480508,900,,,5,b
"""
OUTCOMES = (
    "PerEmployed",
    "AvgQuarterlyWage",
    "PerRetention",
    "NumCompleted",
    "NumUsedWageCalc",
    "NumUsedRetentionCalc",
)


@dataclass(frozen=True)
class Format:
    """A format: small valid files of it, how they are read, and whether planted values must be refused in it.

    ``reads`` returns every message; what it raises must be a refusal. Files of ``people`` are about people, so names
    are planted in them too; in a mapping, which holds the college's own words, nothing is.
    """

    files: Files
    reads: Callable[[Path], list[str]]
    refuses: bool
    people: tuple[str, ...] = ()


def formats() -> dict[str, Format]:
    """Return every format by its name; a new one is one more entry."""
    mapped = {"mapping.toml": MAPPING, "wide.csv": WIDE, "credentials.csv": CREDENTIALS.format("p-")}
    together = _coded({"awards.csv": AWARDS, "credentials.csv": CREDENTIALS.format("")} | _state_list())
    together |= {"cohort.csv": _pdp("cohort"), "course.csv": _pdp("course"), "catalogue.json": _json(_ctdl())}
    about = ("cohort.csv", "course.csv", "awards.csv")
    ours = ("learners.csv", "demographics.csv", "attempts.csv", "awards.csv", "offers.csv")
    cohort, course = ("cohort.csv",), ("course.csv",)
    return {
        "canonical": Format(_coded(_canonical()), _folder, refuses=True, people=ours),
        "mapped": Format(_coded(mapped), _folder, refuses=True, people=("wide.csv",)),
        "PDP cohort": Format({"cohort.csv": _pdp("cohort")}, _cohort_told, refuses=True, people=cohort),
        "PDP course": Format({"course.csv": _pdp("course")}, _course_told, refuses=True, people=course),
        "CTDL": Format({"catalogue.json": _json(_ctdl())}, _ctdl_told, refuses=False),
        "badges": Format({"badges.json": _json(_badges())}, _badges_told, refuses=False, people=("badges.json",)),
        "state list": Format(_coded(_state_list()), _state_list_told, refuses=False),
        "together": Format(together, _folder, refuses=False, people=about),
    }


def _folder(folder: Path) -> list[str]:
    mapping = folder / "mapping.toml"
    return list(read(folder, mapping=mapping if mapping.exists() else None).notes)


def _cohort_told(folder: Path) -> list[str]:
    found = read_cohort(folder / "cohort.csv", file="cohort.csv")
    return [*map(str, found.problems), *found.notes]


def _course_told(folder: Path) -> list[str]:
    found = read_course(folder / "course.csv", file="course.csv")
    return [*map(str, found.problems), *found.notes]


def _ctdl_told(folder: Path) -> list[str]:
    return _told(read_ctdl(sorted(folder.iterdir())))


def _badges_told(folder: Path) -> list[str]:
    return _told(read_badges(sorted(folder.iterdir()), known=()))


def _state_list_told(folder: Path) -> list[str]:
    return _told(
        read_state_list(
            programs=folder / "programs.csv", outcomes=folder / "outcomes.csv", licences=folder / "licences.csv"
        )
    )


def _told(found: Found) -> list[str]:
    """Return all that is said of what a standard file gives, typed and checked as a folder's reader does."""
    problems = [str(problem) for problem in found.problems]
    for pieces in found.pieces.values():
        problems += _checked(pieces)
    return [*problems, *found.notes, *found.counts]


def _checked(pieces: list[Piece]) -> list[str]:
    stack, problems = stacked(pieces)
    return [str(problem) for problem in (*problems, *row_problems(stack))]


def _canonical() -> dict[str, str]:
    return {
        "learners.csv": LEARNERS,
        "attempts.csv": ATTEMPTS,
        "demographics.csv": "learner_id,gender,race_ethnicity,pell\nann,woman,asian|white,true\nbo,man,black,false\n",
        "awards.csv": "learner_id,credential_id,awarded_on,issuer\nann,elsewhere,2024-05-30,a college\n",
        "offers.csv": "learner_id,credential_id,stage,channel,on_date\nbo,weld,contacted,letter,2023-08-01\n",
        "credentials.csv": CREDENTIALS.format(""),
        "pathways.csv": "from_id,to_id,relation,credits_recognised\nweld,weld,leads_to,3\n",
        "values.csv": "credential_id,median_earnings,benchmark_earnings,basis\nweld,45000,36000,published\n",
    }


def _pdp(kind: FileKind) -> bytes:
    kinds = {"id": "g{}", "institution": "300547", "school_year": "2019-20", "cip": "48.0508", "age": "OLDER THAN 24"}
    kinds |= {"number": "3", "years": "0", "flag": "True", "date": "2019-09-0{}", "upper": "ONE", "text": "one"}
    columns = [column for column in COLUMNS[kind] if column.needed]
    rows = [[column.heading for column in columns]]
    cells = [column.values[0] if column.values else kinds[column.kind] for column in columns]
    rows += [[cell.format(row) for cell in cells] for row in (1, 2, 3)]
    return "".join(",".join(row) + "\n" for row in rows).encode()


def _ctdl() -> object:
    def node(number: int, **more: object) -> dict[str, object]:
        return {
            "@type": "ceterms:Certificate",
            "@id": f"https://credentialengineregistry.org/resources/{CTID.format(number)}",
            "ceterms:ctid": CTID.format(number),
            "ceterms:name": {"en-US": f"Certificate {number}"},
            "ceterms:instructionalProgramType": [{"ceterms:codedNotation": "48.0508"}],
            "ceterms:estimatedDuration": [{"ceterms:exactDuration": "P34W"}],
            "ceterms:estimatedCost": [{"ceterms:price": 900, "ceterms:currency": "USD"}],
            **{f"ceterms:{name}": value for name, value in more.items()},
        }

    condition = {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": [CTID.format(1)]}
    earned = {"@type": "ceterms:AggregateDataProfile", "ceterms:medianEarnings": 44439, "ceterms:postReceiptMonths": 48}
    graph = [node(1, aggregateData=[earned]), node(2, requires=[condition])]
    return {"@context": "https://credreg.net/ctdl/schema/context/json", "@graph": graph}


def _badges() -> object:
    def badge(number: int) -> dict[str, object]:
        target = {"targetCode": CTID.format(1), "targetType": "ceterms:Credential"}
        achievement = {"id": "https://college.example/welding", "type": ["Achievement"], "name": "Welding"}
        subject = f"urn:uuid:5f1c8a52-0000-4000-8000-00000000000{number}"
        return {
            "@context": [
                "https://www.w3.org/ns/credentials/v2",
                "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
            ],
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": "https://college.example", "type": "Profile", "name": "River College"},
            "awardedDate": "2024-05-20T12:00:00Z",
            "credentialSubject": {"id": subject, "achievement": achievement | {"alignment": [target]}},
        }

    return [badge(1), badge(2)]


def _state_list() -> dict[str, str]:
    figures = [f"{name}{quarter}" for name in OUTCOMES for quarter in (2, 4, 8) if (name[3:6], quarter) != ("Ret", 2)]
    names = [name for name in figures if name != "NumUsedRetentionCalc2"]
    numbers = ["0.8" if name.startswith("Per") else "5000" if name.startswith("Avg") else "40" for name in names]
    return {
        "programs.csv": PROGRAMS,
        "outcomes.csv": ",".join(["providerid", "cipcode", *names]) + "\n" + ",".join(["6", "513901", *numbers]) + "\n",
        "licences.csv": "ID,NAME,CODE,DATECREATED,DATELASTMODIFIED,ISDELETED,DATEDELETED\n8,NURSE,29-2061.00,,,0,\n",
    }


def _coded(texts: Mapping[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in texts.items()}


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()


def flipped(data: bytes, random: Random) -> bytes:
    """Give up to eight bytes other values."""
    octets = bytearray(data)
    for place in random.integers(0, max(1, len(octets)), random.integers(1, 9)):
        if octets:
            octets[place] = random.integers(0, 256)
    return bytes(octets)


def cut(data: bytes, random: Random) -> bytes:
    """Keep only a beginning, an end, or what is before and after a part."""
    low, high = sorted(random.integers(0, len(data) + 1, 2))
    return (data[:low], data[high:], data[:low] + data[high:])[random.integers(3)]


def inserted(data: bytes, random: Random) -> bytes:
    """Put something odd somewhere: NULs, quotes, separators, marks of other encodings, numbers that are too large."""
    odd = (
        b"\0",
        b"\0" * 99,
        b'"',
        b'""',
        b"\r",
        b"\n\n",
        b",",
        b";",
        b"\t",
        b"|",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x1a",
    )
    odd += (
        b"9" * 400,
        b"1e999",
        b"-1e308",
        b"NaN",
        b"inf",
        b"\xf0\x9f\x92\xa1",
        "\u202e\u0301".encode(),
        b"=1+1",
        b"{" * 99,
    )
    odd += (b"[" * 3_000, b"2023-02-30", b"0000-00-00", b"99999-01-01", b"\xed\xa0\x80", b"\\ud800", b"NA", b"-99999")
    place = random.integers(0, len(data) + 1)
    return data[:place] + odd[random.integers(len(odd))] + data[place:]


def recoded(data: bytes, random: Random) -> bytes:
    """Write the text in another encoding, or as though it were of one."""
    text = data.decode("latin-1") + ("é" if random.random() < 0.5 else "")
    return text.encode(str(random.choice(["utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7", "cp037"])), "replace")


def lines_changed(data: bytes, random: Random) -> bytes:
    """Drop, double or swap lines, the first included, or end them in another way."""
    lines = data.split(b"\n")
    one, two = random.integers(0, len(lines), 2)
    chance = random.integers(5)
    if chance == 0:
        del lines[one]
    elif chance == 1:
        lines.insert(two, lines[one])
    elif chance == 2:
        lines[one], lines[two] = lines[two], lines[one]
    elif chance == 3:
        lines[one] = lines[one] * int(random.integers(2, 40))
    return (b"\r\n", b"\r", b"\n")[random.integers(3)].join(lines)


def columns_changed(data: bytes, random: Random) -> bytes:
    """Drop, double, swap or empty a column, or rename it after another."""
    separator = b";" if data.count(b";") > data.count(b",") else b","
    rows = [line.split(separator) for line in data.split(b"\n")]
    one, two = random.integers(0, max(1, len(rows[0])), 2)
    chance = random.integers(5)
    for place, row in enumerate(rows):
        if max(one, two) < len(row):
            if chance == 0:
                del row[one]
            elif chance == 1:
                row.insert(two, row[one])
            elif chance == 2:
                row[one], row[two] = row[two], row[one]
            elif chance == 3 and place:
                row[one] = b""
            elif chance == 4 and not place:
                row[one] = row[two]
    return b"\n".join(separator.join(row) for row in rows)


def json_changed(data: bytes, random: Random) -> bytes:
    """Put something of another type, depth or size in the place of one value, or one value in that of another."""
    try:
        return _value_changed(data, random)
    except (ValueError, RecursionError):
        return inserted(data, random)


def _value_changed(data: bytes, random: Random) -> bytes:
    value = json.loads(data)
    places = list(_places(value))
    if not places:
        return inserted(data, random)
    holder, key = places[random.integers(len(places))]
    other, name = places[random.integers(len(places))]
    odd = (*ODD_VALUES, copy.deepcopy(other[name]), copy.deepcopy(value))
    holder[key] = odd[random.integers(len(odd))]
    if random.random() < 0.1:
        text = json.dumps(holder[key])
        deep = random.integers(1, 20_000)
        return json.dumps(value).encode().replace(text.encode(), b"[" * deep + text.encode() + b"]" * deep, 1)
    return json.dumps(value).encode()


def _places(value: object) -> Iterator[tuple[dict[str, object] | list[object], object]]:
    kept = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    for key, inner in kept:
        yield value, key
        yield from _places(inner)


def planted(data: bytes, random: Random, values: Sequence[str], *, heading: bool = False) -> bytes:
    """Write one of ``values`` over a cell, a heading or a value of JSON."""
    value = values[random.integers(len(values))]
    if data.lstrip()[:1] in {b"{", b"["}:
        return _planted_json(data, random, value)
    separator = b";" if data.count(b";") > data.count(b",") else b","
    rows = [line.split(separator) for line in data.split(b"\n")]
    full = [place for place, row in enumerate(rows) if any(row) and (place > 0) is not heading]
    if full:
        row = rows[full[random.integers(len(full))]]
        row[random.integers(len(row))] = (f'"{value}"' if separator.decode() in value else value).encode()
    return b"\n".join(separator.join(row) for row in rows)


def _planted_json(data: bytes, random: Random, value: str) -> bytes:
    try:
        whole = json.loads(data)
        places = list(_places(whole))
        if places:
            holder, key = places[random.integers(len(places))]
            holder[key] = value
        return json.dumps(whole).encode()
    except (ValueError, RecursionError):
        return data


MUTATIONS = (flipped, cut, inserted, recoded, lines_changed, columns_changed, json_changed)


def mutated(one: Format, random: Random) -> Files:
    """Return the files of a format with one to three changes, and in two of three runs with planted values."""
    files = dict(one.files)
    for _ in range(random.integers(0, 4) if random.random() < 0.67 else 0):
        name, heading = _data(one, random), random.random() < 0.1
        values = CLEAR if heading or name not in one.people else (*CLEAR, *NAMES)
        files[name] = planted(files[name], random, values, heading=heading)
    for _ in range(random.integers(1, 4)):
        name = _drawn(list(files), random)
        table = MUTATIONS if name.endswith(".json") and random.random() < 0.5 else MUTATIONS[:-1]
        change = json_changed if len(table) == len(MUTATIONS) else table[random.integers(len(table))]
        files[name] = change(files[name], random)
    if random.random() < 0.02:
        del files[_drawn(list(files), random)]
    return files


def _data(one: Format, random: Random) -> str:
    return _drawn([name for name in one.files if not name.endswith(".toml")], random)


def _drawn(names: list[str], random: Random) -> str:
    return names[random.integers(len(names))]


def misbehaviour(one: Format, files: Files, folder: Path) -> tuple[str, list[str]]:
    """Read ``files`` in ``folder``; return ``clean``, ``findings`` or what went wrong, and every message."""
    for path in folder.iterdir():
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    messages: list[str] = []
    started, how = time.monotonic(), "clean"
    log, output = logging.StreamHandler(io.StringIO()), io.StringIO()
    logging.getLogger().addHandler(log)
    try:
        with warnings.catch_warnings(record=True) as warned, _into(output):
            warnings.simplefilter("always")
            try:
                messages += one.reads(folder)
            except OnwardError as refusal:
                messages, how = [str(refusal)], "findings"
        messages += [str(warning.message) for warning in warned]
    except Exception as error:  # noqa: BLE001 - whatever a reader lets through is what is looked for
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(where.filename).name}, line {where.lineno}", messages
    finally:
        logging.getLogger().removeHandler(log)
    if time.monotonic() - started > SLOWEST:
        return f"more than {SLOWEST:g} seconds", messages
    if {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} != dict(files):
        return "the folder is not as it was", messages
    told = "\n".join([*messages, output.getvalue(), log.stream.getvalue()])
    leaked = [trace for trace in TRACES if trace in told.lower()]
    if leaked:
        return "a planted value in a message", [line for line in told.splitlines() if leaked[0] in line.lower()][:1]
    return "findings" if how == "findings" or any("expected" in message for message in messages) else how, messages


@contextlib.contextmanager
def _into(output: io.StringIO) -> Iterator[None]:
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        yield


@dataclass
class Tally:
    """How the runs of one format ended, with the run's number and the message of the first of each failure."""

    runs: int = 0
    clean: int = 0
    findings: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    planted: int = 0
    refused: int = 0


def fuzz(runs: int, seed: int, only: Mapping[str, Format] | None = None) -> dict[str, Tally]:
    """Mutate and read, the formats in turn; the run ``n`` is the same for the same seed whatever came before it."""
    every = formats() if only is None else only
    tallies = {name: Tally() for name in every}
    names = list(every)
    with tempfile.TemporaryDirectory() as place:
        for run in range(runs):
            name = names[run % len(names)]
            files = mutated(every[name], np.random.default_rng([seed, run]))
            how, messages = misbehaviour(every[name], files, Path(place))
            tally = tallies[name]
            tally.runs += 1
            tally.clean += how == "clean"
            tally.findings += how == "findings"
            if how not in {"clean", "findings"}:
                tally.failed[how] += 1
                tally.examples.setdefault(how, f"run {run}: {messages[0] if messages else ''}"[:400])
        _plant(every, tallies, max(3, runs // 50), seed, Path(place))
    return tallies


def _plant(every: Mapping[str, Format], tallies: Mapping[str, Tally], runs: int, seed: int, place: Path) -> None:
    """Plant one value of a clear form in otherwise valid files and count how often it is refused."""
    for name, one in every.items():
        for run in range(runs if one.refuses else 0):
            random = np.random.default_rng([seed, 1_000_000 + run])
            file = _data(one, random)
            files = dict(one.files) | {file: planted(one.files[file], random, CLEAR)}
            how, _ = misbehaviour(one, files, place)
            tallies[name].planted += 1
            tallies[name].refused += how == "findings"


def told(tally: Tally) -> dict[str, object]:
    """The figures of one format as plain values."""
    return vars(tally) | {"failed": dict(tally.failed)}


def lines(name: str, tally: Tally) -> list[tuple[bool, str]]:
    """Return what is printed of one format, each line with whether its goal is met."""
    failed = sum(tally.failed.values())
    whole = f"{failed:>5} of {tally.runs} mutated {name} files failed, goal 0"
    whole += f" ({tally.clean} clean, {tally.findings} with findings)"
    told = [(failed == 0, whole), *((False, f"      {how}: {example}") for how, example in tally.examples.items())]
    if tally.planted:
        refused = f"{tally.refused:>5} of {tally.planted} {name} files with one planted value refused, goal all"
        told.append((tally.refused == tally.planted, refused))
    return told


def main() -> int:
    """Run, print, keep, and say by the exit code whether every goal was met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="300 files")
    parser.add_argument("--runs", type=int, default=20_000, help="mutated files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=2026, help="(default: %(default)s)")
    parser.add_argument("--json", type=Path, help="where to keep the figures")
    chosen = parser.parse_args()
    started = time.monotonic()
    tallies = fuzz(300 if chosen.quick else chosen.runs, chosen.seed)
    printed = [line for name, tally in tallies.items() for line in lines(name, tally)]
    for met, line in printed:
        print(f"{'met   ' if met else 'MISSED'}  {line}")
    met = all(one for one, _ in printed)
    print(f"{time.monotonic() - started:.0f} s, seed {chosen.seed}")
    if chosen.json:
        kept = {"seed": chosen.seed, "met": met, "formats": {name: told(tally) for name, tally in tallies.items()}}
        chosen.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
