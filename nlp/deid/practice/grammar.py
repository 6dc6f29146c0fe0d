"""Phrases with choices, slots and topics: "[He|She] lives in {CITY} and takes <drug>." Brackets may nest."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

from contract.errors import ConfigError

TOKEN = re.compile(r"\{([A-Za-z_0-9]+)(?::([^{}]*))?\}|<([a-z_0-9]+)>|([\[\]|])")


@dataclass(frozen=True)
class Slot:
    name: str
    form: str


@dataclass(frozen=True)
class Topic:
    name: str


Phrase = tuple["str | Slot | Topic | tuple[Phrase, ...]", ...]


@cache
def phrase(text: str) -> Phrase:
    """Compiled once; a bracket that is not closed, or was never opened, is refused."""
    options, rest = _options(text, 0, inside=False)
    if rest != len(text):
        raise ConfigError(f"phrase {text!r}: a bracket closes at {rest} that was never opened.")
    return options[0]


def _options(text: str, place: int, *, inside: bool) -> tuple[tuple[Phrase, ...], int]:
    done: list[Phrase] = []
    now: list[str | Slot | Topic | tuple[Phrase, ...]] = []
    for _ in range(len(text) + 1):
        found = TOKEN.search(text, place)
        if plain := text[place : found.start() if found else len(text)]:
            now.append(plain)
        if not found:
            if inside:
                raise ConfigError(f"phrase {text!r}: a bracket is not closed.")
            return (tuple(now),), len(text)
        place = found.end()
        if found[1]:
            now.append(Slot(found[1], found[2] or ""))
        elif found[3]:
            now.append(Topic(found[3]))
        elif found[4] == "[":
            options, place = _options(text, place, inside=True)
            now.append(options)
        elif not inside and found[4] == "|":
            now.append("|")
        else:
            done.append(tuple(now))
            now = []
            if found[4] == "]":
                return tuple(done), place
    raise ConfigError(f"phrase {text!r}: cannot be read.")


@dataclass(frozen=True)
class Voice:
    """Who says what a phrase holds."""

    rng: Random
    say: Callable[[str], None]
    slot: Callable[[str, str], None]
    topic: Callable[[str], str]  # a phrase of the topic


def speak(parsed: Phrase, voice: Voice) -> None:
    for part in parsed:
        if isinstance(part, str):
            voice.say(part)
        elif isinstance(part, Slot):
            voice.slot(part.name, part.form)
        elif isinstance(part, Topic):
            speak(phrase(voice.topic(part.name)), voice)
        else:
            speak(part[int(voice.rng.random() * len(part))], voice)
