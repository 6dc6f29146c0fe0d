"""What an HL7 v2 message says of one of its segments: whose it is, of which visit and order, and when written."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from etl.formats.hl7_messages import Message, knowledge
from etl.formats.hl7_values import chosen, key, own_key, stamp


def person(message: Message, at: int) -> str:
    """Key of the patient of a segment: the PID above it, else the only one of the message."""
    pid = _pid(message, at)
    return identified(message, pid, (3, 2)) if pid >= 0 else ""


def _pid(message: Message, at: int) -> int:
    pid, pids = message.above(at, "PID"), message.named("PID")
    of_all = message.segments[at].name in knowledge()["header"]
    return pids[0] if pid < 0 and pids and (of_all or len(pids) == 1) else pid


def identified(message: Message, at: int, places: tuple[int, ...]) -> str:
    """The key in the first of some fields of identifiers that holds one."""
    said = knowledge()["person"]
    for place in places:
        entries = [_entry(message, at, place, repeat) for repeat in range(1, message.repeats(at, place) + 1)]
        if found := chosen(entries, said["types"], said["never"]):
            return found
    return ""


def _entry(message: Message, at: int, place: int, repeat: int) -> Callable[[int, int], str]:
    return lambda part, sub: message.text(at, place, repeat, part, sub)


def prior(message: Message, at: int) -> str:
    """Of an MRG in a message that merges two persons: the one that is no more. Else nothing."""
    if message.text(0, 9, 1, 2) not in knowledge()["merges"]:
        return ""
    old = identified(message, at, (1, 4))
    return old if old != person(message, at) else ""


def prior_person(message: Message, at: int) -> str:
    """Of an MRG: whose visit or account it was: by MRG-1 where it moves from one person to another, else the same's."""
    moves = message.text(0, 9, 1, 2) in knowledge()["moves"]
    return (moves and identified(message, at, (1,))) or person(message, at)


def visit(message: Message, at: int) -> str:
    """Key of the visit: PV1-19 of the segment itself or of the patient's PV1, else PID-18, the account."""
    pid = _pid(message, at)
    pv1s = [i for i in message.named("PV1") if _pid(message, i) == pid]
    own = [at] if message.segments[at].name == "PV1" else []
    for pv1 in (*own, *pv1s):
        if number := _identifier(message, pv1, 19, person(message, at)):
            return number
    return _identifier(message, pid, 18, person(message, at)) if pid >= 0 and pv1s else ""


def prior_visit(message: Message, at: int) -> str:
    """Of an MRG: MRG-5, the visit, else MRG-3, the account; nothing where it is the visit of now."""
    owner = prior_person(message, at)
    found = _identifier(message, at, 5, owner) or _identifier(message, at, 3, owner)
    return found if found != visit(message, at) else ""


def _identifier(message: Message, at: int, place: int, owner: str) -> str:
    authority = message.text(at, place, 1, 4, 1) or message.text(at, place, 1, 4, 2)
    return own_key(message.text(at, place, 1, 1), authority, owner)


def entity(message: Message, at: int, place: int, repeat: int = 1) -> str:
    """Key of an EI, such as the number of a document; one without authority is of the segment's person."""
    number, *authority = (message.text(at, place, repeat, part) for part in (1, 2, 3))
    return own_key(number, next(filter(None, authority), ""), person(message, at))


def place(message: Message, at: int) -> str:
    """Key of PV1-3: ward, room and bed, of the facility."""
    facility = message.text(at, 3, 1, 4, 1)
    return key("-".join(filter(None, (message.text(at, 3, 1, part, 1) for part in (1, 2, 3)))), facility)


def recorded(message: Message, _at: int = 0) -> str:
    """When the sender wrote it down: EVN-2, else MSH-7. The newer of two messages is the one that holds."""
    evn = message.at("EVN")
    found = message.text(evn, 2, 1, 1) if evn >= 0 else ""
    return stamp(found or message.text(0, 7, 1, 1), message.zone)


def order(message: Message, at: int) -> str:
    """A text that sorts messages by when they were written: those that lead after others, then time, then place."""
    leads = message.text(0, 9, 1, 1) in knowledge()["leading"]
    sent = stamp(message.text(0, 7, 1, 1), message.zone)
    line = message.segments[at].line
    return f"{int(leads)} {_utc(recorded(message))} {_utc(sent)} {message.text(0, 10):>20} {line:010d}"


def _utc(text: str) -> str:
    try:
        found = datetime.fromisoformat(text if len(text) != 7 else f"{text}-01")
    except ValueError:
        return f"{text:26.26}"
    return (found if found.tzinfo is None else found.astimezone(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%f")


def results(message: Message, at: int) -> str:
    """What tells the results of one order of a person from all others, in every correction of them.

    The order's number (OBR-3, else OBR-2, ORC-3, ORC-2) with what was ordered; a number that no authority gave comes
    again, so there the sender and OBR-7 count too. Without a number: what was ordered, and OBR-7.
    """
    obr = message.above(at, "OBR")
    found = _ordered(message, at, obr) if obr >= 0 else _stands_under(message, at)
    return " ".join((person(message, at), *found))


def _ordered(message: Message, at: int, obr: int) -> tuple[str, ...]:
    orc = message.above(at, "ORC")
    what, when = message.text(obr, 4, 1, 1) or message.text(obr, 4), message.text(obr, 7, 1, 1)
    places = [(obr, 3), (obr, 2), *([(orc, 3), (orc, 2)] if orc >= 0 else [])]
    for i, field in places:
        if number := message.text(i, field):
            given = message.text(i, field, 1, 2) or message.text(i, field, 1, 3)
            return (number, what) if given else (number, what, message.text(0, 4), when)
    return what, when


def _stands_under(message: Message, at: int) -> tuple[str, ...]:
    """Of what is under no order: the dose (RXA) or document (TXA) it is of, else when it was."""
    under = message.under(at)
    name = message.segments[under].name if under >= 0 else ""
    said = [message.text(under, field) for field in TELLS.get(name, ())]
    if name == "RXA" and (orc := message.above(under, "ORC")) >= 0:
        said.append(message.text(orc, 3))
    return (name, *said) if any(said) else (name, message.text(at, 14, 1, 1) or recorded(message))


TELLS = {"RXA": (2, 3, 5), "TXA": (12,)}
"""The fields that tell segments of a name apart."""


CONTEXT: Mapping[str, Callable[[Message, int], str]] = {
    "@person": person,
    "@visit": visit,
    "@prior": prior,
    "@priorperson": prior_person,
    "@priorvisit": prior_visit,
    "@place": place,
    "@at": recorded,
    "@order": order,
    "@results": results,
    "@key": lambda message, at: f"{message.key}-{at}",
    "@message": lambda message, _: message.key,
    "@ordinal": lambda _, at: str(at),
    "@segment": lambda message, at: str(message.segments[at].whole),
}
"""Columns that are no place in a segment. `@key` is the segment's own, `@message` that of its message."""
