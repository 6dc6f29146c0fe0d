"""CNN-RNN-RNN (Liu 2019, after Krause 2017): one LSTM says what sentences are to be about, another says their words.

The sentence LSTM reads the image's vector again and again; from each of its states comes the topic of a sentence and
the chance that this sentence is the last. The word LSTM reads topic and image beside every word. Liu's word LSTM
attends to places of the image; here an image is one vector, so there is nothing to choose from.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from models.decoding import Choice, likeliest, spoken
from models.word_lstm import State, WordLstm


@dataclass(frozen=True)
class TopicLstmConfig:
    width: int = 0  # of an image's vector
    words: int = 0  # of the vocabulary
    sentences: int = 10  # of the longest report
    size: int = 128  # of a word's vector, an image and a topic
    hidden: int = 256
    dropout: float = 0.3


@dataclass(frozen=True)
class Reports:
    """B reports of N sentences in all, in the order of reports."""

    ids: Tensor  # (N, T)
    whose: Tensor  # (N,) its report
    place: Tensor  # (N,) in the report, from 0
    many: Tensor  # (B,) sentences of each report, at least 1


class TopicLstm(nn.Module):
    def __init__(self, config: TopicLstmConfig) -> None:
        super().__init__()
        self.config = config
        self.image = nn.Linear(config.width, config.size)
        self.sentences = nn.LSTM(config.size, config.hidden, batch_first=True)
        self.topic = nn.Linear(config.hidden, config.size)
        self.stop = nn.Linear(config.hidden, 1)
        self.drop = nn.Dropout(config.dropout)
        self.words = WordLstm(config.words, config.size, config.hidden, 2 * config.size, config.dropout)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Of images (B, width): what words are told of S sentences (B, S, 2 size); log-chances of 1 to S sentences."""
        seen = self.drop(self.image(images).relu())[:, None].expand(-1, self.config.sentences, -1)  # (B, S, size)
        states, _ = self.sentences(seen)  # (B, S, hidden)
        topics = torch.tanh(self.topic(self.drop(states)))
        return torch.cat([topics, seen], 2), _lengths(self.stop(states)[:, :, 0])

    def likelihoods(self, images: Tensor, reports: Reports) -> tuple[Tensor, Tensor, Tensor]:
        """Log-probabilities of the P words of these reports (P,), whose they are (P,), and of their lengths (B,)."""
        told, lengths = self(images)
        words, sentence = self.words.likelihoods(reports.ids, self._begin(told[reports.whose, reports.place]))
        return words, reports.whose[sentence], lengths.gather(1, reports.many[:, None] - 1)[:, 0]

    @torch.no_grad()
    def write(self, images: Tensor, longest: int, choose: Choice = likeliest) -> Reports:
        """`longest`: words of a sentence; `choose`: how words and the number of sentences are chosen."""
        told, lengths = self(images)
        many = choose(lengths) + 1  # (B,)
        whose = torch.repeat_interleave(torch.arange(len(images)), many)  # (N,)
        place = torch.arange(len(whose)) - (many.cumsum(0) - many)[whose]
        return Reports(spoken(self.words.step, self._begin(told[whose, place]), longest, choose), whose, place, many)

    def _begin(self, told: Tensor) -> State:
        nothing = told.new_zeros(len(told), self.config.hidden)
        return nothing, nothing, told


def _lengths(stops: Tensor) -> Tensor:
    """From logits of stopping after each sentence (B, S): log-probability of 1 to S sentences; after S it stops."""
    going = logsigmoid(-stops).cumsum(1)  # (B, S) after so many it still goes on
    before = torch.cat([torch.zeros_like(going[:, :1]), going[:, :-1]], 1)
    stopping = torch.cat([logsigmoid(stops[:, :-1]), torch.zeros_like(stops[:, -1:])], 1)
    return before + stopping
