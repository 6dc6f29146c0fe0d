"""Nights that pass the gate: the open root is filled and safe, moves with names that arrive later, and leads back."""

import re
from pathlib import Path
from typing import Any

import pytest

from contract.errors import StoreError
from store.lake import Lake
from tests.runner.hospital import STEPS, Hospital, condition, note, patient

GATE = {
    "steps": {**STEPS, "deid": {"uses": "nlp.deid.stage:Deidentify", "with": {"layers": ["known", "rules", "protect"]}},
              "behind": "tests.runner.steps:Behind", "relink": "nlp.deid.relink:Relink"},
    "summaries": {"codes": "etl.timeline.codes:CountCodes", "known": "nlp.deid.audit.digests:KnownDigests",
                  "open_codes": {"uses": "etl.timeline.codes:CountCodes", "with": {"root": "open"}}},
    "checks": {"leaks": "nlp.deid.audit.check:LeakAudit"},
}  # fmt: skip
TOLD = "Imogen Fairweather walked today. Her daughter zorblatt visited, and she has no pain in the chest at all."


def named(key: str, family: str, given: str, **said: Any) -> Any:
    return patient(key, mrn=f"7731{ord(key[0])}{len(key)}09", name=[{"family": family, "given": [given]}], **said)


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    made = Hospital(tmp_path, engine={"kind": "serial"}, **GATE)  # type: ignore[arg-type]
    made.fhir(
        "one",
        named("imogen", "Fairweather", "Imogen"), named("bob", "Marchbanks", "Robert"),
        condition("c1", "imogen"), note("n1", "imogen", TOLD),
        note("n2", "bob", "Bob Marchbanks is well and has no pain."),
    )  # fmt: skip
    return made


def open_text(hospital: Hospital) -> str:
    """Every value of every open table."""
    names = [name for name in hospital.snapshot.tables() if not name.startswith("phi/")]
    return " ".join(repr(hospital.table(name).to_pylist()) for name in names)


def test_the_open_root_is_filled_and_names_nobody(hospital: Hospital) -> None:
    hospital.night()
    text = open_text(hospital)
    assert len(hospital.table("notes")) == 2 and len(hospital.table("timeline")) == len(hospital.table("phi/timeline"))
    assert not re.search("Imogen|Fairweather|Marchbanks|Robert|7731|imogen", text)
    assert "Her daughter zorblatt visited" in text and "44054006" in text
    people = hospital.table("phi/identities")
    assert not {str(s) for s in people["subject_id"].to_pylist()} & set(re.findall(r"\d+", text))
    assert set(hospital.column("timeline_splits", "subject_id")) == set(people["open_id"].to_pylist())


def test_a_second_night_changes_nothing(hospital: Hospital) -> None:
    hospital.night()
    before = hospital.digests()
    hospital.fhir("two", condition("c2", "bob"))
    hospital.night()
    after = hospital.digests()
    assert before.keys() <= after.keys()
    assert {s for n, s in after if n == "notes"} and hospital.column("notes", "text")


def test_a_name_that_arrives_tomorrow_runs_again_over_the_notes_of_yesterday(hospital: Hospital) -> None:
    hospital.night()
    hospital.fhir("two", {"resourceType": "RelatedPerson", "id": "r1", "patient": {"reference": "Patient/imogen"},
                          "name": [{"family": "Zorblatt"}]})  # fmt: skip
    hospital.night()
    assert "zorblatt" not in open_text(hospital)


def test_results_behind_the_gate_lead_back(hospital: Hospital) -> None:
    hospital.night()
    subjects = {hospital.subject("imogen"), hospital.subject("bob")}
    assert set(hospital.column("phi/findings", "subject_id")) == subjects
    assert sorted(hospital.column("phi/findings", "note_id")) == sorted(hospital.column("phi/notes", "note_id"))
    assert not set(hospital.column("findings", "note_id")) & set(hospital.column("phi/notes", "note_id"))


def test_the_key_is_private_and_its_loss_is_noticed(hospital: Hospital) -> None:
    hospital.night()
    key = Lake(hospital.root / "lake").root / "keys" / "lake.key"
    assert key.stat().st_mode & 0o077 == 0 and key.parent.stat().st_mode & 0o077 == 0
    key.unlink()
    hospital.fhir("two", condition("c2", "bob"))
    with pytest.raises(StoreError, match=r"lake\.key is not there"):
        hospital.night()
