"""A coder of two code systems that knows a handful of words."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from nlp.icd import artifact
from nlp.icd.artifact import Said
from tests.nlp.icd.stand_in import StandIn

CODER_WORDS = {
    "heart failure": "I50.9",
    "pneumonia": "J18.9",
    "neumonía": "J18.9",
    "diabetes": "E11.9",
    "gout": "M10.9",
}
PROCEDURES = {"chest radiograph": "BW03ZZZ"}
WHERE = "tests.nlp.icd.stand_in:StandIn"


def make_coder(out: Path, words: Mapping[str, str] = CODER_WORDS) -> Path:
    """An artifact that says a code where its words stand."""
    parts = {"diagnoses": ("ICD-10-CM", words), "procedures": ("ICD-10-PCS", PROCEDURES)}
    with artifact.writing(out) as folder:
        for name, (system, known) in parts.items():
            StandIn(system, words=dict(known)).save(folder / name)
        said = {name: {"code_system": system, "system": WHERE} for name, (system, _) in parts.items()}
        artifact.finish(folder, Said(said, ("es", "en"), phi=False), "# Words\n")
    return out


@pytest.fixture
def coder(tmp_path: Path) -> Path:
    return make_coder(tmp_path / "coder")
