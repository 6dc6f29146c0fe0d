"""A network that codes charts: learned with the one training loop, its threshold fixed on charts held out."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from contract.errors import InputError
from models.artifact import Artifact, load, rounded, save
from models.code_networks import CodeConfig, CodeNetwork, build, config_of, described, kind_of, loss
from models.documents import Document, shuffled
from models.train import History, Schedule, fit
from nlp.icd.chart import Chart, Suggestion
from nlp.icd.literature.attended import attended, strongest
from nlp.icd.literature.beginnings import Beginning, begin
from nlp.icd.literature.held_out import Scores, best_threshold, codes_of, mean_average_precision, split, truth
from nlp.icd.literature.joined import Joined, joined
from nlp.icd.literature.reading import Read, Reader, reader_of
from nlp.icd.literature.svm import Svm

FIRST = "candidates"  # the folder of the linear system that chooses them
NEVER = -30.0  # score before the sigmoid of what is no candidate


@dataclass
class Neural:
    """`network`: its config; how many labels and words it has is filled in when it learns."""

    name: str
    network: CodeConfig
    schedule: Schedule = field(default_factory=Schedule)
    beginning: Beginning = field(default_factory=Beginning)
    batch: int = 8  # charts of a step
    held: float = 0.12  # of the charts: choose the epoch and fix the threshold
    seed: int = 1
    bf16: bool = False  # half precision, training and reading
    sampled: int = 0  # labels beside the gold ones that a step is about; 0: all
    candidates: int = 0  # codes that the linear system hands to the network; 0: all
    suggested: int = 300
    threshold: float = field(default=0.5, init=False)
    history: History = field(default_factory=History, init=False, repr=False)
    learned: "Learned | None" = field(default=None, init=False, repr=False)

    def fit(self, charts: Sequence[Chart]) -> None:
        learned, held = split(charts, self.held, self.seed)
        codes = codes_of(charts)
        torch.manual_seed(self.seed)
        reader, network = begin(self.network, self.beginning, learned, codes)
        self.learned = Learned(codes, reader, network, self.bf16)
        if self.candidates:
            self.learned.first = Svm(seed=self.seed, suggested=self.candidates)
            self.learned.first.fit(learned)
        self._train(self.learned, learned, held)
        network.load_state_dict(rounded(network))
        self.threshold = best_threshold(self.scores(held), truth(held, codes))

    def suggest(self, charts: Sequence[Chart]) -> list[list[Suggestion]]:
        learned = self._ready()
        return [
            learned.suggestions(chart, row, self.suggested)
            for chart, row in zip(charts, self._rows(charts), strict=True)
        ]

    def scores(self, charts: Sequence[Chart]) -> Scores:
        """(charts, codes), after the sigmoid."""
        return np.stack([torch.sigmoid(row).numpy() for row in self._rows(charts)])

    @property
    def codes(self) -> tuple[str, ...]:
        return self._ready().codes

    def save(self, folder: Path, card: str = "") -> str:
        learned = self._ready()
        config = {
            "kind": "neural",
            "network": kind_of(learned.network.config),
            "fields": described(learned.network),
            "system": {one.name: getattr(self, one.name) for one in fields(self) if one.init and one.name in KEPT},
            "schedule": asdict(self.schedule),
            "threshold": self.threshold,
        }
        if learned.first is not None:
            learned.first.save(folder / FIRST)
        weights = learned.network.state_dict()
        return save(Artifact(learned.codes, config, [weights], card, files=learned.reader.files()), folder)

    @classmethod
    def load(cls, folder: Path) -> "Neural":
        kept = load(folder)
        network = build(config_of(kept.config["network"], kept.config["fields"]))
        network.load_state_dict(kept.members[0])
        network.eval()
        made = cls(network=network.config, schedule=Schedule(**kept.config["schedule"]), **kept.config["system"])
        made.learned = Learned(kept.labels, reader_of(kept.files), network, made.bf16)
        if made.candidates:
            made.learned.first = Svm.load(folder / FIRST)
        made.threshold = kept.config["threshold"]
        return made

    def _train(self, held_in: "Learned", learned: Sequence[Chart], held: Sequence[Chart]) -> None:
        place = {code: at for at, code in enumerate(held_in.codes)}
        lessons = [held_in.reader.read(joined(c), sorted(map(place.__getitem__, c.gold))).document for c in learned]
        gold = truth(held, held_in.codes)
        examined = [held_in.read(chart) for chart in held]

        def batches(epoch: int) -> Iterator[list[Document]]:
            return shuffled(lessons, self.batch, self.seed + epoch)

        def step(documents: list[Document]) -> Tensor:
            with held_in.precision():
                return loss(held_in.network, documents, self.sampled)

        def score() -> float:
            return mean_average_precision(np.stack([held_in.scores(one).numpy() for one in examined]), gold)

        self.history = fit(held_in.network, batches, step, score, replace(self.schedule, seed=self.seed))

    def _rows(self, charts: Sequence[Chart]) -> Iterator[Tensor]:
        learned = self._ready()
        for chart, chosen in zip(charts, learned.chosen(charts), strict=True):
            yield learned.scores(learned.read(chart), chosen)

    def _ready(self) -> "Learned":
        if self.learned is None:
            raise InputError(f"The system {self.name} has learned nothing yet; call fit, or load an artifact.")
        return self.learned


KEPT = ("name", "batch", "held", "seed", "bf16", "sampled", "candidates", "suggested")


@dataclass
class Learned:
    codes: tuple[str, ...]
    reader: Reader
    network: CodeNetwork
    bf16: bool = False
    first: Svm | None = None

    def precision(self) -> AbstractContextManager[Any]:
        return torch.autocast("cpu", torch.bfloat16, enabled=self.bf16)

    def read(self, chart: Chart) -> Read:
        return self.reader.read(joined(chart))

    def chosen(self, charts: Sequence[Chart]) -> list[Tensor | None]:
        """Of each chart the places of its candidates; None: all."""
        if self.first is None:
            return [None] * len(charts)
        place = {code: at for at, code in enumerate(self.codes)}
        known = torch.tensor([place[code] for code in self.first.codes])
        rows = torch.from_numpy(self.first.scores(charts)) if charts else torch.zeros(0, 1)
        return [known[strongest(row, self.first.suggested)].sort().values for row in rows]

    def scores(self, read: Read, chosen: Tensor | None = None) -> Tensor:
        """Of all codes (L), before the sigmoid."""
        with torch.inference_mode(), self.precision():
            said = self.network([read.document], chosen)[0].float()
        return said if chosen is None else torch.full((len(self.codes),), NEVER).index_copy_(0, chosen, said)

    def suggestions(self, chart: Chart, row: Tensor, most: int) -> list[Suggestion]:
        text: Joined = joined(chart)
        best = strongest(row, most)
        with torch.inference_mode():
            evidence = attended(self.network, text, self.reader.read(text), best)
        scores = torch.sigmoid(row[best]).tolist()
        return [
            Suggestion(self.codes[at], score, evidence=spans)
            for at, score, spans in zip(best.tolist(), scores, evidence, strict=True)
        ]
