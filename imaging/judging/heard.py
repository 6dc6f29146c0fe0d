"""What a report says, topic by topic: all mentions of one finding or one kind of device, with sides, grades, places."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from imaging.finding import DEVICE
from imaging.labeller.knowledge import load, spelled
from imaging.labeller.labelled import STATES, State
from imaging.labeller.labeller import Labeller
from imaging.labeller.sentence import GRADES, Said
from nlp.text.data_files import trie

FOLDER = Path(__file__).with_name("data")
BOTH = frozenset({"left", "right"})
Zoned = frozenset[tuple[str, str]]  # zone, side
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mention:
    """One of the report's words for a finding; places are characters of the report."""

    state: State
    side: str
    severity: str
    zones: Zoned
    position: str
    tip: str
    span: Place
    sentence: Place

    @property
    def sides(self) -> frozenset[str]:
        return BOTH if self.side == "both" else frozenset({self.side} - {""})


@dataclass(slots=True)
class Topic:
    """`name`: of findings.yaml, or a kind of device."""

    name: str
    device: bool = False
    mentions: list[Mention] = field(default_factory=list)

    @property
    def state(self) -> State:
        return min((each.state for each in self.mentions), key=STATES.index)

    @property
    def stated(self) -> bool:
        """There, or perhaps there."""
        return self.state != "negated"

    @property
    def said(self) -> list[Mention]:
        """Those that say the state that the topic has."""
        return [each for each in self.mentions if (each.state == "negated") != self.stated]

    @property
    def spans(self) -> tuple[Place, ...]:
        return tuple(each.span for each in self.said)

    @property
    def gone(self) -> tuple[Place, ...]:
        """Where it is denied, though it may be stated elsewhere: one tube is out, another in."""
        return tuple(each.span for each in self.mentions if each.state == "negated")

    @property
    def sides(self) -> frozenset[str]:
        return frozenset(side for each in self.said for side in each.sides)

    @property
    def severity(self) -> str:
        said = {each.severity for each in self.said}
        return next((grade for grade in GRADES if grade in said), "")

    @property
    def position(self) -> str:
        said = {each.position for each in self.said}
        return "bad" if "bad" in said else "good" if "good" in said else ""

    def in_zone(self, zone: str) -> frozenset[str]:
        return frozenset(side for each in self.said for where, side in each.zones if where == zone)

    def on_side(self, side: str) -> str:
        """The strongest grade said of that side alone."""
        said = {each.severity for each in self.said if each.side == side}
        return next((grade for grade in GRADES if grade in said), "")

    @property
    def zoned(self) -> bool:
        """Whether of each side the place is said."""
        return self.sides == {side for each in self.said for _, side in each.zones}

    @property
    def zones(self) -> frozenset[str]:
        return frozenset(zone for each in self.said for zone, _ in each.zones)


def topics(text: str, labeller: Labeller) -> dict[str, Topic]:
    found: dict[str, Topic] = {}
    for place, every in labeller.read(text):
        if not every:
            continue
        sentence = text[slice(*place)]
        zones = zoned(sentence)
        for said in every:
            name = said.device.kind if said.device else said.finding
            topic = found.setdefault(name, Topic(name, said.finding == DEVICE))
            topic.mentions.append(_mention(said, place, zones))
    return found


def _mention(said: Said, sentence: Place, zones: Sequence[tuple[str, str]]) -> Mention:
    tip = said.device.tip if said.device else ""
    near = frozenset((zone, side) for zone, side in zones if said.side in {side, "both"})
    position = (said.device.position or placed(said.device.kind, tip)) if said.device else ""
    span = (sentence[0] + said.start, sentence[0] + said.end)
    return Mention(said.state, said.side, said.severity, near, position, tip, span, sentence)


def placed(kind: str, tip: str) -> str:
    """Whether a tip lies well there, for devices of that kind; empty where nobody can tell."""
    return next((position for position, tips in knowledge("tips").get(kind, {}).items() if tip in tips), "")


def zoned(sentence: str) -> list[tuple[str, str]]:
    """(zone, side) as the sentence names them: "right lower lobe", "LLL", "base of the left lung"."""
    pattern, words = _places()
    found: list[tuple[str, str]] = []
    zone, side = "", ""
    for match in pattern.finditer(sentence.lower()):
        kind, name = words[" ".join(match.group().split())]
        if kind == "whole":
            found.append((name[1], name[0]))
            zone = side = ""
        elif kind == "zone":
            zone = name[0]
        else:
            side = name[0]
        if zone and side:
            found.extend((zone, each) for each in (BOTH if side == "both" else (side,)))
            zone = side = ""
    return found


@lru_cache(maxsize=1)
def _places() -> tuple[re.Pattern[str], dict[str, tuple[str, tuple[str, ...]]]]:
    zones = knowledge("zones")
    words: dict[str, tuple[str, tuple[str, ...]]] = {}
    for side, said in load("sides")["side"].items():
        words |= dict.fromkeys(plain(said), ("side", (side,)))
    for zone, said in zones.items():
        if zone != "whole":
            words |= dict.fromkeys(spelled(said), ("zone", (zone,)))
    words |= {word: ("whole", tuple(said)) for word, said in zones["whole"].items()}
    return re.compile(rf"(?<!\w)(?:{trie(sorted(words))})(?!\w)"), words


def plain(said: Iterable[str]) -> list[str]:
    """Words that are nothing but a side; "lower lobes" is a place, and may stand for both."""
    zones = {word for name, words in knowledge("zones").items() if name != "whole" for word in spelled(words)}
    return [word for word in spelled(said) if word not in zones and "than" not in word]


@lru_cache(maxsize=3)
def knowledge(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found
