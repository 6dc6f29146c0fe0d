"""Invariants as typed data, out of schemas/invariants.yaml and us_core.yaml; held against the columns when read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from contract.errors import MappingError
from schemas import yaml_text
from schemas.fhir import Element, resource_types

FIELDS = frozenset(("of", "severity", "says", "when", "any", "none", "same", "order", "least", "ascending", "distinct"))
US_CORE = "us-core"
MUST = "US Core demands this element; map a column to it, or have the source deliver it"


@dataclass(frozen=True)
class Condition:
    """`element` is there, and where codes are said it has one of them; name[x] stands for all its types."""

    element: str
    codes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Condition":
        element, _, codes = text.partition(" = ")
        return cls(element, tuple(codes.split("|")) if codes else ())


@dataclass(frozen=True)
class Invariant:
    """One rule at one place: `at` is a data type, or the path of an element. See schemas/invariants.yaml."""

    key: str
    at: str
    says: str
    element: str = ""  # named in place of the whole, where one is lacking
    when: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    none: tuple[Condition, ...] = ()
    same: tuple[Condition, ...] = ()
    order: tuple[str, ...] = ()
    least: tuple[tuple[str, str], ...] = ()
    ascending: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()


@cache
def invariants() -> Mapping[str, tuple[Invariant, ...]]:
    """By place: a data type such as Period, or a path such as Observation.component."""
    found: dict[str, list[Invariant]] = {}
    for rule in (*_standard(), *_us_core()):
        found.setdefault(rule.at, []).append(rule)
    refuse_unknown(found)
    return {place: tuple(rules) for place, rules in found.items()}


@cache
def severities() -> Mapping[str, str]:
    """Key -> error or warning, as the standard has it; US Core's rules are its own."""
    standard = {key: said["severity"] for key, said in _load("invariants.yaml").items()}
    return {**standard, **dict.fromkeys((US_CORE, *_load("us_core.yaml")["rules"]), US_CORE)}


@cache
def messages() -> Mapping[str, str]:
    return {rule.key: rule.says for rules in invariants().values() for rule in rules}


@cache
def _load(name: str) -> Any:
    return yaml_text.read(resources.files("schemas").joinpath(name).read_text(encoding="utf-8"))


def _standard() -> Iterator[Invariant]:
    for key, said in _load("invariants.yaml").items():
        yield from parse(key, said)


def _us_core() -> Iterator[Invariant]:
    said = _load("us_core.yaml")
    for key, rule in said["rules"].items():
        yield from parse(key, rule)
    for place, names in said["must"].items():
        for name in names:
            wanted = tuple(Condition(one) for one in name.split("|"))
            yield Invariant(US_CORE, place, MUST, element=name.split("|")[0], any=wanted)


def parse(key: str, said: Mapping[str, Any]) -> Iterator[Invariant]:
    unknown = set(said) - FIELDS
    if unknown:
        raise MappingError(f"schemas, {key}: found {', '.join(unknown)}; expected {', '.join(sorted(FIELDS))}.")
    conditions: dict[str, Any] = {
        word: tuple(Condition.parse(text) for text in said.get(word, ())) for word in ("when", "any", "none", "same")
    }
    for place in said["of"]:
        yield Invariant(
            key,
            place,
            said["says"],
            **conditions,
            order=tuple(said.get("order", ())),
            least=tuple(said.get("least", {}).items()),
            ascending=tuple(said.get("ascending", ())),
            distinct=tuple(said.get("distinct", ())),
        )


def parts() -> Mapping[str, frozenset[str]]:
    """Every data type, and path below a resource or data type, as rules may name them -> the names of its parts."""
    found: dict[str, frozenset[str]] = {}
    for kind in resource_types().values():
        found[kind.name] = frozenset(element.name for element in kind.elements)
        _walk(kind.elements, (kind.name,), found)
    return found


def _walk(elements: tuple[Element, ...], paths: tuple[str, ...], found: dict[str, frozenset[str]]) -> None:
    for element in elements:
        if element.parts:
            here = tuple(f"{path}.{element.name}" for path in paths)
            names = frozenset(part.name for part in element.parts)
            found.update(dict.fromkeys((*here, element.type), names))
            _walk(element.parts, (here[0], element.type), found)


def refuse_unknown(found: Mapping[str, list[Invariant]]) -> None:
    for place in set(found) - set(parts()):
        raise MappingError(
            f"schemas, {found[place][0].key}: no element with columns is called {place!r}; "
            "name a data type, a resource type or the path of a structure as in schemas/fhir.yaml."
        )
