"""The record of a life: timeline (MEDS), notes, image embeddings; each under phi/ and, past the gate, open."""

from dataclasses import replace

import pyarrow as pa

from contract.table import Column, Table
from schemas.fhir import ORIGIN

SUBJECT = Column("subject_id", pa.int64(), "The person.", required=True)

TIMELINE = (
    SUBJECT,
    Column("time", pa.timestamp("us"), "When it happened, UTC; the start of a partial date; null for static facts."),
    Column("code", pa.string(), "What happened: SYSTEM//code, or a MEDS code such as MEDS_BIRTH.", required=True),
    Column("numeric_value", pa.float32(), "The number measured, in `unit`."),
    Column("text_value", pa.large_string(), "The answer when it is no number; for a note the note_id."),
    Column("encounter_id", pa.string(), "Encounter.id it belongs to."),
    Column("unit", pa.string(), "Unit of numeric_value as delivered (UCUM where the source says so)."),
    Column("recorded_time", pa.timestamp("us"), "When it became known, UTC; predictions use it, never `time` alone."),
    Column("precision", pa.string(), "year, month, day, minute or second: how much of `time` was said."),
    Column("fhir_id", pa.string(), "Type/id of the resource it was made from."),
    Column(
        "canonical_value",
        pa.float32(),
        "numeric_value in `canonical_unit`; null where that is not known, or where the value is impossible in it.",
    ),
    Column("canonical_unit", pa.string(), "UCUM; the unit by which values of `code` are compared. Null: not known."),
)
SOURCE = Column("source", pa.string(), "The source in pipelines.yaml that said so; null for notes.")
NOTES = (
    Column(
        "note_id",
        pa.string(),
        "Unique; of a document with several attachments, its id and the attachment's ordinal.",
        required=True,
    ),
    SUBJECT,
    Column("encounter_id", pa.string(), "Null: the note is its own encounter."),
    Column("time", pa.timestamp("us"), "Of the note, UTC."),
    Column("kind", pa.string(), "admission, progress, discharge, radiology, pathology, operative, phone, or other."),
    Column("author_role", pa.string(), "Role of the author; never a name."),
    Column("language", pa.string(), "BCP 47, such as en or es."),
    Column("text", pa.large_string(), "Plain text; line ends are \\n."),
)
NOTES_REJECTED = (
    Column("note_id", pa.string(), "The note_id it would have had.", required=True),
    SUBJECT,
    Column("rule", pa.string(), "The rule broken, such as unsupported-content or bad-base64.", required=True),
    Column("message", pa.string(), "What was expected and what to do.", required=True),
)
EMBEDDINGS = (
    SUBJECT,
    Column("study_id", pa.string(), "ImagingStudy.id.", required=True),
    Column("image_id", pa.string(), "Unique in the study.", required=True),
    Column("time", pa.timestamp("us"), "When the image was made, UTC."),
    Column("modality", pa.string(), "DICOM modality, such as DX."),
    Column("body_part", pa.string(), "Such as CHEST, as DICOM's Body Part Examined spells it."),
    Column("view", pa.string(), "Such as PA or lateral."),
    Column("encoder", pa.string(), "Name and version of the network that made the vector.", required=True),
    Column("embedding", pa.list_(pa.float32()), "The vector.", required=True),
)
CAME = tuple(replace(column, required=False) for column in ORIGIN)  # a file handed to `apply` has none
CODES = (
    Column("code", pa.string(), "A code of the timeline.", required=True),
    Column("description", pa.string(), "What it means, as the sources or code tables say."),
    Column("parent_codes", pa.list_(pa.string()), "Broader codes."),
)
SPLITS = (SUBJECT, Column("split", pa.string(), "train, tuning or held_out.", required=True))

PHI_TIMELINE, OPEN_TIMELINE = (
    Table(
        root + "timeline",
        "One event of one person: a MEDS data set.",
        columns,
        ("subject_id", "time", "code", "fhir_id"),
        ("time", "code", "fhir_id"),
        version=2,
        file="timeline/data/{shard}.parquet",
    )
    for root, columns in (("phi/", (*TIMELINE, SOURCE)), ("", TIMELINE))
)
PHI_NOTES, OPEN_NOTES = (
    Table(root + "notes", "One version of one note.", NOTES, ("note_id",), ("time", "note_id")) for root in ("phi/", "")
)
PHI_NOTES_REJECTED = Table(
    "phi/notes_rejected",
    "One attachment that held no text that could be read.",
    NOTES_REJECTED,
    ("note_id",),
    ("note_id",),
)
PHI_EMBEDDINGS, OPEN_EMBEDDINGS = (
    Table(
        root + "embeddings",
        "One image of one study as a vector; by each encoder once.",
        columns,
        ("study_id", "image_id", "encoder"),
        ("time", "study_id", "image_id", "encoder"),
        version=3,
    )
    for root, columns in (("phi/", (*EMBEDDINGS, *CAME)), ("", EMBEDDINGS))
)
PHI_TIMELINE_CODES, OPEN_TIMELINE_CODES = (
    Table(
        root + "timeline_codes",
        "Every code of the timeline: MEDS metadata/codes.parquet.",
        CODES,
        ("code",),
        ("code",),
        file="timeline/metadata/codes.parquet",
    )
    for root in ("phi/", "")
)
PHI_TIMELINE_SPLITS, OPEN_TIMELINE_SPLITS = (
    Table(
        root + "timeline_splits",
        "Split of every person: MEDS metadata/subject_splits.parquet.",
        SPLITS,
        ("subject_id",),
        ("subject_id",),
        file="timeline/metadata/subject_splits.parquet",
    )
    for root in ("phi/", "")
)
COVERAGE = Table(
    "phi/coverage",
    "How much of the timeline lies in each month: shows a feed that fell silent.",
    (
        Column("month", pa.string(), "YYYY-MM, UTC.", required=True),
        Column("events", pa.int64(), "Events of the month.", required=True),
        Column("persons", pa.int64(), "Persons with an event in it.", required=True),
    ),
    key=("month",),
    order=("month",),
    file="coverage.parquet",
)
TABLES = (
    COVERAGE,
    PHI_TIMELINE,
    OPEN_TIMELINE,
    PHI_NOTES,
    OPEN_NOTES,
    PHI_NOTES_REJECTED,
    PHI_EMBEDDINGS,
    OPEN_EMBEDDINGS,
    PHI_TIMELINE_CODES,
    OPEN_TIMELINE_CODES,
    PHI_TIMELINE_SPLITS,
    OPEN_TIMELINE_SPLITS,
)
