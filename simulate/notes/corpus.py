"""Notes without a hospital around them: for training and judging de-identification and mining."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from simulate.arrays import BLOCK
from simulate.block import draw_block
from simulate.config import STYLES, HospitalConfig
from simulate.notes.chart import Note
from simulate.notes.charts import Author
from simulate.notes.documents import write_specimen
from simulate.notes.identity import Identity
from simulate.notes.specimens import rows
from simulate.shared import draw_shared


def authors(seed: int, styles: tuple[str, ...] = STYLES) -> Iterator[Author]:
    """One block of 256 persons after the other, without end."""
    config = HospitalConfig(patients=1, seed=seed, styles=styles)
    shared = draw_shared(config)
    number = 0
    while True:
        yield Author(draw_block(config, shared, number))
        number += 1


def draw_notes(n: int, seed: int, *, styles: tuple[str, ...] = STYLES, kinds: tuple[str, ...] = (),
               share: float = 0.2) -> Iterator[Note]:  # fmt: skip
    """n notes; kinds: only these (all when empty); share: of a person's contacts, so that persons vary."""
    for author in authors(seed, styles):
        for note in author.notes(BLOCK, share):
            if n == 0:
                return
            if not kinds or note.chart.kind in kinds:
                n -= 1
                yield note


def notes_only(n: int, seed: int, *, styles: tuple[str, ...] = STYLES, kinds: tuple[str, ...] = (),
               share: float = 0.2) -> Iterator[dict[str, Any]]:  # fmt: skip
    """The layout of bench.deid: note_id, patient_id, text, spans [{start, end, label}], decoys [[start, end, text]]."""
    for note in draw_notes(n, seed, styles=styles, kinds=kinds, share=share):
        yield {
            "note_id": note.chart.note_id, "patient_id": note.chart.who.patient_id, "kind": note.chart.kind,
            "text": note.text,
            "spans": [{"start": s, "end": e, "label": label} for s, e, label in note.spans],
            "decoys": [[s, e, note.text[s:e]] for s, e, _ in note.decoys],
        }  # fmt: skip


def breast_reports(
    n: int, seed: int, *, styles: tuple[str, ...] = STYLES, other: float = 0.12
) -> Iterator[dict[str, Any]]:
    """n pathology reports: text, style, and specimens [{label, fields}], none in the share `other` of anything else.

    Whatever happened to the persons: three in four are malignant, half of those operated on.
    """
    rng = Random(f"breast/{seed}")
    for author in authors(seed, styles):
        for place in range(0, len(author.block.encounters.who), 5):
            if n == 0:
                return
            n -= 1
            malignant = rng.random() < 0.75
            note = author.specimen(place, rng, malignant=malignant, excision=malignant and rng.random() < 0.5)
            specimens = author.specimens[note.chart.note_id]
            if rng.random() < other:
                chart = replace(note.chart, reason=None)
                note, specimens = write_specimen(chart, rng.getrandbits(62), styles, []), []
            truth: dict[str | None, dict[str, str]] = {}
            for label, name, value in rows(specimens):
                truth.setdefault(label, {})[name] = value
            told = [{"label": label, "fields": fields} for label, fields in truth.items()]
            yield {"text": note.text, "style": note.style, "specimens": told}


def patients(n: int, seed: int, *, styles: tuple[str, ...] = STYLES, kinds: tuple[str, ...] = (),
             share: float = 0.2) -> Iterator[dict[str, Any]]:  # fmt: skip
    """FHIR Patients of the persons whose notes `notes_only` gives with the same arguments."""
    seen: set[str] = set()
    for note in draw_notes(n, seed, styles=styles, kinds=kinds, share=share):
        if note.chart.who.patient_id not in seen:
            seen.add(note.chart.who.patient_id)
            yield fhir_patient(note.chart.who)


def fhir_patient(who: Identity) -> dict[str, Any]:
    def number(kind: str, value: str) -> dict[str, Any]:
        system = "http://terminology.hl7.org/CodeSystem/v2-0203"
        return {"type": {"coding": [{"system": system, "code": kind}]}, "value": value}

    return {
        "resourceType": "Patient", "id": who.patient_id,
        "identifier": [number("MR", who.mrn), number("SS", who.ssn), number("DL", who.license),
        number("AN", who.account),
                       number("MB", who.healthplan)],
        "name": [{"use": "official", "family": who.last, "given": [who.first, who.middle]}],
        "telecom": [{"system": "phone", "value": who.phone}, {"system": "email", "value": who.email},
                    {"system": "fax", "value": who.fax}],
        "gender": "male" if who.male else "female", "birthDate": who.birth.isoformat(),
        "address": [{"line": [who.street], "city": who.city, "state": who.state_code, "postalCode": who.zip}],
        "contact": [{"relationship": [{"text": r.word}], "name": {"family": r.last, "given": [r.first]},
                     "telecom": [{"system": "phone", "value": r.phone}]} for r in who.relatives],
    }  # fmt: skip
