"""Nights with coding: from simulated notes through the gate to codes that lead back to the words in the original."""

import json
from pathlib import Path
from typing import Any

import pytest

from runner import report
from simulate.config import HospitalConfig
from simulate.hospital import simulate
from tests.nlp.icd.conftest import CODER_WORDS, make_coder
from tests.runner.hospital import STEPS, Hospital, note, patient

LAYERS = {"layers": ["known", "rules", "protect"]}
NIGHT = {**STEPS, "deid": {"uses": "nlp.deid.stage:Deidentify", "with": LAYERS}}
MENTIONS = {"hypertension": "I10", "copd": "J44.9", "depression": "F32.9", "asthma": "J45.909", "diabetes": "E11.9"}


def steps(coder: Path) -> dict[str, Any]:
    with_icd = {"uses": "nlp.icd.stage:SuggestCodes", "with": {"artifact": str(coder), "hidden": False}}
    return {**NIGHT, "icd": with_icd, "relink": "nlp.deid.relink:Relink"}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    root = tmp_path_factory.mktemp("icd")
    coder = make_coder(root / "coder", {**CODER_WORDS, **MENTIONS})
    made = Hospital(root, steps=steps(coder), checks={"leaks": "nlp.deid.audit.check:LeakAudit"},
                    summaries={"known": "nlp.deid.audit.digests:KnownDigests"})  # fmt: skip
    simulate(HospitalConfig(patients=6, seed=5, embeddings=False), root / "out")
    (root / "inbox" / "csv").mkdir(parents=True)
    (root / "out" / "csv").rename(root / "inbox" / "csv" / "one")
    made.night()
    return made


def test_codes_lead_back_to_the_words_of_the_original_note(simulated: Hospital) -> None:
    texts = {row["note_id"]: row["text"] for row in simulated.table("phi/notes").to_pylist()}
    words = {code: said for said, code in MENTIONS.items()}
    codes = [row for row in simulated.table("phi/codes").to_pylist() if row["code"] in words]
    spans = [(row["code"], evidence) for row in codes for evidence in row["evidence"]]
    assert len(spans) > 30
    found = [texts[e["note_id"]][e["start"] : e["end"]].lower() == words[code] for code, e in spans]
    assert all(found), f"{found.count(False)} of {len(found)} spans point elsewhere"


def test_codes_are_of_the_real_encounters(simulated: Hospital) -> None:
    real = set(simulated.column("phi/fhir/Encounter", "id")) | set(simulated.column("phi/notes", "note_id"))
    assert set(simulated.column("phi/codes", "encounter_id")) <= real
    assert not set(simulated.column("codes", "encounter_id")) & real
    assert len(simulated.table("codes")) == len(simulated.table("phi/codes")) > 20


def test_setting_is_known_where_the_encounter_is(simulated: Hospital) -> None:
    assert {"inpatient", "outpatient"} <= set(simulated.column("codes_account", "setting"))


def test_the_report_shows_what_coding_came_to(simulated: Hospital) -> None:
    (manifest,) = [json.loads(path.read_text()) for path in (simulated.root / "lake" / "runs").glob("*/manifest.json")]
    said = manifest["coding"]
    assert said["encounters"] == len(simulated.table("codes_account"))
    assert sum(said["bands"].values()) == len(simulated.table("codes"))
    assert sum(said["scores"]) == said["bands"]["pre_accept"] + said["bands"]["review"]
    page = report.page(manifest)
    assert "ICD codes suggested" in page and "suggestions by score" in page and next(iter(said["artifacts"])) in page


@pytest.fixture
def clinic(tmp_path: Path) -> Hospital:
    made = Hospital(tmp_path, steps=steps(make_coder(tmp_path / "coder", CODER_WORDS)))
    made.fhir("one", patient("ann"), patient("bea"), document("n1", "ann", "e1", "Seen for gout."),
              document("n2", "bea", "e2", "Seen for diabetes."), visit("e1", "ann"), visit("e2", "bea"))  # fmt: skip
    return made


def document(key: str, whose: str, stay: str, text: str) -> dict[str, Any]:
    return {**note(key, whose, text), "encounter": {"reference": f"Encounter/{stay}"}}


def visit(key: str, whose: str) -> dict[str, Any]:
    return {"resourceType": "Encounter", "id": key, "status": "finished", "class": {"code": "AMB"},
            "subject": {"reference": f"Patient/{whose}"}, "period": {"start": "2020-01-01"}}  # fmt: skip


def coded(hospital: Hospital) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in hospital.table("phi/codes").to_pylist():
        found.setdefault(row["encounter_id"], set()).add(row["code"])
    return found


def test_an_addendum_opens_its_encounter_again(clinic: Hospital) -> None:
    clinic.night()
    assert coded(clinic) == {"e1": {"M10.9"}, "e2": {"E11.9"}}
    clinic.fhir("two", document("n3", "ann", "e1", "Addendum: heart failure too."))
    clinic.night()
    assert coded(clinic) == {"e1": {"M10.9", "I50.9"}, "e2": {"E11.9"}}
    assert clinic.last_run()["steps"]["icd"]["units_run"] == 1


def test_a_note_that_goes_takes_its_codes_with_it(clinic: Hospital) -> None:
    clinic.night()
    clinic.fhir("two", {**document("n2", "bea", "e2", "Seen for diabetes."), "status": "entered-in-error"})
    clinic.night()
    assert coded(clinic) == {"e1": {"M10.9"}}


def test_a_new_coder_runs_over_all(clinic: Hospital) -> None:
    clinic.night()
    make_coder(clinic.root / "coder", {"seen": "Z00.00"})
    clinic.night()
    assert coded(clinic) == {"e1": {"Z00.00"}, "e2": {"Z00.00"}}


def test_a_first_night_without_any_coder_goes_on(clinic: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.icd.artifact.SHIPPED", clinic.root / "nowhere")
    clinic.steps["icd"] = "nlp.icd.stage:SuggestCodes"
    clinic.night()
    assert len(clinic.table("notes")) == 2 and clinic.last_run()["coding"]["flags"] == {"no-artifact": 2}
    assert "no trained coder is installed" in report.page(clinic.last_run())
