"""Which files belong together and are complete, and who is who in them."""

import os
import time
from pathlib import Path

import pytest

from contract.errors import ConfigError, InputError
from contract.work import LACKING, UNKNOWN, WRITING, Delivery
from etl.fhir.knowledge import Identifying
from etl.sources.fhir import Fhir
from tests.etl.fhir.conftest import write

PATIENT = '{"resourceType":"Patient","id":"p1"}'


def test_sub_folders_are_deliveries_in_the_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path / "in", {"2026-02/Patient.ndjson": PATIENT, "2026-01/fhir/a.json": PATIENT, "empty/readme.txt": "x"})
    assert [g.name for g in Fhir("in", "delta", settle_s=0).groups(tmp_path)] == ["in/2026-01", "in/2026-02"]
    assert [g.name for g in Fhir("in", "full", settle_s=0).groups(tmp_path)] == ["in/2026-02"]


def test_a_folder_that_holds_files_is_one_delivery(tmp_path: Path) -> None:
    write(tmp_path / "in", {"Patient.ndjson": PATIENT, "notes/a.txt": "x", ".unpacked": ""})
    (group,) = Fhir("in", settle_s=0).groups(tmp_path)
    assert group.name == "in" and [file.name for file in group.files] == ["Patient.ndjson", "a.txt"]


def test_an_inbox_may_lie_outside_the_folder_of_the_pipelines(tmp_path: Path) -> None:
    write(tmp_path / "export", {"Patient.ndjson": PATIENT})
    [group] = Fhir(str(tmp_path / "export"), settle_s=0).groups(tmp_path / "chartloom")
    assert group.name == (tmp_path / "export").as_posix()


@pytest.mark.parametrize("name", ["Condition.ndjson.part", "x.tmp", ".Condition.ndjson.Ab3d"])
def test_a_delivery_still_being_written_is_left(name: str, tmp_path: Path) -> None:
    write(tmp_path / "in", {"Patient.ndjson": PATIENT, name: ""})
    source = Fhir("in", settle_s=0)
    assert source.groups(tmp_path) == [] and source.aside(tmp_path) == {WRITING: 1}


@pytest.mark.parametrize("delivery", ["full", "delta"])
def test_a_delivery_that_begins_behind_one_that_is_complete(delivery: Delivery, tmp_path: Path) -> None:
    write(tmp_path / "in", {"1/Patient.ndjson": PATIENT, "1/a.pdf": "x", "2/Patient.ndjson.part": PATIENT})
    source = Fhir("in", delivery, settle_s=0)
    assert [group.name for group in source.groups(tmp_path)] == ["in/1"]
    assert source.aside(tmp_path) == {WRITING: 1, UNKNOWN: 1}


def test_a_file_must_rest_before_it_is_read(tmp_path: Path) -> None:
    write(tmp_path / "in", {"Patient.ndjson": PATIENT})
    assert Fhir("in", settle_s=60).groups(tmp_path) == []
    os.utime(tmp_path / "in" / "Patient.ndjson", (time.time() - 61,) * 2)
    assert len(Fhir("in", settle_s=60).groups(tmp_path)) == 1


def test_a_delivery_waits_for_the_files_that_its_manifest_lists(tmp_path: Path) -> None:
    urls = '{"url":"https://x/Patient.ndjson"},{"url":"https://x/Condition.ndjson"}'
    write(tmp_path / "in", {"manifest.json": f'{{"output":[{urls}]}}', "Patient.ndjson": PATIENT})
    source = Fhir("in", settle_s=0)
    assert source.groups(tmp_path) == [] and source.aside(tmp_path) == {LACKING: 1}
    write(tmp_path / "in", {"Condition.ndjson.gz": "{}"})
    assert len(Fhir("in", settle_s=0).groups(tmp_path)) == 1


def test_an_absent_inbox_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Make it, or mend `path`"):
        Fhir("in").groups(tmp_path)
    (tmp_path / "in").mkdir()
    assert Fhir("in").groups(tmp_path) == []


def test_people_their_identifiers_and_who_replaced_whom(tmp_path: Path) -> None:
    typed = '{"type":{"coding":[{"code":"MR"}]},"system":"urn:hospital","value":"77"}'
    identifiers = (
        f'[{typed},{{"system":"urn:loyalty","value":"1"}},{{"type":{{"coding":[{{"code":"MR"}}]}},"value":"78"}}]'
    )
    lines = [
        f'{{"resourceType":"Patient","id":"a","identifier":{identifiers}}}',
        '{"resourceType":"Patient","id":"b","link":[{"type":"replaced-by","other":{"reference":"Patient/a"}}]}',
        '{"resourceType":"Patient","id":"c","link":[{"type":"replaces","other":{"reference":"Patient/d"}}]}',
        '{"resourceType":"Condition","id":"x","subject":{"reference":"Patient/a","type":"Patient"}}',
    ]
    write(tmp_path / "in", {"all.ndjson": "\n".join(lines)})
    source = Fhir("in", settle_s=0)
    people = {row["key"]: row for row in source.people(source.groups(tmp_path)[0]).to_pylist()}
    assert people["a"]["identifiers"] == [{"system": "urn:hospital", "value": "77"}]
    assert {key: row["replaced_by"] for key, row in people.items()} == {"a": None, "b": "a", "c": None, "d": "c"}


def test_a_delta_may_hold_no_patient(tmp_path: Path) -> None:
    write(
        tmp_path / "in",
        {"Condition.ndjson": '{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"}}'},
    )
    source = Fhir("in", settle_s=0)
    assert len(source.people(source.groups(tmp_path)[0])) == 0


@pytest.mark.parametrize(
    ("system", "value", "picked"),
    [
        ("https://github.com/synthetichealth/synthea", "abc-1", True),
        ("http://hl7.org/fhir/sid/us-ssn", "123-45-6789", True),
        ("http://hl7.org/fhir/sid/us-ssn", "999-34-9427", False),
        ("http://hl7.org/fhir/sid/us-ssn", "123-00-6789", False),
        ("https://github.com/synthetichealth/synthea", "0000000", False),
        ("https://github.com/synthetichealth/synthea", "Unknown", False),
        ("urn:other", "5", False),
    ],
)
def test_what_identifies(system: str, value: str, picked: bool) -> None:
    assert (Identifying.named("identities").pick({"system": system, "value": value}) is not None) == picked


def test_a_mapping_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path / "in", {"Patient.ndjson": PATIENT})
    source = Fhir("in", settle_s=0, identities="nobody")
    with pytest.raises(ConfigError, match="found compartment, identities, versions"):
        source.people(source.groups(tmp_path)[0])
    assert Fhir("in").digest() == Fhir("elsewhere").digest() != ""
