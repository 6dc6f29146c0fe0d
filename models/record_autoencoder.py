"""A denoising autoencoder of records (in the manner of Deep Patient, Miotto 2016): masked codes are told again."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class RecordAutoencoderConfig:
    codes: int = 0
    stated: int = 5  # numbers of each code; the first is above 0 where the code was seen
    hidden: int = 128
    size: int = 32  # of the vector that stands for a record
    noise: float = 0.3  # share of a record's codes that are masked in training


class RecordAutoencoder(nn.Module):
    def __init__(self, config: RecordAutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        wide = config.codes * config.stated
        self.encode = nn.Sequential(
            nn.Linear(wide, config.hidden), nn.ReLU(), nn.Linear(config.hidden, config.size), nn.Tanh()
        )
        self.decode = nn.Sequential(
            nn.Linear(config.size, config.hidden), nn.ReLU(), nn.Linear(config.hidden, wide)
        )  # fmt: skip

    def forward(self, bags: Tensor) -> Tensor:
        """Of bags (B, codes * stated) vectors (B, size)."""
        return self.encode(bags)  # type: ignore[no-any-return]

    def loss(self, bags: Tensor, kept: Tensor) -> Tensor:
        """Squared error of all numbers told from the codes that were kept (B, codes): values count where seen."""
        shaped = bags.view(len(bags), self.config.codes, self.config.stated)  # (B, codes, stated)
        told = self.decode(self.encode((shaped * kept[..., None]).flatten(1))).view_as(shaped)
        wrong = (told - shaped).square()
        seen = (shaped[..., :1] > 0).to(bags.dtype)
        weight = torch.cat([torch.ones_like(seen), seen.expand(-1, -1, self.config.stated - 1)], 2)
        error: Tensor = (wrong * weight).sum() / weight.sum().clamp(min=1)
        return error
