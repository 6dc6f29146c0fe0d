"""What fhir_mappings/deid knows: code systems, units, lists, ZIP areas, sensitive material. Read once."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

FILES = ("systems", "units", "lists", "zip3", "sensitive")


def text(name: str) -> str:
    return resources.files("fhir_mappings").joinpath(f"deid/{name}.yaml").read_text(encoding="utf-8")


@cache
def read(name: str) -> Mapping[Any, Any]:
    return dict(yaml.safe_load(text(name)))


@cache
def words(name: str) -> frozenset[str]:
    """A list of lists.yaml."""
    return frozenset(str(word) for word in read("lists")[name])


@cache
def small_areas() -> frozenset[str]:
    """ZIP3 areas of 20,000 people or fewer, by any census listed."""
    return frozenset(area for areas in read("zip3").values() for area in areas)


@cache
def digest() -> str:
    said = "".join(text(name) for name in FILES)
    said += resources.files("fhir_mappings").joinpath("timeline.yaml").read_text(encoding="utf-8")
    return hashlib.sha256(said.encode()).hexdigest()
