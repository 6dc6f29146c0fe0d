"""An encoder as an artifact of its own: taught once from unmarked texts, so that every training begins with it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contract.errors import InputError
from models import folder as folders
from nlp.pathology.oncology.encoder import NETWORK, Weights, encoder
from nlp.pathology.readers import WEIGHTS

KIND = "oncology-encoder"
SHIPPED = WEIGHTS / "encoder-es"
FILE = "weights.safetensors"
EPOCHS, RATE = 3, 4e-3


@dataclass(frozen=True)
class Guessing:
    """How the words of unmarked texts are guessed, and what the card says of the texts."""

    epochs: int = EPOCHS
    seed: int = 1
    source: str = "not said"
    licence: str = "not said"
    command: str = "nlp.pathology.oncology.begun.train"
    phi: bool = True


def train(data: Path, out: Path, guessing: Guessing, tell: Callable[[str], None] = lambda _: None) -> str:
    """The artifact's digest; written whole or not at all."""
    from safetensors.torch import save_file

    texts = unmarked(data)
    tell(f"{len(texts)} texts")
    began = time.process_time()
    with folders.writing(out) as folder:
        weights = guessed(texts, guessing.epochs, guessing.seed, tell)
        save_file({name: value.half().contiguous() for name, value in weights.items()}, folder / FILE)
        card = _card(texts, guessing, time.process_time() - began)
        return folders.finish(folder, KIND, {"language": "es", "network": NETWORK}, card, phi=guessing.phi)


def load(folder: Path) -> Weights:
    from safetensors.torch import load_file

    said = folders.opened(folder, KIND)
    if said["network"] != NETWORK:
        raise InputError(
            f"The encoder {folder} is of another network than members are now: {said['network']}; expected {NETWORK}. "
            "Teach it anew: `chartloom train pathology --part encoder`."
        )
    return {name: value.float() for name, value in load_file(folder / FILE).items()}


def identifiable(folder: Path) -> bool:
    return bool(folders.opened(folder, KIND)["phi"])


def guessed(texts: Sequence[str], epochs: int, seed: int, tell: Callable[[str], None]) -> Weights:
    from models.train import Schedule

    return encoder(texts, Schedule(epochs=epochs, rate=RATE, seed=seed), tell)


def unmarked(folder: Path) -> list[str]:
    """Texts of a folder, by name."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.txt"))]
    if not texts:
        raise InputError(f"{folder} holds no texts; expected files NAME.txt, in it or in folders of it.")
    return texts


def _card(texts: Sequence[str], guessing: Guessing, cpu_s: float) -> str:
    return (
        "# What begins a tagger of Spanish clinical texts\n\n"
        f"Words and LSTM of `nlp/pathology/oncology/encoder.py`, taught {datetime.now(UTC):%Y-%m-%d} to guess each "
        f"word from those before it and from those after it, {guessing.epochs} epochs, seed {guessing.seed}, "
        f"{cpu_s:.0f} CPU-seconds, by\n"
        f"`{guessing.command}`.\n"
        f"Data: {guessing.source} ({len(texts)} texts, without marks). Licence: {guessing.licence}; changed: weights "
        "only.\n"
        f"Identifiable: {'yes' if guessing.phi else 'no'}.\n"
        "It finds nothing by itself: training of oncology readers begins with it. Weights are in half precision.\n"
    )
