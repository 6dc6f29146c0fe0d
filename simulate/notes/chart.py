"""What the author of one note knows: the person, the contact, the record up to then."""

from dataclasses import dataclass, field

from simulate.knowledge import Disease, Drug, Effect, Reason
from simulate.notes.identity import Identity
from simulate.shared import Provider


@dataclass(frozen=True)
class Harm:
    effect: Effect
    drug: Drug | None  # None: nothing caused it
    onset: int
    since: int  # start of the course of the drug; the onset itself without a drug


@dataclass(frozen=True)
class Place:
    hospital: str
    other: str
    ward: str
    phone: str
    payer: str


@dataclass(frozen=True)
class Chart:
    kind: str
    who: Identity
    note_id: str
    encounter_id: str
    when: int  # seconds since 1970, when the note is written
    admitted: int
    discharged: int  # the end of the contact, or of the record
    age: int
    place: Place
    doctor: Provider
    colleagues: tuple[Provider, ...]
    diseases: tuple[Disease, ...]
    reason: Reason | None
    drugs: tuple[Drug, ...]
    labs: dict[str, float] = field(default_factory=dict)  # latest of each analyte before the note
    harm: Harm | None = None
    allergen: str = ""
    died: bool = False
    event: tuple[str, bool] | None = None  # a named event and whether it happened
    study_id: str | None = None  # of the film that a report is of
    extra: dict[str, str] = field(default_factory=dict)  # fields of a pathology report, findings of a film


@dataclass(frozen=True)
class Note:
    """A finished note with its truth."""

    chart: Chart
    text: str
    author_role: str
    spans: tuple[tuple[int, int, str], ...]
    facts: tuple[tuple[int, int, str, str, str, str, int], ...]
    decoys: tuple[tuple[int, int, str], ...]
    style: str
