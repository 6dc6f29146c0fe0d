"""fhir_mappings/sniff.yaml as typed data: how columns and tables are usually called."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

Patterns = tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class Role:
    types: tuple[str, ...]
    names: Patterns


@dataclass(frozen=True)
class Kind:
    """`needs`: of each group one role must be there. `by_name`: without its name no table is of this kind."""

    names: Patterns
    needs: tuple[tuple[str, ...], ...]
    likes: tuple[str, ...]
    one_row_a_person: bool
    by_name: bool


@dataclass(frozen=True)
class Measure:
    names: Patterns
    code: str
    name: str
    unit: str
    least: float = 0.0  # where the middle of its cells lies beyond these, they are in the other unit
    most: float = float("inf")
    other: str = ""


@dataclass(frozen=True)
class Knowledge:
    roles: Mapping[str, Role]
    kinds: Mapping[str, Kind]
    measures: Mapping[str, Measure]
    maps: Mapping[str, Mapping[str, str]]
    resources: Mapping[str, Mapping[str, Any]]


@cache
def knowledge() -> Knowledge:
    said = yaml.safe_load(resources.files("fhir_mappings").joinpath("sniff.yaml").read_text("utf-8"))
    return Knowledge(
        {name: Role(tuple(role["types"]), _patterns(role["names"])) for name, role in said["roles"].items()},
        {name: _kind(kind) for name, kind in said["kinds"].items()},
        {name: Measure(**{**each, "names": _patterns(each["names"])}) for name, each in said["measures"].items()},
        said["maps"],
        said["resources"],
    )


def _kind(said: dict[str, Any]) -> Kind:
    needs = tuple(tuple(group) for group in said["needs"])
    return Kind(
        _patterns(said["names"]),
        needs,
        tuple(said["likes"]),
        bool(said.get("one_row_a_person")),
        bool(said.get("by_name")),
    )


def _patterns(texts: list[str]) -> Patterns:
    return tuple(re.compile(text) for text in texts)


def plain(name: str) -> str:
    """PatientID, PAT_ID and pat id are patient_id, pat_id and pat_id."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def spoken(patterns: Patterns, name: str) -> bool:
    """Whether one of the words of a table's name is such a pattern, or several of them together."""
    words = plain(name).split("_")
    said = {"_".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
    return any(pattern.fullmatch(each) for pattern in patterns for each in said)


def match(patterns: Patterns, name: str) -> int | None:
    """Which pattern the name is, the first best; None: none."""
    names = {plain(name), plain(name).replace("_", "")}
    return next((i for i, pattern in enumerate(patterns) if any(map(pattern.fullmatch, names))), None)
