"""The files of a release: tables, MEDS metadata, data dictionary, summary and, last of all, the manifest."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.timeline.valid import dataset_json
from runner.dictionary import one
from runner.releases.passing import Work, gathered
from schemas.clinical import OPEN_TIMELINE_SPLITS
from schemas.registry import table
from store.parquet import encode, make_folder, present


def place(name: str) -> str:
    """Below the release: one file a table, the timeline as a MEDS data set."""
    return "timeline/data/data.parquet" if name == "timeline" else f"{name}.parquet"


def ordered(name: str, rows: pa.Table) -> pa.Table:
    """By id, and in a person by the table's order: the order of the lake would tell who is who in another release."""
    keys = [column for column in ("subject_id", *table(name).order) if column in rows.column_names]
    places = pa.compute.sort_indices(rows, sort_keys=[(key, "ascending", "at_start") for key in dict.fromkeys(keys)])
    return rows.take(places)


class Folder:
    """A release while it is made. `closed`: a limited data set is PHI by law, so others may not read it."""

    def __init__(self, root: Path, closed: bool) -> None:
        self.root, self.closed = root, closed
        self.digests: dict[str, str] = {}
        make_folder(root, phi=closed)

    def write(self, name: str, content: bytes) -> None:
        path = self.root / name
        make_folder(path.parent, phi=self.closed)
        mode = 0o400 if self.closed else 0o444
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(mode)
        self.digests[name] = hashlib.sha256(content).hexdigest()

    def table(self, name: str, rows: pa.Table) -> dict[str, Any]:
        """The table's entry in the data dictionary."""
        rows = ordered(name, rows)
        self.write(place(name), encode(table(name), rows))
        said = one(name)
        there = set(present(table(name), rows).column_names)
        columns = [column for column in said["columns"] if column["name"] in there]
        return {"name": name, "file": place(name), "about": said["about"], "rows": len(rows), "columns": columns}


def meds(folder: Folder, work: Work, codes: pa.Table, people: pa.Table, run_id: str) -> None:
    """What makes the timeline a MEDS data set; the split is the person's, as in every other place."""
    from runner.releases.crosswalk import read

    known = read(work.folder)
    splits = known.filter(pa.compute.is_null(known["merged_into"])).select(["open_id", "split"])
    splits = splits.rename_columns(OPEN_TIMELINE_SPLITS.schema.names)
    splits = splits.filter(pa.compute.is_in(splits["subject_id"], people["subject_id"].combine_chunks()))
    folder.write("timeline/metadata/codes.parquet", encode(table("timeline_codes"), codes))
    folder.write("timeline/metadata/subject_splits.parquet", encode(OPEN_TIMELINE_SPLITS, splits.sort_by("subject_id")))
    folder.write("timeline/metadata/dataset.json", dataset_json(run_id))


def dictionary(entries: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> tuple[bytes, bytes]:
    """As Markdown and as JSON."""
    lines = ["# Data dictionary", "", *notes, ""]
    for entry in entries:
        lines += [f"## {entry['name']}", "", f"{entry['about']} File: `{entry['file']}`; {entry['rows']:,} rows.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        lines += [f"| {c['name']} | {_short(c['type'])} | {c['about']} |" for c in entry["columns"]] + [""]
    said = {"notes": list(notes), "tables": list(entries)}
    return "\n".join(lines).encode(), json.dumps(said, indent=1).encode()


def _short(kind: str) -> str:
    return kind if len(kind) < 60 else kind.partition("<")[0] + "<...>"


def tables_of(work: Work) -> dict[str, pa.Table]:
    found = {name: gathered(work, "finished", name) for name in work.tables}
    return {name: rows for name, rows in found.items() if rows.num_columns and len(rows)}
