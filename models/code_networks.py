"""The networks that code documents, by name, and how one is built again from what an artifact says of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from contract.errors import ConfigError
from models.caml import Caml, CamlConfig
from models.cbow import Cbow, CbowConfig
from models.document_cnn import CnnConfig, DocumentCnn
from models.documents import Document
from models.ha_gru import HaGru, HaGruConfig
from models.kinds import made
from models.segment_transformer import SegmentConfig, SegmentTransformer

CodeConfig = CbowConfig | CnnConfig | HaGruConfig | CamlConfig | SegmentConfig
CodeNetwork = Cbow | DocumentCnn | HaGru | Caml | SegmentTransformer
CONFIGS: Mapping[str, type[CodeConfig]] = {
    "cbow": CbowConfig,
    "cnn": CnnConfig,
    "ha_gru": HaGruConfig,
    "caml": CamlConfig,
    "segments": SegmentConfig,
}


def kind_of(config: CodeConfig) -> str:
    return next(name for name, of in CONFIGS.items() if isinstance(config, of))


def build(config: CodeConfig) -> CodeNetwork:
    match config:
        case CbowConfig():
            return Cbow(config)
        case CnnConfig():
            return DocumentCnn(config)
        case HaGruConfig():
            return HaGru(config)
        case CamlConfig():
            return Caml(config)
        case SegmentConfig():
            return SegmentTransformer(config)


def config_of(kind: str, said: Mapping[str, Any]) -> CodeConfig:
    """`said` are fields of the network's dataclass."""
    if kind not in CONFIGS:
        raise ConfigError(f"No network {kind!r} codes documents; there are {', '.join(CONFIGS)}.")
    return made(CONFIGS[kind], said)


def described(network: CodeNetwork) -> dict[str, Any]:
    """What `config_of` needs beside the kind."""
    return asdict(network.config)


def loss(network: CodeNetwork, documents: list[Document], sampled: int = 0) -> Tensor:
    """Cross-entropy summed over labels, mean over documents. `sampled` labels of no document stand for all such."""
    count = network.config.labels
    gold = sorted({label for one in documents for label in one.gold})
    if sampled <= 0 or sampled >= count - len(gold):
        chosen, weights = None, torch.ones(count)
        places = {label: label for label in gold}
    else:
        others = torch.ones(count, dtype=torch.bool)
        others[gold] = False
        drawn = others.nonzero()[:, 0][torch.randperm(count - len(gold))[:sampled]]
        chosen = torch.cat([torch.tensor(gold, dtype=torch.int64), drawn])
        weights = torch.ones(len(chosen))
        weights[len(gold) :] = (count - len(gold)) / sampled
        places = {label: at for at, label in enumerate(gold)}
    truth = torch.zeros(len(documents), len(weights))
    for row, one in enumerate(documents):
        truth[row, [places[label] for label in one.gold]] = 1
    said = network(documents, chosen).float()
    value = torch.nn.functional.binary_cross_entropy_with_logits(said, truth, weights, reduction="sum") / len(documents)
    return value + network.penalty(torch.tensor(gold)) if isinstance(network, Caml) and gold else value
