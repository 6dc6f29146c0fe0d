"""Texts in two languages, sentence beside sentence, by length and shared roots (Gale and Church 1993, simplified)."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from contract.errors import InputError
from nlp.icd.titles.roots import root
from nlp.icd.titles.words import WORD

_SENTENCE = re.compile(r"(?<=[.?!])\s+|\n+")
_MOVES = ((1, 1, 0.0), (1, 2, 0.6), (2, 1, 0.6), (1, 0, 1.2), (0, 1, 1.2))  # sentences taken of each, price
BAND = 8  # sentences that the two may be apart
Roots = list[str]


def texts(folder: Path, names: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
    """Spanish text and English text of a case, of a folder in the layout of CodiEsp."""
    paths = sorted((folder / "text_files").glob("*.txt"))
    if not paths:
        raise InputError(f"{folder} holds no text_files/*.txt; expected text_files and text_files_en, as CodiEsp has.")
    wanted = None if names is None else set(names)
    for path in paths:
        other = folder / "text_files_en" / path.name
        if (wanted is None or path.stem in wanted) and other.exists():
            yield path.read_text(encoding="utf-8"), other.read_text(encoding="utf-8")


def breaks(text: str) -> list[tuple[int, int]]:
    """Where sentences start and end, blank ones too."""
    ends = [(match.start(), match.end()) for match in _SENTENCE.finditer(text)]
    return list(zip([0, *(end for _, end in ends)], [*(start for start, _ in ends), len(text)], strict=True))


def sentences(text: str, language: str) -> list[Roots]:
    found = ([root(word, language) for word in WORD.findall(text, start, end)] for start, end in breaks(text))
    return [words for words in found if words]


def beside(left: list[Roots], right: list[Roots]) -> Iterator[tuple[Roots, Roots]]:
    """Pieces of both that say the same, in order."""
    for one, other in steps(left, right):
        found = [word for part in left[one] for word in part], [word for part in right[other] for word in part]
        if found[0] and found[1]:
            yield found


def steps(left: list[Roots], right: list[Roots]) -> Iterator[tuple[slice, slice]]:
    """Which sentences of both say the same, in order; one of the two may be empty."""
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    slope = len(right) / max(len(left), 1)
    for i in range(len(left) + 1):
        centre = int(i * slope)
        for j in range(max(0, centre - BAND), min(len(right), centre + BAND) + 1):
            if (i, j) in best:
                _reach(best, (i, j), left, right)
    yield from _walk(best, (len(left), len(right)))


def _reach(
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]],
    at: tuple[int, int],
    left: list[Roots],
    right: list[Roots],
) -> None:
    i, j = at
    for of_left, of_right, price in _MOVES:
        to = (i + of_left, j + of_right)
        if to[0] > len(left) or to[1] > len(right):
            continue
        cost = best[at][0] + price + _unlike(left[i : to[0]], right[j : to[1]])
        if to not in best or cost < best[to][0]:
            best[to] = (cost, at)


def _unlike(left: list[Roots], right: list[Roots]) -> float:
    """0: alike in length and all rare words shared; about 2: nothing alike."""
    if not left or not right:
        return 0.5
    one, other = {word for part in left for word in part}, {word for part in right for word in part}
    one_long, other_long = sum(map(len, left)), sum(map(len, right))
    length = abs(one_long - other_long) / max(one_long, other_long)
    return length + 1 - min(1.0, 3 * len(one & other) / min(len(one), len(other)))


def _walk(
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]], at: tuple[int, int]
) -> Iterator[tuple[slice, slice]]:
    found = []
    while at in best and at != (0, 0):
        before = best[at][1]
        found.append((slice(before[0], at[0]), slice(before[1], at[1])))
        at = before
    yield from reversed(found)
