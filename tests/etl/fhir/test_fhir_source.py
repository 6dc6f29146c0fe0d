"""Deliveries of FHIR, good and bad: what becomes of every resource in them."""

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
import yaml

from schemas.registry import table
from tests.etl.fhir.conftest import Night, real, receive, write

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "fhir" / "deliveries.yaml").read_text(encoding="utf-8"))


def balanced(night: Night) -> bool:
    """Rows in are rows spooled and rows rejected, and all spooled are in the tables or rejected by reading."""
    rejected = len(night.spooled.quarantine.group_by(["file", "line"]).aggregate([]))
    made = sum(len(rows) for shard in night.shards for rows in shard.values())
    rows_in, spooled = sum(night.spooled.rows_in.values()), sum(night.spooled.rows_spooled.values())
    return rows_in == spooled + rejected and made == spooled


def value(found: Any, path: str) -> Any:
    for name in path.split("."):
        found = found[int(name)] if isinstance(found, list) else (found or {}).get(name)
    return found


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_a_delivery_is_received(case: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path / "inbox", case["files"])
    night = receive(tmp_path, "inbox", tmp_path / "spool")
    kinds = {name for shard in night.shards for name, rows in shard.items() if name != "phi/quarantine" and len(rows)}
    assert {name.removeprefix("phi/fhir/") for name in kinds} == set(case["tables"])
    assert {kind: night.ids(kind) for kind in case["tables"]} == case["tables"]
    found = night.quarantine().select(["file", "line", "rule", "column"]).to_pylist()
    assert sorted([list(row.values()) for row in found], key=str) == sorted(case.get("quarantine", []), key=str)
    assert [[d["type"], d["id"]] for d in night.spooled.deleted.to_pylist()] == case.get("deleted", [])
    assert balanced(night)
    check_values(case, night)


def check_values(case: dict[str, Any], night: Night) -> None:
    for path, expected in case.get("values", {}).items():
        kind, _, rest = path.partition(".")
        rows = [row for shard in night.shards for row in shard.get(f"phi/fhir/{kind}", pa.table({})).to_pylist()]
        assert [value(row, rest) for row in rows] == expected
    for kind, texts in case.get("json", {}).items():
        received = "".join(t for s in night.shards for t in s[f"phi/fhir/{kind}"].column("resource_json").to_pylist())
        assert all(text in received for text in texts)
    for kind, ids in case.get("shared", {}).items():
        rows = [row for shard in night.shards for row in shard.get(f"phi/fhir/{kind}", pa.table({})).to_pylist()]
        assert [row["id"] for row in rows if row.get("subject_id") is None] == ids


def test_rows_of_a_batch_stand_by_person_and_conform(tmp_path: Path) -> None:
    persons = "".join(f'{{"resourceType":"Patient","id":"p{n}"}}\n' for n in range(5))
    condition = '{"resourceType":"Condition","id":"c%d","subject":{"reference":"Patient/p%d"}}\n'
    flags = "".join(condition % (n, n * 3 % 5) for n in range(20))
    write(tmp_path / "inbox", {"Patient.ndjson": persons, "Condition.ndjson": flags})
    night = receive(tmp_path, "inbox", tmp_path / "spool", batches=2)
    assert night.spooled.batches == [0, 1]
    for shard in night.shards:
        rows = shard["phi/fhir/Condition"]
        assert rows["subject_id"].to_pylist() == sorted(rows["subject_id"].to_pylist())
        added = rows.append_column("source", pa.repeat("s", len(rows)))
        added = added.append_column("arrival", pa.array([0] * len(rows), pa.int64()))
        assert table("phi/fhir/Condition").conform(added)["origin_id"].to_pylist() == rows["subject_id"].to_pylist()
        assert rows["source_group"].to_pylist() == ["inbox"] * len(rows)


def test_files_and_binaries_of_the_delivery_become_part_of_their_document(tmp_path: Path) -> None:
    document = '{"resourceType":"DocumentReference","id":"%s","subject":{"reference":"Patient/p1"},"status":"current",'
    document += '"content":[{"attachment":{"contentType":"text/plain","url":"%s"}}]}\n'
    urls = {"d1": "notes/a.txt", "d2": "Binary/b1", "d3": "../secret.txt", "d4": "https://x/fhir/Binary/b1"}
    binary = '{"resourceType":"Binary","id":"b1","contentType":"text/plain","data":"Qg=="}\n'
    files = {"Patient.ndjson": '{"resourceType":"Patient","id":"p1"}\n', "Binary.ndjson": binary, "notes/a.txt": "A"}
    files["DocumentReference.ndjson"] = "".join(document % pair for pair in urls.items())
    write(tmp_path / "inbox", files)
    write(tmp_path, {"secret.txt": "secret"})
    night = receive(tmp_path, "inbox", tmp_path / "spool")
    rows = next(shard for shard in night.shards if "phi/fhir/DocumentReference" in shard)["phi/fhir/DocumentReference"]
    data = [row["content"][0]["attachment"]["data"] for row in rows.to_pylist()]
    assert data == ["QQ==", "Qg==", None, "Qg=="]


def test_a_large_resource_passes(tmp_path: Path) -> None:
    note = '{"resourceType":"Flag","id":"b1","subject":{"reference":"Patient/p1"},"code":{"text":"%s"}}\n'
    write(tmp_path / "inbox", {"all.ndjson": '{"resourceType":"Patient","id":"p1"}\n' + note % ("x" * 10_000_000)})
    night = receive(tmp_path, "inbox", tmp_path / "spool")
    assert night.ids("Other") == ["b1"] and not len(night.quarantine())


@pytest.mark.parametrize(
    ("name", "files"),
    [("synthea_bulk_ndjson_10", 99), ("synthea_r4_2019", 4), ("synthea_nguyen_csv_fhir/fhir", 4)],
)
def test_real_deliveries_arrive_whole(name: str, files: int, tmp_path: Path) -> None:
    chosen = sorted(real(name).iterdir())
    chosen = chosen[:files] + [file for file in chosen[files:] if "Information" in file.name]
    for file in chosen:
        if file.suffix in (".json", ".ndjson"):
            (tmp_path / "inbox").mkdir(exist_ok=True)
            (tmp_path / "inbox" / file.name).symlink_to(file)
    night = receive(tmp_path, "inbox", tmp_path / "spool", batches=2)
    assert not len(night.quarantine()) and balanced(night)
    texts = [t for s in night.shards for rows in s.values() if "resource_json" in rows.column_names
             for t in rows.column("resource_json").to_pylist()]  # fmt: skip
    assert not [text for text in texts if '"reference":"urn:' in text or '"reference":"Practitioner?' in text]
    assert all(orjson.loads(text)["id"] for text in texts)
