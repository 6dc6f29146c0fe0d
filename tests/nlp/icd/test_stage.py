"""Codes of encounters: what stands in `codes` and in `codes_account`, and what bad notes do."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contract.errors import ConfigError, InputError
from contract.work import Shard
from nlp.icd.stage import SuggestCodes
from schemas.clinical import OPEN_NOTES

FAILURE = "Admitted with heart failure and a history of diabetes, seen in the ward by the team."
PNEUMONIA = "The chest radiograph showed pneumonia; pneumonia was treated with antibiotics and the patient went home."


def notes(*rows: dict[str, Any]) -> Shard:
    said = [{"note_id": f"n{k}", "subject_id": 1, "encounter_id": "e1", **row} for k, row in enumerate(rows)]
    return {"notes": OPEN_NOTES.conform(pa.Table.from_pylist(said))}


def ran(coder: Path, shard: Shard, **parameters: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    stage = SuggestCodes(str(coder), **parameters)
    stage.open()
    made = stage.run(shard)
    return made["codes"].to_pylist(), made["codes_account"].to_pylist()


def shown(codes: Sequence[dict[str, Any]]) -> list[tuple[str, str, int, str]]:
    return [(c["system"], c["code"], c["rank"], c["band"]) for c in codes if c["band"] != "hidden"]


def test_an_encounters_notes_are_coded_together(coder: Path) -> None:
    codes, account = ran(coder, notes({"text": FAILURE}, {"text": PNEUMONIA, "kind": "discharge"}))
    assert shown(codes) == [
        ("ICD-10-CM", "J18.9", 1, "pre-accept"), ("ICD-10-CM", "E11.9", 2, "review"),
        ("ICD-10-CM", "I50.9", 3, "review"), ("ICD-10-PCS", "BW03ZZZ", 1, "review"),
    ]  # fmt: skip
    spans = [(e["note_id"], PNEUMONIA[e["start"] : e["end"]]) for e in codes[0]["evidence"]]
    assert spans == [("n1", "pneumonia")] * 2
    assert {c["artifact"] for c in codes} == {account[0]["artifact"]} and codes[0]["artifact"].startswith("coder-")
    assert account[0] | {"artifact": ""} == {
        "subject_id": 1, "encounter_id": "e1", "notes": 2, "notes_read": 2, "characters": len(FAILURE + PNEUMONIA),
        "languages": ["en"], "setting": None, "pre_accept": 1, "review": 3, "hidden": 1, "flags": [], "artifact": "",
    }  # fmt: skip


def test_a_note_without_encounter_is_its_own(coder: Path) -> None:
    _, account = ran(coder, notes({"text": FAILURE, "encounter_id": None}, {"text": PNEUMONIA, "encounter_id": None}))
    assert [row["encounter_id"] for row in account] == ["n0", "n1"]


def test_two_persons_may_name_an_encounter_alike(coder: Path) -> None:
    _, account = ran(coder, notes({"text": FAILURE}, {"text": PNEUMONIA, "subject_id": 2}))
    assert [(row["subject_id"], row["notes"]) for row in account] == [(1, 1), (2, 1)]


def test_who_and_where_the_person_was(coder: Path) -> None:
    shard = {
        **notes({"text": FAILURE}),
        "fhir/Encounter": pa.Table.from_pylist(
            [{"subject_id": 1, "id": "e1", "class": {"code": "IMP"}, "period": {"start": "2020-03-01T08:00:00Z"}}]
        ),
        "fhir/Patient": pa.Table.from_pylist([{"subject_id": 1, "gender": "female", "birthDate": "1950-06"}]),
    }
    assert ran(coder, shard)[1][0]["setting"] == "inpatient"


def test_copied_forward_text_counts_once(coder: Path) -> None:
    text = "Chronic gout of the left foot was seen in the clinic as before, nothing else is new."
    codes, account = ran(coder, notes({"text": text}, {"text": f"Day 2.\n{text}\nNo news."}, {"text": text}))
    assert [(c["band"], len(c["evidence"])) for c in codes if c["code"] == "M10.9"] == [("review", 1)]
    assert account[0]["flags"] == ["copied-text"] and account[0]["notes"] == 3


def test_offsets_are_those_of_the_note_where_copies_were_left_out(coder: Path) -> None:
    second = f"Progress:\n{FAILURE}\nNow also gout."
    codes, _ = ran(coder, notes({"text": FAILURE}, {"text": second}))
    (evidence,) = next(c["evidence"] for c in codes if c["code"] == "M10.9")
    assert second[evidence["start"] : evidence["end"]] == "gout" and evidence["note_id"] == "n1"


@pytest.mark.parametrize(("text", "flag"), [("", "no-text"), (None, "no-text"), ("  \n ", "no-text")])
def test_an_empty_note_is_said(coder: Path, text: str | None, flag: str) -> None:
    codes, account = ran(coder, notes({"text": text}))
    assert codes == [] and account[0]["flags"] == [flag] and account[0]["notes_read"] == 0


def test_another_language_gets_no_suggestions(coder: Path) -> None:
    french = "Le patient est venu pour une pneumonia et une diabetes dans le service de la clinique avec des douleurs. "
    codes, account = ran(coder, notes({"text": french * 3}))
    assert codes == [] and account[0]["flags"] == ["language-unsupported"] and account[0]["languages"] == []
    codes, account = ran(coder, notes({"text": french * 3}, {"text": PNEUMONIA}))
    assert shown(codes)[0][1] == "J18.9" and account[0]["flags"] == ["language-unsupported"]


def test_a_hundred_pages_are_cut_and_it_is_said(coder: Path) -> None:
    pages = "\n".join(f"Line {k} of a note that goes on and on, page by page, without an end." for k in range(6000))
    codes, account = ran(coder, notes({"text": f"{pages}\n{PNEUMONIA}"}), most_characters=20_000)
    assert account[0]["flags"] == ["notes-cut"] and account[0]["characters"] <= 20_001
    assert shown(codes)[0][1] == "J18.9"


def test_nothing_found_is_said(coder: Path) -> None:
    codes, account = ran(coder, notes({"text": "The patient is well and has nothing to tell us about today."}))
    assert shown(codes) == [] and account[0]["flags"] == ["nothing-found"]


def test_limit_and_hidden(coder: Path) -> None:
    shard = notes({"text": FAILURE}, {"text": PNEUMONIA})
    assert len(ran(coder, shard, limit=1)[0]) == 2
    assert {c["band"] for c in ran(coder, shard, hidden=False)[0]} == {"pre-accept", "review"}


def test_a_sites_least_scores_lower_bands_and_never_raise_them(coder: Path) -> None:
    shard = notes({"text": FAILURE}, {"text": PNEUMONIA})
    assert {c[3] for c in shown(ran(coder, shard, pre_accept=0.95)[0])} == {"review"}
    assert [c[1] for c in shown(ran(coder, shard, review=0.6)[0])] == ["J18.9"]
    assert shown(ran(coder, shard, pre_accept=0.01)[0]) == shown(ran(coder, shard)[0])


def test_no_notes_no_rows(coder: Path) -> None:
    stage = SuggestCodes(str(coder))
    assert stage.run({"notes": OPEN_NOTES.empty()}) == {} and stage.run({}) == {}


def test_the_version_follows_the_artifact(coder: Path) -> None:
    before = SuggestCodes(str(coder)).version
    (coder / "digest").write_text("0123456789abcdef\n")
    assert SuggestCodes(str(coder)).version != before
    with pytest.raises(InputError, match="another digest"):
        SuggestCodes(str(coder)).open()


def test_an_artifact_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="chartloom train"):
        _ = SuggestCodes(str(tmp_path / "nowhere")).version


def test_without_a_shipped_artifact_the_night_goes_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.icd.artifact.SHIPPED", tmp_path / "nowhere")
    stage = SuggestCodes()
    assert "no-artifact" in stage.version
    made = stage.run(notes({"text": PNEUMONIA}))
    assert not len(made["codes"]) and made["codes_account"]["flags"].to_pylist() == [["no-artifact"]]
    with pytest.raises(InputError, match="chartloom train"):
        _ = SuggestCodes(require=True).version


def test_limits_must_make_sense() -> None:
    with pytest.raises(ConfigError, match="from 1"):
        SuggestCodes(limit=0)
    with pytest.raises(ConfigError, match="from 0 to 1"):
        SuggestCodes(review=2)
