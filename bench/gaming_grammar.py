"""What a report of bench.gaming says, as facts, and how it says them: bench/gaming_spec.yaml, frozen."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from contract.errors import ConfigError

SPEC, NAMES = (Path(__file__).with_name(f"gaming_{name}.yaml") for name in ("spec", "names"))
FROZEN = "02e97721ee9fb54c9e731b781dc21a6a5f65adfd11be6959874fd970abfbf2a6"
BRACKET = re.compile(r"\[([^|\]]*)\|?([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Fact:
    """`lobe`: which of the side's lobes, or NONE. `position`: of a device: good, bad or gone."""

    name: str
    stated: bool = True
    side: str = ""
    grade: str = ""
    lobe: int = -1
    position: str = ""


@lru_cache(maxsize=1)
def spec() -> dict[str, Any]:
    return frozen(SPEC, FROZEN)


def frozen(path: Path, digest: str) -> dict[str, Any]:
    """Refused where the file is not as it was when it was written."""
    text = path.read_text(encoding="utf-8")
    if (found := hashlib.sha256(text.encode()).hexdigest()) != digest:
        raise ConfigError(
            f"{path.name} is not as frozen: its sha256 is {found[:12]}..., expected {digest[:12]}... Restore it; a "
            "change that is meant is recorded beside its digest, with its reason."
        )
    said: dict[str, Any] = yaml.safe_load(text)
    return said


@lru_cache(maxsize=1)
def names() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(NAMES.read_text(encoding="utf-8"))
    return said


def sentence(fact: Fact, rng: Random) -> str:
    """One of the ways to say it."""
    if fact.name in spec()["devices"]:
        return _device(fact, rng)
    entry = spec()["findings"][fact.name]
    if not fact.stated:
        return BRACKET.sub(r"\1", rng.choice(entry["denials"]))
    clauses = entry["clauses"]
    if rng.random() < len(clauses) / (len(clauses) + len(entry["phrases"])):
        return _tidy(_filled(rng.choice(clauses), fact, rng))
    carrier = rng.choice(spec()["carriers"])
    return _tidy(_carried(carrier, phrase(fact, rng), fact))


def phrase(fact: Fact, rng: Random) -> str:
    """A noun phrase of a stated finding."""
    return _filled(rng.choice(spec()["findings"][fact.name]["phrases"]), fact, rng)


def joined(one: Fact, other: Fact, rng: Random) -> str:
    """Two stated findings in one sentence."""
    template = rng.choice(spec()["joins"])
    first, second = phrase(one, rng), phrase(other, rng)
    return _tidy(template.replace("{P}", first).replace("{p}", first).replace("{q}", second))


def denied(facts: list[Fact], rng: Random, *, deleted: bool = False) -> str:
    """A list of what is not there; `deleted`: without the word that denies it, so that it is there."""
    items = [rng.choice(spec()["findings"][fact.name]["names"]) for fact in facts]
    end = rng.choice(spec()["ends"][:1] * 3 + spec()["ends"])
    said = ", ".join(items[:-1]) + end + items[-1] if len(items) > 1 else items[0]
    said = said.replace(" nor ", " or ") if deleted else said
    text = BRACKET.sub(r"\2" if deleted else r"\1", rng.choice(spec()["denied_lists"]))
    return _tidy(text.replace("{names}", said))


def undenied(fact: Fact, rng: Random) -> str:
    """One of its denials without the word that denies."""
    forms = [form for form in spec()["findings"][fact.name]["denials"] if "[" in form]
    side = rng.choice(["left", "right"])
    return _tidy(BRACKET.sub(r"\2", rng.choice(forms)).replace("{side}", side))


def deniable(name: str) -> bool:
    return any("[" in form and "{" not in form for form in spec()["findings"][name].get("denials", ()))


def called(name: str) -> list[str]:
    """What the labeller may call it."""
    return list(names()["names"].get(name, [name]))


def _carried(carrier: str, said: str, fact: Fact) -> str:
    several = fact.side == "both" and fact.name in names()["countable"]
    article = "" if several or fact.name not in names()["countable"] else "a "
    carrier = carrier.replace("{is}", "are" if several else "is").replace("{an}", article)
    return carrier.replace("{P}", said).replace("{p}", said)


def _device(fact: Fact, rng: Random) -> str:
    entry = spec()["devices"][fact.name]
    template = rng.choice(spec()["gone"] if fact.position == "gone" else entry[fact.position])
    return _tidy(
        _filled(template.replace("{Device}", "{device}"), fact, rng).replace("{device}", rng.choice(entry["names"]))
    )


def _filled(template: str, fact: Fact, rng: Random) -> str:
    said = spec()
    several = fact.side == "both"
    words = {"s": "s" if several else "", "is": "are" if several else "is"}
    words |= {"side": "", "at": "", "lobe": ""}
    if fact.side:
        words["side"] = rng.choice(said["sides"][fact.side]["adjective"])
        words["at"] = rng.choice(said["sides"][fact.side]["at"])
    if fact.lobe >= 0:
        words["lobe"] = rng.choice(said["lobes"][fact.side][fact.lobe])
    words |= _graded(fact, rng)
    if not fact.grade:
        template = re.sub(r", \{grade\}[^,.]*,?", "", template)
    return re.sub(r"\{(\w+)\}", lambda match: words.get(match[1].lower(), match[0]), template)


def _graded(fact: Fact, rng: Random) -> dict[str, str]:
    row = spec()["findings"].get(fact.name, {}).get("grades")
    if not (row and fact.grade):
        return {"grade": "", "gradely": ""}
    said = spec()["grades"][row][fact.grade]
    return {"grade": rng.choice(said["adjective"]), "gradely": rng.choice(said.get("adverb", [""]))}


def _tidy(text: str) -> str:
    text = " ".join(text.split()).replace(" .", ".").replace(" ,", ",")
    text = re.sub(r"\b([Aa]) (?=[aeioAEIO])", r"\1n ", text)
    return text[0].upper() + text[1:]
