"""What a conditional random field is told of each word of a line: its letters, its neighbours, its like."""

import re
from collections.abc import Sequence

from nlp.adverse.mining.likeness import Likeness

RUNS = ((re.compile("[A-Z]+"), "X"), (re.compile("[a-z]+"), "x"), (re.compile("[0-9]+"), "d"))
AROUND = (-3, -2, -1, 0, 1, 2, 3)


def shape(word: str) -> str:
    for run, sign in RUNS:
        word = run.sub(sign, word)
    return word


def lexical(words: Sequence[str], likeness: Likeness) -> list[list[str]]:
    """Of each word the names of what holds of it."""
    low = ["<", "<", "<", *(word.lower() for word in words), ">", ">", ">"]
    alike = [[f"{at}{group}" for at, group in enumerate(likeness.of(word))] for word in words]
    return [["b", *_around(low, at + 3), *_alike(alike, at), *_letters(words[at])] for at in range(len(words))]


def _around(low: Sequence[str], at: int) -> list[str]:
    found = [f"w{step}={low[at + step]}" for step in AROUND]
    found += [f"s{step}={low[at + step][-3:]}" for step in (-2, -1, 1, 2)]
    return found + [f"d{step}={low[at + step]} {low[at + step + 1]}" for step in (-2, -1, 0, 1)]


def _alike(alike: Sequence[Sequence[str]], at: int) -> list[str]:
    steps = [step for step in (-2, -1, 0, 1, 2) if 0 <= at + step < len(alike)]
    return [f"k{step}={group}" for step in steps for group in alike[at + step]]


def _letters(word: str) -> list[str]:
    low = word.lower()
    ends = [f"{sign}{part}" for size in (2, 3, 4, 5) for sign, part in (("p", low[:size]), ("q", low[-size:]))]
    runs = {f"c{low[at : at + 4]}" for at in range(len(low) - 3)}
    return [f"h{shape(word)}", *ends, *sorted(runs)]
