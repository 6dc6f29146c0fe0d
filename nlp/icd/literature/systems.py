"""The systems of the literature by name: made, trained with one call, loaded again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from contract.errors import ConfigError, InputError
from models.caml import CamlConfig
from models.cbow import CbowConfig
from models.document_cnn import CnnConfig
from models.ha_gru import HaGruConfig
from models.segment_transformer import SegmentConfig
from models.train import Schedule
from nlp.icd.chart import Chart, System
from nlp.icd.literature.neural import Neural
from nlp.icd.literature.svm import Svm


class Saved(System, Protocol):
    """A system that keeps itself as an artifact folder."""

    def save(self, folder: Path, card: str = "") -> str: ...


SCHEDULE = Schedule(epochs=14, rate=3e-3, average=0.98)
LITERATURE: Mapping[str, Callable[..., Saved]] = {
    "svm": Svm,
    "cbow": partial(Neural, name="cbow", network=CbowConfig(), schedule=replace(SCHEDULE, epochs=40, rate=1e-2)),
    "cnn": partial(Neural, name="cnn", network=CnnConfig(), schedule=replace(SCHEDULE, epochs=25)),
    "ha_gru": partial(Neural, name="ha_gru", network=HaGruConfig(), schedule=replace(SCHEDULE, epochs=20)),
    "caml": partial(Neural, name="caml", network=CamlConfig(), schedule=SCHEDULE),
    "dr_caml": partial(Neural, name="dr_caml", network=CamlConfig(described=1.0), schedule=SCHEDULE),
    "plm": partial(Neural, name="plm", network=SegmentConfig(pool=2), schedule=replace(SCHEDULE, epochs=8, rate=2e-3)),
}
KINDS: Mapping[str, Callable[[Path], Saved]] = {name: Svm.load if name == "svm" else Neural.load for name in LITERATURE}


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
    said = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("system") or {}
    name = str(said.get("name")) if isinstance(said, dict) else ""
    if name not in KINDS:
        raise InputError(f"{folder} holds {name!r}; expected one of {', '.join(KINDS)}, the systems of the literature.")
    return KINDS[name](folder)
