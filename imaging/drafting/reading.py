"""What may be said of one study, decided from the heads' probabilities: present, doubtful, absent, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from imaging.drafting.words import implied, kinds, speech, templates
from imaging.drafting.written import sayable
from imaging.finding import DEVICE, Finding
from imaging.heads.coded import ASPECTS
from imaging.heads.readings import SAID, Readings, word

LIKELY = 0.5  # more likely than not
AGAINST = "contradiction:"


@dataclass(frozen=True)
class Reading:
    """`absent`: name to the probability that it is not there. `unsure`: aspect:name that is not said. `speaks`: names
    whose head knows something; `mute`: those whose head does not."""

    present: Mapping[str, Finding]
    doubtful: Mapping[str, Finding] = field(default_factory=dict)
    absent: Mapping[str, float] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()
    speaks: frozenset[str] = frozenset()
    mute: frozenset[str] = frozenset()
    strange: bool = False

    def shows(self, name: str) -> tuple[Finding, ...]:
        """The findings that make it be there: itself, then what implies it."""
        own = (self.present[name],) if name in self.present else ()
        return (*own, *(each for each in self.present.values() if name in implied().get(each.name, ())))


def read_all(readings: Readings) -> list[Reading]:
    names, speaks = readings.findings, readings.speaks
    bands = (readings.stated, readings.doubted, readings.denied)
    heads = (frozenset(n for n, s in zip(names, speaks, strict=True) if s), frozenset(
             n for n, s in zip(names, speaks, strict=True) if not s))  # fmt: skip
    found = []
    for study in range(len(readings)):
        if readings.strange[study]:
            found.append(Reading({}, speaks=heads[0], mute=heads[1], strange=True))
            continue
        stated, doubted, denied = ([int(at) for at in band[study].nonzero()[0]] for band in bands)
        present = {names[at]: _sayable(readings.finding(study, at)) for at in stated}
        doubtful = {names[at]: Finding(names[at], score=float(readings.presence[study, at])) for at in doubted}
        absent = {names[at]: 1 - float(readings.presence[study, at]) for at in denied}
        unsure = tuple(f"{aspect}:{names[at]}" for at in stated for aspect in ASPECTS
                       if _unsure(readings, study, at, aspect))  # fmt: skip
        found.append(_coherent(Reading(present, doubtful, absent, unsure, *heads)))
    return found


def _sayable(found: Finding) -> Finding:
    return sayable(found) if found.name in templates() else found


def _unsure(readings: Readings, study: int, column: int, aspect: str) -> bool:
    """Something is more likely said of it than not, but nobody can tell what."""
    template = templates().get(readings.findings[column])
    if template is None:
        return False
    has = {"side": template.sided, "severity": template.grades, "position": template.positions}[aspect]
    chances = getattr(readings, aspect)[study, column]
    return bool(has) and (chances.max() < SAID[aspect] or (chances.argmax() > 0 and not word(aspect, chances)))


def _coherent(read: Reading) -> Reading:
    """What contradicts itself is doubtful or unsaid; what follows from an absence or a presence is drawn."""
    present, doubtful, unsure = dict(read.present), dict(read.doubtful), list(read.unsure)
    for pair in speech().opposites:
        if all(name in present for name in pair):
            unsure.extend(f"{AGAINST}{name}" for name in pair)
            doubtful |= {name: replace(present.pop(name), side="", severity="") for name in pair}
    for first, second in speech().kin:
        if first in present and second in present and present[second].score < LIKELY:
            doubtful[second] = Finding(second, score=present.pop(second).score)
    said = {above for name in present for above in implied().get(name, ())}
    doubtful = {name: each for name, each in doubtful.items() if name not in said}
    for name, found in present.items():
        sides = {each.side for each in present.values() if name in implied().get(each.name, ())} - {"", found.side}
        if sides and found.side in {"left", "right"}:
            present[name] = replace(found, side="")
            unsure.append(f"side:{name}")
    absent = {name: p for name, p in read.absent.items() if name not in doubtful}
    for name in [*present, *doubtful]:
        for other in implied().get(name, ()):
            absent.pop(other, None)
    unsure = [each for each in unsure if each.startswith(AGAINST) or each.partition(":")[2] in present]
    return replace(read, present=present, doubtful=doubtful, absent=_absent(absent, read, {*present, *doubtful}),
                   unsure=tuple(dict.fromkeys(unsure)))  # fmt: skip


def _absent(absent: dict[str, float], read: Reading, there: set[str]) -> dict[str, float]:
    """With what would imply an absent finding; no device at all only where every head of devices says so."""
    for name, above in implied().items():
        sure = [absent[other] for other in above - {DEVICE} if other in absent]
        if sure and name not in there:
            absent[name] = max(absent.get(name, 0.0), *sure)
    heads = {*kinds(), DEVICE} & {*read.absent, *read.mute, *there}
    if heads and heads <= set(absent):
        absent[DEVICE] = min(absent[name] for name in heads)
    else:
        absent.pop(DEVICE, None)
    return absent
