"""One relinked finding as an E2B(R3) report: looked up with its person, drugs, dates; written for its owner alone."""

import csv
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from contract.errors import ConfigError, InputError
from etl.fhir.tables import to_json
from nlp.adverse.e2b.case import Case, Site, Taken
from nlp.adverse.e2b.message import message
from nlp.adverse.e2b.required import missing
from runner import audit
from runner.published import published
from store.snapshot import Snapshot

FINDINGS, TIMELINE, CODES = "phi/findings", "phi/timeline", "phi/timeline_codes"
GIVEN = "//GIVEN"
ENDS = ("//ORDER", GIVEN)
LASTING = timedelta(days=7)  # for which a dose that was given counts as taken


@dataclass(frozen=True)
class Wanted:
    """`finding`: NOTE_ID/FINDING_ID of phi/findings. `number`: of the case, as the site numbers its cases."""

    finding: str
    site: Path | None = None
    number: str = ""


def export_e2b(lake: Path, out: Path, wanted: Wanted) -> list[str]:
    """Writes the report; back come the required elements that it lacks, each with its number and name."""
    from lxml import etree

    snapshot, site = published(lake), read_site(wanted.site)
    if out.exists():
        raise InputError(f"{out} is there already; name a new file, so that no report is written over.")
    audit.record(lake, "export e2b", wanted.finding)
    shard, row = _finding(snapshot, wanted.finding)
    case = _case(snapshot, shard, row, wanted.number or uuid.uuid4().hex[:12].upper())
    root = message(case, site, datetime.now(UTC).replace(tzinfo=None))
    text = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
    return [f"{element.number} {element.name}" for element in missing(root)]


def read_site(path: Path | None) -> Site:
    """A YAML file with the fields of Site; `meddra` names a CSV of term and code beside it."""
    if path is None:
        return Site()
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        known = {field.name for field in fields(Site)}
        if not isinstance(said, dict) or set(said) - known:
            raise ConfigError(f"{path.name} of the site: expected {', '.join(sorted(known))}, each once.")
        terms = _terms(path.parent / said.pop("meddra")) if said.get("meddra") else {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path.name} of the site cannot be read ({type(error).__name__}); expected YAML.") from error
    return Site(**{name: str(value) for name, value in said.items()}, meddra=terms)


def _terms(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and not {"term", "code"} <= set(rows[0]):
        raise ConfigError(f"{path.name} of MedDRA terms: expected the columns term and code.")
    return {row["term"].strip().lower(): row["code"].strip() for row in rows if row["term"] and row["code"]}


def _finding(snapshot: Snapshot, name: str) -> tuple[str, dict[str, Any]]:
    note, _, number = name.rpartition("/")
    for shard in snapshot.shards(FINDINGS):
        rows = snapshot.read_many(FINDINGS, [shard])
        rows = rows.filter(pc.and_(pc.equal(rows["note_id"], note), pc.equal(rows["finding_id"], number)))
        if len(rows):
            row: dict[str, Any] = rows.to_pylist()[0]
            if row["kind"] != "adverse_event" or row["assertion"] != "present":
                raise InputError(
                    "the finding is no harm that happened (kind adverse_event, assertion present): no report."
                )
            return shard, row
    raise InputError(
        'phi/findings holds no such finding. Name it NOTE_ID/FINDING_ID, as `chartloom query --phi "select note_id, '
        "finding_id, drug, effect from 'phi/findings'\"` lists them; the steps adverse and relink must have run."
    )


def _case(snapshot: Snapshot, shard: str, row: Mapping[str, Any], number: str) -> Case:
    events = _of(snapshot.read_many(TIMELINE, [shard]), row["subject_id"]).to_pylist()
    patient = next(iter(_patients(snapshot, shard, row["subject_id"])), {})
    told = next(
        (e["time"] for e in events if e["code"].startswith("NOTE//") and e["text_value"] == row["note_id"]), None
    )
    death = next((e["time"] for e in events if e["code"] == "MEDS_DEATH" and e["time"]), None)
    onset = row["onset"]
    return Case(
        number, row["effect"] or row["code"] or "", row["code"] or "", onset,
        tuple(_drugs(row, events, onset or told, _names(snapshot))),
        str(patient.get("gender") or ""), _birth(patient), death.date() if death else None, told, _narrative(row),
    )  # fmt: skip


def _of(rows: pa.Table, subject: int) -> pa.Table:
    return rows.filter(pc.equal(rows["subject_id"], subject))


def _patients(snapshot: Snapshot, shard: str, subject: int) -> Iterator[dict[str, Any]]:
    rows = _of(snapshot.read_many("phi/fhir/Patient", [shard]), subject)
    yield from (orjson.loads(text) for text in (to_json("Patient", rows) if len(rows) else []))


def _birth(patient: Mapping[str, Any]) -> date | None:
    said = str(patient.get("birthDate") or "")
    return date.fromisoformat(said) if len(said) == 10 else None


def _names(snapshot: Snapshot) -> dict[str, str]:
    """Codes of the timeline as its own list describes them."""
    rows = snapshot.read_many(CODES, snapshot.shards(CODES))
    return dict(zip(rows["code"].to_pylist(), rows["description"].to_pylist(), strict=True)) if len(rows) else {}


def _drugs(
    row: Mapping[str, Any], events: list[dict[str, Any]], at: datetime | None, names: Mapping[str, str]
) -> Iterator[Taken]:
    """The drug of the finding, then those that were being taken when it began, each once."""
    stops = {e["fhir_id"]: e["time"] for e in events if e["code"].endswith("//END") and e["fhir_id"]}
    begun = [e for e in events if e["code"].endswith(ENDS) and e["time"]]
    linked = next((e for e in begun if e["fhir_id"] and e["fhir_id"] == row["linked_event"]), None)
    start = linked["time"] if linked else None
    yield Taken(row["drug"] or "", "suspect", start, stops.get(linked["fhir_id"]) if linked else None)
    others: dict[str, Taken] = {}
    for e in begun if at else ():
        stop = stops.get(e["fhir_id"])
        code = e["code"].rpartition("//")[0]
        if code != (linked or {}).get("code", "").rpartition("//")[0] and _during(e, stop, at):
            name = names.get(e["code"]) or names.get(code) or code
            others[code] = Taken(name, "concomitant", e["time"], stop)
    yield from others.values()


def _during(e: Mapping[str, Any], stop: datetime | None, at: datetime | None) -> bool:
    """A dose has no end of its own; an order without one goes on."""
    if at is None or e["time"] > at:
        return False
    return stop >= at if stop else not e["code"].endswith(GIVEN) or at - e["time"] <= LASTING


def _narrative(row: Mapping[str, Any]) -> str:
    said = f"{row['effect'] or 'An event'} after {row['drug'] or 'a drug'}, found in {row['notes'] or 1} note(s)"
    score = f", probability {row['score']:.2f}" if row["score"] is not None else ""
    doubts = f" Doubts: {', '.join(row['flags'])}." if row["flags"] else ""
    return f"{said} by a program{score}; not yet judged by a physician.{doubts}"
