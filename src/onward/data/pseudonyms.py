"""Ids of learners turned into pseudonyms under a key that Onward reads and never writes.

A pseudonym is HMAC-SHA256 (RFC 2104) of the id under a key of its own for each purpose, itself the HMAC of the purpose
under the college's key; the first 130 bits of it stand as 26 letters and digits (base32, RFC 4648, in lower case).
Whoever has the key can make the pseudonym of an id again, and of every id there can be; nobody else can tell the id
from it, nor join it with pseudonyms of another key or purpose. Among n ids any two have the same pseudonym with a
probability of at most n squared / 2 to the 131: for a million ids less than 1 in 10 to the 27.
"""

import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from onward.data.strict import Strict
from onward.errors import SettingsError

KEY_ENV = "ONWARD_PSEUDONYM_KEY"
SHORTEST = 32
"""Fewest bytes of a key: as many as SHA-256 gives, as RFC 2104 asks."""
LETTERS = 26
_BASE32 = np.array(list("abcdefghijklmnopqrstuvwxyz234567"))
_FEWEST_DIFFERENT = 8
_MAKE_ONE = (
    "make one with python -c 'import secrets; print(secrets.token_hex(32))', keep it apart from the data, and give the "
    "same one every time"
)


class PseudonymRules(Strict):
    """Where the key of the pseudonyms is, and what they are for; the key itself never stands in a mapping."""

    key_file: str | None = Field(default=None, description="a file with the key, beside the mapping or by its path")
    key_env: str | None = Field(
        default=None, description=f"the environment variable that holds the key; {KEY_ENV} where no key_file is stated"
    )
    purpose: str = Field(
        default="learner",
        min_length=1,
        description="what the pseudonyms are for; those of another purpose cannot be joined with them",
    )

    @model_validator(mode="after")
    def _one_key(self) -> "PseudonymRules":
        if self.key_file is not None and self.key_env is not None:
            raise ValueError("state either key_file or key_env")
        return self


@dataclass(frozen=True)
class Pseudonyms:
    """Pseudonyms under one key for one purpose; the same id has the same one in every file.

    Only spaces around an id are left out: ``00123`` and ``123`` are two ids, and so are ``A1`` and ``a1``.

    >>> key = bytes(range(32))
    >>> ids = pd.Series(["00123", " 00123 ", "123", ""], dtype="str")
    >>> made = Pseudonyms(key).of(ids)
    >>> made.tolist()[:3]
    ['5qnwphtwg6llotwwgo5pl35fu6', '5qnwphtwg6llotwwgo5pl35fu6', '4amuky7fe4it5wz5g3emcwruy6']
    >>> made[0] == Pseudonyms(key, purpose="survey").of(ids)[0]
    False
    """

    key: bytes = field(repr=False)
    purpose: str = "learner"
    _own_key: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check(self.key, "the key")
        object.__setattr__(self, "_own_key", hmac.digest(self.key, b"onward " + self.purpose.encode(), "sha256"))

    @classmethod
    def load(cls, rules: PseudonymRules, beside: Path) -> "Pseudonyms":
        """Read the key that ``rules`` name; a ``key_file`` without a full path lies in the folder ``beside``."""
        if rules.key_file is not None:
            return cls(_from_file(beside / rules.key_file), rules.purpose)
        return cls(_from_environment(rules.key_env or KEY_ENV), rules.purpose)

    def of(self, ids: pd.Series) -> pd.Series:
        """Return the pseudonym of each of ``ids``, texts; an empty or missing one stays as it is."""
        unique = [str(one) for one in ids.dropna().unique()]
        stripped = [one.strip() for one in unique]
        made = _lettered([self._digest(one) for one in stripped])
        by_id = {one: new if bare else "" for one, bare, new in zip(unique, stripped, made, strict=True)}
        return ids.map(by_id).astype("str")

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._own_key, text.encode("utf-8", "surrogatepass"), "sha256")


def _lettered(digests: list[bytes]) -> list[str]:
    """Write the first bits of each digest in base32, five to a letter."""
    octets = np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, SHORTEST)
    fives = np.unpackbits(octets, axis=1)[:, : 5 * LETTERS].reshape(-1, LETTERS, 5)
    letters = _BASE32[np.packbits(fives, axis=2)[:, :, 0] >> 3]
    return [str(one) for one in np.ascontiguousarray(letters).view(f"U{LETTERS}")[:, 0]]


def _from_file(path: Path) -> bytes:
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(
            f"expected the key of the pseudonyms in {path.name}; it cannot be read ({error.strerror}); {_MAKE_ONE}"
        ) from error
    _check(key, f"the key in {path.name}")
    return key


def _from_environment(name: str) -> bytes:
    key = os.environ.get(name, "").encode("utf-8", "surrogateescape").strip()
    if not key:
        raise SettingsError(f"expected the key of the pseudonyms in {name}; it is not set; {_MAKE_ONE}")
    _check(key, f"the key in {name}")
    return key


def _check(key: bytes, what: str) -> None:
    """Refuse a key that can be guessed, without showing any of it."""
    if len(key) < SHORTEST:
        raise SettingsError(f"expected {what} to have at least {SHORTEST} bytes; came {len(key)}; {_MAKE_ONE}")
    if len(set(key)) < _FEWEST_DIFFERENT:
        came = f"came {len(set(key))} different ones, over and over"
        raise SettingsError(f"expected {what} to be random; {came}; {_MAKE_ONE}")
