"""What breast reports call things, out of data/fields.yaml, compiled to patterns once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("data")
SPACE = re.compile(r"(\[[^\]]*\]|\(\?<[=!][^)]*\))| (?=(\?)?)")  # but not in a class of letters or in a lookbehind
Hit = tuple[int, int, str]
"""Start, end, and what is said there."""
MORPHOLOGY = {"ductal": "8500/3", "lobular": "8520/3", "mucinous": "8480/3", "tubular": "8211/3", "dcis": "8500/2"}
"""ICD-O-3, of the values of `histology` that are neoplasms with a behaviour of 2 and 3."""


@dataclass(frozen=True)
class Spec:
    """`hits`: value -> what says so; `polarity`: value -> yes, no, maybe; `percent`, `distance`: numbers say so too."""

    name: str
    kind: str  # status: an anchor with a value beside it; term: the value itself; number
    values: tuple[str, ...]
    anchors: re.Pattern[str]
    hits: tuple[tuple[str, re.Pattern[str]], ...] = ()
    polarity: dict[str, str] = field(default_factory=dict)
    percent: bool = False
    distance: bool = False


@lru_cache(maxsize=2)
def load(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Any of them as whole words, the longest first; a space is any white space."""
    ordered = sorted(words, key=len, reverse=True)
    spaced = (SPACE.sub(lambda found: found[1] or r"[ \t\n]" + ("" if found[2] else "+"), word) for word in ordered)
    return re.compile(rf"(?<!\w)(?:{'|'.join(f'(?:{word})' for word in spaced)})(?!\w)", re.I)


@lru_cache(maxsize=1)
def specs() -> dict[str, Spec]:
    return {name: _spec(name, said) for name, said in load("fields")["fields"].items()}


@lru_cache(maxsize=1)
def others() -> dict[str, re.Pattern[str]]:
    return {name: pattern(words) for name, words in load("fields")["others"].items()}


@lru_cache(maxsize=1)
def polarity() -> dict[str, re.Pattern[str]]:
    return {name: pattern(words) for name, words in load("fields")["polarity"].items()}


def _spec(name: str, said: dict[str, Any]) -> Spec:
    values = {str(value): spoken for value, spoken in said.get("values", {}).items()}
    own = values if said["kind"] == "term" else said.get("hits", {})
    return Spec(
        name,
        said["kind"],
        tuple(values),
        pattern(said["anchors"]),
        tuple((str(value), pattern(words)) for value, words in own.items()),
        {value: spoken for value, spoken in values.items() if isinstance(spoken, str) and spoken},
        bool(said.get("percent")),
        bool(said.get("distance")),
    )


def found(patterns: Iterator[tuple[str, re.Pattern[str]]], text: str) -> list[Hit]:
    """Of all patterns, in order; of hits that overlap the longest stands."""
    every = [
        (*match.span(), name) for name, each in patterns for match in each.finditer(text) if match.end() > match.start()
    ]
    kept: list[Hit] = []
    taken = bytearray(len(text) + 1)
    for start, end, name in sorted(every, key=lambda hit: (hit[0] - hit[1], hit[0])):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            kept.append((start, end, name))
    return sorted(kept)
