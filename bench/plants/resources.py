"""Fuzzed FHIR R4 resources: an identifier in every string path, in text, ids, references, codes, attachments, meta.

What must be kept is recorded beside it: public codes, numbers, instants. Every type of schemas/fhir.yaml, and four
that have no columns. Of each optional element about two in three are filled, of each choice one.

python -m bench.plants.resources --n 10000 --seed 7 --out DIR
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Annotated, Any

import typer

from bench.json_line import command, finish
from bench.plants.bearers import Bearer, bearers
from bench.plants.fuzz import Fuzz, Record
from bench.plants.notes import write
from schemas.fhir import ResourceType, resource_types

OTHERS = ("Coverage", "ServiceRequest", "Communication", "QuestionnaireResponse")


@dataclass
class Fuzzed:
    """`resources` by type; `records` say of each, in the same order, what was planted and what must be kept."""

    patients: list[Bearer]
    clinicians: list[Bearer]
    resources: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    records: dict[str, list[Record]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)  # of phi/timeline, some naming the person

    def add(self, resource: dict[str, Any], record: Record) -> None:
        self.resources.setdefault(record.type, []).append(resource)
        self.records.setdefault(record.type, []).append(record)


def fuzzed(count: int, seed: int = 7) -> Fuzzed:
    """`count` resources: one Patient a person, one person for each 33 resources, the other types evenly."""
    rng = Random(f"resources {seed}")
    people = bearers(rng, max(2, count // 33), 1)
    made = Fuzzed(people, bearers(rng, max(2, len(people) // 4), 0))
    for person in people:
        made.add(*_one(rng, resource_types()["Patient"], person, made, person.id))
    for number, name in enumerate(_names(count - len(people))):
        kind = resource_types().get(name)
        shared = kind is not None and not kind.patient
        owner = rng.choice(made.clinicians if shared else people)
        mark = f"{owner.family}-{owner.mrn}-{number}"
        made.add(*(_one(rng, kind, owner, made, mark) if kind else _other(rng, name, owner, made, mark)))
        if owner.subject and number % 3 == 0:
            fuzz = Fuzz(rng, owner, made.clinicians[0], made.records[name][-1])
            made.events.append(fuzz.event(f"{name}/{mark}"))
    return made


def _names(count: int) -> Iterator[str]:
    names = [name for name in resource_types() if name != "Patient"] + list(OTHERS)
    for number in range(count):
        yield names[number % len(names)]


def _one(rng: Random, kind: ResourceType, owner: Bearer, made: Fuzzed, mark: str) -> tuple[dict[str, Any], Record]:
    fuzz = Fuzz(rng, owner, rng.choice(made.clinicians), Record(kind.name, mark, owner.subject))
    given = {kind.patient, *(fuzz.demographics() if kind.name == "Patient" else ())}
    fuzz.record.plants.clear()
    body = fuzz.parts([e for e in kind.elements if e.name not in given], kind.name, kind.required_choices)
    if kind.patient and kind.patient != "id":
        body[kind.patient] = {"reference": f"Patient/{owner.id}", "display": owner.full}
        fuzz.plant(f"{kind.name}.{kind.patient}", owner.id)
    if kind.name == "Patient":
        body |= fuzz.demographics()
    return {"resourceType": kind.name, "id": mark, **fuzz.surroundings(kind.name), **body}, fuzz.record


def _other(rng: Random, name: str, owner: Bearer, made: Fuzzed, mark: str) -> tuple[dict[str, Any], Record]:
    """A type without columns: whatever is in it, nothing may come through that no rule names."""
    fuzz = Fuzz(rng, owner, rng.choice(made.clinicians), Record(name, mark, owner.subject))
    person = "beneficiary" if name == "Coverage" else "subject"
    body = {
        person: {"reference": f"Patient/{owner.id}", "display": owner.full}, "status": "active",
        "subscriberId": fuzz.number(f"{name}.subscriberId"), "note": [{"text": fuzz.text(f"{name}.note")}],
        "item": [{"linkId": "1", "text": fuzz.text(f"{name}.item.text"),
                  "answer": [{"valueString": fuzz.text(f"{name}.answer")}]}],
    }  # fmt: skip
    return {"resourceType": name, "id": mark, **fuzz.surroundings(name), **body}, fuzz.record


def rows(made: Fuzzed) -> list[dict[str, Any]]:
    return [record.row() for records in made.records.values() for record in records]


def main(
    out: Annotated[Path, typer.Option(help="Folder for one NDJSON a type and PLANTS.jsonl")],
    n: Annotated[int, typer.Option(help="Resources to make")] = 10_000,
    seed: Annotated[int, typer.Option(help="Another seed, other resources")] = 7,
) -> None:
    """Writes fuzzed resources and what was planted in them."""
    made = fuzzed(n, seed)
    out.mkdir(parents=True, exist_ok=True)
    for name, resources in made.resources.items():
        write(resources, out / f"{name}.ndjson")
    plants = rows(made)
    write(plants, out / "PLANTS.jsonl")
    finish(("resources", "planted"), {"resources": len(plants), "planted": sum(len(row["plants"]) for row in plants)})


if __name__ == "__main__":
    command(main)
