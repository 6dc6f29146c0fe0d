"""Concept maps of MIMIC-IV (the OMOP project's files) as maps of our mapping, written to a folder."""

import csv
from pathlib import Path

from contract.errors import InputError

FILES = {  # our map -> the project's file
    "lab_concepts": "d_labitems_to_loinc.csv",
    "chart_concepts": "meas_chartevents_main.csv",
    "output_concepts": "outputevents_to_loinc.csv",
    "input_concepts": "inputevents_to_rxnorm.csv",
    "procedure_concepts": "proc_itemid.csv",
    "datetime_concepts": "proc_datetimeevents.csv",
}
SYSTEMS = {
    "LOINC": "http://loinc.org",
    "SNOMED": "http://snomed.info/sct",
    "RxNorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
}
ITEM = "itemid (omop_source_code)"


def write_maps(source: Path, folder: Path) -> dict[str, int]:
    """Entries of each map. Concepts of other vocabularies, and rows that name none, are left out."""
    folder.mkdir(parents=True)
    return {name: _write(source / file, folder / f"{name}.csv") for name, file in FILES.items()}


def _write(source: Path, target: Path) -> int:
    if not source.is_file():
        raise InputError(f"{source.name} is not in the folder of --concept-maps; expected {', '.join(FILES.values())}.")
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = {
            row[ITEM]: [
                row[ITEM],
                SYSTEMS[row["omop_vocabulary_id"]],
                row["omop_concept_code"],
                row["omop_concept_name"],
            ]
            for row in csv.DictReader(file)
            if row[ITEM] and row["omop_concept_code"] and row["omop_vocabulary_id"] in SYSTEMS
        }
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["itemid", "system", "code", "display"], *rows.values()])
    return len(rows)
