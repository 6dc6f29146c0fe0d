"""What a draft says otherwise than its reference: six kinds of errors, each with the words in both reports."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from imaging.judging.aligned import Differing, differing
from imaging.judging.heard import Place, Topic, knowledge, topics
from imaging.labeller.knowledge import findings
from imaging.labeller.labeller import Labeller

Kind = Literal["negation", "side", "dropped", "invented", "severity", "device"]
KINDS: tuple[Kind, ...] = ("negation", "side", "dropped", "invented", "severity", "device")
ANY_DEVICE = "other"


@dataclass(frozen=True, slots=True)
class Error:
    """`finding`: of findings.yaml, or a kind of device; empty: of no finding that is known, but the words differ.

    `said` in the draft and `expected` by the reference: states, sides, grades or positions. Places are characters.
    """

    kind: Kind
    finding: str
    said: str
    expected: str
    draft: tuple[Place, ...] = ()
    reference: tuple[Place, ...] = ()


class Judge:
    """Reads two reports of one study. What one says in other words than the other is no error."""

    def __init__(self, labeller: Labeller | None = None) -> None:
        self._labeller = labeller or Labeller()

    def errors(self, reference: str, draft: str) -> list[Error]:
        wanted, given = topics(reference, self._labeller), topics(draft, self._labeller)
        _same_devices(wanted, given)
        found = [
            each
            for name in {**wanted, **given}
            if not (_kin(name, wanted, given) or _kin(name, given, wanted))
            for each in _compared(name, wanted.get(name), given.get(name))
        ]
        found = [each for each in found if not _implied(each, found)]
        return [*found, *_worded(differing(reference, draft), found, wanted, given)]


def errors(reference: str, draft: str) -> list[Error]:
    return Judge().errors(reference, draft)


def _compared(name: str, wanted: Topic | None, given: Topic | None) -> Iterator[Error]:
    if given is None or wanted is None:
        if wanted is not None and wanted.stated:
            yield Error("dropped", name, "nothing", wanted.state, (), wanted.spans)
        if given is not None and given.stated:
            yield Error("invented", name, given.state, "nothing", given.spans)
        return
    places = (given.spans, wanted.spans)
    if wanted.stated != given.stated:
        kind: Kind = "dropped" if wanted.stated else "negation"
        yield Error("device" if wanted.device else kind, name, given.state, wanted.state, *places)
    elif wanted.stated:
        yield from _differing(wanted, given)


def _differing(wanted: Topic, given: Topic) -> Iterator[Error]:
    """Of a finding that both state: side, severity, position."""
    places = (given.spans, wanted.spans)
    if (swapped := _swapped(wanted, given)) is not None:
        yield Error("side", wanted.name, *swapped, *places)
    if (graded := _graded(wanted, given)) is not None:
        yield Error("severity", wanted.name, *graded, *places)
    said, expected = given.position, wanted.position
    if wanted.device and said and expected and said != expected:
        yield Error("device", wanted.name, said, expected, *places)
    elif wanted.device and given.gone and not wanted.gone:
        yield Error("device", wanted.name, "negated", "present", given.gone, wanted.spans)


def _swapped(wanted: Topic, given: Topic) -> tuple[str, str] | None:
    """Sides in the draft and the reference where they differ: of all, of a zone, or of the grades."""
    if wanted.sides and given.sides and wanted.sides != given.sides:
        return _named(given.sides), _named(wanted.sides)
    whole = wanted.zoned and given.zoned
    for zone in sorted(wanted.zones & given.zones) if whole else ():
        if not wanted.in_zone(zone) & given.in_zone(zone):
            return _named(given.in_zone(zone)), _named(wanted.in_zone(zone))
    one, other = _grades(wanted), _grades(given)
    if all((*one, *other)) and one != other and one == other[::-1]:
        return f"{other[0]} left, {other[1]} right", f"{one[0]} left, {one[1]} right"
    return None


def _graded(wanted: Topic, given: Topic) -> tuple[str, str] | None:
    if wanted.severity and given.severity and wanted.severity != given.severity:
        return given.severity, wanted.severity
    one, other = _grades(wanted), _grades(given)
    for expected, said in zip(one, other, strict=True):
        if expected and said and expected != said and one != other[::-1]:
            return said, expected
    return None


def _grades(topic: Topic) -> tuple[str, str]:
    return topic.on_side("left"), topic.on_side("right")


def _named(sides: frozenset[str]) -> str:
    return "both" if len(sides) > 1 else next(iter(sides), "")


def _implied(error: Error, every: list[Error]) -> bool:
    """Whether it only repeats another: an opacity that a consolidation implies."""
    known = findings()
    return any(
        error.finding in known[other.finding].implies and other.kind in {error.kind, "negation"}
        for other in every
        if other.finding in known
    )


def _kin(name: str, one: dict[str, Topic], other: dict[str, Topic]) -> bool:
    """Whether only `one` names it, and only beside a finding that both state and that it may go unsaid with."""
    if name not in one or name in other:
        return False
    beside = [one[kin] for kin in knowledge("kin").get(name, ()) if kin in one and kin in other and other[kin].stated]
    sentences = {each.sentence for topic in beside for each in topic.said}
    return bool(beside) and all(each.sentence in sentences for each in one[name].said)


def _same_devices(wanted: dict[str, Topic], given: dict[str, Topic]) -> None:
    """A device whose kind one report does not tell is the one that only the other has."""
    for one, other in ((wanted, given), (given, wanted)):
        if ANY_DEVICE not in one or ANY_DEVICE in other:
            continue
        free = [name for name, topic in other.items() if topic.device and name not in one]
        if len(free) == 1:
            one[free[0]] = one.pop(ANY_DEVICE)
            one[free[0]].name = free[0]


def _worded(
    every: Iterable[Differing], found: Sequence[Error], wanted: dict[str, Topic], given: dict[str, Topic]
) -> Iterator[Error]:
    """What differs in its words alone, where nothing of that kind was found in its sentences."""
    for each in every:
        if not any(_alike(each.kind, other.kind) and _within(other, each) for other in found):
            here, there = _spoken(given, each.draft), _spoken(wanted, each.reference)
            for name in sorted(here & there) or [""]:
                yield Error(each.kind, name, each.said, each.expected, (each.draft,), (each.reference,))


def _alike(words: Kind, other: Kind) -> bool:
    """Grades that change their sides are sides that change their grades."""
    return words == other or (words, other) == ("severity", "side")


def _within(error: Error, differing: Differing) -> bool:
    (begin, end), (start, finish) = differing.draft, differing.reference
    return any(begin <= place[0] < end for place in error.draft) or any(
        start <= place[0] < finish for place in error.reference
    )


def _spoken(every: dict[str, Topic], sentence: Place) -> set[str]:
    """Topics that a sentence speaks of."""
    return {name for name, topic in every.items() if any(each.sentence == sentence for each in topic.mentions)}
