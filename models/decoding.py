"""From a network that says the next word to a text: the likeliest word each time, a word drawn, or a beam of texts."""

from collections.abc import Callable

import torch
from torch import Tensor

from models.word_lstm import BEGIN, END, FILLER, State

Step = Callable[[Tensor, State], tuple[Tensor, State]]
"""The last words (N,) and a state to logits of the next (N, words) and the state after."""
Choice = Callable[[Tensor], Tensor]
"""Logits (N, words) to words (N,)."""


def likeliest(logits: Tensor) -> Tensor:
    return logits.argmax(1)


def drawn(generator: torch.Generator) -> Choice:
    return lambda logits: torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]


@torch.no_grad()
def spoken(step: Step, state: State, longest: int, choose: Choice = likeliest) -> Tensor:
    """(N, longest + 1): BEGIN, words, END, then FILLER. What has no END by then is cut, and has none."""
    count = len(state[0])
    said = torch.full((count, longest + 1), FILLER)
    said[:, 0] = BEGIN
    rows, words = torch.arange(count), said[:, 0]
    for at in range(1, longest + 1):
        logits, state = step(words, state)
        words = choose(logits)
        said[rows, at] = words
        going = words != END
        if not going.all():
            rows, words, state = rows[going], words[going], tuple(part[going] for part in state)
        if not len(rows):
            break
    return said


@torch.no_grad()
def beam(step: Step, state: State, longest: int, width: int) -> Tensor:
    """As `spoken`: of `width` texts held at a time, the one whose mean log-probability of a word is highest."""
    count = len(state[0])
    state = tuple(part.repeat_interleave(width, 0) for part in state)  # (N * K, ...)
    said = torch.full((count, width, longest + 1), FILLER)
    said[:, :, 0] = BEGIN
    scores = torch.full((count, width), -torch.inf)
    scores[:, 0] = 0.0  # all beams begin alike: one of them begins
    first = torch.arange(count)[:, None] * width  # the row of each text's first beam
    for at in range(1, longest + 1):
        logits, state = step(said[:, :, at - 1].reshape(-1), state)
        logs = _ended(logits.log_softmax(1).reshape(count, width, -1), said[:, :, at - 1])  # (N, K, words)
        scores, chosen = (scores[:, :, None] + logs).reshape(count, -1).topk(width)  # (N, K)
        parents = (first + chosen // logs.shape[2]).reshape(-1)
        said = said.reshape(count * width, -1)[parents].reshape(count, width, -1)
        said[:, :, at] = chosen % logs.shape[2]
        state = tuple(part[parents] for part in state)
        if ((said[:, :, at] == END) | (said[:, :, at] == FILLER)).all():
            break
    lengths = (said != FILLER).sum(2) - 1
    return said[torch.arange(count), (scores / lengths).argmax(1)]


def _ended(logs: Tensor, last: Tensor) -> Tensor:
    """After END there is FILLER and nothing else."""
    over = (last == END) | (last == FILLER)
    logs[over] = -torch.inf
    logs[..., FILLER] = torch.where(over, 0.0, logs[..., FILLER])
    return logs
