"""A normaliser and a choice as files, and back: words and counts as JSON, weights as arrays, trees as text."""

import gzip
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from nlp.pathology.oncology.choice import Choice
from nlp.pathology.oncology.dictionary import Dictionary
from nlp.pathology.oncology.features import Letters
from nlp.pathology.oncology.habits import Habits
from nlp.pathology.oncology.linear import Linear
from nlp.pathology.oncology.normaliser import Normaliser

WORDS, WEIGHTS = "normaliser.json.gz", "normaliser.npz"
HABITS, TREES = "habits.json.gz", "choice.txt.gz"
COUNTS = ("whole", "first", "last", "after", "before")


def keep(of: Normaliser, folder: Path) -> None:
    said = {"known": of.known, "letters": of.letters.said(), "told": of.told, "usual": of.usual, "bend": of.bend}
    arrays: dict[str, Any] = {}
    for name, part in of.parts.items():
        arrays |= part.arrays(name)
    (folder / WORDS).write_bytes(gzip.compress(orjson.dumps(said), mtime=0))
    packed = BytesIO()
    np.savez_compressed(packed, **arrays)
    (folder / WEIGHTS).write_bytes(packed.getvalue())


def kept(folder: Path) -> Normaliser:
    said = orjson.loads(gzip.decompress((folder / WORDS).read_bytes()))
    with np.load(folder / WEIGHTS, allow_pickle=False) as arrays:
        parts = {name: Linear.again(arrays, name) for name in ("histology", "behaviour", "grade", "more")}
    slope, shift = said["bend"]
    return Normaliser(said["known"], Letters.again(said["letters"]), said["told"], parts, said["usual"], (slope, shift))


def keep_choice(habits: Habits, choice: Choice, folder: Path) -> None:
    said = {name: getattr(habits, name) for name in COUNTS}
    (folder / HABITS).write_bytes(gzip.compress(orjson.dumps(said), mtime=0))
    trees = choice.booster.model_to_string() if choice.booster else ""
    (folder / TREES).write_bytes(gzip.compress(trees.encode(), mtime=0))


def kept_choice(folder: Path) -> tuple[Habits, Choice]:
    said = orjson.loads(gzip.decompress((folder / HABITS).read_bytes()))
    counts = {name: {key: (yes, no) for key, (yes, no) in said[name].items()} for name in COUNTS}
    habits = Habits(**counts, dictionary=Dictionary.of(counts["whole"]))
    trees = gzip.decompress((folder / TREES).read_bytes()).decode()
    if not trees:
        return habits, Choice()
    import lightgbm

    return habits, Choice(lightgbm.Booster(model_str=trees))
