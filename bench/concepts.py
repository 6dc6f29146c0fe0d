"""Concept maps of the mimic-omop project (itemid to LOINC) as maps of a site that the mapping mimic4 reads."""

import csv
from collections.abc import Iterator
from pathlib import Path

MAPS = {  # our map -> files of the project, the first that knows an item wins
    "lab_concepts": ("d_labitems_to_loinc.csv",),
    "chart_concepts": ("meas_chartevents_main.csv",),
    "output_concepts": ("outputevents_to_loinc.csv",),
}
LOINC = "http://loinc.org"


def site_maps(source: Path, target: Path) -> Path:
    """Writes one CSV a map; only LOINC, since other vocabularies say nothing of units."""
    target.mkdir(parents=True, exist_ok=True)
    for name, files in MAPS.items():
        rows = {row[0]: row for file in reversed(files) if (source / file).is_file() for row in _rows(source / file)}
        with (target / f"{name}.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(["itemid", "system", "code", "display"])
            writer.writerows(rows[item] for item in sorted(rows))
    return target


def _rows(path: Path) -> Iterator[tuple[str, str, str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            item = (row.get("itemid (omop_source_code)") or "").strip()
            if item and row.get("omop_vocabulary_id") == "LOINC" and row["omop_concept_code"]:
                yield item, LOINC, row["omop_concept_code"], row["omop_concept_name"]
