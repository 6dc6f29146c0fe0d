"""Persons forgotten: nothing of them stays in lake and inbox, others are as they were."""

import gzip
import json
from typing import Any

import pytest

from contract.errors import InputError, StoreError
from runner.config import load
from runner.forgetting import forget as forgetting
from runner.forgetting.person import Asked
from tests.runner import anna
from tests.runner.anna import ANNA, BERT, MRN, act, dies, rows_of, traces
from tests.runner.hospital import Hospital, condition, meta, patient, removed


@pytest.fixture
def two_sources(hospital: Hospital) -> Hospital:
    return anna.two_sources(hospital)


def test_nothing_of_the_person_is_left(two_sources: Hospital) -> None:
    hospital = two_sources
    subject, people = hospital.subject("fhir-anna"), hospital.table("phi/identities").to_pylist()
    mine = [row for row in people if row["key"] == "fhir-anna"]
    words = ["fhir-anna", "cond-anna-1", "note-anna-1", MRN, str(subject), str(mine[0]["open_id"]), "Anna Tulip"]
    assert traces(hospital.root, *words)
    act(hospital, MRN)
    assert traces(hospital.root, *words) == []
    assert len(list((hospital.lake.root / "snapshots").iterdir())) == 1


def test_of_all_keys_of_one_human_being(two_sources: Hospital) -> None:
    two_sources.fhir("1", patient("fhir-anna-2", mrn=MRN), condition("cond-anna-9", "fhir-anna-2"))
    two_sources.night()
    act(two_sources, "fhir-anna-2")
    assert traces(two_sources.root, "fhir-anna", "cond-anna-1", "cond-anna-9", MRN) == []


def test_of_tables_too(two_sources: Hospital) -> None:
    assert traces(two_sources.root, ANNA)
    found = act(two_sources, ANNA, source="csv")[0]
    assert traces(two_sources.root, ANNA) == []
    assert found.raw["csv"] == 5
    assert found.tables["phi/fhir/Patient"] == 1


def test_others_stay_as_they_were(two_sources: Hospital) -> None:
    hers = {row[name] for row in two_sources.table("phi/identities").to_pylist() if row["key"] == "fhir-anna"
            for name in ("subject_id", "open_id")}  # fmt: skip
    before = _others(two_sources, hers)
    assert "notes" in before
    act(two_sources, "fhir-anna")
    assert _others(two_sources, hers) == before
    inbox = (two_sources.root / "inbox" / "fhir" / "0" / "all.ndjson").read_text(encoding="utf-8")
    kept = ["fhir-bert", "cond-bert-1", "note-bert-1", "cond-anna-2"]
    assert [json.loads(line)["id"] for line in inbox.splitlines()] == kept


def _others(hospital: Hospital, hers: set[int]) -> dict[str, list[str]]:
    """Rows of other persons."""
    found = {}
    for name in hospital.snapshot.tables():
        rows = hospital.table(name)
        if "subject_id" in rows.column_names and not name.startswith("phi/partials"):
            found[name] = sorted(repr(row) for row in rows.to_pylist() if row["subject_id"] not in {*hers, None})
    return {name: rows for name, rows in found.items() if rows}


def test_summaries_count_without_them(two_sources: Hospital) -> None:
    act(two_sources, "fhir-anna")
    kept = two_sources.contents()
    (two_sources.lake.root / "current").unlink()
    (two_sources.lake.root / "keys" / "barred").unlink()
    two_sources.night()
    for name in ("phi/timeline_codes", "timeline_codes", "phi/coverage", "coverage"):
        if name in kept:
            assert kept[name] == two_sources.contents()[name]


def test_the_next_night_has_nothing_to_do(two_sources: Hospital) -> None:
    act(two_sources, "fhir-anna")
    assert two_sources.night()["status"] == "unchanged"


@pytest.mark.parametrize("packed", [False, True])
def test_bundles_keep_all_other_bytes(hospital: Hospital, packed: bool) -> None:
    entries = [
        patient("fhir-anna"),
        patient("fhir-bert"),
        condition("cond-anna-1", "fhir-anna"),
        condition("cond-bert-1", "fhir-bert"),
    ]
    said = [f'{{"fullUrl":  "urn:x:{e["id"]}", "resource": {json.dumps(e)}, "w": 1.50}}' for e in entries]
    text = '{ "resourceType": "Bundle", "total": 4,\n "entry": [\n  ' + ",\n  ".join(said) + '\n ], "x": "1" }\n'
    folder = hospital.fhir("0", entries[1], name="keep.ndjson")
    path = folder / ("all.json.gz" if packed else "all.json")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    hospital.night()
    act(hospital, "fhir-anna")
    left = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    assert left.decode() == text.replace(said[0] + ",\n  ", "").replace(said[2] + ",\n  ", "")


def test_quoted_rows_over_lines_go_whole(hospital: Hospital) -> None:
    folder = hospital.csv("0", *rows_of(ANNA), *rows_of(BERT))
    head, one, *_ = (folder / "conditions.csv").read_text(encoding="utf-8").splitlines()
    both = [one.replace("Illness 44054006", f'"Illness\n\nof {name}"') for name in ("Anna", "Bert")]
    text = [head, both[0], both[1].replace(ANNA, BERT), f"{ANNA},too short"]
    (folder / "conditions.csv").write_text("\r\n".join(text) + "\r\n", encoding="utf-8", newline="")
    hospital.night()
    act(hospital, ANNA)
    assert (folder / "conditions.csv").read_bytes().decode() == f"{head}\r\n{text[2]}\r\n"


def pointing(key: str, whose: str, url: str) -> dict[str, Any]:
    return {"resourceType": "DocumentReference", "id": key, "status": "current",
            "subject": {"reference": f"Patient/{whose}"},
            "content": [{"attachment": {"contentType": "text/plain", "url": url}}]}  # fmt: skip


def test_documents_beside_a_resource_go(hospital: Hospital) -> None:
    rows = [
        patient("fhir-anna"), patient("fhir-bert"),
        {"resourceType": "Binary", "id": "bin-anna", "contentType": "text/plain", "data": "QW5uYQ=="},
        {"resourceType": "Group", "id": "grp-both", "member": [{"entity": {"reference": "Patient/fhir-anna"}}]},
        pointing("d1", "fhir-anna", "Binary/bin-anna"), pointing("d2", "fhir-anna", "anna.txt"),
        pointing("d3", "fhir-bert", "bert.txt"),
    ]  # fmt: skip
    folder = hospital.fhir("0", *rows)
    for name in ("anna", "bert"):
        (folder / f"{name}.txt").write_text(f"{name} slept.", encoding="utf-8")
    hospital.night()
    act(hospital, "fhir-anna")
    assert sorted(path.name for path in folder.iterdir()) == ["all.ndjson", "bert.txt"]
    assert traces(hospital.root, "bin-anna", "QW5uYQ==", "grp-both") == []
    hospital.fhir("1", *rows)
    manifest = hospital.night()
    assert all(line["holds"] for line in manifest["balance"])
    assert traces(hospital.lake.root, "fhir-anna", "bin-anna", "QW5uYQ==", "grp-both") == []


def test_deletions_that_name_them_go(hospital: Hospital) -> None:
    hospital.fhir("0", patient("fhir-anna"), patient("fhir-bert"), condition("cond-anna-1", "fhir-anna"))
    hospital.fhir("1", removed("Patient/fhir-anna", "Condition/other-1"))
    hospital.night()
    hospital.fhir("2", patient("fhir-anna", meta=meta("2021-01-01")))
    hospital.night()
    act(hospital, "fhir-anna")
    assert traces(hospital.root, "fhir-anna") == []
    assert traces(hospital.root / "inbox", "other-1") == ["fhir/1/all.ndjson"]


@pytest.mark.parametrize("where", ["inboxes.purge", "Erasure.publish", "_drop", "_clean", "elsewhere.cut"])
def test_stopped_in_the_middle_it_goes_on(two_sources: Hospital, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    before = two_sources.contents()
    *_, name = where.split(".")
    owner: Any = forgetting if "." not in where else getattr(forgetting, where.split(".")[0])
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dies)
        with pytest.raises(KeyboardInterrupt):
            act(two_sources, "fhir-anna")
    now = two_sources.contents()
    assert now == before if where in ("inboxes.purge", "Erasure.publish") else "fhir-anna" not in repr(now)
    with pytest.raises(StoreError, match="--resume"):
        two_sources.night()
    forgetting.resume(load(two_sources.configure()), "nightly")
    assert traces(two_sources.root, "fhir-anna", "cond-anna-1", "note-anna-1", MRN) == []
    two_sources.night()
    assert traces(two_sources.root, "fhir-anna", "cond-anna-1", "note-anna-1", MRN) == []


def test_who_is_meant_must_be_clear(hospital: Hospital) -> None:
    hospital.fhir("0", patient("same-key-1"))
    hospital.fhir("0", patient("same-key-1"), source="fhir_b")
    hospital.night()
    with pytest.raises(InputError, match=r"^2 persons") as error:
        act(hospital, "same-key-1")
    assert "same-key-1" not in str(error.value)
    with pytest.raises(InputError, match=r"^0 persons"):
        act(hospital, "nobody")
    act(hospital, "same-key-1", source="fhir_b")
    assert hospital.column("phi/identities", "source") == ["fhir"]


def test_looking_changes_nothing(two_sources: Hospital) -> None:
    before, digests = two_sources.contents(), two_sources.digests()
    found = forgetting.look(load(two_sources.configure()), "nightly", Asked("fhir-anna"))
    assert found.tables["phi/fhir/Condition"] == 1
    assert (two_sources.contents(), two_sources.digests()) == (before, digests)


def test_the_audit_tells_no_name(two_sources: Hospital) -> None:
    act(two_sources, "fhir-anna")
    said = "".join(p.read_text(encoding="utf-8") for p in (two_sources.lake.root / "phi-audit").iterdir())
    assert '"act": "forget"' in said


def test_ledgers_are_closed_to_others(two_sources: Hospital) -> None:
    act(two_sources, "fhir-anna")
    assert (two_sources.lake.root / "keys" / "barred").stat().st_mode & 0o777 == 0o600
