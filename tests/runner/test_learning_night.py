"""Nights that learn: decisions of two coders on one chart change the suggestions of another chart at once."""

import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nlp.icd import artifact
from nlp.icd.artifact import Said
from runner.config import load
from runner.forgetting import forget as forgetting
from runner.forgetting.person import Asked
from tests.nlp.icd.learning.pupil import Pupil
from tests.runner.hospital import STEPS, Hospital, meta, note, patient

LAYERS = {"layers": ["known", "rules"]}
TEXT = "He walked today and has a frozen shoulder on the left side since the spring of last year."
ALIKE = "She came with pain at night, and the doctors saw a frozen shoulder, which hurts when she moves it."
ON = "2020-06-01T10:0{}:00+02:00"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """After its first night."""
    tmp_path = tmp_path_factory.mktemp("learning")
    with artifact.writing(tmp_path / "coder") as folder:
        Pupil(words={"pneumonia": "J18.9"}).save(folder / "diagnoses")
        parts = {"diagnoses": {"code_system": "ICD-10-CM", "system": "tests.nlp.icd.learning.pupil:Pupil"}}
        artifact.finish(folder, Said(parts, ("en",), phi=False), "# Pupil\n")
    steps: dict[str, Any] = {
        **STEPS,
        "deid": {"uses": "nlp.deid.stage:Deidentify", "with": LAYERS},
        "labels": "nlp.deid.decided:ReleaseLabels",
        "icd": {"uses": "nlp.icd.stage:SuggestCodes", "with": {"artifact": str(tmp_path / "coder")}},
        "worklist": "nlp.icd.learning.stage:OrderWork",
        "relink": "nlp.deid.relink:Relink",
    }
    summaries = {
        "codes": "etl.timeline.codes:CountCodes",
        "known": "nlp.deid.audit.digests:KnownDigests",
        "terms": "nlp.icd.learning.learned:LearnTerms",
    }
    made = Hospital(tmp_path, steps=steps, summaries=summaries, checks={"leaks": "nlp.deid.audit.check:LeakAudit"})
    names = {"imogen": "Imogen", "bob": "Robert", "sue": "Susanna"}
    people = [patient(key, mrn=f"7731{ord(key[0])}{len(key)}09", name=[{"family": "Fairweather", "given": [name]}])
              for key, name in names.items()]  # fmt: skip
    notes = [
        note("n1", "imogen", TEXT),
        note("n2", "bob", ALIKE),
        note("n3", "sue", "Nothing hurts her today, she said."),
    ]
    made.fhir("one", *people, *notes)
    made.night()
    return made


@pytest.fixture
def hospital(first: Hospital, tmp_path: Path) -> Hospital:
    shutil.copytree(first.root, tmp_path / "copy", symlinks=True)
    return replace(first, root=tmp_path / "copy")


def decide(hospital: Hospital, name: str, *acts: dict[str, Any]) -> Path:
    folder = hospital.root / "inbox" / "decisions"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ndjson"
    path.write_text("".join(json.dumps(act) + "\n" for act in acts), encoding="utf-8")
    os.utime(path, (time.time() - 3600,) * 2)
    return path


def acts(hospital: Hospital, coder: str, code: str = "M75.02", *, at: int = 0) -> list[dict[str, Any]]:
    """The coder adds a code to Imogen's chart, marks its words, and ends."""
    said = hospital.table("phi/notes").to_pylist()
    chart = next(row for row in said if row["text"].strip() == TEXT)
    start = chart["text"].index("frozen shoulder")
    span = {"note_id": chart["note_id"], "start": start, "end": start + len("frozen shoulder")}
    common = {"subject_id": str(chart["subject_id"]), "encounter_id": chart["note_id"], "actor": coder}
    digest = next(
        r["notes"] for r in hospital.table("phi/worklist").to_pylist() if r["encounter_id"] == chart["note_id"]
    )
    return [
        {**common, "decision_id": f"{coder}-1", "time": ON.format(at), "action": "add", "system": "ICD-10-CM",
         "code": code, "evidence": [span], "reason": "Imogen Fairweather said so"},
        {**common, "decision_id": f"{coder}-2", "time": ON.format(at + 1), "action": "finish", "note_digest": digest},
    ]  # fmt: skip


def suggested(hospital: Hospital, text: str) -> dict[str, Any]:
    """Code -> row of phi/codes of the chart with the text."""
    unit = next(row["note_id"] for row in hospital.table("phi/notes").to_pylist() if row["text"].strip() == text)
    return {row["code"]: row for row in hospital.table("phi/codes").to_pylist() if row["encounter_id"] == unit}


def test_what_two_coders_add_is_suggested_elsewhere_the_next_night(hospital: Hospital) -> None:
    assert "M75.02" not in suggested(hospital, ALIKE)
    decide(hospital, "a", *acts(hospital, "anna"))
    hospital.night()
    (term,) = hospital.table("terms").to_pylist()
    assert (term["phrase"], term["state"]) == ("frozen shoulder", "shadow")
    assert "M75.02" not in suggested(hospital, ALIKE)
    decide(hospital, "b", *acts(hospital, "bert", at=3))
    hospital.night()
    found = suggested(hospital, ALIKE)["M75.02"]
    (span,) = found["evidence"]
    assert ALIKE[span["start"] : span["end"]] == "frozen shoulder"
    assert hospital.night()["status"] == "unchanged"


def test_labels_name_nobody_and_bad_lines_go_to_quarantine(hospital: Hospital) -> None:
    good = [*acts(hospital, "Imogen Fairweather"), *acts(hospital, "bert", at=3)]
    path = decide(hospital, "a", *good, {**good[0], "decision_id": "x", "subject_id": "12345"})
    path.write_text(path.read_text(encoding="utf-8") + '{"decision_id": "cut', encoding="utf-8")
    os.utime(path, (time.time() - 3600,) * 2)
    manifest = hospital.night()
    (label,) = hospital.table("labels").to_pylist()
    assert label["label"] == "ICD-10-CM//M75.02" and len(set(label["coders"])) == 2
    opened = [name for name in hospital.snapshot.tables() if not name.startswith("phi/")]
    said = " ".join(repr(hospital.table(name).to_pylist()) for name in opened)
    assert "Imogen" not in said and "bert" not in said and "said so" not in said
    assert set(hospital.column("phi/quarantine", "rule")) == {"unknown-patient", "not-json"}
    assert len(hospital.table("phi/decisions")) == 4
    assert manifest["sources"]["decisions"]["rows_in"] == {"decisions": 6}


def test_what_was_decided_once_stands_and_an_addendum_opens_the_chart_again(hospital: Hospital) -> None:
    first = acts(hospital, "anna")
    decide(hospital, "a", *first)
    hospital.night()
    assert set(hospital.column("worklist", "state")) == {"open", "done"}
    late = note("n1", "imogen", TEXT + " Addendum: the film shows no fracture.")
    hospital.fhir("two", {**late, **meta("2030-01-01")})
    decide(hospital, "b", *({**act, "code": "Z99.9"} if act["action"] == "add" else act for act in first))
    hospital.night()
    assert set(hospital.column("phi/worklist", "state")) == {"open", "reopened"}
    assert set(hospital.column("phi/decisions", "code")) == {"M75.02", None}


def test_an_appended_file_is_read_again_and_who_is_forgotten_leaves_it(hospital: Hospital) -> None:
    first = acts(hospital, "anna")
    decide(hospital, "a", *first)
    hospital.night()
    path = decide(hospital, "a", *first, *acts(hospital, "bert", at=3))
    hospital.night()
    assert sorted(hospital.column("phi/decisions", "decision_id")) == ["anna-1", "anna-2", "bert-1", "bert-2"]
    assert hospital.column("terms", "state") == ["active"]
    forgetting.forget(load(hospital.configure()), "nightly", [Asked("imogen")], lambda _: None)
    assert not path.exists()
    hospital.night()
    assert hospital.column("terms", "phrase") == [] and len(hospital.table("phi/decisions")) == 0
    assert hospital.column("phi/quarantine", "rule") == []
