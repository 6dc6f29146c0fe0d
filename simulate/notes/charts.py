"""Charts from a block: for each contact, which notes are written and what their authors know."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import numpy as np

from nlp.text.grammar import choose
from simulate.arrays import DAY
from simulate.block import Block
from simulate.devices import kinds, sided
from simulate.encounters import BIOPSY, EMERGENCY, FOLLOW_UP, INPATIENT, SYMPTOM, WELLNESS
from simulate.films import CHEST, DEVICE, findings, place_of_device
from simulate.knowledge import Drug, analytes, diseases, drugs, effects, reasons
from simulate.notes import documents
from simulate.notes.chart import Chart, Harm, Note, Place
from simulate.notes.identity import Identity, identity
from simulate.notes.radiology import Device, Finding, Shown
from simulate.notes.specimens import Specimen, draw_specimens
from simulate.people import load_places
from simulate.records import allergens, care, operated_after
from simulate.shared import PROVIDERS

HOUR = 3600
WRITTEN = {WELLNESS: 0.35, FOLLOW_UP: 0.45, EMERGENCY: 0.9, SYMPTOM: 1.0}  # chance of a note at a visit
SPECIALISTS = ("RADIOLOGY", "PATHOLOGY")
OPERATED_BREAST = "mastectomy"


class Author:
    """Writes all notes of one block; holds what many charts share."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.known: dict[int, Identity] = {}
        self.allergen = allergens(block)
        self.value_start = np.searchsorted(block.values.encounter, np.arange(len(block.encounters.who) + 1))
        self.courses = _by_person(block.courses.who)
        self.harms = _by_person(block.harms.who)
        self.films = _by_person(block.films.encounter)
        self.specimens: dict[str, list[Specimen]] = {}  # of every report of the breast

    def notes(self, people: int, share: float = 1.0) -> Iterator[Note]:
        """share: of the contacts that are written up."""
        e = self.block.encounters
        for place in range(int(np.searchsorted(e.who, people))):
            rng = Random(int(self.block.people.seeds[e.who[place]]) ^ (place * 2_654_435_761))
            if share >= 1 or rng.random() < share:
                yield from self._contact(place, rng)

    def identity(self, who: int) -> Identity:
        if who not in self.known:
            self.known[who] = identity(self.block.people, who)
        return self.known[who]

    def _contact(self, place: int, rng: Random) -> Iterator[Note]:
        kind = int(self.block.encounters.kind[place])
        if kind == INPATIENT:
            yield from self._stay(place, rng)
        elif kind == BIOPSY:
            cancer = self.block.encounters.disease[place] >= 0
            yield self.specimen(place, rng, malignant=bool(cancer), excision=False)
        elif rng.random() < WRITTEN[kind]:
            chart = self._chart(place, "emergency" if kind == EMERGENCY else "visit", rng, 900)
            yield self._clinical(chart, rng)
        yield from self._film_notes(place, rng)

    def _stay(self, place: int, rng: Random) -> Iterator[Note]:
        b = self.block
        start, stop = int(b.encounters.start[place]), int(b.encounters.stop[place])
        yield self._clinical(self._chart(place, "admission", rng, 2 * HOUR), rng)
        for day in range(1, min(4, (stop - start) // DAY + 1)):
            if rng.random() < 0.85 and day * DAY < stop - start:
                yield self._clinical(self._chart(place, "progress", rng, day * DAY), rng)
        chart = self._chart(place, "operative", rng, int(operated_after(np.int64(stop - start))) + HOUR)
        if chart.reason and chart.reason.operation:
            yield self._clinical(chart, rng)
            yield from self._operated(place, chart.reason.operation, rng)
        if not b.encounters.open[place]:
            yield self._clinical(self._chart(place, "discharge", rng, stop - start - HOUR), rng)
            if not self._died(place) and rng.random() < 0.5:
                yield self._call(place, rng, stop - start + int(rng.random() * 20 * DAY))

    def _operated(self, place: int, operation: str, rng: Random) -> Iterator[Note]:
        if operation == OPERATED_BREAST:
            yield self.specimen(place, rng, malignant=True, excision=True)
        elif operation in ("appendectomy", "hip_replacement", "hip_nailing"):
            yield documents.write_specimen(
                self._chart(place, "pathology", rng, 2 * DAY), rng.getrandbits(62), self._styles, []
            )

    def specimen(self, place: int, rng: Random, *, malignant: bool, excision: bool) -> Note:
        chart = self._chart(place, "pathology", rng, 2 * DAY)
        specimens = draw_specimens(rng, chart.who.side, malignant=malignant, excision=excision)
        self.specimens[chart.note_id] = specimens
        return documents.write_specimen(chart, rng.getrandbits(62), self._styles, specimens)

    def _call(self, place: int, rng: Random, after: int) -> Note:
        chart = self._chart(place, "phone", rng, after)
        options = ["fall"] if chart.age > 60 else []
        if chart.reason and chart.reason.operation:
            options.append("wound_infection")
            options += ["hip_dislocation"] * 2 if chart.reason.operation.startswith("hip") else []
        event = (choose(rng, options), rng.random() < 0.4) if options and rng.random() < 0.75 else None
        return self._clinical(_with(chart, event), rng)

    def _film_notes(self, place: int, rng: Random) -> Iterator[Note]:
        f = self.block.films
        for film in self.films.get(place, []):
            chart = self._chart(place, "radiology", rng, int(f.time[film] - self.block.encounters.start[place]) + 600)
            present = [self._finding(film, int(j)) for j in np.flatnonzero(f.present[film]) if j != place_of_device()]
            pelvis = f.region[film] != CHEST
            chart.extra.update({} if pelvis else self._prior(film))
            event = ("hip_dislocation", rng.random() < 0.25) if pelvis else None
            chart = replace(chart, event=event, study_id=f.ids[film].decode())
            shown = None if pelvis else Shown(present, self._devices(film))
            yield documents.write_film(chart, rng.getrandbits(62), self._styles, shown)

    def _prior(self, film: int) -> dict[str, str]:
        """The same person's last chest film before this one."""
        f = self.block.films
        earlier = np.flatnonzero((f.who == f.who[film]) & (f.region == CHEST) & (f.time < f.time[film]))
        if not len(earlier):
            return {}
        last = earlier[np.argmax(f.time[earlier])]
        names = [n for n, here in zip(findings(), f.present[last], strict=True) if here and n != DEVICE]
        names += [n for n, here in zip(kinds(), f.devices.present[last], strict=True) if here]
        return {"prior": str(f.time[last]), "prior_findings": "|".join(names)}

    def _finding(self, film: int, j: int) -> Finding:
        f, name = self.block.films, list(findings())[j]
        side = "both" if f.both[film, j] else "left" if f.left[film, j] else "right"
        grade = ["mild", "moderate", "severe"][int(f.grade[film, j]) - 1]
        return Finding(name, side if findings()[name]["sided"] else "", grade)

    def _devices(self, film: int) -> list[Device]:
        d, names = self.block.films.devices, list(kinds())
        return [
            Device(
                names[k],
                ("left" if d.left[film, k] else "right") if sided()[k] else "",
                "bad" if d.bad[film, k] else "good",
            )
            for k in np.flatnonzero(d.present[film])
        ]

    @property
    def _styles(self) -> tuple[str, ...]:
        return self.block.config.styles

    def _clinical(self, chart: Chart, rng: Random) -> Note:
        return documents.write_clinical(chart, rng.getrandbits(62), self._styles)

    def _died(self, place: int) -> bool:
        stay = self.block.encounters.stay[place]
        return bool(stay >= 0 and self.block.stays.died[stay])

    def _chart(self, place: int, kind: str, rng: Random, after: int) -> Chart:
        b, e = self.block, self.block.encounters
        who, when = int(e.who[place]), int(e.start[place]) + after
        doctors = b.shared.providers
        stay = int(e.stay[place])
        doctor = doctors[int(b.provider[place])]
        if kind.upper() in SPECIALISTS:
            doctor = choose(rng, [p for p in doctors if p.speciality == kind.upper()])
        raw = rng.getrandbits(128)
        return Chart(
            kind=kind, who=self.identity(who), note_id=_uuid(raw), encounter_id=e.ids[place].decode(), when=when,
            admitted=int(e.start[place]), discharged=int(e.stop[place]),
            age=int((when - b.people.birth[who]) / (365.25 * DAY)),
            place=self._place(doctor.organization, who, rng), doctor=doctor,
            colleagues=tuple(doctors[(int(b.provider[place]) + k * 7) % PROVIDERS] for k in (1, 2, 3)),
            diseases=tuple(d for j, d in enumerate(diseases()) if 0 <= b.diagnosed[who, j] <= place),
            reason=reasons()[b.stays.reason[stay]] if stay >= 0 else None,
            drugs=self._drugs(who, (-1,) if kind == "admission" else (-1, stay), when),
            labs=self._labs(place, when), harm=self._harm(who, place, when),
            allergen=care()["allergens"][self.allergen[who]][2] if self.allergen[who] >= 0 else "",
            died=self._died(place),
        )  # fmt: skip

    def _place(self, organization: int, who: int, rng: Random) -> Place:
        shared, places = self.block.shared, load_places()
        number = shared.phones[organization]
        phone = f"({number[:3]}) {number[3:6]}-{number[6:]}"
        other = shared.hospital_names[(organization + 1 + int(rng.random() * 5)) % len(shared.hospital_names)]
        payer = places["payers"][int(self.block.people.payer[who])].replace("_", " ").title()
        return Place(shared.hospital_names[organization], other, choose(rng, places["wards"]), phone, payer)

    def _drugs(self, who: int, stays: tuple[int, ...], when: int) -> tuple[Drug, ...]:
        c = self.block.courses
        mine = [k for k in self.courses.get(who, []) if c.start[k] <= when < c.stop[k] and c.stay[k] in stays]
        return tuple(drugs()[d] for d in dict.fromkeys(int(c.drug[k]) for k in mine))

    def _labs(self, place: int, when: int) -> dict[str, float]:
        v = self.block.values
        rows = slice(int(self.value_start[place]), int(self.value_start[place + 1]))
        before = v.time[rows] <= when
        names = analytes()
        return {
            names[a].name: x
            for a, x in zip(v.analyte[rows][before].tolist(), v.value[rows][before].tolist(), strict=True)
        }

    def _harm(self, who: int, place: int, when: int) -> Harm | None:
        """The effect noticed at this contact and begun before the note."""
        h = self.block.harms
        for k in self.harms.get(who, []):
            if self.block.seen[k] == place and h.onset[k] <= when:
                since = int(self.block.courses.start[h.course[k]]) if h.course[k] >= 0 else int(h.onset[k])
                drug = drugs()[h.drug[k]] if h.drug[k] >= 0 else None
                return Harm(effects()[h.effect[k]], drug, int(h.onset[k]), since)
        return None


def _with(chart: Chart, event: tuple[str, bool] | None) -> Chart:
    return replace(chart, event=event)


def _by_person(who: np.ndarray[tuple[int], np.dtype[np.int64]]) -> dict[int, list[int]]:
    out: dict[int, list[int]] = {}
    for row, person in enumerate(who.tolist()):
        out.setdefault(person, []).append(row)
    return out


def _uuid(raw: int) -> str:
    h = f"{raw:032x}"
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"
