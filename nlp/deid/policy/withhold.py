"""What does not pass at all, and by which rule: persons, rows, and what refers to withheld rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from nlp.deid.keys import Secret
from nlp.deid.policy import knowledge
from nlp.deid.policy.cells import pairs
from nlp.deid.policy.elements import Node, elements, short
from nlp.deid.policy.policy import Policy
from nlp.deid.policy.references import own, parse, shared

NO_SECRET, OPT_OUT, UNREADABLE, NOBODYS = "no secret", "opt-out", "unreadable", "of no person"
DOCUMENTS = ("DocumentReference", "DiagnosticReport")
NOTE = "note"  # the kind under which notes are withheld by who reads them, such as one that cannot be processed
BINDING = ("Encounter", *DOCUMENTS)  # what refers to such a row when it is withheld, is withheld too
Row = tuple[int, str, str]  # subject, type, id


@dataclass
class Withheld:
    """Rules by person and by row. A row is named without its source: of two that are called alike both stay behind."""

    persons: dict[int, str] = field(default_factory=dict)
    rows: dict[Row, str] = field(default_factory=dict)

    def reasons(self, name: str, rows: pa.Table) -> list[str | None]:
        """Of each row of a table: the rule by which it is withheld, or None."""
        table = short(name)
        found: list[str | None] = [None] * len(rows)
        if shared(table) or table == "timeline_codes":
            return found
        if "subject_id" not in rows.column_names:
            return [NOBODYS] * len(rows)
        touched = pa.array(sorted({*self.persons, *(subject for subject, _, _ in self.rows)}), pa.int64())
        doubtful = pc.or_(pc.is_null(rows["subject_id"]), pc.is_in(rows["subject_id"], touched))
        places = np.flatnonzero(doubtful.to_numpy())
        if len(places):
            held = rows.select(["subject_id", *_names(table, rows)]).take(pa.array(places))
            for place, (subject, names) in zip(places.tolist(), _named(table, held), strict=True):
                found[place] = NOBODYS if subject is None else self.persons.get(subject) or self._row(subject, names)
        return found

    def kept(self, name: str, rows: pa.Table) -> np.ndarray:
        return np.array([reason is None for reason in self.reasons(name, rows)], dtype=bool)

    def _row(self, subject: int, names: list[tuple[str, str]]) -> str | None:
        return next((self.rows[subject, k, i] for k, i in names if (subject, k, i) in self.rows), None)


def _named(table: str, rows: pa.Table) -> Iterator[tuple[int | None, list[tuple[str, str]]]]:
    """Of each row: its subject, and the rows that it is, or hangs on."""
    subjects = rows["subject_id"].to_pylist()
    columns = {name: rows[name].to_pylist() for name in _names(table, rows)}
    for place, subject in enumerate(subjects):
        yield subject, [at for name, held in columns.items() if held[place] for at in _at(table, name, held[place])]


NAMES = {
    "notes": ("note_id", "encounter_id"),
    "timeline": ("fhir_id", "encounter_id", "text_value"),
    "embeddings": ("study_id",),
    "timeline_splits": (),
    "Other": (),
}


def _names(table: str, rows: pa.Table) -> list[str]:
    """The columns that say what a row is, or hangs on."""
    return [name for name in NAMES.get(table, ("id",)) if name in rows.column_names]


def _at(table: str, column: str, value: str) -> list[tuple[str, str]]:
    if column == "fhir_id":
        found = parse(value)
        return [found] if found else []
    if column == "encounter_id":
        return [("Encounter", value)]
    if column == "study_id":
        return [("ImagingStudy", value)]
    return [(NOTE, value), *documents(value)] if column in ("note_id", "text_value") else [(table, value)]


def documents(note_id: str) -> list[tuple[str, str]]:
    """The resources a note may come from: its id is the document's, with a dot and a number where there are several."""
    if len(note_id) > 100:  # a text_value that is no note_id
        return []
    kind, name = (
        ("DiagnosticReport", note_id[17:])
        if note_id.startswith("DiagnosticReport.")
        else ("DocumentReference", note_id)
    )
    return [(kind, name), (kind, re.sub(r"\.\d{1,4}$", "", name))]


def withheld(policy: Policy, secrets: Mapping[int, Secret], shard: Shard) -> Withheld:
    found = Withheld()
    for rows in shard.values():
        if "subject_id" in rows.column_names:
            for subject in pc.unique(rows["subject_id"]).to_pylist():
                if subject is not None and subject not in secrets:
                    found.persons[subject] = NO_SECRET
    if OPT_OUT in policy.withhold:
        found.persons |= {subject: OPT_OUT for subject, secret in secrets.items() if secret.opt_out}
    rules = {name: knowledge.read("sensitive")[name] for name in policy.withhold if name != OPT_OUT}
    for name, rows in shard.items():
        if name.startswith("phi/fhir/") and own(short(name)) and len(rows):
            _look(short(name), rows, rules, found)
    _spread({short(name): rows for name, rows in shard.items() if name.startswith("phi/fhir/")}, found)
    return found


def _look(table: str, rows: pa.Table, rules: Mapping[str, Any], found: Withheld) -> None:
    marked: dict[int, str] = dict(_labelled(rows, rules))
    for rule, said in rules.items():
        for column in (said.get("where") or {}).get(table, ()):
            if column in rows.column_names:
                marked |= {place: rule for place in _meant(rows[column], said) if place not in marked}
    subjects, ids = rows["subject_id"], rows["id"]
    for place, rule in marked.items():
        subject = subjects[place].as_py()
        if subject is not None:
            found.rows[(subject, table, ids[place].as_py())] = rule
            if table == "Patient":
                found.persons.setdefault(subject, rule)


def _labelled(rows: pa.Table, rules: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """meta.security has no column: it stands in the resource as received."""
    if "resource_json" not in rows.column_names:
        return
    texts = rows["resource_json"]
    for place in np.flatnonzero(
        pc.match_substring(texts, '"security"').fill_null(False).to_numpy(zero_copy_only=False)
    ).tolist():
        try:
            labels = (orjson.loads(texts[place].as_py()).get("meta") or {}).get("security") or []
            marks = {(label.get("system"), label.get("code")) for label in labels}
        except (orjson.JSONDecodeError, AttributeError, TypeError):
            yield place, UNREADABLE
            continue
        for rule, said in rules.items():
            if any(code in said["labels"].get(system, ()) for system, code in marks):
                yield place, rule
                break


def _meant(column: pa.ChunkedArray, said: Mapping[str, Any]) -> set[int]:
    """Places whose concept is one of the codes, or is called so."""
    codes = {(system, str(code)) for system, held in (said.get("types") or {}).items() for code in held}
    words = re.compile(said["words"], re.I)
    places: set[int] = set()
    for parts, rows in _concepts(column.combine_chunks(), np.arange(len(column))):
        found = np.zeros(len(rows), dtype=bool)
        for text in (parts[name] for name in ("text", "display") if name in parts):
            coded = text.dictionary_encode()
            told = [bool(word and words.search(word)) for word in coded.dictionary.to_pylist()]
            found |= np.array([*told, False])[coded.indices.fill_null(len(told)).to_numpy(zero_copy_only=False)]
        if {"system", "code"} <= parts.keys():
            found |= pairs(parts["system"], parts["code"], lambda system, code: (system, code) in codes).astype(bool)
        places.update(rows[found].tolist())
    return places


def _concepts(values: pa.Array, rows: np.ndarray) -> Iterator[tuple[dict[str, pa.Array], np.ndarray]]:
    """The texts and codings below a column, with the row each belongs to."""
    if pa.types.is_list(values.type):
        lengths = values.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
        yield from _concepts(values.flatten(), np.repeat(rows, lengths))
    elif pa.types.is_struct(values.type):
        parts = dict(zip([field.name for field in values.type], values.flatten(), strict=True))
        yield {name: parts[name] for name in ("system", "code", "display", "text") if name in parts}, rows
        if "coding" in parts:
            yield from _concepts(parts["coding"], rows)
    elif pa.types.is_string(values.type):
        yield {"text": values}, rows


def _spread(tables: Mapping[str, pa.Table], found: Withheld) -> None:
    """To what refers to withheld rows, and to the results of withheld reports, until nothing is added."""
    if not any(kind in BINDING for _, kind, _ in found.rows):
        return
    touched = pa.array(sorted({subject for subject, _, _ in found.rows}), pa.int64())
    theirs = {t: rows.filter(pc.is_in(rows["subject_id"], touched)) for t, rows in tables.items() if own(t)}
    links = [link for table, rows in theirs.items() for link in _links(table, rows)]
    while True:
        size = len(found.rows)
        for source, target, outward in links:
            if target[1] in BINDING and target in found.rows:
                found.rows.setdefault(source, found.rows[target])
            if outward and source in found.rows:
                found.rows.setdefault(target, found.rows[source])
        if len(found.rows) == size:
            return


def _links(table: str, rows: pa.Table) -> Iterator[tuple[Row, Row, bool]]:
    """(row, row it refers to, whether the first holds the second: the results of a report)."""
    subjects, ids = rows["subject_id"].to_pylist(), rows["id"].to_pylist()
    for column in elements(table):
        if column.name in rows.column_names and any(_binds(leaf, table) for leaf in column.leaves()):
            outward = table == "DiagnosticReport" and column.name == "result"
            for row, text in _references(column, rows[column.name].combine_chunks(), np.arange(len(rows)), table):
                target = parse(text) if text else None
                if target and subjects[row] is not None:
                    for kind in [target[0]] if target[0] else BINDING:  # a urn does not say what it names
                        yield (subjects[row], table, ids[row]), (subjects[row], kind, target[1]), outward


def _binds(leaf: Node, table: str) -> bool:
    return leaf.name == "reference" and (table == "DiagnosticReport" or any(k == "Reference" for k, _ in leaf.within))


def _references(node: Node, values: pa.Array, rows: np.ndarray, table: str) -> Iterator[tuple[int, str | None]]:
    if pa.types.is_list(values.type):
        lengths = values.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
        yield from _references(node, values.flatten(), np.repeat(rows, lengths), table)
    elif pa.types.is_struct(values.type):
        bound = not node.targets or {*BINDING, "Observation"} & set(node.targets)
        for place, part in enumerate(values.flatten()):
            child = node.part(values.type.field(place).name)
            if child and (child.parts or bound):
                yield from _references(child, part, rows, table)
    elif node.name == "reference":
        yield from ((row, text) for row, text in zip(rows.tolist(), values.to_pylist(), strict=True) if text)
