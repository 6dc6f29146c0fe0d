"""How common names are: common ones get common ones, or surrogates would be told from leaked names by rarity."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module

FIRST = 32  # names of the most common band; each band after it is twice as long
LEAST = 16  # names that a band must have; fewer join the band before


def banded(names: Iterable[str], shown: Mapping[str, str], weights: Mapping[str, float]) -> list[list[str]]:
    """The names of one class in bands of like commonness; names with accents apart, names without weight last."""
    bands: list[list[str]] = []
    for accented in (False, True):
        some = [name for name in names if shown[name].isascii() is not accented]
        common = sorted((name for name in some if weights.get(name)), key=lambda name: (-weights[name], name))
        for band in (*_doubling(common), [name for name in some if not weights.get(name)]):
            if bands and min(len(band), len(bands[-1])) < LEAST:
                bands[-1] += band
            elif band:
                bands.append(band)
    return bands


def _doubling(names: list[str]) -> list[list[str]]:
    found, start, size = [], 0, FIRST
    while start < len(names):
        found.append(names[start : start + size])
        start, size = start + size, 2 * size
    return found


@cache
def weights_of(locale: str, attribute: str) -> Mapping[str, float]:
    """Name -> share of the population, where Faker knows it."""
    try:
        found = getattr(import_module(f"faker.providers.person.{locale}").Provider, attribute, {})
    except ModuleNotFoundError:
        return {}
    total = sum(found.values()) if isinstance(found, Mapping) else 0
    return {name: share / total for name, share in found.items()} if isinstance(found, Mapping) and total else {}
