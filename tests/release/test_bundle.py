import dataclasses
import json
import pickletools
import shutil

import numpy as np
import pandas as pd
import pytest

from onward.data.learner import NEVER_SENT
from onward.errors import DataError, NotServableError
from onward.history.decision_points import positions
from onward.live.answers import persistence, recommend
from onward.policy.constraint import constraint_to_json
from onward.policy.weights import Weights
from onward.release.bundle import FILES, FORMAT, MANIFEST, SEAL, load
from onward.release.record import record_of

EVERY_FILE = (MANIFEST, SEAL, *FILES)
NO_PICKLE = r"opcode|pickle|at position|STOP|invalid literal|decode|could not convert|newline|expected|quote|not enough"
"""What pickletools says of bytes that are no pickle: it depends on the first of them, and a hash begins with any."""


@pytest.fixture(scope="module")
def written(small_bundle, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    small_bundle.write(folder)
    return folder


@pytest.fixture
def copy(written, tmp_path):
    return shutil.copytree(written, tmp_path / "copy")


def answers(bundle, small) -> str:
    """Both answers to a dozen learners, as JSON."""
    found = []
    for row in small.stays.iloc[::400].itertuples():
        learner = record_of(small.tables, row.learner_id, before=row.as_of)
        as_of = row.as_of.date()
        weights = Weights(time=1.0, cost=2.0, schedule=0.5, field=3.0)
        advice = [recommend(bundle, learner, as_of=as_of, k=5, weights=w)["advice"] for w in (None, weights)]
        found.append([advice, persistence(bundle, learner, as_of=as_of, target=row.credential_id)["persistence"]])
    return json.dumps(found, sort_keys=True)


def test_a_bundle_that_was_written_answers_as_before_to_the_byte(small_bundle, written, small):
    assert answers(load(written), small) == answers(small_bundle, small)


def test_a_bundle_read_and_written_again_is_the_same_to_the_byte(written, tmp_path):
    load(written).write(tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in EVERY_FILE} == {
        name: (written / name).read_bytes() for name in EVERY_FILE
    }


def test_a_bundle_that_was_never_written_says_so(small_bundle):
    assert small_bundle.version == "not written"


def test_the_version_is_the_beginning_of_the_hash_that_writing_returned(small_bundle, tmp_path):
    written_hash = small_bundle.write(tmp_path)
    assert load(tmp_path).version == written_hash[:12]


def test_the_folder_holds_the_named_files_and_no_other(written):
    assert {path.name for path in written.iterdir()} == set(EVERY_FILE)


@pytest.mark.parametrize("name", EVERY_FILE)
def test_every_file_is_text(name, written):
    text = (written / name).read_bytes().decode("utf-8")
    assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", EVERY_FILE)
def test_no_file_is_a_pickle(name, written):
    with pytest.raises(ValueError, match=NO_PICKLE):
        list(pickletools.genops((written / name).read_bytes()))


@pytest.mark.parametrize("name", EVERY_FILE)
@pytest.mark.parametrize("place", [0.0, 0.37, 0.999])
@pytest.mark.parametrize("bit", [0, 7])
def test_one_flipped_bit_in_any_file_is_refused(name, place, bit, copy):
    content = bytearray((copy / name).read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    (copy / name).write_bytes(content)
    with pytest.raises(NotServableError, match=r"as its hash in the bundle describes it; the file differs; take"):
        load(copy)


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_line_ends_of_another_system_are_refused(name, copy):
    (copy / name).write_bytes((copy / name).read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(NotServableError, match=f"expected {name} as its hash"):
        load(copy)


@pytest.mark.parametrize("name", EVERY_FILE)
def test_a_missing_file_is_refused_by_name(name, copy):
    (copy / name).unlink()
    with pytest.raises(NotServableError, match=rf"expected {name} in .*; there is none; name the folder that training"):
        load(copy)


def test_files_of_another_bundle_are_refused(small_bundle, copy, tmp_path):
    other = dataclasses.replace(small_bundle, facts=small_bundle.facts | {"name": "other"})
    other.write(tmp_path / "other")
    shutil.copy(tmp_path / "other" / MANIFEST, copy / MANIFEST)
    with pytest.raises(NotServableError, match=f"expected {MANIFEST} as its hash"):
        load(copy)


@pytest.mark.parametrize("number", [0, FORMAT - 1, FORMAT + 1, None, str(FORMAT)])
def test_another_format_is_refused_by_its_number(number, copy, monkeypatch):
    manifest = json.loads((copy / MANIFEST).read_text())
    text = json.dumps(manifest | {"format": number})
    (copy / MANIFEST).write_text(text)
    monkeypatch.setattr("onward.release.bundle._checked", lambda path, _hash: path.read_text())
    with pytest.raises(NotServableError, match=f"expected bundle format {FORMAT}; .* has {number}; train again"):
        load(copy)


@pytest.mark.parametrize("model", ["completion", "choice", "persistence"])
def test_no_feature_of_a_served_model_is_sensitive(model, written):
    bundle = load(written)
    served = bundle.persistence if model == "persistence" else getattr(bundle.adviser, model)
    assert not {name.removeprefix("x_") for name in served.model.booster.feature_name()} & NEVER_SENT


def test_the_manifest_holds_no_sensitive_column(written):
    manifest = json.loads((written / MANIFEST).read_text())
    held = {
        *(name for model in ("completion", "choice", "persistence") for name in manifest[model]["features"]["names"]),
        *(name for name, _ in manifest["strata"]["edges"]),
        *manifest["strata"]["categories"],
    }
    assert not {name.removeprefix("x_") for name in held} & NEVER_SENT


def test_no_learner_stands_in_the_bundle(written, small):
    text = "".join((written / name).read_text() for name in FILES) + (written / MANIFEST).read_text()
    assert not [learner_id for learner_id in small.tables.learners["learner_id"].head(50) if f'"{learner_id}"' in text]


def test_a_model_whose_features_are_not_those_of_the_manifest_is_refused(small_bundle, tmp_path):
    model = small_bundle.persistence.model
    turned = dataclasses.replace(model, spec=dataclasses.replace(model.spec, names=model.spec.names[::-1]))
    persistence_turned = dataclasses.replace(small_bundle.persistence, model=turned)
    dataclasses.replace(small_bundle, persistence=persistence_turned).write(tmp_path)
    with pytest.raises(DataError, match="features of the manifest, in that order"):
        load(tmp_path)


def test_constraint_what_is_shown_and_where_support_is_needed_come_back_whole(small_bundle, written):
    found = load(written)
    kept, was = (constraint_to_json(bundle.adviser.constraint) for bundle in (found, small_bundle))
    assert (kept, found.shown, found.support) == (was, small_bundle.shown, small_bundle.support)
    assert (found.adviser.rule, found.adviser.strata) == (small_bundle.adviser.rule, small_bundle.adviser.strata)


def test_the_constraint_of_the_bundle_does_something(small_bundle, small_adviser, small):
    prospects = small_adviser.prospects(small.timeline, positions(small.starts.iloc[:50], small.timeline))
    assert not np.allclose(small_bundle.adviser.scores(prospects), small_adviser.scores(prospects))


@pytest.mark.parametrize("key", ["files", "strata", "rule", "constraint", "persistence", "facts", "shown", "support"])
def test_a_manifest_without_a_key_is_refused(key, copy, monkeypatch):
    manifest = json.loads((copy / MANIFEST).read_text())
    del manifest[key]
    (copy / MANIFEST).write_text(json.dumps(manifest))
    monkeypatch.setattr("onward.release.bundle._checked", lambda path, _hash: path.read_text())
    with pytest.raises(NotServableError, match=f"expected the manifest of .* KeyError at '{key}'; train again"):
        load(copy)


def test_a_manifest_with_a_key_that_this_version_does_not_read_is_refused(copy, monkeypatch):
    manifest = json.loads((copy / MANIFEST).read_text())
    manifest["shown"]["colour"] = "blue"
    (copy / MANIFEST).write_text(json.dumps(manifest))
    monkeypatch.setattr("onward.release.bundle._checked", lambda path, _hash: path.read_text())
    with pytest.raises(NotServableError, match=r"expected the manifest of .* TypeError at .*colour"):
        load(copy)


def test_a_state_of_support_that_nobody_wrote_is_refused(copy, monkeypatch):
    manifest = json.loads((copy / MANIFEST).read_text())
    manifest["support"]["over_all"][0] = "no barriers"
    (copy / MANIFEST).write_text(json.dumps(manifest))
    monkeypatch.setattr("onward.release.bundle._checked", lambda path, _hash: path.read_text())
    with pytest.raises(NotServableError, match=r"support: expected the states .*; got no barriers; train again"):
        load(copy)


def test_a_number_that_json_cannot_hold_is_never_written(small_bundle, tmp_path):
    wrong = dataclasses.replace(small_bundle, facts={"figure": float("nan")})
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        wrong.write(tmp_path)


def test_the_catalogue_comes_back_whole(small_bundle, written):
    pd.testing.assert_frame_equal(
        load(written).adviser.catalogue.credentials, small_bundle.adviser.catalogue.credentials
    )
