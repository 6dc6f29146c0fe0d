"""What one sentence says of findings. Sentences are remembered: radiologists say the same again and again."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from imaging.labeller.attributes import EXPLAINS, Stretch, side, stretches
from imaging.labeller.knowledge import findings
from imaging.labeller.labelled import Device, State
from imaging.labeller.lexicon import Token, tokens
from imaging.labeller.mentions import Mention, mentions
from imaging.labeller.scope import state

JOINED = re.compile(
    r"\s*(?:and|or|/|and/or|versus|vs\.?|(?:with|and)(?: an?| some)? (?:associated|adjacent|underlying|overlying))\s*"
)
UNNAMED = "abnormality"  # "acute cardiopulmonary disease": something is there, but no finding is named
GRADES = ("severe", "moderate", "mild")


class Said(NamedTuple):
    """`start`, `end` in the sentence. A tuple: thousands are made a second."""

    finding: str
    state: State
    side: str
    severity: str
    start: int
    end: int
    device: Device | None = None
    key: tuple[str, str] = ("", "")  # finding and kind of device: what is one thing in a report


class SentenceReader:
    def __init__(self) -> None:
        self._findings = findings()

    def read(self, text: str) -> tuple[Said, ...]:
        lower = text.lower()
        if len(lower) != len(text):
            lower = text
        found = tokens(lower)
        every = mentions(lower, found)
        if not every:
            return ()
        own = stretches(lower, found, every)
        said: list[Said] = []
        last: Mention | None = None
        for each, stretch in zip(every, own, strict=True):
            if each.whole and last and last.place == each.place:  # one phrase over many findings
                said.extend(_also(said[-1], each.finding))
                continue
            stated = state(lower, found, each)
            if stated is None:
                continue
            if each.whole and stated != "negated" and each.finding != UNNAMED:
                continue
            here = self._said(each, stated, found, stretch)
            if last and not here.side and said[-1].side and self._sided(each) and _follows(lower, found, last, each):
                here = here._replace(side=said[-1].side)
            if last and here.side and not said[-1].side and self._sided(last) and _joined(lower, found, last, each):
                said[-1] = said[-1]._replace(side=here.side)
            said.extend(_by_side(here, found[stretch.left : each.place]))
            last = each
        return tuple(dict.fromkeys([*said, *self._implied(said)]))

    def _implied(self, said: Sequence[Said]) -> list[Said]:
        return [
            each._replace(finding=name, key=(name, ""))
            for each in said
            if each.state != "negated" and each.finding in self._findings
            for name in self._findings[each.finding].implies
        ]

    def _sided(self, each: Mention) -> bool:
        known = self._findings.get(each.finding)
        return known is None or known.sided

    def _said(self, each: Mention, stated: State, found: Sequence[Token], stretch: Stretch) -> Said:
        start, end = each.start, each.end
        if each.organ:
            start, end = min(start, each.organ[0]), max(end, each.organ[1])
        here = ""
        if self._sided(each):
            here = _side(found, each, stretch)
        device = _device(found, each, stretch) if each.device else None
        severity = _severity(found, each, stretch)
        return Said(each.finding, stated, here, severity, start, end, device, (each.finding, each.device))


def _side(found: Sequence[Token], each: Mention, stretch: Stretch) -> str:
    """As said before it, or between it and its organ, or behind it; "right, larger than on the left" is both."""
    if not any(token.word.side for token in found):
        return ""
    behind = side([token.word.side for token in found[each.place + 1 : stretch.right]])
    if behind == "both":
        return behind
    start, end = each.organ or (each.start, each.end)
    start, end = min(start, each.start), max(end, each.end)
    inside = side([token.word.side for token in found if start <= token.start < end])
    return side([token.word.side for token in found[stretch.left : each.place + 1]]) or inside or behind


def _also(here: Said, finding: str) -> list[Said]:
    return [here._replace(finding=finding, key=(finding, ""))] if here.state == "negated" else []


def _by_side(here: Said, before: Sequence[Token]) -> list[Said]:
    """ "Large left and small right effusions" are two that differ."""
    if here.side == "both":
        said = [(token.word.side, token.word.severity) for token in before if token.word.side or token.word.severity]
        match said:
            case [("", grade), ("left" | "right" as side, ""), ("", other), ("left" | "right" as opposite, "")]:
                one, two = here._replace(side=side, severity=grade), here._replace(side=opposite, severity=other)
                return [one, two] if side != opposite else [here]
    return [here]


def _follows(lower: str, found: Sequence[Token], last: Mention, each: Mention) -> bool:
    """Whether it shares the side of the mention before it: joined to it, or what explains it."""
    between = found[last.place + 1 : each.place]
    if any("turn" in token.word.cues for token in between):
        return False
    return _joined(lower, found, last, each) or any(EXPLAINS & token.word.cues for token in between)


def _joined(lower: str, found: Sequence[Token], last: Mention, each: Mention) -> bool:
    """Nothing but "and" or "or" between: "atelectasis or scarring at the left base"."""
    return JOINED.fullmatch(lower, found[last.place].end, found[each.place].start) is not None


def _severity(found: Sequence[Token], each: Mention, stretch: Stretch) -> str:
    """The nearest word of degree before it, or else behind it."""
    for token in reversed(found[stretch.left : each.place]):
        if token.word.severity:
            return token.word.severity
    if found[each.place].word.severity:
        return found[each.place].word.severity
    return next((t.word.severity for t in found[each.place + 1 : stretch.right] if t.word.severity), "")


def _device(found: Sequence[Token], each: Mention, stretch: Stretch) -> Device:
    behind = found[each.place + 1 : stretch.right]
    tip = next((t.word.tip for t in behind if t.word.tip), "")
    positions = {t.word.position for t in found[stretch.left : stretch.right] if t.word.position}
    return Device(each.device, tip, "bad" if "bad" in positions else next(iter(positions), ""))
