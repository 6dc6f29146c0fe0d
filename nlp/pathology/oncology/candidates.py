"""Stretches of words that may be a mention, and what speaks for each: networks, habits, cues, the document."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.pathology.oncology.beliefs import Believed
from nlp.pathology.oncology.features import cues
from nlp.pathology.oncology.habits import UNKNOWN, Habits, seen, share
from nlp.pathology.oncology.words import RUN, plain, said

BEGUN, WORTH = 0.01, 0.004  # least chance that a word is a first one, and that a stretch is a mention
LONGEST = 26  # words
USED = 0.3  # least share of its places where a name was marked
ROUND = 60  # letters after a stretch that may say its stage
NAMED = ("spread", "again", "into", "no_spread", "in_situ", "invasive", "malignant")
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words `first` to `last` (inclusive), characters `start` to `end`. `chance`: of the networks alone."""

    first: int
    last: int
    start: int
    end: int
    chance: float


def stretches(text: str, of: Believed, habits: Habits) -> list[Stretch]:
    """In order of their beginning; those of the networks, and names that are mostly marked."""
    found: dict[tuple[int, int], float] = dict(_likely(of))
    begins = {start: at for at, start in enumerate(of.tokens.starts)}
    ends = {end: at for at, end in enumerate(of.tokens.ends)}
    for start, end, name in habits.dictionary.everywhere(text):
        if share(habits.whole, name) >= USED and start in begins and end in ends:
            found.setdefault((begins[start], ends[end]), _chance(of, begins[start], ends[end]))
    return [
        Stretch(first, last, of.tokens.starts[first], of.tokens.ends[last], chance)
        for (first, last), chance in sorted(found.items())
    ]


def _likely(of: Believed) -> Iterator[tuple[tuple[int, int], float]]:
    for first in np.flatnonzero(of.chances[:, 1] > BEGUN):
        running = float(of.chances[first, 1])
        for last in range(int(first), min(int(first) + LONGEST, len(of.tokens))):
            further = _further(of, last)
            if running * (1 - further) > WORTH:
                yield (int(first), last), running * (1 - further)
            running *= further
            if running < WORTH:
                break


def _further(of: Believed, at: int) -> float:
    """The chance that a mention which has this word has the next."""
    if at + 1 >= len(of.tokens):
        return 0.0
    held = float(of.chances[at, 1] + of.chances[at, 2])
    return min(1.0, float(of.chances[at + 1, 2]) / max(held, 1e-6))


def _chance(of: Believed, first: int, last: int) -> float:
    running = float(of.chances[first, 1])
    for at in range(first, last):
        running *= _further(of, at)
    return running * (1 - _further(of, last))


def features(text: str, of: Believed, found: Sequence[Stretch], habits: Habits) -> Floats:
    """(stretches, numbers)."""
    if not found:
        return np.zeros((0, 0))
    rows = [_row(text, of, each, habits) for each in found]
    beside = _beside(found)
    again = _again(text, found)
    return np.asarray([[*row, *beside[at], *again[at]] for at, row in enumerate(rows)])


def _row(text: str, of: Believed, each: Stretch, habits: Habits) -> list[float]:
    mention = text[each.start : each.end]
    words = RUN.findall(plain(mention)) or [""]
    after = RUN.findall(plain(text[each.end : each.end + ROUND]))[:2] or [""]
    before = RUN.findall(plain(text[max(0, each.start - ROUND) : each.start]))[-1:] or [""]
    whole, near = " ".join(words), said(text[each.end : each.end + ROUND])
    inner = [_further(of, at) for at in range(each.first, each.last)]
    told, told_after = cues().of(said(mention)), cues().of(near)
    next_two = " ".join(after)
    return [
        each.chance, float(of.chances[each.first, 1]), _further(of, each.last), min(inner, default=1.0),
        float(of.chances[each.first : each.last + 1, 0].mean()), len(words), len(mention),
        share(habits.whole, whole), np.log1p(seen(habits.whole, whole)), share(habits.first, words[0]),
        share(habits.last, words[-1]), np.log1p(seen(habits.last, words[-1])), share(habits.after, after[0]),
        share(habits.after, next_two), share(habits.before, before[0]), share(habits.before, words[0]),
        min((share(habits.after, word) for word in words[1:]), default=UNKNOWN - 1),
        *(float(name in told) for name in NAMED), *(float(name in told_after) for name in NAMED[:3]),
        float(any(cue.startswith("grade") for cue in told)), float(any(cue.startswith("grade") for cue in told_after)),
        mention.count("(") - mention.count(")"), mention.count(",") + mention.count(";"), float("\n" in mention),
        float(mention.isupper()), float(mention[:1].isupper()), float(text[each.end : each.end + 1] == "\n"),
        float(text[each.end : each.end + 2].strip()[:1] == "("), float(text[each.start - 1 : each.start] == "("),
    ]  # fmt: skip


def _beside(found: Sequence[Stretch]) -> list[list[float]]:
    """The best that lies over a stretch, the best that holds it, the best within it, how many lie over it.

    `found` is in order of the first words, so that only those that begin near are looked at.
    """
    begins = [each.first for each in found]
    longest = max((each.last - each.first for each in found), default=0)
    rows = []
    for each in found:
        near = found[bisect_left(begins, each.first - longest) : bisect_right(begins, each.last)]
        over = [o for o in near if o is not each and o.last >= each.first]
        holds = [o.chance for o in over if o.first <= each.first and o.last >= each.last]
        within = [o.chance for o in over if o.first >= each.first and o.last <= each.last]
        rows.append([max((o.chance for o in over), default=0.0), max(holds, default=0.0), max(within, default=0.0),
                     float(len(over))])  # fmt: skip
    return rows


def _again(text: str, found: Sequence[Stretch]) -> list[list[float]]:
    """What is believed of the same words elsewhere in the document."""
    chances: Mapping[str, list[float]] = defaultdict(list)
    names = [plain(text[each.start : each.end]) for each in found]
    for name, each in zip(names, found, strict=True):
        chances[name].append(each.chance)
    rows = []
    for name, each in zip(names, found, strict=True):
        others = len(chances[name]) - 1
        mean = (sum(chances[name]) - each.chance) / others if others else UNKNOWN
        rows.append([float(others), mean])
    return rows
