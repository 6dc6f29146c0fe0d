"""Cross-entropy of yes and no where some labels are not known."""

import torch
from torch import Tensor, nn


def masked_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean over the known of labels (B, t); unknown ones are NaN and teach nothing."""
    known = ~torch.isnan(labels)
    said = nn.functional.binary_cross_entropy_with_logits(
        logits, torch.where(known, labels, 0.0).to(logits.dtype), reduction="none"
    )
    return torch.where(known, said, 0.0).sum() / known.sum().clamp(min=1)
