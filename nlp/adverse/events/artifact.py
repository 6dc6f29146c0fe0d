"""A trained event as a folder: event.yaml, model.json, config.json, card.md and a digest of all but the card."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from contract.errors import InputError
from nlp.adverse.events.calibration import Calibration
from nlp.adverse.events.event import checked
from nlp.adverse.events.linear import Linear
from nlp.adverse.events.systems.windowed import Windowed

SHIPPED = Path(__file__).parents[3] / "models" / "weights" / "events"
FILES = ("event.yaml", "model.json", "config.json")
VERSION = 1


def save(system: Windowed, folder: Path, config: dict[str, Any], card: str) -> str:
    """Its digest. `config` tells how it was trained; `phi`: on identifiable notes."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "event.yaml").is_file():
        raise InputError(f"{folder} is there and holds no event; name a new folder, or one that a training wrote.")
    assert system.model is not None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700 if config.get("phi") else 0o755)
    model = {"bias": system.model.bias, "calibration": asdict(system.calibration), "weights": system.model.weights}
    written = {
        "event.yaml": yaml.safe_dump(system.event.said(), sort_keys=False, allow_unicode=True),
        "model.json": json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n",
        "config.json": json.dumps({"kind": "event", "version": VERSION, **config}, indent=1) + "\n",
        "card.md": card,
    }
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "digest").write_text(digest(folder) + "\n", encoding="utf-8")
    return digest(folder)


def load(folder: Path) -> tuple[Windowed, dict[str, Any], str]:
    """The system, its config, and its name with the digest; a changed artifact is refused."""
    missing = [name for name in (*FILES, "digest") if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"{folder} is no trained event: {', '.join(missing)} is missing. "
            "`chartloom train event --event FILE --data FILE --out DIR` makes one."
        )
    found = digest(folder)
    if found != (folder / "digest").read_text(encoding="utf-8").strip():
        raise InputError(f"The artifact {folder} is not as it was saved. Restore it or train it anew.")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if config.get("version") != VERSION:
        raise InputError(
            f"{folder} is of version {config.get('version')}; this chartloom reads {VERSION}: train it anew."
        )
    event = checked(yaml.safe_load((folder / "event.yaml").read_text(encoding="utf-8")), f"{folder.name}/event.yaml")
    said = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    calibration = Calibration(said["calibration"]["sharp"], tuple(said["calibration"]["bias"]))
    system = Windowed(event, config.get("seed", 1), Linear(said["weights"], said["bias"]), calibration)
    return system, config, f"{event.name}-{found[:12]}"


def digest(folder: Path) -> str:
    said = hashlib.sha256()
    for name in FILES:
        said.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return said.hexdigest()


def shipped() -> list[Path]:
    """Folders of the events that come trained."""
    return sorted(path.parent for path in SHIPPED.glob("*/event.yaml"))
