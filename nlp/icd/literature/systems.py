"""The systems of the literature by name: made, trained with one call, loaded again."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from contract.errors import ConfigError, InputError
from nlp.icd.chart import Chart, System
from nlp.icd.literature.svm import Svm


class Saved(System, Protocol):
    """A system that keeps itself as an artifact folder."""

    def save(self, folder: Path, card: str = "") -> str: ...


LITERATURE: dict[str, Callable[..., Saved]] = {"svm": Svm}
KINDS: dict[str, Callable[[Path], Saved]] = {"svm": Svm.load}


def train(name: str, charts: Sequence[Chart], out: Path) -> Saved:
    """Trains a system at its defaults and writes its artifact to `out`."""
    if name not in LITERATURE:
        raise ConfigError(f"No system {name!r}; there are {', '.join(LITERATURE)}.")
    system = LITERATURE[name]()
    system.fit(charts)
    card = f"# {name}\n\nLearned from {len(charts)} charts. Codes at or above {system.threshold:.4f} are said yes.\n"
    system.save(out, card)
    return system


def load(folder: Path) -> Saved:
    """A system as `train` wrote it."""
    if not (folder / "config.json").is_file():
        raise InputError(
            f"{folder} holds no config.json; expected an artifact of `chartloom train icd --out {folder}`."
        )
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("kind")
    if kind not in KINDS:
        raise InputError(f"{folder} holds {kind!r}; expected one of {', '.join(KINDS)}, systems of ICD coding.")
    return KINDS[kind](folder)
