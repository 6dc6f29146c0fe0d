"""What one code counts for: itself, what lies above it, and the quantity that several codes measure."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from outcomes.timeline import Places

HERE = Path(__file__).parent


@cache
def knowledge(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((HERE / name).read_text("utf-8"))
    return loaded


def itself(code: str) -> str | None:
    return code


def concept(code: str) -> str | None:
    return _concepts().get(code)


@cache
def _concepts() -> Mapping[str, str]:
    found = knowledge("concepts.yaml")
    return {str(code): name for name, codes in found.items() for code in codes}


@cache
def _rules() -> Sequence[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), str(name)) for pattern, name in knowledge("parents.yaml").items()]


def parent(code: str) -> str | None:
    for pattern, name in _rules():
        if found := pattern.match(code):
            return found.expand(name)
    return None


LAYERS: Mapping[str, Callable[[str], str | None]] = {"code": itself, "concept": concept, "parent": parent}


def columns(layer: str, codes: Sequence[str], names: Sequence[str]) -> Places:
    """Of each code of a timeline its place among `names`, -1: none."""
    place = {name: at for at, name in enumerate(names)}
    above = LAYERS[layer]
    return np.array([place.get(name, -1) if (name := above(code)) else -1 for code in codes], np.int32)
