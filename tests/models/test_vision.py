"""Checkpoints that are opened, and those that are refused; vectors that depend on their image and nothing else."""

import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from contract.errors import InputError
from models.checkpoint import name_of
from models.vision import Opening, open_encoder

DRAWN = np.random.default_rng(0)
IMAGES = [Image.fromarray(DRAWN.integers(0, 255, (50, 70, 3), dtype=np.uint8)) for _ in range(3)]


def copied(folder: Path, to: Path, *without: str) -> Path:
    shutil.copytree(folder, to)
    for name in without:
        (to / name).unlink()
    return to


@pytest.mark.parametrize(
    ("name", "pooling"),
    [("resnet", "pooler"), ("vit", "pooler"), ("classifier", "class"), ("clip", "pooler"), ("swin", "pooler")],
)
def test_images_become_vectors(zoo: Path, name: str, pooling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A classifier has no trained pooler: its random one must not be used."""
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("nobody may be asked over the network"))
    encoder = open_encoder(zoo / name)
    vectors = encoder.encode(IMAGES)
    assert encoder.pooling == pooling and encoder.width == 16
    assert vectors.shape == (3, 16) and vectors.dtype == np.float32 and np.isfinite(vectors).all()
    assert len(np.unique(vectors.round(6), axis=0)) == 3, "three images, three vectors"
    assert np.array_equal(vectors, open_encoder(zoo / name).encode(IMAGES)), "the same every time"
    assert np.array_equal(vectors[1:2], encoder.encode(IMAGES[1:2])), "whatever stands beside it"
    assert np.allclose(vectors, encoder.encode(IMAGES, batch=3), atol=1e-5)
    assert encoder.encode([]).shape == (0, 16)


def test_a_residual_net_is_averaged_over_the_picture(zoo: Path) -> None:
    encoder = open_encoder(zoo / "resnet")
    with torch.no_grad():
        seen = encoder.see(encoder.pixels(IMAGES[:1]))
    assert seen.hidden.shape == (1, 16, 8, 8)
    assert torch.allclose(seen.vectors, seen.hidden.mean((2, 3)), atol=1e-6)


def test_threads_are_put_back(zoo: Path) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        open_encoder(zoo / "resnet", Opening(threads=1)).encode(IMAGES)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_the_name_says_which_weights(zoo: Path, tmp_path: Path) -> None:
    name, other = name_of(zoo / "resnet"), copied(zoo / "resnet", tmp_path / "resnet")
    assert name.startswith("resnet@") and len(name) == len("resnet@") + 12
    assert name_of(other) == name
    said = (other / "preprocessor_config.json").read_text().replace("64", "48")
    (other / "preprocessor_config.json").write_text(said)
    assert name_of(other) != name, "another preparation, other vectors"


def test_without_a_preprocessor_the_usual_preparation_is_taken_and_said(zoo: Path) -> None:
    encoder = open_encoder(zoo / "swin")
    assert "preprocessor_config.json" in encoder.said[0] and "32 x 32" in encoder.said[0]
    assert open_encoder(zoo / "vit").said == ()


def test_pickled_weights_are_refused_unless_somebody_trusts_them(zoo: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    folder = copied(zoo / "vit", tmp_path / "vit", "model.safetensors")
    torch.save(load_file(zoo / "vit" / "model.safetensors"), folder / "pytorch_model.bin")
    with pytest.raises(InputError, match="pickle can run code"):
        open_encoder(folder)
    trusted = open_encoder(folder, Opening(pickled=True))
    assert np.array_equal(trusted.encode(IMAGES), open_encoder(zoo / "vit").encode(IMAGES))


def test_what_cannot_be_used_is_refused(zoo: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such folder.*no model hub"):
        open_encoder(Path("microsoft/resnet-18"))
    with pytest.raises(InputError, match="reads no images"):
        open_encoder(zoo / "text")
    with pytest.raises(InputError, match=r"neither model\.safetensors"):
        open_encoder(copied(zoo / "vit", tmp_path / "a", "model.safetensors"))
    with pytest.raises(InputError, match=r"config\.json is missing"):
        open_encoder(copied(zoo / "vit", tmp_path / "b", "config.json"))
    damaged = copied(zoo / "vit", tmp_path / "c")
    (damaged / "model.safetensors").write_bytes((damaged / "model.safetensors").read_bytes()[:900])
    with pytest.raises(InputError, match="cannot be read"):
        open_encoder(damaged)


def test_weights_that_are_not_there_are_never_random(zoo: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = copied(zoo / "resnet", tmp_path / "resnet")
    held = load_file(folder / "model.safetensors")
    held.pop(next(name for name in held if name.endswith("convolution.weight")))
    save_file(held, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"lacks 1 .*would be random"):
        open_encoder(folder)


def test_what_draws_at_random_is_refused(tmp_path: Path) -> None:
    from transformers import ViTMAEConfig, ViTMAEModel

    from tests.checkpoints import SMALL

    ViTMAEModel(ViTMAEConfig(**SMALL)).save_pretrained(tmp_path / "mae")
    with pytest.raises(InputError, match="not answer the same twice"):
        open_encoder(tmp_path / "mae")
