"""Notes as tables: the rows of notes.csv, and what is true about them."""

import pyarrow as pa

from simulate.block import Block
from simulate.notes.chart import Note
from simulate.notes.charts import Author
from simulate.notes.forms import moment
from simulate.notes.identity import Identity
from simulate.notes.specimens import Specimen, rows

LOINC = {
    "admission": ("34117-2", "History and physical note"), "progress": ("11506-3", "Progress note"),
    "visit": ("34108-1", "Outpatient Note"), "emergency": ("34111-5", "Emergency department Note"),
    "discharge": ("18842-5", "Discharge summary"), "operative": ("11504-8", "Surgical operation note"),
    "phone": ("34748-4", "Telephone encounter Note"), "radiology": ("18748-4", "Diagnostic imaging study"),
    "pathology": ("11526-1", "Pathology study"),
}  # fmt: skip
SPANS = pa.schema(
    [
        ("note_id", pa.string()),
        ("patient_id", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("label", pa.string()),
    ]
)
FACTS = pa.schema([("note_id", pa.string()), ("patient_id", pa.string()), ("encounter_id", pa.string()),
    ("start", pa.int32()),
                   ("end", pa.int32()), ("kind", pa.string()), ("value", pa.string()), ("code", pa.string()),
                   ("assertion", pa.string()), ("link", pa.int32())])  # fmt: skip
CODES = pa.schema([(n, pa.string()) for n in ("patient_id", "encounter_id", "kind", "name", "icd10cm")])
INDEX = pa.schema([("note_id", pa.string()), ("patient_id", pa.string()), ("encounter_id", pa.string()),
    ("kind", pa.string()),
                   ("style", pa.string()), ("event", pa.string()), ("happened", pa.bool_()),
                   ("study_id", pa.string())])  # fmt: skip
PATHOLOGY = pa.schema([(n, pa.string()) for n in ("note_id", "patient_id", "specimen", "field", "value")])


def _rows(schema: pa.Schema, rows: list[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def notes_table(notes: list[Note]) -> pa.Table:
    charts = [n.chart for n in notes]
    columns = {
        "Id": [c.note_id for c in charts], "DATE": [f"{moment(c.when):%Y-%m-%dT%H:%M:%SZ}" for c in charts],
        "PATIENT": [c.who.patient_id for c in charts], "ENCOUNTER": [c.encounter_id for c in charts],
        "PROVIDER": [c.doctor.id for c in charts], "TYPE": [LOINC[c.kind][0] for c in charts],
        "DESCRIPTION": [LOINC[c.kind][1] for c in charts], "KIND": [c.kind for c in charts],
        "AUTHOR_ROLE": [n.author_role for n in notes], "LANGUAGE": ["en"] * len(notes), "TEXT": [n.text for n in notes],
    }  # fmt: skip
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _truth(notes: list[Note], specimens: dict[str, list[Specimen]]) -> dict[str, pa.Table]:
    ids = [(n, (n.chart.note_id, n.chart.who.patient_id)) for n in notes]
    return {
        "note_spans": _rows(SPANS, [(*i, *span) for n, i in ids for span in n.spans]),
        "note_decoys": _rows(SPANS, [(*i, *span) for n, i in ids for span in n.decoys]),
        "note_facts": _rows(FACTS, [(*i, n.chart.encounter_id, *fact) for n, i in ids for fact in n.facts]),
        "encounter_codes": encounter_codes(notes),
        "notes": _rows(
            INDEX,
            [
                (*i, n.chart.encounter_id, n.chart.kind, n.style, *(n.chart.event or (None, None)), n.chart.study_id)
                for n, i in ids
            ],
        ),
        "pathology": _rows(
            PATHOLOGY, [(*i, *row) for _, i in ids if i[0] in specimens for row in rows(specimens[i[0]])]
        ),
    }


def chart_notes(block: Block, people: int) -> tuple[pa.Table, dict[str, pa.Table]]:
    """The rows of notes.csv, and their truth by table."""
    author = Author(block)
    notes = list(author.notes(people))
    known = persons([author.identity(k) for k in range(people)])
    return notes_table(notes), {**_truth(notes, author.specimens), "persons": known}


def persons(known: list[Identity]) -> pa.Table:
    """What notes may say of each patient: names, numbers, contacts, relatives."""
    kin = [" | ".join(f"{r.word}: {r.first} {r.last}, {r.phone}" for r in p.relatives) for p in known]
    names = [n for n in Identity.__dataclass_fields__ if n not in ("relatives", "male", "left")]
    columns = {n: pa.array([str(getattr(p, n)) for p in known], pa.string()) for n in names}
    return pa.table({**columns, "relatives": pa.array(kin, pa.string())})


def encounter_codes(notes: list[Note]) -> pa.Table:
    """The ICD-10-CM codes that the notes of an encounter state as present."""
    rows = {
        (n.chart.who.patient_id, n.chart.encounter_id, kind, value, code): None
        for n in notes
        for _, _, kind, value, code, assertion, _ in n.facts
        if kind in ("diagnosis", "effect") and assertion == "present"
    }
    return _rows(CODES, list(rows))  # fmt: skip
