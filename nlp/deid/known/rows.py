"""Identifiers of one row: names, contact points, addresses, numbers of Patient, RelatedPerson and other types."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, get_args

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from nlp.deid.known.columns import structs
from nlp.deid.known.knowledge import knowledge
from nlp.deid.known.page import IN_HAN, words_of
from nlp.deid.known.sources import sources
from nlp.deid.person import Identifier, Part

Found = Iterator[tuple[int, Identifier]]
PARTS = frozenset(get_args(Part))
PATIENT = ("identifier", "name", "telecom", "address", "contact", "extension")
ADDRESS = (
    ("city", "city", "CITY"),
    ("district", "district", "CITY"),
    ("state", "state", "STATE"),
    ("postalCode", "zip", "ZIP"),
)


def of(shard: Mapping[str, pa.Table], kind: str, names: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """subject_id and the asked columns of each row of a type of few rows; absent columns are absent."""
    table = shard.get(f"phi/fhir/{kind}")
    if table is not None and "subject_id" in table.column_names:
        asked = table.select(["subject_id", *(name for name in names if name in table.column_names)])
        yield from ((row["subject_id"], row) for row in asked.to_pylist() if row["subject_id"] is not None)


def listed(table: pa.Table, column: str) -> Iterator[tuple[int, dict[str, Any]]]:
    subjects = table.column("subject_id").to_pylist()
    yield from ((subjects[row], found) for row, found in structs(table, column) if subjects[row] is not None)


def patients(shard: Mapping[str, pa.Table]) -> Found:
    for subject, row in of(shard, "Patient", PATIENT):
        found = [*named(row, "PATIENT"), *_extensions(row)]
        for contact in row.get("contact") or ():
            found += named({**contact, "name": [contact.get("name")], "address": [contact.get("address")]}, "RELATIVE")
        yield from ((subject, one) for one in found)


def relatives(shard: Mapping[str, pa.Table]) -> Found:
    for subject, row in of(shard, "RelatedPerson", (*PATIENT, "birthDate")):
        yield from ((subject, one) for one in named(row, "RELATIVE"))
        if len(row.get("birthDate") or "") == 10:
            yield subject, Identifier("DATE", "date", row["birthDate"])


def named(row: Mapping[str, Any], label: str) -> list[Identifier]:
    """Of a row with name, telecom, address and identifier as FHIR has them."""
    made = [one for name in row.get("name") or () if name for one in names(name, label)]
    made += [one for contact in row.get("telecom") or () if contact for one in contacts(contact)]
    made += [one for address in row.get("address") or () if address for one in addresses(address)]
    usual = {"PATIENT": "MRN", "RELATIVE": "SSN", "STAFF": "LICENSE"}.get(label, "")
    return made + [one for found in row.get("identifier") or () if found and usual for one in number(found, usual)]


def names(name: Mapping[str, Any], label: str) -> Iterator[Identifier]:
    """Given names and family name one after the other: Matcher takes them for one person's. Text only where it adds."""
    given, family = [v for v in name.get("given") or () if v], name.get("family") or ""
    for value in given:
        if useful_name(value):
            yield Identifier(label, "given", value.strip())
    if useful_name(family):
        yield Identifier(label, "family", family.strip())
    said = {word for value in (*given, family) for word in words_of(value)}
    text = _bare(name.get("text") or "")
    if (
        useful_name(text)
        and not set(words_of(text)) - knowledge().words("titles") - knowledge().words("suffixes") <= said
    ):
        yield Identifier(label, "name", text)


def _bare(text: str) -> str:
    """Synthea writes digits into names: they stay where they are; only blanks go."""
    return re.sub(r"\s+", " ", text).strip()


@cache
def useful_name(value: str) -> bool:
    words = [word for word in words_of(value) if not word.isdigit()]
    no = knowledge().words("useless")
    return (
        bool(words)
        and not all(word in no for word in words)
        and "".join(words) not in no
        and (len("".join(words)) > 1 or bool(IN_HAN.search(value)) or len(value.strip(". ")) == 1)
    )


def contacts(contact: Mapping[str, Any]) -> Iterator[Identifier]:
    value = (contact.get("value") or "").strip()
    label = sources()["contacts"].get(contact.get("system") or "other", "PHONE")
    if "@" in value:
        yield Identifier("EMAIL", "email", value)
    elif label == "URL":
        yield Identifier(label, "url", value)
    elif len(re.sub(r"\D", "", value)) > 4:
        yield Identifier(label, "phone", value)


def addresses(address: Mapping[str, Any]) -> Iterator[Identifier]:
    for line in address.get("line") or ():
        if line and any(len(word) > 1 or word.isdigit() for word in words_of(line)):
            yield Identifier("STREET", "line", line.strip())
    for name, part, label in ADDRESS:
        value = (address.get(name) or "").strip()
        if len(value) > 1 and "".join(words_of(value)) not in knowledge().words("useless"):
            yield Identifier(label, part, value)  # type: ignore[arg-type]
    if not address.get("line") and address.get("text"):
        yield Identifier("STREET", "line", _bare(re.split(r"[\n,]", address["text"])[0]))


def number(found: object, usual: str) -> Iterator[Identifier]:
    """Of an Identifier (or system and value): what its type or system says it is, else the usual label."""
    if not isinstance(found, Mapping) or not useful_number(found.get("value") or ""):
        return
    said, system = sources(), str(found.get("system") or "").lower()
    codes = [coding.get("code") or "" for coding in (found.get("type") or {}).get("coding") or () if coding]
    label = next((said["types"][code] for code in codes if code in said["types"]), None)
    label = label or next((one for part, one in said["systems"].items() if part in system), usual)
    yield Identifier(label, "number", found["value"].strip())


@cache
def _never() -> re.Pattern[str]:
    return re.compile(sources()["values_not"], re.IGNORECASE)


def useful_number(value: str) -> bool:
    return any(map(str.isdigit, value)) and not _never().fullmatch(value.strip())


def _extensions(row: Mapping[str, Any]) -> Iterator[Identifier]:
    for extension in row.get("extension") or ():
        last = (extension.get("url") or "").rsplit("/", 1)[-1]
        label = sources()["extensions"].get(last)
        if label and useful_name(extension.get("valueString") or ""):
            yield Identifier(label, "name", extension["valueString"].strip())
        if extension.get("valueAddress"):
            yield from addresses(extension["valueAddress"])


def others(shard: Mapping[str, pa.Table]) -> Found:
    """Coverage, Account, ServiceRequest, Specimen: types without columns."""
    table, said = shard.get("phi/fhir/Other"), sources()["other"]
    if table is None or "resource_json" not in table.column_names:
        return
    asked = table.select(["subject_id", "resourceType", "resource_json"])
    asked = asked.filter(pc.is_in(asked.column("resourceType"), pa.array(list(said))))
    for row in asked.to_pylist():
        if row["subject_id"] is not None and row["resource_json"]:
            resource = orjson.loads(row["resource_json"])
            for path, label in said[row["resourceType"]].items():
                for value in _at(resource, path.split(".")):
                    if isinstance(value, str) and useful_number(value):
                        yield row["subject_id"], Identifier(label, "number", value.strip())


def _at(value: object, path: Sequence[str]) -> Iterator[object]:
    if isinstance(value, list):
        for one in value:
            yield from _at(one, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:])
