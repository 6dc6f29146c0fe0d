"""CNN-LSTM: the vector of an image is the first thing an LSTM reads, and then it says the report word by word.

Wu 2017 wrote reports of eye backgrounds so; the network is that of Vinyals 2015 ("Show and tell"). The convolutional
net stands outside: vectors come from whatever encoder made them.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.decoding import beam, spoken
from models.word_lstm import State, WordLstm


@dataclass(frozen=True)
class ImageLstmConfig:
    width: int = 0  # of an image's vector
    words: int = 0  # of the vocabulary
    size: int = 128  # of a word's vector
    hidden: int = 256
    dropout: float = 0.3
    beside: bool = False  # the image is read beside every word too


class ImageLstm(nn.Module):
    def __init__(self, config: ImageLstmConfig) -> None:
        super().__init__()
        self.config = config
        self.image = nn.Linear(config.width, config.size)
        self.drop = nn.Dropout(config.dropout)
        context = config.size if config.beside else 0
        self.words = WordLstm(config.words, config.size, config.hidden, context, config.dropout)

    def forward(self, images: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Of images (N, width) and their reports (N, T): log-probabilities of the words (P,), and whose (P,)."""
        return self.words.likelihoods(ids, self.begin(images))

    def begin(self, images: Tensor) -> State:
        """The image as the first thing that is read."""
        seen = self.drop(self.image(images).relu())  # (N, size)
        beside = (seen,) if self.config.beside else ()
        _, (hidden, cell) = self.words.lstm(torch.cat([seen, *beside], 1)[:, None])
        return hidden[0], cell[0], *beside

    @torch.no_grad()
    def write(self, images: Tensor, longest: int, width: int = 1) -> Tensor:
        """(N, longest + 1); `width` of the beam, 1: the likeliest word each time."""
        state = self.begin(images)
        return beam(self.words.step, state, longest, width) if width > 1 else spoken(self.words.step, state, longest)
