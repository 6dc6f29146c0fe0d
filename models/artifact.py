"""A trained network as a folder: weights.safetensors, config.json, labels.json, card.md and a digest of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from contract.errors import InputError

FILES = ("config.json", "labels.json", "weights.safetensors", "card.md")


@dataclass(frozen=True)
class Artifact:
    """`config` says which network and how it reads; `members` are the weights of each network that votes."""

    labels: tuple[str, ...]
    config: Mapping[str, Any]
    members: Sequence[Mapping[str, Tensor]]
    card: str = ""
    phi: bool = False  # trained on identifiable notes: it may give away what it saw, and must not be released
    files: Mapping[str, bytes] = field(default_factory=dict)  # more that a network needs, a tokenizer


def save(artifact: Artifact, folder: Path) -> str:
    """Writes the folder, weights in half precision, and returns its digest."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True, mode=0o700 if artifact.phi else 0o755)
    config = {**artifact.config, "members": len(artifact.members), "phi": artifact.phi, "files": sorted(artifact.files)}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    (folder / "labels.json").write_text(json.dumps(artifact.labels, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "card.md").write_text(artifact.card, encoding="utf-8")
    weights = {f"{at}.{k}": _half(v) for at, member in enumerate(artifact.members) for k, v in member.items()}
    save_file(weights, folder / "weights.safetensors")
    for name, content in artifact.files.items():
        (folder / name).write_bytes(content)
    (folder / "digest").write_text(digest(folder) + "\n", encoding="utf-8")
    return digest(folder)


def load(folder: Path) -> Artifact:
    """Checks the digest first: a changed artifact is not what its card says."""
    from safetensors.torch import load_file

    _check(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    members: list[dict[str, Tensor]] = [{} for _ in range(config.pop("members"))]
    for name, value in load_file(folder / "weights.safetensors").items():
        at, _, rest = name.partition(".")
        members[int(at)][rest] = value.float() if value.is_floating_point() else value
    labels = tuple(json.loads((folder / "labels.json").read_text(encoding="utf-8")))
    files = {name: (folder / name).read_bytes() for name in config.pop("files")}
    card = (folder / "card.md").read_text(encoding="utf-8")
    return Artifact(labels, config, members, card, config.pop("phi"), files)


def digest(folder: Path) -> str:
    """Of all that decides what the network says; the card does not."""
    more = json.loads((folder / "config.json").read_text(encoding="utf-8"))["files"]
    said = hashlib.sha256()
    for name in (*FILES[:3], *more):
        said.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return said.hexdigest()


def rounded(network: nn.Module) -> dict[str, Tensor]:
    """The weights as they will be when they have been saved and loaded."""
    return {k: _half(v).float() if v.is_floating_point() else v for k, v in network.state_dict().items()}


def _half(value: Tensor) -> Tensor:
    return value.detach().to(torch.float16).contiguous() if value.is_floating_point() else value.contiguous()


def _check(folder: Path) -> None:
    missing = [name for name in (*FILES, "digest") if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"{folder} is no trained artifact: {', '.join(missing)} is missing. `chartloom train` makes one (--out)."
        )
    if digest(folder) != (folder / "digest").read_text(encoding="utf-8").strip():
        raise InputError(
            f"The artifact {folder} is not as it was saved: its files give another digest. Restore it or train it anew."
        )
