"""A tagger of spans: networks that vote, learned from marked documents, kept as an artifact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.corpora.marked import Marked
from eval.entities import strict
from nlp.tagging.learning import Plan, Tell, teach, untaught
from nlp.tagging.reading import Entity, read_entities
from nlp.tagging.windows import Cut

if TYPE_CHECKING:
    from models.kinds import Network
    from models.tagging import TagNetwork


@dataclass
class SpanTagger:
    """`bias` is taken from the score of "in no span": more is found."""

    labels: tuple[str, ...]
    networks: "Sequence[TagNetwork]" = field(repr=False)
    cut: Cut = field(default_factory=Cut)
    bias: float = 0.0
    kind: str = "bilstm_crf"

    def entities(self, texts: Sequence[str], bias: float | None = None) -> list[list[Entity]]:
        """Of each text, in order, disjoint: start, end, label, mean probability of its words."""
        return read_entities(self.networks, texts, self.labels, self.cut, self.bias if bias is None else bias)

    def f1(self, held: Sequence[Marked]) -> float:
        found = [[each[:3] for each in of] for of in self.entities([document.text for document in held])]
        return strict([document.spans for document in held], found).f1

    def save(self, folder: Path, card: str, *, phi: bool, more: Mapping[str, Any] | None = None) -> str:
        """The artifact's digest. Only what was just taught can be saved: a loaded tagger reads with half weights."""
        from models.artifact import Artifact, save
        from models.kinds import described, files_of

        networks: Sequence[Network] = self.networks  # type: ignore[assignment]
        config = {"kind": self.kind, "network": described(networks[0]), "bias": self.bias,
                  "cut": {"body": self.cut.body, "context": self.cut.context}, **(more or {})}  # fmt: skip
        weights = [network.state_dict() for network in networks]
        return save(Artifact(self.labels, config, weights, card, phi, files_of(networks[0])), folder)

    @staticmethod
    def load(folder: Path) -> "SpanTagger":
        from models.artifact import load
        from models.kinds import rebuilt

        said = load(folder)
        cut, bias = Cut(**said.config["cut"]), float(said.config["bias"])
        return SpanTagger(said.labels, rebuilt(said), cut, bias, said.config["kind"])


def taught(
    documents: Sequence[Marked],
    held: Sequence[Marked],
    plan: Plan,
    members: int = 1,
    tell: Tell = lambda _: None,
) -> SpanTagger:
    """`held` chooses each network's epoch, by strict F1; without it the last is kept. Member k has seed + k."""
    labels = tuple(sorted({label for document in (*documents, *held) for _, _, label in document.spans}))
    networks = []
    for member in range(members):
        its = plan.seeded(plan.schedule.seed + member)
        network = untaught(labels, documents, its, tell)
        alone = SpanTagger(labels, [network])
        teach(network, documents, labels, its, lambda alone=alone: alone.f1(held) if held else 0.0, tell)  # type: ignore[misc]
        networks.append(network)
    return SpanTagger(labels, networks, kind=plan.kind)
