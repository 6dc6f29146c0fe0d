"""What may be said of one study, decided from the heads' probabilities: present, doubtful, absent, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from imaging.drafting.words import implied, kinds, speech, templates
from imaging.drafting.written import sayable
from imaging.finding import DEVICE, POSITIONS, SEVERITIES, SIDES, Finding

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
ASPECTS = {"side": ("", *SIDES), "severity": ("", *SEVERITIES), "position": ("", *POSITIONS)}
SURE = 0.5  # a side, severity or position less probable than this is left unsaid


class Readings(Protocol):
    """What imaging.heads says of n studies and f findings; bands are closed at the named end."""

    @property
    def findings(self) -> tuple[str, ...]: ...
    @property
    def presence(self) -> Floats: ...  # (n, f) calibrated probability
    @property
    def side(self) -> Floats: ...  # (n, f, 4) over "", left, right, both
    @property
    def severity(self) -> Floats: ...  # (n, f, 4) over "", mild, moderate, severe
    @property
    def position(self) -> Floats: ...  # (n, f, 3) over "", good, bad
    @property
    def threshold(self) -> Floats: ...  # (f,) stated from here
    @property
    def doubtful(self) -> Floats: ...  # (f,) doubtful from here
    @property
    def absent(self) -> Floats: ...  # (f,) absent up to here
    @property
    def speaks(self) -> Bools: ...  # (f,)
    @property
    def strange(self) -> Bools: ...  # (n,)


@dataclass(frozen=True)
class Reading:
    """`absent`: name to the probability that it is not there. `unsure`: aspect:name that is not said. `mute`: names
    whose head knows nothing; `knows`: whether any head does."""

    present: Mapping[str, Finding]
    doubtful: Mapping[str, Finding] = field(default_factory=dict)
    absent: Mapping[str, float] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()
    mute: frozenset[str] = frozenset()
    strange: bool = False
    knows: bool = True

    def shows(self, name: str) -> tuple[Finding, ...]:
        """The findings that make it be there: itself, then what implies it."""
        own = (self.present[name],) if name in self.present else ()
        return (*own, *(each for each in self.present.values() if name in implied().get(each.name, ())))


def reading(readings: Readings, study: int) -> Reading:
    columns = {name: at for at, name in enumerate(readings.findings)}
    mute = frozenset(name for name, at in columns.items() if not readings.speaks[at])
    if readings.strange[study]:
        return Reading({}, mute=mute, strange=True, knows=len(mute) < len(columns))
    chance = {name: float(readings.presence[study, at]) for name, at in columns.items() if name not in mute}
    present = {name: _finding(readings, study, columns[name])
               for name, p in chance.items() if p >= readings.threshold[columns[name]]}  # fmt: skip
    doubtful = {name: Finding(name, score=p) for name, p in chance.items()
                if name not in present and p >= readings.doubtful[columns[name]]}  # fmt: skip
    absent = {name: 1 - p for name, p in chance.items() if p <= readings.absent[columns[name]]}
    unsure = tuple(f"{aspect}:{name}" for name in present for aspect in ASPECTS
                   if name in templates() and _unsure(readings, study, columns[name], aspect))  # fmt: skip
    return _coherent(Reading(present, doubtful, absent, unsure, mute, knows=len(mute) < len(columns)))


def _finding(readings: Readings, study: int, column: int) -> Finding:
    words = {aspect: _word(getattr(readings, aspect)[study, column], values) for aspect, values in ASPECTS.items()}
    found = Finding(readings.findings[column], **words, score=float(readings.presence[study, column]))
    return sayable(found) if found.name in templates() else found


def _word(chances: npt.NDArray[Any], values: tuple[str, ...]) -> str:
    best = int(np.argmax(chances))
    return values[best] if chances[best] >= SURE else ""


def _unsure(readings: Readings, study: int, column: int, aspect: str) -> bool:
    """Something is more likely said of it than not, but nobody can tell what."""
    template, chances = templates()[readings.findings[column]], getattr(readings, aspect)[study, column]
    has = {"side": template.sided, "severity": template.grades, "position": template.positions}[aspect]
    return bool(has) and chances[0] < SURE and _word(chances, ASPECTS[aspect]) == ""


def _coherent(read: Reading) -> Reading:
    """What contradicts itself is doubtful or unsaid; what follows from an absence or a presence is drawn."""
    present, doubtful, unsure = dict(read.present), dict(read.doubtful), list(read.unsure)
    for pair in speech().opposites:
        if all(name in present for name in pair):
            unsure.extend(f"contradiction:{name}" for name in pair)
            doubtful |= {name: replace(present.pop(name), side="", severity="") for name in pair}
    for name, found in present.items():
        sides = {each.side for each in present.values() if name in implied().get(each.name, ())} - {"", found.side}
        if sides and found.side in {"left", "right"}:
            present[name] = replace(found, side="")
            unsure.append(f"side:{name}")
    absent = {name: p for name, p in read.absent.items() if name not in doubtful}
    for name in [*present, *doubtful]:
        for other in implied().get(name, ()):
            absent.pop(other, None)
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
