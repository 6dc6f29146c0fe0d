"""The networks of the literature as artifact folders: weights, words, and how they were trained."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from contract.errors import ConfigError, InputError
from imaging.literature.cnn_lstm import CnnLstm
from imaging.literature.cnn_rnn_rnn import CnnRnnRnn
from imaging.literature.sight import Sight
from imaging.literature.topics import Topics
from imaging.literature.vocabulary import Vocabulary
from models.folder import finish, opened, writing
from models.image_lstm import ImageLstm, ImageLstmConfig
from models.topic_lstm import TopicLstm, TopicLstmConfig

KIND = "report-network"
WEIGHTS, WORDS_FILE = "weights.safetensors", "words.json"
SIGHT = "sight."  # before the names of what comes before the network
UNSAID = ("tell", "minutes")  # parameters that say nothing of what is written
Network = CnnLstm | CnnRnnRnn


def save(system: Network, out: Path, *, phi: bool) -> str:
    """`phi`: whether it learned from tables under phi/: its words are theirs. Gives the digest back."""
    network, vocabulary, sight, longest = _parts(system)
    chosen = {each.name: getattr(system, each.name) for each in fields(system) if each.init and each.name not in UNSAID}
    said = {
        "system": type(system).__name__,
        "parameters": chosen,
        "network": asdict(network.config),
        "longest": longest,
    }
    card = (
        f"# {type(system).__name__}\n\nWrites reports with {len(vocabulary.words)} words; no finding is behind them.\n"
    )
    with writing(out) as folder:
        seen = {f"{SIGHT}{each.name}": torch.from_numpy(getattr(sight, each.name)) for each in fields(sight)}
        save_file(
            {**{name: part.contiguous() for name, part in network.state_dict().items()}, **seen}, folder / WEIGHTS
        )
        (folder / WORDS_FILE).write_text(json.dumps(vocabulary.words, ensure_ascii=False), encoding="utf-8")
        return finish(folder, KIND, said, card, phi=phi)


def load(folder: Path) -> Network:
    said = opened(folder, KIND)
    weights = load_file(folder / WEIGHTS)
    sight = Sight(*(weights.pop(f"{SIGHT}{each.name}").numpy() for each in fields(Sight)))
    vocabulary = Vocabulary(tuple(json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))))
    if said["system"] == CnnLstm.__name__:
        return _cnn_lstm(said, weights, vocabulary, sight)
    if said["system"] == CnnRnnRnn.__name__:
        return _cnn_rnn_rnn(said, weights, vocabulary, sight)
    raise InputError(f"{folder} holds a system {said['system']!r}; expected CnnLstm or CnnRnnRnn.")


def _cnn_lstm(said: Mapping[str, Any], weights: Mapping[str, Tensor], words: Vocabulary, sight: Sight) -> CnnLstm:
    system = CnnLstm(**said["parameters"])
    system.network = ImageLstm(ImageLstmConfig(**said["network"]))
    system.network.load_state_dict(weights)
    system.network.eval()
    system.longest, system.vocabulary, system.sight = said["longest"], words, sight
    return system


def _cnn_rnn_rnn(said: Mapping[str, Any], weights: Mapping[str, Tensor], words: Vocabulary, sight: Sight) -> CnnRnnRnn:
    system = CnnRnnRnn(**said["parameters"])
    network = TopicLstm(TopicLstmConfig(**said["network"]))
    network.load_state_dict(weights)
    network.eval()
    system.topics, system.sight = Topics(network, words, said["longest"]), sight
    return system


def _parts(system: Network) -> tuple[ImageLstm | TopicLstm, Vocabulary, Sight, int]:
    if isinstance(system, CnnLstm) and system.network and system.vocabulary and system.sight:
        return system.network, system.vocabulary, system.sight, system.longest
    if isinstance(system, CnnRnnRnn) and system.topics and system.sight:
        return system.topics.network, system.topics.vocabulary, system.sight, system.topics.longest
    raise ConfigError("This system has learned nothing yet; call fit before it is saved.")
