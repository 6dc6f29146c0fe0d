"""A trained miner as a folder: fields, trees, words, and the networks with an artifact of their own inside."""

import io
import json
import lzma
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from models import folder as artifact
from nlp.adverse.mining.bags import Bags
from nlp.adverse.mining.cascade import Cascade, Cuts, Voices
from nlp.adverse.mining.field import Field
from nlp.adverse.mining.likeness import Likeness
from nlp.adverse.mining.page import LABELS
from nlp.adverse.mining.trees import Trees
from nlp.adverse.mining.voices import Fields
from nlp.adverse.mining.weighing import Weigher
from nlp.tagging.tagger import SpanTagger

KIND, NETWORK = "adverse_mining", "network"
FIELDS, TREES, WORDS, BAGS, CONTEXT = "fields", "trees", "words", "bags.npz", "context.npz"


def save(cascade: Cascade, out: Path, said: Mapping[str, Any], card: str, *, phi: bool) -> str:
    """The digest. A cascade that was loaded cannot be saved again (its networks read with half weights)."""
    with artifact.writing(out) as folder:
        fields = {"marked": cascade.voices.marked.of, "whole": cascade.voices.whole.of, "weigher": cascade.weigher.of}
        for name, of in fields.items():
            for label, one in zip(LABELS, of, strict=True):
                _place(folder, f"{FIELDS}-{name}-{label.lower()}", one.weights)
        trees = {"gate": asdict(cascade.gate), "relations": asdict(cascade.relations)}
        trees |= {"known": asdict(cascade.known)} if cascade.known else {}
        _place(folder, TREES, json.dumps(trees).encode())
        _place(folder, WORDS, json.dumps(dict(cascade.weigher.likeness.groups), ensure_ascii=False).encode())
        (folder / BAGS).write_bytes(_bags(cascade.bags))
        if cascade.context:
            (folder / CONTEXT).write_bytes(_bags(cascade.context))
        if cascade.voices.tagger:
            cascade.voices.tagger.save(folder / NETWORK, card, phi=phi)
        more = {**said, "cuts": asdict(cascade.cuts), "network": cascade.voices.tagger is not None}
        return artifact.finish(folder, KIND, more, card, phi=phi)


def load(folder: Path) -> tuple[Cascade, dict[str, Any]]:
    """The cascade, and what config.json says. The digest is checked first."""
    said = artifact.opened(folder, KIND)
    marked, whole, weigher = (
        [Field(_read(folder, f"{FIELDS}-{name}-{label.lower()}")) for label in LABELS]
        for name in ("marked", "whole", "weigher")
    )
    trees = json.loads(_read(folder, TREES))
    groups = {word: tuple(of) for word, of in json.loads(_read(folder, WORDS)).items()}
    tagger = SpanTagger.load(folder / NETWORK) if said["network"] else None
    context = _loaded(folder / CONTEXT) if (folder / CONTEXT).is_file() else None
    cascade = Cascade(
        Voices(Fields(marked), Fields(whole), tagger), Weigher(weigher, Likeness(groups)), _loaded(folder / BAGS),
        Trees(**trees["gate"]), Trees(**trees["relations"]), Cuts(**said["cuts"]), context=context,
        known=Trees(**trees["known"]) if "known" in trees else None,
    )  # fmt: skip
    return cascade, said


def _loaded(path: Path) -> Bags:
    with np.load(path) as held:
        return Bags(held["rarity"].astype(np.float32), held["weights"].astype(np.float32), float(held["start"]))


def _bags(bags: Bags) -> bytes:
    held = io.BytesIO()
    np.savez_compressed(
        held, rarity=bags.rarity.astype(np.float16), weights=bags.weights.astype(np.float16), start=np.array(bags.start)
    )
    return held.getvalue()


def _place(folder: Path, name: str, content: bytes) -> None:
    (folder / f"{name}.xz").write_bytes(lzma.compress(content))


def _read(folder: Path, name: str) -> bytes:
    return lzma.decompress((folder / f"{name}.xz").read_bytes())
