"""A character language model, forward and backward: what a word looks like among the letters before and after it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from models.window import Window

ALPHABET = 256  # Latin letters; those beyond are hashed into these
BLANKS = ("", " ", "  ", "")  # what stands before a word, by its gap


@dataclass(frozen=True)
class CharacterLMConfig:
    letter_size: int = 32
    hidden: int = 128  # in each direction


class CharacterLM(nn.Module):
    def __init__(self, config: CharacterLMConfig) -> None:
        super().__init__()
        self.config = config
        self.letter = nn.Embedding(ALPHABET, config.letter_size, padding_idx=0)
        self.lstm = nn.LSTM(config.letter_size, config.hidden, batch_first=True, bidirectional=True)
        self.next = nn.Linear(config.hidden, ALPHABET)
        self.last = nn.Linear(config.hidden, ALPHABET)

    def loss(self, letters: Tensor) -> Tensor:
        """Of letters (B, L): each from those before it, and each from those after it."""
        states, _ = self.lstm(self.letter(letters))  # (B, L, 2 hidden)
        onward, back = states.split(self.config.hidden, 2)
        following = nn.functional.cross_entropy(self.next(onward[:, :-1]).flatten(0, 1), letters[:, 1:].flatten())
        preceding = nn.functional.cross_entropy(self.last(back[:, 1:]).flatten(0, 1), letters[:, :-1].flatten())
        return (following + preceding) / 2

    def forward(self, windows: Sequence[Window]) -> Tensor:
        """Of each word (B, T, 2 hidden): the forward state at its last letter, the backward state at its first."""
        texts = [spelled(window) for window in windows]
        length = -(-max(len(text) for text, _ in texts) // 64) * 64
        letters = torch.stack([codes(text, length) for text, _ in texts])  # (B, L)
        states, _ = self.lstm(self.letter(letters))
        onward, back = states.split(self.config.hidden, 2)
        ends = torch.zeros(len(windows), windows[0].width, 2, dtype=torch.long)
        for at, (_, where) in enumerate(texts):
            ends[at, : len(where)] = torch.tensor(where).reshape(-1, 2)
        rows = torch.arange(len(windows))[:, None]
        return torch.cat([onward[rows, ends[..., 1]], back[rows, ends[..., 0]]], 2)


def spelled(window: Window) -> tuple[str, list[tuple[int, int]]]:
    """The text of a window and the first and last letter of each word."""
    pieces, where, at = [], [], 0
    for word, gap in zip(window.words, window.gaps, strict=True):
        at += len(BLANKS[gap])
        where.append((at, at + len(word) - 1))
        at += len(word)
        pieces += [BLANKS[gap], word]
    return "".join(pieces), where


def codes(text: str, length: int) -> Tensor:
    """Letters as numbers, filled up with 0."""
    points = np.frombuffer(text[:length].encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    held = np.where(points < ALPHABET, points, 1 + points % (ALPHABET - 1))
    return torch.from_numpy(np.pad(held, (0, length - len(held))))


def chunks(texts: Sequence[str], epoch: int, length: int = 256, batch: int = 32) -> Iterator[Tensor]:
    """Batches (B, L) of unlabelled text, in another order and cut elsewhere in each epoch."""
    chance = np.random.default_rng(epoch)
    text = "\n".join(texts[at] for at in chance.permutation(len(texts)))
    count = max(1, (len(text) - 1) // length)
    first = int(chance.integers(max(1, len(text) - count * length)))
    cut = [codes(text[first + at * length :][:length], length) for at in range(count)]
    for at in range(0, count, batch):
        yield torch.stack(cut[at : at + batch])
