"""Which report is of which study: by name where the record says so, else by encounter and time."""

from datetime import datetime

import pyarrow as pa

from imaging.pairs import studies_of, texts
from imaging.studies import read
from schemas.registry import table
from tests.imaging.test_studies import embeddings


def at(hour: int) -> datetime:
    return datetime(2020, 1, 1, hour)


STUDIES = read(embeddings((1, "s1", "1", at(8), [1.0]), (1, "s2", "1", at(12), [1.0]), (2, "s3", "1", at(8), [1.0])))


def timeline(*rows: tuple[str, str, datetime, str, str | None]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {"subject_id": 1, "code": code, "fhir_id": of, "time": time, "encounter_id": stay, "text_value": text}
            for code, of, time, stay, text in rows
        ],
        schema=table("timeline").schema,
    )


TIMELINE = timeline(
    ("IMAGING//CR", "ImagingStudy/s1", at(8), "e1", None),
    ("IMAGING//CR", "ImagingStudy/s2", at(12), "e1", None),
    ("IMAGING//CR", "ImagingStudy/s3", at(8), "e2", None),
    ("NOTE//radiology", "DiagnosticReport/r1", at(20), "e9", "n9"),
)


def notes(*rows: tuple[str, str, datetime, str]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {"note_id": name, "subject_id": 1, "encounter_id": stay, "time": time, "kind": kind, "text": name}
            for name, stay, time, kind in rows
        ],
        schema=table("notes").schema,
    )


def test_a_note_is_of_the_last_study_before_it() -> None:
    written = notes(("n1", "e1", at(9), "radiology"), ("n2", "e1", at(13), "radiology"))
    assert texts(STUDIES, written, TIMELINE) == ["n1", "n2", ""]


def test_one_note_is_never_of_two_studies() -> None:
    assert texts(STUDIES, notes(("n", "e1", at(13), "radiology")), TIMELINE) == ["", "n", ""]


def test_the_first_of_two_notes_is_the_report() -> None:
    written = notes(("late", "e2", at(15), "radiology"), ("soon", "e2", at(9), "radiology"))
    assert texts(STUDIES, written, TIMELINE) == ["", "", "soon"]


def test_notes_of_other_kinds_stays_and_times_are_none() -> None:
    written = notes(
        ("kind", "e2", at(9), "progress"), ("stay", "e3", at(9), "radiology"), ("before", "e2", at(7), "radiology")
    )
    assert texts(STUDIES, written, TIMELINE) == ["", "", ""]


def test_a_diagnostic_report_that_names_its_study_counts_most() -> None:
    reports = pa.table({"id": ["r1"], "imagingStudy": [[{"reference": "ImagingStudy/s3"}]]})
    written = notes(("n9", "e9", at(20), "radiology"), ("soon", "e2", at(9), "radiology"))
    assert texts(STUDIES, written, TIMELINE, reports) == ["", "", "n9"]


def test_a_study_of_two_modalities_is_one() -> None:
    twice = timeline(
        ("IMAGING//PT", "ImagingStudy/s1", at(8), "e1", None), ("IMAGING//CT", "ImagingStudy/s1", at(8), "e1", None)
    )
    assert studies_of(twice).to_pylist() == [
        {"subject_id": 1, "study_id": "s1", "time": at(8), "encounter_id": "e1", "modality": "CT"}
    ]
