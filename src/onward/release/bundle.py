"""The served bundle: a folder of text and JSON, read and checked before anything in it is used. No pickle.

``FORMAT`` is one integer. To change what a bundle holds: raise it, say below what changed, and let ``load`` refuse the
older ones by number, or read them by a branch of its own.

1: manifest.json, manifest.sha256, catalogue.json, completion.txt, persistence.txt. Refused since 2.
2: choice.txt beside them; the manifest has the ranking rule's care, the constraint (erasure, price, shrinkage), how a
   probability is shown, and where support is needed. Refused since 3.
3: the catalogue says up to which share of a credential's credits anything is recognised, and what each credential owes,
   leads to and is worth by the chosen yardstick.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from onward.catalog.catalogue import Catalogue
from onward.errors import NotServableError
from onward.history.spec import FeatureSpec
from onward.models.boosting import Boosted
from onward.models.calibration import Platt
from onward.models.choice import Choice
from onward.models.probability import Probability
from onward.policy.adviser import Adviser
from onward.policy.constraint import constraint_from_json, constraint_to_json
from onward.policy.ranking import RankingRule
from onward.policy.shown import Shown
from onward.policy.strata import Strata
from onward.policy.support import SupportTable

FORMAT = 3
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
"""Holds the manifest's hash, which is the bundle's; it is written last, so that a half-written bundle is refused."""
FILES = ("catalogue.json", "choice.txt", "completion.txt", "persistence.txt")


@dataclass(frozen=True)
class Bundle:
    """Everything that an answer needs: the adviser, what is shown beside advice, persistence, and the run's facts."""

    adviser: Adviser
    shown: Shown
    support: SupportTable
    persistence: Probability
    facts: dict[str, Any]

    @property
    def version(self) -> str:
        """The first twelve characters of the manifest's own hash, known once the bundle was written and loaded."""
        return str(self.facts.get("bundle", "not written"))

    def write(self, folder: Path) -> str:
        """Write the files and then the manifest with their hashes; return the bundle's hash."""
        folder.mkdir(parents=True, exist_ok=True)
        contents = {
            "catalogue.json": _json(self.adviser.catalogue.to_json()),
            "choice.txt": self.adviser.choice.model.to_text(),
            "completion.txt": self.adviser.completion.model.to_text(),
            "persistence.txt": self.persistence.model.to_text(),
        }
        for name, text in contents.items():
            (folder / name).write_bytes(text.encode())
        manifest = _json(self._manifest({name: _hash(text) for name, text in contents.items()}))
        (folder / MANIFEST).write_bytes(manifest.encode())
        (folder / SEAL).write_bytes(_hash(manifest).encode())
        return _hash(manifest)

    def _manifest(self, hashes: dict[str, str]) -> dict[str, Any]:
        adviser = self.adviser
        return {
            "format": FORMAT,
            "files": hashes,
            "facts": {name: value for name, value in self.facts.items() if name != "bundle"},
            "completion": _model(adviser.completion),
            "persistence": _model(self.persistence),
            "rule": asdict(adviser.rule),
            "strata": asdict(adviser.strata),
            "choice": {"features": asdict(adviser.choice.model.spec)},
            "constraint": constraint_to_json(adviser.constraint),
            "shown": asdict(self.shown),
            "support": self.support.to_json(),
        }


def load(folder: Path | str) -> Bundle:
    """Read a bundle, or refuse it, saying why; nothing is used before its hash is checked."""
    folder = Path(folder)
    text = _checked(folder / MANIFEST, _read(folder / SEAL).decode(errors="replace"))
    manifest = json.loads(text)
    if manifest.get("format") != FORMAT:
        raise NotServableError(
            f"expected bundle format {FORMAT}; {folder} has {manifest.get('format')}; train again with this version "
            "of Onward"
        )
    try:
        return _rebuilt(folder, manifest, bundle_hash=_hash(text)[:12])
    except (KeyError, TypeError) as error:
        raise NotServableError(
            f"expected the manifest of {folder} to hold what this version reads; {type(error).__name__} at {error}; "
            "train again with this version of Onward"
        ) from None


def _rebuilt(folder: Path, manifest: dict[str, Any], *, bundle_hash: str) -> Bundle:
    contents = {name: _checked(folder / name, manifest["files"].get(name)) for name in FILES}
    catalogue = Catalogue.from_json(json.loads(contents["catalogue.json"]))
    strata = manifest["strata"]
    adviser = Adviser(
        catalogue,
        _probability(contents["completion.txt"], manifest["completion"]),
        Choice(Boosted.from_text(contents["choice.txt"], _spec(manifest["choice"]["features"]))),
        RankingRule(**(manifest["rule"] | {"doubt": tuple(manifest["rule"]["doubt"])})),
        Strata(
            tuple((name, tuple(edges)) for name, edges in strata["edges"]),
            tuple(strata["categories"]),
            tuple(strata["names"]),
        ),
        constraint_from_json(manifest["constraint"], credentials=len(catalogue)),
    )
    persistence = _probability(contents["persistence.txt"], manifest["persistence"])
    facts = {**manifest["facts"], "bundle": bundle_hash}
    return Bundle(adviser, Shown(**manifest["shown"]), SupportTable.from_json(manifest["support"]), persistence, facts)


def _model(probability: Probability) -> dict[str, Any]:
    return {"calibration": asdict(probability.calibration), "features": asdict(probability.model.spec)}


def _probability(text: str, content: dict[str, Any]) -> Probability:
    return Probability(Boosted.from_text(text, _spec(content["features"])), Platt(**content["calibration"]))


def _spec(features: dict[str, Any]) -> FeatureSpec:
    return FeatureSpec(
        tuple(features["names"]),
        {name: tuple(values) for name, values in features["categories"].items()},
        features["extras"],
        tuple(features["left_out"]),
    )


def _checked(path: Path, expected: str | None) -> str:
    content = _read(path)
    if hashlib.sha256(content).hexdigest() != expected:
        raise NotServableError(
            f"expected {path.name} as its hash in the bundle describes it; the file differs; take the bundle from the "
            "registry again"
        )
    return content.decode()


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise NotServableError(
            f"expected {path.name} in {path.parent}; there is none; name the folder that training wrote"
        )
    return path.read_bytes()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _json(content: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(content, indent=1, sort_keys=True, allow_nan=False)
