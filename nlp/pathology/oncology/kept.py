"""A normaliser as two files, and back: words and counts as JSON, weights as arrays."""

import gzip
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from nlp.pathology.oncology.features import Letters
from nlp.pathology.oncology.linear import Linear
from nlp.pathology.oncology.normaliser import Normaliser

WORDS, WEIGHTS = "normaliser.json.gz", "normaliser.npz"


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
