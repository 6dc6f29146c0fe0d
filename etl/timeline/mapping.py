"""fhir_mappings/timeline.yaml as typed data: which rows of which type become which events."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

from contract.errors import MappingError
from schemas import yaml_text

NOTHING = "NULL"
FILE = "fhir_mappings/timeline.yaml"


@dataclass(frozen=True)
class Event:
    """One kind of event; every text is a DuckDB expression over the columns of `kind`."""

    kind: str
    code: str
    time: str = NOTHING
    recorded: str = NOTHING
    numeric_value: str = NOTHING
    unit: str = NOTHING
    text_value: str = NOTHING
    encounter: str = NOTHING
    fhir_id: str = ""
    when: str = "true"
    unless: str = "false"
    each: str = ""
    let: tuple[tuple[str, str], ...] = ()  # names for longer expressions: each is planned and computed once
    needs: tuple[str, ...] = ()
    static: bool = False
    once: bool = False
    about: str = ""


@dataclass(frozen=True)
class TimelineMapping:
    systems: Mapping[str, str]
    preferred: tuple[str, ...]
    inpatient: tuple[str, ...]
    suffixes: tuple[str, ...]
    heads: tuple[str, ...]
    prefixes: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    descriptions: Mapping[str, str]
    events: tuple[Event, ...]
    digest: str

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(event.kind for event in self.events))


def parse(text: str) -> TimelineMapping:
    said = yaml_text.read(text)
    parents = said["parents"]
    return TimelineMapping(
        systems=said["systems"],
        preferred=tuple(said["preferred"]),
        inpatient=tuple(said["inpatient"]),
        suffixes=tuple(parents["suffixes"]),
        heads=tuple(parents["heads"]),
        prefixes=tuple(parents["prefixes"]),
        labels={kind: tuple(paths) for kind, paths in said["labels"].items()},
        descriptions=said["descriptions"],
        events=tuple(event for kind, rules in said["types"].items() for event in _events(kind, rules)),
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
    )


@cache
def timeline_mapping() -> TimelineMapping:
    return parse(resources.files("fhir_mappings").joinpath("timeline.yaml").read_text(encoding="utf-8"))


def _events(kind: str, rules: Mapping[str, Any]) -> list[Event]:
    defaults = {key: value for key, value in rules.items() if key != "events"}
    return [_event(kind, defaults, own) for own in rules["events"]]


def _event(kind: str, defaults: Mapping[str, Any], own: Mapping[str, Any]) -> Event:
    said = {**defaults, **own}
    known = {f.name for f in fields(Event)} - {"kind"}
    if wrong := sorted(set(said) - known):
        raise MappingError(f"{FILE}, {kind}: unknown key(s) {', '.join(wrong)}; known are {', '.join(sorted(known))}.")
    if "code" not in said:
        raise MappingError(f"{FILE}, {kind}: an event has no `code`. Say what it is called in the timeline.")
    if {"unless"} <= defaults.keys() & own.keys():  # neither replaces the other
        said["unless"] = f"({defaults['unless']}) OR ({own['unless']})"
    texts: dict[str, Any] = {key: NOTHING if value is None else value for key, value in said.items()}
    listed = {"needs": tuple(said.get("needs", ())), "let": tuple(said.get("let", {}).items())}
    return Event(kind, **texts | listed)
