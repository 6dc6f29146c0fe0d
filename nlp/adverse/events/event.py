"""An event as a file says it: its name, the question that a label answers, the labels, and words that help."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from contract.errors import ConfigError

FOLDER = Path(__file__).with_name("data")
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
REQUIRED = ("name", "question", "labels", "positive")
TRUTH = {True: "yes", False: "no"}  # what YAML makes of yes and no that stand without quotes


@dataclass(frozen=True)
class Example:
    """A made-up note and its label; it is learned from as one labelled note is."""

    text: str
    label: str


@dataclass(frozen=True)
class Event:
    """`kinds` and `languages` are those of the notes to ask; empty: all. `signs` go with the event and do not name it,
    `against` speak for the contrary, `unlike` look like it and are something else.

    A label that is not positive says that the event did not happen; `silent` is the one of a note that is silent of it.
    """

    name: str
    question: str = ""
    labels: tuple[str, ...] = ("no", "yes")
    positive: tuple[str, ...] = ("yes",)
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    words: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    examples: tuple[Example, ...] = field(default=(), repr=False)

    @property
    def silent(self) -> str:
        return next(label for label in self.labels if label not in self.positive)

    def asks(self, kind: str | None, language: str | None) -> bool:
        """Whether a note is of its kinds and languages; a note that does not say is asked."""
        spoken = (language or "").lower().partition("-")[0]
        return (not kind or not self.kinds or kind.lower() in self.kinds) and (
            not spoken or not self.languages or spoken in self.languages
        )

    def said(self) -> dict[str, Any]:
        """What `checked` takes back."""
        return {
            **{name: getattr(self, name) for name in ("name", "question")},
            **{name: list(getattr(self, name)) for name in LISTS},
            "examples": [{"text": one.text, "label": one.label} for one in self.examples],
        }


LISTS = ("labels", "positive", "kinds", "languages", "words", "signs", "against", "unlike")


def shipped() -> tuple[str, ...]:
    """Names of the events that come with chartloom."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load(file: str | Path) -> Event:
    """A file, or the name of a shipped event."""
    path = FOLDER / f"{file}.yaml" if str(file) in shipped() else Path(file)
    if not path.is_file():
        raise ConfigError(f"{file}: no such event file, nor an event that is shipped ({', '.join(shipped())}).")
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is no YAML in UTF-8; put texts with : or # into quotes.") from error
    return checked(said, path.name)


def checked(said: Any, where: str) -> Event:
    """Refuses what an event cannot be, and says what it should be."""
    known = ("name", "question", *LISTS, "examples")
    if not isinstance(said, Mapping):
        raise ConfigError(f"{where}: expected names with values ({', '.join(known)}), found {type(said).__name__}.")
    if unknown := sorted(set(map(str, said)) - set(known)):
        raise ConfigError(f"{where}: {', '.join(unknown)} not known; an event has {', '.join(known)}.")
    if missing := [name for name in REQUIRED if not said.get(name)]:
        raise ConfigError(f"{where}: {', '.join(missing)} is missing. docs/adverse.md shows a whole event.")
    lists = {name: _texts(said[name], name, where) for name in LISTS if said.get(name) is not None}
    for name in ("kinds", "languages"):
        lists[name] = tuple(each.lower() for each in lists.get(name, ()))
    event = Event(str(said["name"]), str(said["question"]), **lists, examples=_examples(said.get("examples"), where))
    _require(event, where)
    return event


def _texts(value: Any, name: str, where: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ConfigError(f"{where}: {name} is {type(value).__name__}; expected a list: [a, b].")
    return tuple(dict.fromkeys(_text(each) for each in value))


def _text(value: Any) -> str:
    return TRUTH[value] if isinstance(value, bool) else str(value).strip()


def _examples(value: Any, where: str) -> tuple[Example, ...]:
    if value is None:
        return ()
    rows = value if isinstance(value, list) else [value]
    if not all(isinstance(row, Mapping) and {"text", "label"} <= set(row) for row in rows):
        raise ConfigError(f"{where}: examples is a list of {{text: ..., label: ...}}.")
    return tuple(Example(str(row["text"]), _text(row["label"])) for row in rows)


def _require(event: Event, where: str) -> None:
    labels, positive = event.labels, event.positive
    if not NAME.match(event.name):
        raise ConfigError(
            f"{where}: name is {event.name!r}; expected small letters, digits and _, such as line_infection."
        )
    if len(labels) < 2 or len(set(positive) & set(labels)) != len(positive) or set(labels) <= set(positive):
        raise ConfigError(
            f"{where}: labels {list(labels)}, positive {list(positive)}; expected two labels or more, of which some, "
            'not all, are positive: labels: ["no", "yes"], positive: ["yes"].'
        )
    for at, example in enumerate(event.examples, 1):
        if example.label not in labels:
            raise ConfigError(f"{where}: example {at} has the label {example.label!r}; expected one of {list(labels)}.")
