"""The networks that tag words, by name, and how one is built again from what an artifact says of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from contract.errors import ConfigError
from models.artifact import Artifact
from models.bilstm_crf import BiLSTMConfig, BiLSTMCRF
from models.tagging import TagNetwork

CONFIGS = {"bilstm_crf": BiLSTMConfig}
NETWORKS = {"bilstm_crf": BiLSTMCRF}


def build(kind: str, config: Mapping[str, Any]) -> BiLSTMCRF:
    """`config` are fields of the network's dataclass."""
    if kind not in NETWORKS:
        raise ConfigError(f"No network {kind!r}; there are {', '.join(sorted(NETWORKS))}.")
    return NETWORKS[kind](CONFIGS[kind](**config))


def described(network: BiLSTMCRF, kind: str) -> dict[str, Any]:
    return {"kind": kind, "network": asdict(network.config)}


def rebuilt(artifact: Artifact) -> list[TagNetwork]:
    """The networks of an artifact, ready to read."""
    networks: list[TagNetwork] = []
    for weights in artifact.members:
        network = build(artifact.config["kind"], artifact.config["network"])
        network.load_state_dict(weights)
        network.eval()
        networks.append(network)
    return networks
