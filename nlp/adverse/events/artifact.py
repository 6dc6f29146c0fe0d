"""A trained event as a folder: event.yaml and model.json beside what all artifacts have."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from contract.errors import InputError
from models import folder as folders
from nlp.adverse.events.calibration import Calibration
from nlp.adverse.events.event import checked
from nlp.adverse.events.linear import Linear
from nlp.adverse.events.systems.windowed import Windowed

SHIPPED = Path(__file__).parents[3] / "models" / "weights" / "events"
KIND = "event"
EVENT, MODEL = "event.yaml", "model.json"
VERSION = 1


def save(system: Windowed, out: Path, said: Mapping[str, Any], card: str, *, phi: bool) -> str:
    """Its digest; written whole or not at all. `said` tells how it was trained; `phi`: on identifiable notes."""
    if system.model is None:
        raise ValueError("fit the system before it is saved")
    model = {"bias": system.model.bias, "calibration": asdict(system.calibration), "weights": system.model.weights}
    with folders.writing(out) as folder:
        written = yaml.safe_dump(system.event.said(), sort_keys=False, allow_unicode=True)
        (folder / EVENT).write_text(written, encoding="utf-8")
        (folder / MODEL).write_text(
            json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
        )
        return folders.finish(folder, KIND, {"version": VERSION, "seed": system.seed, **said}, card, phi=phi)


def load(folder: Path) -> Windowed:
    """Checks the digest first: a changed artifact is not what its card says."""
    config = folders.opened(folder, KIND)
    if config["version"] != VERSION:
        raise InputError(f"{folder} is of version {config['version']}, expected {VERSION}: train it anew.")
    event = checked(yaml.safe_load((folder / EVENT).read_text(encoding="utf-8")), f"{folder.name}/{EVENT}")
    said = json.loads((folder / MODEL).read_text(encoding="utf-8"))
    calibration = Calibration(said["calibration"]["sharp"], tuple(said["calibration"]["bias"]))
    return Windowed(event, config["seed"], Linear(said["weights"], said["bias"]), calibration)


def shipped() -> list[Path]:
    """Folders of the events that come trained."""
    return sorted(path.parent for path in SHIPPED.glob(f"*/{EVENT}"))
