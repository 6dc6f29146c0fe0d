"""The plan: what does not fit together is refused before anything runs, above all at the gate."""

from typing import Any

import pytest

from contract.errors import ConfigError, PlanError
from runner.config import load
from runner.plan import Plan, make_plan
from tests.runner.hospital import Hospital

HERE = "tests.runner.steps:"
NOTES = {"notes": "etl.notes:ExtractNotes"}


def planned(hospital: Hospital, **parts: Any) -> Plan:
    (hospital.root / "inbox" / "fhir").mkdir(parents=True, exist_ok=True)
    hospital.steps, hospital.summaries = parts.pop("steps", {}), parts.pop("summaries", {})
    hospital.checks = parts.pop("checks", {})
    return make_plan(load(hospital.configure(**parts)), "nightly")


def test_the_order_of_the_night(hospital: Hospital) -> None:
    steps = {**NOTES, "deid": f"{HERE}Release", "behind": f"{HERE}Behind"}
    plan = planned(hospital, steps=steps, summaries={"count": f"{HERE}NoteCount"}, checks={"few": f"{HERE}AtMost"})
    assert plan.lines() == [
        "fhir: etl.sources.fhir:Fhir (delta) -> phi/fhir, phi/quarantine",
        "notes: phi/fhir/DocumentReference, phi/fhir/DiagnosticReport, phi/fhir/Encounter "
        "-> phi/notes, phi/notes_rejected by subject_id",
        "deid: phi/notes, phi/identities, phi/fhir/Practitioner -> notes, fhir/Practitioner by subject_id [releases]",
        "behind: notes, fhir/Practitioner -> findings by note_id",
        "count: phi/notes -> phi/coverage over all patients",
        "few: checks phi/fhir/Condition before publication",
    ]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "the gate": (
        {"steps": {**NOTES, "leak": f"{HERE}Leak"}},
        "leak: reads phi/notes and writes the open table findings without `releases`",
    ),
    "two writers": (
        {"steps": {**NOTES, "a": f"{HERE}Measure", "b": f"{HERE}Measure"}},
        "b: table phi/findings has a writer already: a",
    ),
    "a step writes what the sources do": (
        {"steps": {"a": f"{HERE}WritesFhir"}},
        "a: table phi/fhir/Patient has a writer already: the sources",
    ),
    "a reader before its writer": (
        {"steps": {"measure": f"{HERE}Measure", **NOTES}},
        "measure: reads phi/notes, which notes writes later. Put it after that",
    ),
    "a table that is not there": (
        {"steps": {"a": f"{HERE}Misspelt"}},
        "no table is called 'phi/note'; close: .*phi/notes",
    ),
    "a summary among the steps": ({"steps": {"a": f"{HERE}NoteCount"}}, "is not a step: it lacks"),
    "a step among the summaries": ({"summaries": {"a": f"{HERE}Measure"}}, "is not a summary: it lacks"),
    "a step among the checks": ({"checks": {"a": f"{HERE}Measure"}}, "is not a check: it lacks"),
    "a step among the sources": ({"sources": {"a": {"uses": f"{HERE}Measure"}}}, "is not a source: it lacks delivery"),
    "two summaries write one table": (
        {"summaries": {"a": f"{HERE}NoteCount", "b": f"{HERE}NoteCount"}},
        "b: table phi/coverage has a writer already: a",
    ),
    "a summary opens PHI": ({"summaries": {"a": f"{HERE}OpenCount"}}, "a: reads phi/notes and writes the open table"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, hospital: Hospital) -> None:
    parts, message = REFUSED[name]
    with pytest.raises(PlanError, match=message) as raised:
        planned(hospital, **parts)
    assert raised.value.exit_code == 2


def test_a_mapping_that_is_not_there(hospital: Hospital) -> None:
    wrong = {"uses": "etl.sources.tables:Tables", "with": {"mapping": "sinthea", "path": "x"}}
    with pytest.raises(ConfigError, match="no mapping 'sinthea'"):
        planned(hospital, sources={"s": wrong})


def test_an_unknown_parameter_stops_the_night_before_it_begins(hospital: Hospital) -> None:
    hospital.fhir("1")
    hospital.steps = {"notes": {"uses": "etl.notes:ExtractNotes", "with": {"zone": "UTC"}}}
    with pytest.raises(ConfigError, match=r"notes: etl.notes:ExtractNotes has no parameter 'zone'"):
        hospital.night()
    assert not hospital.lake.root.exists()


def test_a_fingerprint_changes_with_parameters_and_version(hospital: Hospital) -> None:
    said = [
        {"uses": f"{HERE}Measure"},
        {"uses": f"{HERE}Measure", "with": {"kind": "size"}},
        {"uses": f"{HERE}Measure", "with": {"version": "2"}},
        {"uses": f"{HERE}ByPerson"},
    ]
    steps = [planned(hospital, steps={**NOTES, "m": one}).steps[-1] for one in said]
    assert len({step.fingerprint for step in steps}) == 4
