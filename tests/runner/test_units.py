"""Steps on units: only what is new or changed runs, what vanished goes, and the gate translates persons."""

from typing import Any

import pytest

from contract.errors import CheckFailed, StageError
from tests.runner.hospital import Hospital, condition, note, patient, removed

STEP = "tests.runner.steps:"
NOTES = {"notes": "etl.notes:ExtractNotes"}


@pytest.fixture
def noted(hospital: Hospital) -> Hospital:
    """Three persons with a note each, in two shards; one step that measures notes."""
    hospital.steps = {**NOTES, "measure": f"{STEP}Measure"}
    hospital.summaries = {}
    hospital.fhir("1", *(patient(p) for p in "abc"), *(note(f"n{p}", p, "Normal") for p in "abc"))
    return hospital


def found(hospital: Hospital, name: str = "phi/findings") -> list[str]:
    return sorted(f"{r['note_id'][-2:]} {r['kind']} {r['effect']}" for r in hospital.table(name).to_pylist())


def units(said: dict[str, Any], step: str = "measure") -> tuple[int, int]:
    """Units that could have run tonight, and those that did."""
    return said["steps"][step]["units"], said["steps"][step]["units_run"]


def test_only_changed_notes_run(noted: Hospital) -> None:
    assert units(noted.night()) == (3, 3)
    noted.fhir("2", note("na", "a", "Changed"), note("nd", "a", "New one"))
    said = noted.night()
    assert units(said) == (2, 2) and units(said, "notes")[1] == 1
    assert found(noted) == ["na length 7", "nb length 6", "nc length 6", "nd length 7"]
    noted.fhir("3", note("nd", "a", "Newer"))
    assert units(noted.night()) == (2, 1)
    noted.fhir("4", patient("a", birthDate="1951-01-01"))
    assert units(noted.night())[1] == 0


def test_what_vanished_goes(noted: Hospital) -> None:
    noted.night()
    noted.fhir("2", removed("DiagnosticReport/na", "DiagnosticReport/nc"))
    assert units(noted.night())[1] == 0
    assert found(noted) == ["nb length 6"]
    assert noted.snapshot.shards("phi/findings") == ["00000000"], "a shard without rows has no file"


@pytest.mark.parametrize(
    "change", [{"with": {"kind": "size"}}, {"with": {"version": "2"}}], ids=["parameter", "version"]
)
def test_a_changed_step_runs_all_its_units_and_no_other_step_does(noted: Hospital, change: dict[str, Any]) -> None:
    noted.night()
    noted.steps["measure"] = {"uses": f"{STEP}Measure", **change}
    said = noted.night()
    assert said["status"] == "published" and units(said) == (3, 3) and units(said, "notes")[1] == 0
    assert found(noted)[0].startswith(f"na {change['with'].get('kind', 'length')}")
    assert noted.night()["status"] == "unchanged"


def test_a_step_that_is_new_runs_on_everybody(noted: Hospital) -> None:
    noted.steps = dict(NOTES)
    noted.night()
    noted.steps["measure"] = f"{STEP}Measure"
    assert units(noted.night()) == (3, 3) and len(found(noted)) == 3


def test_context_of_a_person_counts(noted: Hospital) -> None:
    noted.steps["measure"] = f"{STEP}ByPerson"
    noted.fhir("1", *(patient(p) for p in "abc"), *(note(f"n{p}", p, "Normal") for p in "abc"), condition("c", "a"))
    noted.night()
    noted.fhir("2", condition("d", "c"))
    said = noted.night()
    assert units(said)[1] == 1 and units(said, "notes")[1] == 0


def test_notes_of_two_sources_may_be_called_alike(noted: Hospital) -> None:
    noted.fhir("1", patient("x"), note("na", "x", "Another"), source="fhir2")
    noted.night()
    assert found(noted) == ["na length 6", "na length 7", "nb length 6", "nc length 6"]
    noted.fhir("2", note("na", "x", "Anew"), source="fhir2")
    noted.night()
    assert found(noted) == ["na length 4", "na length 6", "nb length 6", "nc length 6"]
    noted.fhir("3", removed("DiagnosticReport/na"), source="fhir2")
    noted.night()
    assert found(noted) == ["na length 6", "nb length 6", "nc length 6"]


def test_behind_the_gate(noted: Hospital) -> None:
    doctor = {"resourceType": "Practitioner", "id": "d1", "gender": "female"}
    noted.steps = {**NOTES, "deid": f"{STEP}Release", "behind": f"{STEP}Behind"}
    noted.fhir("0", doctor)
    said = noted.night()
    assert units(said, "deid") == (3, 3) and units(said, "behind") == (3, 3)
    assert found(noted, "findings") == ["na doctors 1 6", "nb doctors 1 6", "nc doctors 1 6"]
    people = {row["subject_id"]: row["open_id"] for row in noted.table("phi/identities").to_pylist()}
    assert (
        set(noted.column("notes", "subject_id")) == set(people.values()) == set(noted.column("findings", "subject_id"))
    )
    noted.fhir("2", note("nb", "b", "Changed"), note("nd", "c", "More"))
    said = noted.night()
    assert units(said, "deid") == (2, 2) and units(said, "behind")[1] == 2
    assert found(noted, "findings") == ["na doctors 1 6", "nb doctors 1 7", "nc doctors 1 6", "nd doctors 1 4"]
    noted.fhir("3", removed("DiagnosticReport/na"))
    noted.night()
    assert found(noted, "findings") == ["nb doctors 1 7", "nc doctors 1 6", "nd doctors 1 4"]
    assert noted.column("fhir/Practitioner", "id") == ["d1"]


def test_a_shared_row_that_changed_runs_the_steps_that_read_it(noted: Hospital) -> None:
    noted.steps = {**NOTES, "deid": f"{STEP}Release", "behind": f"{STEP}Behind"}
    noted.fhir("0", {"resourceType": "Practitioner", "id": "d1", "gender": "female"})
    noted.night()
    noted.fhir("2", {"resourceType": "Practitioner", "id": "d1", "gender": "male"})
    said = noted.night()
    assert noted.column("fhir/Practitioner", "gender") == ["male"]
    assert units(said, "behind") == (3, 3) and units(said, "notes") == (0, 0)


def test_a_step_that_raises_shows_no_row(noted: Hospital) -> None:
    noted.steps["measure"] = f"{STEP}Raises"
    with pytest.raises(StageError, match="step measure failed with ValueError") as raised:
        noted.night()
    failed = noted.last_run()["error"]
    assert failed["kind"] == "StageError" and "Normal" not in str(raised.value) + str(failed)
    assert noted.lake.current() is None


def test_a_step_that_writes_what_it_does_not_declare(noted: Hospital) -> None:
    noted.steps["measure"] = f"{STEP}Undeclared"
    with pytest.raises(StageError, match=r"wrote \['phi/notes'\], which it does not declare; it writes"):
        noted.night()


def test_a_check_that_fails_stops_the_night(noted: Hospital) -> None:
    noted.checks = {"few": {"uses": f"{STEP}AtMost", "with": {"rows": 1}}}
    noted.fhir("2", condition("c", "a"))
    noted.night()
    before = noted.snapshot.id
    noted.fhir("3", condition("d", "a"))
    with pytest.raises(CheckFailed, match="few: 2 Conditions"):
        noted.night()
    assert noted.snapshot.id == before and noted.last_run()["checks"]["few"] == {
        "passed": False,
        "lines": ["2 Conditions"],
    }


def test_a_summary_follows_every_delta(noted: Hospital) -> None:
    noted.summaries = {"count": f"{STEP}NoteCount"}
    nights = [
        (noted, [], 3),
        (noted, [note("nd", "a", "More"), note("ne", "c", "More")], 5),
        (noted, [removed("DiagnosticReport/nc"), note("na", "a", "Other")], 4),
        (noted, [removed("DiagnosticReport/ne"), patient("z")], 3),
    ]
    for number, (hospital, resources, count) in enumerate(nights):
        if resources:
            hospital.fhir(f"{number + 1}", *resources)
        hospital.night()
        assert hospital.column("phi/coverage", "events") == [count]
        assert count == len(hospital.table("phi/notes"))


def test_a_summary_that_is_new_or_changed_counts_everybody(noted: Hospital) -> None:
    noted.night()
    noted.summaries = {"count": f"{STEP}NoteCount"}
    assert noted.night()["status"] == "published" and noted.column("phi/coverage", "events") == [3]
    noted.fhir("2", note("nd", "a", "More"))
    noted.summaries = {"count": {"uses": f"{STEP}NoteCount", "with": {"month": "2021-01"}}}
    assert noted.night()["steps"]["measure"]["units_run"] == 1
    assert noted.table("phi/coverage").to_pylist() == [{"month": "2021-01", "events": 4, "persons": 2}]
