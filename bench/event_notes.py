"""Notes of named events with labels: simulated, harder ones written from a specification, or a site's own."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from contract.errors import ConfigError, InputError
from nlp.adverse.events.event import Event, load, shipped
from nlp.adverse.events.labelled import answer, event_note, table
from nlp.adverse.events.note import EventNote

FOLDER = Path(__file__).with_name("event_cases")
FROZEN = {
    "specification.yaml": "82b07a67abc41c19aedd52ca1ccebe2e527c303555854f3b4e757a072dcacaa2",
    "call.yaml": "f22f973aeabfdce743aabc4f4c26d5173b1430baf7c58da11453fba3541142dc",
    "ward.yaml": "6803d888e54713e666c414398d6a4f3932852952fcf0583f98015fb74eb247c2",
    "letter.yaml": "3918d0b63ea61b3b622a3087a93a8c9ddb226fdddbfcf58fcf3f448752c24b4d",
}
EVENTS = ("hip_dislocation", "wound_infection", "fall")
STYLES = ("call", "ward", "letter")
SHARES = {
    "present": 20,
    "unnamed": 20,
    "absent": 18,
    "historical": 10,
    "other": 8,
    "feared": 12,
    "lookalike": 6,
    "silent": 6,
}
AGAINST = ("historical", "other", "feared")
CHOICE = re.compile(r"\{([^{}]*\|\|[^{}]*)\}")
KINDS = {"call": "phone", "ward": "nursing", "letter": "letter"}
HEADS = {
    "call": "Telephone message, taken {n}:{m}.\n",
    "ward": "RN note {n}{m}\n",
    "letter": "Ref {n}/{m}\n\nREPORT:\n",
}
BETWEEN = {"call": " ", "ward": "\n", "letter": " "}


@dataclass(frozen=True)
class Labelled:
    """`whose`: notes that tell the same thing, drawn together for intervals; `category` of the specification."""

    note: EventNote
    label: str
    style: str
    whose: str
    category: str = ""


def harder(event: str, count: int, seed: int) -> list[Labelled]:
    """`count` notes of each style, without kinds: styles are what differs."""
    return [one for style in STYLES for one in _style(event, style, count, seed)]


def _style(event: str, style: str, count: int, seed: int) -> Iterator[Labelled]:
    said = frozen(style)
    chance = Random(f"{event}/{style}/{seed}")
    answers, mixing = frozen("specification")["answers"], frozen("specification")["mixing"]
    for number in range(count):
        category = chance.choices(list(SHARES), list(SHARES.values()))[0]
        label = answers[category]
        core = [category] if category != "silent" else []
        if chance.random() < (mixing["second"] if label == "yes" else mixing["pair"]) and core:
            core.append(chance.choice([one for one in AGAINST if one != category]))
        picked = [chance.choice(said[event][one]) for one in core]
        filler = chance.sample(said["filler"], chance.randint(1, 4) if core else chance.randint(2, 5))
        lines = [_chosen(one, chance) for one in picked + filler]
        chance.shuffle(lines)
        head = HEADS[style].format(n=chance.randint(8, 19), m=chance.randint(10, 59))
        note = EventNote(head + BETWEEN[style].join(lines), "", "en", f"{style}-{number}")
        yield Labelled(note, label, style, f"{style}/{picked[0] if picked else 'silent'}", category)


def _chosen(text: str, chance: Random) -> str:
    return CHOICE.sub(lambda found: chance.choice(found[1].split("||")), text)


@lru_cache(maxsize=8)
def frozen(name: str) -> Mapping[str, Any]:
    """A file of the harder notes, as it was written."""
    path = FOLDER / f"{name}.yaml"
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != FROZEN[path.name]:
        raise ConfigError(
            f"{path.name} is not as frozen: its sha256 is {found[:12]}..., expected {FROZEN[path.name][:12]}... "
            "Restore it; sentences that are meant to change are recorded in bench/event_notes.py with the reason."
        )
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(said, dict)
    return said


def simulated(count: int, seeds: Sequence[int]) -> dict[str, list[Labelled]]:
    """By event, of `count` phone notes and as many reports of films a seed; seeds are of hospitals."""
    from simulate.notes.corpus import draw_notes

    found: dict[str, list[Labelled]] = {event: [] for event in EVENTS}
    for seed in seeds:
        for kind in ("phone", "radiology"):
            for one in draw_notes(count, seed, kinds=(kind,)):
                if one.chart.event:
                    name, happened = one.chart.event
                    note = EventNote(one.text, kind, "en", one.chart.note_id)
                    label = "yes" if happened else "no"
                    found[name].append(Labelled(note, label, one.style, f"{seed}/{one.chart.note_id}"))
    return found


def own(folder: Path) -> Iterator[tuple[Event, list[Labelled], list[Labelled]]]:
    """Of each <event>/ train.jsonl and test.jsonl (note_id, text, label); event.yaml where it is not shipped."""
    places = sorted(place.parent for place in folder.glob("*/train.jsonl"))
    if not places:
        raise InputError(f"{folder} holds no <event>/train.jsonl beside test.jsonl.")
    for place in places:
        event = _event(place)
        yield event, _read(place / "train.jsonl", event), _read(place / "test.jsonl", event)


def _event(place: Path) -> Event:
    if (place / "event.yaml").is_file():
        return replace(load(place / "event.yaml"), kinds=())
    if place.name in shipped():
        return replace(load(place.name), kinds=())
    labels = sorted({str(row.get("label")) for row in table(place / "train.jsonl")})
    if set(map(str.lower, labels)) <= {"yes", "no", "true", "false", "1", "0"}:
        return Event(place.name.lower())
    return Event(place.name.lower(), labels=tuple(labels), positive=tuple(labels[1:]))


def _read(file: Path, event: Event) -> list[Labelled]:
    found = []
    for number, row in enumerate(table(file), 1):
        label = answer(row.get("label"), event)
        if label is None:
            raise InputError(
                f"{file.parent.name}/{file.name}, line {number}: expected a label of {list(event.labels)}."
            )
        found.append(Labelled(event_note(row), label, str(row.get("style") or ""), str(row.get("note_id") or number)))
    return found
