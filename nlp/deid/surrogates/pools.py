"""Faker's lists of names as classes of alike names: a name and its surrogate are always of one class.

A class is an origin and what the name can be there: m and f given names, l a family name, k a woman's family
name. "Taylor" is fml in English and gets a name that is as many things too,
so that nobody has to know which of them it is where it stands.
"""

import importlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from nlp.deid.surrogates.forbidden import fold
from nlp.deid.surrogates.strata import banded, weights_of

LISTS = {"m": "first_names_male", "f": "first_names_female", "l": "last_names", "k": "last_names_female"}
FEWER = {"mf": "fm", "m": "m", "f": "f", "l": "l"}  # what a name that is several things is, where they are too few
SMALLEST = 24  # a class with fewer names joins a broader one
MIXED = ("en", "es")  # origins whose names overlap too much to tell apart
VOWEL = re.compile("[aeiouy]")
LARGE = 1000  # names that must be in reach for a name of no list
FEW = 100  # as many are enough in scripts of which there are no others
ENDINGS = 60  # of names put together from two halves
PLAIN = re.compile(
    r"(?:[^\W\d_]['’])?(?:[^\W\d_][\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u097f]*){2,}|[\uac00-\ud7a3]"
)


@cache
def knowledge(name: str) -> Any:
    file = resources.files("fhir_mappings").joinpath(f"deid/surrogates/{name}.yaml")
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def faker_list(provider: str, locale: str, name: str) -> tuple[str, ...]:
    """A list of a Faker provider without making a Faker; empty where the locale has none."""
    try:
        found = getattr(importlib.import_module(f"faker.providers.{provider}.{locale}").Provider, name, ())
    except ModuleNotFoundError:
        return ()
    return tuple(v for v in found if isinstance(v, str)) if isinstance(found, Iterable) else ()


@dataclass(frozen=True)
class Place:
    """Where a listed name stands: its class, the band of the class (names as common), and its rank in that."""

    kind: str
    band: int
    rank: int


@dataclass(frozen=True)
class Halves:
    """Beginnings and endings of listed names: put together they make names that are in no list."""

    heads: tuple[str, ...]
    tails: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.heads) * len(self.tails)

    def name(self, rank: int) -> str:
        return self.heads[rank // len(self.tails)] + self.tails[rank % len(self.tails)]


@dataclass(frozen=True)
class Pools:
    places: Mapping[str, Place]  # folded name -> class and rank
    names: Mapping[str, tuple[str, ...]]  # class -> its names
    bands: Mapping[tuple[str, int], tuple[str, ...]]  # class and band -> names, ranked
    halves: Mapping[str, Halves]  # "en/l", "es/f" ... -> names of no list


@cache
def pools() -> Pools:
    found = _found()
    kinds = _broadened({name: _kind(groups) for name, groups in found.items()})
    shown = {name: _shown(groups) for name, groups in found.items()}
    members: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        members.setdefault(kind, []).append(name)
    weights = _weights()
    places, bands = {}, {}
    for kind, names in members.items():
        for number, band in enumerate(banded(names, shown, weights)):
            bands[(kind, number)] = tuple(shown[name] for name in band)
            places.update({name: Place(kind, number, rank) for rank, name in enumerate(band)})
    classes = {kind: tuple(shown[name] for name in names) for kind, names in members.items()}
    return Pools(places, classes, bands, _halves(classes))


def _weights() -> dict[str, float]:
    """Folded name -> its greatest share in any list."""
    found: dict[str, float] = {}
    for locales in knowledge("names")["groups"].values():
        for locale in locales:
            for attribute in LISTS.values():
                for name, share in weights_of(locale, attribute).items():
                    found[fold(name)] = max(share, found.get(fold(name), 0.0))
    return found


Groups = dict[str, dict[str, str]]  # group -> letter of LISTS -> the name as the list writes it


def _found() -> dict[str, Groups]:
    """Every name of every list, folded, with where it was found."""
    found: dict[str, Groups] = {}
    for group, locales in knowledge("names")["groups"].items():
        for locale in locales:
            for letter, attribute in LISTS.items():
                for name in _listed(locale, letter, attribute):
                    if PLAIN.fullmatch(name):
                        found.setdefault(fold(name), {}).setdefault(group, {}).setdefault(letter, name)
    return found


def _listed(locale: str, letter: str, attribute: str) -> Iterable[str]:
    """Where women have other family names, `last_names` is both, and the men's are asked for."""
    male = faker_list("person", locale, "last_names_male") if letter == "l" else ()
    return male or faker_list("person", locale, attribute)


def _kind(groups: Groups) -> tuple[str, str]:
    """Origin and what it can be there."""
    mixed = [group for group in MIXED if group in groups]
    origins = mixed or [next(iter(groups))]
    return "+".join(origins), "".join(sorted({letter for origin in origins for letter in groups[origin]}))


def _shown(groups: Groups) -> str:
    first = next(iter(groups.values()))
    return next(iter(first.values()))


def _broadened(kinds: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Small classes joined to broader ones, until none is small or none is broader."""
    while True:
        sizes = Counter(kinds.values())
        small = {kind for kind, size in sizes.items() if size < SMALLEST and _broader(kind, sizes) != kind}
        if not small:
            return {name: "/".join(kind) for name, kind in kinds.items()}
        longest = max(len(letters) + len(origin) for origin, letters in small)
        joined = {kind for kind in small if len(kind[0]) + len(kind[1]) == longest}
        kinds = {name: _broader(kind, sizes) if kind in joined else kind for name, kind in kinds.items()}


def _broader(kind: tuple[str, str], sizes: Mapping[tuple[str, str], int]) -> tuple[str, str]:
    origin, letters = kind
    if "+" in origin:
        return origin.split("+")[-1], letters
    if len(letters) > 1:
        return origin, next(fewer for given, fewer in FEWER.items() if set(given) < set(letters))
    return ("en", letters) if origin in _latin() and sizes[("en", letters)] else kind


@cache
def _latin() -> frozenset[str]:
    scripts = {"russian", "ukrainian", "greek", "arabic", "hebrew", "hindi", "korean"}
    return frozenset(knowledge("names")["groups"]) - scripts


def _halves(names: Mapping[str, tuple[str, ...]]) -> dict[str, Halves]:
    found = {}
    for kind, ranked in names.items():
        halves = _split([name for name in ranked if len(name) > 5]) if ranked[0] < "\uac00" else _syllables(ranked)
        if halves.count > (LARGE if ranked[0] < "\u0370" else FEW):
            found[kind] = halves
    return found


def _syllables(names: Iterable[str]) -> Halves:
    """Of Korean names."""
    pairs = [name for name in names if len(name) == 2]
    return Halves(tuple(sorted({name[0] for name in pairs})), tuple(sorted({name[1] for name in pairs})))


def _split(names: list[str]) -> Halves:
    """Endings of three to five letters, from a consonant on, that many names share; and what stands before them."""
    ends = Counter(name[-size:] for name in names for size in (3, 4, 5) if fold(name[-size]) not in "aeiouy")
    tails = {end for end, count in ends.most_common(ENDINGS) if count > 2 and (VOWEL.search(end) or not end.isascii())}
    heads = {name[: -len(end)] for name in names for end in tails if name.endswith(end) and len(name) - len(end) > 2}
    return Halves(tuple(sorted(heads)), tuple(sorted(tails)))
