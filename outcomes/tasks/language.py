"""The words of ACES's YAML (es-aces 0.7.3): predicates, windows, bounds, durations; each text read once, checked."""

import re
from dataclasses import dataclass, field

from contract.errors import ConfigError
from outcomes.timeline import DAY, HOUR, SECOND

ANY, START, END = "_ANY_EVENT", "_RECORD_START", "_RECORD_END"
SPECIAL = (ANY, START, END)
TRIGGER = "trigger"
Range = tuple[int | None, int | None]

UNITS = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": 60 * SECOND, "s": SECOND}
PART = re.compile(r"(\d+(?:\.\d+)?)\s*(weeks?|wks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b|[,\s]+")
CLOCK = re.compile(r"(?:(.*\D)\s*)?(\d+):(\d\d):(\d\d)")


@dataclass(frozen=True)
class Plain:
    """Events whose code fits, and whose number lies between. Counted one by one."""

    words: tuple[str, ...] = ()  # `code: TEXT` or `code: {any: [...]}`
    regex: str = ""  # `code: {regex: ...}`, found anywhere in the code
    low: float | None = None
    high: float | None = None
    low_inclusive: bool = False
    high_inclusive: bool = False
    columns: tuple[tuple[str, str], ...] = ()  # other columns of the row and what they must hold
    static: bool = False  # of events without time


@dataclass(frozen=True)
class Derived:
    """Moments of a person at which all (or any) of the inputs have an event: one each."""

    all: bool
    inputs: tuple[str, ...]
    static: bool = False


Predicate = Plain | Derived


@dataclass(frozen=True)
class Bound:
    """A moment told from another one: moved by `offset`, or the nearest event of `event` after (before) it."""

    ref: str  # trigger, start, end (of the same window) or WINDOW.start, WINDOW.end
    offset: int = 0  # microseconds; with an event: from that event on
    event: str = ""
    before: bool = False


@dataclass(frozen=True)
class Window:
    start: Bound
    end: Bound
    start_inclusive: bool
    end_inclusive: bool
    has: dict[str, Range] = field(default_factory=dict)
    label: str = ""
    index: str = ""  # `index_timestamp`: start, end or ""

    @property
    def root(self) -> str:
        """Which side is told from elsewhere; the other one is told from it."""
        return "end" if self.start.ref == "end" else "start"

    @property
    def outer(self) -> Bound:
        return self.end if self.root == "end" else self.start

    @property
    def inner(self) -> Bound:
        return self.start if self.root == "end" else self.end

    @property
    def predicates(self) -> set[str]:
        return {*self.has, self.start.event, self.end.event, self.label} - {""}


def duration(text: str) -> int:
    """Microseconds of `24h`, `1 day 12 hours`, `1 day, 14:20:16`."""
    clock, rest = CLOCK.fullmatch(text.strip()), text.strip()
    total = 0
    if clock:
        rest = clock[1] or ""
        total = (int(clock[2]) * 3600 + int(clock[3]) * 60 + int(clock[4])) * SECOND
    end = 0
    for part in PART.finditer(rest):
        if part.start() != end:
            break
        end, total = part.end(), total + (round(float(part[1]) * UNITS[part[2][0]]) if part[1] else 0)
    if end != len(rest) or not text.strip():
        raise ConfigError(f"{text!r} is no duration: write it like 24h, 30 days or 1 day 12 hours")
    return total


def bound(text: str) -> Bound:
    """Of `trigger + 24h`, `start -> PREDICATE`, `end <- PREDICATE`, `WINDOW.end`."""
    found = re.fullmatch(r"\s*(\w+|\w+\.(?:start|end))\s*(?:(->|<-|\+|-)\s*(.+?))?\s*", text)
    if not found:
        raise ConfigError(
            f"bound {text!r} is not understood: it is trigger, start, end, WINDOW.start or WINDOW.end, "
            "alone or with one of `+ 24h`, `- 24h`, `-> PREDICATE`, `<- PREDICATE`"
        )
    ref, sign, rest = found[1], found[2], found[3] or ""
    if sign in ("->", "<-"):
        event(text, rest, before=sign == "<-")
        return Bound(ref, event=rest, before=sign == "<-")
    size = duration(rest) if sign else 0
    return Bound(ref, -size if sign == "-" else size, before=sign == "-" and size > 0)


def event(text: str, name: str, *, before: bool) -> None:
    if not re.fullmatch(r"\w+", name):
        raise ConfigError(f"bound {text!r}: {name!r} is no predicate's name (letters, digits and _)")
    if name == (END if before else START):
        raise ConfigError(f"bound {text!r}: nothing lies {'before' if before else 'after'} by way of {name}")


def limits(text: object) -> Range:
    """Of `(1, None)`; es-aces reads the same."""
    parts = [part.strip() for part in str(text).strip().strip("()").split(",")]
    try:
        low, high = (None if part in ("None", "") else int(part) for part in parts)
    except ValueError:
        raise ConfigError(f"{text!r} is no range of counts: write it like (1, None) or (None, 0)") from None
    if (low is None and high is None) or (low is not None and high is not None and high < low):
        raise ConfigError(f"{text!r} is no range of counts: give a lower or an upper limit, the lower one first")
    return low, high
