"""fhir_mappings/deid/audit.yaml as typed data: how text is disguised, and which names are words too."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True)
class Knowledge:
    lookalikes: Mapping[str, str]
    leet: Mapping[str, str]
    digits: Mapping[str, str]
    similar: Mapping[str, str]
    spoken: Mapping[str, str]  # word -> digit, or two
    repeated: Mapping[str, int]
    alphabet: frozenset[str]
    signs: Mapping[str, str]
    months: Mapping[str, int]  # name -> 1 to 12
    titles: frozenset[str]
    ordinary: frozenset[str]
    joints: frozenset[str]
    streets: frozenset[str]
    coded: frozenset[str]


def _spoken(said: Mapping[str, Any]) -> dict[str, str]:
    found = {word: digit for digit, words in said["spoken"].items() for word in words}
    for name, first, step in (("teens", 10, 1), ("diez", 10, 1), ("tens", 20, 10), ("veinte", 20, 10)):
        found |= {word: str(first + step * k) for k, word in enumerate(said[name])}
    return found


@cache
def knowledge() -> Knowledge:
    said = yaml.safe_load(resources.files("fhir_mappings").joinpath("deid/audit.yaml").read_text(encoding="utf-8"))
    return Knowledge(
        {pair[0]: pair[1] for pair in said["lookalikes"].split()},
        said["leet"],
        said["digits"],
        said["similar"],
        _spoken(said),
        said["repeated"],
        frozenset(said["alphabet"].split()),
        said["signs"],
        {name: number for number, names in enumerate(said["months"], 1) for name in names},
        frozenset(said["titles"].split()),
        frozenset(said["ordinary"].split()),
        frozenset(said["joints"].split()),
        frozenset(said["streets"].split()),
        frozenset(said["coded"].split()),
    )
