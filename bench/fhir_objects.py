"""The peer fhir.resources (R4B): one validated object and its JSON per row of observations.csv, on a sample.

`python -m bench.fhir_objects observations.csv 20000` prints {rows, cpu_s, version}; imports are not counted.
"""

import csv
import itertools
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.json_line import finish

KEYS = ("rows", "cpu_s", "version")
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def resource(number: int, row: dict[str, str]) -> dict[str, Any]:
    """The Observation of one row as FHIR says it: what our own mapping makes of the row."""
    code = {"system": "http://loinc.org", "code": row["CODE"], "display": row["DESCRIPTION"]}
    made: dict[str, Any] = {
        "id": str(number),
        "status": "final",
        "code": {"coding": [code], "text": row["DESCRIPTION"]},
        "subject": {"reference": f"Patient/{row['PATIENT']}"},
        "effectiveDateTime": row["DATE"],
        "issued": row["DATE"],
    }
    if row.get("CATEGORY"):
        made["category"] = [{"coding": [{"system": CATEGORY, "code": row["CATEGORY"]}]}]
    if row["ENCOUNTER"]:
        made["encounter"] = {"reference": f"Encounter/{row['ENCOUNTER']}"}
    return {**made, **_value(row)}


def _value(row: dict[str, str]) -> dict[str, Any]:
    if row["TYPE"] != "numeric":
        return {"valueString": row["VALUE"]}
    unit = row["UNITS"] or "1"
    quantity = {"value": row["VALUE"], "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    return {"valueQuantity": quantity}


def build(file: Path, sample: int) -> tuple[int, float]:
    """Rows built and dumped, and the CPU-seconds it took from the CSV text on."""
    from fhir.resources.R4B.observation import Observation  # half a second to import: not part of a row's cost

    began = time.process_time()
    with file.open(newline="", encoding="utf-8") as lines:
        rows = itertools.islice(csv.DictReader(lines), sample)
        made = [len(Observation(**resource(number, row)).model_dump_json()) for number, row in enumerate(rows)]
    return len(made), time.process_time() - began


def main() -> None:
    rows, cpu_s = build(Path(sys.argv[1]), int(sys.argv[2]))
    finish(KEYS, {"rows": rows, "cpu_s": cpu_s, "version": version("fhir.resources")})


if __name__ == "__main__":
    main()
