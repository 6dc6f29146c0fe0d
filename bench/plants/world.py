"""What plants draw from: names by origin, nicknames, places and decoys of a language, read from data/*.yaml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

DATA = Path(__file__).with_name("data")

City = tuple[str, str, str, str, str]
"""City, state, its code, the first three digits of the ZIP, the area code."""


def read(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class World:
    """Everything that is not drawn by shape."""

    language: str
    names: dict[str, dict[str, Any]]
    nicknames: dict[str, list[str]]
    places: dict[str, Any]

    def origin(self, rng: Random) -> str:
        origins = list(self.names)
        return rng.choices(origins, [self.names[o]["weight"] for o in origins])[0]

    def given(self, rng: Random, origin: str, gender: str) -> str:
        return str(rng.choice(self.names[origin][gender]))

    def family(self, rng: Random, origin: str) -> str:
        return str(rng.choice(self.names[origin]["family"]))

    def place(self, rng: Random, kind: str) -> str:
        return str(rng.choice(self.places[kind]))

    def city(self, rng: Random) -> City:
        one: City = tuple(rng.choice(self.places["cities"]))
        return one

    def decoy(self, rng: Random, kind: str) -> str:
        return str(rng.choice(self.places["decoys"][kind]))


@cache
def world(language: str) -> World:
    if language == "es":
        spanish = read("es.yaml")
        return World("es", spanish["names"], spanish["nicknames"], spanish["places"])
    return World("en", read("names.yaml"), read("nicknames.yaml"), read("places.yaml"))
