"""The systems that an artifact may hold, by the name its config.json says."""

from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from contract.errors import ConfigError
from nlp.icd.chart import System

SYSTEMS = {
    "ours": "nlp.icd.coder.coder:Coder",
}


class Kept(System, Protocol):
    """A System that can be written to a folder; its class reads it again with `load(folder)`."""

    def save(self, folder: Path) -> object: ...


def kind(name: str) -> type[Kept]:
    """The class of a system; its libraries are imported now and not before."""
    where = SYSTEMS.get(name, name if ":" in name else "")
    module, _, found = where.partition(":")
    try:
        made: type[Kept] = getattr(import_module(module), found)
    except (ImportError, AttributeError, ValueError):
        raise ConfigError(
            f"no coding system is called {name!r}. Known: {', '.join(SYSTEMS)}, or module:Class of a class with "
            "fit, suggest, save and load."
        ) from None
    return made


def make(name: str, code_system: str, seed: int) -> Kept:
    """With the code system and the seed, where the class has a field for them."""
    found = kind(name)
    known = {each.name for each in fields(found)} if is_dataclass(found) else {"system", "seed"}
    said = {"system": code_system, "seed": seed}
    return found(**{field: value for field, value in said.items() if field in known})


def load(name: str, folder: Path) -> Kept:
    found: Kept = kind(name).load(folder)  # type: ignore[attr-defined]
    return found
