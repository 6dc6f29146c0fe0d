"""HL7 v2 persons, stays and what comes with them: FHIR rows of messages written here, and what is set aside."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract.work import Leaving, Shard, Spooled
from etl.sources.tables import Tables
from tests.etl.sources.hl7_messages import OBR, PID, adt, message, oru, pv1

Night = Callable[..., tuple[Spooled, list[Shard]]]
Read = Callable[..., dict[str, list[dict[str, Any]]]]


def test_a_stay_is_what_its_messages_say_together(read_hl7: Read) -> None:
    made = read_hl7(
        adt("A01", pv1("v1", admitted="202403011000+0100"), at="20240301101000+0100"),
        adt("A03", pv1("v1", left="202403041500+0100"), at="20240304150500+0100"),
        adt("A02", pv1("v1", place="W2^1^A"), at="20240302090000+0100"),  # came last
    )
    (stay,) = made["Encounter"]
    assert (stay["id"], stay["status"], stay["class"]["code"]) == ("NORTH.v1", "finished", "IMP")
    assert stay["period"] == {"start": "2024-03-01T10:00:00+01:00", "end": "2024-03-04T15:00:00+01:00"}
    moves = {(each["location"]["reference"], each["period"]["start"]) for each in stay["location"]}
    assert moves == {
        ("Location/W1-3-B", "2024-03-01T10:00:00+01:00"),
        ("Location/W2-1-A", "2024-03-02T09:00:00+01:00"),
    }
    assert {place["id"] for place in made["Location"]} == {"W1-3-B", "W2-1-A"}
    (patient,) = made["Patient"]
    assert (patient["id"], patient["birthDate"], patient["gender"]) == ("NORTH.77", "1961-07-19", "female")


@pytest.mark.parametrize(
    ("events", "status", "ended"),
    [
        (["A05"], "planned", False),
        (["A05", "A38"], "cancelled", False),
        (["A01", "A11"], "cancelled", False),
        (["A01", "A03", "A13"], "in-progress", False),
        (["A01", "A03", "A08"], "finished", True),
        (["A01", "A03", "A13", "A03"], "finished", True),
        (["A04"], "in-progress", False),
        (["A01", "A21"], "onleave", False),
        (["A01", "A23"], "entered-in-error", False),
        (["A08"], "unknown", False),
        (["A99"], "unknown", False),
    ],
)
def test_events_make_the_state_of_a_stay(read_hl7: Read, events: list[str], status: str, ended: bool) -> None:
    sent = [adt(event, pv1("v1"), at=f"202403{day:02d}080000+0000") for day, event in enumerate(events, start=1)]
    (stay,) = read_hl7(*reversed(sent))["Encounter"]
    assert stay["status"] == status and ("end" in stay.get("period", {})) == ended


def test_a_cancelled_transfer_is_no_move(read_hl7: Read) -> None:
    sent = [
        adt("A01", pv1("v1"), at="20240301"),
        adt("A02", pv1("v1", place="W2"), at="20240302"),
        adt("A12", pv1("v1"), at="20240303"),
    ]
    (stay,) = read_hl7(*sent)["Encounter"]
    assert [each["location"]["reference"] for each in stay["location"]] == ["Location/W1-3-B"]


def test_a_person_is_what_was_said_last_of_each_thing(read_hl7: Read) -> None:
    full = PID.format(mrn="77") + "|||Old St^^Bo^^111"
    newer = "PID|1||77^^^NORTH^MR||Berg^Ada||||||New St^^Bo^^222"
    made = read_hl7(
        message("ADT^A08", newer, at="20240302"),
        message("ADT^A04", full, pv1("v1"), at="20240301"),
        message("ORU^R01", "PID|1||77^^^NORTH^MR||X^Y", "OBR|1||1|1", "OBX|1|ST|a||b||||||F", at="20240309"),
    )
    (patient,) = made["Patient"]
    assert (patient["name"][0]["family"], patient["birthDate"]) == ("Berg", "1961-07-19")
    assert patient["address"][0]["line"] == ["New St"]


def people(tmp_path: Path, *files: str) -> dict[str, str | None]:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for number, text in enumerate(files):
        (inbox / f"{number}.hl7").write_text(text, newline="")
    source = Tables("hl7v2", "inbox", delivery="delta", settle_s=0)
    (group,) = source.groups(tmp_path)
    return {row["key"]: row["replaced_by"] for row in source.people(group).to_pylist()}


@pytest.mark.parametrize("event", ["A18", "A30", "A34", "A40", "A47"])
def test_merged_persons_stand_in_the_crosswalk(tmp_path: Path, event: str) -> None:
    assert people(tmp_path, adt(event, "MRG|66^^^NORTH^MR", at="20240301")) == {
        "NORTH.77": None,
        "NORTH.66": "NORTH.77",
    }


@pytest.mark.parametrize("event", ["A41", "A44", "A45", "A08"])
def test_moves_of_visits_merge_nobody(tmp_path: Path, event: str) -> None:
    assert people(tmp_path, adt(event, "MRG|66^^^NORTH^MR", at="20240301")) == {"NORTH.77": None}


def test_a_ring_and_a_second_merge_are_read(tmp_path: Path) -> None:
    found = people(
        tmp_path,
        adt("A40", "MRG|66^^^NORTH^MR", at="20240301"),
        adt("A40", "MRG|66^^^NORTH^MR", at="20240302"),
        adt("A40", "MRG|77^^^NORTH^MR", at="20240303", mrn="66"),
        adt("A40", "MRG|66^^^NORTH^MR", at="20240304", mrn="66"),
    )
    assert found == {"NORTH.77": "NORTH.66", "NORTH.66": "NORTH.77"}


def test_a_merged_visit_is_one_no_more(read_hl7: Read) -> None:
    made = read_hl7(
        adt("A01", pv1("v1"), at="20240301"), adt("A42", "MRG|77^^^NORTH^MR||||v1^^^NORTH", pv1("v2"), at="20240302")
    )
    found = {(each["id"], each["status"]) for each in made["Encounter"]}
    assert {("NORTH.v1", "entered-in-error"), ("NORTH.v2", "unknown")} <= found


def test_what_else_a_message_tells(read_hl7: Read) -> None:
    made = read_hl7(
        adt(
            "A01", "NK1|1|Moe^Bo|BRO^Brother^HL70063||555", pv1("v1"), "AL1|1|DA|7980^Penicillin^RXNORM|SV|hives",
            "DG1|1||J18.9^Pneumonia^I10C|||F",
            "DG1|2||E11^Diabetes^I10C|||W|||||||||||||||D", "PR1|1||80146002^x^SCT||20240302", "IN1|1|A",
            "ZPV|1|bay", at="20240301",
        )
    )  # fmt: skip
    assert made["RelatedPerson"][0]["relationship"][0]["coding"][0]["code"] == "BRO"
    assert made["AllergyIntolerance"][0]["criticality"] == "high"
    pneumonia, diabetes = made["Condition"]
    assert pneumonia["code"]["coding"][0]["system"] == "http://hl7.org/fhir/sid/icd-10-cm"
    assert pneumonia["encounter"]["reference"] == "Encounter/NORTH.v1"
    assert diabetes["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert made["Procedure"][0]["performedDateTime"] == "2024-03-02"
    kept = {each["code"]["coding"][0]["code"]: each["extension"][0]["valueString"] for each in made["Basic"]}
    assert kept == {"IN1": "IN1|1|A", "ZPV": "ZPV|1|bay"}


def test_appointments_and_problems(read_hl7: Read) -> None:
    sch = "SCH|a1||||||CHECK^Checkup"
    made = read_hl7(
        message("SIU^S12", sch, "TQ1|1||||||202404010900|202404010930", PID.format(mrn="77")),
        message("PPR^PC1", PID.format(mrn="77"), "PRB|AD|20240301|I10^Hypertension^I10C|p1"),
    )
    (planned,) = made["Encounter"]
    assert planned["status"] == "planned" and planned["period"]["start"] == "2024-04-01T09:00:00+01:00"
    assert made["Condition"][0]["clinicalStatus"]["coding"][0]["code"] == "active"


def test_bad_messages_take_nobody_along(read_hl7: Read) -> None:
    good = oru(OBR, "OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L|||||F")
    nobody = oru(OBR, "OBX|1|ST|1-8^x^LN||y||||||F").replace("77^^^NORTH^MR", "")
    made = read_hl7(
        good + good[: len(good) // 2], nobody, "PID|1||5\r", oru(OBR, "OBX|1|NM|1^x^LN||7||||||F|||noon", mrn="5")
    )
    by_file = {(row["file"], row["rule"]) for row in made["quarantine"]}
    assert by_file == {
        ("000.hl7", "hl7-cut"),
        ("001.hl7", "required"),
        ("002.hl7", "hl7-no-header"),
        ("003.hl7", "date-format"),
    }
    assert [each["valueQuantity"]["value"] for each in made["Observation"]] == [5.4]
    cut = next(row for row in made["quarantine"] if row["rule"] == "hl7-cut")
    assert (cut["target"], cut["line"]) == ("messages", 5) and "OBX" in cut["message"] + cut["column"]


def test_a_person_is_taken_out_of_the_files(tmp_path: Path) -> None:
    stays = adt("A01", pv1("v2"), at="20240301", mrn="66")
    (tmp_path / "inbox").mkdir()
    for name, text in {
        "both": adt("A01", pv1("v1"), at="20240301") + stays,
        "77": oru(OBR, mrn="77") + oru("OBX|"),
    }.items():
        (tmp_path / "inbox" / f"{name}.hl7").write_text(text, newline="")
    leaving = Leaving(frozenset({"NORTH.77"}), frozenset(), frozenset({"77"}))
    Tables("hl7v2", "inbox", delivery="delta", settle_s=0).forget(tmp_path, leaving)
    assert {path.name: path.read_bytes() for path in (tmp_path / "inbox").iterdir()} == {"both.hl7": stays.encode()}


def test_a_z_segment_is_mapped_as_the_page_says(tmp_path: Path, night: Night) -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs" / "hl7v2.md").read_text(encoding="utf-8").split("## Mapping a Z-segment")[1]
    mapping = shutil.copytree(root / "fhir_mappings" / "hl7v2", tmp_path / "ours")
    (mapping / "isolation.yaml").write_text(page.split("```yaml")[1].split("```")[0], encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    sent = adt("A01", pv1("v1"), "ZIS|1|contact", at="20240301")
    (tmp_path / "inbox" / "a.hl7").write_text(sent, newline="")
    _, (_, shard) = night(tmp_path / "inbox", tmp_path / "work", str(mapping))
    assert shard["phi/fhir/Observation"]["valueString"].to_pylist() == ["contact"]
    assert "phi/fhir/Basic" not in shard


def test_the_real_samples_are_read(night: Night, tmp_path: Path) -> None:
    folder = Path(os.environ.get("CHARTLOOM_DATA", "/nowhere")) / "hl7v2_ccda" / "Hl7v2"
    if not folder.is_dir():
        pytest.skip("CHARTLOOM_DATA does not hold hl7v2_ccda")
    spooled, shards = night(folder, tmp_path / "work", "hl7v2")
    assert spooled.rows_in["messages"] == len(list(folder.glob("*.hl7"))) and not len(spooled.quarantine)
    assert sum(len(shard["phi/quarantine"]) for shard in shards) == 0
