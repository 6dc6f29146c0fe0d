"""A coder of two code systems that knows a handful of words."""

from pathlib import Path

import pytest

from nlp.icd import artifact
from nlp.icd.artifact import Said
from tests.nlp.icd.stand_in import StandIn

DIAGNOSES = {"heart failure": "I50.9", "pneumonia": "J18.9", "neumonía": "J18.9", "diabetes": "E11.9", "gout": "M10.9"}
PROCEDURES = {"chest radiograph": "BW03ZZZ"}
WHERE = "tests.nlp.icd.stand_in:StandIn"


@pytest.fixture
def coder(tmp_path: Path) -> Path:
    parts = {"diagnoses": ("ICD-10-CM", DIAGNOSES), "procedures": ("ICD-10-PCS", PROCEDURES)}
    with artifact.writing(tmp_path / "coder") as folder:
        for name, (system, words) in parts.items():
            StandIn(system, words=words).save(folder / name)
        said = {name: {"code_system": system, "system": WHERE} for name, (system, _) in parts.items()}
        artifact.finish(folder, Said(said, ("es", "en"), phi=False), "# Words\n")
    return tmp_path / "coder"
