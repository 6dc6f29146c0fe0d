"""The peers get fair work: columns that Synthea writes, resources that are valid."""

import csv
import re
from pathlib import Path

import yaml

from bench.fhir_objects import build, resource
from bench.meds_extract import SPEC, present
from simulate.knowledge import tables

ROWS = """DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE
2021-08-23T03:26:50Z,p1,e1,vital-signs,8302-2,Body Height,49.2,cm,numeric
2021-08-23T03:26:50Z,p1,,,72166-2,Tobacco smoking status,Never smoker,,text
"""


def test_the_specification_names_columns_that_synthea_writes() -> None:
    said = yaml.safe_load(SPEC.read_text())
    for table in present_tables(said):
        assert set(re.findall(r"\$(\w+)", str(said[table]))) <= set(tables()[table]), table


def present_tables(said: dict[str, object]) -> list[str]:
    return [name for name in said if name not in ("etl", "_defaults")]


def test_a_table_without_patient_column_names_its_own(tmp_path: Path) -> None:
    said = yaml.safe_load(SPEC.read_text())
    for table in present_tables(said):
        (tmp_path / f"{table}.csv").touch()
        assert "PATIENT" in tables()[table] or "subject_id" in said[table]["_defaults"], table
    assert present(tmp_path) == said


def test_objects_are_valid_and_counted(tmp_path: Path) -> None:
    (tmp_path / "observations.csv").write_text(ROWS)
    rows, cpu_s = build(tmp_path / "observations.csv", 10)
    assert rows == 2
    assert cpu_s > 0


def test_an_object_says_what_the_row_says() -> None:
    number, text = (resource(n, row) for n, row in enumerate(csv.DictReader(ROWS.splitlines())))
    assert number["valueQuantity"]["value"] == "49.2"
    assert number["encounter"] == {"reference": "Encounter/e1"}
    assert text["valueString"] == "Never smoker"
    assert not {"encounter", "category", "valueQuantity"} & set(text)
