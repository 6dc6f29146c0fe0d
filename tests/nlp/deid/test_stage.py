"""The gate as a whole on small shards: what passes, what is withheld, and that it comes out the same every time."""

import json
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from contract.errors import StageError
from contract.work import Shard
from etl.fhir.tables import from_json
from nlp.deid import slices
from nlp.deid.stage import Deidentify
from schemas.clinical import PHI_NOTES, PHI_TIMELINE
from schemas.people import IDENTITIES

TOLD = "Imogen Fairweather was seen on 03/05/2019. Her pain is better. MRN 88412097. Follow up with Dr. Quimby in May."
FRENCH = (
    "La patiente est une femme de 54 ans admise pour des douleurs thoraciques. Elle a des antécédents de diabète et "
    "d'hypertension artérielle. L'examen clinique ne montre pas de particularité et le traitement est poursuivi."
)


def identities(*subjects: int, **said: Any) -> pa.Table:
    rows = [
        {"subject_id": s, "ordinal": s, "source": "s", "key": f"p{s}", "open_id": 1000 + s, "offset_weeks": 10,
         "salt": bytes([s]) * 16, "split": "train", **said}
        for s in subjects
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=IDENTITIES.schema)


def patient(subject: int, family: str, given: str) -> dict[str, Any]:
    return {
        "resourceType": "Patient", "id": f"p{subject}", "name": [{"family": family, "given": [given]}],
        "gender": "female", "birthDate": "1960-04-02",
        "identifier": [{"type": {"coding": [{"code": "MR"}]}, "system": "urn:mrn", "value": "88412097"}],
    }  # fmt: skip


def fhir(kind: str, *rows: tuple[int, dict[str, Any]]) -> pa.Table:
    made = from_json(kind, [json.dumps(row).encode() for _, row in rows]).table
    return made.append_column("subject_id", pa.array([subject for subject, _ in rows], pa.int64()))


def notes(*rows: tuple[str, int, str]) -> pa.Table:
    said = [{"note_id": n, "subject_id": s, "text": t, "time": datetime(2019, 3, 5, 10)} for n, s, t in rows]
    return pa.Table.from_pylist(said, schema=PHI_NOTES.schema)


def released(shard: Shard, **parameters: Any) -> Shard:
    stage = Deidentify(**parameters)
    stage.unlock(b"k" * 32)
    stage.open()
    return stage.run(shard)


def shard(*told: tuple[str, int, str]) -> Shard:
    return {
        "phi/identities": identities(1, 2),
        "phi/fhir/Patient": fhir(
            "Patient", (1, patient(1, "Fairweather", "Imogen")), (2, patient(2, "Okonkwo", "Ada"))
        ),
        "phi/notes": notes(*told),
    }


def test_a_note_passes_without_what_names_its_patient() -> None:
    made = released(shard(("n1", 1, TOLD)))
    (note,) = made["notes"].to_pylist()
    assert note["subject_id"] == 1001 and note["note_id"] != "n1"
    assert note["time"] == datetime(2019, 5, 14, 10)
    for word in ("Imogen", "Fairweather", "88412097", "03/05/2019", "Quimby"):
        assert word not in note["text"]
    assert "Her pain is better." in note["text"] and "05/14/2019" in note["text"]


def test_notes_and_resources_use_the_same_surrogates() -> None:
    made = released(shard(("n1", 1, TOLD)))
    name = next(row for row in made["fhir/Patient"].to_pylist() if row["subject_id"] == 1001)["name"][0]
    assert f"{name['given'][0]} {name['family']}" in made["notes"]["text"][0].as_py()


def test_spans_lead_from_the_original_to_the_surrogate() -> None:
    made = released(shard(("n1", 1, TOLD)))
    text = made["notes"]["text"][0].as_py()
    spans = {TOLD[s["start"] : s["end"]]: text[s["open_start"] : s["open_end"]] for s in made["phi/spans"].to_pylist()}
    assert spans["03/05/2019"] == "05/14/2019" and "Imogen Fairweather" in spans
    assert all(before != after for before, after in spans.items())


def test_the_same_every_night() -> None:
    once, again = released(shard(("n1", 1, TOLD))), released(shard(("n0", 1, "Nothing new."), ("n1", 1, TOLD)))
    assert once["notes"]["text"][0] in again["notes"]["text"]
    assert once["fhir/Patient"].equals(again["fhir/Patient"])


@pytest.mark.parametrize(
    ("text", "rule"),
    [(FRENCH, "unknown-language"), ("\x00\x01\x02\x03 ok", "binary"), ("Imo\u200bgen was seen.", "hidden-characters")],
)
def test_what_cannot_be_read_is_withheld_beside_what_can(text: str, rule: str) -> None:
    made = released(shard(("bad", 1, text), ("good", 1, TOLD)))
    assert [(row["note_id"], row["rule"]) for row in made["phi/notes_withheld"].to_pylist()] == [("bad", rule)]
    assert len(made["notes"]) == 1


def test_layers_can_be_switched_off() -> None:
    made = released(shard(("n1", 1, TOLD)), layers=["known"])
    assert {row["layer"] for row in made["phi/spans"].to_pylist()} == {"known"}


def test_nothing_of_who_opted_out_passes() -> None:
    held = {**shard(("n1", 1, TOLD)), "phi/identities": identities(1, 2, opt_out=True)}
    made = released(held)
    assert not any(len(rows) for name, rows in made.items() if not name.startswith("phi/"))
    assert made["phi/notes_withheld"]["rule"].to_pylist() == ["opt-out"]


def test_the_timeline_moves_with_the_notes() -> None:
    event = {"subject_id": 1, "time": datetime(2019, 3, 5, 8), "code": "LOINC//2345-7", "numeric_value": 5.5,
             "unit": "mmol/L", "encounter_id": "e1", "fhir_id": "Observation/o1"}  # fmt: skip
    held = {**shard(("n1", 1, TOLD)), "phi/timeline": pa.Table.from_pylist([event], schema=PHI_TIMELINE.schema)}
    (moved,) = released(held)["timeline"].to_pylist()
    assert moved["time"] == datetime(2019, 5, 14, 8) and moved["numeric_value"] == 5.5 and moved["subject_id"] == 1001
    assert moved["code"] == "LOINC//2345-7" and moved["encounter_id"] != "e1"


def test_rows_of_no_patient_pass_by_themselves_without_names() -> None:
    doctor = {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Quimby", "given": ["Hazel"]}]}
    made = released({"phi/fhir/Practitioner": from_json("Practitioner", [json.dumps(doctor).encode()]).table})
    (row,) = made["fhir/Practitioner"].to_pylist()
    assert row["id"] != "d1" and "Quimby" not in json.dumps(row, default=str)


def test_without_the_key_nothing_runs() -> None:
    with pytest.raises(StageError, match="key of the lake"):
        Deidentify().run(shard(("n1", 1, TOLD)))


def test_capitals_of_a_label_name_nobody_but_names_in_it_do() -> None:
    lab = {"resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p1"},
           "code": {"coding": [{"system": "http://loinc.org", "code": "1751-7",
                                "display": "Albumin [Mass/volume] in Serum or Plasma"}],
                    "text": "Albumin of Fairweather in Serum"}}  # fmt: skip
    (row,) = released({**shard(), "phi/fhir/Observation": fhir("Observation", (1, lab))})[
        "fhir/Observation"
    ].to_pylist()
    assert row["code"]["coding"][0]["display"] == "Albumin [Mass/volume] in Serum or Plasma"
    assert "Fairweather" not in row["code"]["text"] and row["code"]["text"].endswith("in Serum")


def test_what_is_released_does_not_depend_on_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A type of which a slice has no rows is looked up as in the whole shard: what refers to nothing is dropped."""
    visit = {"resourceType": "Encounter", "id": "e1", "status": "finished"}
    seen = {"resourceType": "Condition", "encounter": {"reference": "Encounter/e1"}}
    given = shard(("n1", 1, TOLD), ("n2", 2, TOLD)) | {
        "phi/fhir/Encounter": fhir("Encounter", (1, visit)),
        "phi/fhir/Condition": fhir("Condition", (1, {**seen, "id": "c1"}), (2, {**seen, "id": "c2"})),
    }
    whole = released(given)
    monkeypatch.setattr(slices, "ROWS", 1)
    cut = released(given)
    assert {name: rows.to_pylist() for name, rows in cut.items()} == {n: rows.to_pylist() for n, rows in whole.items()}
    assert [row.get("encounter") is not None for row in whole["fhir/Condition"].to_pylist()] == [True, False]
