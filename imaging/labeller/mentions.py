"""Where a sentence speaks of a finding: by its own words, by a quality of an organ, or by calling an organ normal."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from imaging.labeller.knowledge import denied, pairs
from imaging.labeller.lexicon import Token

JOINED = re.compile(r"[\s,/&]*(?:and|or|as well as|size|the|contours?|,)?[\s,/&]*(?:the\s+|of\s+)?")
"""What may stand between two organs that share a quality: "heart size, mediastinum and hila are normal"."""
FIRST = frozenset({"granuloma"})  # organs that take a quality before a nearer one does: "calcified left base granuloma"
PARTED = re.compile(r",|/|\b(?:and|with|suggest\w*|which|represent\w*)\b")
PLAIN = re.compile(r"[\s\w-]*?(?<!\band)(?<!\bwith)\s+")
OF = re.compile(r"\s+of\s")
REACH = 90  # characters between a quality and its organ
COMMA = 30  # characters that a comma counts for


@dataclass(slots=True)
class Mention:
    """`start`, `end`: the words that negation and doubt are looked for around; `place` of their token."""

    finding: str
    start: int
    end: int
    place: int
    device: str = ""
    denied: bool = False  # an organ is called normal: negated where nothing speaks against it
    whole: bool = False  # a statement over many findings: where it is not negated, something unnamed is there
    organ: tuple[int, int] | None = None


def mentions(lower: str, found: Sequence[Token]) -> list[Mention]:
    """Those of one sentence, in no order."""
    every: list[Mention] = []
    for place, token in enumerate(found):
        word = token.word
        for name in word.findings:
            every.append(Mention(name, token.start, token.end, place))
        if word.device:
            every.append(Mention("device", token.start, token.end, place, device=word.device))
        for name in word.denies:
            every.append(Mention(name, token.start, token.end, place, whole=True))
        if word.qualities and not _sizes(lower, found, place):
            for quality in word.qualities:
                every.extend(_paired(lower, found, place, quality))
    return every


def _sizes(lower: str, found: Sequence[Token], place: int) -> bool:
    """Whether it is the size of the finding behind it, and no quality of an organ: "large effusion, aorta normal"."""
    if not found[place].word.severity:
        return False
    behind = next((token for token in found[place + 1 :] if not token.word.side), None)
    return (
        behind is not None
        and bool(behind.word.findings)
        and PLAIN.fullmatch(lower, found[place].end, behind.start) is not None
    )


def _paired(lower: str, found: Sequence[Token], place: int, quality: str) -> Iterator[Mention]:
    normal = quality in denied()
    makes = denied()[quality] if normal else {organ: (name,) for organ, name in pairs().get(quality, {}).items()}
    token = found[place]
    for at in _organs(lower, found, place, frozenset(makes)):
        organ = (found[at].start, found[at].end)
        for name in dict.fromkeys(name for each in found[at].word.organs for name in makes.get(each, ())):
            yield Mention(name, token.start, token.end, place, denied=normal, organ=organ)


def _organs(lower: str, found: Sequence[Token], place: int, wanted: frozenset[str]) -> list[int]:
    """Places of the nearest organ that the quality can be said of, and of those joined to it."""
    near = [at for at in _statement(found, place) if wanted.intersection(found[at].word.organs)]
    if OF.match(lower, found[place].end):  # "prominence of the left hilum"
        near = [at for at in near if at > place] or near
    if not near:
        return []
    first = [
        at for at in near if wanted & FIRST.intersection(found[at].word.organs) and _close(lower, found, place, at)
    ]
    far = {at: _distance(lower, found[place], found[at]) for at in first or near}
    best = min(far, key=far.__getitem__)
    if far[best] > REACH or _owned(lower, found, place, best):
        return []
    chosen = [best]
    for step in (-1, 1) if not first else ():
        at = best + step
        while 0 <= at < len(found) and at != place and found[at].word.organs and _joined(lower, found, at, at - step):
            chosen.append(at)
            at += step
    return chosen


def _statement(found: Sequence[Token], place: int) -> Iterator[int]:
    """Places to both sides, up to a turning word."""
    for step in (-1, 1):
        at = place + step
        while 0 <= at < len(found) and "turn" not in found[at].word.cues:
            yield at
            at += step
    if found[place].word.organs:
        yield place


def _distance(lower: str, one: Token, other: Token) -> int:
    """Characters between; a comma or an opening verb between them counts for many."""
    first, second = (one, other) if one.start < other.start else (other, one)
    return max(second.start - first.end, 0) + COMMA * lower.count(",", first.end, max(second.start, first.end))


def _close(lower: str, found: Sequence[Token], one: int, other: int) -> bool:
    """Whether nothing between the two parts them."""
    first, second = sorted((one, other))
    return PARTED.search(lower, found[first].end, found[second].start) is None


def _owned(lower: str, found: Sequence[Token], place: int, organ: int) -> bool:
    """Whether the quality is said of another organ between, which a comma parts from this one."""
    first, second = sorted((place, organ))
    between = [token for token in found[first + 1 : second] if token.word.organs]
    return bool(between) and "," in lower[found[first].end : found[second].start]


def _joined(lower: str, found: Sequence[Token], one: int, other: int) -> bool:
    first, second = sorted((one, other))
    return JOINED.fullmatch(lower, found[first].end, found[second].start) is not None
