"""The tagger of Catelli 2021: character language model and subword embeddings stacked, a bidirectional LSTM, a CRF."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from models.character_lm import CharacterLM, CharacterLMConfig
from models.crf import CRF
from models.window import Window
from models.word_vectors import WordConfig, WordTable


@dataclass(frozen=True)
class StackedConfig:
    labels: int
    words: WordConfig = field(default_factory=WordConfig)
    characters: CharacterLMConfig = field(default_factory=CharacterLMConfig)
    context: int = 96  # of what the character model says, when joined to a word's vector
    hidden: int = 128  # of the LSTM, in each direction
    dropout: float = 0.3


class Stacked(nn.Module):
    def __init__(self, config: StackedConfig) -> None:
        super().__init__()
        self.config = config
        self.words = WordTable(config.words)
        self.characters = CharacterLM(config.characters).requires_grad_(False)  # learned before, from unmarked text
        self.join = nn.Linear(2 * config.characters.hidden, config.context)
        self.lstm: nn.Module = nn.LSTM(
            config.words.size + config.context, config.hidden, batch_first=True, bidirectional=True
        )
        self.drop = nn.Dropout(config.dropout)
        self.tags = nn.Linear(2 * config.hidden, 2 * config.labels + 1)
        self.crf = CRF(config.labels)

    def emissions(self, windows: Sequence[Window]) -> Tensor:
        """Scores of tags (B, T, K) for windows of one width T."""
        with torch.no_grad():
            letters = self.characters(windows)  # (B, T, 2 character hidden)
        context = self.join(self.drop(letters)).tanh()  # (B, T, context)
        read = torch.cat([self.words(windows), context], 2)
        states, _ = self.lstm(self.drop(read))  # (B, T, 2 hidden)
        scores: Tensor = self.tags(self.drop(states))
        return scores
