"""A mention among the cues of its sentence, and what the walk through them finds."""

from dataclasses import dataclass, field

from nlp.text.cues import Event


@dataclass(slots=True)
class Found:
    """The nearest cue of each kind that reaches a mention."""

    cues: dict[str, Event] = field(default_factory=dict)
    affirmed: bool = False  # by what follows it
    shown: bool = False  # a result is told after it
    ongoing: bool = False
    diagnosed: bool = False


@dataclass(slots=True)
class Way:
    """What was passed on the way from the mention to the left."""

    commas: int = 0
    joined: bool = False  # by and
    chosen: bool = False  # by or
    colon: int = -1
    comma: int = -1  # where the last comma passed ends
    with_: int = -1
    first_comma: int = -1  # end of the comma nearest to the mention
    told: bool = False
    who: bool = False
    subject: bool = False
    verb: bool = False
    consulted: bool = False
    for_: bool = False
    example: int = -1


@dataclass(frozen=True, slots=True)
class Place:
    """A mention among the events of its sentence: `left` events begin before it, `right` ones at its end or later."""

    lower: str
    begin: int
    finish: int
    start: int
    end: int
    events: list[Event]
    left: int
    right: int
