"""An LSTM that says words one after the other: the part that the networks which write reports share."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

FILLER, UNKNOWN, BEGIN, END, BREAK = range(5)  # BREAK: a sentence ends, the report goes on
NEVER = END  # ids below are read, but never said
WORDS = 5  # the first id of a word
TOGETHER = 48  # texts that are read at once, beside others of their length
State = tuple[Tensor, ...]  # each with a row a text: hidden (N, H), cell (N, H), and what else is known of the text


class WordLstm(nn.Module):
    def __init__(self, words: int, size: int, hidden: int, context: int = 0, dropout: float = 0.3) -> None:
        """`context`: width of what is read beside every word."""
        super().__init__()
        self.word = nn.Embedding(words, size, padding_idx=FILLER)
        self.lstm = nn.LSTM(size + context, hidden, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(hidden + context, words)

    def likelihoods(self, ids: Tensor, state: State) -> tuple[Tensor, Tensor]:
        """Of ids (N, T), BEGIN first and FILLER last: log-probabilities of the P words said (P,), and whose (P,).

        A word that is not known is read, but nobody learns to say it.
        """
        lengths = (ids != FILLER).sum(1)  # (N,)
        order = lengths.argsort(stable=True) if len(ids) > TOGETHER else torch.arange(len(ids))
        pieces = [
            self._piece(ids[rows, : int(lengths[rows].max())], tuple(part[rows] for part in state), rows)
            for rows in torch.split(order, TOGETHER)
        ]
        return torch.cat([logs for logs, _ in pieces]), torch.cat([whose for _, whose in pieces])

    def _piece(self, ids: Tensor, state: State, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Of texts of about one length, those of these rows."""
        read, said = ids[:, :-1], ids[:, 1:]
        states, _ = self.lstm(self._inputs(read, state), _pair(state))  # (N, T - 1, H)
        real = (said != FILLER) & (said != UNKNOWN)
        text = real.nonzero()[:, 0]  # (P,)
        logs = self._head(states[real], [part[text] for part in state[2:]]).log_softmax(1)  # (P, words)
        return logs.gather(1, said[real][:, None])[:, 0], rows[text]

    def step(self, words: Tensor, state: State) -> tuple[Tensor, State]:
        """Of the last words (N,): logits of the next (N, words), and the state after."""
        states, (hidden, cell) = self.lstm(self._inputs(words[:, None], state), _pair(state))
        logits = self._head(states[:, 0], state[2:])
        logits[:, :NEVER] = -torch.inf
        return logits, (hidden[0], cell[0], *state[2:])

    def _head(self, states: Tensor, beside: Sequence[Tensor]) -> Tensor:
        """What is known of the text is heard in every word, not through the memory of the LSTM alone."""
        logits: Tensor = self.head(torch.cat([self.drop(states), *beside], 1))
        return logits

    def _inputs(self, ids: Tensor, state: State) -> Tensor:
        """(N, T, size + context)"""
        words = self.drop(self.word(ids))
        beside = [part[:, None].expand(-1, ids.shape[1], -1) for part in state[2:]]
        return torch.cat([words, *beside], 2)


def _pair(state: State) -> tuple[Tensor, Tensor]:
    return state[0][None], state[1][None]
