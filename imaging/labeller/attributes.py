"""Which words of a sentence belong to which mention: those between it and its neighbours; and what sides they say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from imaging.labeller.lexicon import Token
from imaging.labeller.mentions import Mention

BREAK = re.compile(
    r",|;|(?<!(?<!the )left)(?<!(?<!the )right) and | and (?!left|right)| with | or |/| as well as | superimposed on "
)
"""Parts two findings; the "and" of "left and right effusions" does not."""

PLACED = re.compile(
    r"(?: (?:is|are|was|were|again|seen|noted|present|identified))* (?:in|at|of|on|within|involving|over) "
)
EXPLAINS = frozenset({"explains", "doubt.before", "versus"})


@dataclass(slots=True)
class Stretch:
    """Places of tokens: [left, mention) and (mention, right)."""

    left: int
    right: int


def side(words: Sequence[str]) -> str:
    """Of the sides said: both where left and right are."""
    said = {word for word in words if word}
    if "both" in said or {"left", "right"} <= said:
        return "both"
    return next(iter(said), "")


def stretches(lower: str, found: Sequence[Token], every: Sequence[Mention]) -> list[Stretch]:
    """Of each mention the tokens that are its own: up to its neighbour, or to what parts the two."""
    places = sorted({each.place for each in every})
    last = len(found)
    if len(places) == 1:
        return [Stretch(0, last)] * len(every)
    ranges = {}
    for at, place in enumerate(places):
        before = places[at - 1] if at else -1
        after = places[at + 1] if at + 1 < len(places) else last
        left = 0 if before < 0 else _parted(lower, found, before, place)
        right = last if after == last else _parted(lower, found, place, after)
        ranges[place] = Stretch(max(left, before + 1), right)
    return [ranges[each.place] for each in every]


def _parted(lower: str, found: Sequence[Token], first: int, second: int) -> int:
    """Place of the first token between two mentions that belongs to the second.

    That is the word that explains, or what stands behind the last comma or "and". Else a place is the first's
    ("opacity in the left base") and everything else the second's.
    """
    for place in range(first + 1, second):
        if EXPLAINS & found[place].word.cues:
            return place
    cut = -1
    for match in BREAK.finditer(lower, found[first].end, found[second].start):
        cut = match.end() - 1
    if cut < 0:
        return second if PLACED.match(lower, found[first].end) else first + 1
    return next((place for place in range(first + 1, second) if found[place].start >= cut), second)
