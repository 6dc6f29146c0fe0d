"""A local Hugging Face vision checkpoint that turns images into vectors: convolutional nets and transformers alike.

A vector is the pooler's output where the checkpoint holds one; else the class token of the last hidden state, or the
mean of it where there is none. Every image goes through alone unless `batch` says more, for sums of another batch
differ in their last bits: so a vector is a function of its image and of nothing beside it. For the same reason weights
and pixels are copied once: how they lie in memory decides in which order they are added.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor, nn

from contract.errors import InputError
from models import checkpoint

Vectors = npt.NDArray[np.float32]
COLOURS = {1: "L", 3: "RGB"}  # channels -> Pillow's mode
USUAL = 224  # pixels a side, where nobody says
TRIAL = Image.fromarray((np.arange(48 * 64) * 37 % 251).reshape(48, 64).astype(np.uint8))  # no two patches are alike


@dataclass(frozen=True)
class Opening:
    """How a checkpoint is opened. `threads`: of torch while it encodes; 0 leaves them as they are.

    `pickled` lets weights be opened that are not in safetensors. `attentions`: it will be asked what it attends to,
    which another implementation answers, whose vectors differ in the last bits.
    """

    pickled: bool = False
    attentions: bool = False
    threads: int = 1


@dataclass(frozen=True)
class Seen:
    """What a network makes of n images. `hidden`: (n, channels, rows, columns), or (n, tokens, channels)."""

    vectors: Tensor  # (n, width)
    hidden: Tensor
    attentions: tuple[Tensor, ...]  # of each layer (n, heads, tokens, tokens), where it was asked for


@dataclass(frozen=True)
class Encoder:
    """`pooling`: pooler, class or mean. `said`: what a person should know of how it was opened."""

    name: str
    network: nn.Module
    processor: Any
    channels: int
    pooling: str
    width: int
    opening: Opening
    said: tuple[str, ...] = ()

    def encode(self, images: Sequence[Image.Image], batch: int = 1) -> Vectors:
        """(n, width); the same every time."""
        if not images:
            return np.zeros((0, self.width), np.float32)
        with torch.no_grad(), _threads(self.opening.threads):
            parts = (images[at : at + batch] for at in range(0, len(images), batch))
            found = [self.see(self.pixels(part)).vectors.numpy() for part in parts]
        return np.concatenate(found).astype(np.float32)

    def pixels(self, images: Sequence[Image.Image]) -> Tensor:
        """(n, channels, height, width), as the checkpoint's preprocessor makes them."""
        mode = COLOURS[self.channels]
        arrays = [np.atleast_3d(np.asarray(image.convert(mode))) for image in images]
        made: Tensor = self.processor(arrays, input_data_format="channels_last", return_tensors="pt")["pixel_values"]
        return made.clone()

    def see(self, pixels: Tensor) -> Seen:
        """With gradients where they are on."""
        out = self.network(pixel_values=pixels, **({"output_attentions": True} if self.opening.attentions else {}))
        hidden = out.last_hidden_state
        return Seen(_pooled(out, hidden, self.pooling), hidden, tuple(getattr(out, "attentions", None) or ()))


def open_encoder(folder: Path, opening: Opening = Opening()) -> Encoder:
    """Raises InputError where the folder is no vision checkpoint that can be used as it is."""
    name = checkpoint.name_of(folder, pickled=opening.pickled)
    config = _config(folder)
    channels = int(getattr(config, "num_channels", 3))
    if channels not in COLOURS:
        raise InputError(f"{folder} reads images of {channels} channels; expected 1 (grey) or 3 (RGB).")
    network, lacking = _network(folder, config, opening)
    processor, said = _processor(folder, config, channels)
    pooling = "rest" if any("pooler" in key for key in lacking) else "pooler"
    found = Encoder(name, network, processor, channels, pooling, 0, opening, said)
    return _tried(found, folder)


def _tried(encoder: Encoder, folder: Path) -> Encoder:
    """With its width and the pooling that it comes to, when it answers, and twice the same."""
    try:
        with torch.no_grad(), _threads(encoder.opening.threads):
            pixels = encoder.pixels([TRIAL])
            pooling = _pooling(encoder, pixels)
            found = Encoder(**{**vars(encoder), "pooling": pooling})
            once, again = (found.see(pixels).vectors for _ in range(2))
    except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise InputError(
            f"{folder} does not turn one image into hidden states ({type(error).__name__}); expected an encoder of "
            "single images such as ResNet, ConvNeXt, ViT, DINOv2, Swin or CLIP vision."
        ) from error
    if not torch.equal(once, again):
        raise InputError(
            f"{folder} does not answer the same twice (a masked autoencoder draws at random); take another checkpoint."
        )
    return Encoder(**{**vars(found), "width": int(once.shape[1])})


def _pooling(encoder: Encoder, pixels: Tensor) -> str:
    out = encoder.network(pixel_values=pixels)
    if encoder.pooling == "pooler" and getattr(out, "pooler_output", None) is not None:
        return "pooler"
    token = any(name.endswith(("cls_token", "class_embedding")) for name, _ in encoder.network.named_parameters())
    return "class" if token and out.last_hidden_state.dim() == 3 else "mean"


def _pooled(out: Any, hidden: Tensor, pooling: str) -> Tensor:
    if pooling == "pooler":
        pooled: Tensor = out.pooler_output
        return pooled.flatten(1)
    if pooling == "class":
        return hidden[:, 0]
    return hidden.flatten(2).mean(2) if hidden.dim() == 4 else hidden.mean(1)


def _config(folder: Path) -> Any:
    """Of the vision part, where a checkpoint has several."""
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder}/{checkpoint.CONFIG} is not a configuration that transformers knows; code that comes with a "
            "checkpoint is never run. Copy the checkpoint again, or take one of a known kind."
        ) from error
    return getattr(config, "vision_config", config)


def _network(folder: Path, config: Any, opening: Opening) -> tuple[nn.Module, set[str]]:
    """The network, and names of weights that the checkpoint lacks; only a pooler's may be."""
    from safetensors import SafetensorError

    kind = _kind(folder, config)
    more = {"attn_implementation": "eager"} if opening.attentions else {}
    try:
        with _quiet():
            network, info = kind.from_pretrained(
                folder, config=config, local_files_only=True, trust_remote_code=False, output_loading_info=True,
                use_safetensors=checkpoint.safe(folder), dtype=torch.float32, **more,
            )  # fmt: skip
    except (SafetensorError, OSError, RuntimeError, ValueError) as error:
        raise InputError(
            f"the weights in {folder} cannot be read ({type(error).__name__}): they are damaged, or not those of its "
            f"{checkpoint.CONFIG}. Copy the checkpoint again."
        ) from error
    lacking = {key for key in info["missing_keys"] if "pooler" not in key}
    if lacking:
        raise InputError(
            f"{folder} lacks {len(lacking)} of the weights that a {config.model_type} has, such as {min(lacking)}; "
            "they would be random. Copy the checkpoint again."
        )
    for tensor in (*network.parameters(), *network.buffers()):
        tensor.data = tensor.data.clone()
    return network.eval(), set(info["missing_keys"])


def _kind(folder: Path, config: Any) -> Any:
    """The class of the bare network."""
    from transformers import MODEL_MAPPING

    kind = MODEL_MAPPING.get(type(config), None)
    if getattr(kind, "main_input_name", None) != "pixel_values":
        raise InputError(f"{folder} is a {config.model_type}, which reads no images; expected a vision checkpoint.")
    return kind


def _processor(folder: Path, config: Any, channels: int) -> tuple[Any, tuple[str, ...]]:
    """By Pillow, which gives the same everywhere; where the checkpoint says nothing, ImageNet's usual preparation."""
    from transformers import AutoImageProcessor, ViTImageProcessorPil

    load: Any = AutoImageProcessor.from_pretrained

    if checkpoint.preprocessor(folder):
        try:
            return load(folder, local_files_only=True, backend="pil"), ()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{folder}: {checkpoint.PREPROCESSORS[0]} does not say how images are prepared; copy it again, or "
                "remove it to take the usual preparation."
            ) from error
    mean, deviation = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)) if channels == 3 else ((0.5,), (0.5,))
    height, width = _size(config)
    usual = ViTImageProcessorPil(
        size={"height": height, "width": width}, image_mean=list(mean), image_std=list(deviation)
    )
    said = f"without {checkpoint.PREPROCESSORS[0]}: images are made {width} x {height} and centred as for ImageNet"
    return usual, (f"checkpoint {folder.resolve().name} came {said}",)


def _size(config: Any) -> tuple[int, int]:
    said = getattr(config, "image_size", None) or USUAL
    height, width = said if isinstance(said, list | tuple) else (said, said)
    return int(height), int(width)


@contextmanager
def _threads(many: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(many or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _quiet() -> Iterator[None]:
    """What matters of the loading is judged here; transformers need not tell it too."""
    from transformers.utils import logging as said

    logging: Any = said
    before, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bar:
            logging.enable_progress_bar()
