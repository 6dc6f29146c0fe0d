"""The tagger of Dernoncourt 2017: character CNN and word embeddings, a bidirectional LSTM, a CRF."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from torch import Tensor, nn

from models.crf import CRF
from models.window import Window
from models.word_vectors import WordConfig, WordTable


@dataclass(frozen=True)
class BiLSTMConfig:
    labels: int
    words: WordConfig = field(default_factory=WordConfig)
    hidden: int = 96  # of the LSTM, in each direction
    dropout: float = 0.3


class BiLSTMCRF(nn.Module):
    def __init__(self, config: BiLSTMConfig) -> None:
        super().__init__()
        self.config = config
        self.words = WordTable(config.words)
        self.lstm: nn.Module = nn.LSTM(config.words.size, config.hidden, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(config.dropout)
        self.tags = nn.Linear(2 * config.hidden, 2 * config.labels + 1)
        self.crf = CRF(config.labels)

    def emissions(self, windows: Sequence[Window]) -> Tensor:
        """Scores of tags (B, T, K) for windows of one width T."""
        read = self.words(windows)  # (B, T, size)
        states, _ = self.lstm(self.drop(read))  # (B, T, 2 hidden)
        scores: Tensor = self.tags(self.drop(states))
        return scores
