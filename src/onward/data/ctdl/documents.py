"""JSON files to plain objects: one document, an array, JSON lines or a signed envelope; nothing is fetched or run.

A signature (JWS) is decoded and never checked, because checking it would need keys from the network.
"""

import base64
import binascii
import hashlib
import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from onward.data.problems import Problem

Node = dict[str, object]
"""One JSON object."""
DEEPEST = 100
"""How many levels a document may be nested; CTDL as published stays below 20."""
MOST_BYTES = 512 * 2**20
_BETWEEN = re.compile(r"[\s,]*")
# A string that never ends is taken to the end, so that no second try is made from inside of it.
_LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|,(\s*+[}\]])', re.DOTALL)
_TOKEN = re.compile(r"\S+")
_JWS = re.compile(r"[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Document:
    """One file: its JSON values in order and its digest.

    ``not_numbers`` counts figures that were none at all (NaN), ``signed`` tokens; ``tidied`` where commas at the end of
    a list had to be read over.
    """

    file: str
    values: tuple[object, ...]
    digest: str | None
    problems: tuple[Problem, ...] = ()
    not_numbers: int = 0
    signed: int = 0
    tidied: bool = False


class _Refused(Exception):  # noqa: N818 - it carries a problem out of a parser and never leaves this file
    def __init__(self, expected: str, came: str, remedy: str, entry: int | None = None) -> None:
        self.parts = (expected, came, remedy, entry)


def read_document(path: Path) -> Document:
    """Read one JSON file, whatever of the forms above it has; what keeps it from being read is in ``problems``."""
    digest = None
    try:
        data = _bytes(path)
        digest = hashlib.sha256(data).hexdigest()
        text = _decoded(data)
        parser, values, tidied = _tidied(text)
    except _Refused as refused:
        expected, came, remedy, entry = refused.parts
        problem = Problem(path.name, "", entry, expected, came, remedy, "entry")
        return Document(path.name, (), digest, (problem,))
    return Document(path.name, values, digest, (), parser.not_numbers, parser.signed, tidied)


def payload(token: str) -> object | None:
    """Return what a compact JWS holds, without checking its signature; None where the text is not one.

    >>> import base64
    >>> body = base64.urlsafe_b64encode(b'{"a": 1}').rstrip(b"=").decode()
    >>> payload(f"e30.{body}.x"), payload("no token")
    ({'a': 1}, None)
    """
    match = _JWS.fullmatch(token.strip())
    if match is None:
        return None
    body = match.group(1)
    try:
        return _shallow(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), parse_constant=_none))
    except (ValueError, RecursionError, binascii.Error, _Refused):
        return None


def _none(_: str) -> None:
    return None


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise _Refused("this file", "no such file in the folder", "add it, or correct its name")
    if path.stat().st_size > MOST_BYTES:
        raise _Refused("a file of at most 512 MB", "a larger one", "split it into several files")
    return path.read_bytes()


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    try:
        return data.decode(encoding).strip("\ufeff \t\r\n\0")
    except UnicodeDecodeError as error:
        raise _Refused("text in UTF-8", "a byte that is not", "save the file as UTF-8") from error


def _tidied(text: str) -> "tuple[_Parser, tuple[object, ...], bool]":
    """Return what ``text`` holds; one that is no JSON is tried again without the commas before a closing bracket."""
    parser = _Parser()
    try:
        return parser, tuple(parser.values(text)), False
    except _Refused as refused:
        bare = _LAST_COMMA.sub(lambda match: match.group(1) or match.group(2), text)
        if bare == text:
            raise
        parser = _Parser()
        try:
            return parser, tuple(parser.values(bare)), True
        except _Refused:
            raise refused from None


class _Parser:
    """A strict reader of one text that counts what it had to read over."""

    def __init__(self) -> None:
        self.not_numbers = 0
        self.signed = 0

    def values(self, text: str) -> Iterator[object]:
        """Yield every value of ``text``: one, one a line, or one after the other; tokens among them are opened."""
        if not text:
            raise _Refused("a JSON document", "an empty file", "export it again")
        decoder = json.JSONDecoder(parse_constant=self._not_a_number)
        at, entry = 0, 1
        while at < len(text):
            value, at = self._next(decoder, text, at, entry)
            yield _shallow(value)
            between = _BETWEEN.match(text, at)
            at = between.end() if between else at
            entry += 1

    def _next(self, decoder: json.JSONDecoder, text: str, at: int, entry: int) -> tuple[object, int]:
        try:
            if text[at] in '{["':
                return decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            where = f"something else at line {error.lineno}, character {error.colno}"
            raise _Refused("a JSON document", where, "export it again, or correct it there", entry) from error
        except ValueError as error:
            raise _Refused("numbers of a size that can be", "one of thousands of digits", "correct it") from error
        except RecursionError as error:
            raise _too_deep() from error
        token = _TOKEN.match(text, at)
        value = payload(token.group()) if token else None
        if token is None or value is None:
            raise _Refused("JSON, or a signed JSON token", "something else", "export it again", entry)
        self.signed += 1
        return value, token.end()

    def _not_a_number(self, _: str) -> None:
        self.not_numbers += 1


def _too_deep() -> _Refused:
    return _Refused(f"at most {DEEPEST} levels of nesting", "more", "export it again; this is no catalogue")


def _shallow(value: object) -> object:
    """Return ``value``, having made sure that no later step can run out of stack on it."""
    waiting = deque([(value, 0)])
    while waiting:
        one, depth = waiting.pop()
        if depth > DEEPEST:
            raise _too_deep()
        inside = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        waiting.extend((part, depth + 1) for part in inside if isinstance(part, (dict, list)))
    return value
