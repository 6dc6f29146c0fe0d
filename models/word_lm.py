"""What unmarked text teaches a BiLSTM: to guess each word from those before it, and from those after it.

As ELMo (Peters 2018), with one layer, and guessed among the words of the batch and some others instead of all words.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from models.bilstm_crf import BiLSTMCRF
from models.window import Window

KNOWN = 20_000  # words that can be guessed; the others are one
OTHERS = 1024  # words that are in no place of the batch


class WordLM(nn.Module):
    """Trains the network's own words and LSTM; what guesses is left behind."""

    def __init__(self, network: BiLSTMCRF, vocabulary: Mapping[str, int], size: int = 96) -> None:
        super().__init__()
        self.words, self.lstm, self.drop = network.words, network.lstm, network.drop
        self.hidden = network.config.hidden
        self.vocabulary = vocabulary
        self.onward, self.back = nn.Linear(self.hidden, size), nn.Linear(self.hidden, size)
        self.guess = nn.Embedding(len(vocabulary) + 1, size)
        self.bias = nn.Embedding(len(vocabulary) + 1, 1)
        nn.init.normal_(self.guess.weight, std=0.05)
        nn.init.zeros_(self.bias.weight)

    def loss(self, windows: Sequence[Window]) -> Tensor:
        """Of windows of one width."""
        states, _ = self.lstm(self.drop(self.words(windows)))  # (B, T, 2 hidden)
        onward, back = states.split(self.hidden, 2)
        ids = torch.full(states.shape[:2], -1)
        for at, window in enumerate(windows):
            ids[at, : len(window)] = torch.tensor([self.vocabulary.get(word.lower(), 0) for word in window.words])
        there = ids >= 0
        first, second = there[:, 1:], there[:, 1:]  # windows are filled up at their end
        said = torch.cat([self.onward(onward[:, :-1][first]), self.back(back[:, 1:][second])])  # (P, size)
        return self._guessed(said, torch.cat([ids[:, 1:][first], ids[:, :-1][second]]))

    def _guessed(self, said: Tensor, ids: Tensor) -> Tensor:
        more = torch.randint(len(self.vocabulary) + 1, (OTHERS,))
        among = torch.unique(torch.cat([ids, more]))
        scores = said @ self.guess(among).T + self.bias(among).T  # (P, words)
        return nn.functional.cross_entropy(scores, torch.searchsorted(among, ids))


def vocabulary(texts: Iterable[Sequence[str]], known: int = KNOWN) -> dict[str, int]:
    """The commonest words of texts in small letters, numbered from 1."""
    counts = Counter(word.lower() for text in texts for word in text)
    return {word: at for at, (word, _) in enumerate(counts.most_common(known), 1)}
