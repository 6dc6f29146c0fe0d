"""Heat maps: a planted square draws the map to it, sums of attention are right, another finding gives another map."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam
from PIL import Image
from torch import Tensor, nn

from contract.errors import InputError
from models.attribution import Attribution, attribute, norm, relevance, rollout, toward
from models.vision import Encoder, Opening, open_encoder

DRAWN = np.random.default_rng(3)
NOISE = Image.fromarray(DRAWN.integers(0, 255, (64, 64, 3), dtype=np.uint8))


class Bright(nn.Module):
    """Two channels after a mean over 8 x 8: what is bright, and what is dark. Pooled: their means."""

    def forward(self, pixel_values: Tensor, **_: bool) -> SimpleNamespace:
        grey = nn.functional.avg_pool2d(pixel_values.mean(1, keepdim=True), 8)
        hidden = torch.cat([(grey - 0.5).relu(), (0.5 - grey).relu()], 1)
        return SimpleNamespace(last_hidden_state=hidden, pooler_output=hidden.mean((2, 3)))


def by_hand(arrays: list[np.ndarray], **_: str) -> dict[str, Tensor]:
    return {"pixel_values": torch.as_tensor(np.stack(arrays)).permute(0, 3, 1, 2).float() / 255}


BY_HAND = Encoder("by-hand@0", Bright(), by_hand, 3, "pooler", 2, Opening(attentions=True))


def mass(found: Attribution, rows: slice, columns: slice) -> float:
    return float(found.heat[rows, columns].sum() / found.heat.sum())


@pytest.mark.parametrize(("row", "column"), [(8, 40), (40, 8), (24, 24)])
def test_a_planted_square_draws_the_map_to_it(row: int, column: int) -> None:
    pixels = np.full((64, 64, 3), 60, np.uint8)
    pixels[row : row + 16, column : column + 16] = 250
    found = attribute(BY_HAND, Image.fromarray(pixels), toward(np.array([1.0, 0.0])))
    here = slice(row - 4, row + 20), slice(column - 4, column + 20)
    assert found.method == "Grad-CAM" and found.heat.shape == (64, 64)
    assert mass(found, *here) > 0.95, "the square has 6 % of the pixels"
    assert np.unravel_index(found.heat.argmax(), (64, 64))[0] in range(row, row + 16)
    away = attribute(BY_HAND, Image.fromarray(pixels), toward(np.array([0.0, 1.0])))
    assert mass(away, *here) < 0.1, "what is dark lies elsewhere"


def test_nothing_speaks_for_it() -> None:
    dark = attribute(BY_HAND, Image.new("L", (64, 64), 0), toward(np.array([1.0, 0.0])))
    assert not dark.heat.any() and dark.score == 0


def test_it_is_the_map_that_captum_draws(zoo: Path) -> None:
    encoder = open_encoder(zoo / "resnet", Opening(attentions=True))
    direction = toward(DRAWN.normal(size=16))
    stage = encoder.network.get_submodule("encoder.stages.1")
    cam = LayerGradCam(lambda pixels: direction(encoder.see(pixels).vectors), stage)
    theirs = cam.attribute(encoder.pixels([NOISE]), relu_attributions=True)
    size = (64, 64)
    wide = torch.nn.functional.interpolate(theirs, size, mode="bilinear")[0, 0].detach().numpy()
    ours = attribute(encoder, NOISE, direction)
    assert ours.heat.max() == 1 and np.allclose(ours.heat, (wide - wide.min()) / np.ptp(wide), atol=1e-4)


def test_rollout_multiplies_layers() -> None:
    """By hand: half of a token goes past each layer. The second head sees nothing but the last token."""
    one = torch.tensor([[[0.5, 0.5], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])
    mixed = torch.tensor([[0.625, 0.375], [0.0, 1.0]])
    assert torch.allclose(rollout([one]), mixed)
    assert torch.allclose(rollout([one, one]), mixed @ mixed)
    other = torch.tensor([[[1.0, 0.0], [1.0, 0.0]]])
    late = (other[0] + torch.eye(2)) / 2
    assert torch.allclose(rollout([one, other]), late @ mixed), "the later layer looks at what the earlier made"


def test_attention_against_the_target_counts_nothing() -> None:
    heads = torch.tensor([[[0.2, 0.8], [0.5, 0.5]]])
    against = torch.tensor([[[1.0, -1.0], [0.0, 2.0]]])
    assert torch.allclose(relevance([heads], [against]), torch.tensor([[0.2, 0.0], [0.0, 1.0]]))


@pytest.mark.parametrize(
    ("name", "usual", "aimed"),
    [
        ("resnet", "Grad-CAM", "Grad-CAM"),
        ("swin", "Grad-CAM", "Grad-CAM"),
        ("vit", "attention rollout", "attention rollout, weighted by gradients"),
        ("clip", "attention rollout", "attention rollout, weighted by gradients"),
    ],
)
def test_every_kind_of_network_has_a_map(zoo: Path, name: str, usual: str, aimed: str) -> None:
    encoder = open_encoder(zoo / name, Opening(attentions=True))
    plain = attribute(encoder, NOISE)
    ways = DRAWN.normal(size=(2, 16))
    first, second = (attribute(encoder, NOISE, toward(way)) for way in ways)
    assert plain.method == usual and first.method == second.method == aimed
    for found in (plain, first, second):
        assert found.heat.min() >= 0 and found.heat.max() in (0, 1) and np.isfinite(found.heat).all()
    assert not np.allclose(first.heat, second.heat, atol=0.05), "two findings, two maps"
    assert np.array_equal(attribute(encoder, NOISE).heat, plain.heat)
    vector = torch.as_tensor(encoder.encode([NOISE]))
    assert plain.score == pytest.approx(float(norm(vector)), abs=1e-4)


def test_what_no_gradient_reaches_has_no_map() -> None:
    class Deaf(Bright):
        def forward(self, pixel_values: Tensor, **_: bool) -> SimpleNamespace:
            seen = super().forward(pixel_values)
            return SimpleNamespace(last_hidden_state=seen.last_hidden_state, pooler_output=pixel_values.mean((2, 3)))

    with pytest.raises(InputError, match="no heat map"):
        attribute(replace(BY_HAND, network=Deaf()), NOISE)
