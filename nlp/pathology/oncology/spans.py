"""A tagger of tumour mentions: an encoder that has read unmarked text, then marked cases; members vote."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eval.corpora.cantemist import MORPHOLOGY
from eval.corpora.marked import Marked
from nlp.pathology.oncology.encoder import KIND, NETWORK, Weights, encoder
from nlp.tagging.learning import Plan, teach
from nlp.tagging.tagger import SpanTagger

if TYPE_CHECKING:
    from models.tagging import TagNetwork
    from models.train import Schedule

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Lessons:
    """How the tagger learns. `unmarked`: texts that teach the encoder besides the marked ones."""

    members: int = 2
    epochs: int = 12
    rate: float = 3e-3
    guessing: int = 3  # epochs over unmarked text; 0: none
    seed: int = 1
    unmarked: Sequence[str] = field(default=(), repr=False)


def tagger(documents: Sequence[Marked], lessons: Lessons, tell: Tell) -> SpanTagger:
    """The last epoch of each member is kept: nothing is held out."""
    began = encoded(documents, lessons, tell)
    return SpanTagger((MORPHOLOGY,), [_member(documents, began, lessons, at, tell) for at in range(lessons.members)])


def encoded(documents: Sequence[Marked], lessons: Lessons, tell: Tell) -> Weights:
    """What the members begin with; nothing where there is nothing to guess."""
    from models.train import Schedule

    texts = [*lessons.unmarked, *(document.text for document in documents)]
    schedule = Schedule(epochs=lessons.guessing, rate=4e-3, seed=lessons.seed)
    return encoder(texts, schedule, tell) if lessons.guessing else {}


def _member(documents: Sequence[Marked], began: Weights, lessons: Lessons, at: int, tell: Tell) -> "TagNetwork":
    import torch

    from models.kinds import build

    schedule = _schedule(lessons, at)
    torch.manual_seed(schedule.seed)
    network = build(KIND, NETWORK)
    network.load_state_dict(dict(began), strict=False)
    plan = Plan(KIND, "es", schedule)
    teach(network, documents, (MORPHOLOGY,), plan, lambda: 0.0, lambda said: tell(f"member {at + 1}, {said}"))
    return network


def _schedule(lessons: Lessons, at: int) -> "Schedule":
    from models.train import Schedule

    return Schedule(epochs=lessons.epochs, rate=lessons.rate, seed=lessons.seed + at)
