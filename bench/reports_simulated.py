"""Studies of a simulated hospital, their reports, and what is true of them: drafting learns from them and is judged."""

from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from contract.errors import InputError
from imaging import studies
from imaging.finding import DEVICE, Finding
from imaging.studies import Studies

PARTS = ("findings", "impression")
TRUTH = ("notes", "note_facts", "image_findings", "image_devices")


def read(folder: Path) -> tuple[Studies, list[str], list[list[Finding]]]:
    """A folder that `chartloom simulate` wrote, with notes and embeddings.

    Studies with embeddings; of each the report's findings and impression (empty where none was written), without
    heading, signature and history; and what the film shows by its truth. subject_id: persons numbered as they come.
    """
    truth = {name: _table(folder, f"truth/{name}.parquet") for name in TRUTH}
    embeddings = _table(folder, "embeddings/embeddings.parquet")
    known = studies.read(_numbered(embeddings))
    texts, found = reports(folder, truth), findings(truth)
    return known, [texts.get(each, "") for each in known.study_id], [found.get(each, []) for each in known.study_id]


def reports(folder: Path, truth: dict[str, pa.Table]) -> dict[str, str]:
    """study_id to findings and impression, a line each part."""
    study = {row["note_id"]: row["study_id"] for row in truth["notes"].to_pylist() if row["study_id"]}
    parse = arrow_csv.ParseOptions(newlines_in_values=True)
    convert = arrow_csv.ConvertOptions(include_columns=["Id", "TEXT"], column_types={"TEXT": pa.string()})
    path = folder / "csv" / "notes.csv"
    if not path.is_file():
        raise InputError(f"{folder.name}: no csv/notes.csv; expected a hospital simulated with notes.")
    notes = arrow_csv.read_csv(path, parse_options=parse, convert_options=convert)
    text = dict(zip(notes["Id"].to_pylist(), notes["TEXT"].to_pylist(), strict=True))
    said: dict[str, dict[str, str]] = defaultdict(dict)
    facts = truth["note_facts"]
    for fact in facts.filter(pc.equal(facts["kind"], "part")).to_pylist():
        if fact["note_id"] in study:
            said[study[fact["note_id"]]][fact["value"]] = text[fact["note_id"]][fact["start"] : fact["end"]].strip()
    return {each: "\n".join(parts[name] for name in PARTS if parts.get(name)) for each, parts in said.items()}


def findings(truth: dict[str, pa.Table]) -> dict[str, list[Finding]]:
    """study_id to what is there; a device by its kind."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for row in truth["image_findings"].to_pylist():
        if row["finding"] != DEVICE:
            found[row["study_id"]].append(Finding(row["finding"], row["side"] or "", row["severity"] or ""))
    for row in truth["image_devices"].to_pylist():
        found[row["study_id"]].append(Finding(row["kind"], row["side"] or "", position=row["position"]))
    return dict(found)


def _numbered(embeddings: pa.Table) -> pa.Table:
    persons = embeddings["patient_id"].combine_chunks().dictionary_encode()
    return embeddings.append_column("subject_id", persons.indices.cast(pa.int64()))


def _table(folder: Path, name: str) -> pa.Table:
    path = folder / name
    if not path.is_file():
        raise InputError(
            f"{folder.name}: no {name}; expected the folder of a hospital simulated with notes and embeddings, "
            "by this version of chartloom."
        )
    return pq.read_table(path)
