"""Training of the miner: marked text in, an artifact with its card out."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.errors import ConfigError
from nlp.adverse.mining.crossing import Learning, taught
from nlp.adverse.mining.lessons import read
from nlp.adverse.mining.miner import TrainedMiner
from nlp.adverse.mining.page import Page, every_line

Tell = Callable[[str], None]
KINDS = ("bilstm_crf", "crf", "stacked", "transformer")


@dataclass(frozen=True)
class Training:
    """How a miner is trained, and what its card says of the data. `checkpoint`: of a local transformer."""

    kind: str = "bilstm_crf"
    language: str = "en"
    seed: int = 1
    learning: Learning = field(default_factory=Learning)
    checkpoint: Path | None = None
    source: str = "not said"
    licence: str = "not said"
    command: str = "nlp.adverse.mining.train.train"
    phi: bool = True  # the notes are identifiable; False for simulated or openly licensed text

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(f"The kind of tagger is {self.kind!r}; expected one of {', '.join(KINDS)}.")


@dataclass(frozen=True)
class Trained:
    """`measured` on training pages, each read by what had not learned from it."""

    digest: str
    measured: Mapping[str, float]


def train(data: Path | Sequence[Path], out: Path, training: Training, tell: Tell = lambda _: None) -> Trained:
    """Writes the artifact whole or not at all."""
    began = time.process_time()
    pages = read([data] if isinstance(data, Path) else list(data), training.language)
    tell(f"{len(pages)} pages with {len(every_line(pages))} lines, {sum(len(page.pairs) for page in pages)} relations")
    cascade = taught(pages, learning_of(training), tell)
    spent = time.process_time() - began
    miner = TrainedMiner(cascade, (training.language,))
    said = {"tagger": training.kind, "seed": training.seed}
    digest = miner.save(out, _card(training, pages, cascade.measured, spent), phi=training.phi, more=said)
    return Trained(digest, cascade.measured)


def learning_of(training: Training) -> Learning:
    learning = training.learning
    network: dict[str, Any] = dict(learning.plan.network) if training.kind == "bilstm_crf" else {}
    if training.checkpoint:
        network["checkpoint"] = str(training.checkpoint)
    plan = replace(learning.plan, language=training.language, network=network)
    return replace(learning, kind=training.kind, seed=training.seed, plan=plan)


def _card(training: Training, pages: Sequence[Page], measured: Mapping[str, float], spent: float) -> str:
    lines = [
        f"# Mining of drug-effect relations, {training.language}", "",
        f"- Tagger: {training.kind}, {training.learning.parts} parts; fields of features, gate and relations over it",
        f"- Data: {training.source}; {len(every_line(pages))} sentences, {sum(len(p.pairs) for p in pages)} relations",
        f"- Licence of the data: {training.licence}",
        f"- Trained on {'identifiable notes: do not release' if training.phi else 'no identifiable notes'}",
        f"- Seed: {training.seed}; command: `{training.command}`",
        f"- Trained: {datetime.now(UTC):%Y-%m-%d}, {spent:.0f} CPU-s", "",
        "On training pages, each read by what had not learned from it: "
        + ", ".join(f"{name} {value:.4f}" for name, value in measured.items()),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
