"""What the batch stages find: codes, findings, pathology; coders' decisions; labels."""

import pyarrow as pa

from contract.table import Column, Table
from schemas.fhir import ORIGIN

SUBJECT = Column("subject_id", pa.int64(), "The person.", required=True)
ENCOUNTER = Column("encounter_id", pa.string(), "Encounter.id; of a note without encounter, the note_id.")
ARTIFACT = Column("artifact", pa.string(), "Name and digest of the artifact that said so.")
SPAN = [("note_id", pa.string()), ("start", pa.int64()), ("end", pa.int64())]
EVIDENCE = Column(
    "evidence",
    pa.list_(pa.struct([*SPAN, ("source", pa.string()), ("weight", pa.float32())])),
    "Spans of notes (offsets in characters) that speak for it, strongest first.",
)
FLAGS = Column("flags", pa.list_(pa.string()), "Rules broken and doubts, as rule names.")


def _results(root: str) -> tuple[Table, ...]:
    return (
        Table(
            root + "codes",
            "One suggested code of one encounter.",
            (
                SUBJECT,
                ENCOUNTER,
                Column("system", pa.string(), "ICD-10-CM, ICD-10-PCS, ICD-9-CM, ...", required=True),
                Column("code", pa.string(), "The code, with its dot.", required=True),
                Column("display", pa.string(), "Its title."),
                Column("rank", pa.int32(), "From 1, in the encounter and system."),
                Column("score", pa.float32(), "Calibrated probability that a coder accepts it."),
                Column("band", pa.string(), "pre-accept, review or hidden."),
                EVIDENCE,
                FLAGS,
                ARTIFACT,
            ),
            ("encounter_id", "system", "code"),
            ("encounter_id", "system", "rank", "code"),
        ),
        Table(
            root + "codes_account",
            "One encounter with notes as coding saw it: what was read, what was suggested, why not more.",
            (
                SUBJECT,
                ENCOUNTER,
                Column("notes", pa.int32(), "Notes there are.", required=True),
                Column(
                    "notes_read",
                    pa.int32(),
                    "Notes with text of their own in a language that the artifact knows.",
                    required=True,
                ),
                Column("characters", pa.int64(), "Characters read, copies left out.", required=True),
                Column("languages", pa.list_(pa.string()), "Of the notes read."),
                Column("setting", pa.string(), "inpatient, outpatient, or null: not known."),
                Column("pre_accept", pa.int32(), "Suggestions of that band.", required=True),
                Column("review", pa.int32(), "Suggestions of that band.", required=True),
                Column("hidden", pa.int32(), "Suggestions of that band that were kept.", required=True),
                FLAGS,
                ARTIFACT,
            ),
            ("encounter_id",),
            ("encounter_id",),
        ),
        Table(
            root + "findings",
            "One event found in text: of one person and episode, however many notes tell of it.",
            (
                SUBJECT,
                Column("note_id", pa.string(), "The first note that tells of it.", required=True),
                Column("finding_id", pa.string(), "Unique in the note.", required=True),
                Column("kind", pa.string(), "adverse_event, or the name of an event file.", required=True),
                Column("drug", pa.string(), "As first written."),
                Column("effect", pa.string(), "As first written."),
                Column(
                    "assertion",
                    pa.string(),
                    "present, negated, hypothetical, historical, other_person, allergy, planned.",
                ),
                Column("linked_event", pa.string(), "fhir_id of the exposure or event in the timeline."),
                Column("drug_code", pa.string(), "SYSTEM//code of the drug."),
                Column("code", pa.string(), "SYSTEM//code of the effect."),
                Column("onset", pa.timestamp("us"), "When it began, as text or timeline tell; null: not told."),
                Column(
                    "score",
                    pa.float32(),
                    "From 0 to 1: the artifact's probability, less what flags take; of terms alone a rank of rules.",
                ),
                Column("notes", pa.int32(), "Notes that tell of it; copies of a note count once."),
                EVIDENCE,
                Column("flags", pa.list_(pa.string()), "Contradictions with the timeline and doubts, as rule names."),
                ARTIFACT,
            ),
            ("note_id", "finding_id"),
            ("note_id", "finding_id"),
            version=2,
        ),
        Table(
            root + "findings_account",
            "One person with notes as the search for adverse events saw them: what was read, and why not more.",
            (
                SUBJECT,
                Column("notes", pa.int32(), "Notes with text.", required=True),
                Column("notes_read", pa.int32(), "Notes in a language that the artifact knows.", required=True),
                Column("characters", pa.int64(), "Characters read.", required=True),
                Column("courses", pa.int32(), "Drug courses known of the person.", required=True),
                Column("findings", pa.int32(), "Rows of the person in findings.", required=True),
                FLAGS,
                ARTIFACT,
            ),
            ("subject_id",),
            ("subject_id",),
        ),
        Table(
            root + "pathology",
            "One field of one specimen of a pathology report.",
            (
                SUBJECT,
                Column("note_id", pa.string(), "The report.", required=True),
                Column(
                    "specimen", pa.string(), "As the report labels it (A, B, 1), where it is of several; else null."
                ),
                Column("field", pa.string(), "Such as er, grade or topography.", required=True),
                Column("value", pa.string(), "The field's value."),
                Column("system", pa.string(), "ICD-O-3, ..."),
                Column("code", pa.string(), "The code."),
                Column("score", pa.float32(), "Calibrated probability."),
                EVIDENCE,
                ARTIFACT,
            ),
            ("note_id", "specimen", "field", "value", "code"),
            ("note_id", "specimen", "field", "value", "code"),
            version=2,
        ),
        Table(
            root + "pathology_account",
            "One note that was looked at as a pathology report: what was read, and why not more.",
            (
                SUBJECT,
                Column("note_id", pa.string(), "The note.", required=True),
                Column("characters", pa.int64(), "Characters read.", required=True),
                Column("readers", pa.list_(pa.string()), "Readers that read it, such as breast."),
                Column("fields", pa.int32(), "Rows of it in pathology.", required=True),
                FLAGS,
            ),
            ("note_id",),
            ("note_id",),
        ),
        Table(
            root + "worklist",
            "One encounter that a coder may work on.",
            (
                SUBJECT,
                Column("encounter_id", pa.string(), "Encounter.id; of a note without encounter, the note_id."),
                Column("priority", pa.float32(), "Expected gain over predicted minutes; the highest comes first."),
                Column(
                    "expected_gain", pa.float32(), "Variance of the scores: what cannot be foreseen of the answers."
                ),
                Column("minutes", pa.float32(), "Predicted from length of the notes and number of suggestions."),
                Column("blind", pa.bool_(), "True: coded with suggestions hidden; part of the frozen set."),
                Column("state", pa.string(), "open, done (it has labels), or reopened (its notes changed since)."),
                Column("notes", pa.string(), "Digest of the notes as they are tonight."),
            ),
            ("encounter_id",),
            ("encounter_id",),
        ),
    )


DECISIONS = Table(
    "phi/decisions",
    "One act of a coder; append-only.",
    (
        SUBJECT,
        ENCOUNTER,
        Column("decision_id", pa.string(), "Unique.", required=True),
        Column("time", pa.timestamp("us"), "When, UTC.", required=True),
        Column("actor", pa.string(), "Who.", required=True),
        Column("action", pa.string(), "accept, reject, add, edit, order, finish, ...", required=True),
        Column("system", pa.string(), "Code system."),
        Column("code", pa.string(), "The code acted on."),
        Column("before", pa.string(), "State before, JSON."),
        Column("after", pa.string(), "State after, JSON."),
        EVIDENCE,
        Column("seconds", pa.float32(), "Time spent, where timing is on."),
        Column("reason", pa.string(), "As given."),
        Column("note_digest", pa.string(), "Digest of the notes the coder saw."),
        *ORIGIN,
    ),
    key=("decision_id",),
    order=("time", "decision_id"),
)
CODES_CHECKED = Table(
    "phi/codes_checked",
    "One suggested code that the edition in force on the encounter's day refuses, or an encounter not checked.",
    (
        SUBJECT,
        ENCOUNTER,
        Column("system", pa.string(), "Code system.", required=True),
        Column("code", pa.string(), "The code; empty: no code of the encounter was checked.", required=True),
        Column("rule", pa.string(), "exists, billable, seventh-character, or edition: not at hand.", required=True),
        Column("severity", pa.string(), "error or warning.", required=True),
        Column("message", pa.string(), "What was found and what was expected.", required=True),
    ),
    key=("encounter_id", "system", "code", "rule"),
    order=("encounter_id", "system", "code", "rule"),
)
LABELS = Table(
    "labels",
    "Gold for training: one label of one unit of work.",
    (
        SUBJECT,
        Column("task", pa.string(), "icd, deid, adverse, ...", required=True),
        Column("unit_id", pa.string(), "encounter_id, note_id, ...", required=True),
        Column("label", pa.string(), "SYSTEM//code; NOT//SYSTEM//code: rejected; DISPUTED//...: even.", required=True),
        Column("source", pa.string(), "Where it comes from, such as decisions.", required=True),
        EVIDENCE,
        Column(
            "coders",
            pa.list_(pa.string()),
            "Pseudonyms of coders who say so, drawn with the lake's key.",
        ),
        Column("against", pa.list_(pa.string()), "Of coders who say the contrary."),
        Column("notes", pa.string(), "Digest of the notes, as the worklist showed it when the encounter was finished."),
    ),
    key=("task", "unit_id", "label"),
    order=("task", "unit_id", "label"),
)
TERMS = Table(
    "terms",
    "One phrase that coders marked for a code. Only phrases that stand in the notes of several persons.",
    (
        Column("phrase", pa.string(), "Small letters, without accents.", required=True),
        Column("language", pa.string(), "Of the notes it was marked in.", required=True),
        Column("system", pa.string(), "ICD-10-CM, ...", required=True),
        Column("code", pa.string(), "The code.", required=True),
        Column("state", pa.string(), "shadow, active (two coders agree) or retired.", required=True),
        Column("weight", pa.float32(), "0 to 1: of the coders who used the phrase, the net share behind this code."),
    ),
    ("phrase", "language", "system", "code"),
    ("phrase", "language", "system", "code"),
    file="terms.parquet",
)
TABLES = (*_results("phi/"), *_results(""), DECISIONS, CODES_CHECKED, LABELS, TERMS)
