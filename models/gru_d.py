"""GRU-D (Che 2018): values fade to the mean and the state fades too, the longer nothing was seen of them."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from models.beside import Beside, judged


@dataclass(frozen=True)
class GruDConfig:
    channels: int = 0
    bag: int = 0  # width of what is known of the whole past
    targets: int = 1
    hidden: int = 64
    given: int = 32  # the bag is squeezed to
    dropout: float = 0.3
    decay: bool = True  # without: a plain GRU over last values, masks and time since


class GruD(nn.Module):
    def __init__(self, config: GruDConfig) -> None:
        super().__init__()
        self.config = config
        self.beside = Beside(config.bag, config.given, config.targets, config.dropout)
        self.drop = nn.Dropout(config.dropout)
        self.gru = nn.GRU((2 if config.decay else 3) * config.channels, config.hidden, batch_first=True)
        self.begin = nn.Linear(config.given, config.hidden)
        self.head = nn.Linear(config.hidden + config.given, config.targets)
        if config.decay:
            self.fade = nn.Parameter(torch.full((config.channels,), 0.1))  # of a value, for each unit of time
            self.stay = nn.Parameter(torch.zeros(config.channels))
            self.forget = nn.Linear(config.channels, config.hidden)
            nn.init.uniform_(self.forget.weight, 0, 0.2 / max(config.channels, 1))

    def forward(self, values: Tensor, seen: Tensor, lengths: Tensor, bag: Tensor) -> Tensor:
        """Of values and masks (B, T, C), steps that are real (B,) and bags (B, bag): logits (B, targets)."""
        given, wide = self.beside(bag)  # (B, given), (B, targets)
        last, since = carried(values, seen)  # (B, T, C) each
        state = torch.tanh(self.begin(given))  # (B, hidden)
        if self.config.decay:
            kept = torch.exp(-torch.relu(self.fade * since + self.stay))  # (B, T, C)
            read = torch.cat([seen * values + (1 - seen) * kept * last, seen], 2)  # a mean is 0
            state = self.run(self.drop(read), torch.exp(-torch.relu(self.forget(since))), lengths, state)
        else:
            read = torch.cat([seen * values + (1 - seen) * last, seen, since], 2)
            packed = pack_padded_sequence(self.drop(read), lengths, batch_first=True, enforce_sorted=False)
            state = self.gru(packed, state[None])[1][0]
        return judged(self.head, self.drop, (state, given), wide)

    def run(self, read: Tensor, fading: Tensor, lengths: Tensor, state: Tensor) -> Tensor:
        """nn.GRU's own weights, with a state that fades before each step; steps beyond a length change nothing."""
        into, onward, into_bias, onward_bias = self.gru.all_weights[0]
        gates = nn.functional.linear(read, into, into_bias)  # (B, T, 3 hidden)
        for at, (gate, fade) in enumerate(zip(gates.unbind(1), fading.unbind(1), strict=True)):
            faded = state * fade
            mine = nn.functional.linear(faded, onward, onward_bias)  # (B, 3 hidden)
            (reset, update, new), (my_reset, my_update, my_new) = gate.chunk(3, 1), mine.chunk(3, 1)
            candidate = torch.tanh(new + torch.sigmoid(reset + my_reset) * my_new)
            after = torch.lerp(candidate, faded, torch.sigmoid(update + my_update))
            state = torch.where((lengths > at)[:, None], after, state)
        return state


def carried(values: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """Before each step the last value seen (0: none yet), and log(1 + steps since it, or since the beginning)."""
    steps = torch.arange(values.shape[1], device=values.device)[None, :, None]  # (1, T, 1)
    latest = torch.where(seen > 0, steps, -1).cummax(1).values  # (B, T, C) step of the last sight, this one included
    before = torch.cat([torch.full_like(latest[:, :1], -1), latest[:, :-1]], 1)
    last = torch.gather(values, 1, before.clamp(min=0)) * (before >= 0)
    return last, torch.log1p((steps - before).to(values.dtype))
