"""Persons over nights: one in two sources, merged, unmerged; ids that stay."""

from typing import Any

import pytest

from tests.runner.hospital import Hospital, condition, illness, note, patient, person, weight

SYNTHEA = "https://github.com/synthetichealth/synthea"


def known_as(key: str) -> dict[str, Any]:
    """Of a Patient, the identifier that the CSV mapping gives the same person."""
    return {"identifier": [{"system": SYNTHEA, "value": key}]}


def whose(hospital: Hospital, table: str, by: str = "id") -> dict[str, int]:
    rows = hospital.table(table)
    return dict(zip(rows[by].to_pylist(), rows["subject_id"].to_pylist(), strict=True))


def test_one_person_in_csv_and_fhir_is_one_subject(hospital: Hospital) -> None:
    hospital.csv("1", person("p1"), person("p2"), illness("p1", "2020-01-01", "1"))
    hospital.fhir("1", patient("a", **known_as("p1")), patient("b"), condition("c", "a", code="2"))
    said = hospital.night()
    assert hospital.subject("a") == hospital.subject("p1", "csv") and said["persons"] == 3
    assert set(whose(hospital, "phi/fhir/Condition").values()) == {hospital.subject("a")}
    births = [code for code in hospital.column("phi/timeline", "code") if code == "MEDS_BIRTH"]
    assert hospital.codes() == ["SNOMED//1", "SNOMED//2"] and len(births) >= 3
    assert hospital.subject("b") not in {hospital.subject("a"), hospital.subject("p2", "csv")}


@pytest.mark.parametrize(
    "engine", [{"kind": "serial"}, {"kind": "serial", "batch_mb": 0.001}], ids=["one", "many batches"]
)
def test_a_merge_moves_all_rows_and_an_unmerge_moves_them_back(hospital: Hospital, engine: dict[str, Any]) -> None:
    hospital.engine = engine
    persons = [patient(p) for p in "abcdef"]
    hospital.fhir("1", *persons, *(condition(f"c{p}", p) for p in "abcdef"), note("n", "f", "Normal"))
    hospital.night()
    apart = hospital.contents()
    assert hospital.snapshot.shards("phi/fhir/Condition") == ["00000000", "00000001", "00000002"]
    hospital.fhir("2", patient("f", links={"a": "replaced-by"}))
    said = hospital.night()
    assert hospital.subject("f") == hospital.subject("a") and said["persons"] == 5
    assert whose(hospital, "phi/fhir/Condition")["cf"] == hospital.subject("a")
    assert whose(hospital, "phi/notes", "note_id")["DiagnosticReport.n"] == hospital.subject("a")
    survivors = hospital.snapshot.read("phi/fhir/Condition", "00000000")["id"].to_pylist()
    assert sorted(survivors) == ["ca", "cb", "cf"]
    assert hospital.snapshot.read("phi/fhir/Condition", "00000002")["id"].to_pylist() == ["ce"]
    assert all(line["holds"] for line in said["balance"])
    hospital.fhir("3", patient("f"))
    said = hospital.night()
    assert hospital.subject("f") != hospital.subject("a") and said["persons"] == 6
    now = hospital.contents()
    for name in apart:
        assert now[name] == apart[name], name


def test_a_merged_persons_rows_follow_without_being_sent_again(hospital: Hospital) -> None:
    hospital.csv("1", *(person(f"p{n}") for n in range(4)), weight("p3", "2020-01-01", 70))
    hospital.night()
    hospital.fhir("1", patient("a", **known_as("p3")), condition("c", "a"))
    hospital.night()
    assert hospital.subject("a") == hospital.subject("p3", "csv")
    assert set(whose(hospital, "phi/fhir/Condition").values()) == set(whose(hospital, "phi/fhir/Observation").values())


def test_a_placeholder_that_many_share_merges_nobody(hospital: Hospital) -> None:
    hospital.fhir("1", *(patient(f"p{n}", mrn="1234567") for n in range(9)))
    assert hospital.night()["persons"] == 9
    hospital.fhir("2", *(patient(f"q{n}", mrn="999999") for n in range(2)))
    assert hospital.night()["persons"] == 11


def test_ids_stay_and_a_seed_makes_them_equal_over_lakes(tmp_path: Any) -> None:
    lakes = [Hospital(tmp_path / name, seed=seed) for name, seed in (("a", 7), ("b", 7), ("c", None), ("d", None))]
    subjects = []
    for hospital in lakes:
        hospital.steps, hospital.summaries = {}, {}
        hospital.fhir("1", patient("a"), patient("b"))
        hospital.night()
        first = hospital.subject("b")
        hospital.fhir("2", patient("b", birthDate="1960-01-01"), patient("c"))
        hospital.night()
        assert hospital.subject("b") == first
        subjects.append(first)
    assert subjects[0] == subjects[1] and len(set(subjects)) == 3


def test_somebody_who_replaces_another_that_comes_later(hospital: Hospital) -> None:
    hospital.fhir("1", patient("a", links={"b": "replaces"}), condition("c", "a"))
    assert hospital.night()["persons"] == 1
    hospital.fhir("2", condition("d", "b"))
    hospital.night()
    assert set(whose(hospital, "phi/fhir/Condition").values()) == {hospital.subject("a")}
