"""A release, as `chartloom release` left it, attacked with a population file that names everybody in it."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.attack_linkage import QUASI, Linkage, linkage
from nlp.deid.anonymity.classes import classes
from nlp.deid.anonymity.lattice import LEVELS, generalised


def linked(release: Path, population: pa.Table) -> Linkage:
    """`population`: a row a person with birth_year, zip3 and sex as they are; it is told as coarsely as the release."""
    said = json.loads((release / "manifest.json").read_bytes())
    people, _ = classes(tables(release), QUASI)
    return linkage(people, as_told(population, said["generalisation"]), said["k"])


def as_told(population: pa.Table, told: dict[str, str]) -> pa.Table:
    texts = pa.table({name: population[name].cast(pa.string()) for name in QUASI})
    levels = {name: [level for level, _ in LEVELS[name]].index(told[name]) for name in QUASI if name in told}
    return generalised(texts, levels)


def tables(release: Path) -> dict[str, pa.Table]:
    """What of a release tells who somebody is."""
    paths = {"fhir/Patient": "fhir/Patient.parquet", "fhir/Encounter": "fhir/Encounter.parquet",
             "timeline": "timeline/data/data.parquet"}  # fmt: skip
    return {name: pq.read_table(release / path) for name, path in paths.items() if (release / path).exists()}
