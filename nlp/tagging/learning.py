"""How one network of a tagger learns from marked documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from eval.corpora.marked import Marked
from models.train import Schedule
from nlp.tagging.lesson import Lesson, Variety
from nlp.tagging.windows import Cut

if TYPE_CHECKING:
    from models.kinds import Network
    from models.train import History

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """`network`: fields of its config that differ. `unmarked`: texts that teach letters, parts of words, an encoder."""

    kind: str = "bilstm_crf"
    language: str = "en"
    schedule: Schedule = field(default_factory=Schedule)
    cut: Cut = field(default_factory=lambda: Cut(112, 16))  # shorter than when reading: a step is of more documents
    variety: Variety = field(default_factory=Variety)
    batch: int = 1536  # words of a step
    shift: int = 0  # added to the seed for the order of the lessons alone
    network: Mapping[str, Any] = field(default_factory=dict)
    unmarked: Sequence[str] = field(default=(), repr=False)

    def seeded(self, seed: int) -> "Plan":
        return replace(self, schedule=replace(self.schedule, seed=seed))


def untaught(labels: Sequence[str], documents: Sequence[Marked], plan: Plan, tell: Tell) -> "Network":
    """The network before its first marked document."""
    import torch

    from nlp.tagging.prepared import prepared

    torch.manual_seed(plan.schedule.seed)
    texts = [document.text for document in documents] + list(plan.unmarked)
    return prepared(plan.kind, _said(plan, labels), texts, plan.schedule, tell)


def teach(
    network: "Network",
    documents: Sequence[Marked],
    labels: Sequence[str],
    plan: Plan,
    score: Callable[[], float],
    tell: Tell,
) -> "History":
    """In place; the weights kept are those that score best, as they will be when saved and loaded."""
    from models import tagging
    from models.artifact import rounded
    from models.train import fit

    lesson = Lesson.of(documents, labels, plan.cut)
    lesson = replace(lesson, seed=plan.schedule.seed + plan.shift, variety=plan.variety, batch=plan.batch)
    history = fit(network, lesson.epoch, lambda batch: tagging.loss(network, batch), score, plan.schedule, tell)
    network.load_state_dict(rounded(network))
    return history


def _said(plan: Plan, labels: Sequence[str]) -> dict[str, Any]:
    said = {"labels": len(labels), **plan.network}
    if plan.kind != "transformer":
        said["words"] = {"language": plan.language, **said.get("words", {})}
    return said
