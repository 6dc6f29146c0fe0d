"""The bench of units: its reference is frozen and varied, a wrong conversion is seen, shares are counted."""

import csv
from pathlib import Path

import pyarrow as pa
import pytest

from bench import units
from bench.concepts import site_maps
from contract.errors import ConfigError


def test_all_conversions_agree_with_the_reference() -> None:
    rows = units.reference()
    assert len(rows) == 500
    assert list(units.wrong(rows)) == []
    assert len({row["canonical_unit"] for row in rows}) > 30


def test_a_wrong_conversion_is_seen() -> None:
    row = units.reference()[0]
    assert len(list(units.wrong([row | {"value": str(float(row["value"]) * 1.01)}]))) == 1
    assert len(list(units.wrong([row | {"unit": "furlong"}]))) == 1


def test_a_reference_that_was_touched_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched = tmp_path / "units_reference.csv"
    touched.write_bytes(units.REFERENCE.read_bytes() + b"\n")
    monkeypatch.setattr(units, "REFERENCE", touched)
    with pytest.raises(ConfigError, match="frozen"):
        units.reference()


def test_shares_count_events_with_a_unit() -> None:
    columns = {
        "code": ["LOINC//1", "LOINC//2", "LOCAL//3"],
        "numeric_value": [1.0, 2.0, 3.0],
        "unit": ["mg", None, "x"],
        "canonical_value": [1.0, None, None],
        "canonical_unit": ["mg", None, None],
    }
    assert units.told("test", pa.table(columns)) == (1, 3)


def test_concept_maps_become_maps_of_a_site(tmp_path: Path) -> None:
    names = ["itemid (omop_source_code)", "omop_vocabulary_id", "omop_concept_code", "omop_concept_name"]
    with (tmp_path / "d_labitems_to_loinc.csv").open("w", newline="") as out:
        csv.writer(out).writerows(
            [names, ["5", "LOINC", "1-8", "One"], ["6", "SNOMED", "2", "Two"], ["", "LOINC", "3", ""]]
        )
    made = site_maps(tmp_path, tmp_path / "maps") / "lab_concepts.csv"
    assert made.read_text() == "itemid,system,code,display\n5,http://loinc.org,1-8,One\n"
