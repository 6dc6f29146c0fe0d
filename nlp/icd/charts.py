"""Charts out of the tables `notes` and `labels`, encounter by encounter."""

from collections import defaultdict
from collections.abc import Mapping

import pyarrow as pa

from nlp.icd.chart import Chart, Evidence, Note


def charts(notes: pa.Table, labels: pa.Table | None = None, system: str = "") -> list[Chart]:
    """In the order of their first note; a note without encounter is its own. `system`: which labels are gold."""
    gold = _gold(labels, system) if labels is not None else {}
    held: dict[str, list[Note]] = {}
    columns = ("note_id", "encounter_id", "text", "language", "kind", "author_role")
    for row in notes.select(columns).to_pylist():
        note = Note(row["note_id"], row["text"] or "", *(row[name] or "" for name in columns[3:]))
        held.setdefault(row["encounter_id"] or row["note_id"], []).append(note)
    return [Chart(unit, tuple(found), gold.get(unit, {})) for unit, found in held.items()]


def _gold(labels: pa.Table, system: str) -> Mapping[str, Mapping[str, tuple[Evidence, ...]]]:
    found: dict[str, dict[str, tuple[Evidence, ...]]] = defaultdict(dict)
    for row in labels.select(["task", "unit_id", "label", "evidence"]).to_pylist():
        said, _, code = row["label"].partition("//")
        if row["task"] == "icd" and said == system:
            found[row["unit_id"]][code] = tuple(Evidence(**span) for span in row["evidence"] or ())
    return found
