"""What the rows say and the gate goes by: gender, numbers of a person's own, and which answers are ages."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from nlp.deid.policy import knowledge
from schemas.fhir import bindings

SHORTEST = 5  # characters; a shorter number is a number of many things


def genders(shard: Shard) -> dict[int, str]:
    rows = shard.get("phi/fhir/Patient")
    if rows is None or not {"subject_id", "gender"} <= set(rows.column_names):
        return {}
    said = zip(rows["subject_id"].to_pylist(), rows["gender"].to_pylist(), strict=True)
    return {subject: gender for subject, gender in said if subject and gender in bindings()["administrative-gender"]}


def own_numbers(shard: Shard) -> dict[int, frozenset[str]]:
    """Identifiers and telephone numbers of each person and their relatives; of a telephone number its digits too."""
    found: dict[int, set[str]] = {}
    for kind in ("Patient", "RelatedPerson"):
        rows = shard.get(f"phi/fhir/{kind}", pa.table({}))
        for column in ("identifier", "telecom"):
            if {"subject_id", column} <= set(rows.column_names):
                for subject, value in _values(rows, column):
                    found.setdefault(subject, set()).update((value, "".join(filter(str.isdigit, value))))
    return {subject: frozenset(v for v in values if len(v) >= SHORTEST) for subject, values in found.items()}


def _values(rows: pa.Table, column: str) -> list[tuple[int, str]]:
    held = rows[column].combine_chunks()
    lengths = held.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    entries = held.flatten()
    at = entries.type.get_field_index("value")
    whose = rows["subject_id"].combine_chunks().take(pa.array(np.repeat(np.arange(len(rows)), lengths))).to_pylist()
    values = entries.flatten()[at].to_pylist() if at >= 0 else [None] * len(whose)
    return [(subject, value) for subject, value in zip(whose, values, strict=True) if subject is not None and value]


def age_rows(rows: pa.Table) -> np.ndarray:
    """Rows that ask for an age by the LOINC code of an Observation or of one of its components."""
    found = np.zeros(len(rows), dtype=bool)
    for name in ("code", "component"):
        if name in rows.column_names and not pa.types.is_string(rows.schema.field(name).type):
            for at, codes in _codes(rows[name].combine_chunks(), np.arange(len(rows))):
                found[at[np.asarray(pc.is_in(codes, pa.array(sorted(knowledge.words("age_codes")))))]] = True
    return found


def _codes(values: pa.Array, rows: np.ndarray) -> Iterator[tuple[np.ndarray, pa.Array]]:
    """Codes of the codings below `code`, and the row of each."""
    if pa.types.is_list(values.type):
        lengths = values.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
        yield from _codes(values.flatten(), np.repeat(rows, lengths))
    elif pa.types.is_struct(values.type):
        parts = dict(zip([field.name for field in values.type], values.flatten(), strict=True))
        for name in ("code", "coding"):
            if name in parts and pa.types.is_string(parts[name].type):
                yield rows, parts[name]
            elif name in parts:
                yield from _codes(parts[name], rows)
