"""The clinical facts of a night, comparable between sources: record numbers, codes of public systems, times in UTC."""

import base64
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from contract.work import Shard
from etl.versions import Changes, merge

Row = dict[str, Any]
Fact = tuple[Any, ...]
Facts = dict[str, Counter[Fact]]
MRN = "https://github.com/synthetichealth/synthea"
PUBLIC = {"http://loinc.org", "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm",
          "http://hl7.org/fhir/sid/cvx"}  # fmt: skip
WRONG = "entered-in-error"


def facts(shards: Iterable[Shard], zone: str = "UTC") -> Facts:
    """`zone`: of local times, of which an hour comes twice a year: it is taken for the second."""
    rows = {kind: newest(shards, kind) for kind in (*KINDS, "Patient", "DocumentReference")}
    people = {row["id"]: _mrn(row) for row in rows["Patient"]}
    found = {
        kind: Counter(
            (people[_who(row)], *(_time(x, zone) for x in make(row))) for row in rows[kind] if not _mistaken(row)
        )
        for kind, make in KINDS.items()
    }
    found["Patient"] = Counter((_mrn(row), *_person(row)) for row in rows["Patient"])
    found["Note"] = Counter((people[who], *_times(note)) for who, note in _notes(rows["DocumentReference"]))
    return found


def newest(shards: Iterable[Shard], kind: str) -> list[Row]:
    """Of each id the newest version, as a night keeps it."""
    return list(merged(shards, kind).to_pylist())


def merged(shards: Iterable[Shard], kind: str) -> pa.Table:
    tables = [shard[f"phi/fhir/{kind}"] for shard in shards if f"phi/fhir/{kind}" in shard]
    if not tables:
        return pa.table({})
    rows = pa.concat_tables(tables, promote_options="default")
    rows = rows.append_column("source", pa.repeat("s", len(rows))).append_column("arrival", pa.repeat(0, len(rows)))
    return merge(kind, rows.slice(0, 0), rows, Changes()).rows


def _mrn(person: Row) -> str:
    return str(next(each["value"] for each in person["identifier"] if each["system"] == MRN))


def _who(row: Row) -> str:
    return str((row.get("subject") or row.get("patient"))["reference"]).removeprefix("Patient/")


def _mistaken(row: Row) -> bool:
    told = (row.get("verificationStatus") or {}).get("coding") or [{}]
    return WRONG in (row.get("status"), told[0].get("code"))


def _code(concept: Row | None) -> str | None:
    codings = (concept or {}).get("coding") or []
    return next((each["code"] for each in codings if each.get("system") in PUBLIC and each.get("code")), None)


def _time(said: Any, zone: str) -> Any:
    """A day stays one; a moment is in UTC."""
    if not isinstance(said, str) or len(said) < 19 or said[10:11] != "T":
        return said
    local = datetime.fromisoformat(said.replace("Z", "+00:00")).astimezone(ZoneInfo(zone))
    return local.replace(fold=1).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _times(note: Fact) -> Fact:
    return (*(_time(x, "UTC") for x in note[:2]), *note[2:])


def _person(row: Row) -> Fact:
    name = row["name"][0]
    said = {each["url"]: each["extension"] for each in row.get("extension") or [] if each.get("extension")}
    races = sorted(
        part["valueCoding"]["code"]
        for parts in said.values()
        for part in parts
        if part["url"] == "ombCategory" and (part.get("valueCoding") or {}).get("code")
    )
    given = " ".join(each for each in name["given"] if each)
    return name["family"], given, row["gender"], row["birthDate"], row.get("deceasedDateTime"), tuple(races)


def _period(period: Row | None) -> Fact:
    return (period or {}).get("start"), (period or {}).get("end")


def _observation(row: Row) -> Fact:
    value = row.get("valueQuantity") or {}
    return (_code(row["code"]), row["effectiveDateTime"], value.get("value"), value.get("code"), row.get("valueString"))


KINDS: dict[str, Callable[[Row], Fact]] = {
    "Encounter": lambda r: (r["class"]["code"], *_period(r["period"])),
    "Condition": lambda r: (_code(r["code"]), r.get("onsetDateTime") or r["recordedDate"], r.get("abatementDateTime")),
    "Observation": _observation,
    "MedicationRequest": lambda r: (
        _code(r["medicationCodeableConcept"]),
        *_period(r["dispenseRequest"]["validityPeriod"]),
    ),
    "Procedure": lambda r: (_code(r["code"]), *_period(r["performedPeriod"])),
    "Immunization": lambda r: (_code(r["vaccineCode"]), r["occurrenceDateTime"]),
    "AllergyIntolerance": lambda r: (_code(r["code"]), r["recordedDate"]),
}


def _notes(documents: list[Row]) -> Iterable[tuple[str, Fact]]:
    """Each note with its addenda below it; what a newer document replaces is none."""
    stand = {row["id"]: row for row in documents if row["status"] == "current"}
    added: dict[str, list[Row]] = {}
    for row in stand.values():
        for link in row.get("relatesTo") or []:
            if link["code"] == "appends":
                added.setdefault(link["target"]["reference"].split("/")[1], []).append(row)
    addenda = {row["id"] for rows in added.values() for row in rows}
    for row in stand.values():
        if row["id"] not in addenda:
            texts = [_text(each) for each in (row, *added.get(row["id"], []))]
            yield _who(row), (_code(row["type"]), row["date"], "\n".join(texts))


def _text(document: Row) -> str:
    return base64.b64decode(document["content"][0]["attachment"]["data"]).decode()
