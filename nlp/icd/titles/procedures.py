"""Procedures out of the axes of ICD-10-PCS: the first four characters with the words for each."""

from collections.abc import Iterator, Mapping
from functools import cache

from nlp.icd.titles.entries import Entry
from nlp.icd.titles.roots import root
from nlp.icd.titles.wordlists import read

SIDES = ("right", "left", "bilateral")
WHOLE = "ZZZ"
Shares = tuple[tuple[str, float], ...]


def procedures() -> Iterator[Entry]:
    axes = read("procedures.yaml")
    imaging, surgery = axes["imaging"], axes["surgery"]
    for system, parts in imaging["systems"].items():
        for part, words in _parts(parts):
            for done, said in imaging["done"].items():
                yield from (Entry(f"B{system}{done}{part}", f"{one} {words}", "axis") for one in said.split())
                if done in imaging["whole"]:
                    yield from (
                        Entry(f"B{system}{done}{part}{WHOLE}", f"{one} {words}", "axis") for one in said.split()
                    )
    for system, parts in surgery["systems"].items():
        for part, words in _parts(parts):
            for done, said in surgery["done"].items():
                yield from (Entry(f"0{system}{done}{part}", f"{one} {words}", "axis") for one in said.split())
    for code, words in axes["single"].items():
        yield Entry(code, words, "axis")


def _parts(parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for characters, words in parts.items():
        each = str(characters).split(",")
        sides = SIDES if len(each) > 1 else ("",)
        yield from ((one, f"{words} {side}".strip()) for one, side in zip(each, sides, strict=False))


@cache
def called(language: str) -> dict[str, Shares]:
    """Root of a word: the roots of the axes' words that it means, the first being the surest."""
    found: dict[str, dict[str, float]] = {}
    for word, others in read("procedures.yaml")["words"].get(language, {}).items():
        held = found.setdefault(root(str(word), language), {})
        for at, other in enumerate(others.split()):
            held.setdefault(root(other), 1.0 if at == 0 else 0.85)
    return {word: tuple(held.items()) for word, held in found.items()}
