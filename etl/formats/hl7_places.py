"""Columns of HL7 raw tables: a place in the segment, in one above or below it, or what the message says of it.

3  3.1  3.1.2  3[2].1      field, component, subcomponent; a repetition other than the first
7 time   7 date            as a timestamp, or a day
5 text                     all repetitions, one a line
@OBR.4.1                   the same of the nearest OBR above; @EVN.2, @MSH.7: of the message
@+RXR.1.1                  of the first RXR below;  @*NTE.3 text: of all NTE below, one a line
@*OBX[2=TX,FT].5 text      of those whose field 2 is one of these
@OBR  @under  @under.0     the key of the OBR above, of the segment this one stands under, and its name
@nth 3.1 4                 how many before it, under the same segment, agree with it in these places
@run 5 text by 3.1 4       the texts of all that so agree, one a line; only of the first of them
@...                       what the message says of the segment: see CONTEXT in hl7_context.py
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from etl.formats.hl7_context import CONTEXT, entity
from etl.formats.hl7_messages import Message
from etl.formats.hl7_values import stamp

FORMS = "time|date|text|key"
PLACE = rf"(?P<field>\d+)(?:\[(?P<repeat>\d+)\])?(?:\.(?P<part>\d+))?(?:\.(?P<sub>\d+))?(?: (?P<form>{FORMS}))?"
OWN = re.compile(rf"^{PLACE}$")
OTHER = re.compile(
    rf"^@(?P<way>[+*]?)(?P<name>[A-Z][A-Z0-9]{{2}}|under)(?:\[(?P<which>\d+)=(?P<kinds>[\w,]+)\])?(?:\.{PLACE})?$"
)
NTH = re.compile(r"^@(?:nth|run (?P<what>.+) by) (?P<places>[\d. ]+)$")

Cell = Callable[[Message, int], str]


@dataclass(frozen=True)
class _Place:
    field: int
    repeat: int
    part: int
    sub: int
    form: str

    def read(self, message: Message, at: int) -> str:
        if self.field == 0:
            return message.segments[at].name
        if self.form == "text":
            return self._lines(message, at)
        if self.form == "key":
            return entity(message, at, self.field, self.repeat)
        part = self.part or (1 if self.form else 0)
        if not (self.part or self.form):
            return self._whole(message, at)
        found = message.text(at, self.field, self.repeat, part, self.sub)
        return stamp(found, message.zone, self.form == "date") if self.form else found

    def _whole(self, message: Message, at: int) -> str:
        """Without repetition: the field as it stands, all of them."""
        count = message.repeats(at, self.field)
        if self.repeat > 1 or count < 2:
            return message.text(at, self.field, self.repeat)
        return message.marks[1].join(message.text(at, self.field, each) for each in range(1, count + 1))

    def _lines(self, message: Message, at: int) -> str:
        count = message.repeats(at, self.field)
        return "\n".join(message.text(at, self.field, each, self.part, self.sub) for each in range(1, count + 1))


def is_place(name: str) -> bool:
    return name in CONTEXT or any(pattern.match(name) for pattern in (OWN, OTHER, NTH))


def repeats_read(names: Iterable[str]) -> dict[int, int]:
    """How many repetitions these columns read of each field that they read in parts; a field read whole loses none."""
    most: dict[int, int] = {}
    for name in names:
        ran = NTH.match(name)
        if found := OWN.match((ran["what"] or "") if ran else name):
            place = _place(found)
            whole = place.form == "text" or not (place.part or place.form or found["repeat"])
            most[place.field] = max(most.get(place.field, 0), 10_000 if whole else place.repeat)
    return most


def cell(name: str) -> Cell:
    """How a column is read."""
    if own := OWN.match(name):
        return _place(own).read
    if other := OTHER.match(name):
        return _other(other)
    if nth := NTH.match(name):
        return _agreeing(nth)
    return CONTEXT[name]


def _place(found: re.Match[str]) -> _Place:
    said = found.groupdict()
    number = {name: int(said[name] or 0) for name in ("field", "repeat", "part", "sub")}
    return _Place(number["field"], number["repeat"] or 1, number["part"], number["sub"], said["form"] or "")


def _other(found: re.Match[str]) -> Cell:
    way, name, which = found["way"], found["name"], int(found["which"] or 0)
    kinds = (found["kinds"] or "").split(",")
    place = _place(found) if found["field"] else None

    def where(message: Message, at: int) -> list[int]:
        if way:
            below = [i for i in message.below(at, name) if not which or message.text(i, which, 1, 1) in kinds]
            return below[: None if way == "*" else 1]
        above = message.under(at) if name == "under" else message.above(at, name)
        return [above] if above >= 0 else []

    def read(message: Message, at: int) -> str:
        if place is None:
            return "\n".join(f"{message.key}-{each}" for each in where(message, at))
        return "\n".join(filter(None, (place.read(message, each) for each in where(message, at))))

    return read


def _agreeing(found: re.Match[str]) -> Cell:
    """Segments of one name under the same segment that agree in some places: how many before, or the texts of all."""
    same = [cell(place) for place in found["places"].split()]
    what = cell(found["what"]) if found["what"] else None

    def alike(message: Message, at: int) -> list[int]:
        """Worked out once for all segments of the name."""
        name = message.segments[at].name
        known = message.alike.setdefault((found["places"], name), {})
        if at not in known:
            groups: dict[tuple[object, ...], list[int]] = {}
            for i in message.named(name):
                group = (message.under(i), *(place(message, i) for place in same))
                known[i] = groups.setdefault(group, [])
                known[i].append(i)
        return known[at]

    def read(message: Message, at: int) -> str:
        if what is None:
            return str(sum(i < at for i in alike(message, at)))
        return "\n".join(what(message, i) for i in alike(message, at)) if at == alike(message, at)[0] else ""

    return read
