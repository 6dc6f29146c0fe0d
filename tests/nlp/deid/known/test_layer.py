"""The layer on simulated notes: how much of what the FHIR Patient knows it finds, and how little else it takes."""

from collections import Counter

import orjson
import pyarrow as pa
import pytest

from etl.fhir.tables import from_json
from nlp.deid.known.layer import KEPT, Known
from nlp.deid.known.people import persons
from nlp.deid.note import Note
from nlp.deid.person import Identifier, Person
from simulate.notes.corpus import notes_only, patients

SEED, NOTES = 977, 150
KNOWN = ("PATIENT", "RELATIVE", "MRN", "SSN", "ACCOUNT", "HEALTHPLAN", "STREET", "CITY", "ZIP", "EMAIL", "FAX")


@pytest.fixture(scope="module")
def counts() -> tuple[Counter[str], Counter[str], int, int]:
    """Words of each label, those covered, other words, those covered."""
    people = from_json("Patient", [orjson.dumps(who) for who in patients(NOTES, SEED)]).table
    subjects = {who: n for n, who in enumerate(people.column("id").to_pylist(), 1)}
    made = persons({"phi/fhir/Patient": people.append_column("subject_id", pa.array(subjects.values(), pa.int64()))})
    said = list(notes_only(NOTES, SEED))
    notes = [Note(one["text"], person=made[subjects[one["patient_id"]]]) for one in said]
    total, hit, others, wrong = Counter[str](), Counter[str](), 0, 0
    for note, spans, one in zip(notes, Known().find(notes), said, strict=True):
        covered = {at for span in spans for at in range(span.start, span.end)}
        label = {at: gold["label"] for gold in one["spans"] for at in range(gold["start"], gold["end"])}
        for start, end in note.words:
            found = 2 * len(covered & set(range(start, end))) >= end - start
            if start in label:
                total[label[start]] += 1
                hit[label[start]] += found
            else:
                others, wrong = others + 1, wrong + found
    return total, hit, others, wrong


@pytest.mark.parametrize("label", KNOWN)
def test_finds_what_fhir_knows(counts: tuple[Counter[str], Counter[str], int, int], label: str) -> None:
    total, hit, _, _ = counts
    assert total[label] > 5
    assert hit[label] / total[label] > 0.97


def test_leaves_the_rest(counts: tuple[Counter[str], Counter[str], int, int]) -> None:
    _, _, others, wrong = counts
    assert others > 5_000
    assert wrong / others < 0.001


def test_each_note_has_its_own_person() -> None:
    ann, bob = (Person(n, (Identifier("PATIENT", "family", name),)) for n, name in enumerate(("Annesley", "Bobrowski")))
    text = "Annesley met Bobrowski."
    first, second, third = Known().find([Note(text, person=ann), Note(text, person=bob), Note(text)])
    assert [[(s.start, s.end) for s in spans] for spans in (first, second, third)] == [[(0, 8)], [(13, 22)], []]


def test_forgets_old_matchers() -> None:
    layer = Known()
    layer.find([Note("x", person=Person(n, (Identifier("PATIENT", "family", f"Name{n}"),))) for n in range(700)])
    assert len(layer._matchers) <= KEPT
