"""Nights: the first, one without news, deltas, full deliveries; what is published, what is accounted for."""

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from contract.errors import MappingError, StoreError
from etl.timeline.valid import problems
from runner import nightly
from runner.config import load
from runner.plan import make_plan
from runner.spooling import space
from tests.runner.hospital import (
    Hospital,
    condition,
    illness,
    note,
    patient,
    person,
    visit,
    weight,
)

SURNAME = "Zyxwowski"


def both(hospital: Hospital) -> Hospital:
    """Three persons in CSV and two in FHIR; one of a rare name, one row of nobody."""
    hospital.csv(
        f"{SURNAME}-2026-01",
        person("p1", LAST=SURNAME, Id="k-p1"),
        person("p2"),
        person("p3"),
        visit("p2", "v1", "2020-01-01"),
        weight("k-p1", "2020-01-01", 70),
        weight("p2", "2020-01-02", "heavy"),
        weight("nobody", "2020-01-02", 80),
        illness("p3", "2020-01-01", "1"),
    )
    hospital.fhir(
        "2026-01",
        patient("a", mrn="1", name=[{"family": SURNAME}]),
        patient("b"),
        condition("c1", "a", "2026-01-01"),
        note("d1", "b", f"Mr {SURNAME} was seen."),
        {"resourceType": "Condition", "id": "bad", "subject": {"reference": "Patient/a"}, "onsetDateTime": "soon"},
    )
    return hospital


def bodies(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}


def test_a_first_night_publishes_all_tables_and_they_are_sound(hospital: Hospital) -> None:
    said = both(hospital).night()
    assert said["status"] == "published" and said["snapshot"] == hospital.snapshot.id
    assert hospital.snapshot.manifest() | {"finished": 0, "seconds": 0, "cpu_seconds": 0, "parts": 0} == said | {
        "finished": 0,
        "seconds": 0,
        "cpu_seconds": 0,
        "parts": 0,
    }
    assert {"phi/fhir/Patient", "phi/timeline", "phi/notes", "phi/quarantine", "phi/timeline_codes"} <= set(
        hospital.snapshot.tables()
    )
    assert problems(hospital.lake.root / "phi" / "timeline") == []
    assert len(hospital.ids("Patient")) == 5 == said["persons"]
    assert hospital.column("phi/notes", "text") == [f"Mr {SURNAME} was seen."]
    for name in hospital.snapshot.tables():
        assert said["tables"][name]["rows"] == len(hospital.table(name)), name


def test_every_row_is_accounted_for(hospital: Hospital) -> None:
    said = both(hospital).night()
    assert all(line["holds"] for line in said["balance"])
    raw = {line["what"]: (line["in"], line["out"], line["quarantined"]) for line in said["balance"]}
    assert raw["csv: raw rows"] == (8, 6, 2) and raw["fhir: raw rows"] == (5, 5, 0)
    assert raw["fhir: Condition"] == (2, 1, 1) and raw["csv: Condition"] == (1, 1, 0)
    rules = {(row["source"], row["target"], row["rule"]): row["rows"] for row in said["quarantine"]}
    assert {(s, t) for s, t, _ in rules} == {("csv", "observations"), ("fhir", "Condition")}
    assert ("csv", "observations", "unknown-patient") in rules and ("csv", "observations", "number-format") in rules
    lines = sorted(
        zip(hospital.column("phi/quarantine", "file"), hospital.column("phi/quarantine", "line"), strict=True)
    )
    assert lines == [("all.ndjson", 5), ("observations.csv", 3), ("observations.csv", 4)]


def test_nothing_outside_phi_names_a_person_or_a_file(hospital: Hospital) -> None:
    run = both(hospital).night()["run_id"]
    lake = hospital.lake.root
    open_files = [p for p in (lake / "snapshots").rglob("*") if p.is_file() and "phi" not in p.relative_to(lake).parts]
    said = bodies(lake / "runs" / run) | {p.name: p.read_bytes().decode("latin-1") for p in open_files}
    assert {"manifest.json", "report.html", "log.jsonl", "index.parquet"} <= said.keys()
    for name, text in said.items():
        for word in (SURNAME, "k-p1", "all.ndjson", "observations.csv", str(hospital.root)):
            assert word not in text, f"{name} says {word}"


def test_phi_is_closed_to_others(hospital: Hospital) -> None:
    before = os.umask(0)
    try:
        both(hospital).night()
    finally:
        os.umask(before)
    phi = hospital.snapshot.folder / "phi"
    for path in (phi, *phi.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path.relative_to(phi)
    assert stat.S_IMODE((hospital.lake.root / "work").stat().st_mode) == 0o700
    assert not list((hospital.lake.root / "work").iterdir())


def test_a_night_without_news_changes_nothing(hospital: Hospital) -> None:
    both(hospital).night()
    before, digests = hospital.snapshot.id, hospital.digests()
    said = hospital.night()
    assert said["status"] == "unchanged" and said["snapshot"] == hospital.snapshot.id == before
    assert [p.name for p in (hospital.lake.root / "snapshots").iterdir()] == [before]
    assert hospital.digests() == digests and said["run_id"] != before
    assert hospital.night()["run_id"] != said["run_id"]


def test_an_error_in_the_input_is_told_without_the_name_of_the_file(hospital: Hospital) -> None:
    folder = hospital.csv("1", person("p1"))
    (folder / "conditions.csv").write_text("START,PATIENT\n2020-01-01,p1\n")
    with pytest.raises(MappingError, match=r"conditions\.csv.*CODE missing"):
        hospital.night()
    failed = hospital.last_run()["error"]
    assert failed["kind"] == "MappingError" and "conditions.csv" not in failed["message"]
    assert "CODE missing" in failed["message"]


@pytest.mark.parametrize("delivery", ["delta", "full"])
def test_a_night_goes_on_without_a_source_it_cannot_read(delivery: str, hospital: Hospital) -> None:
    hospital.delivery = delivery
    hospital.csv("1", person("p1"), illness("p1", "2020-01-01", "1"))
    hospital.fhir("1", patient("a"))
    hospital.night()
    broken = hospital.csv("2", person("p1"), person("p2"))
    (broken / "conditions.csv").write_text("START,PATIENT\n2020-01-01,p1\n")
    hospital.fhir("2", patient("a"), patient("b"))
    said = hospital.night()
    assert said["status"] == "published" and list(said["refused"]) == ["csv"]
    assert "CODE missing" in said["refused"]["csv"] and "conditions.csv" not in said["refused"]["csv"]
    assert hospital.ids("Patient") == ["a", "b", "p1"] and hospital.codes() == ["SNOMED//1"]
    assert all(line["holds"] for line in said["balance"])
    hospital.csv("2", person("p1"), person("p2"), illness("p1", "2020-01-01", "2"))
    said = hospital.night()
    assert not said["refused"] and hospital.ids("Patient") == ["a", "b", "p1", "p2"]
    assert hospital.codes() == (["SNOMED//2"] if delivery == "full" else ["SNOMED//1", "SNOMED//2"])


def test_a_registry_that_is_edited_while_a_night_runs_is_the_next_nights(hospital: Hospital) -> None:
    hospital.fhir("1", patient("a"))
    path = hospital.configure()
    config, said = load(path), hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text("nightly: [half", encoding="utf-8")
    manifest = nightly.run(config, "nightly")
    assert manifest["status"] == "published" and manifest["config_digest"] == said


def test_a_lake_keeps_the_size_of_its_shards(hospital: Hospital) -> None:
    hospital.csv("1", person("p1"))
    hospital.night()
    hospital.csv("2", person("p2"))
    hospital.numbers["shard_subjects"] = 3
    with pytest.raises(Exception, match="shard_subjects is 3, and the lake was made with 2"):
        hospital.night()


def test_a_full_disk_is_seen_before_anything_is_written(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    hospital.csv("1", person("p1"))
    hospital.night()
    before = hospital.snapshot.id
    hospital.csv("2", person("p2"))
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1 << 20})())
    with pytest.raises(StoreError, match="1 MB free and tonight needs about 200 MB"):
        hospital.night()
    assert hospital.snapshot.id == before and not list((hospital.lake.root / "work").iterdir())
    snapshot = hospital.snapshot
    made = sum(stat.bytes for (name, _), stat in snapshot.files.items() if not name.startswith("phi/fhir/"))
    plan = make_plan(load(hospital.configure()), "nightly")
    assert made == space(plan, [], snapshot, forced=True) - space(plan, [], snapshot, forced=False) > 0
    assert json.loads(json.dumps(hospital.last_run()))["error"]["kind"] == "StoreError"
