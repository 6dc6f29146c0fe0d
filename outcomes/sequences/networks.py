"""Which network reads what: the one place that builds them."""

from typing import TYPE_CHECKING, Literal

from outcomes.sequences.bag import STATED
from outcomes.sequences.events import Recent
from outcomes.sequences.grid import Hourly
from outcomes.sequences.vocabulary import Words

if TYPE_CHECKING:
    from torch import nn

Network = Literal["gru", "gru-d", "timed-attention", "event-transformer"]
Reader = Hourly | Recent
Sizes = tuple[int, int, float]
"""Targets, hidden units, dropout."""


def built(network: Network, reader: Reader, words: Words, sizes: Sizes) -> "nn.Module":
    targets, hidden, dropout = sizes
    bag = STATED * len(words)
    if isinstance(reader, Hourly):
        from models.gru_d import GruD, GruDConfig

        decay = network == "gru-d"
        return GruD(GruDConfig(reader.width(words), bag, targets, hidden, hidden // 2, dropout, decay))
    if network == "timed-attention":
        from models.timed_attention import TimedAttention, TimedAttentionConfig

        return TimedAttention(TimedAttentionConfig(len(words), bag, targets, hidden, hidden // 2, dropout=dropout))
    from models.event_transformer import EventTransformer, EventTransformerConfig

    return EventTransformer(EventTransformerConfig(len(words), bag, targets, hidden, hidden // 2, dropout=dropout))
