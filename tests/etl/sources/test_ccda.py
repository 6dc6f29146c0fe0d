"""C-CDA documents through the mapping: FHIR rows of small documents, bad ones beside good ones, versions."""

import base64
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contract.work import Shard, Spooled
from etl.sources.tables import Tables

Made = tuple[dict[str, list[dict[str, Any]]], Spooled]
Read = Callable[..., Made]
Night = Callable[..., tuple[Spooled, list[Shard]]]
TEXT = (Path(__file__).parents[2] / "cases" / "ccda" / "visit.xml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def read(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Read:
    @cache
    def of(*documents: str | bytes) -> Made:
        """What is made of them in one night."""
        place = tmp_path_factory.mktemp("ccda")
        (place / "inbox").mkdir()
        for number, text in enumerate(documents):
            (place / "inbox" / f"{number}.xml").write_bytes(text if isinstance(text, bytes) else text.encode())
        spooled, shards = night(place / "inbox", place / "work", "ccda")
        made: dict[str, list[dict[str, Any]]] = {}
        for name, table in ((name, table) for shard in shards for name, table in shard.items()):
            made.setdefault(name.removeprefix("phi/fhir/"), []).extend(_plain(table))
        return made, spooled

    return of


def _plain(table: pa.Table) -> list[dict[str, Any]]:
    return [_without_nulls(row) for row in table.to_pylist()]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value if each is not None] if isinstance(value, list) else value


def codes(concept: dict[str, Any]) -> list[str]:
    return [each["code"] for each in concept["coding"]]


def test_a_document_becomes_fhir_rows(read: Read) -> None:
    made, spooled = read(TEXT)
    assert len(spooled.quarantine) == len(made["phi/quarantine"]) == 0
    (patient,) = made["Patient"]
    assert (patient["gender"], patient["birthDate"], patient["name"][0]["given"]) == (
        "female",
        "1961-07-19",
        ["Åsa", "Maj"],
    )
    assert [(i["system"], i["value"]) for i in patient["identifier"]] == [
        ("urn:oid:1.2.3.9", "P-77"),
        ("http://hl7.org/fhir/sid/us-ssn", "123-45-6780"),
    ]
    (encounter,) = made["Encounter"]
    assert (encounter["class"]["code"], encounter["status"]) == ("AMB", "finished") and "type" not in encounter
    assert {row["subject"]["reference"] for row in made["Condition"]} == {f"Patient/{patient['id']}"}


def test_problems_and_allergies(read: Read) -> None:
    made, _ = read(TEXT)
    gout, tension = made["Condition"]
    assert codes(gout["code"]) == ["90560007", "M10.9"] and gout["onsetDateTime"] == "2019"
    assert codes(gout["clinicalStatus"]) == ["active"]
    assert tension["note"] == [{"text": "Not a time: low 20190231"}] and "onsetDateTime" not in tension
    (allergy,) = made["AllergyIntolerance"]
    assert codes(allergy["code"]) == ["409137002"], "none known is a statement of its own"
    (vaccine,) = made["Immunization"]
    assert (vaccine["status"], vaccine["occurrenceString"]) == ("not-done", "unknown")
    assert codes(vaccine["statusReason"]) == ["PATOBJ"]


def test_results_have_their_kinds_of_value(read: Read) -> None:
    made, _ = read(TEXT)
    sodium, protein, missing = made["Observation"]
    assert (sodium["valueQuantity"]["value"], sodium["valueQuantity"]["code"]) == (141.0, "mmol/L")
    assert (protein["valueQuantity"]["comparator"], protein["valueQuantity"]["value"]) == ("<", 3.0)
    assert codes(missing["dataAbsentReason"]) == ["not-asked"] and "valueQuantity" not in missing
    (report,) = made["DiagnosticReport"]
    assert [each["reference"] for each in report["result"]] == [
        f"Observation/{row['id']}" for row in made["Observation"]
    ]


DRUG = """<entry><substanceAdministration classCode="SBADM" moodCode="EVN">
  <templateId root="2.16.840.1.113883.10.20.22.4.16"/><id root="1.2.3.5" extension="M1"/><statusCode code="active"/>
  {dose}<consumable><manufacturedProduct><manufacturedMaterial>
  <code code="197361" codeSystem="2.16.840.1.113883.6.88"/>
  </manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry>"""
DOSES = {
    '<doseQuantity value="2" unit="mg"/>': (2.0, None),
    '<doseQuantity><low value="1" unit="mg"/></doseQuantity>': (1.0, None),
    '<doseQuantity><low value="1" unit="mg"/><high value="2" unit="mg"/></doseQuantity>': (None, "1 to 2 mg"),
    '<doseQuantity><high value="2" unit="mg"/></doseQuantity>': (None, "up to 2 mg"),
}


@pytest.mark.parametrize("dose", DOSES)
def test_a_dose_between_two_amounts_is_neither(read: Read, dose: str) -> None:
    title = "<title>Vaccines</title><text>Refused one</text>"
    (made,) = read(TEXT.replace(title, title + DRUG.format(dose=dose)))[0]["MedicationRequest"]
    (dosage,) = made["dosageInstruction"]
    amount = dosage.get("doseAndRate", [{}])[0].get("doseQuantity", {}).get("value")
    assert (amount, dosage.get("text")) == DOSES[dose]


def test_the_text_of_the_document_is_an_attachment(read: Read) -> None:
    (document,) = read(TEXT)[0]["DocumentReference"]
    text = base64.b64decode(document["content"][0]["attachment"]["data"]).decode()
    assert text.startswith(
        "Summary of Åsa Ek\n\nProblems\nProblem | Since\nGout, left foot [told by her sister] | 2019"
    )
    assert document["relatesTo"][0]["code"] == "replaces" and document["date"] == "2024-03-05T14:30:00+01:00"


NEGATED = TEXT.replace(
    '<observation classCode="OBS" moodCode="EVN">', '<observation moodCode="EVN" negationInd="true">', 2
)


def test_what_is_denied_is_no_fact(read: Read) -> None:
    made, _ = read(NEGATED)
    assert [codes(row["verificationStatus"]) for row in made["Condition"]] == [["refuted"], ["refuted"]]


def test_bad_documents_lose_no_good_ones(read: Read) -> None:
    half = TEXT[: len(TEXT) // 2]
    made, spooled = read(half, TEXT, b"<other/>", TEXT.encode("latin-1"), b"")
    assert [(row["file"], row["target"], row["rule"]) for row in spooled.quarantine.to_pylist()] == [
        ("0.xml", "document", "cda-not-well-formed"),
        ("2.xml", "document", "cda-other"),
        ("3.xml", "document", "cda-encoding"),
    ]
    assert len(made["Condition"]) == 2 and len(made["Patient"]) == 1


def test_a_birth_date_that_is_none_sets_the_patient_aside(read: Read) -> None:
    made, _ = read(TEXT.replace("19610719", "19611319"), TEXT.replace("P-77", "P-78"))
    assert [(row["target"], row["rule"]) for row in made["phi/quarantine"]] == [("patient", "time-format")]
    assert len(made["Patient"]) == 1


def test_versions_of_a_document_share_their_ids(read: Read) -> None:
    made, _ = read(TEXT.replace('value="2019"', 'value="2018"'), TEXT.replace("20240305143000", "20240306143000"))
    for name in ("DocumentReference", "Condition", "Observation", "Encounter", "Patient"):
        ids = [row["id"] for row in made[name]]
        assert len(ids) == 2 * len(set(ids)), name


def test_persons_of_two_senders_share_an_id(tmp_path: Path) -> None:
    """The identifiers of a person stand under one system each, whichever comes first; a placeholder is none."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    first = '<id root="1.2.3.9" extension="P-77"/>'
    (inbox / "a.xml").write_text(TEXT, encoding="utf-8")
    (inbox / "b.xml").write_text(
        TEXT.replace(first, '<id root="9.9.9" extension="X"/>' + first).replace("123-45-6780", "000-00-0000"),
        encoding="utf-8",
    )
    source = Tables("ccda", "inbox", delivery="delta", settle_s=0)
    (group,) = source.groups(tmp_path)
    one, two = source.people(group)["identifiers"].to_pylist()
    assert one == [
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "123-45-6780"},
        {"system": "urn:hl7-org:v3:II", "value": "1.2.3.9^P-77"},
    ]
    assert [each["value"] for each in two] == ["9.9.9^X", "1.2.3.9^P-77"]


PARENT = TEXT[TEXT.index("<parentDocument>") : TEXT.index("</relatedDocument>")]
APART = PARENT.replace('"S1"', '"S0"')


@pytest.mark.parametrize(("parent", "buried"), [(PARENT, 0), (APART, 2)])
def test_a_document_buries_what_it_replaces(parent: str, buried: int, tmp_path: Path) -> None:
    """Not itself: a parent of the same setId is an older version of it, and goes by the id they share."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.xml").write_text(TEXT.replace(PARENT, parent), encoding="utf-8")
    source = Tables("ccda", "inbox", delivery="delta", settle_s=0)
    (group,) = source.groups(tmp_path)
    one = pa.array([0], pa.int64())
    home = {"key": source.people(group)["key"], "origin_id": one, "subject_id": one, "ordinal": one}
    known = pa.table({**home, "batch": one.cast(pa.int32())})
    deleted = source.spool(group, known, tmp_path / "work").deleted
    assert sorted(row["type"] for row in deleted.to_pylist()) == ["DiagnosticReport", "DocumentReference"][:buried]


def test_the_real_samples_balance(night: Night, tmp_path: Path) -> None:
    root = os.environ.get("CHARTLOOM_DATA")
    if not root or not (folder := Path(root) / "hl7v2_ccda" / "Ccda").is_dir():
        pytest.skip("CHARTLOOM_DATA names no folder with hl7v2_ccda/Ccda")
    spooled, (shared, shard, *_) = night(folder, tmp_path / "work", "ccda")
    assert len(spooled.quarantine) == 0
    rules = [row["rule"] for part in (shared, shard) for row in part["phi/quarantine"].to_pylist()]
    assert rules == ["time-format"]
