"""Notes: every offset is right, every label occurs, what is said is true of the record."""

import re
from itertools import chain
from pathlib import Path

import pandas as pd
import pytest

from contract.errors import ConfigError
from nlp.text.grammar import phrase
from simulate.config import STYLES
from simulate.knowledge import diseases, drugs, reasons
from simulate.notes.corpus import notes_only, patients
from simulate.notes.pen import phrases
from simulate.notes.slots_chart import CHART
from simulate.notes.slots_clinic import CLINIC
from simulate.notes.slots_person import PERSON
from tests.simulate.conftest import read_csv, read_truth

NAMES = {"PATIENT", "RELATIVE", "STAFF", "HOSPITAL", "DATE", "AGE", "AGE90", "EMPLOYER", "PROFESSION"}
NUMBERS = {"PHONE", "FAX", "SSN", "MRN", "ACCOUNT", "HEALTHPLAN", "LICENSE", "VEHICLE", "DEVICE", "ACCESSION"}
LABELS = NAMES | NUMBERS | {"EMAIL", "URL", "IP", "USERNAME", "STREET", "CITY", "STATE", "ZIP"}


@pytest.fixture(scope="module")
def notes(hospital: Path) -> pd.DataFrame:
    return read_csv(hospital, "notes").set_index("Id")


def covered(spans: pd.DataFrame, notes: pd.DataFrame) -> list[str]:
    rows = zip(spans["note_id"], spans["start"], spans["end"], strict=True)
    return [notes.at[note, "TEXT"][start:end].replace("\n", " ") for note, start, end in rows]


def test_all_27_labels_occur(hospital: Path) -> None:
    assert set(read_truth(hospital, "note_spans")["label"]) == LABELS
    assert len(LABELS) == 27


def test_spans_cover_the_patients_own_identifiers(hospital: Path, notes: pd.DataFrame) -> None:
    spans = read_truth(hospital, "note_spans")
    spans["text"] = covered(spans, notes)
    assert (spans["text"].str.strip() == spans["text"]).all()
    assert (spans["text"] != "").all()
    known = read_truth(hospital, "persons").set_index("patient_id")
    for label, column in (("MRN", "mrn"), ("STREET", "street"), ("ZIP", "zip"), ("EMAIL", "email")):
        some = spans[spans["label"] == label]
        own = some["patient_id"].map(known[column])
        assert (some["text"].str.upper() == own.str.upper()).all(), label
    names = spans[(spans["label"] == "PATIENT") & (spans["text"].str.len() > 4)]
    own = names["patient_id"].map(
        known["first"] + " " + known["last"] + " " + known["nickname"] + " " + known["middle"]
    )
    pairs = zip(names["text"].str.upper(), own.str.upper(), strict=True)
    exact = [all(word in name for word in re.findall(r"[^\s,.]+", text)) for text, name in pairs]
    assert sum(exact) / len(exact) > 0.95  # the rest are slips of the finger


def test_spans_do_not_overlap(hospital: Path) -> None:
    both = pd.concat([read_truth(hospital, "note_spans"), read_truth(hospital, "note_decoys")])
    ordered = both.sort_values(["note_id", "start"])
    same = ordered["note_id"] == ordered["note_id"].shift()
    assert (ordered["start"][same] >= ordered["end"].shift()[same]).all()


def test_no_identifier_stands_outside_a_span(hospital: Path, notes: pd.DataFrame) -> None:
    """Numbers and the last name of each patient, wherever they stand, lie within a span."""
    spans = read_truth(hospital, "note_spans").groupby("note_id")
    known = read_truth(hospital, "persons").set_index("patient_id")
    for note in notes.itertuples():
        blanked = list(note.TEXT)
        for span in spans.get_group(note.Index).itertuples() if note.Index in spans.groups else ():
            blanked[span.start : span.end] = "\0" * (span.end - span.start)
        rest, who = "".join(blanked), known.loc[note.PATIENT]
        for value in (who["mrn"], who["ssn"], who["email"], who["account"], who["street"], who["healthplan"]):
            assert value.upper() not in rest.upper().replace("\n", " ")
        assert not re.search(r"\b5(5)5-\d{4}\b", rest)


def test_no_slot_is_left_unfilled(notes: pd.DataFrame) -> None:
    left = notes["TEXT"].str.contains(r"\{(?!INR\})|<[A-Za-z]+>|\[(?!IU\])", case=False)
    assert notes["TEXT"][left].tolist() == []


def test_diagnoses_in_notes_are_those_of_the_record(hospital: Path, notes: pd.DataFrame) -> None:
    facts = read_truth(hospital, "note_facts")
    latent = read_truth(hospital, "diseases").groupby("patient_id")["disease"].agg(set)
    chronic = {d.name for d in diseases()}
    for row in facts[facts["kind"] == "diagnosis"].itertuples():
        if row.assertion == "present" and row.value in chronic:
            assert row.value in latent[row.patient_id]
        if row.assertion == "negated":
            assert row.value not in latent.get(row.patient_id, set()) or notes.at[row.note_id, "DATE"] < "2025"
    assert set(facts["assertion"]) >= {"present", "negated", "family", "uncertain", "hypothetical", "history"}


def test_caused_effects_are_linked_to_their_drug(hospital: Path) -> None:
    facts = read_truth(hospital, "note_facts")
    linked = facts[facts["link"] >= 0]
    pairs = linked.pivot_table(index=["note_id", "link"], columns="kind", values="value", aggfunc="first").dropna()
    true = read_truth(hospital, "effects").dropna(subset=["drug"])
    present = linked[(linked["kind"] == "effect") & (linked["assertion"] == "present")].set_index(["note_id", "link"])
    known = set(zip(true["patient_id"], true["effect"], true["drug"], strict=True))
    told = present.join(pairs[["drug"]], how="inner")
    assert len(told) > 10
    assert set(zip(told["patient_id"], told["value"], told["drug"], strict=True)) <= known


def test_pathology_fields_have_reports(hospital: Path, notes: pd.DataFrame) -> None:
    fields = read_truth(hospital, "pathology")
    assert fields["field"].nunique() >= 20
    assert (notes.loc[fields["note_id"], "KIND"] == "pathology").all()
    sides = fields[fields["field"] == "side"].set_index("note_id")["value"]
    assert all(side in notes.at[note, "TEXT"].lower() for note, side in sides.items())


def test_every_style_is_used_and_can_be_left_out(hospital: Path) -> None:
    assert set(read_truth(hospital, "notes")["style"]) == set(STYLES)
    shouted = [n["text"] for n in notes_only(30, 1, styles=("shout",))]
    assert all(text == text.upper() for text in shouted)


def test_notes_only_has_offsets_and_patients() -> None:
    made = list(notes_only(200, 3))
    assert len({n["note_id"] for n in made}) == 200
    assert all(n["text"][s:e] == word for n in made for s, e, word in n["decoys"])
    people = {p["id"]: p for p in patients(200, 3)}
    assert set(people) == {n["patient_id"] for n in made}
    assert [n["text"] for n in notes_only(200, 3)] == [n["text"] for n in made]
    assert {n["kind"] for n in notes_only(20, 3, kinds=("pathology",))} == {"pathology"}


def test_every_phrase_compiles_and_names_known_slots() -> None:
    slots = PERSON.keys() | CLINIC.keys() | CHART.keys()
    mentions = list(chain.from_iterable(d.mentions for d in (*diseases(), *reasons())))
    for name in ("headers", "endings", "social", "clinic", "words", "films", "pathology"):
        for text in strings(phrases(name)):
            mentions.append(text)
    for text in mentions:
        phrase(text)
        assert set(re.findall(r"\{([A-Za-z_0-9]+)", text)) <= slots, text
    assert len({d.name for d in drugs()}) == len(drugs())


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inside for text in strings(part)]


def test_a_bracket_left_open_is_refused() -> None:
    with pytest.raises(ConfigError, match="not closed"):
        phrase("[open")
