"""Phrases with choices and slots: "[He|She] takes {drug} since {date:past}." Brackets may nest."""

import re
from collections.abc import Callable
from functools import cache
from random import Random
from typing import TypeVar

from contract.errors import ConfigError

Slot = tuple[str, str]  # name, argument
Choice = tuple["Phrase", ...]
Phrase = tuple["str | Slot | list[Phrase]", ...]
T = TypeVar("T")
TOKEN = re.compile(r"\{([A-Za-z_0-9]+)(?::([^{}]*))?\}|([\[\]|])")


def choose(rng: Random, words: list[T] | tuple[T, ...]) -> T:
    return words[int(rng.random() * len(words))]


@cache
def phrase(text: str) -> Phrase:
    """Compiled once; a bracket that is not closed is refused."""
    parsed, rest = _alternatives(text, 0, inside=False)
    if rest != len(text):
        raise ConfigError(f"phrase {text!r}: a bracket closes at {rest} that was never opened.")
    return parsed[0]


def _alternatives(text: str, place: int, *, inside: bool) -> tuple[list[Phrase], int]:
    done: list[Phrase] = []
    current: list[str | Slot | list[Phrase]] = []
    while True:
        found = TOKEN.search(text, place)
        plain = text[place : found.start() if found else len(text)]
        if plain:
            current.append(plain)
        if not found:
            if inside:
                raise ConfigError(f"phrase {text!r}: a bracket is not closed.")
            return [tuple(current)], len(text)
        place = found.end()
        if found[3] is None:
            current.append((found[1], found[2] or ""))
        elif found[3] == "[":
            options, place = _alternatives(text, place, inside=True)
            current.append(options)
        elif inside:
            done.append(tuple(current))
            current = []
            if found[3] == "]":
                return done, place
        else:
            current.append(found[3])


def speak(parsed: Phrase, rng: Random, say: Callable[[str], None], slot: Callable[[str, str], None]) -> None:
    for part in parsed:
        if isinstance(part, str):
            say(part)
        elif isinstance(part, tuple):
            slot(*part)
        else:
            speak(part[int(rng.random() * len(part))], rng, say, slot)
