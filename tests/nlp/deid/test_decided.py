"""Decisions through the gate: ids, offsets and pseudonyms; what was typed stays behind."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from contract.errors import PlanError, StageError
from contract.work import Keyed, Stage
from nlp.deid.decided import ReleaseLabels
from runner.plan import _check_gate
from tests.nlp.deid.test_relink import ANN, BOB, OPEN, TEXT, conformed, opened, shard


def act(number: int, action: str, code: str | None = None, **said: Any) -> dict[str, Any]:
    usual = {"subject_id": 11, "encounter_id": "e1", "actor": "anna", "system": "ICD-10-CM" if code else None,
             "reason": "Ann Lee fell", "note_digest": None, "evidence": None, "source": "decisions",
             "arrival": 1}  # fmt: skip
    time = datetime(2026, 1, 1, 10, number)
    return {**usual, "decision_id": f"d{number}", "time": time, "action": action, "code": code, **said}


def labels(*acts: dict[str, Any], key: bytes = b"key", released: pa.Table | None = None) -> list[dict[str, Any]]:
    given = shard()
    notes = [
        {"note_id": opened(ANN, "note", "n1"), "subject_id": 911, "encounter_id": opened(ANN, "Encounter", "e1"),
         "text": OPEN},
        {"note_id": opened(BOB, "note", "n2"), "subject_id": 922, "text": "A note."},
    ]  # fmt: skip
    given["notes"] = conformed("notes", notes) if released is None else released
    given["phi/decisions"] = conformed("phi/decisions", list(acts))
    stage = ReleaseLabels()
    stage.unlock(key)
    made = stage.run(given)
    return made["labels"].to_pylist() if made else []


def span(words: str, note: str = "n1") -> list[dict[str, Any]]:
    start = TEXT.index(words)
    return [{"note_id": note, "start": start, "end": start + len(words), "source": "Ann Lee", "weight": 1.0}]


END = act(9, "finish", note_digest="0123456789abcdef")


def test_it_is_a_second_gate_and_cannot_be_planned_without_saying_so() -> None:
    stage = ReleaseLabels()
    assert isinstance(stage, Stage) and isinstance(stage, Keyed) and stage.releases
    with pytest.raises(PlanError, match="without `releases`"):
        _check_gate("labels", stage.reads, stage.writes, releases=False)
    with pytest.raises(StageError, match="key"):
        stage.run({})


def test_offsets_and_ids_are_those_of_the_released_note() -> None:
    (found,) = labels(act(1, "add", "W19", evidence=span("fell")), END)
    (evidence,) = found["evidence"]
    assert OPEN[evidence["start"] : evidence["end"]] == "fell" and evidence["source"] == "marked"
    assert (found["subject_id"], found["unit_id"]) == (911, opened(ANN, "Encounter", "e1"))
    assert (found["label"], found["notes"]) == ("ICD-10-CM//W19", "0123456789abcdef")


def test_a_span_over_a_name_takes_its_surrogate_and_nothing_typed_passes() -> None:
    (found,) = labels(act(1, "add", "W19", evidence=span("Ann Lee took")), END)
    said = repr(found)
    assert "Ann" not in said and "anna" not in said and "fell" not in said


def test_a_coder_has_one_pseudonym_and_another_under_another_key() -> None:
    both = (act(1, "accept", "W19"), act(2, "reject", "I10"), act(3, "accept", "W19", actor="bert"), END)
    rejected, accepted = sorted(labels(*both), key=lambda row: row["label"], reverse=True)
    assert rejected["label"] == "NOT//ICD-10-CM//I10" and accepted["label"] == "ICD-10-CM//W19"
    assert len(accepted["coders"]) == 2 and set(rejected["coders"]) < set(accepted["coders"])
    assert not set(rejected["coders"]) & set(labels(*both, key=b"other")[0]["coders"])


def test_what_is_even_is_disputed() -> None:
    (found,) = labels(act(1, "accept", "W19"), act(2, "reject", "W19", actor="bert"), END)
    assert found["label"] == "DISPUTED//ICD-10-CM//W19"
    assert len(found["coders"]) == len(found["against"]) == 1


def test_a_note_that_is_its_own_encounter() -> None:
    (found,) = labels(act(1, "add", "I10", subject_id=22, encounter_id="n2"),
                      act(2, "finish", subject_id=22, encounter_id="n2"))  # fmt: skip
    assert found["unit_id"] == opened(BOB, "note", "n2")


def test_spans_of_other_texts_and_encounters_that_did_not_pass_are_left_out() -> None:
    beyond = [{"note_id": "n1", "start": 5, "end": 5000, "source": "x", "weight": 1.0}]
    (found,) = labels(act(1, "add", "W19", evidence=[*beyond, *span("fell", "n2")]), END)
    assert not [each for each in found["evidence"] if each["note_id"] == opened(ANN, "note", "n1")]
    assert labels(act(1, "add", "W19", encounter_id="e7"), act(2, "finish", encounter_id="e7")) == []
    assert labels(act(1, "add", "W19"), END, released=conformed("notes", [])) == []
