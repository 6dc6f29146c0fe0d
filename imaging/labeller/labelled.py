"""What a report says of a finding: state, side, severity, what a device is and where, and the words that say so."""

from dataclasses import dataclass
from typing import Literal

State = Literal["present", "uncertain", "negated"]
STATES: tuple[State, ...] = ("present", "uncertain", "negated")
"""The strongest first: a finding said to be there in one sentence is there, whatever another sentence says."""


@dataclass(slots=True)
class Span:
    """`start`, `end`: the words of the finding; `sentence`: where their sentence lies. Characters of the report."""

    start: int
    end: int
    sentence: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Device:
    """`kind`, `tip`: names of data/devices.yaml. `position`: good, bad or nothing (not judged)."""

    kind: str
    tip: str = ""
    position: str = ""


@dataclass(slots=True)  # not frozen, as spans are not: making a frozen one takes three times as long
class Labelled:
    """`side`: left, right, both or nothing; `severity`: mild, moderate, severe or nothing. A device: one a kind.

    `spans` are those that say `state`; what another sentence says against it is left out.
    """

    finding: str
    state: State
    side: str = ""
    severity: str = ""
    spans: tuple[Span, ...] = ()
    device: Device | None = None
