"""The YAML files of imaging/labeller/data, checked and taken apart once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from contract.errors import ConfigError
from nlp.text.data_files import phrases

FOLDER = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Finding:
    """As in findings.yaml; `terms` and `excluded` are whole phrases, `excluded` ones hide a term."""

    name: str
    sided: bool
    terms: tuple[str, ...]
    excluded: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]  # organ, quality
    implies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A phrase that speaks of many findings at once: "acute osseous abnormality"."""

    words: tuple[str, ...]
    denies: tuple[str, ...]


def load(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    said = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    if not isinstance(said, dict):
        raise ConfigError(f"{name}.yaml: expected names with lists under them, found {type(said).__name__}.")
    return said


def spelled(written: Iterable[str]) -> tuple[str, ...]:
    """All phrases that the shorthand "(a|b) c" stands for, in small letters."""
    return tuple(phrase for each in written for phrase in phrases(str(each).lower()) if phrase)


@lru_cache(maxsize=1)
def findings() -> dict[str, Finding]:
    found = {name: _finding(name, said) for name, said in load("findings").items()}
    for finding in found.values():
        if unknown := set(finding.implies) - set(found):
            raise ConfigError(f"findings.yaml: {finding.name} implies {unknown}, which is no finding there.")
    return found


def _finding(name: str, said: dict[str, Any]) -> Finding:
    if unknown := set(said) - {"sided", "terms", "not", "pairs", "implies"}:
        raise ConfigError(f"findings.yaml: {name} has {unknown}; expected sided, terms, not, pairs, implies.")
    pairs = tuple((organ, quality) for pair in said.get("pairs", ()) for organ in pair["of"] for quality in pair["is"])
    return Finding(
        name,
        bool(said["sided"]),
        spelled(said.get("terms", ())),
        spelled(said.get("not", ())),
        pairs,
        tuple(said.get("implies", ())),
    )


def statements() -> Iterator[Statement]:
    for each in load("normal")["statements"]:
        yield Statement(spelled(each["words"]), tuple(each["denies"]))


@lru_cache(maxsize=1)
def denied() -> dict[str, dict[str, tuple[str, ...]]]:
    """Quality of health, then organ, to the findings that are not there where the organ has it."""
    said = {quality: organs for quality, organs in load("normal").items() if quality != "statements"}
    return {quality: {organ: tuple(names) for organ, names in organs.items()} for quality, organs in said.items()}


@lru_cache(maxsize=1)
def pairs() -> dict[str, dict[str, str]]:
    """Quality, then organ, to the finding that both make."""
    found: dict[str, dict[str, str]] = {}
    for finding in findings().values():
        for organ, quality in finding.pairs:
            found.setdefault(quality, {})[organ] = finding.name
    return found
