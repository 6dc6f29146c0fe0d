"""Names to practise on: of many countries, of census lists if there are any, and of nobody at all."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from random import Random

from nlp.deid.practice.knowledge import Split, held, load

ONSETS = (
    "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "y", "z", "ch", "sh", "th",
    "br", "dr", "gr", "kr", "tr", "st", "sk", "zh", "ph", "qu", "fl", "gl", "kw", "ts", "mb", "nd", "ny",
)  # fmt: skip
VOWELS = ("a", "e", "i", "o", "u", "ai", "ei", "ou", "ia", "ea", "oo", "ie", "ue", "io", "aa", "ay")
CODAS = ["", "", "", "n", "r", "s", "l", "k", "m", "t", "ck", "nd", "ng", "sk", "tz", "v", "x", "ne", "y", "ez", "ov"]


@dataclass(frozen=True)
class Names:
    """Pools of one split. A pool is a list of lists: each list is as likely as any other."""

    given: tuple[Sequence[str], ...]
    family: tuple[Sequence[str], ...]
    cities: tuple[Sequence[str], ...]
    companies: tuple[Sequence[str], ...]
    hospitals: tuple[Sequence[str], ...]

    @cached_property
    def words(self) -> frozenset[str]:
        """All that people and cities of the pools are called, word by word, in small letters."""
        pools = (name for kind in (self.given, self.family, self.cities) for pool in kind for name in pool)
        return frozenset(word for name in pools for word in name.lower().split())

    def pick(self, kind: str, rng: Random) -> str:
        """One in seven is invented."""
        pools: tuple[Sequence[str], ...] = getattr(self, kind)
        if kind in ("given", "family", "cities") and rng.random() < 0.14:
            return invented(rng)
        pool = pools[int(rng.random() * len(pools))]
        return pool[int(rng.random() * len(pool))]


def invented(rng: Random) -> str:
    """A word that can be said and that no list has."""
    parts = [rng.choice(ONSETS) + rng.choice(VOWELS) for _ in range(rng.choice([1, 2, 2, 2, 3]))]
    word = "".join(parts) + rng.choice(CODAS)
    return word[0].upper() + word[1:]


@cache
def names(split: Split, lexicons: Path | None = None) -> Names:
    """`lexicons`: a folder of public lists (census_surnames, first_names, us_cities, cms_hospitals) to draw from."""
    own = load("names")
    given = [_of(own["given"], split), _of(own["romanised"]["given"], split)]
    family = [_of(own["family"], split), _of(own["romanised"]["family"], split)]
    for locale in own["locales"]:
        first, last = _library(locale)
        given.append(_of(first, split))
        family.append(_of(last, split))
    given, family = [*given, given[0], given[0]], [*family, family[0], family[0]]
    us = (given[2], family[2])  # most notes are about people with names of the country
    given, family = [*given, *[us[0]] * 8], [*family, *[us[1]] * 8]
    cities, hospitals = [_of(_cities(), split)], []
    if lexicons:
        lists = _lexicons(lexicons)
        given += [_of(lists["given"], split)] * 20
        family += [_of(lists["family"], split)] * 15 + [_of(lists["family"][:4000], split)] * 10
        cities += [_of(lists["cities"], split)] * 3
        hospitals = [_of(lists["hospitals"], split)]
    keep = [pool for pool in given if pool], [pool for pool in family if pool]
    return Names(tuple(keep[0]), tuple(keep[1]), tuple(cities), (_of(_companies(), split),), tuple(hospitals))


def _of(items: Iterable[str], split: Split) -> list[str]:
    return [item for item in items if held(item, 8) == (split == "held")]


def _latin(word: str) -> bool:
    return bool(word) and word[0].isalpha() and all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 for c in word)


def _library(locale: str) -> tuple[list[str], list[str]]:
    """Given and family names of a locale as Faker has them."""
    try:
        person = import_module(f"faker.providers.person.{locale}").Provider
    except ModuleNotFoundError:
        return [], []
    first: list[str] = []
    last: list[str] = []
    for name in dir(person):
        if name.startswith("first_names") and not name.endswith("formats"):
            first += list(getattr(person, name))
        elif name.startswith("last_names"):
            last += list(getattr(person, name))
    return [w for w in dict.fromkeys(first) if _latin(w)], [w for w in dict.fromkeys(last) if _latin(w)]


def _cities() -> list[str]:
    from faker import Faker

    fake = Faker(["en_US", "en_US", "en_GB", "es_MX"])
    fake.seed_instance(7)
    return list(dict.fromkeys(fake.city() for _ in range(4000)))


def _companies() -> list[str]:
    from faker import Faker

    fake = Faker("en_US")
    fake.seed_instance(8)
    return list(dict.fromkeys(fake.company() for _ in range(3000)))


def _lexicons(folder: Path) -> dict[str, list[str]]:
    family = json.loads((folder / "census_surnames" / "surnames.json").read_text(encoding="utf-8"))
    with (folder / "first_names" / "firstname.csv").open(encoding="utf-8") as lines:
        given = [row[2] for row in csv.reader(lines) if len(row) > 2 and len(row[2]) > 1]
    with (folder / "us_cities" / "us_cities_states_counties.csv").open(encoding="utf-8") as lines:
        cities = sorted({row[0] for row in csv.reader(lines, delimiter="|") if row})
    with (folder / "cms_hospitals" / "Hospital_General_Information.csv").open(encoding="utf-8") as lines:
        hospitals = sorted({row[1].title().replace("'S", "'s") for row in csv.reader(lines) if len(row) > 1})
    return {"family": family, "given": given, "cities": cities, "hospitals": hospitals}
