"""Tiny vision checkpoints with random weights: what folders of Hugging Face hold, in tens of kilobytes."""

from pathlib import Path
from typing import Any

SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
         "image_size": 32, "patch_size": 8}  # fmt: skip


def resnet(folder: Path, **said: Any) -> Path:
    """Grad-CAM of an image of any size: inputs are 64 x 64, the last hidden state is 8 x 8."""
    from transformers import ConvNextImageProcessorPil, ResNetConfig, ResNetModel

    config = ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic", **said)
    _save(ResNetModel(config), folder)
    ConvNextImageProcessorPil(size={"shortest_edge": 64}, crop_pct=1.0).save_pretrained(folder)
    return folder


def vit(folder: Path) -> Path:
    from transformers import ViTConfig, ViTImageProcessorPil, ViTModel

    _save(ViTModel(ViTConfig(**SMALL)), folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def write_all(root: Path) -> Path:
    """resnet; vit; classifier: a ViT whose pooler was never trained; clip: text and images; swin: windows; text."""
    import torch
    from transformers import (
        BertConfig,
        BertModel,
        CLIPConfig,
        CLIPModel,
        SwinConfig,
        SwinModel,
        ViTConfig,
        ViTForImageClassification,
    )

    torch.manual_seed(1)
    resnet(root / "resnet")
    vit(root / "vit")
    text = {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "vocab_size": 50,
    }
    ends = {"bos_token_id": 1, "eos_token_id": 2}
    networks = {
        "classifier": ViTForImageClassification(ViTConfig(**SMALL)),
        "clip": CLIPModel(CLIPConfig(vision_config=SMALL, text_config={**text, **ends}, projection_dim=16)),
        "swin": SwinModel(
            SwinConfig(image_size=32, patch_size=4, embed_dim=8, depths=[1, 1], num_heads=[1, 2], window_size=4)
        ),
        "text": BertModel(BertConfig(**text)),
    }
    for name, network in networks.items():
        _save(network, root / name)
    return root


def _save(network: Any, folder: Path) -> None:
    from transformers.utils import logging

    logging.disable_progress_bar()
    network.save_pretrained(folder)
