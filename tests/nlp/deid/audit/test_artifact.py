"""Artifacts are searched file by file, whatever they hold; names of findings are told, never what was found."""

import base64
import gzip
import json
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.errors import InputError
from nlp.deid.audit.artifact import scan_folder
from nlp.deid.person import Identifier, Person

PEOPLE = [
    Person(1, (
        Identifier("PATIENT", "given", "Annabeth"), Identifier("PATIENT", "family", "Tulipova"),
        Identifier("MRN", "number", "7741902"), Identifier("EMAIL", "email", "tulip.anna@example.org"),
        Identifier("CITY", "city", "Quincyville"),
    )),
]  # fmt: skip
LEAK = "Annabeth Tulipova"


def found(folder: Path) -> list[tuple[str, str]]:
    return sorted((finding.file, finding.label) for finding in scan_folder(folder, PEOPLE))


def test_text_weights_tables_and_archives_are_read(tmp_path: Path) -> None:
    header = json.dumps({"__metadata__": {"by": LEAK}}).encode()
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(range(256)))
    np.save(tmp_path / "words.npy", np.array(["fever", LEAK]))
    pq.write_table(pa.table({"a": [["x", LEAK.upper()]]}), tmp_path / "rows.parquet")
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"by": "mrn 7741902"}), tmp_path / "meta.parquet")
    (tmp_path / "vocab.json").write_text(json.dumps({"tulip.anna@example.org": 1}), encoding="utf-8")
    (tmp_path / "log.txt.gz").write_bytes(gzip.compress(base64.b64encode(LEAK.encode())))
    with zipfile.ZipFile(tmp_path / "model.pt", "w") as archive:
        archive.writestr("deep/data.pkl", b"\x80\x04\x95" + LEAK.encode() + b"\x94.")
    assert found(tmp_path) == [
        ("log.txt.gz", "PATIENT"), ("meta.parquet", "MRN"), ("model.pt", "PATIENT"), ("model.safetensors", "PATIENT"),
        ("rows.parquet", "PATIENT"), ("vocab.json", "EMAIL"), ("words.npy", "PATIENT"),
    ]  # fmt: skip


def test_a_file_named_after_a_person_is_found(tmp_path: Path) -> None:
    (tmp_path / "annabeth_tulipova.bin").write_bytes(b"\x00\x01")
    assert found(tmp_path) == [("annabeth_tulipova.bin", "PATIENT")]


def test_single_names_and_cities_of_a_vocabulary_are_no_findings(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("fever\ntulipova\nquincyville\nannabeth2\n", encoding="utf-8")
    (tmp_path / "weights.bin").write_bytes(np.random.default_rng(1).bytes(200_000))
    assert scan_folder(tmp_path, PEOPLE) == []


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder"):
        scan_folder(tmp_path / "absent", PEOPLE)


def test_findings_do_not_say_what_was_found(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAK, encoding="utf-8")
    assert "tulip" not in repr(scan_folder(tmp_path, PEOPLE)).lower()
