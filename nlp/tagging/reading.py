"""Trained networks read texts: entities of each, long texts piece by piece."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nlp.tagging.windows import Cut, spans_of
from nlp.text.tokens import Tokens, tokenize

if TYPE_CHECKING:
    from models.tagging import TagNetwork

AT_ONCE = 100_000  # words after which those read so far are tagged
TOGETHER = 400  # windows, so that a long text is tagged piece by piece
Entity = tuple[int, int, str, float]
"""Start, end, label of the artifact, mean probability of its words."""


def read_entities(
    networks: "Sequence[TagNetwork]", texts: Sequence[str], labels: Sequence[str], cut: Cut, bias: float
) -> list[list[Entity]]:
    """Entities of each text, in order, disjoint. `bias` is taken from the score of O: more is found."""
    found: list[list[Entity]] = []
    for group in _groups(texts):
        found += _read(networks, group, labels, cut, bias)
    return found


def _read(
    networks: "Sequence[TagNetwork]", notes: Sequence[Tokens], labels: Sequence[str], cut: Cut, bias: float
) -> list[list[Entity]]:
    from models.tagging import tag

    windows = [cut.windows(tokens) for tokens in notes]
    flat = [window for of_note in windows for window in of_note]
    pieces = (flat[at : at + TOGETHER] for at in range(0, len(flat), TOGETHER))
    tagged = (answer for piece in pieces for answer in tag(networks, piece, bias))
    found = []
    for tokens, of_note in zip(notes, windows, strict=True):
        answers = [next(tagged) for _ in of_note]
        tags = [tag for answer in answers for tag in answer[0]]
        sure = [score for answer in answers for score in answer[1]]
        found.append(spans_of(tokens, tags, sure, labels))
    return found


def _groups(texts: Sequence[str]) -> Iterator[list[Tokens]]:
    """Texts as tokens, some at a time."""
    group: list[Tokens] = []
    held = 0
    for text in texts:
        group.append(tokenize(text))
        held += len(group[-1])
        if held > AT_ONCE:
            yield group
            group, held = [], 0
    if group:
        yield group
