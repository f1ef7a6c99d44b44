import base64
import hashlib
import hmac
import logging

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from onward.data.pseudonyms import KEY_ENV, LETTERS, PseudonymRules, Pseudonyms
from onward.errors import SettingsError

KEY = hashlib.sha256(b"a test").digest()
ids_of = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=8)


def series(*ids):
    return pd.Series(ids, dtype="str")


def test_a_pseudonym_is_the_beginning_of_a_keyed_hash_in_base32():
    own = hmac.digest(KEY, b"onward learner", "sha256")
    expected = base64.b32encode(hmac.digest(own, b"00123", "sha256")).decode().lower()[:LETTERS]
    assert Pseudonyms(KEY).of(series("00123")).tolist() == [expected]


@given(ids=ids_of)
@settings(max_examples=50, deadline=None)
def test_the_same_id_has_the_same_pseudonym_in_every_file_and_others_have_others(ids):
    made = Pseudonyms(KEY).of(series(*ids))
    pairs = set(zip((one.strip() for one in ids), made, strict=True))
    assert len({one for one, _ in pairs}) == len(pairs) == len({new for _, new in pairs})
    assert Pseudonyms(KEY).of(series(*reversed(ids))).tolist() == made.tolist()[::-1]
    assert all(len(new) == LETTERS for one, new in pairs if one)


def test_only_spaces_around_an_id_are_left_out():
    made = Pseudonyms(KEY).of(series("00123", " 00123\t", "123", "A1", "a1"))
    assert made[0] == made[1]
    assert made[1:].is_unique


def test_an_empty_or_missing_id_stays_so():
    made = Pseudonyms(KEY).of(series("", "  ", None))
    assert made[:2].tolist() == ["", ""]
    assert made.isna().tolist() == [False, False, True]
    assert Pseudonyms(KEY).of(series()).dtype == "str"


def test_pseudonyms_of_another_key_or_purpose_cannot_be_joined():
    ids = series(*map(str, range(200)))
    made = Pseudonyms(KEY).of(ids)
    others = [Pseudonyms(KEY[::-1]).of(ids), Pseudonyms(KEY, purpose="a survey").of(ids)]
    assert not any(set(made) & set(other) for other in others)


def test_many_pseudonyms_look_like_chance_in_every_letter():
    made = Pseudonyms(KEY).of(series(*map(str, range(3_200))))
    shares = made.str.split("", expand=True).iloc[:, 1:-1].apply(lambda letters: letters.value_counts().max())
    assert made.is_unique
    assert shares.max() < 160


def test_a_key_is_read_beside_the_mapping(tmp_path):
    (tmp_path / "pseudonym.key").write_bytes(KEY.hex().encode() + b"\n")
    read = Pseudonyms.load(PseudonymRules(key_file="pseudonym.key"), tmp_path)
    assert read == Pseudonyms(KEY.hex().encode())


@pytest.mark.parametrize("name", [KEY_ENV, "OUR_KEY"])
def test_a_key_is_read_from_the_environment(monkeypatch, tmp_path, name):
    monkeypatch.setenv(name, KEY.hex())
    rules = PseudonymRules(key_env=None if name == KEY_ENV else name, purpose="a survey")
    assert Pseudonyms.load(rules, tmp_path) == Pseudonyms(KEY.hex().encode(), "a survey")


def test_a_short_key_is_refused_with_what_to_do():
    with pytest.raises(SettingsError, match=r"at least 32 bytes; came 5; make one with python -c .*token_hex"):
        Pseudonyms(b"short")


def test_a_key_that_can_be_guessed_is_refused():
    with pytest.raises(SettingsError, match="to be random; came 2 different ones, over and over"):
        Pseudonyms(b"ab" * 40)


def test_a_key_that_is_not_there_is_refused_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv(KEY_ENV, raising=False)
    with pytest.raises(SettingsError, match=f"in {KEY_ENV}; it is not set; make one"):
        Pseudonyms.load(PseudonymRules(), tmp_path)
    with pytest.raises(SettingsError, match=r"in no\.key; it cannot be read \(No such file or directory\); make one"):
        Pseudonyms.load(PseudonymRules(key_file="no.key"), tmp_path)


def test_no_message_or_log_shows_the_key_and_nothing_writes_it(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    (tmp_path / "short.key").write_bytes(b"zebra-quagga")
    with pytest.raises(SettingsError) as refusal:
        Pseudonyms.load(PseudonymRules(key_file="short.key"), tmp_path)
    kept = Pseudonyms(KEY)
    assert "zebra" not in f"{refusal.value} {refusal.value.__cause__} {caplog.text}"
    assert repr(kept) == "Pseudonyms(purpose='learner')"
    assert [path.name for path in tmp_path.iterdir()] == ["short.key"]


def test_a_mapping_states_one_place_of_the_key():
    with pytest.raises(ValidationError, match="state either key_file or key_env"):
        PseudonymRules(key_file="a", key_env="B")
