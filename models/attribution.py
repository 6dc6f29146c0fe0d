"""Which parts of an image a vector comes from, as a map over the image that the network sees.

Convolutional nets and transformers with windows: Grad-CAM (Selvaraju et al. 2017), of the last hidden state. Other
transformers: attention rollout (Abnar and Zuidema 2020), which knows no target; where one is given, each layer's
attention is weighted by its gradient towards it (Chefer, Gur and Wolf 2021, for self-attention).
A map shows what the vector depends on. It is no segmentation, and no proof that a finding is there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from contract.errors import InputError
from models.vision import Encoder, Seen

Target = Callable[[Tensor], Tensor]
"""(n, width) vectors to (n,) numbers, with gradients: what a map explains."""

Method = Literal["Grad-CAM", "attention rollout", "attention rollout, weighted by gradients"]
Map = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Attribution:
    """`heat`: (rows, columns) of the input, from 0 to 1; 0 throughout where nothing speaks for the target."""

    heat: Map
    method: Method
    score: float  # of the target


def norm(vectors: Tensor) -> Tensor:
    """The usual target: how much of anything was seen."""
    found: Tensor = vectors.norm(dim=1)
    return found


def toward(direction: npt.NDArray[np.floating]) -> Target:
    """How far vectors go a finding's way: `direction` has the weights of a linear head, (width,)."""
    weights = torch.as_tensor(np.asarray(direction, np.float32))

    def score(vectors: Tensor) -> Tensor:
        return vectors @ weights

    return score


def attribute(encoder: Encoder, image: Image.Image, target: Target | None = None) -> Attribution:
    """Of one image; the encoder must have been opened with `attentions`. Without a target: of the vector's norm."""
    pixels = encoder.pixels([image])
    with torch.enable_grad():
        seen = encoder.see(pixels.requires_grad_())
        score = (target or norm)(seen.vectors).sum()
        grid, method = _grid(seen, score, target is not None, (pixels.shape[2], pixels.shape[3]))
    size = (pixels.shape[2], pixels.shape[3])
    heat = torch.nn.functional.interpolate(grid[None, None], size=size, mode="bilinear", align_corners=False)[0, 0]
    return Attribution(_scaled(heat.detach().numpy()), method, float(score.detach()))


def _grid(seen: Seen, score: Tensor, targeted: bool, size: tuple[int, int]) -> tuple[Tensor, Method]:
    """A coarse map, one number a place of the last hidden state."""
    if seen.hidden.dim() == 4:
        return grad_cam(seen.hidden, _gradients(score, [seen.hidden])[0])[0], "Grad-CAM"
    images, tokens = seen.hidden.shape[:2]
    whole = all(each.shape[0] == images and each.shape[-1] == tokens for each in seen.attentions)
    if not seen.attentions or not whole:  # attention within windows
        folded = [each.transpose(1, 2) for each in (seen.hidden, _gradients(score, [seen.hidden])[0])]
        rows, columns = _shape(tokens, size)
        return grad_cam(*(each.reshape(*each.shape[:2], rows, columns) for each in folded))[0], "Grad-CAM"
    if not targeted:
        return _patches(rollout([each[0].detach() for each in seen.attentions]), size), "attention rollout"
    gradients = _gradients(score, seen.attentions)
    flow = relevance([each[0].detach() for each in seen.attentions], [each[0] for each in gradients])
    return _patches(flow, size), "attention rollout, weighted by gradients"


def grad_cam(activations: Tensor, gradients: Tensor) -> Tensor:
    """(n, channels, rows, columns) twice to (n, rows, columns): by mean gradients of channels, what is positive."""
    weights = gradients.mean((2, 3), keepdim=True)
    return (weights * activations).sum(1).relu()


def rollout(attentions: Sequence[Tensor]) -> Tensor:
    """(heads, tokens, tokens) of each layer to (tokens, tokens): what of the input each token is made of."""
    one = torch.eye(attentions[0].shape[-1])
    flow = one
    for heads in attentions:
        mixed = (heads.mean(0) + one) / 2  # half goes past the layer, by its residual connection
        flow = mixed / mixed.sum(-1, keepdim=True) @ flow
    return flow


def relevance(attentions: Sequence[Tensor], gradients: Sequence[Tensor]) -> Tensor:
    """As rollout, of attention that speaks for the target alone."""
    one = torch.eye(attentions[0].shape[-1])
    flow = one
    for heads, gradient in zip(attentions, gradients, strict=True):
        flow = flow + (heads * gradient).relu().mean(0) @ flow
    return flow - one


def _patches(flow: Tensor, size: tuple[int, int]) -> Tensor:
    """What the class token is made of, place by place; without one, what all are made of together.

    Tokens that are no place (class, registers) stand first.
    """
    tokens = flow.shape[0]
    many = next((many for many in range(tokens, 0, -1) if _fits(many, size)), tokens)
    said = flow[0] if many < tokens else flow.mean(0)
    rows, columns = _shape(many, size)
    return said[tokens - many :].reshape(rows, columns)


def _fits(tokens: int, size: tuple[int, int]) -> bool:
    rows = round(sqrt(tokens * size[0] / size[1]))
    return rows > 0 and not tokens % rows and abs(tokens // rows * size[0] - rows * size[1]) < max(size)


def _shape(tokens: int, size: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of square patches over an input of (height, width)."""
    if not _fits(tokens, size):
        raise InputError(
            f"{tokens} tokens are no grid over {size[1]} x {size[0]} pixels, so there is no heat map of this network."
        )
    rows = round(sqrt(tokens * size[0] / size[1]))
    return rows, tokens // rows


def _gradients(score: Tensor, of: Sequence[Tensor]) -> tuple[Tensor, ...]:
    try:
        return torch.autograd.grad(score, list(of))
    except RuntimeError as error:
        raise InputError(
            "the score does not depend on what this network shows of its inside, so there is no heat map of it; leave "
            "out the finding, or take an encoder such as ResNet, ConvNeXt, ViT or DINOv2."
        ) from error


def _scaled(heat: npt.NDArray[np.floating]) -> Map:
    low, high = float(heat.min()), float(heat.max())
    if not np.isfinite(high) or high - low <= 1e-12:
        return np.zeros(heat.shape, np.float32)
    return ((heat - low) / (high - low)).astype(np.float32)
