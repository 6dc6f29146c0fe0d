"""The lists of fhir_mappings/deid/practice, split so that what is practised on is never what is judged on."""

import zlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Literal

import yaml

from contract.errors import ConfigError

Split = Literal["train", "held"]
FILES = ("words", "places", "sentences", "layouts", "quiet", "styles")
HELD = 12  # one frame of so many is held out


@cache
def load(name: str) -> dict[str, Any]:
    text = files("fhir_mappings").joinpath("deid", "practice", f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def held(text: str, one_of: int = HELD) -> bool:
    """Whether a frame or a name is kept for judging: by its letters alone, so that it stays so for ever."""
    return zlib.crc32(text.encode()) % one_of == 0


def of_split(items: list[str], split: Split) -> tuple[str, ...]:
    """What the split may use: its own items, or all where it has none."""
    own = tuple(item for item in items if held(item) == (split == "held"))
    return own or tuple(items)


@dataclass(frozen=True)
class Frames:
    """Phrases by topic, of one split. What names nobody is the same on both sides."""

    split: Split
    topics: dict[str, tuple[str, ...]]

    def pick(self, topic: str, rng: Random) -> str:
        if topic not in self.topics:
            raise ConfigError(
                f"topic <{topic}> is not in fhir_mappings/deid/practice; there are {sorted(self.topics)}."
            )
        options = self.topics[topic]
        return options[int(rng.random() * len(options))]


@cache
def frames(split: Split) -> Frames:
    found: dict[str, tuple[str, ...]] = {}
    for name in FILES:
        for topic, items in load(name).items():
            key = {"words": "word"}.get(topic, topic)
            found[key] = tuple(items) if name == "words" else of_split(items, split)
    return Frames(split, found)
