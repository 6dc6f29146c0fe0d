"""Which report is of which study: as DiagnosticReport.imagingStudy says, else by encounter and time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from imaging.studies import Studies

RADIOLOGY = "radiology"
STUDY = "ImagingStudy/"
LATEST = 3 * 24 * 3600 * 1_000_000  # microseconds between a study and its report
Note = Mapping[str, Any]


def texts(studies: Studies, notes: pa.Table, timeline: pa.Table, reports: pa.Table | None = None) -> list[str]:
    """(n,) the text of each study's report; empty: none was found.

    `reports`: fhir/DiagnosticReport. By time: the first radiology note of the study's encounter after it, of a note and
    a study that are nearest to each other, so that a note is never the report of two studies.
    """
    named = _named(reports, timeline) if reports is not None and "imagingStudy" in reports.column_names else {}
    radiology = notes.filter(pc.fill_null(pc.equal(notes["kind"], RADIOLOGY), False))
    found: dict[int, str] = {}
    taken: set[str] = set()
    places = {str(name): at for at, name in enumerate(studies.study_id)}
    for note in notes.select(["note_id", "text"]).to_pylist():
        at = places.get(named.get(note["note_id"], ""))
        if at is not None and at not in found and note["text"]:
            found[at] = note["text"]
            taken.add(note["note_id"])
    for at, note in _nearest(studies, radiology, timeline):
        if at not in found and note["note_id"] not in taken:
            found[at] = note["text"]
    return [found.get(at, "") for at in range(len(studies))]


def _named(reports: pa.Table, timeline: pa.Table) -> dict[str, str]:
    """note_id -> study_id; which note is of which report the timeline tells, on either side of the gate."""
    rows = reports.select(["id", "imagingStudy"]).to_pylist()
    study = {
        f"DiagnosticReport/{row['id']}": str(row["imagingStudy"][0]["reference"]).rpartition("/")[2]
        for row in rows
        if row["imagingStudy"]
    }
    written = timeline.filter(pc.fill_null(pc.starts_with(timeline["code"], "NOTE//"), False))
    both = zip(written["text_value"].to_pylist(), written["fhir_id"].to_pylist(), strict=True)
    return {note: study[report] for note, report in both if note and report in study}


def _nearest(studies: Studies, notes: pa.Table, timeline: pa.Table) -> Iterator[tuple[int, Note]]:
    """(study, note) in pairs that choose each other."""
    where = _encounters(timeline)
    waiting: dict[str, list[Note]] = defaultdict(list)
    for note in notes.select(["note_id", "encounter_id", "time", "text"]).to_pylist():
        if note["encounter_id"] and note["time"] and note["text"]:
            waiting[note["encounter_id"]].append(note)
    best: dict[str, tuple[int, int, Note]] = {}
    times = studies.time.astype("datetime64[us]").astype("int64")
    for at in range(len(studies)):
        for note in waiting.get(where.get(str(studies.study_id[at]), ""), ()):
            gap = _micros(note["time"]) - int(times[at])
            if 0 <= gap <= LATEST and (note["note_id"] not in best or gap < best[note["note_id"]][0]):
                best[note["note_id"]] = gap, at, note
    chosen: dict[int, tuple[int, Note]] = {}
    for gap, at, note in best.values():
        if at not in chosen or gap < chosen[at][0]:
            chosen[at] = gap, note
    yield from ((at, note) for at, (_, note) in sorted(chosen.items()))


def _encounters(timeline: pa.Table) -> dict[str, str]:
    """study_id -> encounter_id, of the timeline's studies."""
    rows = studies_of(timeline)
    named: Sequence[tuple[str, str | None]] = list(
        zip(rows["study_id"].to_pylist(), rows["encounter_id"].to_pylist(), strict=True)
    )
    return {study: encounter for study, encounter in named if encounter}


def studies_of(timeline: pa.Table) -> pa.Table:
    """The studies that a timeline tells of, one a row: subject_id, study_id, time, encounter_id, modality."""
    rows = timeline.filter(pc.fill_null(pc.starts_with(timeline["fhir_id"], STUDY), False))
    absent = pa.nulls(len(rows), pa.string())
    made = pa.table(
        {
            "subject_id": rows["subject_id"],
            "study_id": pc.replace_substring(rows["fhir_id"], STUDY, ""),
            "time": rows["time"],
            "encounter_id": rows["encounter_id"] if "encounter_id" in rows.column_names else absent,
            "modality": pc.replace_substring(rows["code"], "IMAGING//", ""),
        }
    )
    columns = ["subject_id", "study_id", "time", "encounter_id", "modality"]
    once = made.group_by(columns[:2], use_threads=False).aggregate([(name, "min") for name in columns[2:]])
    return once.rename_columns(columns)


def _micros(time: Any) -> int:
    return int(pa.scalar(time, pa.timestamp("us")).value)
