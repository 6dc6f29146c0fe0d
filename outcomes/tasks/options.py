"""The keys of a task's `metadata: chartloom:`, read and checked."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from contract.errors import ConfigError
from outcomes.tasks.language import duration
from outcomes.tasks.task import EventTime, Options, Stay, Targets, When

WHERE = "metadata.chartloom"
SILENCE = "30d"


def options(said: Mapping[str, Any] | None) -> Options:
    if said is None:
        return Options()
    told(said, Options, "")
    exclusions = part(said, "exclusions") if said.get("exclusions") else {}
    ahead = horizons(said)
    return Options(
        tuple(when(str(one)) for one in listed(said, "prediction_times")),
        duration(str(said["horizon"])) if said.get("horizon") else 0,
        said.get("now"),
        stay(part(said, "stay")) if said.get("stay") else None,
        bool(said.get("absent")),
        targets(part(said, "targets")) if said.get("targets") else None,
        event_time(part(said, "event_time")) if said.get("event_time") else None,
        ahead,
        tuple((str(predicate), str(window)) for predicate, window in exclusions.items()),
        choice(said, "censored", ("unknown",) if ahead else ("dropped", "unknown")),
    )


def when(text: str) -> When:
    found = re.fullmatch(r"\s*([A-Za-z_]\w*)\s*(?:([+-])\s*(.+?))?\s*", text)
    if not found:
        return When(text.strip(), duration(text))
    size = duration(found[3]) if found[3] else 0
    return When(text.strip(), -size if found[2] == "-" else size, found[1])


def stay(said: Mapping[str, Any]) -> Stay:
    told(said, Stay, "stay", "discharge")
    return Stay(
        str(said["discharge"]),
        str(said.get("death") or ""),
        bool(said.get("in_progress", True)),
        duration(str(said.get("silence", SILENCE))),
        choice(said, "unended", ("dropped", "survived")),
    )


def targets(said: Mapping[str, Any]) -> Targets:
    told(said, Targets, "targets", "codes")
    try:
        re.compile(str(said["codes"]))
    except re.error as error:
        raise ConfigError(f"{WHERE}.targets.codes is no regular expression: {error}") from error
    persons = said.get("persons", 20)
    if not isinstance(persons, int) or persons < 1:
        raise ConfigError(f"{WHERE}.targets.persons must be a whole number from 1, not {persons!r}")
    return Targets(str(said["codes"]), persons)


def event_time(said: Mapping[str, Any]) -> EventTime:
    told(said, EventTime, "event_time", "event")
    every = [str(said["event"]), *map(str, listed(said, "competing"))]
    if len(set(every)) < len(every):
        raise ConfigError(f"{WHERE}.event_time: an event cannot compete with itself; found {', '.join(every)}")
    return EventTime(every[0], tuple(every[1:]))


def horizons(said: Mapping[str, Any]) -> tuple[When, ...]:
    """Rising, and none that `horizon` cuts off."""
    found = tuple(When(str(each).strip(), duration(str(each))) for each in listed(said, "horizons"))
    if found and not said.get("event_time"):
        raise ConfigError(f"{WHERE}.horizons is of `event_time`, which is not there: say what event is waited for")
    if found and said.get("targets"):
        raise ConfigError(f"{WHERE}: horizons and targets both say what is predicted; leave one of them out")
    sizes = [each.offset for each in found]
    if any(size <= 0 for size in sizes) or sizes != sorted(set(sizes)):
        raise ConfigError(f"{WHERE}.horizons must be durations over 0 that rise, not {[each.name for each in found]}")
    if sizes and said.get("horizon") and sizes[-1] > duration(str(said["horizon"])):
        raise ConfigError(f"{WHERE}.horizons: {found[-1].name} lies beyond horizon {said['horizon']!r}")
    return found


def told(said: Mapping[str, Any], kind: type, where: str, *needed: str) -> None:
    """Every key is a field; the needed ones are there."""
    place = f"{WHERE}.{where}" if where else WHERE
    right = [field.name for field in fields(kind)]
    for key in said:
        if key not in right:
            raise ConfigError(f"{place}: key {key!r} is not known; there are: {', '.join(right)}")
    for key in needed:
        if not said.get(key):
            raise ConfigError(f"{place} lacks {key}")


def part(said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    if not isinstance(said[key], Mapping):
        raise ConfigError(f"{WHERE}.{key} must be a mapping (key: value), not {type(said[key]).__name__}")
    return said[key]  # type: ignore[no-any-return]


def listed(said: Mapping[str, Any], key: str) -> list[Any]:
    value = said.get(key) or []
    if not isinstance(value, list):
        raise ConfigError(f"{WHERE}.{key} must be a list, not {value!r}")
    return value


def choice(said: Mapping[str, Any], key: str, right: tuple[str, ...]) -> str:
    value = str(said.get(key, right[0]))
    if value not in right:
        raise ConfigError(f"{WHERE}.{key} is {' or '.join(right)}, not {value!r}")
    return value
