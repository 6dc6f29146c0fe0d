"""Who the patients are: a block of 256 persons, drawn together."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from simulate.arrays import BLOCK, DAY, Bools, Bytes, Floats, Ints, generator, seconds, uuids
from simulate.config import HospitalConfig
from simulate.knowledge import load

RACES = ["white", "black", "asian", "native", "other"]
MARITAL = ["M", "S", "D", "W"]


@dataclass(frozen=True)
class Names:
    first: dict[tuple[str, str], list[str]]  # (locale, F or M)
    last: dict[str, list[str]]
    locales: list[str]
    shares: list[float]
    nicknames: dict[str, str]


@dataclass(frozen=True)
class People:
    ids: Bytes
    birth: Ints  # seconds since 1970
    enter: Ints  # first contact with the hospital is not before
    male: Bools
    first: list[str]
    middle: list[str]
    last: list[str]
    maiden: list[str]
    locale: list[str]
    race: Ints
    marital: Ints
    town: Ints
    address: list[str]
    zip: list[str]
    ssn: list[str]
    drivers: list[str]
    passport: list[str]
    payer: Ints
    left: Bools  # the side of every one-sided disease of this person
    seeds: Ints  # one for the notes of each person

    def age(self, who: Ints, when: Ints) -> Floats:
        years: Floats = (when - self.birth[who]) / (365.25 * DAY)
        return years


@cache
def names() -> Names:
    raw = load("names")
    spaced = {k: {s: v.replace("_", "\t").split(" ") for s, v in raw[k].items()} for k in raw["shares"]}
    clean = {k: {s: [n.replace("\t", " ") for n in ns] for s, ns in by.items()} for k, by in spaced.items()}
    first = {(k, s): by[s] for k, by in clean.items() for s in "FM"}
    last = {k: by["last"] for k, by in clean.items()}
    return Names(first, last, list(raw["shares"]), list(raw["shares"].values()), raw["nicknames"])


def choose(rng: np.random.Generator, words: list[str], count: int) -> list[str]:
    return [words[i] for i in rng.integers(0, len(words), count)]


def streets(rng: np.random.Generator, count: int) -> list[str]:
    raw = load_places()
    house = rng.integers(1, 9999, count)
    parts = zip(house, choose(rng, raw["streets"], count), choose(rng, raw["ways"], count), strict=True)
    ends = choose(rng, raw["units"] + [""] * 14, count)
    return [f"{n} {s} {w} {u}".rstrip() for (n, s, w), u in zip(parts, ends, strict=True)]


@cache
def load_places() -> dict[str, list[str]]:
    return dict(load("places"))


def _digits(rng: np.random.Generator, form: str, count: int) -> list[str]:
    """Each 9 in the form becomes a digit, each A a capital."""
    drawn = rng.integers(0, 2**31, (count, len(form)))
    letters = {"9": "0123456789", "A": "ABCDEFGHJKLMNPRSTUVWXYZ"}
    return [
        "".join(letters[f][d % len(letters[f])] if f in letters else f for f, d in zip(form, row, strict=True))
        for row in drawn.tolist()
    ]


def _given(rng: np.random.Generator, locale: list[str], male: Bools) -> list[str]:
    drawn = rng.integers(0, 2**31, len(locale)).tolist()
    lists = [names().first[(place, "M" if man else "F")] for place, man in zip(locale, male, strict=True)]
    return [words[d % len(words)] for words, d in zip(lists, drawn, strict=True)]


def _family(rng: np.random.Generator, locale: list[str]) -> list[str]:
    drawn = rng.integers(0, 2**31, len(locale)).tolist()
    return [names().last[place][d % len(names().last[place])] for place, d in zip(locale, drawn, strict=True)]


def _ages(rng: np.random.Generator) -> Floats:
    """Ages on the day of entry: a hospital's mixture of children, adults and mostly the old."""
    kind = rng.random(BLOCK)
    old = 40 + 55 * rng.beta(2.2, 1.8, BLOCK)
    return np.where(kind < 0.08, 17 * rng.random(BLOCK), np.where(kind < 0.3, 18 + 27 * rng.random(BLOCK), old))


def draw_people(config: HospitalConfig, block: int) -> People:
    rng = generator(config.seed, block, "people")
    enter = seconds(config.start) + rng.integers(0, max(1, (config.end - config.start).days * 6 // 10), BLOCK) * DAY
    birth = (enter - _ages(rng) * 365.25 * DAY).astype(np.int64) // DAY * DAY
    male = rng.random(BLOCK) < 0.48
    locale = [names().locales[i] for i in rng.choice(len(names().locales), BLOCK, p=names().shares)]
    towns = load_places()["towns"]
    town = rng.integers(0, len(towns), BLOCK)
    return People(
        ids=uuids(rng, BLOCK), birth=birth, enter=enter, male=male,
        first=_given(rng, locale, male), middle=_given(rng, locale, male), last=_family(rng, locale),
        maiden=_family(rng, locale), locale=locale, race=rng.choice(5, BLOCK, p=[0.62, 0.15, 0.1, 0.03, 0.1]),
        marital=rng.choice(4, BLOCK, p=[0.5, 0.25, 0.13, 0.12]), town=town, address=streets(rng, BLOCK),
        zip=[towns[t][4] + z for t, z in zip(town, _digits(rng, "99", BLOCK), strict=True)],
        ssn=_digits(rng, "999-99-9999", BLOCK), drivers=_digits(rng, "A99999999", BLOCK),
        passport=_digits(rng, "A99999999", BLOCK), payer=rng.integers(0, len(load_places()["payers"]), BLOCK),
        left=rng.random(BLOCK) < 0.5, seeds=rng.integers(0, 2**62, BLOCK),
    )  # fmt: skip
