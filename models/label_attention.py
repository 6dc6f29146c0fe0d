"""Attention of each label (Mullenbach 2018, 2.2): where a label looks in a document, and what it makes of it.

With 10,000 labels nearly all time goes here. Three ways to pay less: fewer labels (`labels`), fewer states
(`pooled`), half precision (autocast).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class LabelAttention(nn.Module):
    """attention_lt = softmax over t of look_l . key_t; score_l = say_l . sum over t (attention_lt value_t) + bias_l"""

    def __init__(self, labels: int, values: int, keys: int = 0) -> None:
        super().__init__()
        self.look = nn.Parameter(torch.empty(labels, keys or values))
        self.say = nn.Parameter(torch.empty(labels, values))
        self.bias = nn.Parameter(torch.zeros(labels))
        nn.init.xavier_uniform_(self.look)
        nn.init.xavier_uniform_(self.say)

    def forward(self, keys: Tensor, values: Tensor, there: Tensor, labels: Tensor | None = None) -> Tensor:
        """Of keys (B, T, K) and values (B, T, D), scores (B, C) of these labels (C), or of all."""
        look, say, bias = self._of(labels)
        seen = _seen(look, keys, values, there)  # (B, C, D)
        return (seen.float() * say).sum(2) + bias

    def relevance(self, keys: Tensor, values: Tensor, labels: Tensor) -> Tensor:
        """What each state of one document adds to a label's score (C, T): attention times its gradient."""
        look, say, _ = self._of(labels)
        return torch.softmax(look @ keys.T, 1) * (say @ values.T)

    def _of(self, labels: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        if labels is None:
            return self.look, self.say, self.bias
        return self.look[labels], self.say[labels], self.bias[labels]


def pooled(states: Tensor, there: Tensor, by: int) -> tuple[Tensor, Tensor]:
    """Of every `by` neighbours (B, T, D) the maximum of each number; `there` (B, T) says which states are real."""
    if by == 1:
        return states, there
    more = -states.shape[1] % by
    low = states.masked_fill(~there[..., None], -1e4)
    low = F.pad(low, (0, 0, 0, more), value=-1e4).reshape(len(low), -1, by, low.shape[2]).amax(2)
    some = F.pad(there, (0, more)).reshape(len(low), -1, by).any(2)
    return low.masked_fill(~some[..., None], 0.0), some


def spread(relevance: Tensor, by: int, width: int) -> Tensor:
    """Of pooled states (C, T / by) back to their tokens (C, T)."""
    return relevance.repeat_interleave(by, 1)[:, :width]


def _seen(look: Tensor, keys: Tensor, values: Tensor, there: Tensor) -> Tensor:
    """What each label sees (B, C, D). One number more in each key hides what is not there: with a mask it is slower."""
    hidden = (~there).to(keys.dtype)[..., None] * -1e4
    wide = max(keys.shape[2], values.shape[2]) + 1  # the quick kernel wants one width
    key = torch.cat([_to(keys, wide - 1), hidden], 2)[:, None]  # (B, 1, T, wide)
    asked = torch.cat([_to(look, wide - 1), torch.ones_like(look[:, :1])], 1).to(key.dtype)
    asked = asked.expand(len(keys), 1, -1, -1)  # (B, 1, C, wide)
    value = _to(values, wide).to(key.dtype)[:, None]
    return F.scaled_dot_product_attention(asked, key, value, scale=1.0)[:, 0, :, : values.shape[2]]


def _to(values: Tensor, width: int) -> Tensor:
    return F.pad(values, (0, width - values.shape[-1]))
