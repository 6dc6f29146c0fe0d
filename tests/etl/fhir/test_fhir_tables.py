"""Resources as typed tables, and back as the JSON they came as."""

from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from etl.fhir.documents import document
from etl.fhir.entry import Entry
from etl.fhir.tables import BLOCK_LINES, OTHER, from_json, to_json
from schemas.fhir import resource_types
from tests.etl.fhir.conftest import real

OBSERVATION = (
    b'{"resourceType":"Observation","id":"o1","meta":{"lastUpdated":"2026-11-20T23:00:00.5+01:00"},"status":"final",'
    b'"code":{"coding":[{"system":"http://loinc.org","code":"8302-2","userSelected":true}]},'
    b'"valueQuantity":{"value":1.70,"unit":"m"}}'
)


def test_columns_are_typed_and_sparse() -> None:
    table = from_json("Observation", [OBSERVATION]).table
    assert set(table.column_names) == {"id", "status", "code", "valueQuantity", "resource_json", "lastUpdated"}
    row = table.to_pylist()[0]
    assert row["valueQuantity"]["value"] == 1.7 and row["code"]["coding"][0]["code"] == "8302-2"
    assert row["lastUpdated"].isoformat() == "2026-11-20T22:00:00.500000"
    assert row["resource_json"].encode() == OBSERVATION


def test_a_bad_line_costs_no_other_line_of_any_block() -> None:
    lines = [b'{"resourceType":"Flag","id":"f%d"}' % n for n in range(BLOCK_LINES + 10)]
    lines[3], lines[BLOCK_LINES + 2] = b"{", b'{"resourceType":"Flag","id":"_"}'
    parsed = from_json("Flag", pa.array([line.decode() for line in lines]))
    assert parsed.rejected.select(["row", "rule"]).to_pylist() == [
        {"row": 3, "rule": "json-syntax"},
        {"row": BLOCK_LINES + 2, "rule": "id-format"},
    ]
    assert parsed.table["id"].to_pylist() == [f"f{n}" for n in parsed.kept.to_pylist()]
    assert len(parsed.kept) == len(lines) - 2


def test_messages_hold_no_content() -> None:
    lines = [
        b'{"resourceType":"Patient","id":"p","gender":["SECRET"]}',
        b'{"resourceType":"Patient","id":"SECRET',
        b"SECRET",
    ]
    rejected = from_json("Patient", lines).rejected
    assert len(rejected) == 3 and "SECRET" not in str(rejected.to_pylist())


def test_a_line_in_another_encoding_and_one_that_repeats_a_name() -> None:
    lines = ['{"resourceType":"Patient","id":"p","gender":"é"}'.encode("latin-1"),
             b'{"resourceType":"Patient","id":"p1","gender":"male","gender":"female"}']  # fmt: skip
    parsed = from_json("Patient", lines)
    assert parsed.rejected["rule"].to_pylist() == ["encoding"] and parsed.kept.to_pylist() == [1]


def test_no_line_and_another_type() -> None:
    assert len(from_json("Patient", []).table) == 0
    assert from_json("Patient", [b'{"resourceType":"Goal","id":"g"}']).rejected["rule"].to_pylist() == ["resource-type"]


def test_a_row_that_its_columns_do_not_change_comes_out_as_it_came_in() -> None:
    assert to_json("Observation", from_json("Observation", [OBSERVATION]).table) == [OBSERVATION]


def test_columns_speak_over_the_json_received() -> None:
    table = from_json("Observation", [OBSERVATION]).table
    status = table.column_names.index("status")
    changed = orjson.loads(to_json("Observation", table.set_column(status, "status", pa.array(["amended"])))[0])
    assert changed["status"] == "amended" and changed["code"]["coding"][0]["userSelected"] is True


def test_a_row_without_json_is_written_from_its_columns_without_nulls() -> None:
    table = from_json("Observation", [OBSERVATION]).table.drop_columns(["resource_json"])
    (made,) = to_json("Observation", table)
    assert orjson.loads(made) == {
        "resourceType": "Observation",
        "id": "o1",
        "meta": {"lastUpdated": "2026-11-20T22:00:00.500000Z"},
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]},
        "valueQuantity": {"value": 1.7, "unit": "m"},
    }


def received(files: list[Path]) -> dict[str, list[bytes]]:
    lines: dict[str, list[bytes]] = {}
    for file in files:
        for item in document(file.read_bytes()):
            if isinstance(item, Entry):
                lines.setdefault(item.kind if item.kind in resource_types() else OTHER, []).append(item.raw)
    return lines


@pytest.mark.parametrize(
    ("name", "files"), [("synthea_nguyen_csv_fhir/fhir", 3), ("synthea_r4_2019", 3), ("fhir_r4_examples/package", 400)]
)
def test_real_resources_come_back_as_they_were(name: str, files: int) -> None:
    for kind, lines in received(sorted(real(name).glob("*.json"))[:files]).items():
        parsed = from_json(kind, lines)
        assert not len(parsed.rejected), parsed.rejected.to_pylist()[:3]
        assert to_json(kind, parsed.table) == lines
