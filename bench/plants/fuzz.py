"""Fills the elements of one resource: identifiers into strings; public codes and numbers, which must be kept."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from bench.plants.bearers import Bearer
from bench.plants.world import read
from schemas.fhir import Element, bindings

FIRST = datetime(2018, 3, 1, tzinfo=UTC)
FILLED, PLANTED, DIRTY_CODE = 0.65, 0.7, 0.04
TEXTS, DATES = ("string", "markdown"), ("date", "dateTime", "instant")


@cache
def said() -> dict[str, Any]:
    loaded: dict[str, Any] = read("resources.yaml")
    return loaded


@dataclass
class Record:
    """Of one resource: where what was planted, and what must come out as it went in."""

    type: str
    id: str
    subject: int
    plants: list[tuple[str, str]] = field(default_factory=list)
    codes: list[tuple[str, str]] = field(default_factory=list)
    numbers: list[tuple[str, float]] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        return {"type": self.type, "id": self.id, "subject": self.subject, "plants": self.plants, "codes": self.codes,
                "numbers": self.numbers}  # fmt: skip


@dataclass
class Fuzz:
    rng: Random
    owner: Bearer
    clinician: Bearer
    record: Record

    def plant(self, path: str, *values: str) -> None:
        self.record.plants += [(path, value) for value in values]

    def parts(self, elements: Sequence[Element], path: str, needed: Sequence[str] = ()) -> dict[str, Any]:
        """A struct: required elements always, others often, of each choice one at most."""
        made: dict[str, Any] = {}
        for group in _groups(elements):
            element = self.rng.choice(group)
            if element.required or element.choice in needed or self.rng.random() < FILLED:
                value = self.one(element, f"{path}.{element.name}")
                if value not in (None, {}):
                    made[element.name] = [value] if element.many else value
        return made

    def one(self, element: Element, path: str) -> Any:
        special = getattr(self, f"_{element.type.lower()}", None)
        if special:
            return special(element, path) if element.type in ("CodeableConcept", "Reference") else special(path)
        return self.parts(element.parts, path) if element.parts else self._primitive(element, path)

    def text(self, path: str) -> str:
        """A sentence that names the person; what it names is recorded."""
        sentence = self.rng.choice(said()["sentences"])
        return self._filled(sentence, path)

    def number(self, path: str) -> str:
        value = self.rng.choice([self.owner.mrn, self.owner.plan, self.owner.accession, self.owner.device])
        self.plant(path, value)
        return value

    def _filled(self, sentence: str, path: str) -> str:
        who = self.owner
        slots = {key: getattr(who, key) for key in (
            "given", "family", "full", "relative", "phone", "mrn", "ssn", "street", "city", "zip", "birth", "email",
            "device", "accession", "plan")}  # fmt: skip
        text: str = sentence.format(**slots, FULL=who.full.upper())
        folded = text.casefold()
        self.plant(path, *(value for value in who.planted if value.casefold() in folded))
        return text

    def _primitive(self, element: Element, path: str) -> Any:
        rng, kind = self.rng, element.type
        if kind == "boolean":
            return rng.random() < 0.5
        if kind == "integer":
            return rng.randint(1, 9)
        if kind == "decimal":
            return round(rng.uniform(1, 500), 4)
        if kind in DATES or kind == "time":
            return self._when(kind)
        if kind == "code" and (element.binding or element.name in said()["plain_codes"]):
            return (
                rng.choice(sorted(bindings()[element.binding]))
                if element.binding
                else said()["plain_codes"][element.name]
            )
        if kind == "id":
            self.plant(path, self.owner.mrn)
            return f"1.2.840.{self.owner.mrn}.{rng.randint(1, 99999)}"
        if kind in ("url", "uri"):
            return self._filled(rng.choice(said()["urls"]), path)
        if kind == "code":
            return self.number(path)
        return self.text(path)

    def _when(self, kind: str) -> str:
        when = FIRST + timedelta(seconds=self.rng.randrange(4 * 365 * 86400))
        if kind == "time":
            return f"{when:%H:%M:%S}"
        if kind == "date" or (kind == "dateTime" and self.rng.random() < 0.2):
            return f"{when:%Y-%m-%d}"
        return f"{when:%Y-%m-%dT%H:%M:%S}" + self.rng.choice(["Z", "-05:00", "+01:00"])

    def _coding(self, path: str) -> dict[str, Any]:
        """A public code, mostly with a planted display; now and then a local code, or dirt under a public system."""
        system = self.rng.choice(list(said()["codes"]))
        code, display = self.rng.choice(said()["codes"][system])
        drawn = self.rng.random()
        if drawn < DIRTY_CODE:
            return {"system": system, "code": self.number(f"{path}.code"), "display": self.text(f"{path}.display")}
        if drawn < 3 * DIRTY_CODE:
            local = f"{said()['local_system']}.{self.owner.mrn}"
            self.plant(f"{path}.system", self.owner.mrn)
            return {"system": local, "code": self.number(f"{path}.code"), "display": self.text(f"{path}.display")}
        if ".extension" not in path and ".identifier" not in path:
            self.record.codes.append((system, code))
        shown = self.text(f"{path}.display") if self.rng.random() < PLANTED else display
        return {"system": system, "code": code, "display": shown, "version": self._version(path)}

    def _version(self, path: str) -> str:
        return "2021-09" if self.rng.random() < PLANTED else self.text(f"{path}.version")

    def _codeableconcept(self, element: Element, path: str) -> dict[str, Any]:
        if element.binding:
            code = self.rng.choice(sorted(bindings()[element.binding]))
            system = f"http://terminology.hl7.org/CodeSystem/{element.binding}"
            self.record.codes.append((system, code))
            return {"coding": [{"system": system, "code": code}]}
        return {"coding": [self._coding(f"{path}.coding")], "text": self.text(f"{path}.text")}

    def _identifier(self, path: str) -> dict[str, Any]:
        return {"system": f"urn:oid:2.999.1.{self.rng.randint(1, 9)}", "value": self.number(f"{path}.value"),
                "type": {"text": self.text(f"{path}.type.text")},
                "assigner": {"display": self.text(f"{path}.assigner")}}  # fmt: skip

    def _quantity(self, path: str) -> dict[str, Any]:
        value, unit = round(self.rng.uniform(1, 900), 4), self.rng.choice(said()["units"])
        self.record.numbers.append((path, value))
        shown = unit if self.rng.random() < PLANTED else self.text(f"{path}.unit")
        return {"value": value, "unit": shown, "system": "http://unitsofmeasure.org", "code": unit}

    def _age(self, _path: str) -> dict[str, Any]:
        return {"value": self.rng.randint(20, 60), "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}

    def _money(self, path: str) -> dict[str, Any]:
        value = round(self.rng.uniform(10, 9000), 2)
        self.record.numbers.append((path, value))
        return {"value": value, "currency": "USD"}

    def _period(self, _path: str) -> dict[str, Any]:
        first, second = sorted(FIRST + timedelta(seconds=self.rng.randrange(4 * 365 * 86400)) for _ in range(2))
        return {"start": f"{first:%Y-%m-%dT%H:%M:%SZ}", "end": f"{second:%Y-%m-%dT%H:%M:%SZ}"}

    def _reference(self, element: Element, path: str) -> dict[str, Any]:
        """Relative, absolute, urn, contained and logical references; each holds the id or number of a person."""
        target = self.rng.choice(element.targets or ("Patient",))
        who = self.owner if target in ("Patient", "RelatedPerson") else self.clinician
        forms = (f"{target}/{who.id}", f"https://ehr.example.org/r4/{target}/{who.id}/_history/2", f"urn:uuid:{who.id}",
                 f"{target}?identifier=urn:oid:2.999.1|{who.mrn}", f"#{who.family}")  # fmt: skip
        self.plant(f"{path}.reference", who.family)
        self.plant(f"{path}.display", who.family)
        return {"reference": self.rng.choice(forms), "type": target,
        "display": self.rng.choice([who.full, f"Dr. {who.family}"]),
                "identifier": {"value": self.number(f"{path}.identifier")}}  # fmt: skip

    def _humanname(self, path: str) -> dict[str, Any]:
        who = self.owner
        self.plant(path, who.family)
        return {"use": "official", "family": who.family, "given": [who.given], "text": who.full,
                "prefix": [self.text(f"{path}.prefix")], "suffix": [self.text(f"{path}.suffix")]}  # fmt: skip

    def _contactpoint(self, path: str) -> dict[str, Any]:
        system, value = self.rng.choice(
            [("phone", self.owner.phone), ("email", self.owner.email), ("url", f"http://x.example/{self.owner.family}")]
        )
        self.plant(path, self.owner.family if system == "url" else value)
        return {"system": system, "value": value, "use": "home"}

    def _address(self, path: str) -> dict[str, Any]:
        who = self.owner
        self.plant(path, who.street)
        return {"use": "home", "line": [who.street], "text": f"{who.street}, {who.city}, {who.state} {who.zip}",
        "city": who.city,
                "district": self.text(f"{path}.district"), "state": who.state, "postalCode": who.zip, "country": "US",
                "extension": [self._extension(f"{path}.extension")]}  # fmt: skip

    def _attachment(self, path: str) -> dict[str, Any]:
        data = self.text(f"{path}.data").encode()
        digest = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
        self.plant(f"{path}.hash", digest)
        return {"contentType": "text/plain", "language": "en", "data": base64.b64encode(data).decode(),
        "hash": digest,
                "url": self._filled(self.rng.choice(said()["urls"]), f"{path}.url"), "size": len(data),
                "title": self.text(f"{path}.title"), "creation": self._when("dateTime")}  # fmt: skip

    def _annotation(self, path: str) -> dict[str, Any]:
        self.plant(f"{path}.authorString", self.owner.family)
        return {"authorString": self.owner.full, "time": self._when("dateTime"), "text": self.text(f"{path}.text")}

    def _extension(self, path: str) -> dict[str, Any]:
        """Half of them of an address that the standard knows; all of them name the person."""
        self.plant(path, self.owner.family)
        url = self.rng.choice(
            [
                "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName",
                f"http://h.example/{self.owner.family}",
            ]
        )
        inner = [
            {"url": "note", "valueString": self.text(f"{path}.extension.valueString")},
            {"url": self.owner.family, "valueCode": self.owner.mrn},
        ]
        return {"url": url, **self.rng.choice([{"valueString": self.owner.family}, {"extension": inner}])}

    def demographics(self) -> dict[str, Any]:
        """What a Patient must hold, so that their identifiers are known."""
        who = self.owner
        self.plant("Patient.identifier", who.mrn, who.ssn, who.plan)
        self.plant("Patient.birthDate", who.birth)
        numbers = {"MR": who.mrn, "SS": who.ssn, "MB": who.plan}
        coding = "http://terminology.hl7.org/CodeSystem/v2-0203"
        return {
            "identifier": [{"type": {"coding": [{"system": coding, "code": code}]}, "system": f"urn:oid:2.999.{n}",
            "value": value}
                           for n, (code, value) in enumerate(numbers.items())],
            "name": [{"use": "official", "family": who.family, "given": [who.given]}], "birthDate": who.birth,
            "gender": {"f": "female", "m": "male"}[who.gender], "active": True,
            "telecom": [{"system": "phone", "value": who.phone}, {"system": "email", "value": who.email}],
            "address": [{"line": [who.street], "city": who.city, "state": who.state, "postalCode": who.zip}],
            "contact": [{"name": {"family": who.relative, "given": ["Pat"]},
            "relationship": [{"text": f"cousin {who.relative}"}]}],
            "photo": [{"contentType": "image/png", "data": base64.b64encode(who.full.encode()).decode(),
            "title": who.full}],
        }  # fmt: skip

    def event(self, fhir_id: str) -> dict[str, Any]:
        """A row of the timeline: public or local code, number, an answer that names the person."""
        number, local = round(self.rng.uniform(1, 900), 2), self.rng.random() < 0.1
        self.plant("timeline.fhir_id", self.owner.family)
        code = f"urn:local//{self.number('timeline.code')}" if local else "LOINC//2951-2"
        when = (FIRST + timedelta(seconds=self.rng.randrange(4 * 365 * 86400))).replace(tzinfo=None)
        return {"subject_id": self.owner.subject, "time": when, "code": code, "numeric_value": number,
        "unit": "mmol/L",
                "text_value": self.text("timeline.text_value"), "fhir_id": fhir_id,
                "encounter_id": f"{self.owner.family}-{self.owner.mrn}", "precision": "second"}  # fmt: skip

    def surroundings(self, path: str) -> dict[str, Any]:
        """What every resource may carry and no column holds: narrative, meta, contained, extensions, implicit rules."""
        who = self.owner
        self.plant(f"{path}.contained", who.family, who.street)
        self.plant(f"{path}.meta", who.family, who.mrn)
        self.plant(f"{path}.implicitRules", who.family)
        contained = {
            "resourceType": "Patient",
            "id": who.family,
            "name": [{"family": who.family, "given": [who.given]}],
            "address": [{"line": [who.street]}],
        }
        return {
            "meta": {"lastUpdated": self._when("instant"), "source": f"http://h.example/{who.family}",
            "versionId": who.mrn,
                     "profile": [f"http://h.example/{who.family}"], "tag": [{"system": "urn:x", "code": who.mrn,
                     "display": who.full}]},
            "implicitRules": f"http://h.example/{who.family}", "language": "en",
            "text": {"status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{self.text(f"{path}.text")}</p></div>'},
            "contained": [contained],
            "extension": [self._extension(f"{path}.extension")],
            "modifierExtension": [self._extension(f"{path}.modifierExtension")],
        }  # fmt: skip


def _groups(elements: Sequence[Element]) -> list[list[Element]]:
    """Elements, those of one choice together."""
    groups: dict[str, list[Element]] = {}
    for element in elements:
        groups.setdefault((element.choice and f"{element.choice}[x]") or element.name, []).append(element)
    return list(groups.values())
