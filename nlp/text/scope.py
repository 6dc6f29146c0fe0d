"""How far a cue reaches: the clause around a mention, walked from the mention to the left and to the right."""

import re

from nlp.text import negation
from nlp.text.cues import Event
from nlp.text.place import Found, Place, Way

NEAR, BESIDE, ITEM = 60, 14, 3  # characters that doubt reaches, that stand before a relative; words of a substance
REACH = 80  # events looked at to each side
SENDS = ("refer", "se deriva", "se remite", "derivar", "control")
INSTRUCTS = re.compile(
    r",\s*(?:(?:por favor |please )?(?:\w+(?:ar|er|ir|rá|rán|rse|arse|irse)"
    r"|take|call|go|use|stop|return|give|seek|contact|increase|hold)\b)"
)
CLOSED_BY_OPEN = frozenset({"negated", "uncertain", "historical", "planned", "allergy"})
NEAR_CLOSED = frozenset({"negated", "uncertain"})
PHRASE_IN = re.compile(
    r"\s*(?:(?:\w+\s+){0,3}(?:in|en)|of|de|\()\s*(?:(?:a|an|the|his|her|both|two|un|una|su|sus|ambos|la|el|los)\s+){0,2}"
    r"(?:(?:maternal|paternal|older|younger)\s+)?"
)
WITH = re.compile(r"\b(?:con|with)\b")
MEASURED = re.compile(r"\b(?:de|a|of|at)\s+\d|\d{2}|\d\s*(?:mg|mm|cm|ml|g/|%|u/|ui)")
CLAUSE = re.compile(  # what begins a clause of its own after "and" or a comma
    r"\s*(?:(?:se|le|les|nos|ha|han|había|habían|fue|fueron|es|está|estaba|estaban|tenía"
    r"|is|was|are|were|has|had|will|he|she|they|it)\b"
    r"|\w+(?:ó|aban?|aron|ieron)\b|(?!cuando|negando|descartando)\w{3,}(?:ando|iendo)\b)"
)
ENDS = re.compile(
    r"\s*(?:[.,;)|]|\Z|[\r\n]|(?:en|mediante|durante|tras|a|al|para|por|con|on|in|at|by|during|after|with|to|from)\b)"
)


def look(place: Place) -> Found:
    found = Found()
    _right(place, found)
    _left(place, found)
    return found


def _right(place: Place, found: Found) -> None:
    comma = joined = False
    for event in place.events[place.right : place.right + REACH]:
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
        found.shown |= "open" in flags
        if ("open" in flags or "done" in flags or negation.negates(event)) and not cue.after:
            found.affirmed |= "done" in flags and not comma
            return


def _reaches_back(place: Place, event: Event, kind: str, role: str, comma: bool, joined: bool) -> bool:
    if kind == "negated" and WITH.search(place.lower, place.end, event.start):
        return False
    if role == "after_all":
        return not MEASURED.search(place.lower, place.end, event.start)
    if comma:
        return False
    if role == "either":
        return (not joined and bool(ENDS.match(place.lower, event.end, place.finish))) or event.end >= place.finish
    if role == "relative":
        return bool(PHRASE_IN.fullmatch(place.lower, place.end, event.start))
    if (kind == "historical" and role == "after") or (kind == "allergy" and len(event.cue.label.split()) == 1):
        return not place.lower[place.end : event.start].strip(" ([")
    if role == "between":
        return not joined
    return not joined or kind in {"planned", "other_person", "uncertain", "historical"} or _verbal(event)


def _verbal(event: Event) -> bool:
    return event.cue.label in {"denied", "ruled out", "excluded"}


def _left(place: Place, found: Found) -> None:
    way, closed = Way(), set[str]()
    if found.affirmed:
        closed.add("planned")
    events = place.events
    for at in range(place.left - 1, max(-1, place.left - 1 - REACH), -1):
        event = events[at]
        flags = event.cue.flags
        if "turn" in flags or "|" in flags:
            return
        for kind, role in event.cue.before:
            if (
                (kind not in closed or (role == "time" and not way.commas))
                and kind not in found.cues
                and _reaches(place, at, kind, role, way, found)
            ):
                found.cues[kind] = event
            elif kind == "negated" and role != "adjacent":
                closed.add(kind)
        if "?" in flags and event.end == place.start and place.lower[event.start] == "?":
            found.cues.setdefault("uncertain", event)
        if "mark" in flags or ("answer" in flags):
            return
        if "open" in flags or "done" in flags:
            closed |= CLOSED_BY_OPEN
        _pass(place, event, way, closed, found)


def _pass(place: Place, event: Event, way: Way, closed: set[str], found: Found) -> None:
    """Remembers what was passed, and closes what does not reach over it."""
    flags = event.cue.flags
    if not flags:
        return
    if "," in flags:
        _comma(event, way, closed)
    elif ":" in flags:
        way.colon = event.start
    _remember(flags, way)
    found.ongoing |= "ongoing" in flags and not way.commas
    found.diagnosed |= "diagnosed" in flags and not way.commas
    if ("and" in flags or "," in flags) and CLAUSE.match(place.lower, event.end, place.start):
        closed |= NEAR_CLOSED
        if place.lower.startswith(" se ", event.end):
            closed.add("other_person")
    if "with" in flags:
        way.with_ = event.start
    if "example" in flags:
        way.example, way.commas, way.joined = event.start, 0, False
    if flags & {"patient", "consult"} or ("and" in flags and way.subject):
        closed.add("other_person")


def _remember(flags: frozenset[str], way: Way) -> None:
    way.joined |= "and" in flags
    way.chosen |= "or" in flags
    way.verb |= "verb" in flags
    way.for_ |= "for" in flags
    way.told |= "tell" in flags
    way.who |= "who" in flags
    way.subject |= "subject" in flags
    way.consulted |= "consult" in flags


def _comma(event: Event, way: Way, closed: set[str]) -> None:
    if way.example != event.end and way.example - 1 != event.end:
        way.commas += 1
        way.first_comma = event.end if way.first_comma < 0 else way.first_comma
    if way.subject:
        closed.add("other_person")
    if way.verb:
        closed.add("negated")
    way.comma = event.end


def _reaches(place: Place, at: int, kind: str, role: str, way: Way, found: Found) -> bool:
    event = place.events[at]
    if role == "either" and ENDS.match(place.lower, event.end, place.finish):
        return False
    if kind == "negated":
        return negation.reaches(place, at, role, way, found)
    if role == "relative":
        return not way.told and (way.who or not _beside(place, at))
    if role == "instruct":
        return bool(INSTRUCTS.search(place.lower, place.end, place.finish))
    if role in {"near", "between"} or (kind == "uncertain" and role != "list"):
        return _near(place, event, kind, way)
    if role == "time":
        fresh = way.consulted or way.joined or ("year" in event.cue.flags and way.told)
        return not fresh and (not way.commas or (way.commas == 1 and way.comma == event.end + 1))
    if role == "start":
        head = place.lower[place.begin : event.start].rstrip()
        return not head or head[-1] in ",-" or (kind == "hypothetical" and place.start - event.end <= 2)
    if kind == "planned":
        if "uncertain" in found.cues or (found.shown and event.cue.label.startswith("se ")):
            return False
        return not way.for_ or event.cue.label.startswith(SENDS)
    return kind != "allergy" or _substance(place, event, way, found)


def _near(place: Place, event: Event, kind: str, way: Way) -> bool:
    if way.commas or way.for_ or way.with_ >= 0 or (way.joined and kind != "hypothetical"):
        return False
    return place.start - event.end <= NEAR


def _substance(place: Place, event: Event, way: Way, found: Found) -> bool:
    """Items after a comma belong to an allergy only where they are as short as names of substances."""
    nearer = (found.cues[kind].start for kind in ("historical", "uncertain") if kind in found.cues)
    if any(event.start < start < place.start for start in nearer):
        return False
    if not way.commas or event.cue.label.endswith((":", "include", "are", "including")):
        return True
    items = re.split(r",| y | o | and | or ", place.lower[event.end : place.end])
    return way.with_ < 0 and all(len(item.split()) <= ITEM for item in items)


def _beside(place: Place, at: int) -> bool:
    """Accompanied by, according to: the relative is not who has it."""
    relative = place.events[at]
    return any(
        event.cue.flags & {"beside", "tell"} and relative.start - event.end <= BESIDE
        for event in place.events[max(0, at - 2) : at]
    )
