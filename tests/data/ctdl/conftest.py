"""Small hand-written catalogues and what is read from them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from onward.data.ctdl.reading import read_ctdl
from onward.data.found import Found

Reads = Callable[..., Found]


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    """Read each argument as a file of its own: a text as it stands, anything else as JSON."""

    def read(*documents, known=(), as_of=None):
        paths = []
        for number, document in enumerate(documents):
            path = tmp_path / f"catalogue_{number}.json"
            path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
            paths.append(path)
        return read_ctdl(paths, known=known, as_of=as_of)

    return read


@pytest.fixture
def credential() -> Callable[..., dict]:
    """Return a certificate that can be used, with the last digits of its CTID and whatever stands over it."""

    def build(number=1, **changes):
        ctid = f"ce-00000000-0000-4000-8000-{number:012d}"
        node = {
            "@type": "ceterms:Certificate",
            "@id": f"https://credentialengineregistry.org/resources/{ctid}",
            "ceterms:ctid": ctid,
            "ceterms:name": {"en-US": f"Certificate {number}"},
            "ceterms:instructionalProgramType": [{"ceterms:codedNotation": "48.0508"}],
            "ceterms:estimatedDuration": [{"ceterms:exactDuration": "P34W"}],
        }
        node |= {name if name.startswith("@") else f"ceterms:{name}": value for name, value in changes.items()}
        return {name: value for name, value in node.items() if value is not None}

    return build


@pytest.fixture
def rows() -> Callable[[Found, str], list[dict]]:
    """Return the rows of a table, from all files."""
    return lambda found, table: [row for piece in found.pieces.get(table, []) for row in piece.cells.to_dict("records")]


@pytest.fixture
def ctid() -> Callable[[int], str]:
    """Return the CTID of the certificate of that number."""
    return "ce-00000000-0000-4000-8000-{:012d}".format
