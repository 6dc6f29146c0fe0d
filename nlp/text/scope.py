"""How far a cue reaches: the clause around a mention, walked from the mention to the left and to the right."""

import re
from dataclasses import dataclass, field

from nlp.text.cues import Event

STEP = 90  # characters that a negation reaches between two separators
CLOSED_BY_OPEN = frozenset({"negated", "uncertain", "historical", "planned", "allergy"})
VERBISH = re.compile(
    r"\s*(?:se|ha|han|había|habían|he|es|fue|fueron|está|estaba|puede|pudo|le|les|lo|la|los|las|me|nos)\b"
    r"|\s*\w+(?:ó|aba|aban|ían|aron|ieron|ará|ería|aría|ía)\b"
)
PHRASE_IN = re.compile(
    r"(?:\b(?:in|of|en|de)|\()\s*(?:(?:a|an|the|his|her|both|two|un|una|su|sus|ambos|la|el|los)\s+)?"
    r"(?:(?:maternal|paternal|older|younger)\s+)?\Z"
)
DEGREE = re.compile(
    r"\s*(?:mild|moderate|severe|slight|marked|persistent|intermittent|leves?|moderad[oa]s?|intens[oa]s?|marcad[oa]s?|discret[oa]s?)\b"
)
ARTICLE = re.compile(r"\s*(?:an?|the|una?|el|la|los|las)\b")
ENDS = re.compile(
    r"\s*(?:[.,;)|]|\Z|[\r\n]|(?:en|mediante|durante|tras|a|al|para|por|con|on|in|at|by|during|after|with|to|from)\b)"
)


@dataclass(slots=True)
class Found:
    """The nearest cue of each kind that reaches a mention."""

    cues: dict[str, Event] = field(default_factory=dict)
    affirmed: bool = False  # by what follows it
    ongoing: bool = False
    diagnosed: bool = False


@dataclass(slots=True)
class _Way:
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


def look(place: Place) -> Found:
    found = Found()
    _right(place, found)
    _left(place, found)
    return found


def _right(place: Place, found: Found) -> None:
    comma = joined = False
    for event in place.events[place.right :]:
        cue = event.cue
        flags = cue.flags
        if "turn" in flags or "|" in flags or "mark" in flags or "who" in flags:
            return
        if "," in flags:
            comma = True
        elif "and" in flags or "or" in flags:
            joined = True
        elif "ongoing" in flags and not comma:
            found.ongoing = True
        elif "?" in flags and event.start == place.end:
            found.cues["uncertain"] = event
        elif "diagnosed" in flags and not comma:
            found.diagnosed = True
        polar = False
        for kind, role in cue.after:
            if kind not in found.cues and _reaches_back(place, event, kind, role, comma, joined):
                found.cues[kind] = event
                polar |= kind == "negated"
        if polar or ("after" in flags and not comma):
            found.affirmed |= not polar
            return
        if ("open" in flags or "done" in flags or _negates(event)) and not cue.after:
            found.affirmed |= "done" in flags and not comma
            return


def _negates(event: Event) -> bool:
    return any(kind == "negated" for kind, _ in event.cue.before)


def _reaches_back(place: Place, event: Event, kind: str, role: str, comma: bool, joined: bool) -> bool:
    if role == "after_all":
        return True
    if comma:
        return False
    if role == "either":
        return (not joined and bool(ENDS.match(place.lower, event.end, place.finish))) or event.end >= place.finish
    if role == "relative":
        return bool(PHRASE_IN.search(place.lower, place.end, event.start))
    if (kind == "historical" and role == "after") or (kind == "allergy" and len(event.cue.label.split()) == 1):
        return not place.lower[place.end : event.start].strip(" ([")
    if role == "between":
        return not joined
    return not joined or kind in {"planned", "other_person", "uncertain", "historical"} or _verbal(event)


def _verbal(event: Event) -> bool:
    return event.cue.label in {"denied", "ruled out", "excluded"}


def _left(place: Place, found: Found) -> None:
    way, closed = _Way(), set[str]()
    if found.affirmed:
        closed.add("planned")
    events = place.events
    for at in range(place.left - 1, -1, -1):
        event = events[at]
        flags = event.cue.flags
        if "turn" in flags or "|" in flags:
            return
        for kind, role in event.cue.before:
            if kind not in closed and kind not in found.cues and _reaches(place, at, kind, role, way, found):
                found.cues[kind] = event
            elif kind == "negated" and role != "adjacent":
                closed.add(kind)
        if "mark" in flags or ("answer" in flags):
            return
        if "open" in flags or "done" in flags:
            closed |= CLOSED_BY_OPEN
        _pass(event, way, closed, found)


def _pass(event: Event, way: _Way, closed: set[str], found: Found) -> None:
    """Remembers what was passed."""
    flags = event.cue.flags
    if "," in flags:
        if way.example != event.end and way.example - 1 != event.end:
            way.commas += 1
            way.first_comma = event.end if way.first_comma < 0 else way.first_comma
        if way.subject:
            closed.add("other_person")
        way.comma = event.end
    elif ":" in flags:
        way.colon = event.start
    if not flags:
        return
    way.joined |= "and" in flags
    way.chosen |= "or" in flags
    way.for_ |= "for" in flags
    way.told |= "tell" in flags
    way.who |= "who" in flags
    way.subject |= "subject" in flags
    way.consulted |= "consult" in flags
    found.ongoing |= "ongoing" in flags and not way.commas
    found.diagnosed |= "diagnosed" in flags and not way.commas
    if "with" in flags:
        way.with_ = event.start
    if "example" in flags:
        way.example, way.commas, way.joined = event.start, 0, False
    if "patient" in flags or ("and" in flags and way.subject):
        closed.add("other_person")


def _reaches(place: Place, at: int, kind: str, role: str, way: _Way, found: Found) -> bool:
    event = place.events[at]
    if role == "either" and ENDS.match(place.lower, event.end, place.finish):
        return False
    if kind == "negated":
        return _negation(place, at, role, way, found)
    if role == "relative":
        return way.who or not (way.told or _beside(place, at))
    if role in {"near", "between"} or kind == "uncertain":
        lists = role == "list" or (kind == "hypothetical" and way.joined)
        return lists or not (way.commas or way.joined or way.for_ or way.with_ >= 0)
    if role == "time":
        fresh = way.consulted or way.joined or ("year" in event.cue.flags and way.told)
        return not fresh and (not way.commas or (way.commas == 1 and way.comma == event.end + 1))
    if role == "start":
        head = place.lower[place.begin : event.start].rstrip()
        return not head or head[-1] in ",-" or place.start - event.end <= 2
    return not (kind == "planned" and way.for_)


def _beside(place: Place, at: int) -> bool:
    """Accompanied by, according to: the relative is not who has it."""
    relative = place.events[at]
    return any(
        "beside" in event.cue.flags and relative.start - event.end <= 16 for event in place.events[max(0, at - 2) : at]
    )


def _negation(place: Place, at: int, role: str, way: _Way, found: Found) -> bool:
    event = place.events[at]
    between = place.lower[event.end : place.start]
    if role == "adjacent":
        return not between.strip() or (len(between.split()) == 1 and between[:1] == " " and not way.commas)
    if role == "determiner" and VERBISH.match(place.lower, event.end, place.start):
        return False
    if way.colon >= 0 and place.lower[event.end : way.colon].strip() and event.cue.label[-1] != ":":
        return False
    if way.with_ >= 0 and (role == "without" or _begins_clause(place, way.with_)):
        return False
    if len(between) > STEP * (1 + way.commas + way.joined + way.chosen):
        return False
    if not way.commas:
        return not (way.joined and ARTICLE.match(place.lower, _after_and(place), place.start) and _verb_follows(place))
    return _continues(place, at, role, way, found)


def _begins_clause(place: Place, at: int) -> bool:
    head = place.lower[place.begin : at].rstrip()
    return head.endswith((",", " and", " y", " but"))


def _after_and(place: Place) -> int:
    """Where the words after the last `and` before the mention begin."""
    for event in reversed(place.events[: place.left]):
        if "and" in event.cue.flags:
            return event.end
    return place.start


def _continues(place: Place, at: int, role: str, way: _Way, found: Found) -> bool:
    """Whether the list that a negation began still goes on after a comma."""
    label = place.events[at].cue.label
    following = place.events[place.right : place.right + 1]
    listed = bool(following) and ("or" in following[0].cue.flags or following[0].cue.label in {"ni", "nor"})
    if way.chosen or listed:
        return True
    if label in {"ni", "nor", "tampoco"}:
        return False
    if DEGREE.match(place.lower, way.first_comma) or found.affirmed or found.ongoing:
        return False
    if role in {"determiner", "without"} and _repeated(place, at):
        return False
    return not _verb_follows(place)


def _repeated(place: Place, at: int) -> bool:
    """No X, no Y, Z: each item has its own negation, so Z has none."""
    return at > 1 and "," in place.events[at - 1].cue.flags and any(map(_negates, place.events[: at - 1]))


def _verb_follows(place: Place) -> bool:
    """Whether the mention is the subject of a clause of its own."""
    for event in place.events[place.right :]:
        if event.cue.flags & {",", "turn", "and", "or"}:
            return False
        if event.cue.flags & {"verb", "open"}:
            return True
    return False
