"""Anna, who is forgotten: a hospital that knows her in two sources, the act, and the search for traces of her."""

import gzip
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from runner.config import load
from runner.forgetting import forget as forgetting
from runner.forgetting.person import Asked
from tests.runner.hospital import Hospital, condition, illness, note, patient, person, visit, weight
from tests.runner.steps import Release

ANNA, BERT, CARL = "anna-0001-key", "bert-0002-key", "carl-0003-key"
MRN = "MRN-77100431"


def two_sources(hospital: Hospital) -> Hospital:
    """Anna in both sources, one human being by her MRN; Bert and Carl beside her; broken rows of each."""
    hospital.steps |= {"release": f"{Release.__module__}:Release"}
    hospital.csv(
        "0",
        *(row for key in (ANNA, BERT, CARL) for row in rows_of(key)),
        {"table": "observations", "PATIENT": ANNA, "DATE": "not a day"},
    )
    hospital.fhir(
        "0", patient("fhir-anna", mrn=MRN), patient("fhir-bert", mrn="MRN-2"),
        condition("cond-anna-1", "fhir-anna"), condition("cond-bert-1", "fhir-bert"),
        note("note-anna-1", "fhir-anna", "Anna Tulip slept."), note("note-bert-1", "fhir-bert", "Bert slept."),
        condition("cond-anna-2", "fhir-unknown-1"), {"resourceType": "Group", "id": "both", "member": [
            {"entity": {"reference": "Patient/fhir-anna"}}, {"entity": {"reference": "Patient/fhir-bert"}}]},
    )  # fmt: skip
    hospital.night()
    hospital.night()
    return hospital


def rows_of(key: str) -> list[Any]:
    return [person(key), visit(key, f"stay-{key}", "2020-02-01"), illness(key, "2020-02-01", "44054006"),
            weight(key, "2020-02-01", 70)]  # fmt: skip


def act(hospital: Hospital, *names: str, source: str = "") -> list[forgetting.Forgotten]:
    asked = [Asked(name, source) for name in names]
    return forgetting.forget(load(hospital.configure()), "nightly", asked, lambda _: None)


def traces(root: Path, *words: str) -> list[str]:
    """Files below the root, packed ones unpacked and tables as text, that hold one of the words, in name or content."""
    found = []
    for path in sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink()):
        raw = path.read_bytes()
        if path.suffix == ".gz":
            raw = gzip.decompress(raw)
        if path.suffix == ".parquet":
            raw += repr(pq.read_table(path).to_pylist()).encode()
        if any(word.encode() in raw or word in path.name for word in words):
            found.append(path.relative_to(root).as_posix())
    return found


def dies(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
