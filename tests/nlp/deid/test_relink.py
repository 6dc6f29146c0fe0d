"""Results past the gate and back: what is relinked is what the same stage would have found in the originals."""

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from contract.work import Stage
from nlp.deid.keys import Secret, rekey
from nlp.deid.relink import RESULTS, Relink
from nlp.deid.span import Span
from nlp.deid.surrogates.rewrite import rewrite
from runner.plan import _check_gate
from schemas.registry import match, table

ANN, BOB = Secret(11, 911, b"a" * 16, 5), Secret(22, 922, b"b" * 16, -7)
TEXT = "Seen 3 May: Ann Lee took Lee's Elixir and fell."
SPANS = [Span(5, 10, "DATE", "known"), Span(12, 19, "PATIENT", "known"), Span(25, 28, "PATIENT", "veto")]
OPEN, PLACES = rewrite(TEXT, SPANS, lambda text, label: {"DATE": "7 June"}.get(label, f"{'X' * len(text)}son"))
TIME = datetime(2021, 5, 3, 12)
OTHER = "A note without spans, of another person."


def opened(secret: Secret, kind: str, name: str) -> str:
    return rekey(secret.salt, kind, name)


def evidence(secret: Secret, note: str, start: int, end: int) -> dict[str, Any]:
    return {"note_id": opened(secret, "note", note), "start": start, "end": end, "source": "rule", "weight": 0.5}


def conformed(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    return table(name).conform(pa.Table.from_pylist(rows, schema=None if rows else table(name).schema))


def identities(*secrets: Secret) -> pa.Table:
    columns = ("subject_id", "open_id", "salt", "offset_weeks")
    rows = [
        {**{name: getattr(secret, name) for name in columns}, "ordinal": place, "source": "s", "key": str(place),
         "split": "train", "merged_into": None}
        for place, secret in enumerate(secrets)
    ]  # fmt: skip
    return conformed("phi/identities", rows)


def shard(**changed: pa.Table) -> dict[str, pa.Table]:
    """Ann has a note in an encounter, with identifiers; Bob one that is its own encounter."""
    notes = [
        {"note_id": "n1", "subject_id": 11, "encounter_id": "e1", "text": TEXT},
        {"note_id": "n2", "subject_id": 22, "encounter_id": None, "text": OTHER},
    ]
    released = [
        {"note_id": opened(ANN, "note", "n1"), "subject_id": 911, "text": OPEN},
        {"note_id": opened(BOB, "note", "n2"), "subject_id": 922, "text": OTHER},
    ]
    spans = [
        {"subject_id": 11, "note_id": "n1", "start": s.start, "end": s.end, "label": s.label, "open_start": a,
         "open_end": b, "open_note_id": opened(ANN, "note", "n1")}
        for s, (a, b) in zip(SPANS, PLACES, strict=True)
    ]  # fmt: skip
    timeline = [
        {"subject_id": 11, "time": TIME, "code": "x", "encounter_id": "e0", "fhir_id": "MedicationRequest/m1"},
        {"subject_id": 22, "time": TIME, "code": "x", "encounter_id": None, "fhir_id": "Observation/o1"},
    ]
    made = {
        "phi/identities": identities(ANN, BOB),
        "phi/notes": conformed("phi/notes", notes),
        "notes": conformed("notes", released),
        "phi/spans": conformed("phi/spans", spans),
        "phi/timeline": conformed("phi/timeline", timeline),
        "phi/fhir/Encounter": pa.table({"subject_id": [11], "id": ["e1"], "source": ["s"]}),
        "phi/embeddings": conformed(
            "phi/embeddings",
            [{"subject_id": 22, "study_id": "s1", "image_id": "i", "encoder": "e", "embedding": [0.0]}],
        ),
    }
    return {**made, **{name: table(name).empty() for name in RESULTS}, **changed}


def relinked(name: str, rows: list[dict[str, Any]], **changed: pa.Table) -> list[dict[str, Any]]:
    given = shard(**changed)
    given[name] = conformed(name, rows)
    made = Relink().run(given)
    found: list[dict[str, Any]] = made[f"phi/{name}"].to_pylist()
    return found


def code(secret: Secret, encounter: str, spoken: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {"subject_id": secret.open_id, "encounter_id": encounter, "system": "ICD-10-CM", "code": "W19", "rank": 1,
            "evidence": spoken}  # fmt: skip


def test_it_is_a_stage_that_stays_behind_the_gate() -> None:
    stage = Relink()
    assert isinstance(stage, Stage) and not stage.releases
    assert all(match(name) for name in stage.reads)
    assert all(name.startswith("phi/") for name in stage.writes)
    _check_gate("relink", stage.reads, stage.writes, releases=False)


def test_codes_come_back_with_evidence_where_it_stood() -> None:
    fell = OPEN.index("fell")
    spoken = [evidence(ANN, "n1", fell, fell + 4), evidence(ANN, "n1", PLACES[1][0] + 1, PLACES[1][0] + 2)]
    rows = [code(ANN, opened(ANN, "Encounter", "e1"), spoken), code(BOB, opened(BOB, "note", "n2"), None)]
    ann, bob = relinked("codes", rows)
    assert (ann["subject_id"], ann["encounter_id"], ann["code"]) == (11, "e1", "W19")
    assert [TEXT[e["start"] : e["end"]] for e in ann["evidence"]] == ["fell", "Ann Lee"]
    assert {e["note_id"] for e in ann["evidence"]} == {"n1"} and ann["evidence"][0]["weight"] == 0.5
    assert (bob["subject_id"], bob["encounter_id"], bob["evidence"]) == (22, "n2", None)


def test_words_out_of_a_surrogate_are_read_again() -> None:
    start = OPEN.index("XXXson's Elixir")
    row = {
        "subject_id": 911, "note_id": opened(ANN, "note", "n1"), "finding_id": "f", "kind": "drug",
        "drug": "XXXson's Elixir", "effect": "fell", "evidence": [evidence(ANN, "n1", start, len(OPEN))],
        "linked_event": f"MedicationRequest/{opened(ANN, 'MedicationRequest', 'm1')}",
    }  # fmt: skip
    (found,) = relinked("findings", [row])
    assert (found["drug"], found["effect"]) == ("Lee's Elixir", "fell")
    assert (found["note_id"], found["linked_event"]) == ("n1", "MedicationRequest/m1")
    assert TEXT[found["evidence"][0]["start"] : found["evidence"][0]["end"]] == "Lee's Elixir and fell."


def test_pathology_values_are_read_again() -> None:
    row = {"subject_id": 911, "note_id": opened(ANN, "note", "n1"), "field": "date", "value": "7 June",
           "evidence": [evidence(ANN, "n1", *PLACES[0])]}  # fmt: skip
    (found,) = relinked("pathology", [row])
    assert (found["value"], found["evidence"][0]["start"], found["evidence"][0]["end"]) == ("3 May", 5, 10)


def test_numbers_and_specimens_of_pathology_stand() -> None:
    row = {"subject_id": 911, "note_id": opened(ANN, "note", "n1"), "field": "grade", "value": "7", "specimen": "A",
           "evidence": [evidence(ANN, "n1", 0, len(OPEN))]}  # fmt: skip
    (found,) = relinked("pathology", [row])
    assert (found["value"], found["specimen"], found["note_id"]) == ("7", "A", "n1")
    (account,) = relinked("pathology_account", [{**row, "characters": 5, "fields": 1, "flags": ["cut"]}])
    assert (account["subject_id"], account["note_id"], account["flags"]) == (11, "n1", ["cut"])


@pytest.mark.parametrize(("moved", "weeks"), [(True, 5), (False, 0)])
def test_dates_move_back(moved: bool, weeks: int) -> None:
    row = {"subject_id": 911, "encounter_id": opened(ANN, "Encounter", "e0"), "task": "mortality",
           "prediction_time": TIME + timedelta(weeks=weeks), "probability": 0.25}  # fmt: skip
    made = Relink(moved).run(shard(outcomes=conformed("outcomes", [row])))
    (found,) = made["phi/outcomes"].to_pylist()
    assert (found["prediction_time"], found["encounter_id"], found["subject_id"]) == (TIME, "e0", 11)


@pytest.mark.parametrize(("moved", "weeks"), [(True, 5), (False, 0)])
def test_onsets_of_findings_move_back_and_their_account_comes_with_them(moved: bool, weeks: int) -> None:
    at = {"subject_id": 911, "note_id": opened(ANN, "note", "n1"), "kind": "adverse_event"}
    rows = [
        {**at, "finding_id": "a", "onset": TIME + timedelta(weeks=weeks), "flags": ["onset-from-note"], "notes": 2},
        {**at, "finding_id": "b", "onset": None, "linked_event": "MedicationRequest/nobody-knows"},
    ]
    account = {"subject_id": 911, "notes": 1, "notes_read": 1, "characters": 9, "courses": 0, "findings": 2}
    tables = {"findings": conformed("findings", rows), "findings_account": conformed("findings_account", [account])}
    made = Relink(moved).run(shard(**tables))
    first, second = made["phi/findings"].to_pylist()
    assert (first["onset"], first["flags"], first["notes"], first["subject_id"]) == (TIME, ["onset-from-note"], 2, 11)
    assert (second["onset"], second["linked_event"]) == (None, None)
    assert made["phi/findings_account"].to_pylist()[0]["subject_id"] == 11


def test_reports_come_back_to_their_study_its_time_and_its_prior() -> None:
    images = [
        {"subject_id": 22, "study_id": name, "image_id": "i", "encoder": "e", "embedding": [0.0]}
        for name in ("s0", "s1")
    ]
    said = {"text": "Clear again.", "finding": "opacity", "state": "unchanged", "score": 0.5, "source": "template"}
    priors = (opened(BOB, "ImagingStudy", "s0"), "a study that nobody knows", None)
    row = {
        "subject_id": 922, "study_id": opened(BOB, "ImagingStudy", "s1"), "text": "Clear again.",
        "time": TIME + timedelta(weeks=-7), "sentences": [{**said, "prior_study_id": each} for each in priors],
    }  # fmt: skip
    (found,) = relinked("reports", [row], **{"phi/embeddings": conformed("phi/embeddings", images)})
    assert (found["subject_id"], found["study_id"], found["text"]) == (22, "s1", "Clear again.")
    assert found["time"] == TIME
    assert [each["prior_study_id"] for each in found["sentences"]] == ["s0", None, None]
    assert found["sentences"][0] == {**said, "prior_study_id": "s0"}


def test_the_account_of_reports_comes_back_with_its_counts() -> None:
    images = [{"subject_id": 22, "study_id": "s1", "image_id": "i", "encoder": "e", "embedding": [0.0]}]
    row = {"subject_id": 922, "study_id": opened(BOB, "ImagingStudy", "s1"), "images": 2, "images_read": 1,
           "sentences": 3}  # fmt: skip
    (found,) = relinked("reports_account", [row], **{"phi/embeddings": conformed("phi/embeddings", images)})
    assert (found["subject_id"], found["study_id"], found["sentences"]) == (22, "s1", 3)


def test_what_leads_nowhere_is_left_out() -> None:
    rows = [
        code(ANN, opened(ANN, "Encounter", "e1"), [evidence(ANN, "gone", 0, 3), evidence(ANN, "n1", 0, 4)]),
        code(ANN, opened(ANN, "Encounter", "gone"), None),
        code(Secret(33, 933, b"c" * 16), opened(ANN, "Encounter", "e1"), None),
        {**code(ANN, "", None), "encounter_id": None},
    ]
    found = relinked("codes", rows)
    assert [row["encounter_id"] for row in found] == ["e1", None]
    assert [e["note_id"] for e in found[0]["evidence"]] == ["n1"]


def test_an_erased_person_cannot_be_relinked() -> None:
    rows = [code(ANN, opened(ANN, "Encounter", "e1"), None), code(BOB, opened(BOB, "note", "n2"), None)]
    found = relinked("codes", rows, **{"phi/identities": identities(BOB)})
    assert [row["subject_id"] for row in found] == [22]


def test_ids_that_two_sources_share_are_found() -> None:
    merged = identities(ANN, BOB, Secret(33, 933, b"c" * 16)).to_pylist()
    merged[2].update(source="other", merged_into=11)
    rows = [code(ANN, opened(ANN, "Encounter", "other/e1"), None)]
    found = relinked("codes", rows, **{"phi/identities": conformed("phi/identities", merged)})
    assert [row["encounter_id"] for row in found] == ["e1"]


def test_rows_of_no_patient_and_nothing_at_all() -> None:
    assert Relink().run({"phi/fhir/Encounter": pa.table({})}) == {}
    assert Relink().run(shard()) == {}
