"""Whether a negation reaches a mention: lists go on, new clauses and other subjects end it."""

import re

from nlp.text.cues import Event
from nlp.text.lexicon import has
from nlp.text.place import Found, Place, Way

STEP = 90  # characters that a negation reaches between two separators
LATEST = 20  # events looked back at
VERBISH = re.compile(
    r"\s*(?:se|ha|han|había|habían|he|es|fue|fueron|está|estaba|puede|pudo|podía|debía|sabía|quería|hacía|sentía)\b"
    r"|\s*(?:le|les|lo|la|los|las|me|nos)\b|\s*\w+(?:ó|aba|aban|aron|ieron|ará)\b"
    r"|\s*\w+[aen]n?\s+(?:un|una|el|la|los|las|su|sus)\b"  # no definen un origen
)
QUE = re.compile(
    r"\b(?:que (?:es|fue|se|ha|han|había|acude|acudió|consulta|presenta|ingresa|refiere)|who (?:is|was|has|presents))\b"
)
DEGREE = re.compile(
    r"\s*(?:mild|moderate|severe|slight|marked|persistent|intermittent"
    r"|leves?|moderad[oa]s?|intens[oa]s?|marcad[oa]s?|discret[oa]s?)\b"
)
MEASURE = re.compile(r"\s*(?:de|of)?\s*(?:unos |about |approximately )?\d")
ARTICLE = re.compile(r"\s*(?:an?|the|una?|el|la|los|las)\b")


def negates(event: Event) -> bool:
    return any(kind == "negated" for kind, _ in event.cue.before)


def reaches(place: Place, at: int, role: str, way: Way, found: Found) -> bool:
    event = place.events[at]
    between = place.lower[event.end : place.start]
    if role == "adjacent":
        return not between.strip() or (len(between.split()) == 1 and between[:1] == " " and not way.commas)
    if QUE.search(between):
        return False
    if (role == "determiner" or event.cue.label == "ni") and VERBISH.match(place.lower, event.end, place.start):
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


def _continues(place: Place, at: int, role: str, way: Way, found: Found) -> bool:
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
    if MEASURE.match(place.lower, place.end, place.finish) or (role == "without" and _of_a_disease(place, at)):
        return False
    return not _verb_follows(place)


def _of_a_disease(place: Place, at: int) -> bool:
    """Hypertension without X, Y: after the comma the list goes on that hypertension began."""
    head = place.lower[place.begin : place.events[at].start].rpartition(", ")[2]
    return any(has(kind, head) for kind in ("chronic", "disease", "symptom"))


def _repeated(place: Place, at: int) -> bool:
    """No X, no Y, Z: each item has its own negation, so Z has none."""
    return (
        at > 1
        and "," in place.events[at - 1].cue.flags
        and any(map(negates, place.events[max(0, at - LATEST) : at - 1]))
    )


def _verb_follows(place: Place) -> bool:
    """Whether the mention is the subject of a clause of its own."""
    for event in place.events[place.right : place.right + LATEST]:
        if event.cue.flags & {",", "turn", "and", "or"}:
            return False
        if event.cue.flags & {"verb", "open"}:
            return True
    return False
