"""A trained parser as a folder: trees.json.gz beside what every artifact has."""

import gzip
from pathlib import Path

import orjson

from models import folder as folders
from nlp.pathology.breast.parser import Parser
from nlp.pathology.breast.trees import Trees

KIND, TREES = "breast", "trees.json.gz"
LANGUAGES = ("en",)


def save(parser: Parser, out: Path, card: str, *, phi: bool) -> str:
    """The digest; the folder is written whole or not at all."""
    shared = {id(trees): name for name, trees in reversed(list(parser.trees.items()))}
    said = {
        "gate": parser.gate.said(),
        "trees": {name: parser.trees[name].said() for name in shared.values()},
        "fields": {name: shared[id(trees)] for name, trees in parser.trees.items()},
    }
    with folders.writing(out) as folder:
        (folder / TREES).write_bytes(gzip.compress(orjson.dumps(said), 9, mtime=0))
        config = {"languages": LANGUAGES, "least": parser.least}
        return folders.finish(folder, KIND, config, card, phi=phi)


def load(folder: Path) -> Parser:
    config = folders.opened(folder, KIND)
    said = orjson.loads(gzip.decompress((folder / TREES).read_bytes()))
    grown = {name: Trees.of(each) for name, each in said["trees"].items()}
    trees = {name: grown[shared] for name, shared in said["fields"].items()}
    return Parser(trees, Trees.of(said["gate"]), float(config["least"]))
