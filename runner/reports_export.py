"""Draft reports out of the lake, relinked, as FHIR: preliminary, signed by nobody, for those who read the images."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import InputError
from etl.fhir.tables import to_json
from imaging.fhir.report import Around, instant, resources
from runner import audit
from runner.export import SHARDS, Files
from runner.progress import Progress, Silent
from runner.published import published
from store.snapshot import Snapshot

REPORTS = "phi/reports"
EXPORTED, ABSTAINED, LEFT_OUT = "exported", "abstained", "left out: person without Patient"


def export_reports(lake: Path, out: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Writes files that only their owner can read, and last of all manifest.json, which it gives back."""
    snapshot = published(lake)
    shards = snapshot.shards(REPORTS)
    if not shards:
        raise InputError(
            "the published night holds no drafts. Name the steps reports and relink in pipelines.yaml "
            "(docs/imaging.md), run a night, then export."
        )
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out} is not empty; name a new folder, so that two exports do not mix.")
    audit.record(lake, "export reports", "")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    progress, counts = progress or Silent(), Counter[str]()
    with ExitStack() as stack:
        files = Files(out, stack, 0o600)
        progress.start(REPORTS, len(shards), "shards")
        for start in range(0, len(shards), SHARDS):
            held = shards[start : start + SHARDS]
            _write(snapshot, held, files, counts)
            progress.advance(REPORTS, len(held))
        progress.finish(REPORTS)
        manifest = _manifest(snapshot, files.counts, counts)
        files.write_whole("manifest.json", json.dumps(manifest, indent=1).encode() + b"\n")
    return manifest


def _write(snapshot: Snapshot, shards: list[str], files: Files, counts: Counter[str]) -> None:
    drafts = snapshot.read_many(REPORTS, shards).to_pylist()
    counts[ABSTAINED] += sum(not row["text"] for row in drafts)
    drafts = [row for row in drafts if row["text"]]
    for row, around in _around(snapshot, shards, drafts):
        counts[EXPORTED if around.patient else LEFT_OUT] += 1
        for made in resources(row, around) if around.patient else ():
            files.add(made["resourceType"], [orjson.dumps(made)])


def _around(
    snapshot: Snapshot, shards: list[str], drafts: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], Around]]:
    persons = {row["subject_id"] for row in drafts}
    patients = _resources(snapshot, shards, "Patient", persons)
    studies = {
        (subject, each["id"]): each
        for subject, held in _resources(snapshot, shards, "ImagingStudy", persons).items()
        for each in held
    }
    issued = instant(datetime.fromisoformat(snapshot.manifest()["finished"]))
    for row in drafts:
        study = studies.get((row["subject_id"], row["study_id"]), {})
        yield row, Around(_patient(patients.get(row["subject_id"], []), study), study, issued)


def _patient(found: list[dict[str, Any]], study: Mapping[str, Any]) -> str:
    """Of several Patients of one person that of the study, else the first; empty where there is none."""
    said = ((study.get("subject") or {}).get("reference") or "").rpartition("/")[2]
    ids = [each["id"] for each in found]
    return said if said in ids else next(iter(ids), "")


def _resources(snapshot: Snapshot, shards: list[str], kind: str, subjects: set[int]) -> dict[int, list[Any]]:
    rows = snapshot.read_many(f"phi/fhir/{kind}", shards)
    rows = rows.filter(pc.is_in(rows["subject_id"], pa.array(sorted(subjects), pa.int64())))
    found: dict[int, list[Any]] = {}
    for subject, text in zip(rows["subject_id"].to_pylist(), to_json(kind, rows) if len(rows) else [], strict=True):
        found.setdefault(subject, []).append(orjson.loads(text))
    return found


def _manifest(snapshot: Snapshot, made: Counter[str], counts: Counter[str]) -> dict[str, Any]:
    return {
        "transactionTime": snapshot.manifest()["finished"],
        "request": "chartloom export reports",
        "requiresAccessToken": False,
        "output": [{"type": kind, "url": f"{kind}.ndjson", "count": n} for kind, n in sorted(made.items())],
        "deleted": [],
        "error": [],
        "drafts": {name: counts[name] for name in (EXPORTED, ABSTAINED, LEFT_OUT) if counts[name]},
    }
