"""Notes to windows of words and back: cut with context on both sides, tags of words to spans of characters."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.window import Window
from nlp.text.tokens import Tokens

O = 0  # noqa: E741  the tag of words that name nobody


@dataclass(frozen=True)
class Cut:
    """Windows of `body` words at most, cut at a line end where one is near, with `context` words before and after."""

    body: int = 480
    context: int = 32

    def windows(self, tokens: Tokens, tags: Sequence[int] = (), shift: int = 0) -> list[Window]:
        """`shift` moves the first cut, so that training does not see the same cuts in every epoch."""
        edges = self._edges(tokens.words, shift)
        made = []
        for begin, end in pairwise(edges):
            first, last = max(0, begin - self.context), min(len(tokens), end + self.context)
            made.append(
                Window(tokens.words[first:last], tokens.gaps[first:last], begin - first, end - first, tags[first:last])
            )
        return made

    def _edges(self, words: Sequence[str], shift: int) -> list[int]:
        count = len(words)
        pieces = -(-count // self.body) or 1
        edges = [0]
        for piece in range(1, pieces + (shift > 0)):
            near = min(count, piece * count // pieces - shift)
            line = next(
                (at for at in range(near, max(edges[-1], near - self.context), -1) if words[at - 1] == "\n"), near
            )
            if edges[-1] < line < count:
                edges.append(line)
        return [*edges, count] if count else [0]


def tags_of(tokens: Tokens, spans: Sequence[tuple[int, int, str]], labels: Sequence[str]) -> list[int]:
    """BIO tags: 0, 2i+1, 2i+2. A word belongs to the span that holds half of it; of nested spans the longest wins."""
    tags = [O] * len(tokens)
    for start, end, label in sorted(spans, key=lambda span: span[0] - span[1]):
        inner = _inside(tokens, start, end)
        if inner and label in labels and all(tags[at] == O for at in inner):
            first = 2 * labels.index(label) + 1
            for at in inner:
                tags[at] = first + (at != inner[0])
    return tags


def _inside(tokens: Tokens, start: int, end: int) -> list[int]:
    """Words at least half of which lie between two offsets."""
    between = range(bisect_right(tokens.ends, start), bisect_left(tokens.starts, end))
    return [at for at in between if 2 * _shared(tokens, at, start, end) >= tokens.ends[at] - tokens.starts[at]]


def _shared(tokens: Tokens, at: int, start: int, end: int) -> int:
    return min(end, tokens.ends[at]) - max(start, tokens.starts[at])


def spans_of(
    tokens: Tokens, tags: Sequence[int], sure: Sequence[float], labels: Sequence[str]
) -> list[tuple[int, int, str, float]]:
    """Start, end, label and the mean probability of the words of each run of tags."""
    found: list[tuple[int, int, str, float]] = []
    begin = None
    for at, now in enumerate([*tags, O]):
        if begin is not None and (now == O or now % 2 == 1 or now != tags[begin] + 1):
            score = sum(sure[begin:at]) / (at - begin)
            found.append((tokens.starts[begin], tokens.ends[at - 1], labels[(tags[begin] - 1) // 2], score))
            begin = None
        if begin is None and now != O:
            begin = at
    return found
