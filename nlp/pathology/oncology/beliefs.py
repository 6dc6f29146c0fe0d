"""What the networks believe of each word of a text: in no mention, the first of one, inside one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.tagging.tagger import SpanTagger
from nlp.text.tokens import Tokens, tokenize

if TYPE_CHECKING:
    from models.window import Window

Floats = np.ndarray[Any, np.dtype[np.float32]]
TOGETHER = 8192  # words of a batch


@dataclass(frozen=True)
class Believed:
    """`chances` (words, 3): of being out, first and inside."""

    tokens: Tokens
    chances: Floats


def believed(tagger: SpanTagger, texts: Sequence[str]) -> Iterator[Believed]:
    """Of each text, in order."""
    for text in texts:
        tokens = tokenize(text)
        windows = tagger.cut.windows(tokens)
        parts = _marginals(tagger, windows)
        yield Believed(tokens, np.concatenate(parts) if parts else np.zeros((0, 3), np.float32))


def _marginals(tagger: SpanTagger, windows: "Sequence[Window]") -> list[Floats]:
    """Of the words of each window between its context."""
    import torch

    from models.window import same_width

    found: dict[int, Floats] = {}
    with torch.inference_mode():
        for batch in same_width(windows, TOGETHER):
            some = [windows[at] for at in batch]
            scores = torch.stack([network.emissions(some) for network in tagger.networks]).mean(0)
            lengths = torch.tensor([len(window) for window in some])
            mask = torch.arange(scores.shape[1]) < lengths[:, None]
            chances = tagger.networks[0].crf.marginals(scores, mask).numpy()
            for at, window, chance in zip(batch, some, chances, strict=True):
                found[at] = chance[window.begin : window.end].astype(np.float32)
    return [found[at] for at in range(len(windows))]
