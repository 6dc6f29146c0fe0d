"""The hospital of hospital.yaml as rows of both sides: what the gate would make of it, ids drawn as it draws them."""

import re
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from nlp.deid.keys import rekey

MARK = re.compile(r"\[\[(\w+)\|([^|]*)\|([^|]*)\]\]")
LOINC = {"system": "http://loinc.org"}
Row = dict[str, Any]


class Gate:
    def __init__(self, hospital: dict[str, Any]) -> None:
        self.hospital = hospital
        self.persons = {each["key"]: each for each in hospital["persons"]}
        self.encounters = {each["id"]: each for each in hospital["encounters"]}
        self.notes = {each["id"]: each for each in hospital["notes"]}

    def rows(self) -> dict[str, list[Row]]:
        """Of every table but the worklist and what is relinked."""
        both = {"notes": self._notes, "timeline": self._timeline, "fhir/Patient": self._patients,
                "fhir/Encounter": self._encounters, "fhir/Observation": self._observations,
                "fhir/ImagingStudy": self._studies, "timeline_codes": self._codes_of_events}  # fmt: skip
        found = {f"phi/{name}": made(False) for name, made in both.items()}
        found |= {name: made(True) for name, made in both.items()}
        own = {"phi/identities": self._identities, "phi/spans": self._spans, "codes": self._codes,
               "codes_account": self._account, "findings": self._findings, "pathology": self._pathology,
               "reports": self._reports, "phi/fhir/Location": self._locations,
               "phi/fhir/Organization": self._organisations}  # fmt: skip
        return found | {name: made() for name, made in own.items()}

    @cached_property
    def real(self) -> dict[str, str]:
        """Open id -> id, of encounters and of notes that are their own."""
        own = [note["id"] for note in self.hospital["notes"] if not note["encounter"]]
        return {self.encounter(each, True): each for each in [*self.encounters, *own]}

    def salt(self, person: str) -> bytes:
        return f"salt {list(self.persons).index(person):>11}".encode()[:16]

    def person(self, encounter: str) -> str:
        """Of an encounter, or of a note that is its own."""
        found = self.encounters.get(encounter) or self.notes[encounter]
        return str(found["person"])

    def writer(self, note: Row) -> str:
        return str(note.get("person") or self.person(note["encounter"]))

    def encounter(self, name: str, opened: bool) -> str:
        kind = "Encounter" if name in self.encounters else "note"
        return self.id(self.person(name), kind, name, opened)

    def note(self, name: str, opened: bool) -> str:
        return self.id(self.writer(self.notes[name]), "note", name, opened)

    def id(self, person: str, kind: str, name: str, opened: bool) -> str:
        return rekey(self.salt(person), kind, name) if opened else name

    def subject(self, person: str, opened: bool) -> int:
        return int(self.persons[person]["open_id" if opened else "subject_id"])

    def time(self, person: str, said: str | None, opened: bool) -> datetime | None:
        if said is None:
            return None
        weeks = self.persons[person]["weeks"] if opened else 0
        return datetime.fromisoformat(said.removesuffix("Z")) + timedelta(weeks=weeks)

    def text(self, note: Row, opened: bool) -> str:
        return MARK.sub(lambda match: match[3] if opened else match[2], note["text"])

    def evidence(self, found: list[list[str]]) -> list[Row]:
        """Of released notes; the words are written alike on both sides."""
        spans = []
        for note, words, source in found:
            start = self.text(self.notes[note], True).index(words)
            spans.append({"note_id": self.note(note, True), "start": start, "end": start + len(words),
                          "source": source, "weight": 0.9})  # fmt: skip
        return spans

    def _identities(self) -> list[Row]:
        return [
            {"subject_id": each["subject_id"], "ordinal": each.get("ordinal", place), "source": "hospital", "key": key,
             "merged_into": self.persons[each["into"]]["subject_id"] if "into" in each else None,
             "open_id": each["open_id"], "offset_weeks": each["weeks"], "salt": self.salt(key), "split": "train"}
            for place, (key, each) in enumerate(self.persons.items())
        ]  # fmt: skip

    def _patients(self, opened: bool) -> list[Row]:
        return [
            {"id": self.id(key, "Patient", key, opened), "subject_id": self.subject(key, opened),
             "gender": each["gender"], "birthDate": each["open_born" if opened else "born"],
             "name": [{"family": each["open_family" if opened else "family"]}]}
            for key, each in self.persons.items()
        ]  # fmt: skip

    def _encounters(self, opened: bool) -> list[Row]:
        return [self._encounter(each, opened) for each in self.encounters.values()]

    def _encounter(self, said: Row, opened: bool) -> Row:
        who = said["person"]
        wards = [f"Location/{'ward-' + w if opened else w}" for w in said["wards"]]
        period = {name: self._fhir_time(who, said[name], opened) for name in ("start", "end")}
        return {
            "id": self.encounter(said["id"], opened),
            "subject_id": self.subject(who, opened),
            "class": {"code": said["class"]} if said["class"] else None,
            "period": period if said["start"] else None,
            "location": [{"location": {"reference": ward}} for ward in wards] or None,
            "serviceProvider": {"reference": "Organization/" + ("org-open" if opened else "org1")},
        }

    def _fhir_time(self, who: str, said: str | None, opened: bool) -> str | None:
        found = self.time(who, said, opened)
        if found is None or said is None:
            return None
        return found.isoformat()[:10] if len(said) == 10 else f"{found.isoformat()}Z"

    def _notes(self, opened: bool) -> list[Row]:
        return [
            {"note_id": self.note(note["id"], opened), "subject_id": self.subject(self.writer(note), opened),
             "encounter_id": self.encounter(note["encounter"], opened) if note["encounter"] else None,
             "time": self.time(self.writer(note), note["time"], opened), "kind": note["kind"],
             "author_role": "physician", "language": note.get("language", "en"), "text": self.text(note, opened)}
            for note in self.hospital["notes"]
        ]  # fmt: skip

    def _spans(self) -> list[Row]:
        return [row for note in self.hospital["notes"] for row in self._spans_of(note)]

    def _spans_of(self, note: Row) -> list[Row]:
        found, at, open_at, behind = [], 0, 0, 0
        for match in MARK.finditer(note["text"]):
            at, open_at = at + match.start() - behind, open_at + match.start() - behind
            found.append(
                {"subject_id": self.subject(self.writer(note), False), "note_id": note["id"], "start": at,
                 "end": at + len(match[2]), "label": match[1], "layer": "known", "score": 1.0,
                 "open_note_id": self.note(note["id"], True), "open_start": open_at,
                 "open_end": open_at + len(match[3])}
            )  # fmt: skip
            at, open_at, behind = at + len(match[2]), open_at + len(match[3]), match.end()
        return found

    def _timeline(self, opened: bool) -> list[Row]:
        return [self._event(each, opened) for each in self.hospital["timeline"]]

    def _event(self, said: Row, opened: bool) -> Row:
        who = said.get("person") or self.person(said["encounter"])
        kind, _, name = said.get("of", "").partition("/")
        note = self.note(said["note"], opened) if "note" in said else None
        return {
            "subject_id": self.subject(who, opened),
            "time": self.time(who, said["time"], opened),
            "code": said["code"],
            "numeric_value": said.get("value"),
            "text_value": note or said.get("text"),
            "unit": said.get("unit"),
            "encounter_id": self.encounter(said["encounter"], opened) if said["encounter"] else None,
            "recorded_time": self.time(who, said["time"], opened),
            "precision": "second",
            "fhir_id": f"{kind}/{self.id(who, kind, name, opened)}" if name else None,
        }

    def _codes_of_events(self, _opened: bool) -> list[Row]:
        return [{"code": code, "description": name} for code, name in self.hospital["timeline_codes"].items()]

    def _observations(self, opened: bool) -> list[Row]:
        return [
            self._observation(each, opened) for each in self.hospital["timeline"] if "Observation" in each.get("of", "")
        ]

    def _observation(self, said: Row, opened: bool) -> Row:
        who = said.get("person") or self.person(said["encounter"])
        limits = {bound: {"value": said[bound], "unit": said["unit"]} for bound in ("low", "high") if bound in said}
        return {
            "id": self.id(who, "Observation", said["of"].partition("/")[2], opened),
            "subject_id": self.subject(who, opened),
            "category": [{"coding": [{"code": said["category"]}]}] if "category" in said else None,
            "code": {"coding": [{**LOINC, "code": said["code"].partition("//")[2]}]},
            "interpretation": [{"coding": [{"code": said["said"]}]}] if "said" in said else None,
            "referenceRange": [limits] if limits else None,
        }

    def _studies(self, opened: bool) -> list[Row]:
        found = []
        for said in self.hospital["studies"]:
            who = self.person(said["encounter"])
            reference = f"Encounter/{self.encounter(said['encounter'], opened)}"
            found.append(
                {"id": self.id(who, "ImagingStudy", said["id"], opened), "subject_id": self.subject(who, opened),
                 "encounter": {"reference": reference}, "started": self._fhir_time(who, said["started"], opened)}
            )  # fmt: skip
        return found

    def _locations(self) -> list[Row]:
        return [{"id": name, "name": shown} for name, shown in self.hospital["wards"].items()]

    def _organisations(self) -> list[Row]:
        return [self.hospital["clinic"]]

    def _codes(self) -> list[Row]:
        """Ranks as they are listed."""
        ranks: dict[tuple[str, str], int] = {}
        found = []
        for encounter, system, code, display, score, band, evidence, flags in self.hospital["codes"]:
            ranks[encounter, system] = ranks.get((encounter, system), 0) + 1
            found.append(
                {"subject_id": self.subject(self.person(encounter), True), "system": system, "code": code,
                 "encounter_id": self.encounter(encounter, True), "display": display, "score": score, "band": band,
                 "rank": ranks[encounter, system], "evidence": self.evidence(evidence), "flags": flags,
                 "artifact": "icd-test"}
            )  # fmt: skip
        return found

    def _account(self) -> list[Row]:
        found = []
        for opened, name in self.real.items():
            notes = [note for note in self.hospital["notes"] if name in (note["encounter"], note["id"])]
            setting = {"IMP": "inpatient", "AMB": "outpatient", "EMER": "outpatient"}
            kind = self.encounters.get(name, {}).get("class")
            bands = [row[5] for row in self.hospital["codes"] if row[0] == name]
            counts = {band.replace("-", "_"): bands.count(band) for band in ("pre-accept", "review", "hidden")}
            if notes:
                found.append(
                    {"subject_id": self.subject(self.person(name), True), "encounter_id": opened, "notes": len(notes),
                     "notes_read": len(notes), "characters": 100, "setting": setting.get(kind), **counts,
                     "flags": ["copied-text"] if name == "long-1" else []}
                )  # fmt: skip
        return found

    def _findings(self) -> list[Row]:
        found = []
        for said in self.hospital["findings"]:
            who = self.writer(self.notes[said["note"]])
            kind, _, name = said["of"].partition("/")
            own = {name: said[name] for name in ("kind", "drug", "effect", "assertion", "score")}
            found.append(
                {**own, "subject_id": self.subject(who, True), "note_id": self.note(said["note"], True),
                 "finding_id": "1", "linked_event": f"{kind}/{self.id(who, kind, name, True)}", "notes": 1,
                 "evidence": self.evidence([[said["note"], said["words"], "rules"]]), "flags": []}
            )  # fmt: skip
        return found

    def _pathology(self) -> list[Row]:
        found = []
        for said in self.hospital["pathology"]:
            who = self.writer(self.notes[said["note"]])
            own = {name: said[name] for name in ("field", "value", "system", "code", "score")}
            ids = {"subject_id": self.subject(who, True), "note_id": self.note(said["note"], True)}
            found.append({**own, **ids, "evidence": self.evidence([[said["note"], said["words"], "rules"]])})
        return found

    def _reports(self) -> list[Row]:
        found = []
        for said in self.hospital["studies"]:
            who = self.person(said["encounter"])
            found.append(
                {"subject_id": self.subject(who, True), "study_id": self.id(who, "ImagingStudy", said["id"], True),
                 "time": self.time(who, said["started"], True), "text": said["text"], "flags": [],
                 "findings": [{"finding": each, "state": "present", "score": 0.9} for each in said["findings"]],
                 "sentences": []}
            )  # fmt: skip
        return found
