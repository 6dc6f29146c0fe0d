"""Deltas and full deliveries: corrections, resends, tombstones, what vanished, what may not vanish."""

import os
from pathlib import Path
from typing import Any

import pytest

from contract.errors import CheckFailed
from contract.work import UNKNOWN, WRITING
from etl.timeline.valid import problems
from runner import account
from runner.status import status
from tests.runner.hospital import Hospital, Row, condition, illness, patient, person, removed, weight

DELTAS: dict[str, tuple[list[list[dict[str, Any]]], list[str]]] = {
    # deliveries, one a night -> ids and codes of the Conditions that stand
    "newer wins": ([[condition("c", "a", "2026-01-02")], [condition("c", "a", "2026-01-03", code="9")]], ["c 9"]),
    "older loses": ([[condition("c", "a", "2026-01-02", code="1")], [condition("c", "a", "2026-01-01")]], ["c 1"]),
    "correction without date": ([[condition("c", "a")], [condition("c", "a", code="9")]], ["c 9"]),
    "resend": ([[condition("c", "a")], [condition("c", "a")]], ["c 44054006"]),
    "tombstone": ([[condition("c", "a"), condition("d", "b")], [removed("Condition/c")]], ["d 44054006"]),
    "tombstone of nothing": ([[condition("c", "a")], [removed("Condition/x", "Device/c")]], ["c 44054006"]),
    "made again": ([[condition("c", "a")], [removed("Condition/c")], [condition("c", "a", code="9")]], ["c 9"]),
}  # fmt: skip


@pytest.mark.parametrize("together", [False, True], ids=["night by night", "all in one night"])
@pytest.mark.parametrize("name", DELTAS)
def test_deltas(name: str, together: bool, hospital: Hospital) -> None:
    deliveries, expected = DELTAS[name]
    hospital.fhir("2026-00", patient("a"), patient("b"))
    for number, resources in enumerate(deliveries, 1):
        hospital.fhir(f"2026-{number:02d}", *resources)
        if not together:
            hospital.night()
    if together:
        hospital.night()
    rows = [
        f"{row['id']} {row['code']['coding'][0]['code']}" for row in hospital.table("phi/fhir/Condition").to_pylist()
    ]
    assert sorted(rows) == expected
    assert [f"SNOMED//{row.split()[1]}" for row in expected] == hospital.codes()
    assert all(line["holds"] for line in hospital.last_run()["balance"])


@pytest.mark.xfail(strict=True, reason="versions are compared within a shard: the other person keeps the older one")
def test_a_resource_that_goes_to_another_person_leaves_the_first(hospital: Hospital) -> None:
    hospital.fhir("1", *(patient(p) for p in "abc"), condition("c", "a"))
    hospital.night()
    hospital.fhir("2", condition("c", "c"))
    hospital.night()
    assert hospital.column("phi/fhir/Condition", "subject_id") == [hospital.subject("c")]


def test_entered_in_error_stays_in_fhir_and_leaves_the_timeline(hospital: Hospital) -> None:
    hospital.fhir("1", patient("a"), condition("c", "a", "2026-01-01"))
    hospital.night()
    assert hospital.codes() == ["SNOMED//44054006"]
    hospital.fhir("2", condition("c", "a", "2026-01-02", state="entered-in-error"))
    hospital.night()
    assert hospital.ids("Condition") == ["c"] and hospital.codes() == []
    assert "SNOMED//44054006" not in hospital.column("phi/timeline_codes", "code")


def test_a_delta_without_the_patient_touches_only_the_shard_it_speaks_of(hospital: Hospital) -> None:
    hospital.csv("1", *(person(f"p{n}") for n in range(6)), *(illness(f"p{n}", "2020-01-01", "1") for n in range(6)))
    hospital.night()
    before = {path: path.stat().st_ino for path in _files(hospital)}
    hospital.csv("2", illness("p5", "2021-01-01", "2"))
    said = hospital.night()
    assert said["steps"]["timeline"] == said["steps"]["timeline"] | {"units": 1, "units_run": 1}
    after = {path: path.stat().st_ino for path in _files(hospital)}
    rewritten = {Path(*path.parts[-2:]).as_posix() for path in after if after[path] not in before.values()}
    assert rewritten - {"phi/identities.parquet"} == {
        "Condition/00000002.parquet",
        "data/00000002.parquet",
        "metadata/codes.parquet",
        "phi/coverage.parquet",
        "codes/phi.timeline_codes.parquet",
        "coverage/phi.coverage.parquet",
    }
    assert said["tables"]["phi/fhir/Condition"]["files_written"] == 1
    assert hospital.codes() == ["SNOMED//1"] * 6 + ["SNOMED//2"]


def _files(hospital: Hospital) -> list[Path]:
    return list((hospital.snapshot.folder / "phi").rglob("*.parquet"))


def test_full_deliveries_delete_what_vanished(hospital: Hospital) -> None:
    hospital.delivery = "full"
    people = [person("p1"), person("p2"), person("p3")]
    hospital.csv(
        "1", *people, illness("p1", "2020-01-01", "1"), illness("p2", "2020-01-01", "2"), weight("p2", "2020-01-01", 70)
    )
    hospital.night()
    hospital.csv("2", *people[:1], person("p3"), illness("p1", "2020-01-01", "1"))
    said = hospital.night()
    assert hospital.ids("Patient") == ["p1", "p3"] and hospital.codes() == ["SNOMED//1"]
    assert hospital.subject("p2", "csv") not in hospital.column("phi/timeline", "subject_id")
    assert problems(hospital.lake.root / "phi" / "timeline") == []
    assert {kind: n["deleted"] for kind, n in said["sources"]["csv"]["resources"].items() if n["deleted"]} == {
        "Patient": 1,
        "Condition": 1,
        "Observation": 1,
    }
    assert all(line["holds"] for line in said["balance"])


def test_a_full_delivery_of_the_same_under_another_name_runs_no_unit(hospital: Hospital) -> None:
    hospital.delivery = "full"
    rows = [person("p1"), person("p2"), illness("p1", "2020-01-01", "1"), weight("p2", "2020-01-01", 70)]
    hospital.csv("1", *rows)
    hospital.night()
    before = hospital.contents()
    folder = hospital.csv("1", *rows)
    for path in folder.iterdir():
        os.utime(path)
    assert hospital.night()["status"] == "unchanged"
    hospital.csv("2", *rows)
    said = hospital.night()
    assert {name: step["units_run"] for name, step in said["steps"].items()} == {"notes": 0, "timeline": 0}
    assert said["tables"]["phi/timeline"]["files_written"] == 0
    assert hospital.contents() == before and all(line["holds"] for line in said["balance"])


def test_too_great_a_loss_is_not_published(hospital: Hospital) -> None:
    hospital.delivery, hospital.numbers["max_loss"] = "full", 0.5
    people = [person(f"p{n}") for n in range(4)]
    hospital.csv("1", *people, *(illness(f"p{n % 4}", "2020-01-01", str(n)) for n in range(60)))
    hospital.night()
    before, digests = hospital.snapshot.id, hospital.digests()
    hospital.csv("2", *people, illness("p1", "2020-01-01", "1"))
    with pytest.raises(CheckFailed, match="phi/fhir/Condition: 60 rows last night, 1 tonight; at most 50% may vanish"):
        hospital.night()
    assert hospital.snapshot.id == before and hospital.digests() == digests
    failed = hospital.last_run()
    assert failed["status"] == "failed" and failed["error"]["kind"] == "CheckFailed"
    assert not failed["checks"]["max_loss"]["passed"] and "Condition" in failed["checks"]["max_loss"]["lines"][0]
    hospital.numbers["max_loss"] = 0.99
    assert hospital.night()["status"] == "published" and len(hospital.ids("Condition")) == 1


def test_a_great_loss_of_few_rows_is_told_and_stops_no_night(hospital: Hospital) -> None:
    hospital.delivery, hospital.numbers["max_loss"] = "full", 0.1
    hospital.csv("1", person("p"), illness("p", "2020-01-01", "1"), illness("p", "2020-01-01", "2"))
    hospital.night()
    hospital.csv("2", person("p"), illness("p", "2020-01-01", "1"))
    (line,) = hospital.night()["checks"]["max_loss"]["lines"]
    assert "Condition: 2 rows last night, 1 tonight; at most 10% may vanish, but these are few" in line


def test_a_tombstone_is_no_loss(hospital: Hospital) -> None:
    hospital.numbers["max_loss"] = 0.1
    hospital.fhir("1", patient("a"), condition("c", "a"))
    hospital.night()
    hospital.fhir("2", removed("Condition/c"))
    assert hospital.night()["status"] == "published" and hospital.ids("Condition") == []


def test_while_a_full_delivery_is_being_written_nothing_vanishes(hospital: Hospital) -> None:
    hospital.delivery, hospital.numbers["max_loss"] = "full", 0.1
    hospital.csv("1", person("p1"))
    hospital.fhir("1", patient("a"))
    hospital.night()
    for folder in (hospital.csv("2", person("p1")), hospital.fhir("2", patient("b"))):
        (folder / "more.csv.part").write_text("")
    (hospital.root / "inbox" / "csv" / "2" / "Tulip.csv").write_text("")
    said = hospital.night()
    assert said["status"] == "unchanged" and hospital.ids("Patient") == ["a", "p1"]
    assert said["aside"] == {"csv": {WRITING: 1, UNKNOWN: 1}, "fhir": {WRITING: 1}}
    assert "Held back for the next night: 1 group of csv, 1 group of fhir." in account.verdict(said)
    assert "csv: 1 file(s) of a kind that the source does not read" in account.remarks(said)
    assert status(hospital.lake.root)["runs"][0]["waiting"] == {"csv": 1, "fhir": 1}
    page = next((hospital.lake.root / "runs" / said["run_id"]).glob("report.html")).read_text(encoding="utf-8")
    assert f"csv: 1 {WRITING}" in page and "Tulip" not in page


def test_a_delta_delivered_again_replaces_what_it_brought(hospital: Hospital) -> None:
    hospital.fhir("1", patient("a"), patient("b"))
    hospital.fhir("2", condition("c", "a"), condition("d", "b"))
    hospital.night()
    hospital.fhir("2", condition("d", "b"), condition("e", "b"))
    said = hospital.night()
    assert hospital.ids("Condition") == ["d", "e"] and len(hospital.codes()) == 2
    assert said["steps"]["timeline"]["units_run"] == 2 and all(line["holds"] for line in said["balance"])


@pytest.mark.parametrize(
    "newer", [condition("c", "a", code="333"), removed("Condition/c")], ids=["version", "tombstone"]
)
def test_a_delta_delivered_again_uncovers_what_it_had_displaced(newer: Row, hospital: Hospital, tmp_path: Path) -> None:
    hospital.fhir("1", patient("a"), patient("b"), condition("c", "a", code="111"))
    hospital.fhir("2", newer, condition("d", "b"))
    hospital.night()
    assert "SNOMED//111" not in hospital.codes()
    hospital.fhir("2", condition("d", "b"))
    said = hospital.night()
    assert hospital.codes() == ["SNOMED//111", "SNOMED//44054006"] and all(line["holds"] for line in said["balance"])
    rebuilt = Hospital(tmp_path / "rebuilt")
    rebuilt.fhir("1", patient("a"), patient("b"), condition("c", "a", code="111"))
    rebuilt.fhir("2", condition("d", "b"))
    rebuilt.night()
    assert hospital.contents()["phi/fhir/Condition"] == rebuilt.contents()["phi/fhir/Condition"]


def test_replay_reads_again_and_older_groups_win_nothing(hospital: Hospital) -> None:
    hospital.fhir(
        "1", patient("a", links={"b": "replaces"}), condition("c", "a"), condition("d", "a"), condition("x", "z")
    )
    hospital.fhir("2", patient("b"), condition("c", "a", code="9"), removed("Condition/d"))
    hospital.night()
    assert [row["rule"] for row in hospital.last_run()["quarantine"]] == ["unknown-patient"]
    assert hospital.ids("Condition") == ["c"]
    hospital.fhir("3", patient("z"))
    hospital.night()
    said = hospital.night(replay=True)
    assert said["quarantine"] == [] and hospital.ids("Condition") == ["c", "x"]
    assert hospital.codes() == ["SNOMED//44054006", "SNOMED//9"]
    assert hospital.subject("b") != hospital.subject("a"), "the older delivery's link is taken back"
