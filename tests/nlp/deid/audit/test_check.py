"""The audit of a night: what is withheld, what fails it, what is no leak."""

from contract.work import Check, Reviewing, Summary, Verdict
from nlp.deid.audit.check import LeakAudit
from nlp.deid.audit.digests import KnownDigests
from tests.nlp.deid.audit.lake import ANNA, BORIS, rows, shard, whole

AUDIT = LeakAudit()


def judged(*notes: tuple[int, str], audit: LeakAudit = AUDIT, **tables: object) -> Verdict:
    return audit.verdict([audit.partial(shard(*notes, **tables)), whole(audit)])  # type: ignore[arg-type]


def names(verdict: Verdict) -> list[tuple[str, str]]:
    return sorted((row.table, row.note_id) for row in verdict.withheld)


def test_it_is_a_check_that_draws_a_sheet_and_its_digests_are_a_summary() -> None:
    assert isinstance(AUDIT, Check)
    assert isinstance(AUDIT, Reviewing)
    assert isinstance(KnownDigests(), Summary)


def test_clean_notes_pass() -> None:
    verdict = judged(
        (ANNA, "Seen by Dr. Smith on 03/04/2020, BP 120/80, MRN 8812345, call 212-555-0199."), (BORIS, "Well.")
    )
    assert (verdict.passed, verdict.withheld) == (True, ())


def test_a_note_that_names_its_person_is_withheld() -> None:
    verdict = judged((ANNA, "Well."), (ANNA, "T u l i p o v a came back"))
    assert verdict.passed
    assert names(verdict) == [("notes", "n1")]
    assert [row.phi_subject_id for row in verdict.withheld] == [ANNA]


def test_a_name_of_somebody_else_is_no_leak_but_of_the_household_the_whole_name_is() -> None:
    assert names(judged((BORIS, "Mrs. Tulipova called."))) == []
    assert names(judged((BORIS, "Annabeth Tulipova called."))) == [("notes", "n0")]


def test_a_number_of_somebody_else_is_a_leak_in_any_disguise() -> None:
    said = [
        "77 41 902",
        "7-7-4-1-9-0-2",
        "seven seven four one nine zero two",
        "2091477",
        "Nzc0MTkwMg==",
        "７７４１９０２",
    ]
    texts = [(BORIS, f"the chart {text} was read") for text in said]
    assert [note for _, note in names(judged(*texts))] == [f"n{k}" for k in range(len(said))]


def test_a_contact_of_somebody_else_is_a_leak() -> None:
    said = ["tulip.anna@example.org", "tulip dot anna at example dot org", "+1 617 555 0143", "617555 0143"]
    assert len(judged(*[(BORIS, f"write to {text} soon") for text in said]).withheld) == len(said)


def test_a_whole_name_with_birth_date_of_somebody_else_is_a_leak() -> None:
    said = [
        "Annabeth Tulipova, born 28 February 1950",
        "TULIPOVA, ANNABETH (02/28/1950)",
        "born 02/28/1951 Annabeth Tulipov",
    ]
    assert [note for _, note in names(judged(*[(BORIS, text) for text in said]))] == ["n0", "n1"]


def test_what_stands_where_a_surrogate_was_put_is_no_number_of_somebody_else() -> None:
    open_note = shard((BORIS, "MRN 7741902"))["notes"]["note_id"][0].as_py()
    span = {"subject_id": BORIS, "note_id": "n0", "start": 4, "end": 9, "label": "MRN", "open_note_id": open_note,
            "open_start": 4, "open_end": 11}  # fmt: skip
    assert names(judged((BORIS, "MRN 7741902"))) == [("notes", "n0")]
    assert names(judged((BORIS, "MRN 7741902"), phi_spans=rows("phi/spans", [span]))) == []


def test_rows_of_fhir_and_timeline_are_withheld_one_by_one() -> None:
    patients = [
        {"id": "x", "subject_id": ANNA + 100, "name": [{"family": "Tulipova"}]},
        {"id": "y", "subject_id": BORIS + 100},
    ]
    events = [
        {"subject_id": BORIS + 100, "code": "LOINC//1234-5", "text_value": "see 7741902"},
        {"subject_id": BORIS + 100, "code": "RXNORM//7741902", "text_value": "fine"},
    ]
    verdict = judged(fhir_Patient=rows("fhir/Patient", patients), timeline=rows("timeline", events))
    found = sorted((row.table, row.column, row.value, row.subject_id) for row in verdict.withheld)
    assert found == [("fhir/Patient", "id", "x", ANNA + 100), ("timeline", "text_value", "see 7741902", BORIS + 100)]


def test_name_and_birth_date_in_columns_of_one_row_are_read_together() -> None:
    row = {
        "id": "y",
        "subject_id": BORIS + 100,
        "birthDate": "1950-02-28",
        "name": [{"family": "Tulipova", "given": ["Annabeth"]}],
    }
    assert [r.value for r in judged(fhir_Patient=rows("fhir/Patient", [row])).withheld] == ["y"]


def test_the_meaning_of_a_code_is_withheld_and_a_leaking_manifest_fails_the_night() -> None:
    codes = rows(
        "timeline_codes", [{"code": "L//1", "description": "MRN 7741902"}, {"code": "L//2", "description": "Sodium"}]
    )
    verdict = AUDIT.verdict([AUDIT.partial(shard()), whole(AUDIT, codes=codes)])
    assert [(row.table, row.value) for row in verdict.withheld] == [("timeline_codes", "L//1")]
    assert not AUDIT.verdict([whole(AUDIT, manifest={"notes": ["617-555-0143"]})]).passed
    assert AUDIT.verdict([whole(AUDIT, manifest={"rows": 7741902})]).passed


def test_metadata_of_a_file_fails_the_night() -> None:
    marked = rows("fhir/Patient", [{"id": "y", "subject_id": BORIS + 100}]).replace_schema_metadata(
        {"by": "call 617-555-0143"}
    )
    assert not judged(fhir_Patient=marked).passed


def test_a_canary_fails_the_night_wherever_it_stands() -> None:
    audit = LeakAudit(canaries=["Zephyrine Quillbottom", "99-CAN-4471"])
    assert not judged((BORIS, "seen with quillbottom"), audit=audit).passed
    assert not judged((BORIS, "ref 99 can 4471"), audit=audit).passed
    assert judged((BORIS, "seen"), audit=audit).passed


def test_too_many_leaks_fail_the_night() -> None:
    leaks = [(ANNA, "Tulipova")] * 3 + [(ANNA, "Well.")] * 7
    assert judged(*leaks, audit=LeakAudit(few=3)).passed
    assert not judged(*leaks, audit=LeakAudit(few=2, max_share=0.2)).passed
    assert judged(*leaks, audit=LeakAudit(few=2, max_share=0.3)).passed


def test_where_nobodys_identifiers_are_known_the_night_fails() -> None:
    verdict = AUDIT.verdict([AUDIT.partial(shard((ANNA, "Well.")))])
    assert not verdict.passed
    assert "KnownDigests" in verdict.lines[0]


def test_of_a_crowded_length_only_numbers_behind_a_label_count() -> None:
    audit = LeakAudit(max_density=1e-9)
    found = names(judged((BORIS, "platelets 7741902"), (BORIS, "MRN: 7741902"), audit=audit))
    assert found == [("notes", "n1")]


def test_nothing_that_was_found_stands_in_lines_or_reprs() -> None:
    verdict = judged(
        (ANNA, "Tulipova"), timeline=rows("timeline", [{"subject_id": 102, "code": "A", "text_value": "7741902"}])
    )
    said = repr(verdict).lower()
    assert "tulip" not in said
    assert "7741902" not in said
