"""A trained parser as a folder: trees.json.gz, config.json, card.md and a digest of what decides."""

import gzip
import hashlib
import json
from pathlib import Path

import orjson

from contract.errors import InputError
from nlp.pathology.breast.parser import Parser
from nlp.pathology.breast.trees import Trees

FILES = ("config.json", "trees.json.gz")
LANGUAGES = ("en",)


def save(parser: Parser, folder: Path, card: str, *, phi: bool) -> str:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700 if phi else 0o755)
    config = {"kind": "breast", "languages": LANGUAGES, "least": parser.least, "phi": phi}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    shared = {id(trees): name for name, trees in reversed(list(parser.trees.items()))}
    said = {
        "gate": parser.gate.said(),
        "trees": {name: parser.trees[name].said() for name in shared.values()},
        "fields": {name: shared[id(trees)] for name, trees in parser.trees.items()},
    }
    (folder / "trees.json.gz").write_bytes(gzip.compress(orjson.dumps(said), 9, mtime=0))
    (folder / "card.md").write_text(card, encoding="utf-8")
    found = digest(folder)
    (folder / "digest").write_text(found + "\n", encoding="utf-8")
    return found


def load(folder: Path) -> Parser:
    missing = [name for name in (*FILES, "digest") if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"{folder} is no trained parser of breast reports: {', '.join(missing)} is missing. "
            "`chartloom train pathology` makes one."
        )
    if digest(folder) != (folder / "digest").read_text(encoding="utf-8").strip():
        raise InputError(
            f"The artifact {folder} is not as it was saved: its files give another digest. Restore it or train it anew."
        )
    said = orjson.loads(gzip.decompress((folder / "trees.json.gz").read_bytes()))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    grown = {name: Trees.of(each) for name, each in said["trees"].items()}
    trees = {name: grown[shared] for name, shared in said["fields"].items()}
    return Parser(trees, Trees.of(said["gate"]), float(config["least"]))


def digest(folder: Path) -> str:
    """Of all that decides; the card does not."""
    said = hashlib.sha256()
    for name in FILES:
        said.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return said.hexdigest()
