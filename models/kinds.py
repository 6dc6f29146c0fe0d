"""The networks that tag words, by name, and how one is built again from what an artifact says of it."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

from torch import nn

from contract.errors import ConfigError
from models.artifact import Artifact
from models.bilstm_crf import BiLSTMConfig, BiLSTMCRF
from models.half_lstm import HalfLSTM, native
from models.stacked import Stacked, StackedConfig
from models.tagging import TagNetwork
from models.token_transformer import TokenTransformer, TransformerConfig

C = TypeVar("C")
KINDS = ("bilstm_crf", "stacked", "transformer")
TOKENIZER = "tokenizer.json"
Network = BiLSTMCRF | Stacked | TokenTransformer


def build(kind: str, said: Mapping[str, Any], files: Mapping[str, bytes] | None = None) -> Network:
    """`said` are fields of the network's dataclass, nested as they are."""
    if kind == "bilstm_crf":
        return BiLSTMCRF(made(BiLSTMConfig, said))
    if kind == "stacked":
        return Stacked(made(StackedConfig, said))
    if kind == "transformer":
        return TokenTransformer(made(TransformerConfig, said), (files or {})[TOKENIZER].decode())
    raise ConfigError(f"No network {kind!r}; there are {', '.join(KINDS)}.")


def made(of: type[C], said: Mapping[str, Any]) -> C:
    """A dataclass from nested mappings; a name it does not know is refused."""
    known = {field.name for field in fields(of)}  # type: ignore[arg-type]
    if wrong := sorted(set(said) - known):
        raise ConfigError(f"{of.__name__} has no {', '.join(wrong)}; it has {', '.join(sorted(known))}.")
    hints = get_type_hints(of)
    return of(
        **{name: made(hints[name], value) if is_dataclass(hints[name]) else value for name, value in said.items()}
    )


def described(network: Network) -> dict[str, Any]:
    """What `build` needs beside the weights."""
    return asdict(network.config)


def files_of(network: nn.Module) -> dict[str, bytes]:
    return {TOKENIZER: network.tokenizer.to_str().encode()} if isinstance(network, TokenTransformer) else {}


def rebuilt(artifact: Artifact) -> list[TagNetwork]:
    """The networks of an artifact, ready to read."""
    networks: list[TagNetwork] = []
    for weights in artifact.members:
        network = build(artifact.config["kind"], artifact.config["network"], artifact.files)
        network.load_state_dict(weights)
        network.eval()
        if native() and not isinstance(network, TokenTransformer):
            network.lstm = HalfLSTM(network.lstm)
        networks.append(network)
    return networks
