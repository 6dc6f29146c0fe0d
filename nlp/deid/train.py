"""`chartloom train deid`: a tagger from marked documents, its operating point, its card."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.errors import InputError
from eval.corpora.brat import read_brat
from eval.corpora.marked import Marked, read_lines
from eval.entities import strict, token_recall
from models.train import Schedule
from nlp.tagging.learning import Plan, untaught
from nlp.tagging.learning import teach as learn
from nlp.tagging.lesson import Variety
from nlp.tagging.reading import read_entities
from nlp.tagging.windows import Cut

BIASES = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
TAXED = 0.003  # strict F1 that may be given for recall


@dataclass(frozen=True)
class Training:
    """How a tagger is trained. `held` is the part of the documents that chooses epoch and operating point."""

    kind: str = "bilstm_crf"
    language: str = "en"
    schedule: Schedule = field(default_factory=Schedule)
    cut: Cut = field(default_factory=Cut)  # when reading
    lesson: Cut = field(default_factory=lambda: Cut(112, 16))  # when learning: shorter, so that a step is of more notes
    variety: Variety = field(default_factory=Variety)
    batch: int = 1536  # words of a step
    held: float = 0.1
    unmarked: Path | None = None  # a folder of texts to learn letters, parts of words or an encoder from
    start: Path | None = None  # an artifact of the same kind and labels whose weights to begin from
    finish: int = 0  # more epochs at half the rate on all documents, when epoch and operating point have been chosen
    members: int = 1  # networks that vote, each of a seed of its own
    network: dict[str, Any] = field(default_factory=dict)  # fields of the network's config that differ
    means: dict[str, str] = field(default_factory=dict)  # the data's labels as ours, where they differ
    source: str = "not said"
    licence: str = "not said"
    command: str = "nlp.deid.train.train"
    phi: bool = True  # the documents are identifiable; False for simulated or openly licensed ones


def read(data: Path) -> list[Marked]:
    """A folder of brat files, or NOTES.jsonl, or a folder that holds it."""
    if data.is_file():
        return read_lines(data)
    lines = sorted(data.glob("*.jsonl")) if data.is_dir() else []
    return [document for path in lines for document in read_lines(path)] or read_brat(data)


def train(data: Path, out: Path, training: Training, tell: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Writes the artifact and returns what was measured on the held-out documents."""
    documents = read(data)
    return teach(*split(documents, training.held, training.schedule.seed), out, training, tell)


def teach(
    learned: Sequence[Marked],
    held: Sequence[Marked],
    out: Path,
    training: Training,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """As `train`, where the caller says what is held out."""
    labels = tuple(sorted({label for document in (*learned, *held) for _, _, label in document.spans}))
    if not labels or not held:
        raise InputError(
            f"{len(learned)} documents with {len(labels)} labels, {len(held)} held out: too few to train on."
        )
    members = [_member(learned, held, labels, _seeded(training, at), tell) for at in range(training.members)]
    point = operating_point(Judge(labels, held, training.cut), [member["network"] for member in members])
    if training.finish:
        for at, member in enumerate(members):
            _finish(member["network"], [*learned, *held], labels, _seeded(training, at), tell)
    return _keep(members, labels, point, len(held), training, out)


def split(documents: Sequence[Marked], part: float, seed: int) -> tuple[list[Marked], list[Marked]]:
    """Learned from and held out: all documents of a patient fall on one side."""
    patients = sorted({document.patient or document.name for document in documents})
    random.Random(seed).shuffle(patients)
    out = set(patients[: math.ceil(part * len(patients))])
    held = [(document.patient or document.name) in out for document in documents]
    pairs = list(zip(documents, held, strict=True))
    return [d for d, out_ in pairs if not out_], [d for d, out_ in pairs if out_]


def _seeded(training: Training, member: int) -> Training:
    return replace(training, schedule=replace(training.schedule, seed=training.schedule.seed + member))


def _member(
    learned: Sequence[Marked],
    held: Sequence[Marked],
    labels: tuple[str, ...],
    training: Training,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    plan = _plan(training)
    network = untaught(labels, learned, plan, tell)
    if training.start:
        _begin(network, training.start, labels)
    judge = Judge(labels, held, training.cut)
    return {"network": network, "history": learn(network, learned, labels, plan, lambda: judge.f1([network]), tell)}


def _begin(network: Any, start: Path, labels: tuple[str, ...]) -> None:
    from models.artifact import load

    trained = load(start)
    if trained.labels != labels:
        raise InputError(
            f"{start} knows {len(trained.labels)} labels, the documents have {len(labels)} or others; train anew."
        )
    network.load_state_dict(trained.members[0])


def _finish(
    network: Any,
    documents: Sequence[Marked],
    labels: tuple[str, ...],
    training: Training,
    tell: Callable[[str], None],
) -> None:
    """The documents that were held out are learned too; nothing is chosen any more, the last epoch is kept."""
    schedule = training.schedule
    schedule = replace(schedule, epochs=training.finish, rate=schedule.rate / 2, patience=training.finish)
    plan = replace(_plan(training), schedule=schedule, shift=100)
    learn(network, documents, labels, plan, lambda: 0.0, lambda said: tell(f"on all documents, {said}"))


def _plan(training: Training) -> Plan:
    return Plan(training.kind, training.language, training.schedule, training.lesson, training.variety, training.batch,
                network=training.network, unmarked=_unmarked(training))  # fmt: skip


def _unmarked(training: Training) -> list[str]:
    """Texts without marks that were named; the documents themselves are read too."""
    paths = sorted(training.unmarked.rglob("*.txt")) if training.unmarked else []
    return [path.read_text(encoding="utf-8", errors="replace") for path in paths]


@dataclass(frozen=True)
class Judge:
    """Scores networks on held-out documents."""

    labels: tuple[str, ...]
    held: Sequence[Marked]
    cut: Cut

    def f1(self, networks: Sequence[Any], bias: float = 0.0) -> float:
        return self.measures(networks, bias)["f1"]

    def measures(self, networks: Sequence[Any], bias: float) -> dict[str, float]:
        texts = [document.text for document in self.held]
        found = [[e[:3] for e in of] for of in read_entities(networks, texts, self.labels, self.cut, bias)]
        gold = [document.spans for document in self.held]
        scores = strict(gold, found)
        return {"f1": round(scores.f1, 4), "precision": round(scores.precision, 4), "recall": round(scores.recall, 4),
                "token_recall": round(token_recall(texts, gold, found), 4)}  # fmt: skip


def operating_point(judge: Judge, networks: Sequence[Any]) -> tuple[float, dict[str, float]]:
    """The bias with the best token recall among those that cost at most TAXED of the best strict F1."""
    points = [(bias, judge.measures(networks, bias)) for bias in BIASES]
    best = max(measured["f1"] for _, measured in points)
    fair = [point for point in points if point[1]["f1"] >= best - TAXED]
    return max(fair, key=lambda point: (point[1]["token_recall"], point[1]["f1"]))


def _keep(
    members: Sequence[dict[str, Any]],
    labels: tuple[str, ...],
    point: tuple[float, dict[str, float]],
    held: int,
    training: Training,
    out: Path,
) -> dict[str, Any]:
    from models.artifact import Artifact, save
    from models.kinds import described, files_of

    networks, (bias, measured) = [member["network"] for member in members], point
    cut = {"body": training.cut.body, "context": training.cut.context}
    config = {"kind": training.kind, "network": described(networks[0]), "language": training.language, "cut": cut,
              "bias": bias, "means": training.means}  # fmt: skip
    weights = [network.state_dict() for network in networks]
    card = _card(training, labels, members, {"bias": bias, **measured}, held)
    digest = save(Artifact(labels, config, weights, card, training.phi, files_of(networks[0])), out)
    return {"digest": digest, "bias": bias, **measured}


def _card(
    training: Training, labels: Sequence[str], members: Sequence[dict[str, Any]], measured: dict[str, float], held: int
) -> str:
    histories = [member["history"] for member in members]
    epochs = ", ".join(f"{history.best + 1} of {len(history.losses)}" for history in histories)
    phi = "identifiable notes: do not release" if training.phi else "no identifiable notes"
    lines = [
        f"# De-identification tagger, {training.language}", "",
        f"- Network: {training.kind}, {training.members} of them, kept epoch {epochs}"
        + (f"; then {training.finish} epochs on all documents" if training.finish else ""),
        f"- Data: {training.source}", f"- Licence of the data: {training.licence}", f"- Trained on {phi}",
        f"- Seed: {training.schedule.seed}; command: `{training.command}`",
        f"- Trained: {datetime.now(UTC):%Y-%m-%d}, {sum(h.seconds for h in histories):.0f} s",
        f"- Labels: {', '.join(labels)}", "",
        f"On {held} held-out training documents, which also chose epoch and bias: "
        + ", ".join(f"{name} {value}" for name, value in measured.items()),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
