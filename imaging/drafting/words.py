"""The YAML files of this folder, checked against the labeller's names and taken apart once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from contract.errors import ConfigError
from imaging.finding import DEVICE, POSITIONS, SEVERITIES
from imaging.labeller.knowledge import findings, load

FOLDER = Path(__file__).parent
SURGICAL, OTHER, BADLY_PLACED = "surgical", "other", "badly_placed"
KEYS = frozenset({"grades", "one", "both", "absent"})


@dataclass(frozen=True, slots=True)
class Template:
    """As in templates.yaml; `grades` and `positions` are empty where the finding has none."""

    one: str
    absent: str
    both: str = ""
    grades: Mapping[str, str] | None = None
    positions: Mapping[str, str] | None = None

    @property
    def sided(self) -> bool:
        return bool(self.both)


@dataclass(frozen=True, slots=True)
class Speech:
    """As in speech.yaml."""

    urgency: tuple[str, ...]
    pertinent: tuple[tuple[str, ...], ...]
    opposites: tuple[tuple[str, ...], ...]
    kin: tuple[tuple[str, str], ...]
    lasting: frozenset[str]
    changes: Mapping[str, tuple[str, ...]]
    mentions: tuple[str, ...]
    hides: tuple[str, ...]


@lru_cache(maxsize=1)
def kinds() -> tuple[str, ...]:
    """Of devices; `device` is none of these."""
    return tuple(kind for kind in load("devices")["kinds"] if kind != OTHER)


@lru_cache(maxsize=1)
def implied() -> dict[str, frozenset[str]]:
    """Finding to those that are there wherever it is."""
    found = {name: frozenset(each.implies) for name, each in findings().items()}
    return {**found, **{kind: frozenset({DEVICE}) for kind in kinds()}}


@lru_cache(maxsize=1)
def templates() -> dict[str, Template]:
    said = _read("templates")
    wanted = {*findings(), SURGICAL, *kinds(), DEVICE}
    given = {**said["findings"], **said["devices"]}
    if wanted ^ set(given):
        raise ConfigError(
            f"templates.yaml: {sorted(wanted - set(given))} have no template and {sorted(set(given) - wanted)} are no "
            "findings of imaging/labeller/data; expected one template for each."
        )
    return {name: _template(name, each, said) for name, each in given.items()}


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, frozenset[str]]:
    """Name to all words that a phrase for it may be made of; bank.yaml."""
    said = _read("bank")
    if unknown := set(said["words"]) ^ set(templates()):
        raise ConfigError(f"bank.yaml: `words` and templates.yaml differ in {sorted(unknown)}; expected equal names.")
    free = frozenset((*said["plain"], *said["sides"], *said["grades"]))
    placed = frozenset(said["placed"])
    return {name: free | set(words) | (placed if templates()[name].positions else set())
            for name, words in said["words"].items()}  # fmt: skip


@lru_cache(maxsize=1)
def capitals() -> dict[str, str]:
    """Small letters to how the word is written."""
    return {word.lower(): word for word in _read("bank")["capitals"]}


def normal() -> str:
    return str(_read("templates")["normal"])


def compared() -> dict[str, str]:
    return dict(_read("templates")["compared"])


@lru_cache(maxsize=1)
def speech() -> Speech:
    said = _read("speech")
    return Speech(
        tuple(said["urgency"]),
        tuple(map(tuple, said["pertinent"])),
        tuple(map(tuple, said["opposites"])),
        tuple((first, second) for first, second in said["kin"]),
        frozenset(said["lasting"]),
        {claim: tuple(words) for claim, words in said["changes"].items()},
        tuple(said["mentions"]),
        tuple(said["hides"]),
    )


def urgent(name: str, position: str = "") -> int:
    """Its place in the order of urgency; the lower, the earlier it is said."""
    order = speech().urgency
    place = BADLY_PLACED if position == "bad" else name
    return order.index(place) if place in order else len(order)


def _template(name: str, each: dict[str, str], said: dict[str, Any]) -> Template:
    if unknown := set(each) - KEYS or {"one", "absent"} - set(each):
        raise ConfigError(f"templates.yaml: {name} has or lacks {sorted(unknown)}; expected {', '.join(sorted(KEYS))}.")
    grades = said["grades"][each["grades"]] if "grades" in each else None
    if (grades and set(grades) != set(SEVERITIES)) or set(said["position"]) != set(POSITIONS):
        raise ConfigError(f"templates.yaml: grades of {name} or `position` lack one of {SEVERITIES} {POSITIONS}.")
    positions = said["position"] if name in said["devices"] else None
    return Template(each["one"], each["absent"], each.get("both", ""), grades, positions)


@lru_cache(maxsize=3)
def _read(name: str) -> dict[str, Any]:
    return load(name, FOLDER)
