"""Made-up clinical text that tells of drugs and effects, with its marks: a miner practises on it beside papers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from random import Random

import yaml

from nlp.adverse.mention import DRUG, EFFECT
from nlp.text.grammar import choose, phrase, speak

RELATED = ("told", "both", "apart", "denied", "feared", "past", "allergic")
SHARES = {
    "told": 0.3,
    "both": 0.04,
    "apart": 0.1,
    "denied": 0.08,
    "feared": 0.06,
    "past": 0.04,
    "allergic": 0.04,
    "none": 0.34,
}
MANNERS = {"plain": 0.6, "small": 0.15, "capitals": 0.1, "list": 0.15}
SIGS = (
    "10 mg daily",
    "500 mg BID",
    "40 mg PO qd",
    "1 g IV q12h",
    "5 mg",
    "81mg qd",
    "2 puffs PRN",
    "0.4 mg SL",
    "25 mcg/h",
)
TIMES = ("yesterday", "last week", "3 days ago", "on 4/12", "in March", "this morning", "on admission", "2 weeks ago")


@dataclass(frozen=True)
class Vocabulary:
    """Names as notes write them. `ills`: what drugs are for."""

    drugs: Sequence[str]
    effects: Sequence[str]
    ills: Sequence[str]


@dataclass
class Told:
    """One text; a relation is a pair of places in `spans`: drug, effect. `kinds`: of its frames."""

    text: str = ""
    spans: list[tuple[int, int, str]] = field(default_factory=list)
    relations: list[tuple[int, int]] = field(default_factory=list)
    related: list[str] = field(default_factory=list)  # of each relation, the kind of its frame
    kinds: list[str] = field(default_factory=list)

    def put(self, text: str) -> None:
        self.text += text

    def add(self, other: "Told") -> None:
        shift, before = len(self.text), len(self.spans)
        self.text += other.text
        self.spans += [(start + shift, end + shift, label) for start, end, label in other.spans]
        self.relations += [(drug + before, effect + before) for drug, effect in other.relations]
        self.related += other.related
        self.kinds += other.kinds


def texts(vocabulary: Vocabulary, count: int, seed: int, most: int = 5) -> Iterator[Told]:
    """Each of one to `most` frames, in running text or as a list, in small letters or in capitals."""
    rng = Random(f"practice/{seed}")
    for _ in range(count):
        yield _text(vocabulary, rng, most)


def _text(vocabulary: Vocabulary, rng: Random, most: int) -> Told:
    manner = _drawn(MANNERS, rng)
    told, frames = Told(), 1 + int(rng.random() * most)
    for at in range(frames):
        if at:
            told.put("\n- " if manner == "list" else choose(rng, [" ", " ", "\n"]))
        told.add(_frame(vocabulary, rng))
    if manner in ("small", "capitals"):
        told.text = _same_length(told.text, str.lower if manner == "small" else str.upper)
    return told


def _frame(vocabulary: Vocabulary, rng: Random) -> Told:
    kind = _drawn(SHARES, rng)
    told = Told(kinds=[kind])
    chosen = {
        **dict(zip(("drug", "drug2"), rng.sample(vocabulary.drugs, 2), strict=True)),
        **dict(zip(("effect", "effect2", "effect3"), rng.sample(vocabulary.effects, 3), strict=True)),
    }
    named: dict[str, list[int]] = {}

    def slot(name: str, _: str) -> None:
        if name in chosen:
            named.setdefault(name, []).append(_mark(told, name, chosen[name]))
        else:
            told.put(_filled(name, vocabulary, rng))

    speak(phrase(choose(rng, _frames()[kind])), rng, told.put, slot)
    told.text = _capital(told.text, rng)
    _relate(told, kind, named)
    return told


def _mark(told: Told, name: str, words: str) -> int:
    start = len(told.text)
    told.put(words if start else words[:1].upper() + words[1:])
    told.spans.append((start, len(told.text), DRUG if name.startswith("drug") else EFFECT))
    return len(told.spans) - 1


def _relate(told: Told, kind: str, named: Mapping[str, Sequence[int]]) -> None:
    """A second drug is what was given instead, unless both did it."""
    if kind not in RELATED:
        return
    for at, drug in enumerate(("drug", "drug2")):
        effects = [place for name in ("effect", "effect2", "effect3") for place in named.get(name, ())]
        if kind == "allergic" and len(named.get("drug2", ())):
            effects = effects[at : at + 1]
        if drug == "drug" or kind in ("both", "allergic"):
            told.relations += [(mine, effect) for mine in named.get(drug, ()) for effect in effects]
    told.related = [kind] * len(told.relations)


def _filled(name: str, vocabulary: Vocabulary, rng: Random) -> str:
    fill: dict[str, Callable[[], str]] = {
        "ill": lambda: choose(rng, list(vocabulary.ills)),
        "sig": lambda: choose(rng, SIGS),
        "when": lambda: choose(rng, TIMES),
        "he": lambda: choose(rng, ["he", "she", "the patient", "pt"]),
        "him": lambda: choose(rng, ["him", "her"]),
        "his": lambda: choose(rng, ["his", "her"]),
        "day": lambda: str(1 + int(rng.random() * 20)),
        "yy": lambda: f"{int(rng.random() * 25):02d}",
    }
    return fill[name]()


def _capital(text: str, rng: Random) -> str:
    return text[:1].upper() + text[1:] if rng.random() < 0.85 else text


def _same_length(text: str, change: Callable[[str], str]) -> str:
    changed = change(text)
    return changed if len(changed) == len(text) else text


def _drawn(shares: Mapping[str, float], rng: Random) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]


@cache
def _frames() -> dict[str, list[str]]:
    text = resources.files("nlp.adverse.practice").joinpath("frames.yaml").read_text(encoding="utf-8")
    said: dict[str, list[str]] = yaml.safe_load(text)
    return said
