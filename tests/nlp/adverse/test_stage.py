"""Notes and timelines to rows of `findings` and `findings_account`."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contract.errors import ConfigError, InputError
from contract.work import Shard
from nlp.adverse.artifact import Kit
from nlp.adverse.chart.patients import several
from nlp.adverse.stage import FindAdverse
from schemas.clinical import OPEN_NOTES, OPEN_TIMELINE
from tests.nlp.adverse.chart.stand_in import Pairs, Terms

T0 = datetime(2024, 3, 15, 12)


def at(days: float) -> datetime:
    return T0 + timedelta(days=days)


def note(text: str, days: float | None = 0, name: str = "", **more: Any) -> dict[str, Any]:
    time = None if days is None else at(days)
    return {"note_id": name or f"n{days}", "subject_id": 1, "time": time, "language": "en", "text": text, **more}


def event(code: str, days: float, fhir_id: str = "", **more: Any) -> dict[str, Any]:
    return {"subject_id": 1, "time": at(days), "code": code, "fhir_id": fhir_id or f"X/{code}{days}", **more}


def shard(notes: list[dict[str, Any]], timeline: list[dict[str, Any]] | None = None) -> Shard:
    made = {"notes": pa.Table.from_pylist(notes, schema=OPEN_NOTES.schema)}
    if timeline is not None:
        made["timeline"] = pa.Table.from_pylist(timeline, schema=OPEN_TIMELINE.schema)
    return made


def ran(given: Shard, miner: Pairs | None = None, **parameters: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = both(given, miner, **parameters)["findings"].to_pylist()
    return rows


def both(given: Shard, miner: Pairs | None = None, **parameters: Any) -> Shard:
    stage = FindAdverse(**{"events": (), **parameters})
    stage.__dict__["_kit"] = Kit("stand-in", Terms(), [miner or Pairs()])
    return stage.run(given)


LISINOPRIL = event("RXNORM//314076//ORDER", -20, "MedicationRequest/m1")


def test_a_finding_has_its_drug_its_effect_and_its_evidence() -> None:
    (row,) = ran(shard([note("Developed cough on lisinopril.")], [LISINOPRIL]))
    assert (row["kind"], row["drug"], row["effect"], row["assertion"]) == (
        "adverse_event", "lisinopril", "cough", "present",
    )  # fmt: skip
    assert (row["drug_code"], row["code"], row["linked_event"]) == (
        "RxNorm//lisinopril", "ICD-10-CM//R05.9", "MedicationRequest/m1",
    )  # fmt: skip
    assert [(e["start"], e["end"], e["source"]) for e in row["evidence"]] == [(19, 29, "drug"), (10, 15, "effect")]
    assert (row["onset"], row["flags"], row["notes"], row["artifact"]) == (T0, ["onset-from-note"], 1, "stand-in")


@pytest.mark.parametrize(
    ("text", "kind", "flags"),
    [
        ("No cough on lisinopril.", "negated", []),
        ("He had a rash from amoxicillin as a child.", "historical", []),
        ("Stop lisinopril if cough develops.", "hypothetical", []),
        ("His mother had a rash from amoxicillin.", "other_person", []),
        ("Allergies: amoxicillin (hives).", "allergy", []),
        ("Takes lisinopril for hypertension.", "negated", ["indication"]),
        ("Hypertension treated with lisinopril.", "negated", ["indication"]),
        ("Cough, not due to lisinopril.", "negated", ["cause-denied"]),
        ("Cough, so lisinopril was stopped.", "present", []),
        ("No longer takes lisinopril because of cough.", "present", []),
    ],
)
def test_what_is_said_of_a_pair(text: str, kind: str, flags: list[str]) -> None:
    (row,) = ran(shard([note(text)], [LISINOPRIL, event("RXNORM//308191//ORDER", -20)]))
    assert row["assertion"] == kind
    assert [flag for flag in row["flags"] if not flag.startswith("onset")] == flags


@pytest.mark.parametrize(
    ("timeline", "flag"),
    [
        (None, "no-timeline"),
        ([event("RXNORM//197361//ORDER", -20)], "drug-never-given"),
        ([event("RXNORM//314076//ORDER", 20)], "effect-before-drug"),
        ([event("RXNORM//314076//ORDER", -500, "a"), event("RXNORM//314076//ORDER//END", -400, "a")],
         "drug-stopped-long-before"),
        ([event("RXNORM//999999//ORDER", -20)], "exposures-unread"),
    ],
)  # fmt: skip
def test_contradictions_are_named_and_cost_score(timeline: list[dict[str, Any]] | None, flag: str) -> None:
    (row,) = ran(shard([note("Developed cough on lisinopril.")], timeline))
    assert flag in row["flags"] and row["assertion"] == "present"
    assert (row["score"] < 0.6) == (flag not in ("no-timeline", "exposures-unread"))


def test_a_drug_never_given_is_no_contradiction_of_a_denial() -> None:
    (row,) = ran(shard([note("No cough on lisinopril.")], [event("RXNORM//197361//ORDER", -20)]))
    assert row["flags"] == []


def test_one_episode_of_many_notes() -> None:
    text = "Developed cough on lisinopril."
    notes = [note(text), note("Cough on lisinopril again today.", 10), note("History of cough on lisinopril.", 300)]
    (row,) = ran(shard(notes, [LISINOPRIL]))
    assert (row["note_id"], row["notes"], row["assertion"], row["onset"]) == ("n0", 3, "present", T0)


def test_a_gap_or_the_drug_begun_again_makes_a_new_episode() -> None:
    notes = [note("Developed cough on lisinopril."), note("Developed cough on lisinopril, second time.", 200)]
    assert len(ran(shard(notes, [LISINOPRIL]))) == 2
    assert len(ran(shard(notes, [LISINOPRIL]), gap_days=300)) == 1
    again = [event("RXNORM//314076//ORDER//END", 5, "MedicationRequest/m1"), event("RXNORM//314076//ORDER", 50, "b")]
    soon = [note("Developed cough on lisinopril."), note("Cough with lisinopril once more.", 60)]
    assert len(ran(shard(soon, [LISINOPRIL, *again]))) == 2
    assert len(ran(shard(soon, [LISINOPRIL]))) == 1


def test_a_note_copied_forward_counts_once() -> None:
    body = "Seen on the ward today in good spirits.\nDeveloped cough on lisinopril last evening after dinner.\n"
    notes = [note(body + "Plan: rest."), note(body + "Plan: home.", 1), note(body + "Nothing new.", 200)]
    (row,) = ran(shard(notes, [LISINOPRIL]))
    assert (row["notes"], row["note_id"]) == (1, "n0")


def test_names_stand_when_later_notes_arrive() -> None:
    first = [note("Developed cough on lisinopril.")]
    more = [*first, note("Cough from lisinopril has gone.", 3), note("No rash on lisinopril.", 4)]
    before, after = ran(shard(first, [LISINOPRIL])), ran(shard(more, [LISINOPRIL]))
    assert {(r["note_id"], r["finding_id"]) for r in before} < {(r["note_id"], r["finding_id"]) for r in after}


@pytest.mark.parametrize(
    ("text", "onset"),
    [
        ("Developed cough on 03/12/2024 while on lisinopril.", at(-3)),
        ("Lisinopril was started on 02/25/2024. Cough since March 3.", None),
        ("On lisinopril since 02/25/2024, developed cough 3 days ago.", at(-3)),
        ("Started lisinopril on 03/01/2024 and noted cough on 03/05/2024.", at(-10)),
        ("Cough began 5 days after starting lisinopril.", at(-15)),
        ("Cough due to lisinopril since 03/03/2024.", at(-12)),
        ("Cough from lisinopril. The cough began on 03/03/2024.", at(-12)),
        ("Symptoms began on 03/03/2024. Cough from lisinopril.", at(-12)),
        ("Cough for two weeks, on lisinopril.", at(-14)),
        ("Desde ayer exantema por amoxicilina.", at(-1)),
    ],
)
def test_onset_is_read_beside_the_effect(text: str, onset: datetime | None) -> None:
    language = "es" if "exantema" in text else "en"
    rows = ran(shard([note(text, language=language)], [LISINOPRIL, event("RXNORM//308191//ORDER", -9)]))
    found = [row["onset"] for row in rows]
    assert found == ([onset.replace(hour=0)] if onset else [])


def test_a_laboratory_value_dates_what_a_note_tells() -> None:
    low = event("LOINC//2823-3", -2, canonical_value=2.9, canonical_unit="mmol/L")
    high = event("LOINC//2823-3", -5, canonical_value=4.2, canonical_unit="mmol/L")
    (row,) = ran(shard([note("Hypokalemia due to lisinopril.")], [LISINOPRIL, high, low]))
    assert (row["onset"], row["flags"]) == (at(-2), ["onset-from-timeline"])


def test_bad_input_is_said_and_does_not_break() -> None:
    notes = [
        note("Cough from lisinopril.", None, "timeless"),
        note("", 1), note("   \n", 2),
        note("Husten.", 3, language="de"),
        note("Cough from lisinoprill.", 4, language=None),
        note("word " * 5000 + "cough from lisinopril", 5),
        note("Patient 1: cough from lisinopril.\nPatient 2: well.\n", 6, subject_id=2),
        note("Rash from newdrug.", 7),
    ]  # fmt: skip
    made = both(shard(notes, [LISINOPRIL]))
    rows = {(r["subject_id"], r["drug"].lower()): r for r in made["findings"].to_pylist()}
    assert set(rows[(2, "lisinopril")]["flags"]) >= {"several-patients", "no-timeline"}
    assert "drug-unknown" in rows[(1, "newdrug")]["flags"]
    account = {r["subject_id"]: r for r in made["findings_account"].to_pylist()}
    assert (account[1]["notes"], account[1]["notes_read"]) == (5, 4)
    assert account[1]["flags"] == ["other-language", "note-time-unknown"]


def test_a_pair_that_is_not_believed_is_no_finding() -> None:
    assert ran(shard([note("Cough on lisinopril.")]), Pairs(0.3)) == []


def test_the_same_text_is_mined_once() -> None:
    miner = Pairs()
    ran(shard([note("Cough.", 1), note("Cough.", 2)]), miner)
    assert miner.texts == ["Cough."]


def test_parameters_and_artifacts_are_checked(tmp_path: Path) -> None:
    for wrong in ({"gap_days": 0}, {"least": 2.0}, {"window_days": -1}):
        with pytest.raises(ConfigError):
            FindAdverse(**wrong)
    with pytest.raises(InputError, match="no trained artifact"):
        FindAdverse(artifact=str(tmp_path)).open()
    with pytest.raises(InputError, match="not a folder"):
        FindAdverse(tables=str(tmp_path / "none")).open()


def test_without_an_artifact_terms_alone_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.adverse.stage.SHIPPED", tmp_path)
    assert FindAdverse().version.startswith("1-terms-")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Previously had cough on lisinopril, now on losartan.", "historical"),
        ("Cough on lisinopril some years back.", "historical"),
        ("Cough with lisinopril during an earlier admission.", "historical"),
        ("Cough on lisinopril in 2015.", "historical"),
        ("Had cough on lisinopril before and has developed it again.", "present"),
        ("Told about the possibility of cough with lisinopril.", "hypothetical"),
        ("Side effects of lisinopril: cough.", "hypothetical"),
        ("Cough is a known side effect of lisinopril.", "hypothetical"),
        ("Lisinopril may cause cough.", "hypothetical"),
        ("Advised to stop lisinopril because of cough.", "present"),
        ("Counselled about diet. Has cough due to lisinopril.", "present"),
        ("Intolerant of lisinopril because of cough.", "present"),
        ("Allergies: amoxicillin (hives).", "allergy"),
        ("Riesgo de exantema por amoxicilina.", "hypothetical"),
    ],
)
def test_what_the_sentence_says_beside(text: str, kind: str) -> None:
    rows = ran(shard([note(text, language="es" if "Riesgo" in text else "en")], [LISINOPRIL]))
    assert [row["assertion"] for row in rows] == [kind]


@pytest.mark.parametrize("end", [datetime.min, datetime.max])
def test_ends_of_all_time_stop_nobody(end: datetime) -> None:
    """Hospitals write 9999-12-31 where nothing has ended."""
    orders = [LISINOPRIL, {**event("RXNORM//314076//ORDER//END", 0, "MedicationRequest/m1"), "time": end}]
    again = event("RXNORM//314076//ORDER", -5, "MedicationRequest/m2")
    assert ran(shard([note("Developed cough on lisinopril.")], [*orders, again]))
    assert ran(shard([{**note("Cough on lisinopril since March 3, 2024, or 12/31."), "time": end}], [LISINOPRIL]))


def test_a_person_is_read_alike_alone_and_beside_others() -> None:
    """The same words under another language are another text."""
    french, english = (
        note("Developed cough on lisinopril.", 0, name, subject_id=at, language=language)
        for at, (name, language) in enumerate((("a", "fr"), ("b", "en")), 1)
    )
    alone = [row for one in (french, english) for row in ran(shard([one]))]
    assert ran(shard([french, english])) == alone and [row["subject_id"] for row in alone] == [2]


def test_a_sentence_without_end_does_not_crawl() -> None:
    """Dates of a sentence are held against what stands near them, not against all of it."""
    text = "lisinopril cough amoxicillin rash on 03/12/2024 since " * 100
    assert len(FindAdverse(events=()).run(shard([note(text)], [LISINOPRIL]))["findings"])


def test_blank_lines_without_end_do_not_crawl() -> None:
    assert not several("patient 1: a" + "\n \t\r" * 50_000) and several("Patient 1: a\n  \n- Patient 2: b")
