"""One note telling of one drug and one effect: what is meant, what is said of it, since when."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from nlp.adverse.chart.assertion import said
from nlp.adverse.chart.copies import Copies
from nlp.adverse.chart.knowledge import Knowledge
from nlp.adverse.chart.meant import Effects, Meanings, Meant
from nlp.adverse.chart.onset import Calendar, Pair, Told
from nlp.adverse.chart.patients import several
from nlp.adverse.chart.person import Note, Person
from nlp.adverse.chart.relation_words import relation_words
from nlp.adverse.mention import DRUG, EFFECT, Mined, Relation
from nlp.text.dates import ADMISSION, NOTE, START

AFFIRMED = ("present", "historical")
SEVERAL, LANGUAGE = "several-patients", "language-unknown"
TEXT, TIMELINE, WRITTEN = "text", "timeline", "note"
LONG_AGO = timedelta(days=180)  # before a note: what began then is told as history
MOST = 8  # other mentions of an effect whose dates are looked at
CLOSE = 60  # characters between an effect and its cause
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Onset:
    """`source`: text, timeline or note, the surest first. `rough`: only the month or year is known."""

    time: datetime
    source: str
    rough: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    note: Note
    drug: Meant
    effect: Effects
    drug_at: Span
    effect_at: Span
    kind: str
    score: float
    flags: tuple[str, ...]
    onset: Onset | None
    copied: bool

    @property
    def affirmed(self) -> bool:
        return self.kind in AFFIRMED


def tellings(person: Person, mined: Mapping[str, Mined], least: float, knowledge: Knowledge) -> Iterator[Telling]:
    """Of all notes in their order; relations the miner is less sure of than `least` are not told."""
    copies, meanings = Copies(), Meanings(knowledge)
    for note in person.notes:
        found = mined.get(note.note_id, Mined())
        relations = [each for each in found.relations if each.score >= least]
        copied = copies.of(note.note_id, note.text, note.language)
        if relations:
            yield from _of_note(_Reading(person, note, found, copied, meanings), relations)


@dataclass(frozen=True)
class _Reading:
    person: Person
    note: Note
    mined: Mined
    copied: Sequence[Span]
    meanings: Meanings
    known: dict[tuple[str, str], list[Span]] = field(default_factory=dict)

    def alike(self, meant: Effects, at: Span) -> list[Span]:
        """The other mentions of the same effect that are nearest to this one, in order."""
        key = meant.concept, meant.group
        if key not in self.known:
            spans = [(each.start, each.end) for each in self.mined.mentions if each.label == EFFECT]
            words = [self.note.text[slice(*span)] for span in spans]
            same = [span for span, said in zip(spans, words, strict=True) if self.meanings.effect(said).same(meant)]
            self.known[key] = sorted(same)
        place = bisect_left(self.known[key], at)
        near = [span for span in self.known[key][max(0, place - MOST) : place + MOST + 1] if span != at]
        return sorted(sorted(near, key=lambda span: abs(span[0] - at[0]))[:MOST])

    def is_copied(self, at: int) -> bool:
        place = bisect_right(self.copied, (at, len(self.note.text))) - 1
        return place >= 0 and at < self.copied[place][1]


def _of_note(reading: _Reading, relations: Sequence[Relation]) -> Iterator[Telling]:
    note = reading.note
    beside = (*((SEVERAL,) if several(note.text) else ()), *(() if note.language else (LANGUAGE,)))
    calendar = _calendar(reading)
    for relation, each in zip(relations, said(note.text, note.language, relations), strict=True):
        drug_at, effect_at = (relation.drug.start, relation.drug.end), (relation.effect.start, relation.effect.end)
        drug = reading.meanings.drug(note.text[slice(*drug_at)])
        effect = reading.meanings.effect(note.text[slice(*effect_at)])
        onset = _onset(reading, calendar, (drug, drug_at), (effect, effect_at)) if each.kind in AFFIRMED else None
        kind = "historical" if each.kind == "present" and _long_ago(onset, note) else each.kind
        if onset is None and kind == "present" and note.time:
            onset = Onset(note.time, WRITTEN)
        copied = reading.is_copied(effect_at[0])
        flags = (*each.flags, *beside, *drug.flags, *effect.flags)
        yield Telling(note, drug, effect, drug_at, effect_at, kind, relation.score, flags, onset, copied)


def _calendar(reading: _Reading) -> Calendar:
    note = reading.note
    drugs = [(each.start, each.end) for each in reading.mined.mentions if each.label == DRUG]
    effects = [(each.start, each.end) for each in reading.mined.mentions if each.label != DRUG]
    return Calendar.of(note.text, note.language, note.time.date() if note.time else None, drugs, effects)


def _onset(
    reading: _Reading, calendar: Calendar, drug: tuple[Meant, Span], effect: tuple[Effects, Span]
) -> Onset | None:
    note, person = reading.note, reading.person
    begun = _begun(person, drug[0], note.time)
    told = calendar.onset(_pair(reading, drug[1], effect), _anchors(person, note, begun))
    if told is not None and _believable(told, note):
        return Onset(datetime.combine(told.day, time()), TEXT, told.rough)
    sign = _sign(person, effect[0], note.time, begun)
    return Onset(sign, TIMELINE) if sign else None


def _pair(reading: _Reading, drug: Span, effect: tuple[Effects, Span]) -> Pair:
    meant, at = effect
    text = reading.note.text
    between = text[at[1] : drug[0]].lower() if at[1] <= drug[0] <= at[1] + CLOSE else ""
    return Pair(drug, [at, *reading.alike(meant, at)], relation_words(reading.note.language).blames(between))


def _begun(person: Person, drug: Meant, written: datetime | None) -> datetime | None:
    """The last start of the drug before the note."""
    starts = [each.start for each in person.exposures if drug.among(each.ingredients)]
    return max((start for start in starts if written is None or start <= written), default=None)


def _anchors(person: Person, note: Note, begun: datetime | None) -> dict[str, date]:
    known = {NOTE: note.time, ADMISSION: person.admissions.get(note.encounter_id), START: begun}
    return {name: moment.date() for name, moment in known.items() if moment}


def _believable(told: Told, note: Note) -> bool:
    """Nobody tells of what has not been yet."""
    return note.time is None or told.day - note.time.date() <= timedelta(days=1)


def _long_ago(onset: Onset | None, note: Note) -> bool:
    if onset is None or onset.source != TEXT or note.time is None:
        return False
    return note.time - onset.time > LONG_AGO


RECENT = timedelta(days=30)  # how long before a note a sign is looked for


def _sign(person: Person, effect: Effects, written: datetime | None, begun: datetime | None) -> datetime | None:
    """The first sign of the effect, since the drug was begun, in the time before the note."""
    if written is None:
        return None
    times = (each.time for each in person.signs if each.time.date() <= written.date() and each.of(effect.code))
    return next((at for at in times if written - at <= RECENT and (begun is None or begun <= at)), None)
