"""Mentions of tumours in Spanish texts: networks that vote propose stretches of words, and a choice is made among them.

Each member leaves out a fifth of the documents; what it says of these teaches the choice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from eval.corpora.cantemist import MORPHOLOGY
from eval.corpora.marked import Marked
from nlp.pathology.oncology import begun
from nlp.pathology.oncology.beliefs import believed
from nlp.pathology.oncology.candidates import Floats, Stretch, features, stretches
from nlp.pathology.oncology.choice import Choice, chosen, learned
from nlp.pathology.oncology.encoder import KIND, NETWORK, Weights
from nlp.pathology.oncology.habits import Habits
from nlp.tagging.learning import Plan, teach
from nlp.tagging.tagger import SpanTagger

if TYPE_CHECKING:
    from models.tagging import TagNetwork

Tell = Callable[[str], None]
Sure = tuple[int, int, float]
"""Start, end (exclusive), how sure it is a mention."""
PARTS = 5
MAYBE = 0.05  # chance of a stretch that is no mention, but may be one


@dataclass(frozen=True)
class Lessons:
    """How the tagger learns; `members` are PARTS at most.

    Members begin with `encoder`, an artifact (None: with nothing); where there are `unmarked` texts, with one that
    these and the marked ones teach in `guessing` epochs.
    """

    members: int = 2
    epochs: int = 8
    rate: float = 3e-3
    encoder: Path | None = begun.SHIPPED
    guessing: int = begun.EPOCHS
    seed: int = 1
    unmarked: Sequence[str] = field(default=(), repr=False)


@dataclass
class SpanFinder:
    tagger: SpanTagger = field(repr=False)
    habits: Habits = field(repr=False)
    choice: Choice = field(default_factory=Choice, repr=False)

    def find(self, texts: Sequence[str]) -> list[tuple[list[Sure], list[Sure]]]:
        """Of each text its mentions, in order and apart; and every stretch that may be one."""
        found = []
        for text, of in zip(texts, believed(self.tagger, texts), strict=True):
            proposed = stretches(text, of, self.habits)
            chances = self.choice.chances(proposed, features(text, of, proposed, self.habits))
            every = [(each.start, each.end, chance) for each, chance in zip(proposed, chances, strict=True)]
            found.append(([every[at] for at in chosen(proposed, chances)], [one for one in every if one[2] >= MAYBE]))
        return found


def span_finder(documents: Sequence[Marked], lessons: Lessons, tell: Tell) -> SpanFinder:
    began = encoded(documents, lessons, tell)
    networks = [member(documents, began, lessons, at, tell) for at in range(lessons.members)]
    return joined(documents, networks)


def joined(documents: Sequence[Marked], networks: "Sequence[TagNetwork]") -> SpanFinder:
    """Member k of the networks has not seen part k: there the choice among stretches is learned."""
    numbers: list[Floats] = []
    right: list[list[bool]] = []
    for at, network in enumerate(networks):
        kept = [document for document in documents if part(document) != at]
        held = [document for document in documents if part(document) == at]
        for proposed, of, document in _proposed(SpanTagger((MORPHOLOGY,), [network]), Habits.of(kept), held):
            marked = {span[:2] for span in document.spans}
            numbers.append(of)
            right.append([(each.start, each.end) in marked for each in proposed])
    tagger = SpanTagger((MORPHOLOGY,), list(networks), kind=KIND)
    return SpanFinder(tagger, Habits.of(documents), learned(numbers, right))


def _proposed(
    tagger: SpanTagger, habits: Habits, documents: Sequence[Marked]
) -> list[tuple[list[Stretch], Floats, Marked]]:
    found = []
    for document, of in zip(documents, believed(tagger, [each.text for each in documents]), strict=True):
        proposed = stretches(document.text, of, habits)
        found.append((proposed, features(document.text, of, proposed, habits), document))
    return found


def part(document: Marked) -> int:
    """By its name, so that it does not depend on what else is there."""
    return crc32(document.name.encode()) % PARTS


def encoded(documents: Sequence[Marked], lessons: Lessons, tell: Tell) -> Weights:
    """What the members begin with."""
    if lessons.unmarked:
        texts = [*lessons.unmarked, *(document.text for document in documents)]
        return begun.guessed(texts, lessons.guessing, lessons.seed, tell)
    return begun.load(lessons.encoder) if lessons.encoder else {}


def member(documents: Sequence[Marked], began: Weights, lessons: Lessons, at: int, tell: Tell) -> "TagNetwork":
    """Without its part; the last epoch is kept."""
    import torch

    from models.kinds import build
    from models.train import Schedule

    schedule = Schedule(epochs=lessons.epochs, rate=lessons.rate, seed=lessons.seed + at, patience=lessons.epochs)
    torch.manual_seed(schedule.seed)
    network = build(KIND, NETWORK)
    network.load_state_dict(dict(began), strict=False)
    mine = [document for document in documents if part(document) != at]
    plan = Plan(KIND, "es", schedule)
    teach(network, mine, (MORPHOLOGY,), plan, lambda: 0.0, lambda said: tell(f"member {at + 1}, {said}"))
    return network
