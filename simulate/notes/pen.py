"""Turns phrases into text: the slots by name, each writing at the place where it stands in the phrase."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from contract.errors import ConfigError
from nlp.text.grammar import choose, phrase, speak
from simulate.knowledge import DATA
from simulate.notes.chart import Chart
from simulate.notes.scribe import Scribe


@cache
def phrases(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((DATA / "phrases" / f"{name}.yaml").read_text("utf-8")))


@cache
def words(name: str) -> list[str]:
    return list(phrases("words")[name])


@dataclass
class Pen:
    scribe: Scribe
    chart: Chart
    slots: dict[str, "Slot"]
    memory: dict[str, str] = field(default_factory=dict)  # what was chosen once for this note
    links: int = 0

    def write(self, text: str) -> None:
        speak(phrase(text), self.scribe.rng, self.scribe.say, self.slot)

    def one(self, texts: list[str]) -> None:
        self.write(choose(self.scribe.rng, texts))

    def slot(self, name: str, argument: str) -> None:
        if name not in self.slots:
            raise ConfigError(f"phrase slot {name!r} is not known; known are {', '.join(sorted(self.slots))}.")
        self.slots[name](self, argument)

    def chance(self, share: float) -> bool:
        return self.scribe.rng.random() < share

    def capital(self, write: Callable[[], None]) -> None:
        """Writes, then turns the first letter of what was written to upper case."""
        before = self.scribe.parts
        write()
        self.scribe.capitalise(before)

    def next_link(self) -> int:
        self.links += 1
        return self.links


Slot = Callable[[Pen, str], None]
