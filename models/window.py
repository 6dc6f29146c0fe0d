"""What a tagging network reads: a stretch of the words of a text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

STEP = 16  # windows are filled up to a multiple of this, so that what a network says depends on the window alone


@dataclass(frozen=True, slots=True)
class Window:
    """`gaps` is what stands before each word (0 to 3); words before `begin` and from `end` are context only."""

    words: Sequence[str]
    gaps: Sequence[int]
    begin: int
    end: int
    tags: Sequence[int] = ()  # of every word, when training

    def __len__(self) -> int:
        return len(self.words)

    @property
    def width(self) -> int:
        return -(-len(self.words) // STEP) * STEP


def same_width(windows: Sequence[Window], words: int) -> Iterator[list[int]]:
    """Batches of indices of windows of one width, of about so many words each."""
    order = sorted(range(len(windows)), key=lambda at: (windows[at].width, at))
    batch: list[int] = []
    for at in order:
        width = windows[at].width
        if batch and (windows[batch[0]].width != width or (len(batch) + 1) * width > words):
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def word_types(windows: Iterable[Window]) -> dict[str, int]:
    """Each word once, numbered in order of appearance."""
    types: dict[str, int] = {}
    for window in windows:
        for word in window.words:
            types.setdefault(word, len(types))
    return types
