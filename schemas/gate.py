"""What de-identification leaves on the PHI side: spans replaced, what was withheld, and an account of every element."""

import pyarrow as pa

from contract.table import Column, Table

SUBJECT = Column("subject_id", pa.int64(), "The person.", required=True)

SPANS = Table(
    "phi/spans",
    "One identifier found in a note, and where its surrogate stands in the released note.",
    (
        SUBJECT,
        Column("note_id", pa.string(), "The original note.", required=True),
        Column("start", pa.int64(), "Offset in characters in the original.", required=True),
        Column("end", pa.int64(), "Exclusive.", required=True),
        Column("label", pa.string(), "PATIENT, DATE, PHONE, ...", required=True),
        Column("layer", pa.string(), "The layer that found it."),
        Column("score", pa.float32(), "The layer's score."),
        Column("open_note_id", pa.string(), "The released note."),
        Column("open_start", pa.int64(), "Offset in characters in the released text."),
        Column("open_end", pa.int64(), "Exclusive."),
    ),
    key=("note_id", "start", "end"),
    order=("note_id", "start", "end"),
)
NOTES_WITHHELD = Table(
    "phi/notes_withheld",
    "One note that did not pass the gate, and why.",
    (
        Column("note_id", pa.string(), "The note.", required=True),
        Column("subject_id", pa.int64(), "The person; null for a note that named no patient."),
        Column("rule", pa.string(), "The rule that holds it back, such as unknown-language.", required=True),
        Column("message", pa.string(), "What was expected and what to do; never the text itself.", required=True),
    ),
    ("note_id",),
    ("note_id",),
)
DEID_ACCOUNT = Table(
    "phi/deid_account",
    "Values of one element of one person's rows that did not pass the gate, by what was done: all are counted.",
    (
        Column("subject_id", pa.int64(), "The person; null for rows of no patient."),
        Column("table", pa.string(), "The open table.", required=True),
        Column("element", pa.string(), "The element's path, such as name.family; of a layer, its name.", required=True),
        Column(
            "action",
            pa.string(),
            "drop, with the reason where no rule named it or it could not be read; withhold, with the rule.",
            required=True,
        ),
        Column("values", pa.int64(), "How many values.", required=True),
    ),
    ("subject_id", "table", "element", "action"),
    ("subject_id", "table", "element", "action"),
)
KNOWN_DIGESTS = Table(
    "phi/known_digests",
    "A number, contact, or whole name with birth date of a person, as a digest: the audit holds open text against all.",
    (
        SUBJECT,
        Column("digest", pa.int64(), "64 bits of BLAKE2b of its letters and digits.", required=True),
        Column(
            "digits",
            pa.int32(),
            "How many digits, where it has nothing else, negative for the form behind a label; else 0.",
            required=True,
        ),
    ),
    ("digest", "subject_id"),
    ("digest", "subject_id"),
    file="known_digests.parquet",
)
TABLES = (SPANS, NOTES_WITHHELD, DEID_ACCOUNT, KNOWN_DIGESTS)
